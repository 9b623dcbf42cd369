"""Pairs: what each verb of the slot `{match}` takes, on a real engine, asked one after the other and many at once.

    python -m tests.bench.pairs [--engine valkey|redis] [--times 2000] [--waiting 500]

`engine us` is the engine's own time for one call, scripts and all; the slot is one thread of one engine, so its inverse
is what a whole cluster of nodes can do in a second. `answer us` is what one caller waits for it, alone, on this machine
and over a unix socket; most of that is Python.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from rooms.matchmaker import Matchmaker
from rooms.scene import No, RowKind, Scene, Staff
from rooms.seeking import Seeking
from rooms.ties import Person
from rooms.words import Line
from tests.support.engines import Engine, running
from tests.support.pairs import a_request, matching_on, noting, putting, taking

STAFF = [Staff(f"staff{i}", "responder", frozenset({"adult"})) for i in range(20)]


def main() -> None:
    parser = argparse.ArgumentParser(description="What each verb of the pairs takes.")
    parser.add_argument("--engine", default="valkey", choices=("valkey", "redis"))
    parser.add_argument("--times", type=int, default=2000)
    parser.add_argument("--waiting", type=int, default=500, help="people who wait all the while")
    asyncio.run(measure(parser.parse_args()))


async def measure(options: argparse.Namespace) -> None:
    """Print a line for each verb, and the storm."""
    async with running(options.engine) as engine, matching_on(engine.url) as node:
        crowd = [f"u{i}" for i in range(options.waiting)]
        for user in crowd:
            await node.change(putting(a_request(f"r-{user}", user, since=1 << 50), Person(user=user)))
        await node.attendance.here("n1", crowd, staff=STAFF)
        while (dues := await node.due()).claims:
            for claim in dues.claims:
                await node.seen(claim)
        print(f"{options.engine}, {options.waiting} waiting, {len(STAFF)} on shift, {options.times} times each")
        print(f"{'':34}{'engine us':>10}{'answer us p50':>15}{'p99':>8}")
        for name, verb in verbs(node, crowd):
            await timed(engine, name, verb, options.times if "people" not in name else options.times // 10)
        await storm(engine, 1000)


def verbs(node: Matchmaker, crowd: list[str]) -> list[tuple[str, Callable[[int], Awaitable[Any]]]]:
    """What is measured: a name, and one call of it."""

    def moving(scene: Scene) -> None:
        request = scene.look(RowKind.REQUEST, "r-u0")
        scene.look(RowKind.PERSON, "u0")
        scene.look(RowKind.PERSON, "u1")
        scene.put(RowKind.REQUEST, request.id, replace(request, told=request.told + 1))
        scene.put(RowKind.PERSON, "u0", Person(user="u0", request=request.id))
        scene.owe("u0", noting("one"))
        scene.owe("u1", noting("two"))
        scene.ring("round:adult")

    refs = [(RowKind.REQUEST, "r-u0"), (RowKind.PERSON, "u0"), (RowKind.PERSON, "u1")]

    async def delivering(i: int) -> None:
        for target in ("u0", "u1"):
            await node.debts.deliver(target, done)

    async def moved(i: int) -> None:
        await node.change(moving, *refs)
        if i % 10 == 9:
            await delivering(i)

    async def owed_and_done(i: int) -> None:
        await node.change(putting(owing=(("u2", noting("x")),)))
        await node.debts.deliver("u2", done)

    return [
        ("read a row (find)", lambda i: node.find(RowKind.REQUEST, "r-u0")),
        ("read 3 rows, write 2, owe 2", moved),
        ("owe one, take it, cross it off", owed_and_done),
        ("look what is due: nothing", lambda i: node.due()),
        ("keep a line", lambda i: node.words.keep(f"r{i}", Line(id="w", text="a line of words", at=i))),
        (f"lease of {len(crowd)} people", lambda i: node.attendance.here("n1", crowd, staff=STAFF)),
        (f"read {len(crowd)} people who wait", lambda i: node.live(RowKind.REQUEST)),
    ]


async def done(owed: Any) -> bool:
    return True


async def timed(engine: Engine, name: str, verb: Callable[[int], Awaitable[Any]], times: int) -> None:
    """Call a verb one time after the other."""
    await verb(0)
    await engine.ask("CONFIG", "RESETSTAT")
    took = []
    for i in range(1, times + 1):
        began = time.perf_counter()
        await verb(i)
        took.append((time.perf_counter() - began) * 1e6)
    worked, slowest = await busy(engine) / times, sorted(took)[-times // 100]
    print(f"{name:34}{worked:10.0f}{statistics.median(took):15.0f}{slowest:8.0f}")


async def busy(engine: Engine) -> float:
    """Microseconds the engine has worked since the figures were set back."""
    stats = (await engine.ask("INFO", "commandstats")).decode()
    return sum(float(line.split("usec=")[1].split(",")[0]) for line in stats.splitlines() if "_evalsha:" in line)


async def storm(engine: Engine, many: int) -> None:
    """So many accept the same at once, over three matchmakers."""
    async with matching_on(engine.url) as one, matching_on(engine.url) as two, matching_on(engine.url) as three:
        nodes = (one, two, three)
        await one.change(putting(a_request("storm", state=Seeking.QUEUED)))
        began = time.perf_counter()
        asked = (nodes[i % 3].change(taking("storm", f"l{i}"), (RowKind.REQUEST, "storm")) for i in range(many))
        outcomes = await asyncio.gather(*asked)
        took = time.perf_counter() - began
    won = sum(not isinstance(one, No) for one in outcomes)
    print(f"{many} accept one request at once over three matchmakers of one process: {won} won, {took:.2f} s for all")


if __name__ == "__main__":
    main()
