"""Our own folding tables: they agree with Unicode where it is settled, and never with a Python version."""

from __future__ import annotations

import unicodedata

from moderation.folding import CONFUSABLE, FOLD


def test_letters_with_marks_fold_to_the_plain_letter() -> None:
    for letter in "áàâäãåāăąǎạảấầẩẫậắằẳẵặ":
        assert FOLD[ord(letter)] == "a"
    assert [FOLD[ord(letter)] for letter in "ÉøñŁßﬁ"] == ["E", "o", "n", "L", "ss", "fi"]


def test_every_mathematical_and_fullwidth_letter_folds_as_its_normal_form() -> None:
    """Those blocks are complete and never change, by Unicode's stability policy."""
    for code in (*range(0x1D400, 0x1D6A4), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain.isascii() and plain != chr(code):
            assert FOLD[code] == plain


def test_what_nobody_sees_folds_to_nothing() -> None:
    """Zero-width, soft hyphen, bidi controls, tags, variation selectors (X31)."""
    for code in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x202E, 0x2066, 0xE0041, 0xFE0F, 0x0301):
        assert FOLD[code] == ""


def test_line_ends_tabs_and_plain_ascii_stay() -> None:
    assert not any(code in FOLD for code in range(0x20, 0x7F))
    assert not {ord("\n"), ord("\t"), ord("\r")} & FOLD.keys()


def test_look_alikes_are_single_ascii_letters_of_other_scripts() -> None:
    """One for one, so that a map stays true."""
    for letter, plain in CONFUSABLE.items():
        assert len(plain) == 1
        assert plain.isascii()
        assert not letter.isascii()
    assert CONFUSABLE["а"] == "a"  # Cyrillic
    assert CONFUSABLE["ο"] == "o"  # Greek
