"""Two of the caller's devices and a network cut, in each state of the table: nothing is lost, nothing twice.

The phone's way to its node is a proxy that is cut; the desk stays on another node. Both are one person.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from chat.client import Client
from chat.node import Node
from rooms.pairkeys import session_room
from rooms.scene import RowKind
from tests.support.crowd import read_log
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on
from tests.support.proxy import Proxy
from tests.support.raw import Raw
from tests.support.staff import on_duty
from tests.support.trio import kind, told
from tests.support.two import accept, enter, listening, quick

pytestmark = one_flavour

LINES = ("It is a long night.", "I am glad you are there.", "I will try to sleep now.")
# States of waiting, and those with a room in which somebody of the two devices speaks. Where the listener is gone, or
# it is over, or the person is away, it is told below.
WAITS = ("queued", "offered", "callback_offered", "call_back")
STATES = ("connecting", "active", "quiet", "transferring", "closing", "held")


@dataclass(kw_only=True)
class Caller:
    """One person on two devices."""

    one: Node
    two: Node
    engine: Engine
    proxy: Proxy
    phone: Client
    desk: Client
    texts: list[str] = field(default_factory=list)

    def cut(self) -> None:
        """The phone's network goes and comes; the client does the rest."""
        self.proxy.cut()

    async def row(self, id: str) -> Any:
        return await self.one.services.matchmaker.find(RowKind.SESSION, id)

    async def same(self, room: str) -> None:
        """Both devices have the whole log, in its order, each entry once."""
        id = room.partition(":")[2]
        log = [one.id for one in await read_log(self.engine, session_room(id)) if one.kind == "message"]
        for device in (self.phone, self.desk):
            async with asyncio.timeout(10):
                while len(shown(device, room)) < len(log):
                    await asyncio.sleep(0.02)  # what a resume brings: the view is the only sign
            assert shown(device, room) == log


def shown(device: Client, room: str) -> list[str]:
    return [event["id"] for event in device.view(room) if event["type"] == "message"]


@asynccontextmanager
async def caller(engine: Engine, **seconds: float) -> AsyncIterator[Caller]:
    sessions = quick(**seconds)
    async with (
        node_on(engine.url, sessions=sessions) as one,
        node_on(engine.url, sessions=sessions) as two,
        Proxy(host="127.0.0.1", port=int(one.url.rpartition(":")[2])) as proxy,
        Client(f"ws://127.0.0.1:{proxy.port}/ws", guest={"band": "adult"}, scale=0.1, rng=random.Random(1)) as phone,
        Client(two.url.replace("http", "ws") + "/ws", token=phone.token, scale=0.1, rng=random.Random(2)) as desk,
    ):
        yield Caller(one=one, two=two, engine=engine, proxy=proxy, phone=phone, desk=desk)


@pytest.mark.parametrize("state", WAITS)
async def test_a_wait_is_the_same_on_both_devices_through_a_cut_and_its_words_are_given_once(
    steady_engine: Engine, state: str
) -> None:
    """T4: asked on the phone, written on both, cut in between; the place is kept and each line arrives once."""
    seconds = {"call_back": 0.8} if "call" in state else {}
    async with (
        caller(steady_engine, **seconds) as me,
        on_duty(me.two.url, "listener", "one") as listener,
    ):
        waiting = await me.phone.seek(line=LINES[0], key="once")
        await bring_wait(me, listener, waiting["request"], state)
        writing = asyncio.create_task(me.phone.send("waiting", LINES[1], key="w1"))
        me.cut()
        assert (await writing)["state"] == "kept"
        assert (await me.desk.send("waiting", LINES[2], key="w2"))["state"] == "kept"
        again = await me.desk.seek(key="twice")
        assert (again["request"], again["repeated"]) == (waiting["request"], True)
        row = await me.one.services.matchmaker.find(RowKind.REQUEST, waiting["request"])
        assert (row.state, row.gone_at) == (state, 0)
        if state == "callback_offered":
            assert (await me.desk.ask("choose", request=row.id, choice="wait"))["place"] == 1
        if state != "offered":
            await listener.ask("available")
        room = (await accept(listener))["room"]
        for device in (me.phone, me.desk):
            assert (await told(device, kind("session_opened")))["room"] == room
            await device.open(room)
        await me.same(room)
        id = room.partition(":")[2]
        log = await read_log(me.engine, session_room(id))
        assert sorted(one.text for one in log if one.kind == "message") == sorted(LINES)


