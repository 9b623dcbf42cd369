"""That somebody spoke is noted at a low rate, and at once where it changes something."""

from __future__ import annotations

import asyncio
from typing import Any

from chat import marking
from rooms.effects import Event
from rooms.events import Entry, EventId, Position, RoomKey, UserId
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.two import listening, quick, talked, together


def entry(kind: str, room: str) -> Entry:
    return Entry(RoomKey(room), Position("e", 1, "t"), EventId("i"), kind, UserId("-"), 1, b"\x80")


def test_only_what_tells_somebody_of_a_session_is_listened_to() -> None:
    assert marking.concerns(entry(Event.SESSION_CHANGED, "inbox/ana"))
    assert not marking.concerns(entry(Event.SESSION_CHANGED, "adult/anxiety"))
    assert not marking.concerns(entry("care", "inbox/ana"))


async def spoke_at(node: Any, room: str) -> tuple[int, int]:
    row = await node.services.matchmaker.find(RowKind.SESSION, room.removeprefix("session:"))
    return row.seeker_spoke, row.listener_spoke


@one_flavour
async def test_the_first_words_of_both_make_it_a_conversation_and_more_words_are_hardly_noted(
    steady_engine: Engine,
) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        first = await spoke_at(node, room)
        for number in range(5):  # the change to `active` lets one more mark through for each; then none for seconds
            for raw in (seeker, listener):
                await raw.ask("send", room=room, text=f"line {number}", key=f"l{number}")
        marks = [name for name in node.services.company._stirs if name[0] == room.removeprefix("session:")]
    assert min(first) > 0
    assert len(marks) == 2


@one_flavour
async def test_who_talks_is_never_asked_whether_they_are_still_there(steady_engine: Engine) -> None:
    """A mark comes well before the silence after which somebody asks."""
    async with (
        node_on(steady_engine.url, sessions=quick(quiet=0.8)) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        until = node.services.backplane.engine_now_ms() + 1500
        number = 0
        while node.services.backplane.engine_now_ms() < until:
            number += 1
            await seeker.ask("send", room=room, text=f"and then {number}", key=f"t{number}")
        assert not [event for event in seeker.events if event.get("code") == "still_here"]
    assert number > 3


@one_flavour
async def test_who_is_held_and_talks_elsewhere_is_not_asked_whether_they_are_there(steady_engine: Engine) -> None:
    """F16: being held belongs to the person; any word of theirs is a sign."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        await raw.ask("help", person=True)
        await next_event(raw, "session_changed")
        (user,) = node.hub.people
        before = await node.services.matchmaker.find(RowKind.HOLD, user)
        await raw.ask("send", room="anxiety", text="good evening to you all", key="g")
        async with asyncio.timeout(5):
            while (await node.services.matchmaker.find(RowKind.HOLD, user)).stirred == before.stirred:
                await asyncio.sleep(0.02)  # written after the answer: asking again is the only sign
        await raw.ask("close", room="stay")
        await marking.sign(node.services, user)
    assert not node.services.company.holds(user)


async def test_without_the_store_a_mark_is_tried_again_with_the_next_words(engine: Engine) -> None:
    async with node_on(engine.url) as node:
        company = node.services.company
        assert company.stirs("s", "ana", node.services.ticks(), 60.0)
        await engine.kill()
        await marking.mark(node.services, "s", UserId("ana"), 1)
        assert company.stirs("s", "ana", node.services.ticks(), 60.0)
