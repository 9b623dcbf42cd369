"""The session: two people in a private room, from the first hello to the last trace, as a table.

    CONNECTING ─ both spoke ─▶ ACTIVE ⇄ QUIET | SEEKER_GONE | LISTENER_GONE | TRANSFERRING
         │                       │ ▲                                │
         │ listener silent,      │ └──────── undo ──────────┐       │ a taker accepts: a new session,
         │ or gone for 60 s      ▼                          │       ▼ and this one ends when the taker speaks
         └────────▶ ENDED ◀── 20 s ── CLOSING ──────────────┘
                     │  ▲
                     │  └─ at once, and the same for all of them: block, step_out, report and leave, suspension
                     ▼
                 ARCHIVED (the words are gone) ─▶ PURGED

**Held.** While its seeker is held (held.py) no timer ends a session and nobody's leaving ends it: where the listener
goes, the room stays, VACANT, with the responders who are there. `held` is the person's, written into the session's row
in the same step, so that this table can read it.

**Neutral.** Why a session ended is kept (`why`) and never told: whoever stays sees one and the same word (T9).

Feedback is asked for while ENDED; the words of a session live a day after its end, or sealed for as long as a case
about them. Pure: `take` makes one step, `due` says what falls due next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from rooms.durations import DURATIONS, Durations
from rooms.events import Band
from rooms.scene import No


class Talk(StrEnum):
    """Where a session stands."""

    CONNECTING = "connecting"
    ACTIVE = "active"
    QUIET = "quiet"
    SEEKER_GONE = "seeker_gone"
    LISTENER_GONE = "listener_gone"
    TRANSFERRING = "transferring"
    VACANT = "vacant"  # held, and no listener: who is there is there as a responder
    CLOSING = "closing"
    ENDED = "ended"
    ARCHIVED = "archived"
    PURGED = "purged"


class Move(StrEnum):
    """What can happen to a session."""

    WORDS = "words"  # somebody said something
    STILL = "still"  # "still here", "need a minute"
    NUDGE = "nudge"
    LOSE = "lose"  # the listener never spoke, or is gone for too long: the seeker goes back to the head
    CUT = "cut"
    BACK = "back"
    HUSH = "hush"  # nobody has said anything for five minutes
    BELL = "bell"
    EXTEND = "extend"
    TRANSFER = "transfer"
    STAY = "stay"  # no taker in time, or the seeker said no
    CLOSE = "close"
    TIRE = "tire"  # time closes it: soft end, quiet for too long, the seeker gone for too long
    UNDO = "undo"
    END = "end"
    PART = "part"  # at once: block, step_out, report and leave, suspension, the end of being held
    EMPTY = "empty"  # the listener leaves somebody who is held
    HOLD = "hold"
    LET_GO = "let_go"
    FADE = "fade"  # the words go
    PURGE = "purge"


CN, AC, QU, SG, LG, TR, VA, CL, EN, AR, PU = Talk
_LIVE = {Move.CUT: AC, Move.PART: EN, Move.HOLD: AC, Move.LET_GO: AC}

# The table. What is not in it does not happen. CUT, BACK and HOLD leave the state that `_standing` finds.
STEPS: Mapping[Talk, Mapping[Move, Talk]] = {
    CN: {**_LIVE, Move.WORDS: CN, Move.NUDGE: CN, Move.LOSE: EN, Move.HUSH: QU, Move.CLOSE: CL, Move.EMPTY: VA,
         Move.CUT: CN, Move.BACK: CN, Move.HOLD: CN, Move.LET_GO: CN, Move.STILL: CN},
    AC: {**_LIVE, Move.WORDS: AC, Move.STILL: AC, Move.HUSH: QU, Move.BELL: AC, Move.EXTEND: AC, Move.BACK: AC,
         Move.TRANSFER: TR, Move.CLOSE: CL, Move.TIRE: CL, Move.EMPTY: VA},
    QU: {**_LIVE, Move.WORDS: AC, Move.STILL: AC, Move.BACK: QU, Move.CUT: QU, Move.TIRE: CL, Move.LOSE: EN,
         Move.CLOSE: CL, Move.EXTEND: AC, Move.EMPTY: VA, Move.HOLD: QU, Move.LET_GO: QU},
    SG: {**_LIVE, Move.BACK: AC, Move.CUT: SG, Move.TIRE: CL, Move.CLOSE: CL, Move.EMPTY: VA, Move.WORDS: SG,
         Move.HOLD: SG, Move.LET_GO: SG},
    LG: {**_LIVE, Move.BACK: AC, Move.CUT: LG, Move.LOSE: EN, Move.CLOSE: CL, Move.EMPTY: VA, Move.WORDS: LG,
         Move.HOLD: LG, Move.LET_GO: LG},
    TR: {**_LIVE, Move.WORDS: TR, Move.STILL: TR, Move.STAY: AC, Move.CUT: TR, Move.BACK: TR, Move.LOSE: EN,
         Move.CLOSE: CL, Move.EMPTY: VA, Move.HOLD: TR, Move.LET_GO: TR},
    VA: {Move.WORDS: VA, Move.CUT: VA, Move.BACK: VA, Move.PART: EN, Move.HOLD: VA, Move.STILL: VA},
    CL: {Move.UNDO: AC, Move.END: EN, Move.PART: EN, Move.HOLD: AC, Move.CUT: CL, Move.BACK: CL, Move.WORDS: CL},
    EN: {Move.FADE: AR},
    AR: {Move.PURGE: PU},
    PU: {},
}  # fmt: skip

LIVE = frozenset({CN, AC, QU, SG, LG, TR, VA, CL})
# Where each of the two may still speak: until the end. CLOSING is for a last word.
SPEAKING = LIVE
# What only time may do, and only when it is due.
OF_TIME = frozenset({Move.NUDGE, Move.HUSH, Move.BELL, Move.TIRE, Move.END, Move.FADE, Move.PURGE})


class Seat(StrEnum):
    """Whose seat of the two."""

    SEEKER = "seeker"
    LISTENER = "listener"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody of the team in the room. They read nothing before `present`: both have been told by then (T10)."""

    user: str
    role: str
    present: bool = False
    reason: str = ""
    unread: bool = False  # what was said before they came stays withheld from them (supervising.py)
    floor: str = ""  # the cursor of what was said last by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One conversation of two. Times are ms, 0 for never; words are in its room, not here."""

    id: str
    request: str
    seeker: str
    listener: str  # "" while VACANT
    began: int
    band: Band = Band.ADULT
    state: Talk = Talk.CONNECTING
    seeker_spoke: int = 0
    listener_spoke: int = 0
    stirred: int = 0  # the last sign of either
    nudged: bool = False
    soft_end: int = 0
    bells: int = 0
    extended: bool = False
    extenders: frozenset[str] = frozenset()
    seeker_gone: int = 0
    listener_gone: int = 0
    offering: str = ""  # TRANSFERRING: asked (the seeker is), agreed, offered
    until: int = 0  # TRANSFERRING, CLOSING
    closing_by: str = ""  # "" is time
    held: bool = False
    heavy: bool = False
    worried: bool = False  # its listener was told that something heavy was said
    guests: tuple[Guest, ...] = ()
    giver: str = ""  # the session this one takes over from
    why: str = ""  # kept, never told
    ended_at: int = 0
    said: int = 0  # how often it was told who is there (T15)
    sealed_until: int = 0
    sealed_by: frozenset[str] = frozenset()  # cases about it that have not ended
    again: frozenset[str] = frozenset()  # who wants to talk again
    gave: tuple[str, ...] = ()  # who has given feedback
    helped: tuple[str, ...] = ()  # who of the team was there

    def seat(self, user: str) -> Seat | None:
        """Whose seat this person has."""
        if user and user == self.seeker:
            return Seat.SEEKER
        return Seat.LISTENER if user and user == self.listener else None

    def guest(self, user: str) -> Guest | None:
        return next((one for one in self.guests if one.user == user), None)

    @property
    def present(self) -> tuple[str, ...]:
        """Who of the team is there, as both were told."""
        return tuple(one.user for one in self.guests if one.present)


