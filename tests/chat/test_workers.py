"""The parent of workers and engine: real processes, real signals. The node is a small one (support/plain_node.py)."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat.datadir import Unusable
from chat.workers import claim
from tests.support.processes import ROOT, Served, children, gone, started

PROGRAM = """
import sys
from pathlib import Path
from chat import logs, workers
from chat.config import load
settings = load(None, {}, sys.argv[2:])
logs.configure(settings.log)
raise SystemExit(workers.run(workers.serve(
    settings, int(sys.argv[1]), lambda url: print("ready url=" + url, flush=True), "tests.support.plain_node:serve")))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="wl-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def parent(place: Path, workers: int, *sets: str) -> AbstractAsyncContextManager[Served]:
    """The parent of `workers` small nodes on any port, with an embedded engine."""
    return started("-c", PROGRAM, str(workers), f"data.dir={place}", "gateway.port=0", "drain.window=0", *sets)


async def who_answers(port: int) -> tuple[int, str]:
    """The worker a new connection reached, and its engine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    pid, url, _ = (await reader.readline()).decode().split()
    writer.close()
    return int(pid), url


async def all_who_answer(port: int, count: int) -> set[int]:
    """Connect until `count` different workers have answered."""
    found: set[int] = set()
    async with asyncio.timeout(20):
        while len(found) < count:
            try:
                found.add((await who_answers(port))[0])
            except (OSError, ValueError):  # one that is going away right now
                await asyncio.sleep(0.01)
    return found


async def engine_of(served: Served) -> int:
    """The pid of the parent's engine: the shim's child that is not a shell."""
    for shim in children(served.pid):
        for child in children(shim):
            if "valkey-server" in Path(f"/proc/{child}/cmdline").read_text():
                return child
    raise AssertionError("no engine runs")


async def test_one_worker_is_the_process_itself(place: Path) -> None:
    async with parent(place, 1) as served:
        pid, url = await who_answers(served.port)
        assert pid == served.pid
        assert url == f"unix://{place}/engine/engine.sock"
        served.process.send_signal(signal.SIGTERM)
        assert await served.ended() == 0


async def test_several_workers_share_the_port_and_the_engine(place: Path) -> None:
    async with parent(place, 3) as served:
        pids = await all_who_answer(served.port, 3)
        assert served.pid not in pids
        assert (await who_answers(served.port))[1] == f"unix://{place}/engine/engine.sock"


async def test_a_dead_worker_is_replaced(place: Path) -> None:
    async with parent(place, 2) as served:
        before = await all_who_answer(served.port, 2)
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        await gone(victim)
        async with asyncio.timeout(20):
            while len(now := await all_who_answer(served.port, 2)) < 2 or victim in now:
                pass
        assert now & before == before - {victim}


async def test_sigterm_ends_workers_engine_and_parent(place: Path) -> None:
    async with parent(place, 2) as served:
        pids = await all_who_answer(served.port, 2)
        engine = await engine_of(served)
        served.process.send_signal(signal.SIGTERM)
        assert await served.ended() == 0
        await gone(*pids, engine, within=1.0)


async def test_the_first_sigterm_drains_and_the_second_ends_at_once(place: Path) -> None:
    async with parent(place, 2, "drain.window=3600") as served:
        pids = await all_who_answer(served.port, 2)
        served.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):  # draining: the workers no longer listen
            while True:
                try:
                    await who_answers(served.port)
                except (OSError, ValueError):
                    break
        assert served.process.returncode is None
        served.process.send_signal(signal.SIGTERM)
        assert await served.ended() == 0
        await gone(*pids, within=1.0)


async def test_workers_and_engine_end_when_the_parent_is_killed(place: Path) -> None:
    """X53: kill -9 of the server; everything of it is gone within a second, and the port is free."""
    async with parent(place, 2, "drain.window=3600") as served:
        pids = await all_who_answer(served.port, 2)
        engine = await engine_of(served)
        served.process.kill()
        await gone(served.pid, *pids, engine, within=1.0)
        claim("127.0.0.1", served.port, shared=False).close()


async def test_the_engine_is_restarted_under_running_workers(place: Path) -> None:
    """X54: kill -9 of the engine; the workers stay."""
    async with parent(place, 2) as served:
        pids = await all_who_answer(served.port, 2)
        first = await engine_of(served)
        os.kill(first, signal.SIGKILL)
        await gone(first)
        async with asyncio.timeout(10), Redis(unix_socket_path=str(place / "engine" / "engine.sock")) as engine:
            while True:
                try:
                    await engine.ping()
                    break
                except (OSError, RedisError):
                    await asyncio.sleep(0.01)
        assert await engine_of(served) != first
        assert await all_who_answer(served.port, 2) == pids


async def refused(place: Path, workers: int, *sets: str) -> str:
    """What a parent that does not become ready says."""
    with pytest.raises(AssertionError) as caught:
        async with parent(place, workers, *sets):
            pass
    return str(caught.value)


async def test_workers_that_refuse_to_start_end_their_parent_with_the_reason(place: Path) -> None:
    said = await refused(place, 2, "gateway.max_frame=17")
    assert "asked to refuse; ask for something else" in said


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_taken_port_is_refused_before_anything_starts(place: Path, workers: int) -> None:
    """X63: also when whoever has it would share it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = await refused(place, workers, f"gateway.port={port}")
    assert f"gateway.port {port} on 127.0.0.1 is in use by another program" in said
    assert not (place / "engine").exists()


@pytest.mark.parametrize(
    ("host", "says"), [("192.0.2.1", "not an address of this machine"), ("no.such.invalid", "not known")]
)
def test_a_host_that_is_not_ours_is_refused(host: str, says: str) -> None:
    with pytest.raises(Unusable, match=says):
        claim(host, 0, shared=False)


def test_the_tree_under_test_is_the_one_workers_import() -> None:
    """Workers are processes of their own: they see what is installed, not what pytest put on its path."""
    import chat

    assert Path(chat.__file__ or chat.__path__[0]).is_relative_to(ROOT)
