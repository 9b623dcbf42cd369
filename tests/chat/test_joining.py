"""Coming into a room and back to it, through a real node on real engines."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from chat.settings import Limits
from rooms.events import RoomKey
from rooms.topics import Topic
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw


@one_flavour
async def test_joining_gives_the_newest_page_and_then_the_live_room_without_a_hole(steady_engine: Engine) -> None:
    """What was said before is in the answer, what is said after comes live."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        for n in range(60):
            await one.ask("send", room="anxiety", text=f"message {n}", key=f"k{n}")
        async with Raw.upgraded(node.url) as late:
            await late.hello()
            joined = await late.ask("join", room="anxiety")
            await one.ask("send", room="anxiety", text="after", key="after")
            heard = await next_event(late, "message")
    assert [event["text"] for event in joined["events"]] == [f"message {n}" for n in range(10, 60)]
    assert joined["cursor"] == joined["events"][-1]["cursor"]
    assert joined["rules"] == "Be kind."
    assert heard["text"] == "after"


@one_flavour
async def test_a_cursor_gives_exactly_what_was_missed(steady_engine: Engine) -> None:
    """Everything after it, once, in order, and it says so."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        sent = [await one.ask("send", room="anxiety", text=f"m{n}", key=f"k{n}") for n in range(5)]
        async with Raw.upgraded(node.url) as back:
            await back.hello()
            joined = await back.ask("join", room="anxiety", cursor=sent[1]["cursor"])
    assert joined["recovered"] is True
    assert [event["text"] for event in joined["events"]] == ["m2", "m3", "m4"]


@pytest.mark.parametrize("cursor", ["nonsense", "abcdef0000.3.0123456789abcdef", "a.1.", "é.1.x"])
@one_flavour
async def test_a_forged_cursor_gives_the_newest_page_and_harms_nobody(steady_engine: Engine, cursor: str) -> None:
    """`recovered: false` with a reason; the room's epoch stays (X26)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        before = await one.ask("send", room="anxiety", text="before", key="a")
        async with Raw.upgraded(node.url) as odd:
            await odd.hello()
            joined = await odd.ask("join", room="anxiety", cursor=cursor)
        after = await one.ask("send", room="anxiety", text="after", key="b")
    assert joined["recovered"] is False
    assert joined["why"] in ("foreign", "fork")
    assert [event["text"] for event in joined["events"]] == ["before"]
    assert before["cursor"].split(".")[0] == after["cursor"].split(".")[0]


@one_flavour
async def test_a_full_room_says_when_to_try_again(steady_engine: Engine) -> None:
    """Capacity counts people, and the one who is in keeps the place."""
    async with node_on(steady_engine.url) as node, talking(node, "small") as one, talking(node) as two:
        refused = await two.ask("join", room="small")
        again = await one.ask("join", room="small")
        left = await one.ask("leave", room="small")
    assert (refused["code"], refused["retry"]) == ("room_full", "later")
    assert again["type"] == "joined"
    assert left["type"] == "left"


@one_flavour
async def test_who_joins_anew_has_one_seat_and_is_gone_after_one_leave(steady_engine: Engine) -> None:
    """After `reset` or `lag` a client joins the room it is in: that is no second connection of the person."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as stays, talking(node, "anxiety") as goes:
        await goes.ask("join", room="anxiety")
        await goes.ask("join", room="anxiety", alias="Another Name")
        arrived = await next_event(stays, "presence")
        while "Another Name" not in str(arrived["joined"]):
            arrived = await next_event(stays, "presence")
        await goes.ask("leave", room="anxiety")
        gone = await next_event(stays, "presence")
        assert node.presence.stats()["seats"] == 1
    assert (gone["present"], len(gone["left"])) == (1, 1)


async def test_a_join_that_ends_after_its_client_is_gone_leaves_no_ghost(engine: Engine) -> None:
    """The log is read while the connection is lost: nobody enters the hub or the roster any more."""
    async with node_on(engine.url) as node, talking(node, "recovery") as other:
        async with talking(node) as raw:
            engine.pause()
            await raw.say("join", room="anxiety", cursor="abcdef0000.3.0123456789abcdef")
            joins = "warmline_commands_total{type=join}"
            async with asyncio.timeout(10):
                while node.metrics.read()[joins] < 2:
                    await asyncio.sleep(0.001)
        async with asyncio.timeout(10):
            while len(node.gateway.everyone()) > 1:
                await asyncio.sleep(0.001)
        engine.resume()
        await other.ask("page", room="recovery")  # the engine answers in order
        await other.ask("ping")
        assert "adult/anxiety" not in node.hub.rooms
        assert node.presence.stats()["seats"] == 1


@one_flavour
async def test_nobody_is_in_more_rooms_than_the_limit(steady_engine: Engine) -> None:
    """`limits.rooms` holds for join; the rooms one is in may be joined anew, and a leave makes place."""
    limits = Limits(enabled=False, rooms=2)
    async with node_on(steady_engine.url, limits=limits) as node, talking(node, "anxiety", "recovery") as raw:
        over = await raw.ask("join", room="slow")
        again = await raw.ask("join", room="recovery")
        await raw.ask("leave", room="anxiety")
        then = await raw.ask("join", room="slow")
    assert (over["code"], over["path"]) == ("forbidden", "room")
    assert (again["type"], then["type"]) == ("joined", "joined")


@one_flavour
async def test_joins_that_race_for_the_last_places_do_not_overfill_a_room(steady_engine: Engine) -> None:
    """However long a join waits for the log, and whichever node it comes in by, by `join` or by `hello`."""
    rooms = (Topic(id="few", capacity=3),)
    cursor = "abcdef0000.3.0123456789abcdef"
    async with (
        node_on(steady_engine.url, rooms=rooms) as here, node_on(steady_engine.url, rooms=rooms) as there,
        AsyncExitStack() as stack,
    ):  # fmt: skip
        raws = [await stack.enter_async_context(Raw.upgraded((here, there)[n % 2].url)) for n in range(12)]
        for raw in raws[6:]:
            await raw.hello()
        wish = {"room": "few", "cursor": cursor}
        answers = await asyncio.gather(
            *(raw.ask("hello", guest={"band": "adult"}, resume=[wish]) for raw in raws[:6]),
            *(raw.ask("join", **wish) for raw in raws[6:]),
        )
        told = [one["resumed"][0] if one["type"] == "welcome" else one for one in answers]
    assert sorted(one["type"] for one in told) == ["joined"] * 3 + ["refused"] * 9
    assert {one["code"] for one in told if one["type"] == "refused"} == {"room_full"}


async def test_a_place_is_free_again_when_a_join_has_failed(engine: Engine) -> None:
    """The log could not be read: nobody sits there, and the next one may."""
    async with node_on(engine.url) as node, talking(node) as one, talking(node) as two:
        engine.pause()
        failed = await one.ask("join", room="small", cursor="abcdef0000.3.0123456789abcdef")
        assert node.presence.expected(RoomKey("adult/small")) == 0
        engine.resume()
        async with asyncio.timeout(20):
            while (await two.ask("join", room="small"))["type"] != "joined":
                pass
    assert failed["code"] == "unavailable"
