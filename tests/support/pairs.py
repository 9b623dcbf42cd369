"""Matchmakers on real engines, rows to move, and steps that are as short as a test wants them.

    async with matching_on(engine.url) as matchmaker, matching_on(engine.url) as another: ...
    await matchmaker.change(putting(a_request("r1")))

The verbs of the house (rooms/meeting.py …) have tests of their own; here a step is whatever shows what the store does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from rooms import rows
from rooms.calls import engine_client
from rooms.effects import Do, Effect
from rooms.matchmaker import Made, Matchmaker
from rooms.scene import No, RowKind, Scene
from rooms.seeking import Request, Seeking
from tests.support.engines import Engine, free_port, running


@asynccontextmanager
async def matching_on(url: str, **options: Any) -> AsyncIterator[Matchmaker]:
    """A matchmaker of its own on the engine at `url`: one node's."""
    client = engine_client(url)
    try:
        yield Matchmaker(client, **options)
    finally:
        await client.aclose()


@asynccontextmanager
async def clustered(flavour: str) -> AsyncIterator[Engine]:
    """An engine that is a cluster of one: it refuses scripts whose keys are not in one slot."""
    # Its second port would else be ten thousand above the first, and there may be no such port.
    options = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    async with running(flavour, tcp=True, options=options) as engine:
        await engine.ask("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in await engine.ask("CLUSTER", "INFO"):
            await asyncio.sleep(0.02)  # a process of another maker: asking again is the only sign it gives
        yield engine


def a_request(id: str, seeker: str = "seeker", **fields: Any) -> Request:
    """Somebody who waits, since a while ago."""
    return Request(**{"id": id, "seeker": seeker, "since": 1_000_000, **fields})


def putting(*found: Any, owing: tuple[tuple[str, Effect], ...] = (), bells: tuple[str, ...] = ()) -> Callable[..., int]:
    """A step that writes rows as they are, whatever was there."""

    def step(scene: Scene) -> int:
        for row in found:
            scene.put(*rows.ref_of(row), row)
        for target, effect in owing:
            scene.owe(target, effect)
        for bell in bells:
            scene.ring(bell)
        return scene.now

    return step


def noting(what: str) -> Effect:
    """An effect that a test can tell from others."""
    return Effect(Do.NOTE, "", {"did": what})


def taking(id: str, by: str) -> Callable[[Scene], str | No]:
    """A step that only one can make: a request that waits is `by`'s from then on."""

    def step(scene: Scene) -> str | No:
        request: Request | None = scene.look(RowKind.REQUEST, id)
        if request is None:
            return No.NOT_FOUND
        if request.state is not Seeking.QUEUED:
            return No.TAKEN
        scene.put(RowKind.REQUEST, id, a_request(id, state=Seeking.MATCHED, session=by))
        scene.owe("seeker", noting(by))
        return by

    return step


async def made(matchmaker: Matchmaker, step: Callable[[Scene], Any], *need: Any) -> Made[Any]:
    """Make a step that must not be refused."""
    outcome = await matchmaker.change(step, *need)
    assert isinstance(outcome, Made), outcome
    return outcome
