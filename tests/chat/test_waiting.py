"""Writing before anybody is there: judged, kept in order, given once, and deleted when nobody need read it."""

from __future__ import annotations

import asyncio

from chat import tellings, waiting
from rooms.scene import RowKind
from rooms.seeking import Risk
from rooms.words import MOST
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.staff import URGENT
from tests.support.two import accept, changed, enter, listening, seek, talked, together

pytestmark = one_flavour


async def test_what_is_sent_together_is_kept_in_the_order_in_which_it_was_sent(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker:
        request = (await seek(seeker, line="number 0"))["request"]
        numbers = [
            await seeker.say("send", room="waiting", text=f"number {each}", key=f"k{each}") for each in range(1, 9)
        ]
        answers = [await seeker.answer_to(number) for number in numbers]
        kept = await node.services.matchmaker.words.lines(request)
    assert {answer["state"] for answer in answers} == {"kept"}
    assert [line.text for line in kept] == [f"number {each}" for each in range(9)]


async def test_there_is_an_end_to_what_is_kept_and_it_is_said(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker:
        await seek(seeker)
        answers = [
            await seeker.ask("send", room="waiting", text=f"line {each}", key=f"k{each}") for each in range(MOST + 1)
        ]
        empty = await seeker.ask("send", room="waiting", text=" ", key="e")
        odd = await seeker.ask("send", room="waiting", text="x", key="o", notes=["secrets"])
    assert [answer["type"] for answer in answers] == ["sent"] * MOST + ["refused"]
    assert answers[-1]["code"] == "too_long"
    assert (empty["path"], odd["path"]) == ("text", "notes")


async def test_taking_the_wish_back_deletes_what_was_written_unread(steady_engine: Engine) -> None:
    """T12."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker:
        request = (await seek(seeker, line="never mind"))["request"]
        assert await node.services.matchmaker.words.lines(request)
        await seeker.ask("withdraw", request=request)
        async with asyncio.timeout(10):
            while await node.services.matchmaker.words.lines(request):
                await asyncio.sleep(0.02)  # done by any node, after the answer: asking again is the only sign
        late = await seeker.ask("send", room="waiting", text="hello?", key="l")
    assert late["code"] == "not_found"


async def test_what_is_written_to_the_wait_when_somebody_has_come_reaches_their_room(steady_engine: Engine) -> None:
    """Nothing acknowledged is lost: between the yes and the telling of it, words are still written there."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener, line="before")
        sent = await seeker.ask("send", room="waiting", text="and after", key="a")
        again = await seeker.ask("send", room="waiting", text="and after", key="a")
        assert (sent["state"], sent["id"]) == ("kept", again["id"])
        while await texts_of(listener, room) != ["before", "and after"]:
            await next_event(listener, "message")


async def test_a_disclosure_while_waiting_is_answered_at_once(steady_engine: Engine) -> None:
    """R1: the card and being stayed with wait for no listener; the request goes to the head and has no end by time."""
    async with node_on(steady_engine.url) as node, talking(node, country="GB") as raw:
        request = (await seek(raw))["request"]
        answer = await raw.ask("send", room="waiting", text=URGENT, key="w")
        card = await next_event(raw, "care")
        await changed(raw, state="stay")
        row = await node.services.matchmaker.find(RowKind.REQUEST, request)
    assert answer["type"] in ("sent", "refused")
    assert card["about"] == "waiting"
    assert card["card"]["lines"]
    assert (row.held, row.risk >= 2) == (True, True)


async def test_the_place_of_who_waits_is_read_as_a_session_s_and_is_nobody_else_s(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as one, talking(node) as two, listening(node) as lee:
        places = [waiting.place_of(node.services, each.identity) for each in node.gateway.everyone() if each.identity]
        assert {place.topic.pack for place in places if place.topic} == {"session"}
        assert len({place.key for place in places}) == 3
        assert not any(place.listed for place in places)
        await seek(one, line="only for who comes")
        assert (await two.ask("page", room="waiting"))["code"] == "not_found"
        room = (await accept(lee))["room"]
        assert (await two.ask("open", room=room))["code"] == "not_found"
        await enter(lee, room)


HEAVY = "Some days I think everyone would be better off without me."


async def test_what_is_heavy_comes_before_what_is_not_and_its_listener_is_told_how_to_be_there(
    steady_engine: Engine,
) -> None:
    """sessions.md, band `concern`: a card and a prompt to the listener; nobody is paged, and nobody is held."""
    async with node_on(steady_engine.url) as node, talking(node) as earlier, talking(node) as seeker:
        await seek(earlier)
        waiting = await seek(seeker, line=HEAVY)
        requests = {one.id: one.risk for one in await node.services.matchmaker.live(RowKind.REQUEST)}
        async with listening(node) as listener:
            room = (await accept(listener))["room"]
            assert (await changed(listener, code="concern"))["room"] == room
            opened = await next_event(seeker, "session_opened")
            await enter(seeker, room)
            await enter(listener, room)
            await talked(seeker, listener, room)
        events = (await seeker.ask("page", room="inbox", limit=100))["events"]
        assert await node.services.matchmaker.live(RowKind.HOLD) == []
    assert waiting["place"] == 1
    assert sorted(requests.values()) == [Risk.NONE, Risk.CONCERN]
    assert opened["room"] == room
    assert "concern" not in {event.get("code") for event in events}
    assert "care" in {event["type"] for event in events}


async def test_something_heavy_said_in_a_session_prompts_its_listener_once(steady_engine: Engine) -> None:
    """A listener's own words prompt nobody."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await listener.ask("send", room=room, text=HEAVY, key="own")
        await seeker.ask("send", room=room, text=HEAVY, key="one")
        told = await changed(listener, code="concern")
        await seeker.ask("send", room=room, text=HEAVY, key="two")
        await seeker.ask("close", room=room)
        await changed(listener, state="closing")
        again = [event for event in listener.events if event.get("code") == "concern"]
        session = await node.services.matchmaker.find(RowKind.SESSION, room.removeprefix("session:"))
    assert told["says"] == tellings.CODES["concern"][1]
    assert again == []
    assert (session.held, session.worried) == (False, True)
