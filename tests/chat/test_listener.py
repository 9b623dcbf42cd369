"""One second hand for every deadline of every websocket."""

from __future__ import annotations

import asyncio
import contextlib

from websockets.asyncio.client import connect

from chat.ws import Limits
from tests.support.echo import listening


async def test_a_handshake_that_never_ends_is_dropped() -> None:
    """The second hand serves all timeouts: after `open_timeout` ticks the half-open socket is gone (X5)."""
    async with listening(Limits(open_timeout=3)) as place, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        writer.write(b"GET / HTTP/1.1\r\n")
        while not place.listener.live:
            await asyncio.sleep(0)
        for _ in range(5):
            place.listener.tick()
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        assert not place.listener.live


async def test_silence_ends_a_connection_and_a_pong_is_a_sign_of_life() -> None:
    """Pings go out every `heartbeat`; who answers stays, who does not is dropped after `silence` (4112)."""
    async with listening(Limits(heartbeat=1, silence=3)) as place, asyncio.timeout(10):
        alive = await connect(place.url, compression=None)
        await alive.send("hello")
        await alive.recv()
        (ws,) = place.echo.sockets
        for _ in range(6):
            place.listener.tick()
            heard = place.listener.seconds
            while ws.heard < heard:  # the pong comes back through the real socket
                await asyncio.sleep(0)
        assert ws.is_open
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        mute = place.echo.sockets[-1]
        for _ in range(5):
            place.listener.tick()
        assert await place.echo.lost_codes.get() == 4112
        assert not mute.is_open
        writer.close()
        await alive.close()


async def test_a_listener_that_stopped_takes_nobody_new_and_keeps_who_is_here() -> None:
    """Draining begins so: the door closes, the conversations go on."""
    async with listening() as place, asyncio.timeout(10):
        client = await connect(place.url, compression=None)
        place.listener.stop()
        await client.send("still here")
        assert await client.recv() == "still here"
        refused = False
        try:
            await connect(place.url, compression=None, open_timeout=2)
        except OSError:
            refused = True
        assert refused
        await client.close()


async def test_a_client_that_never_closes_its_side_is_dropped() -> None:
    """After our close frame it has `close_timeout` seconds, whatever it does."""
    async with listening(Limits(close_timeout=2)) as place, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        (ws,) = place.echo.sockets
        ws.close(1001, "going away")
        for _ in range(4):
            place.listener.tick()
        assert (await reader.read())[:1] == b"\x88"
        assert await place.echo.lost_codes.get() == 1001
        writer.close()


UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def test_a_reader_that_is_slow_stays_while_it_takes_something() -> None:
    """Behind for longer than `stuck`, and silent: each byte taken is a sign of life; without any it is cut (4108)."""
    async with listening(Limits(stuck=3, silence=5)) as place, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        (ws,) = place.echo.sockets
        ws.send(bytes(16 * 1024 * 1024))
        await place.echo.was_behind.wait()
        for _ in range(8):
            before = ws.unsent
            while ws.unsent == before:
                await reader.read(65536)
            place.listener.tick()
        assert ws.is_open
        for _ in range(5):
            place.listener.tick()
        assert await place.echo.lost_codes.get() == 4108
        writer.close()


async def test_who_we_do_not_read_is_not_called_silent() -> None:
    """While sixteen commands wait for an engine that is away, pongs stand unread in the kernel."""
    async with listening(Limits(silence=3)) as place, asyncio.timeout(10):
        client = await connect(place.url, compression=None)
        await client.send("hello")
        await client.recv()
        (ws,) = place.echo.sockets
        ws.pause()
        for _ in range(6):
            place.listener.tick()
        assert ws.is_open
        ws.unpause()
        await client.send("still here")
        assert await client.recv() == "still here"
        await client.close()
