"""Whom one has blocked, over the wire: one's own list, on any visit; never who has blocked oneself."""

from __future__ import annotations

from typing import Any

from chat import blocked
from chat.client import Client
from chat.node import Node
from rooms.events import RoomKey, UserId
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import node_on, talking
from tests.support.raw import Raw
from tests.support.two import listening, talked, together

pytestmark = one_flavour

ROOM = "anxiety"
KEY = RoomKey("adult/anxiety")


def at(node: Node) -> str:
    """Where a node is for the client library."""
    return node.url.replace("http", "ws") + "/ws"


async def listed(raw: Raw) -> list[dict[str, Any]]:
    """The first page of somebody's list."""
    told = await raw.ask("blocks")
    assert told["type"] == "blocks", told
    return list(told["blocks"])


async def test_the_list_is_one_s_own_and_is_undone_on_a_new_visit_elsewhere(steady_engine: Engine) -> None:
    """F10: only what one said oneself; nobody need be in the room to take it back; the other learns of nothing."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, ROOM) as bob,
    ):
        theirs = (await bob.ask("join", room=ROOM))["alias_id"]
        async with Client(at(one), guest={"band": "adult"}) as ann:
            await ann.join(ROOM)
            while theirs not in {each["alias_id"] for each in (await ann.members(ROOM))["members"]}:
                await anext(ann.events())
            assert (await ann.block(ROOM, theirs))["type"] == "blocked"
            assert await listed(bob) == []
        async with Client(at(two), token=ann.token) as elsewhere:
            told = await elsewhere.blocks()
            [entry] = told["blocks"]
            assert (entry["room"], entry["alias_id"], entry["undo"]) == (ROOM, theirs, True)
            assert set(entry) == {"room", "alias_id", "since", "undo", "name"}
            assert "next" not in told
            assert (await elsewhere.unblock(ROOM, theirs))["type"] == "unblocked"
            assert (await elsewhere.blocks())["blocks"] == []
        assert await listed(bob) == []


async def test_a_block_made_in_a_session_is_listed_and_cannot_be_taken_back(steady_engine: Engine) -> None:
    """T7: never matched again; under the name made for that session, and for whoever said it only."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        assert (await seeker.ask("block", room=room))["type"] == "blocked"
        again = await seeker.ask("block", room=room)
        [entry] = await listed(seeker)
        theirs = await listed(listener)
        refused = await seeker.ask("unblock", room=room, alias_id=entry["alias_id"])
    assert again["repeated"]
    assert (entry["room"], entry["undo"], bool(entry["name"])) == (room, False, True)
    assert theirs == []
    assert refused["code"] == "not_found"


async def test_a_long_list_comes_in_pages_and_without_names_that_are_not_kept(steady_engine: Engine) -> None:
    """The newest first; none is left out between two pages, nor told twice."""
    async with node_on(steady_engine.url) as node, talking(node, ROOM) as ann:
        [user] = list(node.services.hub.people)
        for number in range(blocked.PAGE + 2):
            await node.services.apart.part(KEY, user, UserId(f"u{number}"), 1_000 + number // 2)
        first = await ann.ask("blocks")
        second = await ann.ask("blocks", before=first["next"])
    entries = [*first["blocks"], *second["blocks"]]
    assert (len(first["blocks"]), len(second["blocks"]), second.get("next")) == (blocked.PAGE, 2, None)
    assert len({one["alias_id"] for one in entries}) == blocked.PAGE + 2
    assert [one["since"] for one in entries] == sorted((one["since"] for one in entries), reverse=True)
    assert all("name" not in one for one in entries)
    assert "Warm" not in repr(blocked.Block(room=ROOM, alias="a", at=1, name="Warm Lantern"))
