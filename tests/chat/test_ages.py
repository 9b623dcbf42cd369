"""Somebody under 18 among grown-ups: help first and to its end; then the rooms that are theirs, or a kind close."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chat import ages
from chat.client import Client, Codec
from chat.node import Node
from moderation.sanctions import CaseId
from rooms.events import Band, UserId
from rooms.held import Hold
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import URGENT, on_duty, waiting
from tests.support.two import changed, hear, listening, on_shift, talked, together

YOUNG = "hi, i'm 15. school is hard"
SMALL = "i'm 11. nobody talks to me"


async def age_case(staff: Raw) -> str:
    """The case of somebody's age, as soon as it is on the desk."""
    async with asyncio.timeout(10):
        while True:
            for row in await waiting(staff):
                if row["rules"] == ["age.said"]:
                    return str(row["case"])
            await asyncio.sleep(0.02)  # the desk has no event for who asks


async def decide(staff: Raw, how: str) -> dict[str, Any]:
    case = await age_case(staff)
    assert (await staff.ask("claim", case=case))["type"] == "claimed"
    return await staff.ask("age", case=case, **{"is": how})


async def hold_of(node: Node) -> Hold:
    (hold,) = await node.services.matchmaker.live(RowKind.HOLD)
    return hold  # type: ignore[no-any-return]


@one_flavour
async def test_saying_one_s_age_shows_nobody_out_and_is_looked_at_by_who_was_checked(steady_engine: Engine) -> None:
    """The words stand; a case for vetted eyes, once for each person; the filter itself decides nothing."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, "moderator", "plain") as plain,
        on_duty(node.url, "moderator", "vera", vetted=True) as vera,
    ):
        for number in range(2):
            assert (await raw.ask("send", room="anxiety", text=YOUNG, key=str(number)))["state"] == "delivered"
        case = await age_case(vera)
        assert await waiting(plain) == []
        assert (await plain.ask("age", case=case, **{"is": "teen"}))["code"] == "not_found"
        assert (await vera.ask("age", case=case, **{"is": "teen"}))["code"] == "forbidden"  # claim it first
        assert (await vera.ask("claim", case=case))["words"]["text"] == YOUNG
        for _ in range(2):  # said again, it is what it was
            assert (await vera.ask("age", case=case, **{"is": "adult"}))["state"] == "done"
        assert (await raw.ask("send", room="anxiety", text="still here", key="s"))["state"] == "delivered"


@one_flavour
@pytest.mark.parametrize("codec", Codec)
async def test_with_nobody_held_the_band_changes_at_once_on_every_node(steady_engine: Engine, codec: Codec) -> None:
    """Their conversations come back as who they are now: teen rooms are there, grown-ups' rooms are not."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        on_duty(two.url, "moderator", "vera", vetted=True) as vera,
        Client(f"{one.url}/ws".replace("http", "ws"), guest={"band": "adult"}, codec=codec, scale=0.05) as client,
    ):
        await client.join("anxiety")
        await client.send("anxiety", YOUNG)
        assert (await decide(vera, "teen"))["state"] == "done"
        async with asyncio.timeout(20):
            while client.welcome["band"] != "teen":
                await asyncio.sleep(0.02)  # the client tells of its welcomes by having them
        rooms = [room["room"] for room in (await client.rooms())["rooms"]]
        assert rooms == ["teens"]
        async with Raw.upgraded(two.url) as again:
            welcome = await again.ask("hello", token=client.token)
            assert (welcome["band"], welcome["roles"]) == ("teen", ["peer"])
            assert (await again.ask("join", room="anxiety"))["code"] == "not_found"


