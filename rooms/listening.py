"""Listening: a volunteer who is there, asked, in a session, resting; as a table, with the caps that protect them.

    OFFLINE ─▶ AVAILABLE ─▶ OFFERED ─▶ IN_SESSION ─▶ WRAP_UP 3 min ─▶ COOL_DOWN 5 min (15 after heavy) ─▶ AVAILABLE
                  │  ▲         │                        and AWAY (two offers missed, or a tap), ON_BREAK, SUSPENDED
                  └──┴─────────┘ declined, freely

Who has two places (experienced) may be asked while they are in one session; rest comes after the last of them. The
first ten sessions are the *nursery* (`given`, and the cap): a supervisor may watch, visibly (supervising.py), and looks
at it when they are over. A rest can't be skipped by going away and coming
back: `rest_until` stays.

`barrier` says why somebody can't be asked now, in words for that listener alone. No listener is ever told of a seeker
they were not asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from rooms.durations import CAPS, DAY, DURATIONS, WEEK, Caps, Durations
from rooms.events import Band
from rooms.scene import No


class Listening(StrEnum):
    """Where a listener stands. Values are the words of the wire."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    OFFERED = "offered"
    IN_SESSION = "in_session"
    WRAP_UP = "wrap_up"
    COOL_DOWN = "cool_down"
    AWAY = "away"
    ON_BREAK = "on_break"
    SUSPENDED = "suspended"


class Turn(StrEnum):
    """What can happen to a listener."""

    COME = "come"  # available
    GO = "go"  # away
    PAUSE = "pause"  # a break
    OFFER = "offer"
    FREE = "free"  # the offer was declined or withdrawn
    MISS = "miss"  # the offer lapsed
    ACCEPT = "accept"
    LEAVE = "leave"  # a session of theirs is over
    REST = "rest"  # the wrap-up is over
    RISE = "rise"  # the cool-down is over
    CUT = "cut"
    BACK = "back"
    LOSE = "lose"  # gone for longer than the grace
    CLOSE = "close"  # the shift is over
    SUSPEND = "suspend"
    LIFT = "lift"


OFF, AV, OF, IN, WR, CO, AW, BR, SU = Listening

# The table. What is not in it does not happen. Where a step may lead to two states, `_settled` says which.
STEPS: Mapping[Listening, Mapping[Turn, Listening]] = {
    OFF: {Turn.COME: AV, Turn.GO: OFF, Turn.BACK: OFF, Turn.CUT: OFF, Turn.SUSPEND: SU},
    AV: {Turn.COME: AV, Turn.GO: AW, Turn.PAUSE: BR, Turn.OFFER: OF, Turn.CUT: AV, Turn.BACK: AV, Turn.LOSE: OFF,
         Turn.CLOSE: OFF, Turn.SUSPEND: SU},
    OF: {Turn.COME: OF, Turn.OFFER: OF, Turn.FREE: AV, Turn.MISS: AV, Turn.ACCEPT: IN, Turn.CUT: OF, Turn.BACK: OF,
         Turn.SUSPEND: SU},
    IN: {Turn.COME: IN, Turn.OFFER: IN, Turn.FREE: IN, Turn.MISS: IN, Turn.ACCEPT: IN, Turn.LEAVE: WR, Turn.CUT: IN,
         Turn.BACK: IN, Turn.GO: IN, Turn.PAUSE: IN, Turn.SUSPEND: SU},
    WR: {Turn.COME: WR, Turn.GO: WR, Turn.PAUSE: WR, Turn.REST: CO, Turn.CUT: WR, Turn.BACK: WR, Turn.SUSPEND: SU},
    CO: {Turn.COME: CO, Turn.GO: CO, Turn.PAUSE: CO, Turn.RISE: AV, Turn.CUT: CO, Turn.BACK: CO, Turn.SUSPEND: SU},
    AW: {Turn.COME: AV, Turn.GO: AW, Turn.PAUSE: BR, Turn.CUT: AW, Turn.BACK: AW, Turn.SUSPEND: SU},
    BR: {Turn.COME: AV, Turn.GO: AW, Turn.PAUSE: BR, Turn.CUT: BR, Turn.BACK: BR, Turn.SUSPEND: SU},
    SU: {Turn.LIFT: OFF, Turn.CUT: SU, Turn.BACK: SU, Turn.SUSPEND: SU, Turn.LEAVE: SU},
}  # fmt: skip

