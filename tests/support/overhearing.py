"""Overhearing: everything a device is told, as the bytes it came in, in either codec; and what of it may be compared.

    async with overheard(node.url, MSGPACK, token=token) as device:
        await device.ask("seek", key="k")
        await device.until(lambda event: event["type"] == "session_opened")
    device.streams()          # replies, what came for the person, what came of each room: bytes, ids and times aside

Ids, names, times and honest waits differ between any two people; they are masked and nothing else is. A frame is
decoded for that and encoded again: `ask` and `until` make sure that this alone changes no byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from tests.support.raw import BINARY, CLOSE, JSON, MSGPACK, TEXT, Raw

Event = dict[str, Any]

# Names and numbers of people and things, and times.
IDS = frozenset({"id", "re", "cursor", "request", "session", "room", "alias", "alias_id", "name"})
TIMES = frozenset({"at", "until", "expires", "written_at", "p50", "p90"})
PATIENCE = 90.0


class Device:
    """One connection of a person. `frames`: the payloads of all it was told, oldest first."""

    def __init__(self, raw: Raw, codec: str) -> None:
        self.raw, self.codec = raw, codec
        self.welcome: Event = {}
        self.frames: list[bytes] = []
        self._seen = 0  # frames that `until` has gone past

    def _pack(self, told: Any) -> bytes:
        return msgspec.json.encode(told) if self.codec == JSON else msgspec.msgpack.encode(told)

    def _unpack(self, payload: bytes) -> Any:
        return msgspec.json.decode(payload) if self.codec == JSON else msgspec.msgpack.decode(payload)

    async def say(self, type: str, **fields: Any) -> int:
        """Send a command; returns its number."""
        self.raw.number += 1
        told = self._pack({"type": type, "id": self.raw.number, **fields})
        await self.raw.frame(TEXT if self.codec == JSON else BINARY, told)
        return self.raw.number

    async def ask(self, type: str, **fields: Any) -> Event:
        """A command and its reply."""
        number = await self.say(type, **fields)
        return await self._next(lambda told: told.get("re") == number)

    async def until(self, fits: Callable[[Event], bool]) -> Event:
        """The next event that fits, also among those `ask` has read past."""
        while self._seen < len(self.frames):
            self._seen += 1
            told: Event = self._unpack(self.frames[self._seen - 1])
            if "re" not in told and fits(told):
                return told
        found = await self._next(lambda told: "re" not in told and fits(told))
        self._seen = len(self.frames)
        return found

    async def _next(self, fits: Callable[[Event], bool]) -> Event:
        async with asyncio.timeout(PATIENCE):
            while True:
                got = await self.raw.read()
                if got.opcode == CLOSE:
                    raise ConnectionError("closed")
                if got.opcode not in (TEXT, BINARY):
                    continue
                told: Event = self._unpack(got.payload)
                if self._pack(told) != got.payload:
                    raise AssertionError(f"decoded and encoded again it is another: {got.payload!r}")
                self.frames.append(got.payload)
                if fits(told):
                    return told

    def forget(self) -> None:
        """What was told so far is not compared."""
        self.frames.clear()
        self._seen = 0

    def streams(self) -> dict[str, list[bytes]]:
        """Replies, what came for this person, what came of rooms: each in its order, for these three run beside each
        other; ids and times aside.
        """
        found: dict[str, list[bytes]] = {"replies": [], "own": [], "rooms": []}
        for payload in self.frames:
            told = self._unpack(payload)
            rooms = told["type"] in ("message", "presence", "reaction", "edited", "redacted", "typing")
            found["replies" if "re" in told else "rooms" if rooms else "own"].append(self._pack(masked(told)))
        return found


def masked(told: Any) -> Any:
    """The same without ids and times, its fields in their order."""
    if isinstance(told, list):
        return [masked(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        name: "an id" if name in IDS else "a time" if name in TIMES else masked(value) for name, value in told.items()
    }


@asynccontextmanager
async def overheard(url: str, codec: str = JSON, **hello: Any) -> AsyncIterator[Device]:
    """A device that has said hello."""
    assert codec in (JSON, MSGPACK)
    async with Raw.upgraded(url, codec) as raw:
        device = Device(raw, codec)
        device.welcome = await device.ask("hello", **hello)
        assert device.welcome["type"] == "welcome", device.welcome
        yield device
