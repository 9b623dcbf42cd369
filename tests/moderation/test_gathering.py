"""Gathering: words said a few at a time are read as one, and what was said elsewhere is known again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from moderation.verdict import Action, CareBand, Submission
from tests.support.talking import fresh, talk

CONCERN, HIGH = CareBand.CONCERN, CareBand.HIGH


@pytest.mark.parametrize(
    "pieces",
    [
        ["i want to", "not be here", "anymore"],
        ["i really just want to", "not be here in the morning"],
    ],
)
def test_what_is_said_a_few_words_at_a_time_is_read_as_one(pieces: list[str]) -> None:
    """X32, for meanings: care for the whole, on the newest piece, and nothing is stopped for it."""
    answers = talk(fresh(), pieces)
    assert answers[-1].care.band is CONCERN or answers[-2].care.band is CONCERN
    assert all(answer.action is Action.ALLOW for answer in answers)


def test_coarse_words_about_oneself_in_pieces_are_never_an_attack() -> None:
    answers = talk(fresh(), ["i'm pathetic.", "ugly. weird.", "stupid.", "worthless.", "useless.", "a mess."])
    assert all(answer.action is Action.ALLOW for answer in answers)


def test_what_another_node_judged_is_looked_at_again_when_a_sign_comes_up() -> None:
    """The window is this process's; the author's last words come with the submission."""
    judging = fresh()
    about: dict[str, Any] = {"lane": "l", "author": "a", "recent": ("how old are you", "nice"), "since": (60.0, 30.0)}
    here = judging.judge(Submission("got a selfie?", **about), 1000.0)
    there = fresh().judge(Submission("got a selfie?", recalled=2, **about), 1000.0)
    assert (here.action, there.action) == (Action.ALLOW, Action.HOLD)
    about["recent"] = ("i don't want to be here anymore", "nice")
    again = fresh().judge(Submission("everyone would be better off without me", recalled=2, **about), 1000.0)
    assert again.care.band is HIGH


def test_looking_leaves_no_sign_behind_and_an_edit_says_nothing_anew() -> None:
    """F22: a check is not a message."""
    judging = fresh()
    said = Submission("how old are you", lane="l", author="a", key="k")
    judging.judge(dataclasses.replace(said, dry=True), 0.0)
    assert judging.judge(dataclasses.replace(said, text="got a selfie?"), 10.0).action is Action.ALLOW
    judging.judge(dataclasses.replace(said, kind="note", key="n"), 20.0)
    assert judging.judge(dataclasses.replace(said, key="l"), 30.0).action is Action.HOLD