@one_flavour
async def test_nobody_is_ejected_in_the_middle_of_help(steady_engine: Engine) -> None:
    """A checked responder is asked and comes uninvited, the listener stays, and the band changes when it is over."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, country="GB") as seeker,
        listening(node, "one") as listener,
        on_duty(node.url, "responder", "plain") as plain,
        on_duty(node.url, "responder", "vera", vetted=True) as vera,
    ):
        await on_shift(node, 2)
        room = await together(seeker, listener)
        await seeker.ask("help", person=True)
        await changed(seeker, state="stay")
        await seeker.ask("send", room=room, text=YOUNG, key="y")
        called = await next_event(vera, "alerted")
        async with asyncio.timeout(10):
            while (await hold_of(node)).band is not Band.TEEN:
                called = await next_event(vera, "alerted")
        assert (await plain.ask("take", case=called["case"]))["code"] == "not_found"
        assert (await vera.ask("take", case=called["case"])).get("waits", False) is False
        await changed(seeker, code="team_here")
        aged = await vera.ask("age", case=called["case"], **{"is": "teen"})
        assert (aged["type"], aged["state"]) == ("aged", "after")
        await vera.ask("open", room=room)
        await seeker.ask("send", room=room, text="thank you for coming", key="t")
        for raw in (listener, vera):
            await hear(raw, "thank you for coming")
        assert (await seeker.ask("close", room=room))["type"] == "closed"
        notice = await next_event(seeker, "notice")
        assert (notice["code"], notice["band"]) == ("band", "teen")
        assert await seeker.closed() == 4101


@one_flavour
async def test_under_thirteen_there_is_help_and_then_a_kind_close(steady_engine: Engine) -> None:
    """The lines for children and kind words come before the door; the next hello finds the same."""
    async with (
        node_on(steady_engine.url) as node,
        Raw.upgraded(node.url) as raw,
        on_duty(node.url, "responder", "rita", vetted=True) as rita,
        on_duty(node.url, "moderator", "vera", vetted=True) as vera,
    ):
        token = (await raw.hello("adult", country="CA"))["token"]
        await raw.ask("join", room="anxiety")
        await on_shift(node, 2)
        await raw.ask("send", room="anxiety", text=URGENT, key="u")
        await raw.ask("send", room="anxiety", text=SMALL, key="s")
        assert (await decide(vera, "child"))["state"] == "after"
        called = await next_event(rita, "alerted")
        assert (await rita.ask("take", case=called["case"]))["type"] == "taken"
        await changed(raw, code="team_here")
        assert (await raw.ask("send", room="anxiety", text="are you real", key="r"))["type"] == "sent"
        await raw.ask("close", room="stay")
        async with asyncio.timeout(10):
            while (notice := await next_event(raw, "notice")).get("band") != "child":
                pass
        assert "nothing wrong" in notice["says"]
        async with asyncio.timeout(10):
            while "Kids Help Phone" not in str((await next_event(raw, "care"))["card"]["lines"]):
                pass
        assert await raw.closed() == 4003
        async with Raw.upgraded(node.url) as again:
            refused = await again.ask("hello", token=token)
            assert (refused["code"], "from 13 on" in refused["says"]) == ("forbidden", True)
            assert await again.closed() == 4003


@one_flavour
async def test_who_said_so_is_joined_by_nobody_who_was_not_checked(steady_engine: Engine) -> None:
    """T8: held in a grown-ups' session, and 15 as they say: for a supervisor who was not vetted it does not exist."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, country="GB") as seeker,
        listening(node, "one") as listener,
        on_duty(node.url, "supervisor", "plain") as plain,
    ):
        await on_shift(node, 1)
        room = await together(seeker, listener)
        await seeker.ask("send", room=room, text=YOUNG, key="y")
        await seeker.ask("help", person=True)
        await changed(seeker, state="stay")
        async with asyncio.timeout(10):
            while (await hold_of(node)).band is not Band.TEEN:
                await asyncio.sleep(0.02)
        listed = await plain.ask("sessions")
        joined = await plain.ask("supervise", room=room, reason="held")
    assert listed["sessions"] == []
    assert (joined["type"], joined["code"]) == ("refused", "not_found")


