"""An operator's folder: rules and lists of words, taken as they are written or refused with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation import books, own
from moderation.sheets import BooksRefused
from tests.support.ownbooks import GOOD_RULE, folder_with, verdict_with


def refusal(folder: Path) -> str:
    with pytest.raises(BooksRefused) as refused:
        books.load(folder=folder)
    return str(refused.value)


def test_a_rule_of_ones_own_judges_like_a_packaged_one(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"rules/ours.yaml": GOOD_RULE})
    found = verdict_with(folder, "an essential oil cures it all")
    assert (found.action.word, [each.rule for each in found.findings]) == ("block", ["ours.oils"])
    assert verdict_with(folder, "essential oils smell nice").action.word == "allow"


def test_words_need_no_pattern(tmp_path: Path) -> None:
    """Disguised ones too; in the named rooms only, where rooms are named."""
    words = "- {words: [miracle cure], then: hold}\n- {words: [zorbing], then: mask, packs: [recovery]}\n"
    folder = folder_with(tmp_path, {"words.yaml": words})
    for text in ("try the miracle cure", "try the Miracle   Cure!", "try the m1racle cure"):
        assert verdict_with(folder, text).action.word == "hold", text
    assert verdict_with(folder, "zorbing and Zorbing", pack="recovery").text == "[removed] and [removed]"
    assert verdict_with(folder, "zorbing and Zorbing").action.word == "allow"
    assert verdict_with(folder, "miracle cure", language="es").findings[0].says.startswith("Quienes llevan este sitio")


def test_never_stop_frees_a_word_and_no_attack_around_it(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"words.yaml": "- {words: [trannies, ourcharity.org], then: never stop}\n"})
    assert verdict_with(folder, "the old sign said trannies welcome").action.word == "allow"
    assert verdict_with(folder, "see ourcharity.org").action.word == "allow"
    assert verdict_with(folder, "see theircharity.org").action.word == "mask"
    assert verdict_with(folder, "you disgusting trannies, go and kill yourself").action.word == "block"


def test_what_harms_by_itself_cannot_be_freed(tmp_path: Path) -> None:
    """R5."""
    folder = folder_with(tmp_path, {"words.yaml": "- {words: [kys], then: never stop}\n"})
    assert "'kys' harms by itself and is stopped everywhere" in refusal(folder)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("essential oil", "(?=essential) oil"), "rules/ours.yaml:5: ours.oils: `any`: not an RE2 pattern"),
        (("essential oil", "Essential oil"), "`any`: patterns are read over small letters"),
        (("label: spam", "label: spma"), "`label`: 'spma' is not known; did you mean spam?"),
        (("label: spam", "lable: spam"), "`lable`: the key 'lable' is not known; did you mean label?"),
        (("score: 1", "score: 2"), "`score`: must be a number from 0 to 1"),
        (("score: 1", "unless: [qouted]"), "`unless`: the gate 'qouted' is not known; did you mean quoted?"),
        (("score: 1", "care: {band: high, kind: oil}"), "`kind`: 'oil' is not known"),
        (("ours.oils", "harassment.you_are"), "there is a rule of that id already"),
        (("ours.oils", "Ours"), "`id`: must be like family.name"),
    ],
)
def test_a_slip_is_refused_with_its_line_and_a_remedy(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    """X35: what could make a text slow, and what nobody would notice."""
    assert complaint in refusal(folder_with(tmp_path, {"rules/ours.yaml": GOOD_RULE.replace(*change, 1)}))


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("words.yaml", "- {words: [x1], then: hold}", "must be a word or phrase of letters"),
        ("words.yaml", "- {words: [oil], then: hide}", "words.1: `then`: 'hide' is not known"),
        ("words.yaml", "- {words: [oil], then: hold, packs: [recovry]}", "did you mean recovery?"),
        ("words.yaml", "words: [oil]", "must be a list"),
        ("wrds.yaml", "[]", "wrds.yaml: there is no such book"),
        ("rules/gates.yaml", "{}", "classes of words and gates are Warmline's own"),
        ("rules/ours.yml", "[]", "end its name with .yaml"),
        ("rules/ours.yaml", "- just words", "must be a map"),
    ],
)
def test_a_book_in_the_wrong_shape_is_refused(tmp_path: Path, name: str, content: str, complaint: str) -> None:
    assert complaint in refusal(folder_with(tmp_path, {name: content}))


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    files = {
        "words.yaml": "- {words: [oil], then: hide}",
        "rules/ours.yaml": GOOD_RULE.replace("label: spam", "labl: x"),
    }
    told = refusal(folder_with(tmp_path, files)).splitlines()
    assert [line.partition(":")[0] for line in told] == ["rules/ours.yaml", "rules/ours.yaml", "words.yaml"]


def test_only_books_count_and_a_missing_folder_is_said(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"rules/ours.yaml": GOOD_RULE, "rules/.ours.yaml.swp": "x", "readme.txt": "x"})
    assert [name for name, _ in own.files(folder)] == ["rules/ours.yaml"]
    with pytest.raises(BooksRefused, match="is no folder; make it"):
        own.files(tmp_path / "nowhere")
