"""One connection to an engine, speaking its protocol through hiredis.

The connection knows nothing of what is asked: bytes go out, whole chunks of replies go to `sink` as they come. Until
a sink is set, `ask` is for the handshake: a few commands, their replies awaited. `lost` is set once, when the
connection is gone for whatever reason.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Any, cast

import hiredis

from rooms.address import Address
from rooms.scripts import pack

Reply = Any  # bytes | int | None | list[Reply] | hiredis.ReplyError
Sink = Callable[[list[Reply]], None]


class EngineAway(ConnectionError):
    """The engine cannot be reached, or cannot do its work now. The text never holds what was asked."""


class Connection(asyncio.Protocol):
    """Bytes out, replies in."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self.sink: Sink | None = None  # set once the handshake is over
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self._asked: list[Reply] = []  # replies of the handshake
        self._arrived = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        replies: list[Reply] = []
        try:
            reader.feed(data)
            while (reply := reader.gets()) is not False:
                replies.append(reply)
        except hiredis.ProtocolError:
            self.abort()
            return
        if self.sink is not None:
            if replies:
                self.sink(replies)
        else:
            self._asked += replies
            self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()
        self._arrived.set()

    def write(self, data: bytes) -> None:
        """Send bytes; silently nothing once the connection is gone."""
        if self._transport is not None and not self.lost.is_set():
            self._transport.write(data)

    def pause(self) -> None:
        """Stop reading: the reader is behind."""
        if self._transport is not None and self._transport.is_reading():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._transport is not None and not self._transport.is_closing() and not self._transport.is_reading():
            self._transport.resume_reading()

    def abort(self) -> None:
        """Drop the connection now; what was being sent may be half sent."""
        if self._transport is not None:
            self._transport.abort()
        self.lost.set()

    async def ask(self, *commands: bytes) -> list[Reply]:
        """Handshake: send packed commands and await as many replies. An error reply raises `EngineAway`."""
        self._asked.clear()
        self.write(b"".join(commands))
        while len(self._asked) < len(commands):
            if self.lost.is_set():
                raise EngineAway("the engine closed the connection")
            self._arrived.clear()
            await self._arrived.wait()
        for reply in self._asked:
            if isinstance(reply, hiredis.ReplyError):
                raise EngineAway(f"the engine refused the handshake: {error_code(reply)}")
        return list(self._asked)


def error_code(error: Exception) -> str:
    """The first word of an engine's error: a category without anybody's words."""
    return str(error).split(" ", 1)[0][:24]


async def connect(address: Address, then: Sequence[Sequence[bytes]] = ()) -> tuple[Connection, list[Reply]]:
    """Open a connection, authenticate, choose the database, run `then`; return it with the replies to `then`.

    Raises `EngineAway`, also for an engine that is a replica or still loading. The caller sets the time limit.
    """
    loop = asyncio.get_running_loop()
    connection: Connection | None = None
    try:
        if address.path is not None:
            _, connection = await loop.create_unix_connection(Connection, address.path)
        else:
            secure = _tls(address) if address.tls else None
            _, connection = await loop.create_connection(Connection, address.host, address.port, ssl=secure)
        commands = _greeting(address)
        replies = await connection.ask(*commands, *(pack(*command) for command in then))
        if replies[len(commands) - 1][0] != b"master":
            raise EngineAway("the engine is a replica")
        return connection, replies[len(commands) :]
    except OSError as error:
        if connection is not None:
            connection.abort()
        if isinstance(error, EngineAway):
            raise
        raise EngineAway(f"the engine does not answer: {type(error).__name__}") from error
    except BaseException:
        if connection is not None:
            connection.abort()
        raise


def _greeting(address: Address) -> list[bytes]:
    commands = []
    if address.password is not None:
        who = [address.username.encode()] if address.username else []
        commands.append(pack(b"AUTH", *who, address.password.encode()))
    if address.db:
        commands.append(pack(b"SELECT", b"%d" % address.db))
    return [*commands, pack(b"ROLE")]


def _tls(address: Address) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=address.ca)
