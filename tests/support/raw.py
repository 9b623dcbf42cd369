"""A websocket client that does as it is told, right or wrong: hostile bytes, frames and handshakes for tests.

    async with Raw.open(url) as raw:                  # a TCP connection; nothing said yet
        answer = await raw.upgrade()                  # an honest handshake; every header can be replaced
        await raw.frame(TEXT, b'{"type":"ping","id":1}')
        frame = await raw.read()                      # one frame of the server
        code = await raw.closed()                     # read until it closes: the code, 1006 where none was said

Every wait ends: after `WITHIN` seconds TimeoutError is raised, so that a test fails instead of hanging.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
JSON = "warmline.v1.json"
MSGPACK = "warmline.v1.msgpack"

# Longer than any timeout of the server that a test waits for, shorter than anybody's patience.
WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One frame as it came."""

    opcode: int
    payload: bytes
    fin: bool = True


@dataclass(slots=True)
class Raw:
    """One TCP connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str
    number: int = 1  # of the next command sent by `say`
    events: list[dict[str, Any]] = field(default_factory=list)  # what `answer_to` read past

    @staticmethod
    @asynccontextmanager
    async def open(url: str) -> AsyncIterator[Raw]:
        """Connect to the server of `http://host:port`; nothing is sent."""
        place = urlsplit(url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=2**21)
        try:
            yield Raw(reader, writer, place.netloc)
        finally:
            writer.transport.abort()

    @staticmethod
    @asynccontextmanager
    async def upgraded(url: str, subprotocol: str = JSON) -> AsyncIterator[Raw]:
        """Connect and shake hands honestly."""
        async with Raw.open(url) as raw:
            answer = await raw.upgrade(subprotocol=subprotocol)
            if answer.status != 101:
                raise AssertionError(f"the upgrade was answered {answer.status}: {answer.body!r}")
            yield raw

    # bytes

    async def send(self, raw: bytes) -> None:
        """Bytes as they are. A connection the server has closed meanwhile is no error here: `closed` tells."""
        try:
            self.writer.write(raw)
            async with asyncio.timeout(WITHIN):
                await self.writer.drain()
        except OSError:
            pass

    async def rest(self) -> bytes:
        """Everything the server says until it closes."""
        async with asyncio.timeout(WITHIN):
            try:
                return await self.reader.read(-1)
            except OSError:
                return b""

    # handshake

    async def upgrade(
        self,
        path: str = "/ws",
        *,
        subprotocol: str | None = JSON,
        method: str = "GET",
        extra: Iterable[tuple[str, str]] = (),
        without: Iterable[str] = (),
    ) -> Answer:
        """Ask for a websocket: an honest request, plus `extra` headers, without some; returns the answer."""
        headers = [
            ("Host", self.host),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", base64.b64encode(os.urandom(16)).decode()),
            ("Sec-WebSocket-Version", "13"),
        ]
        if subprotocol is not None:
            headers.append(("Sec-WebSocket-Protocol", subprotocol))
        dropped = {name.lower() for name in without}
        lines = [f"{name}: {value}" for name, value in [*headers, *extra] if name.lower() not in dropped]
        await self.send("\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))
        return await self.response()

    async def response(self) -> Answer:
        """Read one HTTP response. Status 0: the server closed without one."""
        async with asyncio.timeout(WITHIN):
            try:
                head = await self.reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, OSError):
                return Answer(0, {})
            first, *lines = head.decode("latin-1").strip().split("\r\n")
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            status = int(first.split()[1])
            size = int(headers.get("content-length", "0")) if status != 101 else 0
            return Answer(status, headers, await self.reader.readexactly(size))

    # frames

    async def frame(
        self,
        opcode: int,
        payload: bytes = b"",
        *,
        fin: bool = True,
        rsv: int = 0,
        masked: bool = True,
        size: int | None = None,
    ) -> None:
        """One frame; `size` announces another length than the payload has."""
        await self.send(frame(opcode, payload, fin=fin, rsv=rsv, masked=masked, size=size))

    async def read(self) -> RawFrame:
        """The next frame of the server; a connection that ended reads as a close frame without a payload."""
        try:
            async with asyncio.timeout(WITHIN):
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size >= 126:
                    wide = await self.reader.readexactly(2 if size == 126 else 8)
                    size = int.from_bytes(wide, "big")
                return RawFrame(first & 0x0F, await self.reader.readexactly(size), bool(first & 0x80))
        except (asyncio.IncompleteReadError, OSError):
            return RawFrame(CLOSE, b"")

    async def closed(self) -> int:
        """Read on until the server closes; its close code, or 1006."""
        while True:
            got = await self.read()
            if got.opcode == CLOSE:
                return int.from_bytes(got.payload[:2], "big") if len(got.payload) >= 2 else 1006

    # talking JSON

    async def say(self, type: str, **fields: Any) -> int:
        """Send one JSON command; returns its number."""
        self.number += 1
        await self.frame(TEXT, json.dumps({"type": type, "id": self.number, **fields}).encode())
        return self.number

    async def told(self) -> dict[str, Any]:
        """The next JSON thing the server says. A close raises ConnectionError with its code."""
        while True:
            got = await self.read()
            if got.opcode == TEXT:
                said: dict[str, Any] = json.loads(got.payload)
                return said
            if got.opcode == CLOSE:
                raise ConnectionError(int.from_bytes(got.payload[:2], "big") if len(got.payload) >= 2 else 1006)

    async def answer_to(self, number: int | None) -> dict[str, Any]:
        """The reply with that number; events before it are kept in `events`."""
        while True:
            said = await self.told()
            if "re" in said and said["re"] == number:
                return said
            self.events.append(said)

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """One JSON command and its reply."""
        return await self.answer_to(await self.say(type, **fields))

    async def hello(self, band: str = "adult", **more: Any) -> dict[str, Any]:
        """Come in as a guest."""
        return await self.ask("hello", guest={"band": band, **more})


def frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True, size: int | None = None
) -> bytes:
    """The bytes of one client frame. The masking key is zero: the payload reads as it is."""
    length = len(payload) if size is None else size
    mask = 0x80 if masked else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if length < 126:
        head += bytes([mask | length])
    elif length < 65536:
        head += struct.pack("!BH", mask | 126, length)
    else:
        head += struct.pack("!BQ", mask | 127, length)
    return head + (b"\0\0\0\0" if masked else b"") + payload
