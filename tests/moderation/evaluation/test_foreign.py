"""Other people's files: read in the forms people have, and refused with place and remedy, without their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.evaluation import foreign
from moderation.lines import LinesError


def written(folder: Path, content: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_message_a_line_and_empty_ones_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufefffirst\r\n\n  second\u2028still second \n", "open.txt")
    assert foreign.messages(path) == ["first", "second\u2028still second"]
    with pytest.raises(LinesError, match="no messages in it"):
        foreign.messages(written(tmp_path, "\n\n", "empty.txt"))


@pytest.mark.parametrize(
    ("label", "is_harmful"),
    [
        ("1", True),
        ("1.0", True),
        ("Hateful", True),
        ("not_hateful", False),
        ("non-hateful", False),
        (" ham ", False),
        ("0", False),
    ],
)
def test_labels_are_understood_in_many_words(label: str, is_harmful: bool, tmp_path: Path) -> None:
    assert foreign.two_columns(written(tmp_path, f"text,label\nwords,{label}\n")) == [("words", is_harmful)]


def test_columns_are_found_by_name_and_texts_may_be_quoted(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,Label_Gold,Test_Case\n7,hateful,"a, ""b""\nc"\n')
    assert foreign.two_columns(path) == [('a, "b"\nc', True)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("text,label\nsecret words,perhaps\n", "rows.csv:2: field `label`"),
        ("text,score\nsecret words,1\n", "rows.csv:1: column `label` is missing"),
        ("words,label\nsecret words,1\n", "rows.csv:1: column `text` is missing"),
        ("", "rows.csv:1: column `text` is missing"),
        ("text,label\n", "no rows in it"),
        ("text,label\nsecret words\n", "rows.csv:2: fewer fields"),
        ('text,label\n"secret words,1\n', "not CSV"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_with_its_line_and_no_words(
    content: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(LinesError) as refused:
        foreign.two_columns(written(tmp_path, content))
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for read in (foreign.messages, foreign.two_columns):
        with pytest.raises(LinesError, match="nowhere: cannot be read"):
            read(tmp_path / "nowhere")
