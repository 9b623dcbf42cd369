"""Ordinary words: enough of them, clean, and none that only a slip of the finger makes."""

from __future__ import annotations

import re

from moderation.vocabulary import ORDINARY


def test_the_words_of_ordinary_talk_are_there() -> None:
    assert {"tired", "baby", "don't", "recovery", "midwife", "play", "dog"} <= ORDINARY
    assert len(ORDINARY) > 20_000


def test_every_word_is_in_small_letters_and_stands_once() -> None:
    assert all(re.fullmatch(r"[a-z]+(?:'[a-z]+)*", word) for word in ORDINARY)


def test_a_slip_of_the_finger_is_no_ordinary_word() -> None:
    assert ORDINARY.isdisjoint({"yuorself", "stuoid", "wrothless", "kiill"})
