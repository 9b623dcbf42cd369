"""Held with you: an open disclosure belongs to a person, not to a room, and has three endings only (F16, T6).

             settle (the person, and then a responder or supervisor) ─▶ SETTLED
             the person: "somebody answered there" ─────────────────▶ HANDED_OVER ── undo, ten minutes ──▶ HELD
    HELD ────┤
     ▲ │     the person's own tap ─────────────────────────────────▶ LEFT
     │ │
     │ └─ quick exit, or cut for too long ─▶ AWAY ── a day, and two of the team ─▶ NO_CONTACT
     └──────────── they are back ────────────┘

No timer, block, listener, report, ban, suspension or member of staff alone ends it. A band never falls by silence; a
human can lower it. Said again within a day of an ending, it is HELD again and the responders are asked first.

*Settling* takes both: the person says that they are OK at some place of the talk, and somebody who may agree has seen
that and no newer words of theirs. Who was reported by the person may not agree. The person alone can always leave.

Pure: `take` makes one step, `due` says what falls due next. Who is asked to come is escalation.py's, the way to a line
handover.py's; both live in the same row, because what the person is told depends on all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from rooms import escalation, handover
from rooms.durations import DURATIONS, Durations
from rooms.escalation import Asking, Clock
from rooms.events import Band
from rooms.handover import Handover, Line
from rooms.scene import No
from rooms.seeking import Risk


class Held(StrEnum):
    """Where it stands."""

    HELD = "held"
    AWAY = "away"
    SETTLED = "settled"
    HANDED_OVER = "handed_over"
    LEFT = "left"
    NO_CONTACT = "no_contact"


class Act(StrEnum):
    """What can happen, whoever does it."""

    RAISE = "raise"  # said again, or worse
    LOWER = "lower"  # a human of the team
    SAY_OK = "say_ok"  # the person: "I'm OK"
    SETTLE = "settle"  # of the team
    CONFIRM = "confirm"  # the person: "somebody answered there"
    LEAVE = "leave"  # the person's one tap
    UNDO = "undo"
    CUT = "cut"
    BACK = "back"
    QUIT = "quit"  # quick exit: away at once
    FADE = "fade"  # cut for too long
    SPEAK = "speak"  # any sign of the person
    CHECK = "check"  # silence: they are asked, gently; from the second time on who is with them is told
    TICK = "tick"  # the escalation clock
    DIAL = "dial"  # the way to a line, but for its end
    CONSENT = "consent"
    REMIND = "remind"  # away for a day, and again: the team is asked to settle it
    NO_CONTACT = "no_contact"
    FORGET = "forget"
    # what others do, and what never ends it
    CLOSE = "close"
    BLOCK = "block"
    STEP_OUT = "step_out"
    LISTENER_GONE = "listener_gone"
    REPORT = "report"
    BAN = "ban"


HE, AW, SE, HO, LE, NC = Held
_SAME = dict.fromkeys((Act.CLOSE, Act.BLOCK, Act.STEP_OUT, Act.LISTENER_GONE, Act.REPORT, Act.BAN, Act.LOWER))

# The table. What is not in it does not happen.
STEPS: Mapping[Held, Mapping[Act, Held]] = {
    HE: {
        **dict.fromkeys(_SAME, HE), Act.RAISE: HE, Act.SAY_OK: HE, Act.SETTLE: SE, Act.CONFIRM: HO, Act.LEAVE: LE,
        Act.CUT: HE, Act.BACK: HE, Act.QUIT: AW, Act.FADE: AW, Act.SPEAK: HE, Act.CHECK: HE, Act.TICK: HE,
        Act.DIAL: HE, Act.CONSENT: HE,
    },
    AW: {
        **dict.fromkeys(_SAME, AW), Act.RAISE: HE, Act.BACK: HE, Act.LEAVE: LE, Act.CUT: AW, Act.QUIT: AW,
        Act.TICK: AW, Act.REMIND: AW, Act.NO_CONTACT: AW,
    },
    SE: {Act.RAISE: HE, Act.FORGET: SE},
    HO: {Act.RAISE: HE, Act.UNDO: HE, Act.FORGET: HO},
    LE: {Act.RAISE: HE, Act.FORGET: LE},
    NC: {Act.RAISE: HE, Act.FORGET: NC},
}  # fmt: skip

ENDINGS = frozenset({SE, HO, LE, NC})
OPEN = frozenset({HE, AW})
AGREEING = frozenset({"responder", "supervisor"})
# Two of the team, not one twice, say that there is no contact.
VOTES = 2


class Joins(StrEnum):
    """What the person has said about somebody of the team joining."""

    UNSAID = "unsaid"
    YES = "yes"
    NOT_YET = "not_yet"
    ONLY_LISTENER = "only_listener"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One person's open disclosure: ids and times, nothing they said. `case` is what staff call it."""

    user: str
    case: str
    since: int
    band: Band = Band.ADULT
    state: Held = Held.HELD
    risk: Risk = Risk.HIGH
    kind: str = ""
    room: str = ""  # where it was said
    language: str = ""
    country: str = ""  # for the lines of a card made by another node
    session: str = ""
    responders: tuple[str, ...] = ()  # who is there, as the person was told
    asking: Asking = field(default_factory=Asking)
    handover: Handover = field(default_factory=Handover)
    joins: Joins = Joins.UNSAID
    stirred: int = 0  # the person's last sign
    spoke_seq: int = 0  # the sequence of their last words in the session
    ok_seq: int = -1  # at which they said that they are OK; -1 they have not
    checks: int = 0
    gone_at: int = 0
    away_at: int = 0
    reminded_at: int = 0
    votes: frozenset[str] = frozenset()
    reported: frozenset[str] = frozenset()  # by the person: they settle nothing
    volunteers: bool = True  # False after two upheld reports within a day: no volunteer listener
    ended_at: int = 0
    ended_by: str = ""
    said: int = 0  # how often it was told who is there (T15)


