"""Blocking in a room of many, over the wire: neither sees the other, at once, on every node, and nothing says so."""

from __future__ import annotations

from typing import Any

import pytest

from chat.client import Client
from chat.node import Node
from rooms import ties
from rooms.events import RoomKey
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.raw import Raw
from tests.support.staff import on_duty

pytestmark = one_flavour

ROOM = "anxiety"
KEY = RoomKey("adult/anxiety")


async def say(raw: Raw, text: str, **more: Any) -> str:
    """Say something in the room: its id."""
    sent = await raw.ask("send", room=ROOM, text=text, key=text, **more)
    assert sent["type"] == "sent", sent
    return str(sent["id"])


async def me(raw: Raw) -> str:
    """What this person is called here."""
    return str((await raw.ask("join", room=ROOM))["alias_id"])


async def heard_until(raw: Raw, text: str) -> list[str]:
    """What is heard in the room, up to words that end it."""
    heard: list[str] = []
    while text not in heard:
        heard.append((await next_event(raw, "message"))["text"])
    return heard


async def aliases(raw: Raw) -> set[str]:
    """Who is here, as this person is told."""
    members = await raw.ask("members", room=ROOM)
    assert members["present"] == len(members["members"])
    return {one["alias_id"] for one in members["members"]}


async def everybody(raw: Raw, count: int) -> None:
    """Wait until so many are on this person's list."""
    while len((await raw.ask("members", room=ROOM))["members"]) < count:
        await next_event(raw, "presence")


async def bar(raw: Raw, alias: str) -> None:
    """Block somebody who is on this person's list."""
    while alias not in await aliases(raw):
        await next_event(raw, "presence")
    blocked = await raw.ask("block", room=ROOM, alias_id=alias)
    assert blocked["type"] == "blocked", blocked


async def gone(raw: Raw, alias: str) -> dict[str, Any]:
    """Wait until somebody has left the room, as far as this person is told."""
    while True:
        told = await next_event(raw, "presence")
        if alias in (told.get("left") or ()):
            return told


async def test_neither_hears_the_other_from_now_on_and_others_hear_both(steady_engine: Engine) -> None:
    """T7, on two nodes: symmetric, immediate."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, ROOM) as ann,
        talking(two, ROOM) as bob,
        talking(two, ROOM) as cat,
    ):
        theirs = await me(bob)
        await everybody(ann, 3)
        await everybody(bob, 3)
        blocked = await ann.ask("block", room=ROOM, alias_id=theirs)
        assert (blocked["type"], blocked.get("repeated", False)) == ("blocked", False)
        left = await gone(ann, theirs)
        await gone(bob, await me(ann))
        await say(ann, "from ann")
        await say(bob, "from bob")
        await say(cat, "from cat")
        heard = [await heard_until(raw, "from cat") for raw in (ann, bob, cat)]
        lists = [len(await aliases(raw)) for raw in (ann, bob, cat)]
    assert left["present"] == 2
    assert heard[0] == ["from ann", "from cat"]
    assert heard[1] == ["from bob", "from cat"]
    assert sorted(heard[2]) == ["from ann", "from bob", "from cat"]
    assert lists == [2, 2, 3]


async def test_to_who_is_blocked_it_looks_as_if_the_other_had_left(steady_engine: Engine) -> None:
    """T7: what was said before stays and may be answered; what is changed later is not told; versions go up."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, ROOM) as ann,
        talking(node, ROOM) as bob,
    ):
        await everybody(bob, 2)
        mine, theirs = await me(ann), await me(bob)
        old, changed = await say(ann, "ann before"), await say(ann, "to be changed")
        await heard_until(bob, "to be changed")
        await bar(ann, theirs)
        left = await gone(bob, mine)
        assert await texts_of(bob, ROOM) == ["ann before", "to be changed"]
        members, joined = [await bob.ask(what, room=ROOM) for what in ("members", "join")]
        assert members["version"] == joined["version"] == left["version"] == left["from"] + 1
        edited = await ann.ask("edit", room=ROOM, message=changed, text="after the block", key="e")
        assert edited["type"] == "sent"
        bob.events.clear()
        reacted = await bob.ask("react", room=ROOM, message=old, reaction="hug", on=True, key="r")
        await say(bob, "an answer", reply_to=old)
        answered = await next_event(bob, "message")
        told = {event["type"]: event for event in bob.events if event.get("room") == ROOM}
        assert await texts_of(bob, ROOM) == ["ann before", "an answer"]
        assert reacted["type"] == "reacted"
        async with talking(node, ROOM) as cat:
            came, names = await me(cat), set[str]()
            while came not in names:
                event = await next_event(bob, "presence")
                names = {one["alias_id"] for one in event["joined"]}
    assert told["reacted"]["message"] == answered["reply_to"] == old
    assert "edited" not in told
    assert event["version"] > event["from"]