# Nothing falls due for these: they come back by themselves or not at all.
RESTFUL = frozenset({OFF, AW, BR})
# What a listener has given enough of.
CAPPED = frozenset({"today", "heavy", "week"})
# Offers missed in a row until somebody is taken to be away from the keyboard.
MISSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One session a listener has given, for a week: when (ms), whether it was heavy, and what they may read of it
    themselves: about what, by the fixed list, and how it ended as far as they know (`handed_on`, `you`, "").
    """

    began: int
    ended: int
    heavy: bool = False
    session: str = ""
    topic: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A volunteer, as matching knows them."""

    user: str
    band: Band = Band.ADULT
    vetted: bool = False
    state: Listening = Listening.OFFLINE
    topics: frozenset[str] = frozenset()  # empty: any
    tags: frozenset[str] = frozenset()  # lived experience; what seekers may prefer
    languages: frozenset[str] = frozenset()  # empty: any
    refuses: frozenset[str] = frozenset()  # themes
    capacity: int = 1
    until: int = 0  # end of the shift; 0 open
    trained_until: int = 0
    given: int = 0  # sessions in all
    low_at: int = 0  # when they last said that they are low themselves
    held_at: int = 0
    offers: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    misses: int = 0
    rest_until: int = 0
    rest: int = 0  # how long the cool-down after the wrap-up is
    wants: Listening = Listening.AVAILABLE  # where to go once the rest is over
    spent: tuple[Spent, ...] = ()
    gone_at: int = 0
    free_since: int = 0
    suspended_until: int = 0


def take(one: Listener, turn: Turn, now: int, times: Durations = DURATIONS, **changes: Any) -> Listener | No:
    """Make one step. OFFER, FREE, MISS and ACCEPT name the `offer`, ACCEPT and LEAVE the `session`."""
    state = STEPS[one.state].get(turn)
    if state is None:
        return No.NOT_SO
    fall = due(one, times)
    if turn in (Turn.REST, Turn.RISE, Turn.LOSE, Turn.CLOSE, Turn.LIFT) and (fall is None or fall != (fall[0], turn)):
        return No.NOT_SO
    if turn in (Turn.REST, Turn.RISE, Turn.LOSE, Turn.CLOSE, Turn.LIFT) and fall is not None and fall[0] > now:
        return No.TOO_SOON
    offer, session = changes.pop("offer", ""), changes.pop("session", "")
    after = _marked(replace(one, **changes), turn, now, times, offer, session)
    return _settled(after, one, turn, state, now)


def _marked(one: Listener, turn: Turn, now: int, times: Durations, offer: str, session: str) -> Listener:
    """What a step leaves beside the state."""
    left = tuple(each for each in one.offers if each != offer)
    match turn:
        case Turn.OFFER:
            return replace(one, offers=(*left, offer))
        case Turn.FREE:
            return replace(one, offers=left)
        case Turn.MISS:
            return replace(one, offers=left, misses=one.misses + 1)
        case Turn.ACCEPT:
            return replace(one, offers=left, sessions=(*one.sessions, session), misses=0)
        case Turn.LEAVE:
            return replace(one, sessions=tuple(each for each in one.sessions if each != session), given=one.given + 1)
        case Turn.REST:
            return replace(one, rest_until=one.rest_until + one.rest)
        case Turn.CUT:
            return replace(one, gone_at=one.gone_at or now)
        case Turn.BACK:
            return replace(one, gone_at=0)
        case Turn.COME:
            return replace(one, misses=0, wants=AV)
        case Turn.GO | Turn.PAUSE | Turn.CLOSE:
            return replace(one, wants=AW if turn is Turn.GO else BR if turn is Turn.PAUSE else OFF)
    return one


def _settled(one: Listener, before: Listener, turn: Turn, state: Listening, now: int) -> Listener:
    """The state a step leads to, where that depends on more than the table says."""
    if state in (AV, OF, IN, AW) and turn in (Turn.FREE, Turn.MISS, Turn.ACCEPT, Turn.OFFER):
        state = IN if one.sessions else OF if one.offers else AV
        if state is AV and one.misses >= MISSES:
            state = AW
    if turn is Turn.LEAVE and state is WR and one.sessions:
        state = IN
    if turn is Turn.COME and state is AV and one.rest_until > now:
        state = CO
    if turn is Turn.RISE:
        state = OFF if one.gone_at else one.wants
    if turn is Turn.SUSPEND:
        return replace(one, state=state, offers=(), sessions=())
    free = now if state is AV and before.state is not AV else one.free_since
    return replace(one, state=state, free_since=free)


