"""What the model is taught with: nothing held out, nothing twice, and only what somebody said."""

from __future__ import annotations

import math

from moderation import lines
from moderation.evaluation import corpora
from moderation.model import HEADS
from moderation.teaching.examples import HARMS, every, folds, ours, swapped

EVERY = every()


def test_nothing_held_out_is_taught() -> None:
    """The gap between tuned and untouched is the honest figure: it has to stay untouched."""
    held_out = {case.text for case in lines.written() if case.held_out}
    kept = {case.text for case in lines.written() if not case.held_out}
    assert not {example.text for example in ours()} & (held_out - kept)
    supportive = [text for texts in corpora.supportive().values() for text in texts]
    untaught = {text for text in supportive if not corpora.taught(text)}
    assert not {example.text for example in EVERY if not example.category} & untaught


def test_every_text_is_taught_once_and_says_something() -> None:
    assert len({example.text for example in EVERY}) == len(EVERY)
    assert all(any(not math.isnan(value) for value in example.wanted) for example in EVERY)


def test_supportive_sets_hold_no_harm_and_leave_crisis_open() -> None:
    wanted = {example.wanted for example in EVERY if example.group in ("counsel_chat", "sad", "loneliness")}
    for row in wanted:
        known = dict(zip(HEADS, row, strict=True))
        assert all(known[head] == 0.0 for head in HARMS)
        assert math.isnan(known["acute"])
        assert math.isnan(known["passive"])


def test_sentences_that_differ_in_the_group_alone_are_all_harmless() -> None:
    made = list(swapped())
    assert len({example.text for example in made}) > 250
    assert all(value == 0.0 for example in made for value in example.wanted[:-1])


def test_an_author_is_left_out_whole() -> None:
    authors, left_with = folds(EVERY)
    for example, place in zip(EVERY, left_with, strict=True):
        if example.category:
            assert authors[place] == example.group
    assert set(left_with) == set(range(len(authors)))
