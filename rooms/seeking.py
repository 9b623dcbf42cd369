"""Seeking: somebody asks for a listener, from "I need someone" until somebody is with them, as a table.

               offer                accept
    QUEUED ───────────▶ OFFERED ───────────▶ MATCHED ──── the session is over ──▶ CLOSED
     │ ▲ ▲  decline, lapse │ │                 │
     │ │ └─────────────────┘ │                 │ the listener is lost: back, before everybody of the same risk
     │ └─────────────────────┼─────────────────┘
     │ 15 min                │ withdraw, cut for too long
     ▼                       ▼
    CALLBACK_OFFERED ─────▶ CLOSED ◀── CALL_BACK (told when a listener is free, for twelve hours)
         └─ keep ─▶ QUEUED      tell me ──▶ ┘

The age of a request is `since` and never changes: nobody loses their place by a listener's no. QUEUED and OFFERED look
the same from outside, and updates fall due a whole number of minutes after `since`, so that nothing the seeker hears
moves with an offer (T9). Who is held waits for no call-back: they are at the head, and stay (F16).

Pure: `take` makes one step, `due` says what falls due next. What is owed to whom is meeting.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any

from rooms.durations import DURATIONS, Durations
from rooms.events import Band
from rooms.scene import No


class Risk(IntEnum):
    """How much danger somebody may be in; the care bands of moderation, as matching reads them."""

    NONE = 0
    CONCERN = 1
    HIGH = 2
    IMMINENT = 3


class Seeking(StrEnum):
    """Where a request stands."""

    QUEUED = "queued"
    OFFERED = "offered"
    CALLBACK_OFFERED = "callback_offered"
    CALL_BACK = "call_back"
    MATCHED = "matched"
    CLOSED = "closed"


class Ask(StrEnum):
    """What can happen to a request."""

    OFFER = "offer"
    RETURN = "return"  # the last open offer was declined, has lapsed or was withdrawn
    ACCEPT = "accept"
    LOSE = "lose"  # the listener is gone, or never spoke
    DONE = "done"
    WITHDRAW = "withdraw"
    CUT = "cut"
    BACK = "back"
    RAISE = "raise"  # more danger, or held
    KEEP = "keep"  # "I'll go on waiting"
    TELL_ME = "tell_me"  # "tell me when somebody is free"
    FREE = "free"  # somebody is
    UPDATE = "update"
    CALL = "call"  # fifteen minutes: a call-back is offered
    EXPIRE = "expire"
    FORGET = "forget"


Q, OF, CO, CB, M, C = Seeking

# The table. What is not in it does not happen.
STEPS: Mapping[Seeking, Mapping[Ask, Seeking]] = {
    Q: {Ask.OFFER: OF, Ask.WITHDRAW: C, Ask.CUT: Q, Ask.BACK: Q, Ask.RAISE: Q, Ask.UPDATE: Q, Ask.CALL: CO,
        Ask.EXPIRE: C},
    OF: {Ask.OFFER: OF, Ask.RETURN: Q, Ask.ACCEPT: M, Ask.WITHDRAW: C, Ask.CUT: OF, Ask.BACK: OF, Ask.RAISE: OF,
        Ask.UPDATE: OF, Ask.EXPIRE: C},
    CO: {Ask.KEEP: Q, Ask.TELL_ME: CB, Ask.WITHDRAW: C, Ask.CUT: CO, Ask.BACK: CO, Ask.RAISE: Q, Ask.EXPIRE: C},
    CB: {Ask.FREE: Q, Ask.WITHDRAW: C, Ask.CUT: CB, Ask.BACK: CB, Ask.RAISE: Q, Ask.EXPIRE: C},
    M: {Ask.LOSE: Q, Ask.DONE: C, Ask.CUT: M, Ask.BACK: M, Ask.RAISE: M},
    C: {Ask.FORGET: C},
}  # fmt: skip

# Those who may be offered to a listener now, and those who wait for anything.
WAITING = frozenset({Seeking.QUEUED, Seeking.OFFERED})
OPEN = frozenset(Seeking) - {Seeking.CLOSED}

# How many listeners are asked at once: the best alone, then three, then all who qualify (0).
WIDER: Mapping[int, int] = {1: 3, 3: 0, 0: 0}
# Who was asked and said no is remembered as long as that matters; a queue in which this many said no is a quiet night.
MOST_ASKED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One person's wish for a listener. Holds no words: what they wrote lies apart, until it is delivered."""

    id: str
    seeker: str
    since: int
    band: Band = Band.ADULT
    state: Seeking = Seeking.QUEUED
    risk: Risk = Risk.NONE
    held: bool = False
    head: bool = False  # before all of the same risk: their listener was lost, or they were held within the day
    topic: str = ""
    intensity: int = 0  # 1 to 5, 0 not said
    language: str = ""
    prefer: frozenset[str] = frozenset()  # strict: a listener has them all, or is not asked
    notes: frozenset[str] = frozenset()  # themes the seeker named
    width: int = 1
    offers: tuple[str, ...] = ()  # open ones
    asked: tuple[tuple[str, int], ...] = ()  # who said no, or nothing, and when
    not_to: frozenset[str] = frozenset()  # who gave this person on, or was lost
    giver: str = ""  # the session whose listener gives this person on, with their consent
    told: int = 0  # the last update was so many minutes (`update`s) after `since`
    choose_by: int = 0
    place: int = 0  # as it was shown first, with what was promised then (ms); 0: nothing was, or it is measured
    shown: int = 0
    gone_at: int = 0
    volunteers: bool = True  # False: only somebody of the team (held.py, after upheld reports)
    words: int = 0
    session: str = ""
    ended_at: int = 0

    @property
    def order(self) -> tuple[int, int, int]:
        """Who comes first: danger, then a lost listener or being held, then age."""
        return (-self.risk, 0 if self.head or self.held else 1, self.since)