def over(
    one: Listener, session: str, now: int, spent: Spent, times: Durations = DURATIONS, *, talked: bool = True
) -> Listener | No:
    """A session of theirs is over: what they gave is counted, and rest begins with the last of them. One in which
    nobody talked takes its time, and is none of their first ten.
    """
    kept = (*(each for each in one.spent if each.ended > now - WEEK), spent)
    rest = times.cool_down_heavy if spent.heavy else times.cool_down
    rest = max(rest, one.rest if one.rest_until > now else 0)
    until = now + times.wrap_up
    after = take(one, Turn.LEAVE, now, times, session=session, spent=kept, rest=rest, rest_until=until)
    return after if talked or isinstance(after, No) else replace(after, given=one.given)


def due(one: Listener, times: Durations = DURATIONS) -> tuple[int, Turn] | None:
    """What falls due next and when (ms). None: nothing, they are at rest, or a session or an offer has the clock."""
    match one.state:
        case Listening.WRAP_UP:
            return one.rest_until, Turn.REST
        case Listening.COOL_DOWN:
            return one.rest_until, Turn.RISE
        case Listening.SUSPENDED:
            return one.suspended_until, Turn.LIFT
        case Listening.AVAILABLE:
            falls = [(one.until, Turn.CLOSE)] if one.until else []
            falls += [(one.gone_at + times.listener_grace, Turn.LOSE)] if one.gone_at else []
            return min(falls, default=None)
    return None


def barrier(one: Listener, now: int, times: Durations = DURATIONS, caps: Caps = CAPS) -> str | None:
    """Why this listener should not be asked today, as a word for them alone, or None."""
    if one.trained_until <= now:
        return "training"
    if one.low_at > now - DAY:
        return "low"  # and they are offered support, not shame
    if one.held_at > now - times.held_rest and one.held_at:
        return "held"
    today = [each for each in one.spent if each.ended > now - DAY]
    if len(today) + len(one.sessions) >= caps.sessions_day or _talk(today) >= caps.talk_day:
        return "today"
    if sum(each.heavy for each in today) >= caps.heavy_day:
        return "heavy"
    return "week" if _talk(one.spent, now - WEEK) >= caps.talk_week else None


def _talk(spent: tuple[Spent, ...] | list[Spent], since: int = 0) -> int:
    return sum(each.ended - each.began for each in spent if each.ended > since)


def places(one: Listener, caps: Caps = CAPS) -> int:
    """How many sessions they may have at a time."""
    return min(one.capacity, 2 if one.given >= caps.experienced else 1)


def may_be_asked(one: Listener, now: int, times: Durations = DURATIONS, caps: Caps = CAPS) -> bool:
    """Whether there is a place with them now."""
    if one.state not in (AV, OF, IN) or one.gone_at or one.wants is not AV or (one.until and one.until <= now):
        return False
    if len(one.sessions) + len(one.offers) >= places(one, caps) or barrier(one, now, times, caps) is not None:
        return False
    today = [each for each in one.spent if each.ended > now - DAY]
    open_ = len(one.sessions) + len(one.offers)  # whoever has two places may say yes to both, and both may be heavy
    heavy = sum(each.heavy for each in today)
    return len(today) + open_ < caps.sessions_day and heavy + open_ < caps.heavy_day


def enough(before: Listener, after: Listener, now: int, times: Durations = DURATIONS, caps: Caps = CAPS) -> str:
    """The cap that is reached now by what was given, and was not before: said once. "" for none."""
    was, why = (barrier(replace(one, sessions=()), now, times, caps) for one in (before, after))
    return why if why in CAPPED and was is None else ""


def gauge(one: Listener, now: int, caps: Caps = CAPS) -> dict[str, float]:
    """The fuel gauge: how much of each cap is used, 0 to 1."""
    today = [each for each in one.spent if each.ended > now - DAY]
    return {
        "today": min(1.0, (len(today) + len(one.sessions)) / caps.sessions_day),
        "hours": min(1.0, _talk(today) / caps.talk_day),
        "heavy": min(1.0, sum(each.heavy for each in today) / caps.heavy_day),
        "week": min(1.0, _talk(one.spent, now - WEEK) / caps.talk_week),
    }
