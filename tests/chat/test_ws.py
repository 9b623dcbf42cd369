"""The websocket itself: conformance, limits and timers, on the gateway's own listener with an echo behind it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from chat.ws import MAX_FRAGMENTS, Limits, Listener, Ws, plain


class Echo:
    """Says back what it hears."""

    def __init__(self) -> None:
        self.lost_codes: asyncio.Queue[int] = asyncio.Queue()
        self.was_behind = asyncio.Event()
        self.sockets: list[Ws] = []

    def answer(self, request: Request) -> Response | None:
        return plain(200, "OK", [], b"hi") if request.path == "/plain" else None

    def choose(self, offered: list[str]) -> str | None:
        return None

    def opened(self, ws: Ws) -> None:
        self.sockets.append(ws)

    def message(self, ws: Ws, payload: bytes | str) -> None:
        ws.send(payload)

    def behind(self, ws: Ws) -> None:
        self.was_behind.set()

    def resumed(self, ws: Ws) -> None:
        pass

    def lost(self, ws: Ws, code: int) -> None:
        self.lost_codes.put_nowait(code)


class Place:
    """A listening echo, and how to reach it."""

    def __init__(self, echo: Echo, listener: Listener, port: int) -> None:
        self.echo, self.listener, self.port = echo, listener, port
        self.url = f"ws://127.0.0.1:{port}/"


@contextlib.asynccontextmanager
async def listening(limits: Limits | None = None) -> AsyncIterator[Place]:
    echo = Echo()
    listener = Listener(echo, limits or Limits())
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    await listener.listen(sock)
    try:
        yield Place(echo, listener, sock.getsockname()[1])
    finally:
        await listener.aclose()


async def test_only_7_1_5_deviates_from_the_protocol_suite(tmp_path: Path) -> None:
    """Autobahn's cases through kosoku: everything but large messages, compression and 7.1.5 holds (X15)."""
    async with listening() as place:
        command = [str(Path(sys.executable).with_name("kosoku")), "-p", "4", "-o", str(tmp_path)]
        for group in ("9.*", "12.*", "13.*"):
            command += ["-x", group]
        run = await asyncio.create_subprocess_exec(
            *command, f"127.0.0.1:{place.port}", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        async with asyncio.timeout(60):
            output, _ = await run.communicate()
    failed = [line.split(":")[0].strip() for line in output.decode().splitlines() if "behavior=" in line]
    assert failed == ["7.1.5"]
    assert "of 247 cases" in output.decode()


async def test_a_plain_request_gets_its_answer_on_the_same_port() -> None:
    """Health checks and the page need no second port."""
    async with listening() as place, asyncio.timeout(5):
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


async def test_a_handshake_that_never_ends_is_dropped() -> None:
    """The second hand serves all timeouts: after `open_timeout` ticks the half-open socket is gone (X5)."""
    async with listening(Limits(open_timeout=3)) as place, asyncio.timeout(5):
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
