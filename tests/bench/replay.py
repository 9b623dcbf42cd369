"""Replay: a minute of people talking, a blow in the middle, and a reckoning at the end.

    python -m tests.bench.replay [--seconds 60] [--clients 200] [--rooms 8] [--rate 150]
                                 [--kill node|drain|engine|server]
    python -m tests.bench.replay --failover forked|healed

Real servers, a real engine with an append-only file, real clients (chat/client.py, half JSON, half MessagePack) say
the sentences of bodies.txt; one in fifty is a line that must reach nobody. In the middle something is killed. At the
end what everybody was answered, what the log holds and what every client saw are compared (tests/support/tally.py
says how).

Exit code 0: nothing acknowledged was lost, doubled, reordered, altered or leaked, everybody was answered, and the
traps were caught. 1: something was. Every wait is bounded, so it ends in any case. README.md beside this file says
what the figures mean.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager

from tests.support.crowd import Person
from tests.support.failover import failover
from tests.support.play import Played, play, sentences
from tests.support.stages import Stage, one_node, two_nodes

# Lines that must reach nobody as they stand, each with the piece that would give them away. They are blocked, held, or
# masked (then the piece is gone). Mild on purpose: what the filter owes to worse ones is tested in tests/moderation.
TRAPS = {
    "nobody here likes you, you are pathetic and worthless": "pathetic and worthless",
    "shut up you stupid idiot, go away": "stupid idiot, go away",
    "write to me at lena.q7@example.org and we talk there": "lena.q7@example.org",
    "text me any time on +44 7700 900461, please": "900461",
    "come over to https://private-circle.example.com/join tonight": "private-circle",
}
ONE_IN = 50


def main() -> int:
    arguments = parse(sys.argv[1:])
    began = time.monotonic()
    played = asyncio.run(replay(arguments))
    traps, through = _caught(played.people)
    blow = arguments.failover or arguments.kill
    print(
        f"{blow}: {arguments.clients} clients, {arguments.rooms} rooms, {arguments.seconds:g} s at {arguments.rate:g}/s"
    )
    print(played.tally)
    print(f"traps          {traps} said, {through} let through")
    print(f"blow           {played.struck:.1f} s")
    bad = played.tally.bad + (["traps"] if through else []) + ([] if played.settled else ["not settled"])
    print(f"{'FAILED: ' + ', '.join(bad) if bad else 'all kept'} ({time.monotonic() - began:.0f} s)")
    return 1 if bad else 0


def parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.replay", description="A minute of people talking.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rooms", type=int, default=8)
    parser.add_argument("--rate", type=float, default=150.0, help="sentences a second, all clients together")
    parser.add_argument("--kill", choices=("none", "node", "drain", "engine", "server"), default="none")
    parser.add_argument("--failover", choices=("forked", "healed"), help="instead of --kill: see README.md")
    parser.add_argument("--engine", choices=("redis", "valkey"), default="redis", help="the external engine")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(words)


def rooms_of(number: int) -> dict[str, str]:
    """Room → band. All of grown-ups: a teen room is for reading without a host (chat/hosting.py)."""
    return {f"room-{index}": "adult" for index in range(number)}


def stage_of(arguments: argparse.Namespace, rooms: dict[str, str]) -> AbstractAsyncContextManager[Stage]:
    if arguments.failover:
        return failover(rooms, forked=arguments.failover == "forked", flavour=arguments.engine)
    if arguments.kill in ("engine", "server"):
        return one_node(rooms, strike=arguments.kill)
    return two_nodes(rooms, flavour=arguments.engine, strike=arguments.kill)


def script(rng: random.Random) -> Iterator[str]:
    """Sentences without end, a trap now and then."""
    for line in sentences(rng, without=list(TRAPS.values())):
        yield line
        if rng.randrange(ONE_IN) == 0:
            yield rng.choice(list(TRAPS))


async def replay(arguments: argparse.Namespace) -> Played:
    """Build the stage and play on it."""
    rooms = rooms_of(arguments.rooms)
    async with stage_of(arguments, rooms) as stage:
        return await play(
            stage,
            rooms,
            clients=arguments.clients,
            rate=arguments.rate,
            seconds=arguments.seconds,
            lines=script(random.Random(arguments.seed)),
            forbidden=list(TRAPS.values()),
            seed=arguments.seed,
            scale=1.0,
        )


def _caught(people: Sequence[Person]) -> tuple[int, int]:
    said = [saying for person in people for saying in person.said if saying.text in TRAPS]
    through = [saying for saying in said if saying.answer is not None and saying.answer.get("state") == "delivered"]
    return len(said), len(through)


if __name__ == "__main__":
    sys.exit(main())
