"""A connection that cannot be had is `Later` or `Stopped`, and how long `Later` is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chat.client import Client
from chat.dialler import Backoff, Dialler, Later, Stopped
from chat.wire import Codec
from tests.support.raw import JSON
from tests.support.scripted import GUEST, Talk, scripted


@asynccontextmanager
async def door(answer: bytes) -> AsyncIterator[str]:
    """Somebody who answers every handshake so; the address."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_door_that_is_shut_for_good_stops_the_client(status: int) -> None:
    async with door(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status) as url:
        with pytest.raises(Stopped) as stopped:
            await Dialler(url, Codec.JSON).open()
        assert stopped.value.code == status
        with pytest.raises(Stopped, match=str(status)):
            async with Client(url, guest=GUEST, scale=0.01):
                raise AssertionError("there was no welcome")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (b"HTTP/1.1 503 Full\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", 7.0),
        (b"HTTP/1.1 503 Full\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", 0.0),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 0.0),
        (b"", 0.0),
        (b"no HTTP at all\r\n\r\n", 0.0),
    ],
)
async def test_a_door_that_may_open_later_says_when(answer: bytes, seconds: float) -> None:
    async with door(answer) as url:
        with pytest.raises(Later) as later:
            await Dialler(url, Codec.JSON).open()
    assert later.value.retry_after == seconds


async def test_several_addresses_are_dialled_in_turn() -> None:
    async def welcome(talk: Talk) -> None:
        await talk.welcome()

    async with scripted(welcome) as peer:
        dialler = Dialler(["ws://127.0.0.1:9/ws", peer.url], Codec.JSON)
        with pytest.raises(Later):
            await dialler.open()
        ws = await dialler.open()
        assert ws.subprotocol == JSON
        assert (await dialler.greet(ws, {"type": "hello", "guest": GUEST, "resume": []}))["type"] == "welcome"
        await ws.close()


async def test_a_server_out_of_reach_is_an_error_within_patience() -> None:
    with pytest.raises(Stopped, match="unreachable"):
        async with Client("ws://127.0.0.1:9/ws", guest=GUEST, patience=0.2, scale=0.01):
            raise AssertionError("nobody listens there")


def test_back_off_is_fully_jittered_bounded_and_starts_over_after_stability() -> None:
    backoff = Backoff(random.Random(7))
    waits = [backoff.wait() for _ in range(200)]
    assert all(0 <= wait <= min(30, 0.5 * 2**n) for n, wait in enumerate(waits[:8]))
    assert max(waits) <= 30
    assert min(waits[10:]) < 3
    assert max(waits[10:]) > 25
    assert backoff.wait(lasted=31) <= 0.5
