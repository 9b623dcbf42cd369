"""Sentences by function: every blank is filled, every function has a held-out part, and no held-out word is taught."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import yaml

from moderation import functions
from moderation.rules import DATA
from moderation.teaching import examples


def test_every_sentence_is_filled_and_stands_with_every_group() -> None:
    found = list(functions.sentences())
    told = yaml.safe_load((DATA / "functions.yaml").read_text(encoding="utf-8"))
    assert len(found) > 5000
    assert not [one for one in found if "{" in one.text or "}" in one.text]
    with_group = [one for one in found if one.text == f"I work with {told['groups'][0]['many']} every day"]
    assert len(with_group) == 1


def test_hateful_and_harmless_sentences_have_taught_and_held_out_ones() -> None:
    kinds: dict[tuple[bool, bool], int] = defaultdict(int)
    for one in functions.sentences():
        kinds[one.hateful, one.held_out] += 1
    assert min(kinds.values()) > 300
    assert len(kinds) == 4


def test_no_held_out_sentence_is_taught() -> None:
    taught = {one.text for one in examples.functional()}
    assert taught
    assert not taught & {one.text for one in functions.sentences() if one.held_out}


def test_a_word_is_used_on_one_side_only(tmp_path: Path) -> None:
    words = {"bad": [f"bad{number}" for number in range(40)]}
    told = {
        "groups": [{"many": f"group{number}"} for number in range(30)],
        "words": words,
        "hateful": {"said": [f"sentence {number}: {{many}} are {{bad}}" for number in range(20)]},
        "harmless": {"said": []},
    }
    path = tmp_path / "functions.yaml"
    path.write_text(yaml.safe_dump(told), encoding="utf-8")
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    for one in functions.sentences(path):
        sides[one.held_out].add(one.text.rsplit(" ", 1)[1])
    assert sides[True]
    assert sides[False]
    assert not sides[True] & sides[False]


def test_the_same_sentences_come_every_time() -> None:
    assert [one.text for one in functions.sentences()] == [one.text for one in functions.sentences()]
