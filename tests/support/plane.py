"""Backplanes for tests: one that is pumped like a node would, and remembers what it was handed.

async with pumped(engine.url) as node:
    await node.say("adult/postpartum", "m1")          # one commit, its outcome
    await node.seen("adult/postpartum", "m1")         # until the pump has handed it up
    node.view("adult/postpartum")                     # ids handed up since the last reset, in order
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rooms.backplane import Arrival, Backplane, Commit, Guard, Outcome, RoomReset
from rooms.events import Entry, EventId, RoomKey, UserId
from rooms.link import Link

ROOM = RoomKey("adult/postpartum")
AUTHOR = UserId("someone")


def message(id: str, room: RoomKey = ROOM, *, body: bytes | None = None, guard: Guard | None = None) -> Commit:
    """A commit of one message; its body says its id unless told otherwise."""
    words = body if body is not None else b"words of " + id.encode()
    return Commit(room=room, id=EventId(id), kind="message", author=AUTHOR, body=words, guard=guard or Guard())


class Node:
    """A backplane, pumped."""

    def __init__(self, backplane: Backplane) -> None:
        self.backplane = backplane
        self.arrivals: list[Arrival] = []
        self.resets: list[RoomReset] = []
        self._views: dict[RoomKey, list[str]] = {}
        self._moved = asyncio.Condition()

    async def pump(self) -> None:
        while True:
            await self.backplane.wait()
            for arrival in self.backplane.take():
                self.arrivals.append(arrival)
                if isinstance(arrival, RoomReset):
                    self.resets.append(arrival)
                    self._views[arrival.room] = []
                elif isinstance(arrival, Entry):
                    self._views.setdefault(arrival.room, []).append(arrival.id)
            async with self._moved:
                self._moved.notify_all()

    async def until(self, true: Callable[[], bool], within: float = 15.0) -> None:
        """Return once something is so, looking after each take."""
        async with asyncio.timeout(within), self._moved:
            await self._moved.wait_for(true)

    async def seen(self, id: str, room: RoomKey = ROOM, within: float = 15.0) -> None:
        """Return once an event was handed up."""
        await self.until(lambda: id in self.view(room), within)

    def view(self, room: RoomKey = ROOM) -> list[str]:
        """Ids handed up since the last reset, in order."""
        return self._views.get(room, [])

    async def say(self, *ids: str, room: RoomKey = ROOM) -> list[Outcome]:
        """Commit messages together."""
        return await self.backplane.submit([message(id, room) for id in ids])

    async def history(self, room: RoomKey = ROOM) -> list[str]:
        """Every id of the log, in order."""
        ids: list[str] = []
        page = await self.backplane.page(room, limit=100)
        while True:
            ids[:0] = [entry.id for entry in page.entries]
            if not page.more:
                return ids
            page = await self.backplane.page(room, before=page.position, limit=100)


@asynccontextmanager
async def linked(url: str) -> AsyncIterator[Link]:
    """A started, running link, its gate open."""
    link = Link(url)
    await link.start()
    running = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        link.close()


@asynccontextmanager
async def pumped(url: str, *rooms: RoomKey) -> AsyncIterator[Node]:
    """A started, running, pumped backplane with these rooms open."""
    node = Node(Backplane(url))
    await node.backplane.start()
    tasks = [asyncio.create_task(node.backplane.run()), asyncio.create_task(node.pump())]
    try:
        for room in rooms:
            await node.backplane.open(room)
        yield node
    finally:
        for task in tasks:
            if task.done() and not task.cancelled() and task.exception():
                task.result()
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await node.backplane.aclose()
