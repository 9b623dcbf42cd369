"""One play: a crowd talks on a stage, the blow falls in the middle, everything is compared at the end.

    played = await play(stage, rooms, clients=30, rate=120, seconds=5, lines=lines)
    assert played.tally.bad == []

Used by the replay (tests/bench) and, shorter, by tests/chaos. Bounded: it ends even if nobody is ever answered.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.crowd import SCALE, Person, chatter, crowd, read_logs, settled
from tests.support.stages import Stage
from tests.support.tally import Kept, Tally, reckon

BODIES = Path(__file__).parents[1] / "bench" / "bodies.txt"
# Nodes and engines that were killed are back by then; what is missing after it is missing.
SETTLE_WITHIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of it. The people's clients are closed; what they saw is still in them."""

    tally: Tally
    people: Sequence[Person]
    logs: Mapping[str, Sequence[Kept]]
    struck: float  # seconds the blow took
    settled: bool  # everybody came to the end of the log in time


def sentences(rng: random.Random, *, without: Sequence[str] = ()) -> Iterator[str]:
    """Sentences of bodies.txt without end, none that holds a piece of `without`."""
    lines = [line for line in BODIES.read_text(encoding="utf-8").splitlines() if not any(p in line for p in without)]
    while True:
        yield from rng.sample(lines, len(lines))


async def play(
    stage: Stage,
    rooms: Mapping[str, str],
    *,
    clients: int,
    rate: float,
    seconds: float,
    lines: Iterable[str] | None = None,
    forbidden: Sequence[str] = (),
    seed: int = 1,
    scale: float = SCALE,
) -> Played:
    """Play it. `rooms`: room → band."""
    rng = random.Random(seed)
    names = list(rooms)
    lines = sentences(rng) if lines is None else lines
    async with crowd(
        stage.addresses, clients, rooms=names, bands=rooms, forbidden=forbidden, seed=seed, scale=scale
    ) as people:
        async with asyncio.timeout(seconds + 180), asyncio.TaskGroup() as group:
            group.create_task(chatter(people, lines, rate=rate, seconds=seconds, rng=rng))
            blow = group.create_task(_blow(stage, seconds / 2))
        everybody = [*people, *stage.outsiders]
        logs = await read_logs(stage.engine, names, rooms)
        there = await settled(everybody, logs, within=SETTLE_WITHIN)
        tally = reckon([person.account() for person in everybody], logs, forbidden)
        return Played(tally=tally, people=people, logs=logs, struck=blow.result(), settled=there)


async def _blow(stage: Stage, after: float) -> float:
    await asyncio.sleep(after)  # the pace of the play: nothing is waited for
    began = time.monotonic()
    await stage.strike()
    return time.monotonic() - began
