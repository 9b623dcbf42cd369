"""What sessions promise, on three real nodes of which one dies by kill -9 at a moment nobody knows."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chat.client import Client, Refused
from rooms.held import Held
from rooms.scene import RowKind
from tests.support.trio import Event, Trio, kind, three_nodes, together, told

# Rests are short, and the words of a session are gone soon after it; nothing else is.
SHORT: dict[str, Any] = {
    "wrap_up": 0.2, "cool_down": 0.2, "cool_down_heavy": 0.2, "undo": 0.5, "feedback": 1, "text_kept": 2,
}  # fmt: skip
CALL_ME = "Call me on 555-010-4477 some evening."
WITHIN = 60.0


@pytest.fixture(scope="module")
async def trio() -> AsyncIterator[Trio]:
    async with three_nodes(sessions=SHORT) as three:
        yield three


async def test_words_go_through_the_filter_once_a_block_holds_and_the_words_go_whichever_node_dies(trio: Trio) -> None:
    """T4, T5, T7, T12: written while waiting, given to a listener, who is blocked; asked again; the words are gone."""
    async with (
        trio.seeker() as seeker,
        trio.listener("lee") as lee,
        trio.listener("lou") as lou,
        trio.struck(1),
    ):
        await seeker.seek(line=CALL_ME)
        assert (await seeker.send("waiting", "I can't sleep.", patient=True))["state"] == "kept"
        room, session = await taken(seeker, lee)
        said = await until(lambda: trio.said(session), lambda log: len(log) >= 2)
        assert [text.count("555") for _, text in said] == [0, 0]
        assert said[1][1] == "I can't sleep."
        async with trio.struck(2, within=0.3):
            assert (await seeker.ask("block", room=room))["type"] == "blocked"
            ended = await told(lee, kind("session_closed"))
            assert (ended["why"], ended["session"]) == ("ended", session)
            await told(lee, lambda event: event["type"] == "availability" and event["state"] == "available")
            await seeker.seek()
            again, _ = await taken(seeker, lou)
        assert again != room
        rows = [await trio.matchmaker.find(RowKind.PERSON, f"staff-{name}") for name in ("lee", "lou")]
        assert [len(row.barred) for row in rows] == [1, 0]
        assert (await trio.inbox("staff-lee")).count("offered") == 1
        await until(lambda: trio.said(session), lambda log: not log)
        assert await trio.engine.ask("KEYS", f"warm:{{match}}:words:*{session}*") == []
        with pytest.raises(Refused):
            await seeker.open(room)
        await lee.ask("away")  # or the next seeker would be put to who is not there any more


async def test_who_is_held_stays_held_and_is_told_the_truth_when_the_node_of_whoever_was_there_dies(trio: Trio) -> None:
    """T6, T10, T15: let in visibly, gone with their node; that is told, and nobody but the person ends it."""
    async with (
        trio.seeker(node=0) as seeker,
        trio.listener("lin", node=1) as listener,
        trio.listener("rae", node=2, role="responder") as responder,
    ):
        room = await together(seeker, listener)
        session = room.partition(":")[2]
        await until(lambda: trio.matchmaker.attendance.there([]), lambda there: bool(there.on_shift))
        await seeker.ask("help", room=room, person=True)
        case = (await told(responder, kind("alerted")))["case"]
        taken = await responder.ask("take", case=case)
        assert taken["room"] == room
        if taken.get("waits"):
            with pytest.raises(Refused):  # not before they were let in, and both were told
                await responder.open(room)
            await seeker.ask("join_ok", room=room, choice="yes")
        for client in (seeker, listener):
            codes = [(await told(client, coded("coming", "joined", "team_here")))["code"] for _ in range(2)]
            assert codes[0] == "coming"
        await told(responder, coded("joined"))
        await responder.open(room)
        await asyncio.sleep(random.Random(6).uniform(0, 0.5))  # the moment of the blow: nothing is waited for
        await trio.kill(2)
        alone = await told(seeker, lambda event: event["type"] == "session_changed" and roles(event) == ["listener"])
        assert alone["state"] == "stay"
        for command in ("close", "undo", "extend", "settle", "transfer", "block"):
            await listener.ask(command, room=room)
        (hold,) = await trio.matchmaker.live(RowKind.HOLD)
        assert (hold.state, hold.case, hold.responders) == (Held.HELD, case, ())
        await trio.start(2)
        assert (await seeker.send(room, "I am still here.", patient=True))["type"] == "sent"
        assert (await trio.matchmaker.find(RowKind.SESSION, session)).ended_at == 0
        await listener.ask("away")
        assert (await seeker.ask("settle", room=room))["state"] == "left"
        assert await trio.matchmaker.live(RowKind.HOLD) == []


async def test_a_teen_is_put_to_nobody_who_is_not_vetted_whichever_node_dies(trio: Trio) -> None:
    """T8: the unvetted were there first, and longer."""
    async with (
        trio.seeker(band="teen") as teen,
        trio.listener("first") as first,
        trio.listener("second") as second,
        trio.listener("vetted", vetted=True) as vetted,
        trio.struck(3),
    ):
        for one in (first, second):
            assert (await one.ask("available"))["type"] == "availability"
        await teen.seek()
        _, session = await taken(teen, vetted)
        row = await trio.matchmaker.find(RowKind.SESSION, session)
        assert (row.listener, str(row.band)) == ("staff-vetted", "teen")
        for name in ("first", "second"):
            assert "offered" not in await trio.inbox(f"staff-{name}")


async def taken(seeker: Client, listener: Client) -> tuple[str, str]:
    """The listener is there and says yes. The room and the session."""
    assert (await listener.ask("available"))["type"] == "availability"
    offered = await told(listener, kind("offered"))
    answered = await listener.answer(offered["offer"], accept=True)
    opened = await told(seeker, kind("session_opened"))
    assert opened["room"] == answered["room"]
    return str(answered["room"]), str(answered["session"])


def coded(*codes: str) -> Any:
    return lambda event: event.get("code") in codes


def roles(event: Event) -> list[str] | None:
    return [one["role"] for one in event["who"]] if "who" in event else None


async def until(look: Any, fits: Any) -> Any:
    """Look until it is so."""
    async with asyncio.timeout(WITHIN):
        while not fits(found := await look()):
            await asyncio.sleep(0.05)  # nodes of other processes: asking again is the only sign
    return found