@one_flavour
async def test_what_was_decided_about_an_age_is_taken_back_by_the_same_one(steady_engine: Engine) -> None:
    """F31a: a grown-up who was taken for a teen does not stay one."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, "moderator", "vera", vetted=True) as vera,
    ):
        await raw.ask("send", room="anxiety", text=YOUNG, key="1")
        case = await age_case(vera)
        await vera.ask("claim", case=case)
        found = await node.services.review.find(CaseId(case))
        assert found is not None
        user = UserId(found.about.removeprefix("age/"))
        bands = []
        for band in ("teen", "adult"):
            assert (await vera.ask("age", case=case, **{"is": band}))["state"] == "done"
            bands.append(await node.services.accounts.band_of(user))
    assert bands == ["teen", ""]


@one_flavour
async def test_what_somebody_said_of_their_age_on_one_node_counts_on_the_next(steady_engine: Engine) -> None:
    """T8: whoever is called to them was checked, on whichever node they are in danger."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        Raw.upgraded(one.url) as raw,
        Raw.upgraded(two.url) as again,
    ):
        told = (await raw.hello("adult", country="GB"))["token"]
        await raw.ask("join", room="anxiety")
        await raw.ask("send", room="anxiety", text=YOUNG, key="1")
        async with asyncio.timeout(10):
            while not await one.services.review.queue(("teen",), 5):
                await asyncio.sleep(0.02)
        await again.ask("hello", token=told)
        await again.ask("join", room="anxiety")
        await again.ask("send", room="anxiety", text=URGENT, key="2")
        await changed(again, state="stay")
        assert (await hold_of(two)).band is Band.TEEN


@one_flavour
async def test_that_somebody_is_of_age_calls_nobody_anew(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        Raw.upgraded(node.url) as raw,
        on_duty(node.url, "responder", "rita", vetted=True) as rita,
    ):
        await on_shift(node, 1)
        await raw.hello("adult", country="GB")
        await raw.ask("join", room="anxiety")
        await raw.ask("send", room="anxiety", text=URGENT, key="u")
        called = await next_event(rita, "alerted")
        await rita.ask("age", case=called["case"], **{"is": "adult"})
        assert (await hold_of(node)).band is Band.ADULT


@one_flavour
async def test_who_is_held_as_a_teen_keeps_what_they_are_in_when_that_is_over(steady_engine: Engine) -> None:
    """Their band was changed long ago: the end of help ends nothing else, and tells them nothing anew."""
    async with (
        node_on(steady_engine.url) as node,
        Raw.upgraded(node.url) as first,
        Raw.upgraded(node.url) as teen,
        on_duty(node.url, "listener", "lee", vetted=True) as listener,
        on_duty(node.url, "responder", "rita", vetted=True) as rita,
    ):
        await on_shift(node, 1)
        token = (await first.hello("adult", country="GB"))["token"]
        (user,) = [one for one in node.services.hub.people if not one.startswith("staff")]
        await node.services.accounts.set_band(user, "teen")
        assert (await teen.ask("hello", token=token))["band"] == "teen"
        await listener.ask("available")
        room = await together(teen, listener)
        await talked(teen, listener, room)
        await teen.ask("send", room=room, text=URGENT, key="u")
        await rita.ask("take", case=(await next_event(rita, "alerted"))["case"])
        await changed(teen, code="team_here")
        for raw, state in ((teen, "waiting"), (rita, "settled")):
            cursor = (await raw.ask("open", room=room))["cursor"]
            assert (await raw.ask("settle", room=room, seen=cursor))["state"] == state
        await next_event(rita, "notice")  # the debrief: what the end of help owes is done in order, and this was first
        assert (await teen.ask("send", room=room, text="that helped", key="t"))["type"] == "sent"
        await hear(listener, "that helped")
        assert not [event for event in teen.events if event.get("code") == "band" or event["type"] == "session_closed"]


@one_flavour
async def test_a_listener_who_is_grown_up_after_all_can_listen_again(steady_engine: Engine) -> None:
    """It is no sanction: what was said wrongly leaves nothing behind."""
    async with node_on(steady_engine.url) as node, listening(node, "lee"):
        leo = UserId("staff-lee")
        await node.services.matchmaker.change(lambda scene: ages.leave(scene, leo), (RowKind.PERSON, leo))
        async with asyncio.timeout(10):
            while (await node.services.matchmaker.find(RowKind.LISTENER, leo)).state == "suspended":
                await asyncio.sleep(0.02)  # it is lifted by whichever node looks next
        async with listening(node, "lee"):
            pass
