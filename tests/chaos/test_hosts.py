"""A teen room while the node of its host dies by kill -9: nobody posts to a room that nobody looks after (X51)."""

from __future__ import annotations

import asyncio

from chat.client import Client
from tests.support.engines import running
from tests.support.nodes import SECRET
from tests.support.staff import token
from tests.support.stages import folder, node

ROOMS = {"yard": "teen"}
# Ten seconds until the dead are gone from a roster, and a slow machine.
WITHIN = 60.0


async def notice(client: Client, code: str) -> None:
    """Until the room was told that a host is there, or is not."""
    async with asyncio.timeout(WITHIN):
        async for event in client.events():
            if event["type"] == "notice" and event["code"] == code:
                return


async def test_a_teen_room_is_for_reading_when_the_host_s_node_is_killed_until_they_are_back() -> None:
    """What waited for the host still waits, and is released when they come back."""
    sets = {"auth.secret": SECRET}
    async with (
        folder() as place,
        running("valkey") as engine,
        node(place, "a", ROOMS, redis_url=engine.url, sets=sets) as one,
        node(place, "b", ROOMS, redis_url=engine.url, sets=sets) as two,
        Client(one.ws, guest={"band": "teen"}, scale=0.1) as teen,
        Client(two.ws, token=token("moderator", "host", vetted=True), scale=0.1, patience=WITHIN) as host,
    ):
        await teen.join("yard")
        await host.join("yard")
        await notice(teen, "hosted")
        first = await teen.send("yard", "hi all")
        assert first["state"] == "held"
        await two.kill()
        await notice(teen, "unhosted")
        assert (await teen.send("yard", "anybody?"))["code"] == "closed"
        await two.start()
        await notice(teen, "hosted")
        assert (await host.ask("claim", case=first["id"]))["type"] == "claimed"
        assert (await host.ask("resolve", case=first["id"], resolution="release"))["type"] == "decided"
        page = await teen.page("yard")
        assert [event["text"] for event in page["events"] if event["type"] == "message"] == ["hi all"]
