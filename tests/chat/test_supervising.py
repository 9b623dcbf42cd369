"""Supervision over the wire: seen before anything is read, with a true reason, and only from then on (F9, F19, T10)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from chat.client import Client, Codec
from chat.node import Node
from rooms.events import Band
from rooms.listening import Listener
from rooms.scene import RowKind, Scene
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import on_duty, token, waiting
from tests.support.two import accept, changed, enter, hear, listening, on_shift, quick, seek, talked, together


async def has_given(node: Node, name: str, count: int) -> None:
    """A listener with so many sessions behind them."""

    def step(scene: Scene) -> None:
        row: Listener = scene.look(RowKind.LISTENER, f"staff-{name}")
        scene.put(RowKind.LISTENER, row.user, replace(row, given=count))

    await node.services.matchmaker.change(step, (RowKind.LISTENER, f"staff-{name}"))


async def enter_again(raw: Raw, room: str) -> list[dict[str, Any]]:
    """Who is there, as one of the two is told it."""
    members: list[dict[str, Any]] = (await raw.ask("open", room=room))["members"]
    return members


async def given(node: Node, name: str) -> int:
    row: Listener = await node.services.matchmaker.find(RowKind.LISTENER, f"staff-{name}")
    return row.given


async def joins(staff: Raw, room: str, reason: str = "nursery") -> list[str]:
    """Supervise, and open as soon as they are there: what they find said."""
    assert (await staff.ask("supervise", room=room, reason=reason))["type"] == "supervising"
    await changed(staff, code="joined")
    return await enter(staff, room)


@one_flavour
@pytest.mark.parametrize("codec", Codec)
async def test_a_supervisor_is_announced_and_reads_what_is_said_from_then_on(
    steady_engine: Engine, codec: Codec
) -> None:
    """T10: both know before; nothing said earlier is in the answer, in a page, or in what a second device resumes."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one) as seeker,
        listening(two, "one") as listener,
        on_duty(one.url, "supervisor", "watch") as early,
        Client(f"{two.url}/ws".replace("http", "ws"), token=token("supervisor", "sue"), codec=codec) as sue,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        assert (await early.ask("open", room=room))["code"] == "not_found"
        listed = (await sue.ask("sessions"))["sessions"]
        assert [(row["room"], row["why"], row["here"]) for row in listed] == [(room, ["nursery"], False)]
        assert (await sue.ask("supervise", room=room, reason="nursery"))["type"] == "supervising"
        for raw in (seeker, listener):
            assert "before you were told" in (await changed(raw, code="coming"))["says"]
            there = await changed(raw, code="joined")
            assert "supervisor" in {who["role"] for who in there["who"]}
        joined = await sue.open(room)
        assert [event for event in joined.events if event["type"] == "message"] == []
        await seeker.ask("send", room=room, text="now you are here", key="2")
        async with asyncio.timeout(10):
            async for event in sue.events():
                if event["type"] == "message":
                    break
        assert event["text"] == "now you are here"
        page = await sue.page(room, limit=100)
        texts = [one["text"] for one in page["events"] if one["type"] == "message"]
        assert (texts, page["more"], page["truncated"]) == (["now you are here"], False, True)
        async with Raw.upgraded(one.url) as phone:
            resume = [{"room": room}]
            welcome = await phone.ask("hello", token=token("supervisor", "sue"), resume=resume)
            (again,) = welcome["resumed"]
            assert [one["text"] for one in again["events"] if one["type"] == "message"] == ["now you are here"]
            before = await phone.ask("page", room=room, before=again["cursor"], limit=100)
            assert "Thank you for coming." not in str(before)


