"""Where replays and chaos tests play: nodes and engines that run, and the one blow each stage can take.

    async with two_nodes(config) as stage:
        stage.addresses           # websocket addresses of the nodes
        stage.engine              # to read the logs from
        await stage.strike()      # the blow; returns when what should heal by itself has been set going

Every process is a child of ours and ends with the stage.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.crowd import Person
from tests.support.engines import Engine, running
from tests.support.processes import gone
from tests.support.server import Server, serving

# X53 says one second; the rest is a slow machine.
ENGINE_GONE_WITHIN = 1.0 + 1.0
LOAD = {"limits.enabled": "false", "log.level": "warning"}


async def _nothing() -> None:
    return None


@dataclass(kw_only=True)
class Stage:
    """What runs. `strike` is the blow."""

    addresses: list[str]
    engine: Engine
    servers: list[Server]
    strike: Callable[[], Awaitable[None]] = field(default=_nothing)
    outsiders: list[Person] = field(default_factory=list)  # people the blow itself brought in


def write_config(directory: Path, rooms: Mapping[str, str]) -> Path:
    """A configuration with plain rooms (id → band) and nothing else of its own."""
    file = directory / "config.yaml"
    lines = [f"  - {{id: {room}, title: {room}, band: {band}, pack: general}}\n" for room, band in rooms.items()]
    file.write_text("rooms:\n" + "".join(lines))
    return file


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """A temporary directory with a short name: a socket's path has 107 bytes."""
    place = Path(tempfile.mkdtemp(prefix="wl-"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@asynccontextmanager
async def node(
    place: Path,
    name: str,
    rooms: Mapping[str, str],
    *,
    redis_url: str = "",
    sets: Mapping[str, str] | None = None,
    ahead: float = 0.0,
) -> AsyncIterator[Server]:
    """One server below `place`. Nodes of one place share data.dir, and so the secret. `ahead`: seconds by which its
    clock is wrong.
    """
    own = place / name
    own.mkdir()
    options = ("--config", str(write_config(own, rooms)))
    words = {**LOAD, "data.dir": str(place / "d"), **(sets or {})}
    async with serving(own, redis_url=redis_url, sets=words, options=options, ahead=ahead) as server:
        yield server


@asynccontextmanager
async def two_nodes(rooms: Mapping[str, str], *, flavour: str = "redis", strike: str = "none") -> AsyncIterator[Stage]:
    """Two nodes on one external engine. Blows: `node` kills the first with -9, `drain` ends it kindly."""
    async with (
        folder() as place,
        running(flavour) as engine,
        node(place, "a", rooms, redis_url=engine.url) as first,
        node(place, "b", rooms, redis_url=engine.url) as second,
    ):
        stage = Stage(addresses=[first.ws, second.ws], engine=engine, servers=[first, second])

        async def drain() -> None:
            code = await first.terminate()
            if code != 0:
                raise AssertionError(f"the drained node ended with {code}")

        stage.strike = {"none": _nothing, "node": first.kill, "drain": drain}[strike]
        yield stage


@asynccontextmanager
async def one_node(rooms: Mapping[str, str], *, strike: str = "none") -> AsyncIterator[Stage]:
    """One server on its own engine. Blows: `engine` or `server` is killed with -9; a killed server is started again."""
    async with folder() as place, node(place, "a", rooms) as server:
        engine = Engine(flavour="valkey", directory=place / "d" / "engine")
        stage = Stage(addresses=[server.ws], engine=engine, servers=[server])

        async def kill_engine() -> None:
            os.kill(await engine_pid(engine), signal.SIGKILL)

        async def kill_server() -> None:
            pid = await engine_pid(engine)
            await server.kill()
            await gone(pid, within=ENGINE_GONE_WITHIN)
            await server.start()

        stage.strike = {"none": _nothing, "engine": kill_engine, "server": kill_server}[strike]
        yield stage


async def engine_pid(engine: Engine) -> int:
    """The pid of a server's own engine, as it says itself."""
    found = re.search(rb"process_id:(\d+)", await engine.ask("INFO", "server"))
    if found is None:
        raise AssertionError("the engine did not tell its pid")
    return int(found[1])
