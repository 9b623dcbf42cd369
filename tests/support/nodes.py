"""A whole node in the test's own process, on a real engine: everything but the command line.

    async with node_on(engine.url) as node, talking(node, "anxiety") as one: ...

Limits are off unless a test asks for them, so that a burst of messages is no flood. Several nodes may run on one
engine.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chat.node import Node
from chat.settings import Auth, Drain, Gateway, Limits, Settings
from rooms.events import Band
from rooms.topics import Topic
from tests.support.raw import Raw

SECRET = "a secret of thirty-two bytes or more, for tests"
ROOMS = (
    Topic(id="anxiety", title="Anxiety", rules="Be kind."),
    Topic(id="recovery", pack="recovery"),
    Topic(id="slow", slow=60.0),
    Topic(id="small", capacity=1),
    Topic(id="teens", band=Band.TEEN, pack="teen"),
)


def settings(**changes: Any) -> Settings:
    """Settings of a test's node; `changes` replaces whole sections."""
    base = Settings(
        gateway=Gateway(port=0),
        limits=Limits(enabled=False),
        auth=Auth(secret=SECRET),
        drain=Drain(window=2.0),
        rooms=ROOMS,
    )
    return dataclasses.replace(base, **changes)


@asynccontextmanager
async def node_on(engine_url: str, **changes: Any) -> AsyncIterator[Node]:
    """A node that serves; at the end it stops at once."""
    node = Node(settings(**changes), engine_url)
    await node.start()
    running = asyncio.create_task(node.run())
    try:
        yield node
    finally:
        node.stop()
        node.stop()
        async with asyncio.timeout(10):
            await running
        await node.aclose()


@asynccontextmanager
async def talking(node: Node, *rooms: str, band: str = "adult", **guest: Any) -> AsyncIterator[Raw]:
    """A guest who has joined `rooms`."""
    async with Raw.upgraded(node.url) as raw:
        welcome = await raw.hello(band, **guest)
        assert welcome["type"] == "welcome", welcome
        for room in rooms:
            joined = await raw.ask("join", room=room)
            assert joined["type"] == "joined", joined
        yield raw


async def next_event(raw: Raw, type: str) -> dict[str, Any]:
    """The next event of a kind; what was read past earlier comes first, other kinds are left behind."""
    async with asyncio.timeout(10):
        while True:
            for place, said in enumerate(raw.events):
                if said["type"] == type:
                    return raw.events.pop(place)
            raw.events.append(await raw.told())


async def texts_of(raw: Raw, room: str) -> list[str]:
    """What was said in a room, as its newest page of history tells it."""
    page = await raw.ask("page", room=room, limit=100)
    return [event["text"] for event in page["events"] if event["type"] == "message"]
