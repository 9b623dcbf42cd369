"""Gates: the same words in other surroundings mean something else."""

from __future__ import annotations

import re

import pytest

from moderation.gates import Gates, Surroundings

GATES = Gates(
    {
        "before_not": {"before": re.compile(r"\bnot\s*$")},
        "asked": {"after": re.compile(r"^\s*\?")},
        "laughing": {"message": re.compile(r"\blol\b")},
        "past": {"sentence": re.compile(r"\bago\b"), "closed": re.compile(r"\btonight\b")},
        "inside": {"match": re.compile(r"never")},
    }
)


def opened(gate: str, text: str, words: str) -> bool:
    start = text.index(words)
    return GATES.open(gate, Surroundings(text), start, start + len(words))


def test_before_and_after_stop_at_the_sentence() -> None:
    assert opened("before_not", "i am not stupid", "stupid")
    assert not opened("before_not", "why not. stupid question", "stupid")
    assert opened("asked", "are you ok?", "are you ok")


def test_a_sentence_gate_does_not_see_the_next_sentence_but_a_message_gate_does() -> None:
    assert opened("past", "years ago i cut. now i am fine.", "cut")
    assert not opened("past", "i cut. that was long ago.", "cut")
    assert opened("laughing", "i cut. lol.", "cut")


def test_a_closed_gate_stays_shut() -> None:
    """Pain tonight is not past because something else was long ago."""
    assert not opened("past", "years ago i cut and tonight again", "cut")


def test_a_gate_can_look_inside_the_match() -> None:
    assert opened("inside", "i was never hurt", "was never hurt")
    assert not opened("inside", "i was hurt", "was hurt")


@pytest.mark.parametrize(
    ("text", "open"),
    [
        ('he texted "go away then" and i read it', True),
        ("mum said 'you are a pig' every day", True),
        ('"go away then"', False),
        ('i say "go away"', False),
    ],
)
def test_a_quotation_counts_when_someone_else_said_it(text: str, open: bool) -> None:
    """Quotation marks alone would be a way around the rules."""
    start = text.index("go away") if "go away" in text else text.index("you are")
    assert GATES.open("quoted", Surroundings(text), start, start + 7) is open


def test_an_unknown_gate_is_never_open() -> None:
    assert not opened("nobody wrote this", "some words", "words")
