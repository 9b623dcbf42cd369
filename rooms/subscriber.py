"""The subscribing connection of one engine node: which channels this node hears, and what arrives on them.

Arrivals are left unread (`[b"smessage", channel, payload]`) in `arrivals`, which the backplane empties; parsing is
paid there, for a whole tick at once. One `SSUBSCRIBE` per channel, pipelined, at most 512 unconfirmed: one command
with many channels would cross slots in a cluster. When everything wanted is confirmed after an `attach`, `RESUMED` is
put among the arrivals: all that follows it is gapless, and what came before the loss may not be.

A reader too far behind stops reading the socket (`paused`); the engine then drops us, and the comparison after the
reconnect repairs every room.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import Enum

import hiredis

from rooms.resp import Connection, Reply
from rooms.scripts import pack

# Enough to fill a round trip, small enough not to hold up what arrives in between.
UNCONFIRMED = 512

# Arrivals not yet taken; at 300 bytes each about 20 MB. Beyond it the socket is not read.
MOST_ARRIVALS = 65536


class Mark(Enum):
    """What stands among the arrivals besides messages."""

    RESUMED = "resumed"  # every channel is confirmed after an attach


class Subscriber:
    """Channels wanted, confirmed and heard."""

    def __init__(self, probe_channel: str, arrivals: deque[object], woken: asyncio.Event) -> None:
        self.arrivals = arrivals
        self.probed = 0  # number of the last probe that came back
        self.probed_at: float | None = None  # loop time of it
        self.heard = asyncio.Event()  # a probe came back
        self._woken = woken
        self._probe = probe_channel.encode()
        # Every channel wanted, with what waits for its first confirmation.
        self._wanted: dict[bytes, asyncio.Future[None] | None] = {self._probe: None}
        self._queue: deque[bytes] = deque()
        self._unconfirmed: deque[bytes] = deque()
        self._connection: Connection | None = None
        self._leaving: dict[bytes, int] = {}  # unsubscriptions whose confirmation is under way
        self._resuming = False
        self.paused = False

    @property
    def attached(self) -> bool:
        """Connected, and every channel confirmed."""
        return self._connection is not None and not self._resuming

    def attach(self, connection: Connection) -> None:
        """Subscribe everything wanted on a fresh connection."""
        self._connection = connection
        connection.sink = self._arrived
        self._unconfirmed.clear()
        self._leaving.clear()
        self._queue = deque(self._wanted)
        self._resuming = True
        self.paused = False
        self._push()

    def detach(self) -> None:
        """The connection is gone; what is wanted stays wanted."""
        self._connection = None
        self._resuming = True

    def recycle(self) -> None:
        """Drop the connection, so that it is made anew."""
        if self._connection is not None:
            self._connection.abort()

    async def subscribe(self, channel: str) -> None:
        """Hear a channel; returns when the engine has confirmed it, on this connection or a later one, or when the
        channel is wanted no longer.

        Waits for as long as that takes: the caller sets the limit.
        """
        name = channel.encode()
        confirmed = self._wanted.get(name)
        if confirmed is None:
            if name in self._wanted:
                return
            confirmed = asyncio.get_running_loop().create_future()
            self._wanted[name] = confirmed
            if self._connection is not None:
                self._queue.append(name)
                self._push()
        await asyncio.shield(confirmed)

    def unsubscribe(self, channel: str) -> None:
        """Stop hearing a channel. Who still waits for its confirmation waits no longer, and has to look again."""
        name = channel.encode()
        if (waiting := self._wanted.pop(name, None)) is not None:
            waiting.set_result(None)
        if self._connection is not None:
            self._leaving[name] = self._leaving.get(name, 0) + 1
            self._connection.write(pack(b"SUNSUBSCRIBE", name))

    def drained(self) -> None:
        """The arrivals were taken: read on."""
        if self.paused and self._connection is not None:
            self.paused = False
            self._connection.resume()

    def _push(self) -> None:
        chunks = []
        while self._queue and len(self._unconfirmed) < UNCONFIRMED:
            name = self._queue.popleft()
            if name in self._wanted:
                self._unconfirmed.append(name)
                chunks.append(pack(b"SSUBSCRIBE", name))
        if chunks and self._connection is not None:
            self._connection.write(b"".join(chunks))

    def _arrived(self, replies: list[Reply]) -> None:
        arrivals, probe = self.arrivals, self._probe
        for reply in replies:
            if type(reply) is list and reply[0] == b"smessage":
                if reply[1] != probe:
                    arrivals.append(reply)
                else:
                    self.probed = int(reply[2])
                    self.probed_at = asyncio.get_running_loop().time()
                    self.heard.set()
            else:
                self._confirmed(reply)
        if arrivals:
            self._woken.set()
            if len(arrivals) > MOST_ARRIVALS and self._connection is not None:
                self.paused = True
                self._connection.pause()

    def _confirmed(self, reply: Reply) -> None:
        if isinstance(reply, hiredis.ReplyError):
            self.recycle()  # no right to subscribe, or no engine for it: the reconnect tells, with back-off
        elif reply[0] == b"ssubscribe":
            if self._unconfirmed and self._unconfirmed[0] == reply[1]:
                self._unconfirmed.popleft()
            confirmed = self._wanted.get(reply[1])
            if confirmed is not None:
                confirmed.set_result(None)
                self._wanted[reply[1]] = None
            self._push()
            if self._resuming and not self._queue and not self._unconfirmed:
                self._resuming = False
                self.arrivals.append(Mark.RESUMED)
        elif reply[0] == b"sunsubscribe":
            left = self._leaving.pop(reply[1], 0)
            if left > 1:
                self._leaving[reply[1]] = left - 1
            elif not left:
                self.recycle()  # not asked for: the slot has moved