async def test_it_holds_in_history_on_return_and_on_another_device(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        Raw.upgraded(one.url) as ann,
        talking(one, ROOM) as bob,
    ):
        token = (await ann.hello())["token"]
        await ann.ask("join", room=ROOM)
        theirs = await me(bob)
        await say(bob, "before")
        cursor = (await ann.ask("join", room=ROOM))["cursor"]
        await bar(ann, theirs)
        await say(bob, "after")
        await say(ann, "mine")
        assert await texts_of(ann, ROOM) == ["mine"]
        assert await texts_of(bob, ROOM) == ["before", "after"]
        async with Raw.upgraded(two.url) as device:
            welcome = await device.ask("hello", token=token, resume=[{"room": ROOM, "cursor": cursor}])
            (joined,) = welcome["resumed"]
            again = await device.ask("join", room=ROOM)
    assert [event["text"] for event in joined["events"]] == ["mine"]
    assert [event["text"] for event in again["events"]] == ["mine"]
    assert theirs not in {one["alias_id"] for one in again["members"]}
    assert again["present"] == len(again["members"])


async def test_the_other_devices_of_who_blocks_begin_the_room_anew_and_nobody_else_s_do(steady_engine: Engine) -> None:
    """On another node: what they said goes from that screen, too. Who was blocked is told nothing of the kind (T7)."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        Raw.upgraded(one.url) as phone,
        Raw.upgraded(two.url) as desk,
        talking(two, ROOM) as bob,
    ):
        token = (await phone.hello())["token"]
        await desk.ask("hello", token=token)
        for raw in (phone, desk):
            await raw.ask("join", room=ROOM)
        await say(bob, "before")
        await bar(phone, await me(bob))
        reset = await next_event(desk, "reset")
        again = await desk.ask("join", room=ROOM)
        await say(phone, "mine")
        assert await heard_until(bob, "before") == ["before"]
        for raw in (phone, bob):
            await raw.ask("ping")
            assert not [event for event in raw.events if event["type"] == "reset"]
    assert reset["room"] == ROOM
    assert [event["text"] for event in again["events"] if event["type"] == "message"] == []


async def test_typing_reactions_and_coming_back_are_not_told_either(steady_engine: Engine) -> None:
    """Unobservable: the stream of the one who was blocked has no hole, and its numbers add up."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, ROOM) as ann,
        talking(node, ROOM) as bob,
        talking(node, ROOM) as cat,
    ):
        await everybody(bob, 3)
        mine, theirs = await me(ann), await me(bob)
        said = await say(cat, "hello all")
        await heard_until(bob, "hello all")
        await bar(ann, theirs)
        left = await gone(bob, mine)
        bob.events.clear()
        own = await say(ann, "not for bob")
        await ann.ask("react", room=ROOM, message=said, reaction="hug", on=True, key="r")
        await cat.ask("react", room=ROOM, message=own, reaction="hug", on=True, key="r")
        await ann.say("typing", room=ROOM)
        await ann.ask("leave", room=ROOM)
        await gone(cat, mine)
        await ann.ask("join", room=ROOM)
        await say(cat, "I hear you", reply_to=own)
        async with talking(node, ROOM) as dan:
            came = await me(dan)
            event = await next_event(bob, "presence")
            while came not in {one["alias_id"] for one in event["joined"]}:
                event = await next_event(bob, "presence")
            await say(dan, "the end")
            await heard_until(bob, "the end")
        told = [event for event in bob.events if event["type"] not in ("presence", "message")]
    assert told == []
    assert (event["from"], event["present"], event["left"]) == (left["version"], 3, [])


