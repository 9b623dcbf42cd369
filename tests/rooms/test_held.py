"""Held as a table, walked exhaustively: three endings, each by whom it may be, and nothing else (T6)."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from rooms.durations import DAY, DURATIONS, MINUTE
from rooms.escalation import Asking, Clock
from rooms.handover import Handover, Line
from rooms.held import ENDINGS, OPEN, STEPS, Act, Held, Hold, due, lately, take
from rooms.scene import No
from rooms.seeking import Risk
from tests.support.scenes import EVENING

SAM = Hold(user="sam", case="c1", since=EVENING, stirred=EVENING, asking=Asking(since=EVENING))
# Whoever could do anything: the person, their listener, staff of each role, somebody the person reported, time.
PEOPLE = (
    ("sam", ""), ("lee", ""), ("rae", "responder"), ("sue", "supervisor"), ("mo", "moderator"), ("bad", "responder"),
    ("", ""),
)  # fmt: skip
LATER = (0, 16 * MINUTE, 25 * 60 * MINUTE)
# For which it matters what was said last, and how far somebody has read.
OF_WORDS = (Act.SPEAK, Act.SAY_OK, Act.SETTLE)


def acted(hold: Hold, act: Act, now: int = EVENING, **more: Any) -> Hold:
    after = take(hold, act, now, **more)
    assert isinstance(after, Hold), (act, after)
    return after


def tried(hold: Hold, act: Act, now: int, by: str, role: str, seq: int) -> Hold | None:
    """One step, by anybody; None where it was not made. That only the person leaves is an assertion of the table."""
    try:
        after = take(hold, act, now, by=by, role=role, seq=seq)
    except AssertionError:
        assert act is Act.LEAVE
        assert by != hold.user
        return None
    return after if isinstance(after, Hold) else None


def shape(hold: Hold, now: int) -> tuple[Any, ...]:
    """What of a hold can matter for what may happen next; times as what they allow."""
    clocks = (bool(hold.gone_at), now >= hold.away_at + DAY, now < hold.ended_at + DURATIONS.handover_undo)
    marks = (hold.ok_seq >= 0, hold.spoke_seq > hold.ok_seq, hold.votes, hold.checks > 0, hold.handover.state)
    return (hold.state, *clocks, *marks)


def test_an_exhaustive_walk_of_the_table_finds_three_endings_and_two_staff_after_a_day() -> None:
    """T6: every act, by everybody, at every moment that matters, from everywhere that can be reached."""
    begin = replace(SAM, reported=frozenset({"bad"}))
    seen, todo = {shape(begin, EVENING)}, deque([(begin, EVENING)])
    endings: dict[Held, set[tuple[Act, str]]] = {}
    while todo:
        hold, now = todo.popleft()
        for act in Act:
            for by, role in PEOPLE:
                for later in LATER:
                    for seq in (0, 5) if act in OF_WORDS else (0,):
                        then = now + later
                        after = tried(hold, act, then, by, role, seq)
                        if after is None:
                            continue
                        if after.state in ENDINGS and hold.state in OPEN:
                            endings.setdefault(after.state, set()).add((act, by))
                            if after.state is Held.NO_CONTACT:
                                assert hold.state is Held.AWAY
                                assert then >= hold.away_at + DAY
                                assert len(after.votes) == 2
                            if after.state is Held.SETTLED:
                                assert hold.ok_seq >= hold.spoke_seq, "settled over newer words"
                        if (found := shape(after, then)) not in seen:
                            seen.add(found)
                            todo.append((after, then))
    assert endings == {
        Held.SETTLED: {(Act.SETTLE, "rae"), (Act.SETTLE, "sue")},
        Held.HANDED_OVER: {(Act.CONFIRM, "sam")},
        Held.LEFT: {(Act.LEAVE, "sam")},
        Held.NO_CONTACT: {(Act.NO_CONTACT, by) for by in ("rae", "sue", "mo")},
    }
    assert len(seen) > 50


@pytest.mark.parametrize("act", [Act.CLOSE, Act.BLOCK, Act.STEP_OUT, Act.LISTENER_GONE, Act.REPORT, Act.BAN])
@pytest.mark.parametrize("state", sorted(OPEN))
def test_what_others_do_ends_nothing(act: Act, state: Held) -> None:
    """F16: not a timer, not a block, not a listener who leaves, not a ban."""
    assert acted(replace(SAM, state=state), act, by="lee").state is state


def test_whoever_is_held_always_has_a_clock() -> None:
    """T2: nobody is forgotten, in no state."""
    assert set(STEPS) == set(Held)
    for state in Held:
        assert due(replace(SAM, state=state, ended_at=EVENING, reminded_at=EVENING))[0] > EVENING


def test_settling_needs_both_and_newer_words_make_it_stale() -> None:
    """The person says so first; whoever agrees has seen that, and nothing was said since."""
    assert take(SAM, Act.SETTLE, EVENING, by="rae", role="responder", seq=9) is No.TOO_SOON
    said = acted(acted(SAM, Act.SPEAK, by="sam", seq=4), Act.SAY_OK, by="sam", seq=5)
    assert take(said, Act.SETTLE, EVENING, by="rae", role="responder", seq=4) is No.STALE
    assert take(said, Act.SETTLE, EVENING, by="mo", role="moderator", seq=5) is No.FORBIDDEN
    assert take(said, Act.SETTLE, EVENING, by="sam", role="responder", seq=5) is No.FORBIDDEN
    assert acted(said, Act.SETTLE, by="rae", role="responder", seq=5).state is Held.SETTLED
    spoke = acted(said, Act.SPEAK, by="sam", seq=6)
    assert take(spoke, Act.SETTLE, EVENING, by="rae", role="responder", seq=6) is No.STALE
    again = acted(said, Act.RAISE, by="sam")
    assert take(again, Act.SETTLE, EVENING, by="rae", role="responder", seq=9) is No.TOO_SOON


def test_a_band_never_falls_by_saying_less_and_a_human_can_lower_it() -> None:
    worst = acted(SAM, Act.RAISE, by="sam", risk=Risk.IMMINENT)
    assert acted(worst, Act.RAISE, by="sam", risk=Risk.HIGH).risk is Risk.IMMINENT
    assert take(worst, Act.LOWER, EVENING, by="sam", risk=Risk.HIGH) is No.FORBIDDEN
    assert acted(worst, Act.LOWER, by="rae", role="responder", risk=Risk.HIGH).risk is Risk.HIGH


def test_a_cut_is_away_after_a_quarter_of_an_hour_and_after_half_an_hour_on_the_telephone() -> None:
    """Calls suspend browsers; and away is no ending."""
    cut = replace(acted(SAM, Act.CUT, by="sam"), asking=Asking(step=Clock.TAKEN), checks=99)
    assert due(cut) == (EVENING + 15 * MINUTE, Act.FADE)
    calling = replace(cut, handover=Handover(state=Line.DIALLING, since=EVENING, checks=3))
    assert due(calling) == (EVENING + 30 * MINUTE, Act.FADE)
    away = acted(cut, Act.FADE, EVENING + 15 * MINUTE)
    assert away.state is Held.AWAY
    assert acted(away, Act.BACK, by="sam").state is Held.HELD


def test_a_confirmed_handover_can_be_taken_back_for_ten_minutes() -> None:
    over = acted(SAM, Act.CONFIRM, by="sam")
    assert take(over, Act.UNDO, EVENING + 10 * MINUTE, by="sam") is No.EXPIRED
    assert take(over, Act.UNDO, EVENING + MINUTE, by="rae") is No.FORBIDDEN
    assert acted(over, Act.UNDO, EVENING + MINUTE, by="sam").state is Held.HELD


def test_said_again_within_a_day_it_is_held_again() -> None:
    left = acted(SAM, Act.LEAVE, by="sam")
    again = acted(left, Act.RAISE, EVENING + MINUTE, by="sam", risk=Risk.HIGH)
    assert again.state is Held.HELD
    assert lately(again, again.since)
    assert [lately(left, left.ended_at + DAY - ms) for ms in (1, 0)] == [True, False]
    assert acted(left, Act.FORGET, EVENING + DAY).state is Held.LEFT
