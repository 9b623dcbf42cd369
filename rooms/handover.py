"""Handover: a line is opened together with somebody who is held, and stays open until somebody answers there.

    NONE ─▶ OFFERED ─▶ DIALLING ─▶ CONFIRMED      only the person says so; ten minutes to take it back (held.py)
              │  ▲        │  └───▶ NOT_REACHED ─▶ another way at once: next line, emergency number, directory, stay
              │  └────────┼───────────┘
              └▶ DECLINED ┘  not offered again unless they ask

While DIALLING we ask after 2, 5 and 10 minutes ("did somebody answer?"), and a cut is no going away for half an hour:
a telephone call suspends a browser. Nothing here ends anything but by the person's own word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rooms.durations import DURATIONS, Durations
from rooms.scene import No


class Line(StrEnum):
    """Where a handover stands."""

    NONE = "none"
    OFFERED = "offered"
    DIALLING = "dialling"
    CONFIRMED = "confirmed"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"


class Dial(StrEnum):
    """What can happen to it. Values, but for OFFER, CHECK and UNDO, are the steps of the wire."""

    OFFER = "offer"  # the server's, as often as the clock says
    ACCEPT = "accept"
    DIALLING = "dialling"
    CONFIRMED = "confirmed"
    NOT_REACHED = "not_reached"
    DECLINE = "decline"
    CHECK = "check"
    UNDO = "undo"


NONE, OFFERED, DIALLING, CONFIRMED, NOT_REACHED, DECLINED = Line
_PERSONS = {Dial.ACCEPT: OFFERED, Dial.DIALLING: DIALLING, Dial.CONFIRMED: CONFIRMED, Dial.DECLINE: DECLINED}

# The table. What is not in it does not happen.
STEPS: Mapping[Line, Mapping[Dial, Line]] = {
    NONE: {Dial.OFFER: OFFERED, **_PERSONS},  # they may begin it themselves, from any card
    OFFERED: {Dial.OFFER: OFFERED, Dial.NOT_REACHED: NOT_REACHED, **_PERSONS},
    DIALLING: {Dial.CHECK: DIALLING, Dial.NOT_REACHED: NOT_REACHED, **_PERSONS, Dial.ACCEPT: OFFERED},
    NOT_REACHED: {Dial.OFFER: OFFERED, Dial.NOT_REACHED: NOT_REACHED, **_PERSONS},
    DECLINED: {Dial.OFFER: DECLINED, **_PERSONS},
    CONFIRMED: {Dial.UNDO: DIALLING},
}

# What is always offered beside the next line, so that nobody is left with a number that rings out.
OTHER_WAYS = ("next_line", "emergency", "directory", "stay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One person's way to a line. `line` is the id of the helpline; `tried` those where nobody answered."""

    state: Line = Line.NONE
    line: str = ""
    tried: tuple[str, ...] = ()
    since: int = 0  # of DIALLING
    checks: int = 0


def take(one: Handover, dial: Dial, now: int, line: str = "") -> Handover | No:
    """Make one step."""
    state = STEPS[one.state].get(dial)
    if state is None:
        return No.NOT_SO
    after = replace(one, state=state, line=line or one.line)
    if dial in (Dial.DIALLING, Dial.UNDO) and one.state is not DIALLING:
        return replace(after, since=now, checks=0)
    if dial is Dial.CHECK:
        return replace(after, checks=one.checks + 1)
    if dial is Dial.NOT_REACHED and one.line and one.line not in one.tried:
        return replace(after, tried=(*one.tried, one.line), line="")
    return after


def due(one: Handover, times: Durations = DURATIONS) -> int | None:
    """When to ask next whether somebody answered (ms), or None."""
    calls = (times.first_call, times.second_call, times.third_call)
    if one.state is not DIALLING or one.checks >= len(calls):
        return None
    return one.since + calls[one.checks]
