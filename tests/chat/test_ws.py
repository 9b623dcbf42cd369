"""The websocket itself, with an echo behind it. The protocol suite runs on it in tests/e2e/test_frames.py (X15)."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chat.ws import MAX_FRAGMENTS
from tests.support.echo import listening
from tests.support.raw import TEXT, Raw


async def test_a_plain_request_gets_its_answer_on_the_same_port() -> None:
    """Health checks and the page need no second port."""
    async with listening() as place, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        writer.write(b"GET /plain HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"\r\n\r\nhi")


async def test_a_message_in_too_many_pieces_is_too_big() -> None:
    """A message in 1-byte fragments ends with 1009, whatever its size (X11)."""
    async with listening() as place, asyncio.timeout(10):
        client = await connect(place.url, compression=None)
        with pytest.raises(ConnectionClosed) as closed:
            await client.send("x" for _ in range(MAX_FRAGMENTS * 2))
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_a_flood_of_pings_is_cut_off() -> None:
    """Control frames have a bound of their own (X14)."""
    async with listening() as place, asyncio.timeout(10):
        client = await connect(place.url, compression=None, ping_interval=None)
        for _ in range(1000):
            with contextlib.suppress(ConnectionClosed):
                await client.ping()
        assert await place.echo.lost_codes.get() in (1008, 1006)


async def test_text_that_is_no_utf_8_closes_with_1007() -> None:
    """Whoever sends it; what came before it was heard (X12)."""
    async with listening() as place, asyncio.timeout(10), Raw.open(f"http://127.0.0.1:{place.port}") as raw:
        assert (await raw.upgrade(path="/", subprotocol=None)).status == 101
        await raw.frame(TEXT, b"good")
        assert (await raw.read()).payload == b"good"
        await raw.frame(TEXT, b"bad \xff")
        assert await raw.closed() == 1007
