"""Listening as a table: rest is rest, caps are kept, two missed offers are a person who is away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import CAPS, DAY, DURATIONS, HOUR, MINUTE
from rooms.listening import (
    RESTFUL,
    STEPS,
    Listener,
    Listening,
    Spent,
    Turn,
    barrier,
    due,
    enough,
    gauge,
    may_be_asked,
    over,
    places,
    take,
)
from rooms.scene import No
from tests.support.scenes import EVENING

LEE = Listener(user="lee", trained_until=EVENING + DAY, given=20, state=Listening.AVAILABLE)


def turned(one: Listener, *turns: Turn, now: int = EVENING, **more: Any) -> Listener:
    for turn in turns:
        after = take(one, turn, now, **more)
        assert isinstance(after, Listener), (turn, after)
        one = after
    return one


def test_every_state_has_a_row_and_a_clock_or_rest() -> None:
    """T2: an offer or a session has the clock of OFFERED and IN_SESSION; AVAILABLE waits for matching."""
    assert set(STEPS) == set(Listening)
    for state in Listening:
        if due(replace(LEE, state=state)) is None:
            assert state in RESTFUL | {Listening.AVAILABLE, Listening.OFFERED, Listening.IN_SESSION}


def test_two_missed_offers_are_somebody_who_is_away() -> None:
    """And an acceptance between them is not."""
    once = turned(turned(LEE, Turn.OFFER, offer="o1"), Turn.MISS, offer="o1")
    assert once.state is Listening.AVAILABLE
    twice = turned(turned(once, Turn.OFFER, offer="o2"), Turn.MISS, offer="o2")
    assert twice.state is Listening.AWAY
    assert turned(twice, Turn.COME).misses == 0
    declined = turned(turned(once, Turn.OFFER, offer="o2"), Turn.FREE, offer="o2")
    assert declined.state is Listening.AVAILABLE


@pytest.mark.parametrize(("heavy", "rest"), [(False, DURATIONS.cool_down), (True, DURATIONS.cool_down_heavy)])
def test_after_a_session_there_is_rest_that_cannot_be_skipped(heavy: bool, rest: int) -> None:
    """Wrap-up, then cool-down, longer after heavy; nor by going away and coming back."""
    busy = turned(turned(LEE, Turn.OFFER, offer="o1"), Turn.ACCEPT, offer="o1", session="s1")
    done = over(busy, "s1", EVENING, Spent(began=EVENING - HOUR, ended=EVENING, heavy=heavy))
    assert isinstance(done, Listener)
    assert done.state is Listening.WRAP_UP
    assert due(done) == (EVENING + DURATIONS.wrap_up, Turn.REST)
    cooling = turned(done, Turn.REST, now=EVENING + DURATIONS.wrap_up)
    assert due(cooling) == (EVENING + DURATIONS.wrap_up + rest, Turn.RISE)
    assert take(cooling, Turn.OFFER, EVENING + 4 * MINUTE) is No.NOT_SO
    there = turned(turned(cooling, Turn.GO, Turn.COME), Turn.CUT, Turn.BACK)
    assert there.state is Listening.COOL_DOWN
    assert not may_be_asked(there, EVENING + 4 * MINUTE)
    risen = turned(there, Turn.RISE, now=EVENING + DURATIONS.wrap_up + rest)
    assert risen.state is Listening.AVAILABLE
    assert may_be_asked(risen, EVENING + HOUR)


def test_rest_leads_where_the_listener_wanted_to_go() -> None:
    cooling = replace(LEE, state=Listening.COOL_DOWN, rest_until=EVENING)
    assert turned(turned(cooling, Turn.GO), Turn.RISE).state is Listening.AWAY
    assert turned(turned(cooling, Turn.CUT), Turn.RISE).state is Listening.OFFLINE


def spent(*sessions: tuple[int, int, bool]) -> tuple[Spent, ...]:
    """(hours ago, minutes it lasted, heavy)."""
    return tuple(
        Spent(began=EVENING - ago * HOUR, ended=EVENING - ago * HOUR + long * MINUTE, heavy=heavy)
        for ago, long, heavy in sessions
    )


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, None),
        ({"trained_until": EVENING}, "training"),
        ({"low_at": EVENING - HOUR}, "low"),
        ({"held_at": EVENING - 13 * DAY}, "held"),
        ({"spent": spent(*[(ago, 10, False) for ago in (2, 4, 6, 8)])}, "today"),
        ({"spent": spent((5, 90, False), (9, 91, False))}, "today"),
        ({"spent": spent((2, 10, True), (20, 10, True))}, "heavy"),
        ({"spent": spent(*[(30 + 20 * each, 121, False) for each in range(6)])}, "week"),
        ({"spent": spent((25, 170, True), (30, 10, True), (40, 10, True))}, None),
    ],
)
def test_caps_and_care_say_who_is_not_asked_today(changes: dict[str, Any], word: str | None) -> None:
    """For the listener alone, as a word; yesterday's sessions do not count for today."""
    one = replace(LEE, **changes)
    assert barrier(one, EVENING) == word
    assert may_be_asked(one, EVENING) == (word is None)


