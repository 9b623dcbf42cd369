"""The session as a table: clocks everywhere, nobody cut off while held, neutral ends, a seat that is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import DAY, DURATIONS, MINUTE
from rooms.scene import No
from rooms.session import LIVE, STEPS, Guest, Move, Seat, Session, Talk, due, may_read, may_speak, take
from tests.support.scenes import EVENING

NEW = Session(id="s1", request="r1", seeker="sam", listener="lee", began=EVENING, stirred=EVENING)
OPEN = replace(
    NEW, state=Talk.ACTIVE, seeker_spoke=EVENING, listener_spoke=EVENING, soft_end=EVENING + DURATIONS.soft_end
)


def moved(one: Session, move: Move, now: int = EVENING, **more: Any) -> Session:
    after = take(one, move, now, **more)
    assert isinstance(after, Session), (move, after)
    return after


def by_time(one: Session, until: Talk) -> list[tuple[int, Move]]:
    """What time alone does, in minutes since the beginning, until the session is in a state."""
    did = []
    while one.state is not until:
        fall = due(one)
        assert fall is not None
        one = moved(one, fall[1], fall[0])
        did.append(((fall[0] - EVENING) // MINUTE, fall[1]))
    return did


def test_every_state_has_a_row_and_a_clock_unless_it_is_over() -> None:
    """T2; who is held in a room without a listener has the clocks of the hold."""
    assert set(STEPS) == set(Talk)
    for state in Talk:
        one = replace(OPEN, state=state, until=EVENING, ended_at=EVENING, listener_gone=EVENING)
        assert (due(one) is None) == (state in (Talk.VACANT, Talk.PURGED))


def test_a_silent_listener_is_nudged_and_then_given_up_on() -> None:
    assert by_time(NEW, Talk.ENDED) == [(1, Move.NUDGE), (2, Move.LOSE)]
    spoke = moved(NEW, Move.WORDS, by="lee")
    assert by_time(spoke, Talk.ENDED)[:2] == [(5, Move.HUSH), (15, Move.TIRE)]


def test_the_first_words_of_both_make_it_a_conversation() -> None:
    spoke = moved(moved(NEW, Move.WORDS, by="sam"), Move.WORDS, by="sam")
    assert spoke.state is Talk.CONNECTING
    both = moved(spoke, Move.WORDS, EVENING + MINUTE, by="lee")
    assert both.state is Talk.ACTIVE
    assert both.soft_end == EVENING + MINUTE + DURATIONS.soft_end


def test_bells_ring_and_the_end_is_soft_and_may_be_put_off_once_by_both() -> None:
    lively = replace(OPEN, stirred=EVENING + DAY)
    bells = by_time(lively, Talk.CLOSING)
    assert bells == [(35, Move.BELL), (42, Move.BELL), (45, Move.TIRE)]
    one = moved(lively, Move.EXTEND, by="sam")
    assert one.soft_end == lively.soft_end
    assert not one.extended
    both = moved(one, Move.EXTEND, by="lee")
    assert both.soft_end == lively.soft_end + DURATIONS.extension
    assert take(both, Move.EXTEND, EVENING, by="sam") is No.NOT_SO


def test_the_seat_of_the_seeker_is_kept_for_five_minutes_and_of_the_listener_for_one() -> None:
    """And when both are gone the longer one counts; who comes back goes on."""
    assert by_time(moved(OPEN, Move.CUT, by="sam"), Talk.CLOSING) == [(5, Move.TIRE)]
    assert by_time(moved(OPEN, Move.CUT, by="lee"), Talk.ENDED) == [(1, Move.LOSE)]
    both = moved(moved(OPEN, Move.CUT, by="lee"), Move.CUT, EVENING + 1, by="sam")
    assert both.state is Talk.SEEKER_GONE
    assert moved(both, Move.BACK, by="sam").state is Talk.LISTENER_GONE
    assert moved(moved(both, Move.BACK, by="lee"), Move.BACK, by="sam").state is Talk.ACTIVE
    twice = moved(moved(OPEN, Move.CUT, by="sam"), Move.CUT, EVENING + MINUTE, by="sam")
    assert twice.seeker_gone == EVENING


def test_closing_can_be_undone_by_who_closed_for_twenty_seconds() -> None:
    closing = moved(OPEN, Move.CLOSE, by="sam")
    assert due(closing) == (EVENING + DURATIONS.undo, Move.END)
    assert take(closing, Move.UNDO, EVENING, by="lee") is No.FORBIDDEN
    assert take(closing, Move.UNDO, EVENING + DURATIONS.undo, by="sam") is No.EXPIRED
    assert moved(closing, Move.UNDO, by="sam").state is Talk.ACTIVE


STEP = st.tuples(st.sampled_from(list(Move)), st.sampled_from(["sam", "lee", ""]), st.integers(0, 8 * MINUTE))
ANY = st.lists(STEP, max_size=25)


@given(ANY)
def test_while_somebody_is_held_nothing_ends_their_session_but_the_end_of_being_held(moves: list[Any]) -> None:
    """F16: no timer, no close, no cut. PART is only made by what ends the hold (staying.py), LET_GO likewise."""
    one, now = moved(OPEN, Move.HOLD, by="sam"), EVENING
    for move, by, later in moves:
        now += later
        if move in (Move.PART, Move.LET_GO):
            continue
        after = take(one, move, now, by=by)
        one = after if isinstance(after, Session) else one
        assert one.held
        assert one.state in LIVE - {Talk.CLOSING}


@given(ANY)
def test_a_session_ends_once_and_time_is_never_early(moves: list[Any]) -> None:
    """T11: what falls due is never done before its time, by nobody."""
    one, now = OPEN, EVENING
    for move, by, later in moves:
        now += later
        fall = due(one)
        after = take(one, move, now, by=by)
        if isinstance(after, Session):
            if move in (Move.TIRE, Move.END, Move.HUSH, Move.NUDGE, Move.BELL, Move.FADE, Move.PURGE):
                assert fall is not None
                assert fall[0] <= now
            assert not (one.ended_at and after.ended_at != one.ended_at)
            one = after


def test_being_held_while_it_closes_opens_it_again() -> None:
    """CLOSING: timer cancelled."""
    assert moved(moved(OPEN, Move.CLOSE, by="lee"), Move.HOLD).state is Talk.ACTIVE
    assert moved(moved(NEW, Move.CLOSE, by="lee"), Move.HOLD).state is Talk.CONNECTING


def test_when_being_held_is_over_the_two_have_time_again() -> None:
    late = replace(moved(OPEN, Move.HOLD), soft_end=EVENING - 1)
    go_on = moved(late, Move.LET_GO)
    assert not go_on.held
    assert go_on.state is Talk.ACTIVE
    assert go_on.soft_end > EVENING + DURATIONS.quiet
    vacant = moved(moved(OPEN, Move.HOLD), Move.EMPTY, by="lee")
    assert vacant.state is Talk.VACANT
    assert take(vacant, Move.LET_GO, EVENING) is No.NOT_SO
    assert take(OPEN, Move.EMPTY, EVENING, by="lee") is No.NOT_SO


def test_words_go_after_a_day_or_when_the_case_about_them_has_ended() -> None:
    ended = moved(OPEN, Move.PART, by="sam")
    assert due(ended) == (EVENING + DAY, Move.FADE)
    assert due(replace(ended, sealed_until=EVENING + 3 * DAY)) == (EVENING + 3 * DAY, Move.FADE)
    archived = moved(ended, Move.FADE, EVENING + DAY)
    assert due(archived) == (EVENING + 30 * DAY, Move.PURGE)
    assert not may_read(archived, "sam")


@pytest.mark.parametrize(
    ("user", "reads"), [("sam", True), ("lee", True), ("sue", False), ("rae", True), ("bo", False), ("", False)]
)
def test_only_the_two_and_who_both_were_told_of_read_the_room(user: str, reads: bool) -> None:
    """T10: a guest who is coming reads nothing yet."""
    one = replace(
        OPEN, guests=(Guest(user="sue", role="supervisor"), Guest(user="rae", role="responder", present=True))
    )
    assert may_read(one, user) == may_speak(one, user) == reads
    assert not may_speak(replace(one, state=Talk.ENDED), user)
    assert (one.seat(user) is not None) == (user in ("sam", "lee"))
    assert one.seat("sam") is Seat.SEEKER