def take(request: Request, ask: Ask, now: int, times: Durations = DURATIONS, **changes: Any) -> Request | No:
    """Make one step. `changes` are fields the step sets besides."""
    state = STEPS[request.state].get(ask)
    if state is None:
        return No.CLOSED if request.state is Seeking.CLOSED else No.NOT_SO
    if (fall := due(request, times)) and ask in (Ask.UPDATE, Ask.CALL, Ask.EXPIRE, Ask.FORGET):
        if fall != (fall[0], ask) or fall[0] > now:  # somebody else has seen to it
            return No.TOO_SOON
    if ask is Ask.RAISE and request.state in (CO, CB) and not changes.get("held"):
        state = request.state  # more danger alone ends no choice; being held does
    return _marked(replace(request, state=state, **changes), request, ask, now, times)


def _marked(after: Request, before: Request, ask: Ask, now: int, times: Durations) -> Request:
    """What a step leaves on the request beside its state."""
    match ask:
        case Ask.RETURN:
            return replace(after, offers=(), width=WIDER[before.width])
        case Ask.LOSE:
            told = (now - before.since) // times.update  # what they hear now is news enough
            return replace(after, head=True, width=1, session="", offers=(), told=told, place=0, shown=0)
        case Ask.CUT:
            return replace(after, gone_at=before.gone_at or now)
        case Ask.BACK:
            return replace(after, gone_at=0)
        case Ask.RAISE:
            return replace(after, risk=max(before.risk, after.risk), held=before.held or after.held)
        case Ask.UPDATE:
            return replace(after, told=(now - before.since) // times.update)
        case Ask.CALL:
            return replace(after, choose_by=now + times.call_back_choice)
        case Ask.KEEP | Ask.FREE:
            told = (now - before.since) // times.update
            return replace(after, choose_by=-1, told=told)  # asked once; who keeps waiting is not asked again
        case Ask.TELL_ME:
            return replace(after, choose_by=now + times.call_back_lasts)
    return replace(after, ended_at=now, offers=()) if after.state is C else after


def due(request: Request, times: Durations = DURATIONS) -> tuple[int, Ask] | None:
    """What falls due next and when (ms), or None where a session or nobody has the clock."""
    if request.state is M:
        return None  # the session has the clock
    if request.state is C:
        return request.ended_at + times.receipt, Ask.FORGET
    if request.state in (CO, CB):
        return request.choose_by, Ask.EXPIRE
    falls = [(request.since + (request.told + 1) * times.update, Ask.UPDATE)]
    if request.gone_at and not request.held:
        falls.append((request.gone_at + times.keeps_place, Ask.EXPIRE))
    if request.state is Q and not request.choose_by and not request.held and request.risk < Risk.HIGH:
        falls.append((request.since + times.call_back, Ask.CALL))
    return min(falls)


def alternatives(request: Request, now: int, times: Durations = DURATIONS) -> bool:
    """Whether other ways should be named with the next word about the wait: a room, a warm line, write and keep."""
    return now >= request.since + times.alternatives