def test_a_second_place_is_for_the_experienced() -> None:
    assert places(replace(LEE, capacity=2)) == 1
    able = replace(LEE, capacity=2, given=CAPS.experienced)
    assert places(able) == 2
    busy = turned(turned(able, Turn.OFFER, offer="o1"), Turn.ACCEPT, offer="o1", session="s1")
    assert may_be_asked(busy, EVENING)
    both = turned(turned(busy, Turn.OFFER, offer="o2"), Turn.ACCEPT, offer="o2", session="s2")
    assert not may_be_asked(both, EVENING)
    one_left = over(both, "s1", EVENING, Spent(began=EVENING, ended=EVENING))
    assert isinstance(one_left, Listener)
    assert one_left.state is Listening.IN_SESSION


def test_who_has_two_places_is_not_asked_for_more_than_the_day_holds() -> None:
    """Both may be accepted: a question counts like a session."""
    given = tuple(Spent(began=EVENING - HOUR, ended=EVENING - HOUR + each) for each in range(CAPS.sessions_day - 1))
    able = replace(LEE, capacity=2, given=CAPS.experienced, spent=given)
    assert may_be_asked(able, EVENING)
    assert not may_be_asked(turned(able, Turn.OFFER, offer="o1"), EVENING)


def test_two_places_never_make_more_heavy_ones_than_the_day_holds() -> None:
    """Whichever of two at once turns out heavy: it is reckoned with when they are asked."""
    able = replace(LEE, capacity=2, given=CAPS.experienced, spent=spent((2, 10, True)))
    assert may_be_asked(able, EVENING)
    assert not may_be_asked(turned(able, Turn.OFFER, offer="o1"), EVENING)


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=12), st.booleans())
def test_a_cap_that_is_reached_is_said_once(day: list[tuple[int, bool]], beside: bool) -> None:
    """However the sessions of a day follow on each other, with another one open beside them or not."""
    one, said = replace(LEE, sessions=("beside",) if beside else ()), []
    for minutes, heavy in day:
        more = Spent(began=EVENING - minutes * MINUTE, ended=EVENING, heavy=heavy)
        after = replace(one, spent=(*one.spent, more))
        said.append(enough(one, after, EVENING))
        one = after
    full = barrier(replace(one, sessions=()), EVENING)
    assert len([word for word in said if word]) == (full is not None)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 60), st.booleans()), max_size=12))
def test_the_gauge_is_full_exactly_when_a_cap_is_reached(sessions: list[tuple[int, int, bool]]) -> None:
    one = replace(LEE, spent=spent(*sessions))
    assert (max(gauge(one, EVENING).values()) >= 1.0) == (barrier(one, EVENING) is not None)


@given(st.lists(st.tuples(st.sampled_from(list(Turn)), st.integers(0, 10 * MINUTE)), max_size=30))
def test_whatever_happens_nobody_is_asked_who_is_not_there(turns: list[tuple[Turn, int]]) -> None:
    """Only who is available, offered or in a session with a place left, connected, and on shift."""
    one, now = LEE, EVENING
    for turn, later in turns:
        now += later
        named: dict[str, Any] = {} if turn is Turn.LEAVE else {"offer": f"o{now}", "session": f"s{now}"}
        after = take(one, turn, now, **named)
        one = after if isinstance(after, Listener) else one
        if may_be_asked(one, now):
            assert one.state in (Listening.AVAILABLE, Listening.OFFERED, Listening.IN_SESSION)
            assert not one.gone_at
            assert one.rest_until <= now
            assert len(one.sessions) < places(one)
