"""Nothing a listener does can be told from outside by the seeker (T7, T9): whole evenings, their bytes compared.

The same person asks twice, on two devices that speak the two codecs. What differs from evening to evening is what the
listeners do: how the first leaves, and who is there the second time. Every byte the two devices are told is the same,
ids and times aside.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from chat.node import Node
from rooms.scene import RowKind
from tests.support.engines import running
from tests.support.nodes import next_event, node_on
from tests.support.overhearing import Device, overheard
from tests.support.raw import JSON, MSGPACK, Raw
from tests.support.staff import on_duty
from tests.support.two import accept, enter, event_where, quick

# The second wait is over between its first word about the wait and the next.
UPDATE, OFFER = 4.0, 2.0
QUICK: dict[str, Any] = {
    "update": UPDATE, "offer": OFFER, "undo": 0.2, "wrap_up": 0.05, "cool_down": 0.05, "cool_down_heavy": 0.05,
}  # fmt: skip


WISH: dict[str, Any] = {"topic": "work", "prefer": ["veteran"]}
FITS: dict[str, Any] = {"topics": ["work"], "tags": ["veteran"]}


@dataclass(frozen=True)
class Way:
    """How the first listener left, and who is there when the same person asks again."""

    left: str
    there: str

    def __str__(self) -> str:
        return f"{self.left}, then {self.there}"


WAYS = (
    Way("step_out", "nobody"),
    Way("block", "barred"),
    Way("report", "barred"),
    Way("step_out", "declines"),
    Way("block", "lapses"),
    Way("step_out", "mismatch"),
    Way("step_out", "goes away"),
)


async def test_what_listeners_do_cannot_be_told_from_outside_byte_for_byte_in_both_codecs() -> None:
    """T7, T9: a decline, a lapse, a block, a bar, a preference nobody fits, nobody at all: one and the same evening."""
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(running("valkey")) for _ in WAYS]
        nodes = [await stack.enter_async_context(node_on(each.url, sessions=quick(**QUICK))) for each in engines]
        evenings = await asyncio.gather(*(evening(node, way) for node, way in zip(nodes, WAYS, strict=True)))
    first = evenings[0]
    for way, heard in zip(WAYS, evenings, strict=True):
        for codec in (JSON, MSGPACK):
            assert heard[codec] == first[codec], f"{way} can be told from {WAYS[0]} ({codec})"
    kinds = [one.split(b'"')[3] for one in first[JSON]["own"]]
    assert kinds.count(b"session_opened") == kinds.count(b"session_closed") == 2, kinds
    assert kinds.count(b"waiting") == 3, kinds  # as it was asked, twice, and one word more of the second wait
    assert all(stream for heard in first.values() for stream in heard.values())


async def evening(node: Node, way: Way) -> dict[str, dict[str, list[bytes]]]:
    """Both waits and both talks, as the seeker's two devices were told of them."""
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(overheard(node.url, JSON, guest={"band": "adult"}))
        desk = await stack.enter_async_context(overheard(node.url, MSGPACK, token=phone.welcome["token"]))
        first = await stack.enter_async_context(on_duty(node.url, "listener", "first"))
        for device in (phone, desk):
            device.forget()
        await phone.ask("seek", key="first", **WISH)
        await first.ask("available", **FITS)
        room = await talk(phone, desk, first)
        how = {"report": "harassment"} if way.left == "report" else {}
        assert (await first.ask("block" if way.left == "block" else "step_out", room=room, **how))["type"] != "refused"
        await over(phone, desk)
        request = (await phone.ask("seek", key="again", **WISH))["request"]
        async with there(node, way.there, first):
            await updated(node, request)
            kind = await stack.enter_async_context(on_duty(node.url, "listener", "kind"))
            await kind.ask("available", **FITS)
            room = await talk(phone, desk, kind)
        await kind.ask("close", room=room)
        await over(phone, desk)
    return {device.codec: device.streams() for device in (phone, desk)}


@asynccontextmanager
async def there(node: Node, who: str, first: Raw) -> AsyncIterator[None]:
    """Who is there while the seeker waits the second time, and what they do."""
    if who in ("nobody", "barred"):
        state = "available" if who == "barred" else "away"
        await first.ask("available" if who == "barred" else "away", **(FITS if who == "barred" else {}))
        if who == "barred":
            await event_where(first, "availability", lambda event: event["state"] == state)
        yield
        assert not [event for event in first.events if event["type"] == "offered"]
        return
    await first.ask("away")
    async with on_duty(node.url, "listener", "second") as second:
        await second.ask("available", **(FITS if who != "mismatch" else {"topics": ["work"]}))
        if who != "mismatch":
            offered = await next_event(second, "offered")
            if who == "declines":
                assert not (await second.ask("answer", offer=offered["offer"], accept=False))["accepted"]
            elif who == "goes away":
                assert (await second.ask("away"))["state"] == "away"
        yield
        await second.ask("ping")
        assert not [event for event in second.events if event["type"] == "offered"]


async def talk(phone: Device, desk: Device, listener: Raw) -> str:
    """The listener says yes, and both speak. Returns the room."""
    room = str((await accept(listener))["room"])
    await enter(listener, room)
    for device in (phone, desk):
        opened = await device.until(lambda event: event["type"] == "session_opened")
        await device.ask("open", room=opened["room"])
    await listener.ask("send", room=room, text="I am here. Take your time.", key="a")
    for device in (phone, desk):
        await device.until(lambda event: event["type"] == "message")
    await phone.ask("send", room=room, text="Thank you for coming.", key="b")
    for device in (phone, desk):
        await device.until(lambda event: event["type"] == "message")
        await device.until(lambda event: event.get("state") == "active")
    return room


async def updated(node: Node, request: str) -> None:
    """Until it was time for a word about the wait, whatever was said before."""
    async with asyncio.timeout(30):
        while not (await node.services.matchmaker.find(RowKind.REQUEST, request)).told:
            await asyncio.sleep(0.05)  # a deadline that any node sees to: asking again is the only sign


async def over(*devices: Device) -> None:
    """Until this session has ended for these."""
    for device in devices:
        await device.until(lambda event: event["type"] == "session_closed")
        await device.ask("ping")
