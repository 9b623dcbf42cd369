"""Sheets: every complaint names its line and what to do, and everything wrong is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.sheets import MOST_BYTES, BooksRefused, Fault, Lined, Row, Tongues, read, unknown


def written(tmp_path: Path, content: str) -> Path:
    (tmp_path / "a.yaml").write_text(content, encoding="utf-8")
    return tmp_path / "a.yaml"


def row_of(tmp_path: Path, content: str) -> tuple[Row, list[Fault], Tongues]:
    faults: list[Fault] = []
    tongues: Tongues = {}
    entry = read(written(tmp_path, content), "a.yaml")
    return Row(entry, file="a.yaml", name="some.rule", faults=faults, tongues=tongues), faults, tongues


def test_a_mapping_knows_its_lines(tmp_path: Path) -> None:
    (entry,) = read(written(tmp_path, "# a remark\n- one: 1\n  two:\n    three: 3\n"), "a.yaml")
    assert isinstance(entry, Lined)
    assert (entry.line, entry.at("one"), entry.at("two"), entry.at("missing")) == (2, 2, 3, 2)
    assert entry["two"].at("three") == 4


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("a: 1\na: 2\n", r"a\.yaml:2: not YAML: a stands twice"),
        ("a: [1\nb: 2\n", r"a\.yaml:2: not YAML"),
        ("a: !!python/name:os.system\n", r"a\.yaml:1: not YAML"),
        ("#" * MOST_BYTES + "\n", "is larger than"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, content: str, complaint: str) -> None:
    """X63: one sentence, with a remedy."""
    with pytest.raises(BooksRefused, match=complaint) as refused:
        read(written(tmp_path, content), "a.yaml")
    assert ";" in str(refused.value)


def test_other_encodings_and_missing_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(BooksRefused, match="not UTF-8; save it as UTF-8"):
        read(tmp_path / "a.yaml", "a.yaml")
    with pytest.raises(BooksRefused, match="cannot be read"):
        read(tmp_path / "b.yaml", "b.yaml")


def test_every_wrong_field_becomes_a_fault_with_its_line(tmp_path: Path) -> None:
    row, faults, _ = row_of(tmp_path, "text: 1\ntexts: [a, 2]\nnumber: 7\nmapping: x\nspoken: 3\nodd: 1\n")
    row.only(("text", "texts", "number", "mapping", "spoken", "needed"), ("needed",))
    row.text("text"), row.texts("texts"), row.number("number", 1.0), row.mapping("mapping"), row.spoken("spoken")
    assert [(fault.field, fault.line) for fault in faults] == [
        ("odd", 6), ("needed", 1), ("text", 1), ("texts", 2), ("number", 3), ("mapping", 4), ("spoken", 5),
    ]  # fmt: skip
    assert str(faults[2]).startswith("a.yaml:1: some.rule: `text`: must be text")


def test_a_sentence_may_be_in_two_languages(tmp_path: Path) -> None:
    row, faults, tongues = row_of(tmp_path, "one: Plain.\ntwo: {en: Both., es: Las dos.}\n")
    assert (row.spoken("one"), row.spoken("two")) == ("Plain.", "Both.")
    assert tongues == {"es": {"Both.": "Las dos."}}
    assert faults == []


def test_what_was_probably_meant_is_said() -> None:
    assert unknown("harasment", ["hate", "harassment"]) == "'harasment' is not known; did you mean harassment?"
    assert unknown("x", ["b", "a"]) == "'x' is not known; known are a, b"