@one_flavour
async def test_two_grown_ups_are_left_alone_but_for_a_true_reason(steady_engine: Engine) -> None:
    """An experienced listener: refused for every reason; a worry that is on the desk opens the door."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node, "one") as listener,
        on_duty(node.url, "supervisor", "sue") as sue,
    ):
        await has_given(node, "one", 30)
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        assert (await sue.ask("sessions"))["sessions"] == []
        for reason in ("nursery", "training", "held", "report", "concern"):
            refused = await sue.ask("supervise", room=room, reason=reason)
            assert (refused["code"], refused["path"]) == ("forbidden", "reason")
        for command in ("supervise", "sessions"):
            more = {"room": room, "reason": "nursery"} if command == "supervise" else {}
            assert (await listener.ask(command, **more))["code"] in ("not_found", "forbidden")
        (alias,) = {who["alias_id"] for who in (await enter_again(listener, room)) if who["role"] == "seeker"}
        told = await listener.ask("concern", room=room, alias_id=alias, note="they sound so tired")
        assert told["type"] != "refused", told
        assert await joins(sue, room, "concern") == []
        await changed(seeker, code="joined")


@one_flavour
async def test_the_nursery_ends_with_the_tenth_session_and_a_human_is_asked_to_look(steady_engine: Engine) -> None:
    """Counted in the store, by whichever node; then the desk has a note, and nobody watches any more."""
    soon = quick(undo=0.1, wrap_up=0.1, cool_down=0.1, seeker_day=9, sessions_day=9)
    async with (
        node_on(steady_engine.url, sessions=soon) as node,
        listening(node, "one") as listener,
        on_duty(node.url, "supervisor", "sue") as sue,
        talking(node) as ninth,
        talking(node) as tenth,
    ):
        await has_given(node, "one", 9)
        room = await together(ninth, listener)
        await talked(ninth, listener, room)
        assert await joins(sue, room) == []
        await ninth.ask("close", room=room)
        await next_event(listener, "session_closed")
        async with asyncio.timeout(10):
            while not [row for row in await waiting(sue) if "session.nursery" in row["rules"]]:
                await asyncio.sleep(0.02)  # the desk has no event for who asks
        assert await given(node, "one") == 10
        await seek(tenth)
        after = (await accept(listener))["room"]
        assert (await sue.ask("supervise", room=after, reason="nursery"))["code"] == "forbidden"


@one_flavour
async def test_a_teen_s_session_has_only_checked_grown_ups_and_may_always_be_joined(steady_engine: Engine) -> None:
    """T8 over the wire: who listens, who supervises, who is called, and for whom the session exists at all."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, band="teen") as teen,
        listening(node, "plain") as plain,
        on_duty(node.url, "listener", "lux", vetted=True) as lux,
        on_duty(node.url, "supervisor", "sue") as sue,
        on_duty(node.url, "supervisor", "vera", vetted=True) as vera,
    ):
        await on_shift(node, 2)
        await seek(teen)
        assert (await lux.ask("available"))["type"] == "availability"
        await has_given(node, "lux", 40)
        room = (await accept(lux))["room"]
        for raw in (teen, lux):
            await next_event(raw, "session_opened")
            await enter(raw, room)
        await talked(teen, lux, room)
        assert [event for event in plain.events if event["type"] == "offered"] == []
        assert (await sue.ask("supervise", room=room, reason="training"))["code"] == "not_found"
        assert ((await sue.ask("sessions"))["sessions"], (await sue.ask("open", room=room))["code"]) == (
            [],
            "not_found",
        )
        (row,) = (await vera.ask("sessions"))["sessions"]
        assert (row["room"], row["band"], row["why"]) == (room, Band.TEEN, ["teen"])
        assert await joins(vera, room, "training") == []
        await changed(teen, code="joined")
        await teen.ask("send", room=room, text="hello to you too", key="t")
        await hear(vera, "hello to you too")


@one_flavour
async def test_who_is_called_to_somebody_held_reads_what_was_said(steady_engine: Engine) -> None:
    """A responder comes because of those words: they are not kept from whoever is to help."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, country="GB") as seeker,
        listening(node, "one") as listener,
        on_duty(node.url, "responder", "rita") as rita,
    ):
        await on_shift(node)
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        said: Any = await seeker.ask("help", person=True)
        called = await next_event(rita, "alerted")
        await rita.ask("take", case=called["case"])
        await seeker.ask("join_ok", room=room, choice="yes")
        await changed(seeker, code="team_here")
        assert said["type"] == "help"
        assert "Thank you for coming." in await enter(rita, room)
