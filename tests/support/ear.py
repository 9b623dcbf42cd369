"""An ear: hears the presence diffs of a room as a node's subscriber would, for tests of presence without a backplane.

async with Ear.on(engine.url, room) as ear:
    diff = await ear.hear()              # the next one, within a few seconds
    await ear.catch_up(presence)         # everything published so far, fed to `absorb`
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from rooms import calls, envelope
from rooms.envelope import PresenceDiff
from rooms.events import RoomKey
from rooms.presence import Presence

# Something is badly wrong when an engine on this machine takes longer.
PATIENCE = 30.0


class Ear:
    """One subscriber on one room."""

    def __init__(self, client: Redis, listener: Any, room: RoomKey) -> None:
        self._publish: Any = client.execute_command
        self._listener = listener
        self.room = room
        self.heard: list[PresenceDiff] = []
        self.longest = 0  # bytes of the longest payload
        self._marks = 0

    @classmethod
    @asynccontextmanager
    async def on(cls, url: str, room: RoomKey) -> AsyncIterator[Ear]:
        client = calls.engine_client(url)
        listener: Any = client.pubsub()
        try:
            await listener.ssubscribe(envelope.channel(room))
            ear = cls(client, listener, room)
            async with asyncio.timeout(PATIENCE):
                await listener.get_message(timeout=PATIENCE)  # the confirmation
            yield ear
        finally:
            await listener.aclose()
            await client.aclose()

    async def _payload(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self._listener.get_message(timeout=PATIENCE)
                if message is not None and message["type"] == "smessage":
                    return bytes(message["data"])

    async def hear(self) -> PresenceDiff:
        """The next diff."""
        payload = await self._payload()
        diff = envelope.parse(self.room, payload)
        assert isinstance(diff, PresenceDiff)
        self.longest = max(self.longest, len(payload))
        self.heard.append(diff)
        return diff

    async def catch_up(self, *nodes: Presence) -> list[PresenceDiff]:
        """What was published until now; each of `nodes` absorbs it."""
        self._marks += 1
        mark = envelope.control(f"mark{self._marks}")
        await self._publish("SPUBLISH", envelope.channel(self.room), mark)
        diffs = []
        while (payload := await self._payload()) != mark:
            self.longest = max(self.longest, len(payload))
            diff = envelope.parse(self.room, payload)
            assert isinstance(diff, PresenceDiff)
            diffs.append(diff)
            for node in nodes:
                node.absorb(diff)
        self.heard += diffs
        return diffs
