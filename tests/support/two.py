"""A seeker and a listener on nodes of the test's own: asking, coming together, and what each is told.

    async with node_on(engine.url, sessions=quick(undo=0.3)) as node, listening(node) as listener:
        async with talking(node) as seeker:
            room = await together(seeker, listener)

Inbox events are those of a connection; `of_kinds` waits for them by what they are, never by the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from chat.node import Node
from chat.sessionsettings import Sessions
from tests.support.nodes import next_event
from tests.support.raw import Raw
from tests.support.staff import on_duty

Event = dict[str, Any]


def quick(**seconds: Any) -> Sessions:
    """The usual evening, but for these."""
    return Sessions(**seconds)


@asynccontextmanager
async def listening(node: Node, name: str = "one", **profile: Any) -> AsyncIterator[Raw]:
    """A listener who is there to be asked."""
    async with on_duty(node.url, "listener", name) as raw:
        told = await raw.ask("available", **profile)
        assert told["type"] == "availability", told
        assert told["state"] in ("available", "offered"), told
        yield raw


async def event_where(raw: Raw, type: str, fits: Callable[[Event], bool]) -> Event:
    """The next event of a kind that fits; those of the kind before it are left behind."""
    while True:
        event = await next_event(raw, type)
        if fits(event):
            return event


async def changed(raw: Raw, *, code: str = "", state: str = "") -> Event:
    """The next `session_changed` with this code, or this state."""
    return await event_where(
        raw,
        "session_changed",
        lambda event: (not code or event.get("code") == code) and (not state or event["state"] == state),
    )


async def seek(raw: Raw, **wish: Any) -> Event:
    """Ask for somebody: the `waiting` reply."""
    told = await raw.ask("seek", key=wish.pop("key", "seek"), **wish)
    assert told["type"] == "waiting", told
    return told


async def accept(listener: Raw) -> Event:
    """Say yes to the next offer."""
    offered = await next_event(listener, "offered")
    answered = await listener.ask("answer", offer=offered["offer"], accept=True)
    assert answered["type"] == "answered", answered
    return answered


async def enter(raw: Raw, room: str) -> list[str]:
    """Open the room of a session: what was said there so far."""
    joined = await raw.ask("open", room=room)
    assert joined["type"] == "joined", joined
    return [event["text"] for event in joined["events"] if event["type"] == "message"]


async def hear(raw: Raw, text: str, seen: list[str] | None = None) -> None:
    """Wait until a text has been said."""
    if text in (seen or ()):
        return
    await event_where(raw, "message", lambda event: event.get("text") == text)


async def together(seeker: Raw, listener: Raw, **wish: Any) -> str:
    """Ask, be found, and both are in the room."""
    await seek(seeker, **wish)
    answered = await accept(listener)
    for raw in (seeker, listener):
        await next_event(raw, "session_opened")
        await enter(raw, answered["room"])
    return str(answered["room"])


async def talked(seeker: Raw, listener: Raw, room: str) -> None:
    """Both have spoken: the session is under way, as both were told."""
    await listener.ask("send", room=room, text="I am here. Take your time.", key="first")
    await seeker.ask("send", room=room, text="Thank you for coming.", key="first")
    for raw in (seeker, listener):
        await changed(raw, state="active")


async def on_shift(node: Node, count: int = 1) -> None:
    """Wait until the engine knows of so many of the team."""
    async with asyncio.timeout(10):
        while len((await node.services.matchmaker.attendance.there([])).on_shift) < count:
            await asyncio.sleep(0.02)  # the node's own round: asking again is the only sign
