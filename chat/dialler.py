"""The dialler: from an address to a connection that has said hello, and what its frames are.

Opening a websocket and waiting for the welcome fails in as many ways as there are networks. Here they become two:
`Later` (try again, and when the server said so not before `retry_after` seconds) and `Stopped` (the door is shut for
good). How long to wait otherwise is `Backoff`. Whose connection it is, and what becomes of it, is the line's affair
(chat/line.py).

Several addresses are dialled in turn. Frames may be large: a resume of a hundred rooms comes in one welcome.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin, Subprotocol

from chat import wire
from chat.follow import Event
from chat.wire import Codec

# A resume brings 512 KiB of events at most; the rest of a welcome is small.
MAX_FRAME = 2 * 1024 * 1024
# Restoring a hundred rooms on a busy node takes seconds; after this the node is stuck and another may do.
WELCOME_WITHIN = 20.0
# Connection reset or refused, upgrade refused, answer too slow: the network, not us.
LOST = (OSError, InvalidHandshake, ConnectionClosed, TimeoutError)


class Stopped(Exception):
    """The client has ended for good. `code`: a close code, a refusal code of hello, or a word of ours."""

    def __init__(self, code: int | str, says: str) -> None:
        super().__init__(f"{code}: {says}")
        self.code = code
        self.says = says


class Later(Exception):
    """Could not connect now. Seconds the server asked to wait."""

    def __init__(self, retry_after: float = 0.0) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Backoff:
    """Full jitter: a random wait up to base * 2^n, at most `cap`. Seconds, all multiplied by `scale`."""

    BASE, CAP, STABLE = 0.5, 30.0, 30.0

    def __init__(self, rng: random.Random, scale: float = 1.0) -> None:
        self._rng = rng
        self._scale = scale
        self._failures = 0

    def wait(self, lasted: float = 0.0) -> float:
        """The next wait; `lasted` is how long the connection before it stood."""
        if lasted >= self.STABLE * self._scale:
            self._failures = 0
        bound = min(self.CAP, self.BASE * 2 ** min(self._failures, 16))
        self._failures += 1
        return self._rng.uniform(0, bound) * self._scale


class Dialler:
    """Where to connect, and how to speak there."""

    def __init__(
        self,
        url: str | Sequence[str],
        codec: Codec,
        *,
        origin: str | None = None,
        keepalive: float | None = 20.0,
        tap: Callable[[bytes], None] | None = None,
    ) -> None:
        """`keepalive`: seconds between pings; `tap` sees every payload as it came."""
        self._urls = itertools.cycle([url] if isinstance(url, str) else url)
        self._codec, self._origin, self._keepalive, self._tap = codec, origin, keepalive, tap

    async def open(self, ticket: str | None = None) -> ClientConnection:
        """The websocket. Raises `Later`, or `Stopped` where the door is shut for good."""
        offered = [Subprotocol(self._codec)] + ([Subprotocol(f"warmline.ticket.{ticket}")] if ticket else [])
        try:
            return await connect(
                next(self._urls),
                subprotocols=offered,
                origin=Origin(self._origin) if self._origin is not None else None,
                compression=None,
                max_size=MAX_FRAME,
                ping_interval=self._keepalive,
                ping_timeout=self._keepalive,
                close_timeout=1.0,
                proxy=None,
            )
        except InvalidStatus as refused:
            status, after = refused.response.status_code, refused.response.headers.get("Retry-After", "")
        except LOST:
            raise Later from None
        if status in (400, 401, 403, 404):
            raise Stopped(status, "the server refused the websocket")
        raise Later(float(after) if after.isdigit() else 0.0)

    async def greet(self, ws: ClientConnection, hello: Event) -> Event:
        """Say hello as command 1 and return its answer. Raises one of `LOST`."""
        async with asyncio.timeout(WELCOME_WITHIN):
            await self.transmit(ws, {**hello, "id": 1})
            while (answer := self.decode(await ws.recv(decode=False))).get("re") != 1:
                pass  # nothing is told before the welcome
            return answer

    async def transmit(self, ws: ClientConnection, command: Event) -> None:
        """Write one command."""
        await ws.send(wire.encode(self._codec, command), text=self._codec is Codec.JSON)

    def decode(self, payload: Any) -> Event:
        """Read one thing the server says."""
        if self._tap is not None:
            self._tap(payload)
        read = msgspec.json.decode(payload) if self._codec is Codec.JSON else msgspec.msgpack.decode(payload)
        if not isinstance(read, dict):
            raise AssertionError("the server sent a frame that is no map")
        return read
