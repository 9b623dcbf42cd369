"""Queue: how long people wait for a listener, day after day, on the code that matches them.

    python -m tests.bench.queue [--days 4] [--seed 1] [--seekers 20] [--come 8]     a table over listener capacities
    python -m tests.bench.queue --engine [--seekers-at-once 24]                      three nodes, small and quick

Thousands of people with habits (town.py) on the pure verbs of rooms/ and a clock that jumps (tests/support/
clockwork.py). README.md beside this file says what the figures mean, and which capacity is enough for whom.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from rooms.durations import CAPS, DAY, HOUR, MINUTE
from rooms.listening import Listener
from rooms.seeking import Request
from tests.bench.town import Book, Setting, Town

# Hours of a shift, sessions at a time, minutes people would like to talk on the average.
CAPACITIES = ((1.0, 1, 45), (2.0, 1, 45), (2.0, 1, 30), (3.0, 1, 45), (1.0, 2, 30), (2.0, 2, 45))


@dataclass(frozen=True, slots=True)
class Load:
    """What listeners gave, at most, in any day that ended with a session of theirs, and in all (hours: ms)."""

    sessions: int
    talk: int
    heavy: int
    week: int


def main() -> None:
    parser = argparse.ArgumentParser(description="How long people wait for a listener.")
    parser.add_argument("--days", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seekers", type=float, default=20.0, help="an hour")
    parser.add_argument("--come", type=float, default=8.0, help="listeners who begin a shift, an hour")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--engine", action="store_true", help="the same against a real engine with three nodes, small")
    parser.add_argument("--seekers-at-once", type=int, default=24)
    options = parser.parse_args()
    if options.engine:
        from tests.bench.queue_nodes import evening

        asyncio.run(evening(options.seekers_at_once))
        return
    base = Setting(seekers=options.seekers, come=options.come, seed=options.seed)
    settings = [replace(base, shift=shift, at_once=once, talk=talk) for shift, once, talk in CAPACITIES]
    with ProcessPoolExecutor(options.workers) as pool:
        for told in pool.map(night, settings, [options.days] * len(settings)):
            print(told, flush=True)


def night(setting: Setting, days: float) -> str:
    """Live so many days, and say how it was."""
    began = time.monotonic()
    town = Town(setting)
    book = town.live(days)
    return "\n".join([*heading(setting, book, days), *lines(book), *loads(town), *counted(book, began)])


def heading(setting: Setting, book: Book, days: float) -> list[str]:
    there = book.on_shift_ms / (days * DAY + 2 * HOUR)
    at_once = "one" if setting.at_once == 1 else "two"
    return [
        "",
        f"{setting.seekers:g} seekers and {setting.come:g} listeners an hour; shifts of {setting.shift:g} h, "
        f"{at_once} at a time, talks of {setting.talk:g} min: {there:.0f} on shift, {days:g} days",
    ]


def lines(book: Book) -> list[str]:
    """A line for each risk, and for all."""
    told = [f"  {'':12}{'came':>6}{'p50':>7}{'p90':>7}{'p99':>7}  min   within the shown p90"]
    risks = sorted({request.risk for request, _, _ in book.waits})
    for name, some in [("all", set(risks)), *((risk.name.lower(), {risk}) for risk in risks)]:
        of = [one for one in book.waits if one[0].risk in some]
        served = [waited for _, waited, came in of if came]
        kept, shown = promises(of)
        if served:
            p50, p90, p99 = (quantile(served, at) / MINUTE for at in (0.5, 0.9, 0.99))
            told.append(
                f"  {name:12}{len(served):6}{p50:7.1f}{p90:7.1f}{p99:7.1f}{kept / max(1, shown):14.1%} of {shown}"
            )
    return told


def promises(waits: Sequence[tuple[Request, int, bool]]) -> tuple[int, int]:
    """How many waits ended within what was shown first, of how many. Who stopped after longer counts as a miss."""
    known = [(request, waited) for request, waited, came in waits if request.shown and (came or waited > request.shown)]
    return sum(waited <= request.shown for request, waited in known), len(known)


def quantile(values: Sequence[int], at: float) -> int:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(at * len(ordered)))]


def loads(town: Town) -> list[str]:
    """What listeners gave, beside their caps."""
    most = [load(row) for row in town.clock.rows.values() if isinstance(row, Listener) and row.spent]
    if not most:
        return []
    worst = Load(*(max(getattr(one, name) for one in most) for name in Load.__slots__))
    return [
        f"  listeners' most in a day: {worst.sessions} sessions (cap {CAPS.sessions_day}), {worst.talk / HOUR:.1f} h "
        f"(no new one after {CAPS.talk_day // HOUR} h), {worst.heavy} heavy (no new one after {CAPS.heavy_day}); "
        f"in a week {worst.week / HOUR:.1f} h ({CAPS.talk_week // HOUR} h)"
    ]


def load(row: Listener) -> Load:
    days = [[one for one in row.spent if last.ended - DAY < one.ended <= last.ended] for last in row.spent]
    return Load(
        max(len(day) for day in days),
        max(sum(one.ended - one.began for one in day) for day in days),
        max(sum(one.heavy for one in day) for day in days),
        sum(one.ended - one.began for one in row.spent),
    )


def counted(book: Book, began: float) -> list[str]:
    human = "-"
    if book.human:
        human = " / ".join(f"{quantile(book.human, at) / 1000:.0f}" for at in (0.5, 0.9, 0.99))
    return [
        f"  starved (T14): {len(set(book.overtaken))} passed over after three times the usual wait",
        f"  disclosures: {book.with_somebody} to a listener who was there; else somebody came in p50 / p90 / p99 s "
        f"{human} ({len(book.human)}), {book.gone_alone} ended it before",
        "  " + ", ".join(f"{what} {count}" for what, count in sorted(book.counts.items())),
        f"  ({time.monotonic() - began:.0f} s)",
    ]


if __name__ == "__main__":
    main()
