"""Rules are tried on real sentences before they judge anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation import books, trial
from moderation.sheets import BooksRefused
from moderation.verdict import Action
from tests.support.judging import said
from tests.support.ownbooks import GOOD_RULE, folder_with


def refusal(tmp_path: Path, name: str, content: str) -> str:
    with pytest.raises(BooksRefused) as refused:
        books.load(folder=folder_with(tmp_path, {name: content}))
    return str(refused.value)


def test_a_careless_word_is_refused_with_the_number_of_people_it_would_silence(tmp_path: Path) -> None:
    """M1's spirit: "crying" is no offence."""
    told = refusal(tmp_path, "words.yaml", "- {words: [crying, tired], then: block}")
    assert f"of {len(trial.supportive())} sentences people say in support" in told
    assert "words.yaml:1: words.1: `any`: silences " in told
    assert "make it narrower" in told


def test_a_rule_must_do_what_it_says_of_itself(tmp_path: Path) -> None:
    broken = GOOD_RULE.replace("[the essential oil cures everything]", "[olive]").replace("smell nice", "cures? no")
    broken = broken.replace("essential oils cures? no", "essential oil cures")
    told = refusal(tmp_path, "rules/ours.yaml", broken)
    assert "`hits`: the rule does not find hit 1 of its own" in told
    assert "`misses`: the rule finds miss 1 of its own" in told


def test_a_rule_that_only_brings_care_or_a_remark_silences_nobody(tmp_path: Path) -> None:
    rule = (
        "- {id: ours.tired, label: crisis.passive, score: 0, says: You sound tired., any: ['so tired'],\n"
        "   care: {band: info, kind: suicide}, hits: [so tired], misses: [awake]}\n"
    )
    assert books.load(folder=folder_with(tmp_path, {"rules/ours.yaml": rule})).counts["rules"] == 1


def test_masking_a_number_is_no_silence_and_masking_a_sentence_is(tmp_path: Path) -> None:
    some = "- {{id: ours.mask, label: ours, says: Left out., any: ['{}'], hits: [i feel tired], misses: [awake]}}"
    pack = 'name: general\nversion: "1"\nactions: {ours: {mask: 0.5}}\n'
    files = {"packs/general.yaml": pack, "rules/ours.yaml": some.format("tired")}
    assert books.load(folder=folder_with(tmp_path, files)).counts["packs"] == 1
    wide = some.format("i (?:\\w+ )*(?:tired|feel|can)(?: \\w+)*")
    assert "silences" in refusal(tmp_path, "rules/ours.yaml", wide)


@pytest.mark.parametrize(
    "pack", ["general", "postpartum", "recovery", "eating", "autism-parents", "bipolar", "session"]
)
def test_the_packaged_books_silence_none_of_the_sample(pack: str) -> None:
    """What operators' rules are held to, ours are held to."""
    assert [text for text in trial.supportive() if said(text, pack=pack).action >= Action.HOLD] == []
    assert len(trial.supportive()) > 150
