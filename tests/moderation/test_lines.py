"""Labelled lines: every line is read as its category or its own words say, and what is held out stays held out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moderation import lines
from moderation.lines import HELD_OUT, Case, LinesError
from moderation.rules import DATA
from moderation.verdict import CareBand


def file(folder: Path, *rows: object) -> Path:
    """A suite of these rows: strings as they are, anything else as JSON."""
    path = folder / "cases.jsonl"
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n", encoding="utf-8"
    )
    return path


# ours


def test_the_written_lines_are_read_and_every_category_has_some() -> None:
    found = list(lines.written())
    assert len(found) > 5000
    assert {case.category for case in found} == set(lines.taxonomy())
    assert len({case.id for case in found}) == len(found)


def test_about_a_third_of_every_author_is_held_out() -> None:
    """Chosen by text and author: adding a line moves no other."""
    by_author: dict[str, list[bool]] = {}
    for case in lines.written():
        by_author.setdefault(case.author, []).append(case.held_out)
    for author, held in by_author.items():
        assert 0.25 < sum(held) / len(held) < 0.45, author
    case = Case(id="a", category="idiom", text="could kill for a nap", deliver=frozenset({"yes"}), author="wren")
    assert case.held_out == Case(id="b", category="x", text=case.text, deliver=case.deliver, author="wren").held_out
    assert HELD_OUT == 3


def test_a_line_that_says_what_differs_keeps_the_rest_of_its_category(tmp_path: Path) -> None:
    path = tmp_path / "somebody.yaml"
    path.write_text(
        "author: somebody\nlines:\n  mask_phone:\n"
        '    - {text: "ring 07700 900142", mask: ["900142"], deliver: [masked, no]}\n'
        '  passive_ideation:\n    - "I would not mind a long sleep"\n',
        encoding="utf-8",
    )
    phone, passive = lines.written(tmp_path)
    assert (phone.deliver, phone.must_mask, phone.author) == (frozenset({"masked", "no"}), ("900142",), "somebody")
    assert (passive.care_at_least, passive.care_at_most) == (CareBand.CONCERN, CareBand.IMMINENT)
    assert passive.heads == {"passive"}


def test_details_that_must_go_stand_in_their_text() -> None:
    """A label nobody can meet is a mistake of the label."""
    for case in lines.written():
        assert all(part in case.text for part in (*case.must_mask, *case.must_keep)), case.id
        assert case.care_at_least <= case.care_at_most, case.id


def test_a_category_that_is_not_in_the_taxonomy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "somebody.yaml").write_text("author: a\nlines:\n  not_a_category: [hello]\n", encoding="utf-8")
    with pytest.raises(LinesError, match=r"somebody\.yaml: 'not_a_category' is not in taxonomy"):
        list(lines.written(tmp_path))


# a suite


def test_the_suite_and_the_cases_of_the_packs_are_read() -> None:
    for path in (DATA / "suite" / "dev.jsonl", *(DATA / "cases").glob("*.jsonl")):
        for case in lines.suite(path):
            assert all(part in case.text for part in (*case.must_mask, *case.must_keep)), case.id


def test_a_case_may_leave_out_all_but_text_and_deliver(tmp_path: Path) -> None:
    [case] = lines.suite(file(tmp_path, "", {"text": "hello", "deliver": "yes", "care_at_most": None, "pack": None}))
    assert (case.id, case.category, case.pack, case.deliver) == (
        "cases-2",
        "uncategorised",
        "general",
        frozenset({"yes"}),
    )
    assert (case.care_at_least, case.care_at_most) == (CareBand.NONE, CareBand.IMMINENT)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{not json", "2: not JSON"),
        ("[1, 2]", "2: not an object"),
        ({"deliver": ["yes"]}, "2: field `text`"),
        ({"text": " ", "deliver": ["yes"]}, "2: field `text`"),
        ({"text": "secret words"}, "2: field `deliver`"),
        ({"text": "secret words", "deliver": ["perhaps"]}, "2: field `deliver`"),
        ({"text": "secret words", "deliver": [["yes"]]}, "2: field `deliver`"),
        ({"text": "secret words", "deliver": [1]}, "2: field `deliver`"),
        ({"text": "secret words", "deliver": ["yes"], "care_at_least": "severe"}, "2: field `care_at_least`"),
        (
            {"text": "secret words", "deliver": ["yes"], "care_at_least": "high", "care_at_most": "info"},
            "exchange them",
        ),
        ({"text": "secret words", "deliver": ["yes"], "must_mask": "secret"}, "2: field `must_mask`"),
        ({"text": "secret words", "deliver": ["yes"], "category": 7}, "2: field `category`"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_line_and_field_and_no_words(
    row: object, says: str, tmp_path: Path
) -> None:
    path = file(tmp_path, {"text": "a good one", "deliver": ["yes"]}, row)
    with pytest.raises(LinesError) as refused:
        lines.suite(path)
    assert str(refused.value).startswith(f"{path}:")
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_missing_empty_or_not_utf8_is_named(tmp_path: Path) -> None:
    with pytest.raises(LinesError, match="cannot be read"):
        lines.suite(tmp_path / "nowhere.jsonl")
    with pytest.raises(LinesError, match="no cases in it"):
        lines.suite(file(tmp_path, ""))
    (tmp_path / "old.jsonl").write_bytes(b'{"text": "a"}\n{"text": "\xe9"}\n')
    with pytest.raises(LinesError, match=r"old\.jsonl:2: not UTF-8"):
        lines.suite(tmp_path / "old.jsonl")


def test_no_line_is_in_what_a_case_says_of_itself() -> None:
    case = Case(id="a", category="idiom", text="private words", deliver=frozenset({"yes"}), must_mask=("private",))
    assert "private" not in repr(case)
