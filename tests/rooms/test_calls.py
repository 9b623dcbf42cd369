"""Calls: engine trouble is a value, a forgotten script is given again, and no command leaves in an exception."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from rooms import calls
from rooms.address import BadAddress
from rooms.scripts import Script
from tests.support.engines import Engine, running

COUNT = b"return redis.call('INCR', KEYS[1])"
SCRIPT = Script("count", COUNT, hashlib.sha1(COUNT, usedforsecurity=False).hexdigest())


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[Redis]:
    client = calls.engine_client(url)
    try:
        yield client
    finally:
        await client.aclose()


async def ask(client: Redis, *words: str | int) -> list[Any] | None:
    """One command as a pipeline of its own."""
    pipe = client.pipeline(transaction=False)
    pipe.execute_command(*words)
    return await calls.run(client, pipe, [])


async def test_a_script_the_engine_forgot_is_given_to_it_again(steady_engine: Engine) -> None:
    """X61: SCRIPT FLUSH in the middle of everything."""
    async with client_of(steady_engine.url) as client:
        for expected in (1, 2):
            await steady_engine.ask("SCRIPT", "FLUSH")
            pipe = client.pipeline(transaction=False)
            calls.call(pipe, SCRIPT, ["count"])
            assert await calls.run(client, pipe, [SCRIPT]) == [expected]


async def test_an_error_of_one_command_is_a_value_among_the_answers(steady_engine: Engine) -> None:
    async with client_of(steady_engine.url) as client:
        pipe = client.pipeline(transaction=False)
        pipe.set("word", b"\xff not text")
        pipe.incr("word")
        pipe.get("word")
        answers = await calls.run(client, pipe, [])
        assert answers is not None
        assert answers[0] is True
        assert isinstance(answers[1], Exception)
        assert answers[2] == b"\xff not text"


async def test_an_engine_that_is_away_is_none_and_comes_back(engine: Engine) -> None:
    """X54."""
    async with client_of(engine.url) as client:
        await engine.kill()
        assert await ask(client, "SET", "private words", 1) is None
        await engine.start()
        assert await ask(client, "GET", "x") == [None]


async def test_a_hung_engine_costs_two_seconds_and_one_attempt(engine: Engine) -> None:
    """X55: no silent retries, which multiply the time and count twice."""
    async with client_of(engine.url) as client:
        await client.set("count", 0)
        engine.pause()
        began = time.monotonic()
        assert await ask(client, "INCR", "count") is None
        took = time.monotonic() - began
        engine.resume()
        assert calls.TIMEOUT * 0.9 < took < calls.TIMEOUT * 2
        assert await client.get("count") in (b"0", b"1")


async def test_it_reaches_an_engine_by_tcp_and_by_socket() -> None:
    async with running("valkey", tcp=True) as engine:
        for url in (engine.url, f"{engine.url}/0", f"unix://{engine.socket}", f"valkey://127.0.0.1:{engine.port}"):
            async with client_of(url) as client:
                assert await client.set("at", 1)
    with pytest.raises(BadAddress):
        calls.engine_client("http://somewhere")