def may_read(session: Session, user: str) -> bool:
    """Whether this person may read the room now: who has a seat, and guests both were told of (T10)."""
    if session.state in (AR, PU):
        return False
    guest = session.guest(user)
    return session.seat(user) is not None or (guest is not None and guest.present)


def may_speak(session: Session, user: str) -> bool:
    """Whether this person may write there now."""
    return session.state in LIVE and may_read(session, user)


def take(
    session: Session, move: Move, now: int, times: Durations = DURATIONS, *, by: str = "", **changes: Any
) -> Session | No:
    """Make one step. `by` is the person it comes from, "" for time."""
    state = STEPS[session.state].get(move)
    if state is None:
        return No.NOT_SO if session.state in LIVE else No.CLOSED
    if no := _objection(session, move, now, by, times):
        return no
    return _marked(replace(session, state=state, **changes), session, move, by, now, times)


def _objection(session: Session, move: Move, now: int, by: str, times: Durations) -> No | None:
    """Why this step is not made, or None."""
    if move in OF_TIME or (move in (Move.LOSE, Move.STAY) and not by):
        fall = due(session, times)
        if fall is None or fall[1] is not move or fall[0] > now:
            return No.TOO_SOON
    if session.held and move in (Move.CLOSE, Move.TIRE, Move.LOSE, Move.END, Move.TRANSFER):
        return No.NOT_SO  # being held has endings of its own
    if move is Move.EMPTY and not session.held:
        return No.NOT_SO
    if move is Move.UNDO and (by != session.closing_by or now >= session.until):
        return No.FORBIDDEN if by != session.closing_by else No.EXPIRED
    if move is Move.EXTEND and session.extended:
        return No.NOT_SO
    return None


