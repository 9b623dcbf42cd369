"""Seeking as a table: no state without a clock, nobody loses their age, nobody held is sent away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import DURATIONS, HOUR, MINUTE
from rooms.scene import No
from rooms.seeking import STEPS, WIDER, Ask, Request, Risk, Seeking, alternatives, due, take
from tests.support.scenes import EVENING

ASKS = st.lists(st.tuples(st.sampled_from(list(Ask)), st.integers(0, 20 * MINUTE)), max_size=30)


def asking(**more: object) -> Request:
    return replace(Request(id="r1", seeker="sam", since=EVENING), **more)  # type: ignore[arg-type]


def stepped(request: Request, *asks: Ask, now: int = EVENING, **more: object) -> Request:
    """Steps that have to be possible."""
    for ask in asks:
        after = take(request, ask, now, **more)  # type: ignore[arg-type]
        assert isinstance(after, Request), (ask, after)
        request = after
    return request


def test_every_state_has_a_row_and_every_waiting_state_a_clock() -> None:
    """T2: only a session takes the clock over."""
    assert set(STEPS) == set(Seeking)
    for state in Seeking:
        fall = due(asking(state=state, choose_by=EVENING, ended_at=EVENING))
        assert (fall is None) == (state is Seeking.MATCHED)


@given(ASKS)
def test_the_age_of_a_request_never_changes(asks: list[tuple[Ask, int]]) -> None:
    """Whatever listeners answer and however often: the place is kept, the risk never falls (T9, T14)."""
    request, now, worst = asking(), EVENING, Risk.NONE
    for ask, later in asks:
        now += later
        worse: dict[str, Any] = {"risk": Risk.CONCERN} if ask is Ask.RAISE else {}
        after = take(request, ask, now, **worse)
        if isinstance(after, Request):
            request = after
        assert request.since == EVENING
        assert request.risk >= worst
        worst = request.risk


@given(ASKS)
def test_updates_fall_due_on_the_minute_whatever_was_offered(asks: list[tuple[Ask, int]]) -> None:
    """T9: an offer moves nothing that the seeker hears."""
    one, other, now = asking(), asking(), EVENING
    for ask, later in asks:
        now += later
        if ask in (Ask.OFFER, Ask.RETURN):  # what only listeners do happens to one of the two
            after = take(one, ask, now)
            one = after if isinstance(after, Request) else one
    for request in (one, other):
        fall = due(replace(request, choose_by=-1))
        assert fall is not None
        assert fall == (EVENING + MINUTE, Ask.UPDATE)


def test_declined_by_one_it_goes_to_three_and_then_to_all() -> None:
    """The place stays, the circle widens."""
    request = asking()
    widths = []
    for _ in range(4):
        widths.append(request.width)
        request = stepped(request, Ask.OFFER, Ask.RETURN)
    assert widths == [1, 3, 0, 0]
    assert set(WIDER) == {0, 1, 3}


def test_after_fifteen_minutes_a_choice_is_offered_once() -> None:
    """Keep waiting, be told, or stop: and who keeps waiting is not asked again."""
    now = EVENING + DURATIONS.call_back
    request = replace(asking(), told=15)
    assert due(request) == (now, Ask.CALL)
    choosing = stepped(request, Ask.CALL, now=now)
    assert due(choosing) == (now + DURATIONS.call_back_choice, Ask.EXPIRE)
    kept = stepped(choosing, Ask.KEEP, now=now + MINUTE)
    assert kept.state is Seeking.QUEUED
    assert due(kept) == (EVENING + 17 * MINUTE, Ask.UPDATE)
    told = stepped(choosing, Ask.TELL_ME, now=now)
    assert due(told) == (now + 12 * HOUR, Ask.EXPIRE)
    assert stepped(told, Ask.FREE, now=now + HOUR).order == asking().order


def test_nobody_in_danger_is_asked_to_come_another_time() -> None:
    """F16: held while choosing, they are at the head of the queue again; and a cut takes no place from them."""
    late = EVENING + 16 * MINUTE
    choosing = stepped(replace(asking(), told=15), Ask.CALL, now=EVENING + DURATIONS.call_back)
    held = stepped(choosing, Ask.RAISE, now=late, held=True, risk=Risk.HIGH)
    assert held.state is Seeking.QUEUED
    assert held.order < asking(since=1).order
    cut = stepped(held, Ask.CUT, now=late)
    fall = due(cut)
    assert fall is not None
    assert fall[1] is Ask.UPDATE
    assert stepped(asking(risk=Risk.HIGH), Ask.UPDATE, now=EVENING + MINUTE).choose_by == 0


def test_a_cut_keeps_the_place_for_ten_minutes() -> None:
    cut = stepped(replace(asking(), told=30), Ask.CUT, now=EVENING + MINUTE)
    assert due(replace(cut, choose_by=-1)) == (EVENING + 11 * MINUTE, Ask.EXPIRE)
    assert stepped(cut, Ask.BACK, now=EVENING + 5 * MINUTE).gone_at == 0


def test_time_does_only_what_is_due() -> None:
    """Two nodes that see to one deadline: the second finds that it is not due any more."""
    once = stepped(asking(), Ask.UPDATE, now=EVENING + MINUTE)
    assert take(once, Ask.UPDATE, EVENING + MINUTE) is No.TOO_SOON
    assert take(asking(), Ask.EXPIRE, EVENING + HOUR) is No.TOO_SOON
    assert take(asking(state=Seeking.CLOSED), Ask.OFFER, EVENING) is No.CLOSED


def test_other_ways_are_named_after_three_minutes() -> None:
    assert not alternatives(asking(), EVENING + 3 * MINUTE - 1)
    assert alternatives(asking(), EVENING + 3 * MINUTE)