async def test_who_is_answered_behind_a_veil_is_not_named(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node, ROOM) as ann,
        talking(node, ROOM) as bob,
        talking(node, ROOM) as cat,
    ):
        await bar(ann, await me(bob))
        own = await say(ann, "not for bob")
        await say(cat, "I hear you", reply_to=own)
        answer = await next_event(bob, "message")
    assert answer["text"] == "I hear you"
    assert "reply_to" not in answer


async def test_the_two_are_never_matched_and_other_rooms_know_nothing(steady_engine: Engine) -> None:
    """F33: where they are met under other names a block would say who is who."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, ROOM, "recovery") as ann,
        talking(node, ROOM, "recovery") as bob,
    ):
        await bar(ann, await me(bob))
        one, other = await people_of(node, 2)
        await bob.ask("send", room="recovery", text="hello there", key="k")
        heard = await heard_until(ann, "hello there")
    assert heard == ["hello there"]
    assert not ties.may_meet(one, other, 0)
    assert not ties.may_meet(other, one, 0)


async def people_of(node: Node, count: int) -> list[ties.Person]:
    """What matching knows of those who are here."""
    found = [await node.services.matchmaker.find(RowKind.PERSON, user) for user in list(node.services.hub.people)]
    assert len(found) == count
    return found


async def test_taking_it_back_shows_them_again_where_the_other_has_not_said_so(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node, ROOM) as ann, talking(node, ROOM) as bob:
        mine, theirs = await me(ann), await me(bob)
        await bar(ann, theirs)
        strange = await bob.ask("unblock", room=ROOM, alias_id=mine)
        never = await bob.ask("unblock", room=ROOM, alias_id="nobody")
        back = await ann.ask("unblock", room=ROOM, alias_id=theirs)
        await say(bob, "hello again")
        heard = await heard_until(ann, "hello again")
        one, other = await people_of(node, 2)
    assert (strange["code"], strange["says"]) == (never["code"], never["says"]) == ("not_found", never["says"])
    assert back["type"] == "unblocked"
    assert heard == ["hello again"]
    assert not ties.may_meet(one, other, 0)  # for good


async def test_a_block_is_no_place_to_hide_from_who_looks_after_the_room(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node, ROOM) as ann,
        on_duty(node.url, "moderator") as staff,
    ):
        joined = await staff.ask("join", room=ROOM)
        await bar(ann, joined["alias_id"])
        await say(ann, "seen by who looks after us")
        assert await heard_until(staff, "seen by who looks after us")
        await say(staff, "not seen by ann")
        await say(ann, "the end")
        assert await heard_until(ann, "the end") == ["seen by who looks after us", "the end"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"room": ROOM}, "bad_request"),
        ({"room": ROOM, "alias_id": "nobody"}, "not_found"),
        ({"room": "recovery", "alias_id": "nobody"}, "not_member"),
        ({"room": "nowhere", "alias_id": "nobody"}, "not_found"),
    ],
)
async def test_what_cannot_be_meant_is_refused(steady_engine: Engine, fields: dict[str, str], code: str) -> None:
    async with node_on(steady_engine.url) as node, talking(node, ROOM) as ann:
        refused = await ann.ask("block", **fields)
        own = await ann.ask("block", room=ROOM, alias_id=await me(ann))
    assert (refused["type"], refused["code"]) == ("refused", code)
    assert own["code"] == "bad_request"


async def test_the_client_library_blocks_and_shows_them_no_more(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node, ROOM) as bob:
        theirs = await me(bob)
        async with Client(node.url.replace("http", "ws") + "/ws", guest={"band": "adult"}) as ann:
            await ann.join(ROOM)
            await say(bob, "before")
            while not [event for event in ann.view(ROOM) if event.get("text") == "before"]:
                await anext(ann.events())
            assert (await ann.block(ROOM, theirs))["type"] == "blocked"
            shown = [event["text"] for event in ann.view(ROOM) if event["type"] == "message"]
            assert (await ann.unblock(ROOM, theirs))["type"] == "unblocked"
    assert shown == []
