"""Escalation: who is asked to come to somebody who is held, and when more are asked, as a table.

    DOUBTED ─ the listener says yes, or nothing for 60 s ─▶ FEW ─ 60 s ─▶ WIDER ─ 3 min ─▶ ALL ─ 5 min ─▶ INCIDENT ⟲
       │ the listener says no                               └──────── a responder comes ─────▶ TAKEN
       ▼                                                                                       │ the last one goes
    STOPPED  ("that's not it", below imminent: nobody else is called;  being held goes on)     ▼ FEW, from the start

The clock says whom to ask, never what becomes of the person: nothing here ends being held (T6). Where nobody is on
shift, that is what the person is told, at once, and the way to a line is offered with it. "Being asked" is said only
when somebody was (T15): `call` returns who, and the words follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rooms.durations import DURATIONS, Durations
from rooms.scene import No, Staff


class Clock(StrEnum):
    """How far the asking has gone."""

    DOUBTED = "doubted"
    FEW = "few"
    WIDER = "wider"
    ALL = "all"
    INCIDENT = "incident"
    TAKEN = "taken"
    STOPPED = "stopped"


class Tick(StrEnum):
    """What can happen to the clock."""

    PAGE = "page"  # the doubt is over: yes, or silence
    DISMISS = "dismiss"  # the listener, or the person: "that's not it"
    ON = "on"  # time
    TAKE = "take"
    ALONE = "alone"  # the last responder is gone
    AGAIN = "again"  # said again, or worse
    WORST = "worst"  # imminent: everybody, at once


D, F, W, A, N, T, S = Clock

# The table. What is not in it does not happen.
STEPS: Mapping[Clock, Mapping[Tick, Clock]] = {
    D: {Tick.PAGE: F, Tick.ON: F, Tick.DISMISS: S, Tick.TAKE: T, Tick.AGAIN: F, Tick.WORST: A},
    F: {Tick.ON: W, Tick.TAKE: T, Tick.DISMISS: S, Tick.AGAIN: F, Tick.WORST: A},
    W: {Tick.ON: A, Tick.TAKE: T, Tick.DISMISS: S, Tick.AGAIN: W, Tick.WORST: A},
    A: {Tick.ON: N, Tick.TAKE: T, Tick.DISMISS: S, Tick.AGAIN: A, Tick.WORST: A},
    N: {Tick.ON: N, Tick.TAKE: T, Tick.DISMISS: S, Tick.AGAIN: N, Tick.WORST: N},
    T: {Tick.TAKE: T, Tick.ALONE: F, Tick.AGAIN: T, Tick.WORST: T},
    S: {Tick.TAKE: T, Tick.AGAIN: F, Tick.WORST: A},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The clock of one hold. `since`: when the asking began (ms); `asked`: everybody who was paged."""

    step: Clock = Clock.FEW
    since: int = 0
    again_at: int = 0  # of INCIDENT: when everybody is asked anew
    asked: tuple[str, ...] = ()


def take(one: Asking, tick: Tick, now: int, times: Durations = DURATIONS) -> Asking | No:
    """Make one step. ON only when it is due."""
    step = STEPS[one.step].get(tick)
    if step is None:
        return No.NOT_SO
    if tick is Tick.ON:
        fall = due(one, times)
        if fall is None or fall > now:
            return No.TOO_SOON
    fresh = one.step in (D, T, S) and step in (F, A)
    after = replace(one, step=step, since=now if fresh else one.since, asked=() if fresh else one.asked)
    return replace(after, again_at=now + times.repage) if step is N else after


def due(one: Asking, times: Durations = DURATIONS) -> int | None:
    """When the clock moves by itself (ms); None while somebody is there or nobody is wanted."""
    match one.step:
        case Clock.DOUBTED:
            return one.since + times.doubt
        case Clock.FEW:
            return one.since + times.wider
        case Clock.WIDER:
            return one.since + times.all
        case Clock.ALL:
            return one.since + times.incident
        case Clock.INCIDENT:
            return one.again_at
    return None


# Which roles are asked at each step, and how many who were not asked before.
WHOM: Mapping[Clock, tuple[frozenset[str], int]] = {
    F: (frozenset({"responder"}), 1),
    W: (frozenset({"responder", "supervisor"}), 2),
    A: (frozenset({"responder", "supervisor", "moderator", "operator"}), 1 << 30),
    N: (frozenset({"responder", "supervisor", "moderator", "operator"}), 1 << 30),
}


def call(
    one: Asking, on_shift: tuple[Staff, ...], band: str, language: str, barred: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Whom to page now, those who speak the person's language first. Empty: nobody who could come is on shift.

    FEW asks one responder and, where there is none on shift, whoever of the team is: a person beats a title.
    """
    if one.step not in WHOM:
        return ()
    roles, most = WHOM[one.step]
    able = [each for each in on_shift if band in each.bands and each.user not in barred]
    fit = [each for each in able if each.role in roles] or able
    if one.step is not N:
        fit = [each for each in fit if each.user not in one.asked]
    fit.sort(key=lambda each: (language not in each.languages, each.role != "responder", each.user))
    return tuple(each.user for each in fit[:most])
