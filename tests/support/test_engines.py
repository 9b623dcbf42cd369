"""The engines of the tests are real, keep what they were told through kill -9, and end with the test process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.engines import Engine, running


async def test_an_engine_keeps_its_keys_through_kill_9(engine: Engine) -> None:
    await engine.ask("SET", "k", "kept")
    await engine.kill()
    with pytest.raises(OSError):
        await engine.ask("PING")
    await engine.start()
    assert await engine.ask("GET", "k") == b"kept"


async def test_a_paused_engine_answers_nothing_until_it_is_resumed(engine: Engine) -> None:
    engine.pause()
    asked = asyncio.ensure_future(engine.ask("PING"))
    done, _ = await asyncio.wait([asked], timeout=0.2)
    assert not done
    engine.resume()
    async with asyncio.timeout(10):
        assert await asked == b"PONG"


async def test_the_steady_engine_is_empty_for_each_test(steady_engine: Engine) -> None:
    assert await steady_engine.ask("DBSIZE") == 0
    await steady_engine.ask("SET", "left", "behind")


async def test_the_steady_engine_forgets_what_the_test_before_left(steady_engine: Engine) -> None:
    assert await steady_engine.ask("GET", "left") is None


@pytest.mark.parametrize("flavour", ["valkey", "redis"])
async def test_a_promoted_replica_has_what_was_replicated(flavour: str, tmp_path: Path) -> None:
    async with running(flavour, tcp=True) as master, running(flavour, tcp=True) as replica:
        await master.ask("SET", "k", "1")
        await replica.follow(master)
        await replica.promote()
        await master.kill()
        assert await replica.ask("GET", "k") == b"1"
        await replica.ask("SET", "k", "2")
