"""The link proves that it works, and says so when it does not."""

from __future__ import annotations

import asyncio

import pytest

from rooms.address import BadAddress
from rooms.link import Link
from rooms.resp import EngineAway
from rooms.scripts import pack
from tests.support.engines import Engine
from tests.support.plane import linked
from tests.support.proxy import Proxy


async def until(true: object, within: float = 10.0) -> None:
    """Look at something that has no event of its own."""
    assert callable(true)
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_started_link_has_seen_a_probe_come_back_and_knows_the_engines_time(steady_engine: Engine) -> None:
    async with linked(steady_engine.url) as link:
        assert link.healthy
        before = link.engine_now_ms()
        seconds, micros = await steady_engine.ask("TIME")
        # One machine, one clock: the estimate is off by the way of a probe at most, however long we were kept waiting.
        assert before - 1000 < int(seconds) * 1000 + int(micros) // 1000 < link.engine_now_ms() + 1000
        assert await link.ask([pack(b"ECHO", b"a"), pack(b"GET", b"none")]) == [b"a", None]


async def test_before_the_start_nothing_is_promised() -> None:
    link = Link("unix:///nowhere/engine.sock")
    assert not link.started
    with pytest.raises(EngineAway):
        link.engine_now_ms()
    with pytest.raises(EngineAway, match="does not answer"):
        await link.start()
    assert not link.healthy


def test_a_url_of_no_engine_is_refused_at_once() -> None:
    with pytest.raises(BadAddress):
        Link("redis-cluster://a,b,c")


async def test_a_lost_commit_connection_closes_the_gate_and_renews_the_subscriber_too(engine: Engine) -> None:
    async with linked(engine.url) as link:
        before = link.generation
        await engine.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await until(lambda: link.generation >= before + 2)
        assert not link.pipeline.is_open
        link.pipeline.open_gate()
        assert await link.ask([pack(b"PING")]) == [b"PONG"]


async def test_a_lost_subscriber_leaves_commits_alone(engine: Engine) -> None:
    async with linked(engine.url) as link:
        before = link.generation
        await engine.ask("CLIENT", "KILL", "TYPE", "pubsub")
        await until(lambda: link.generation == before + 1)
        assert link.pipeline.is_open
        await until(lambda: link.subscriber.attached)


async def test_connected_is_not_delivering_two_missed_probes_end_both_connections(engine: Engine) -> None:
    """Only what the engine publishes is lost on the way; everything looks connected."""
    async with Proxy(path=str(engine.socket)) as proxy, linked(proxy.url) as link:
        before = link.generation
        proxy.stall(up=False)
        await until(lambda: link.counted["probes_missed"] >= 2)
        await until(lambda: link.away_since is not None)
        proxy.flow()
        await until(lambda: link.generation >= before + 2)
        await until(lambda: link.healthy)


async def test_no_answer_in_time_is_engine_away_and_reconnects_back_off(engine: Engine) -> None:
    async with linked(engine.url) as link:
        await engine.kill()
        began = asyncio.get_running_loop().time()
        with pytest.raises(EngineAway, match="in time"):
            await link.ask([pack(b"PING")], within=0.5)
        assert asyncio.get_running_loop().time() - began < 4  # half a second, and a crowded machine
        await until(lambda: link.counted["connects_failed"] >= 3)
        assert link.counted["connects_failed"] < 40