async def bring_wait(me: Caller, listener: Raw, request: str, state: str) -> None:
    """Bring a request into a state."""
    match state:
        case "offered":
            await listener.ask("available")
            offered = await next_event(listener, "offered")
            listener.events.append(offered)  # answered later
        case "callback_offered" | "call_back":
            await told(me.phone, lambda event: bool(event.get("choose")))
            if state == "call_back":
                await me.phone.ask("choose", request=request, choice="tell_me")


@pytest.mark.parametrize("state", STATES)
async def test_a_cut_of_one_device_in_a_session_holds_the_seat_and_loses_and_doubles_nothing(
    steady_engine: Engine, state: str
) -> None:
    """T4, F14: the other device is there, so nobody is told of anybody who is gone."""
    seconds = {"quiet": 0.8, "quiet_ends": 60.0} if state == "quiet" else {}
    async with caller(steady_engine, **seconds) as me, listening(me.two) as listener:
        await me.phone.seek()
        room = (await accept(listener))["room"]
        id = room.partition(":")[2]
        await enter(listener, room)
        for device in (me.phone, me.desk):
            await told(device, kind("session_opened"))
            await device.open(room)
        await bring(me, listener, room, state)
        saying = [asyncio.create_task(me.phone.send(room, text, key=text[:8])) for text in LINES[:2]]
        me.cut()
        assert (await listener.ask("send", room=room, text="Take your time.", key="t"))["type"] == "sent"
        assert [answer["type"] for answer in await asyncio.gather(*saying)] == ["sent", "sent"]
        assert (await me.desk.send(room, LINES[2]))["type"] == "sent"
        await me.same(room)
        row = await me.row(id)
        assert row.seeker_gone == 0
        assert not [event for event in listener.events if event.get("code") == "holding_seat"]
        after = {"quiet": "active", "connecting": "active"}.get(state, state)
        assert row.held if state == "held" else row.state == after, row.state


async def bring(me: Caller, listener: Raw, room: str, state: str) -> None:
    """Bring a session into a state."""
    if state == "connecting":
        return
    await listener.ask("send", room=room, text="I am here.", key="first")
    await me.phone.send(room, "Thank you for coming.")
    match state:
        case "quiet":
            await told(me.phone, lambda event: event.get("state") == "paused")
        case "transferring":
            assert (await listener.ask("transfer", room=room, summary="A hard week."))["type"] == "transferring"
            await told(me.phone, lambda event: event.get("code") == "transfer_asked")
        case "closing":
            assert (await listener.ask("close", room=room))["type"] == "closed"
            await told(me.phone, lambda event: event.get("state") == "closing")
        case "held":
            await me.phone.ask("help", person=True)
            await told(me.phone, lambda event: event.get("state") == "stay")


async def test_with_both_devices_cut_the_seat_is_held_and_either_takes_it_again(steady_engine: Engine) -> None:
    """F14: the listener hears that the seat is held, says something, and it is there when one of the two is back."""
    async with caller(steady_engine) as me, listening(me.two) as listener:
        await me.phone.seek()
        room = (await accept(listener))["room"]
        await enter(listener, room)
        await told(me.phone, kind("session_opened"))
        await me.phone.open(room)
        await bring(me, listener, room, "active")
        me.proxy.refuse = True
        me.cut()
        await me.desk.aclose()
        held = await next_held(listener)
        assert (held["state"], held["code"]) == ("paused", "holding_seat")
        assert (await listener.ask("send", room=room, text="I keep your place.", key="k"))["type"] == "sent"
        me.proxy.refuse = False
        async with asyncio.timeout(20):
            while "I keep your place." not in [event.get("text") for event in me.phone.view(room)]:
                await asyncio.sleep(0.02)  # what the resume brings: the view is the only sign
        back = await next_event(listener, "session_changed")
        while back["state"] != "active":
            back = await next_event(listener, "session_changed")
        assert (await me.row(room.partition(":")[2])).seeker_gone == 0
        texts = [event["text"] for event in me.phone.view(room) if event["type"] == "message"]
        assert texts == ["I am here.", "Thank you for coming.", "I keep your place."]


