"""Words that were written before there was a room: through the filter, into it once, or their author is told."""

from __future__ import annotations

from typing import Any

from chat import carrying
from rooms.debts import Owed
from rooms.effects import Do, Effect
from rooms.pairkeys import session_room
from rooms.scene import RowKind
from rooms.words import Line
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.staff import DOUBTFUL
from tests.support.two import listening, together

pytestmark = one_flavour


async def keep(node: Any, of: str, *texts: str) -> None:
    for number, text in enumerate(texts):
        await node.services.matchmaker.words.keep(of, Line(id=f"line-{number}", text=text, at=1000 + number))


async def owed(node: Any, room: str, of: str = "r1") -> Owed:
    id = room.removeprefix("session:")
    session = await node.services.matchmaker.find(RowKind.SESSION, id)
    return Owed("e1", Effect(Do.DELIVER, session.seeker, {"request": of, "session": id}))


async def test_lines_come_in_their_order_once_however_often_they_are_carried(steady_engine: Engine) -> None:
    """T5: at least once becomes once, by the id of each line."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        effect = await owed(node, room)
        await keep(node, "r1", "first", "second", "third")
        assert await carrying.deliver(node.services, effect)
        await keep(node, "r1", "first", "second", "third")  # as if the node had died before they were deleted
        assert await carrying.deliver(node.services, effect)
        assert await texts_of(listener, room) == ["first", "second", "third"]
        assert await node.services.matchmaker.words.lines("r1") == []
        said = await next_event(listener, "message")
    assert said["written_at"] == "1970-01-01T00:00:01.000Z"
    assert said["from"]["role"] == "peer"


async def test_what_a_person_should_look_at_first_is_held_and_reaches_nobody(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        effect = await owed(node, room)
        await keep(node, "r1", DOUBTFUL, "and good evening")
        assert await carrying.deliver(node.services, effect)
        assert await texts_of(listener, room) == ["and good evening"]
        (case,) = await node.services.review.held_by(effect.effect.to)
        assert case.room == session_room(room.removeprefix("session:"))
    assert case.waiting is not None


async def test_what_is_stopped_is_told_to_its_author_and_to_nobody_else(steady_engine: Engine) -> None:
    """R2: every text ends in exactly one of four ways, and its author knows which."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await keep(node, "r1", "you are worthless and disgusting")
        assert await carrying.deliver(node.services, await owed(node, room))
        told = await next_event(seeker, "resolved")
        assert await texts_of(listener, room) == []
    assert (told["state"], told["about"]) == ("refused", room)
    assert told["says"]


async def test_a_session_that_has_ended_takes_no_words_and_holds_up_nothing(steady_engine: Engine) -> None:
    """Nobody is there any more to read them; they are deleted like the rest."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        effect = await owed(node, room)
        await node.services.matchmaker.words.shut(session_room(room.removeprefix("session:")))
        await keep(node, "r1", "too late")
        assert await carrying.deliver(node.services, effect)
        assert await texts_of(seeker, room) == []
        gone = Owed("e2", Effect(Do.DELIVER, effect.effect.to, {"request": "r1", "session": "never-was"}))
        assert await carrying.deliver(node.services, gone)
        assert await node.services.matchmaker.words.lines("r1") == []