def lately(hold: Hold, now: int, times: Durations = DURATIONS) -> bool:
    """Whether they are held, or were within the day: the head of everything, responders first."""
    return hold.state in OPEN or now < hold.ended_at + times.reentry


def take(
    hold: Hold,
    act: Act,
    now: int,
    times: Durations = DURATIONS,
    *,
    by: str = "",
    role: str = "",
    seq: int = 0,
    **changes: Any,
) -> Hold | No:
    """Make one step. `by` is who does it, "" for time; `role` theirs; `seq` the place of the talk they have seen."""
    state = STEPS[hold.state].get(act)
    if state is None:
        return No.CLOSED if hold.state in ENDINGS else No.NOT_SO
    if no := _objection(hold, act, now, by, role, seq, times):
        return no
    if act is Act.NO_CONTACT and len(hold.votes | {by}) >= VOTES:
        state = NC
    if act is Act.LEAVE and by != hold.user:
        raise AssertionError("only the person leaves")
    return _marked(replace(hold, state=state, **changes), hold, act, by, now, seq)


def _objection(hold: Hold, act: Act, now: int, by: str, role: str, seq: int, times: Durations) -> No | None:
    """Why this step is not made, or None."""
    own = by == hold.user
    match act:
        case Act.SAY_OK | Act.CONFIRM | Act.LEAVE | Act.UNDO if not own:
            return No.FORBIDDEN
        case Act.SETTLE:
            if own or role not in AGREEING or by in hold.reported:
                return No.FORBIDDEN
            if hold.ok_seq < 0:
                return No.TOO_SOON
            return No.STALE if seq < max(hold.ok_seq, hold.spoke_seq) or hold.spoke_seq > hold.ok_seq else None
        case Act.NO_CONTACT:
            if own or not role or by in hold.reported:
                return No.FORBIDDEN
            return No.TOO_SOON if now < hold.away_at + times.seat else None
        case Act.LOWER if own or not role:
            return No.FORBIDDEN
        case Act.UNDO if now >= hold.ended_at + times.handover_undo:
            return No.EXPIRED
        case Act.FADE | Act.CHECK | Act.REMIND | Act.FORGET:
            return None if (act in _due_now(hold, now, times)) else No.TOO_SOON
    return None


def _marked(after: Hold, before: Hold, act: Act, by: str, now: int, seq: int) -> Hold:
    """What a step leaves beside the state."""
    if after.state in ENDINGS and before.state in OPEN:
        votes = before.votes | {by} if after.state is NC else frozenset()
        return replace(after, ended_at=now, ended_by=by, responders=(), votes=votes)
    match act:
        case Act.RAISE:
            risk = max(before.risk, after.risk) if before.state in OPEN else after.risk
            return replace(_here(after, now), risk=risk, ok_seq=-1, votes=frozenset(), checks=0)
        case Act.SPEAK | Act.BACK | Act.CONSENT | Act.DIAL if by == before.user:
            return replace(_here(after, now), spoke_seq=max(before.spoke_seq, seq), checks=0, votes=frozenset())
        case Act.SAY_OK:
            return replace(_here(after, now), ok_seq=seq, checks=0)
        case Act.CUT:
            return replace(after, gone_at=before.gone_at or now)
        case Act.QUIT | Act.FADE if before.state is HE:
            return replace(after, away_at=now, gone_at=before.gone_at or now, responders=(), reminded_at=now)
        case Act.CHECK:
            return replace(after, checks=before.checks + 1)
        case Act.REMIND:
            return replace(after, reminded_at=now)
        case Act.NO_CONTACT:
            return replace(after, votes=before.votes | {by})
        case Act.UNDO:
            return replace(_here(after, now), ok_seq=-1)
    return after


def _here(hold: Hold, now: int) -> Hold:
    return replace(hold, stirred=now, gone_at=0, away_at=0, reminded_at=0)


def _due_now(hold: Hold, now: int, times: Durations) -> set[Act]:
    return {act for at, act in _falls(hold, times) if at <= now}


def due(hold: Hold, times: Durations = DURATIONS) -> tuple[int, Act]:
    """What falls due next and when (ms). There is always something: nobody who is held is forgotten (T2)."""
    return min(_falls(hold, times))


def _falls(hold: Hold, times: Durations) -> list[tuple[int, Act]]:
    if hold.state in ENDINGS:
        return [(hold.ended_at + times.reentry, Act.FORGET)]
    if hold.state is AW:
        return [(hold.reminded_at + times.seat, Act.REMIND)]
    falls = [(max(hold.stirred, hold.since) + _silence(hold.checks, times), Act.CHECK)]
    if (at := escalation.due(hold.asking, times)) is not None:
        falls.append((at, Act.TICK))
    if (at := handover.due(hold.handover, times)) is not None:
        falls.append((at, Act.DIAL))
    if hold.gone_at:
        patience = times.dialling_gone if hold.handover.state is Line.DIALLING else times.held_gone
        falls.append((hold.gone_at + patience, Act.FADE))
    return falls


def _silence(checks: int, times: Durations) -> int:
    """After how much silence they are asked next: at two minutes, at five (who is with them hears it too), at ten, …"""
    return max(times.check, times.check_again) * checks if checks else times.check


def needs_somebody(hold: Hold) -> bool:
    """Whether somebody of the team is still being looked for."""
    return hold.state is HE and hold.asking.step not in (Clock.TAKEN, Clock.STOPPED)
