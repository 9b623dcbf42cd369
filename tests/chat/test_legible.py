"""Texts that nobody could read are refused before anything else looks at them."""

from __future__ import annotations

import pytest

from chat.legible import STACKED_MARKS, fault_in
from chat.replies import Code


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b\u200d", "\u2060\ufeff", "\u202e"])
def test_a_text_with_nothing_to_see_is_a_bad_request(text: str) -> None:
    """Zero-width characters alone are no message (X19)."""
    fault = fault_in(text, 2000)
    assert fault is not None
    assert fault[0] is Code.BAD_REQUEST
    assert "`text`" in fault[1]


def test_a_text_too_long_says_how_long_it_may_be() -> None:
    """Characters, not bytes."""
    assert fault_in("ü" * 2000, 2000) is None
    fault = fault_in("ü" * 2001, 2000)
    assert fault is not None
    assert fault[0] is Code.TOO_LONG
    assert "2000" in fault[1]


def test_letters_buried_in_marks_are_refused_and_real_scripts_are_not() -> None:
    """Stacks of combining marks break other people's screens (X19)."""
    assert fault_in("a" + "\u0301" * (STACKED_MARKS + 1), 2000) is not None
    for text in ("नमस्ते, आप कैसे हैं?", "สวัสดีครับ", "مَرْحَبًا", "Tiếng Việt", "👩‍👩‍👧‍👦 ❤️", "שָׁלוֹם"):
        assert fault_in(text, 2000) is None, text
