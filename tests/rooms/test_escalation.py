"""Escalation as a table: who is asked when, and that the asking never stops by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import DURATIONS, MINUTE
from rooms.escalation import STEPS, Asking, Clock, Tick, call, due, take
from rooms.scene import No, Staff
from tests.support.scenes import EVENING

BOTH = frozenset({"adult", "teen"})
RAE = Staff("rae", "responder", frozenset({"adult"}), frozenset({"es"}))
ROB = Staff("rob", "responder", BOTH)
SUE = Staff("sue", "supervisor", BOTH)
MO = Staff("mo", "moderator", BOTH)
TEAM = (SUE, MO, ROB, RAE)


def test_every_state_has_a_row_and_a_clock_unless_somebody_is_there_or_nobody_wanted() -> None:
    """T2."""
    assert set(STEPS) == set(Clock)
    for step in Clock:
        assert (due(Asking(step=step, since=EVENING)) is None) == (step in (Clock.TAKEN, Clock.STOPPED))


def test_the_clock_goes_on_at_one_three_and_five_minutes_and_then_for_ever() -> None:
    """F18: more at 60 s, all at 3 min, an incident at 5 min; then everybody again."""
    asking, steps = Asking(since=EVENING), []
    for _ in range(5):
        at = due(asking)
        assert at is not None
        assert take(asking, Tick.ON, at - 1) is No.TOO_SOON
        after = take(asking, Tick.ON, at)
        assert isinstance(after, Asking)
        asking = after
        steps.append(((at - EVENING) // MINUTE, asking.step))
    assert steps[:3] == [(1, Clock.WIDER), (3, Clock.ALL), (5, Clock.INCIDENT)]
    assert [step for _, step in steps[3:]] == [Clock.INCIDENT, Clock.INCIDENT]


def test_a_doubt_of_the_model_alone_waits_a_minute_for_the_listener() -> None:
    """And silence is a yes."""
    doubted = Asking(step=Clock.DOUBTED, since=EVENING)
    assert due(doubted) == EVENING + DURATIONS.doubt
    assert call(doubted, TEAM, "adult", "en") == ()
    after = take(doubted, Tick.ON, EVENING + DURATIONS.doubt)
    assert isinstance(after, Asking)
    assert after.step is Clock.FEW
    assert after.since == EVENING + DURATIONS.doubt
    stopped = take(doubted, Tick.DISMISS, EVENING)
    assert isinstance(stopped, Asking)
    assert due(stopped) is None


def test_who_speaks_their_language_is_asked_first_and_only_who_may_care_for_them() -> None:
    assert call(Asking(since=EVENING), TEAM, "adult", "es") == ("rae",)
    assert call(Asking(since=EVENING), TEAM, "teen", "es") == ("rob",)
    wider = Asking(step=Clock.WIDER, since=EVENING, asked=("rae",))
    assert call(wider, TEAM, "adult", "en") == ("rob", "sue")
    everybody = Asking(step=Clock.ALL, since=EVENING, asked=("rae", "rob", "sue"))
    assert call(everybody, TEAM, "adult", "en") == ("mo",)
    assert set(call(replace(everybody, step=Clock.INCIDENT), TEAM, "adult", "en")) == {"rae", "rob", "sue", "mo"}


def test_a_person_beats_a_title_and_who_was_reported_is_not_called() -> None:
    """With no responder on shift, whoever of the team is there is asked."""
    assert call(Asking(since=EVENING), (MO,), "adult", "en") == ("mo",)
    assert call(Asking(since=EVENING), TEAM, "adult", "es", frozenset({"rae"})) == ("rob",)
    assert call(Asking(since=EVENING), (), "adult", "en") == ()


@pytest.mark.parametrize("step", list(Clock))
def test_imminent_asks_everybody_at_once_unless_somebody_is_there(step: Clock) -> None:
    after = take(Asking(step=step, since=EVENING), Tick.WORST, EVENING)
    assert isinstance(after, Asking)
    assert after.step in ({Clock.TAKEN} if step is Clock.TAKEN else {Clock.ALL, Clock.INCIDENT})


@given(st.lists(st.sampled_from([Tick.ON, Tick.AGAIN, Tick.WORST, Tick.ALONE, Tick.PAGE]), max_size=20))
def test_without_a_person_s_word_the_asking_never_ends(ticks: list[Tick]) -> None:
    """Only a responder who comes, or a human who says that it is not so, stops it."""
    asking, now = Asking(since=EVENING), EVENING
    for tick in ticks:
        now = max(now, due(asking) or now)
        after = take(asking, tick, now)
        asking = after if isinstance(after, Asking) else asking
        assert due(asking) is not None