def _marked(after: Session, before: Session, move: Move, by: str, now: int, times: Durations) -> Session:
    """What a step leaves beside the state."""
    seat = before.seat(by)
    match move:
        case Move.WORDS | Move.STILL:
            return _heard(after, before, seat, move, now, times)
        case Move.NUDGE:
            return replace(after, nudged=True)
        case Move.CUT if seat:
            return _standing(_gone(after, seat, now), before, now)
        case Move.BACK if seat:
            return _standing(_gone(after, seat, 0), before, now)
        case Move.HUSH:
            return replace(after, stirred=now)
        case Move.BELL:
            return replace(after, bells=before.bells + 1)
        case Move.EXTEND:
            both = before.extenders | {by}
            if {before.seeker, before.listener} <= both:
                return replace(
                    after, extended=True, extenders=both, soft_end=before.soft_end + times.extension, stirred=now
                )
            return replace(after, extenders=both)
        case Move.TRANSFER:
            return replace(after, until=now + times.transfer, offering="asked")
        case Move.STAY:
            return _standing(replace(after, until=0, offering="", stirred=now), before, now)
        case Move.CLOSE | Move.TIRE:
            return replace(after, until=now + times.undo, closing_by=by)
        case Move.UNDO | Move.HOLD | Move.LET_GO:
            return _turned(after, before, move, now, times)
        case Move.EMPTY:
            return replace(after, listener="", listener_gone=0, until=0, offering="")
        case Move.PURGE | Move.FADE:
            return after
    return replace(after, ended_at=now, until=0, offering="") if after.state is EN else after


def _heard(after: Session, before: Session, seat: Seat | None, move: Move, now: int, times: Durations) -> Session:
    """Somebody stirred; the first words of both make it a conversation."""
    if seat is None:
        return after
    after = replace(after, stirred=now)
    if move is Move.WORDS:
        spoke = seat is Seat.SEEKER
        after = replace(after, seeker_spoke=now) if spoke else replace(after, listener_spoke=now)
    if before.state is CN and after.seeker_spoke and after.listener_spoke:
        return _standing(replace(after, state=AC, soft_end=now + times.soft_end), before, now)
    if before.state is QU:
        return _standing(_open(after), before, now)
    return after


