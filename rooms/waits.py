"""Waits: how long it will take, said honestly, from how long it has taken.

    a session begins ─▶ learn(place, waited, shown) ─▶ the last 200 waits, and a level that is steered by how often
                                                        what was shown held
    somebody asks    ─▶ estimate(place) ─▶ p50, p90     from the waits of those who stood at about the same place

A quantile of past waits alone is wrong on a night that is getting worse: everybody then waits longer than those before.
So the level at which the upper figure is read is steered (adaptive conformal inference): each wait beyond what was
shown raises it, each within lowers it a little, so that over any stretch of time about nine in ten waits are within
what was shown, whatever the night is like. Above the highest wait seen, the figure grows by a factor that is steered
the same way.

Who gives up after longer than they were shown counts as a miss: an estimate that ignored them would flatter itself.
Nothing here knows a person: places, times, and ids of what was learned, so that learning twice is learning once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

from rooms.durations import MINUTE

# Enough for a quantile of nine in ten, few enough to be about tonight.
KEPT = 200
# Of those, the nearest by place that an estimate is read from.
NEAREST = 40
# Fewer say nothing; then these are said (ms): honest about not knowing, and not so long that people leave.
LEAST = 8
UNKNOWN = (3 * MINUTE, 10 * MINUTE)
# How many of ten should be within what is shown. A little more than nine: a promise kept costs nobody anything.
WANTED = 0.92
# How fast the level follows. A run of ten misses adds about half.
STEP = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One wait that ended: place in the queue at the beginning, and milliseconds."""

    place: int
    waited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The waits of one band and risk. `level`: how much the upper figure is moved, 0 as measured."""

    id: str = ""  # <band>/<risk>
    samples: tuple[Wait, ...] = ()
    level: float = 0.0
    learned: tuple[str, ...] = ()  # ids


def estimate(waits: Waits, place: int) -> tuple[int, int]:
    """(p50, p90) in milliseconds, of the whole wait of somebody who asks now and stands at `place`."""
    near = _near(waits.samples, place)
    if len(near) < LEAST:
        low, high = UNKNOWN
        return low, round(high * max(1.0, exp(waits.level)))
    middle, upper = _quantile(near, 0.5), _quantile(near, 0.9)
    return round(middle), round(max(middle, upper * exp(waits.level), 1))


def left(shown: tuple[int, int], waited: int) -> tuple[int, int]:
    """The same for somebody who has waited for so long: what is left of it, never less than nothing said in vain."""
    middle, upper = shown
    rest = max(upper - waited, MINUTE)
    return min(max(middle - waited, MINUTE // 2), rest), rest


def learn(waits: Waits, id: str, place: int, waited: int, shown: int, *, served: bool = True) -> Waits:
    """One more wait has ended. `shown`: the p90 that was said at its beginning, 0 none was. Learning twice is once.

    `served` False: they gave up; that they waited longer than was said is all it says.
    """
    if id in waits.learned or (not served and waited <= shown):
        return waits
    missed = bool(shown) and waited > shown
    moved = (WANTED if missed else WANTED - 1) * STEP * 2 if shown else 0.0
    sample = (Wait(place=place, waited=waited),) if served else ()
    return replace(
        waits,
        samples=(*waits.samples, *sample)[-KEPT:],
        level=max(-0.5, min(3.0, waits.level + moved)),
        learned=(*waits.learned, id)[-KEPT:],
    )


def median(waits: Waits, unknown: int) -> int:
    """The usual wait of late (ms); `unknown` where too few have ended."""
    found = [one.waited for one in waits.samples[-NEAREST:]]
    return round(_quantile(found, 0.5)) if len(found) >= LEAST else unknown


def _near(samples: Sequence[Wait], place: int) -> list[int]:
    """The waits of those who stood nearest, the newest of equals first."""
    aged = sorted(enumerate(reversed(samples)), key=lambda one: (abs(one[1].place - place), one[0]))
    return [wait.waited for _, wait in aged[:NEAREST]]


def _quantile(values: Sequence[int], at: float) -> float:
    """The value below which a share `at` of them lies, drawn out between two."""
    ordered = sorted(values)
    where = at * (len(ordered) - 1)
    low = int(where)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (where - low)