async def test_while_the_listener_is_gone_both_devices_hold_the_seat_and_their_words_reach_them(
    steady_engine: Engine,
) -> None:
    """F14, T4: said on both devices through a cut, while nobody listens; all of it is there when the listener is."""
    async with caller(steady_engine) as me:
        async with listening(me.two) as listener:
            await me.phone.seek()
            room = (await accept(listener))["room"]
            await enter(listener, room)
            for device in (me.phone, me.desk):
                await told(device, kind("session_opened"))
                await device.open(room)
            await bring(me, listener, room, "active")
        await released(me.two, "staff-one")
        held = await told(me.desk, lambda event: event.get("code") == "holding_seat")
        assert (held["state"], held["who"]) == ("paused", [])
        saying = asyncio.create_task(me.phone.send(room, LINES[0], key="a"))
        me.cut()
        assert (await saying)["type"] == "sent"
        assert (await me.desk.send(room, LINES[1]))["type"] == "sent"
        assert (await me.row(room.partition(":")[2])).state == "listener_gone"
        await me.same(room)
        async with on_duty(me.one.url, "listener", "one") as again:
            for device in (me.phone, me.desk):
                assert (await told(device, lambda event: event.get("state") == "active"))["room"] == room
            assert await enter(again, room) == ["I am here.", "Thank you for coming.", *LINES[:2]]


async def released(node: Node, user: str) -> None:
    """Somebody's socket is closed, and the lease on their being here is over at once."""
    async with asyncio.timeout(10):
        while user in node.services.hub.people:
            await asyncio.sleep(0.01)  # the socket's end is heard in its own time
    here = node.services.company.here(node.services.hub.people)
    await node.services.matchmaker.attendance.here(node.services.node, here, [user])


async def test_an_end_during_a_cut_is_told_once_on_each_device_and_how_it_was_is_said_once(
    steady_engine: Engine,
) -> None:
    """T4, F15: the phone is away while it ends; feedback from both devices is one."""
    async with caller(steady_engine, undo=0.2) as me, listening(me.two) as listener:
        await me.phone.seek()
        room = (await accept(listener))["room"]
        await enter(listener, room)
        for device in (me.phone, me.desk):
            await told(device, kind("session_opened"))
            await device.open(room)
        await bring(me, listener, room, "active")
        me.proxy.refuse = True
        me.cut()
        await listener.ask("close", room=room)
        ends = [await told(me.desk, kind("session_closed"))]
        me.proxy.refuse = False
        ends.append(await told(me.phone, kind("session_closed")))
        assert ends[0]["id"] == ends[1]["id"]
        for device in (me.phone, me.desk):
            thanks = await device.ask("feedback", session=ends[0]["session"], feel="better", heard=True)
            assert thanks["type"] == "thanks"
            assert [event["id"] for event in device.view("inbox") if event["type"] == "session_closed"] == [
                ends[0]["id"]
            ]
        row = await me.row(room.partition(":")[2])
        assert (row.state, row.gave) == ("ended", (row.seeker,))


async def test_who_is_away_while_held_keeps_the_seat_on_both_devices_and_is_taken_in_again_by_either(
    steady_engine: Engine,
) -> None:
    """F16, T4: left on the phone, cut; the desk knows, and one word of it is enough to be held again."""
    async with caller(steady_engine) as me:
        await me.phone.ask("help", person=True)
        for device in (me.phone, me.desk):
            await told(device, lambda event: event.get("state") == "stay")
        assert (await me.phone.ask("close", room="stay", why="exit"))["type"] == "closed"
        me.cut()
        (hold,) = await me.one.services.matchmaker.live(RowKind.HOLD)
        assert (hold.state, hold.session) == ("away", "")
        await me.desk.ask("help", person=True)
        for device in (me.desk, me.phone):
            await told(device, lambda event: event.get("state") == "stay")
        (again,) = await me.one.services.matchmaker.live(RowKind.HOLD)
        assert (again.state, again.case, again.away_at) == ("held", hold.case, 0)


async def next_held(listener: Raw) -> dict[str, Any]:
    while True:
        event = await next_event(listener, "session_changed")
        if event.get("code") == "holding_seat":
            return event
