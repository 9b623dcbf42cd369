"""Disguises: the same text is hidden the same way, differs from its plain form, and can be read by eye."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.evaluation.disguises import DISGUISES, REWRITTEN, SEEN_THROUGH, leet, mathematical, mistyped, stretched

TEXT = "nobody wants you here, please leave this room today"


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_changes_the_text_and_always_the_same_way(name: str) -> None:
    worn = DISGUISES[name](TEXT)
    assert worn != TEXT
    assert worn == DISGUISES[name](TEXT)


@pytest.mark.parametrize("name", SEEN_THROUGH)
def test_a_plain_disguise_keeps_every_letter(name: str) -> None:
    """Compatibility form without marks, spaces and dots gives the letters back (look-alikes are other letters)."""
    worn = unicodedata.normalize("NFKD", DISGUISES[name](TEXT))
    letters = [sign for sign in worn if sign.isalpha()]
    assert len(letters) == sum(sign.isalpha() for sign in TEXT)
    if name != "look-alikes":
        assert "".join(letters) == "".join(sign for sign in TEXT if sign.isalpha())


@given(st.text(max_size=60), st.sampled_from(sorted(DISGUISES)))
def test_no_text_is_too_odd_for_a_disguise(text: str, name: str) -> None:
    assert isinstance(DISGUISES[name](text), str)


def test_rewritten_words_stay_words() -> None:
    assert set(REWRITTEN) == {"leet", "stretched", "mistyped"}
    assert len(leet(TEXT)) == len(TEXT)
    assert len(stretched(TEXT)) > len(TEXT)
    assert len(mistyped(TEXT).split()) == len(TEXT.split())


def test_letters_without_a_place_in_the_alphabet_stay_plain() -> None:
    """Double-struck C stands elsewhere in Unicode; nothing unassigned is made."""
    for text in ("ACHNPQRZ", "achnpqrz one", "ACHNPQRZ two", "ACHNPQRZ three"):
        assert all(unicodedata.name(sign, "") for sign in mathematical(text))