def _turned(after: Session, before: Session, move: Move, now: int, times: Durations) -> Session:
    """Undone, held, or no longer held."""
    if move is Move.HOLD:
        after = replace(after, held=True, heavy=True)
    elif move is Move.LET_GO:  # the clock of the talk begins anew, so that nobody is cut off by having been held
        after = replace(after, held=False, soft_end=max(before.soft_end, now + times.quiet_ends), stirred=now)
    if before.state is CL:
        after = _open(replace(after, until=0, closing_by="", stirred=now))
        if move is Move.UNDO:  # time has closed it once; the undo is worth a while
            after = replace(after, soft_end=max(before.soft_end, now + times.quiet))
    return _standing(after, before, now) if after.state in (AC, SG, LG) else after


def _gone(session: Session, seat: Seat, at: int) -> Session:
    """Somebody's seat is empty since `at`, or taken again (0). Who is gone already went earlier."""
    if seat is Seat.SEEKER:
        return replace(session, seeker_gone=at and (session.seeker_gone or at))
    return replace(session, listener_gone=at and (session.listener_gone or at))


def _open(session: Session) -> Session:
    """Back to where it was: a conversation if both have spoken, else the beginning of one."""
    return replace(session, state=AC if session.soft_end else CN)


def _standing(session: Session, before: Session, now: int) -> Session:
    """The state that follows from who is here. The seat of the seeker weighs first: it is kept longer."""
    if session.state in (CN, QU, VA, CL, TR) and before.state is session.state:
        return session
    if session.state not in (AC, SG, LG):
        return session
    state = SG if session.seeker_gone else LG if session.listener_gone else AC
    stirred = now if state is AC and before.state in (SG, LG) else session.stirred
    return replace(session, state=state, stirred=stirred)


def due(session: Session, times: Durations = DURATIONS) -> tuple[int, Move] | None:
    """What falls due next and when (ms). None while VACANT (the hold has every clock) and once PURGED."""
    falls = [fall for fall in _falls(session, times) if not (session.held and fall[1] in (Move.TIRE, Move.BELL))]
    return min(falls, default=None)


def _falls(one: Session, times: Durations) -> list[tuple[int, Move]]:
    lost = (one.listener_gone + times.listener_gone, Move.LOSE) if one.listener_gone else None
    match one.state:
        case Talk.CONNECTING:
            return _connecting(one, times) + ([lost] if lost else [])
        case Talk.ACTIVE:
            bells = (times.soft_end - times.first_bell, times.soft_end - times.second_bell)
            ring = [(one.soft_end - bells[one.bells], Move.BELL)] if one.bells < 2 else []
            return [(one.stirred + times.quiet, Move.HUSH), (one.soft_end, Move.TIRE), *ring]
        case Talk.QUIET:
            ends = min(
                one.stirred + times.quiet_ends, one.seeker_gone + times.seeker_gone if one.seeker_gone else 1 << 60
            )
            return [(ends, Move.TIRE)] + ([lost] if lost else [])
        case Talk.SEEKER_GONE:
            return [(one.seeker_gone + times.seeker_gone, Move.TIRE)] + ([lost] if lost and one.held else [])
        case Talk.LISTENER_GONE:
            return [lost] if lost else []
        case Talk.TRANSFERRING:
            return [(one.until, Move.STAY)] + ([lost] if lost else [])
        case Talk.CLOSING:
            return [(one.until, Move.END)]
        case Talk.ENDED:
            return [(max(one.ended_at + times.text_kept, one.sealed_until), Move.FADE)]
        case Talk.ARCHIVED:
            return [(max(one.ended_at, one.sealed_until) + times.receipt_kept, Move.PURGE)]
    return []


def _connecting(one: Session, times: Durations) -> list[tuple[int, Move]]:
    """Before both have spoken: the listener is nudged, then given up on; the seeker is waited for."""
    if one.listener_spoke:
        return [(one.stirred + times.quiet, Move.HUSH)]
    nudge = [] if one.nudged else [(one.began + times.nudge, Move.NUDGE)]
    return [*nudge, (one.began + times.connect, Move.LOSE)]
