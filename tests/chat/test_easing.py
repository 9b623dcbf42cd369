"""A room that has become heavy: slower, its keepers told without words, help offered to all (F30)."""

from __future__ import annotations

import dataclasses

from chat.settings import Contagion, Limits
from rooms.events import Role
from rooms.topics import Topic
from tests.chat.test_help import staff
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking

LOW = "some nights I think everyone would be better off without me"
ROOMS = (Topic(id="heavy"), Topic(id="calm"), Topic(id="slow", slow=60.0))
LIMITS = Limits(enabled=True)


@one_flavour
async def test_three_people_who_disclose_on_two_nodes_ease_the_room_once(steady_engine: Engine) -> None:
    """The room goes slower on every node, one notice says so, and the team hears of it without a word of theirs."""
    more = {"rooms": ROOMS, "limits": LIMITS, "contagion": Contagion(gap=30)}
    async with (
        node_on(steady_engine.url, **more) as here,
        node_on(steady_engine.url, **more) as there,
        talking(here, "heavy") as ann,
        talking(there, "heavy") as bo,
        talking(here, "heavy") as cy,
        talking(there, "heavy") as dee,
        staff(there, Role.RESPONDER) as responder,
    ):
        assert (await dee.ask("send", room="heavy", text="good evening", key="0"))["state"] == "delivered"
        for who, key in ((ann, "a"), (bo, "b")):
            assert (await who.ask("send", room="heavy", text=LOW, key=key))["state"] == "delivered"
            await next_event(who, "care")
        again = await ann.ask("send", room="heavy", text="it does not get lighter", key="again")
        assert (await cy.ask("send", room="heavy", text=LOW, key="c"))["state"] == "delivered"
        notice = await next_event(dee, "notice")
        alerted = await next_event(responder, "alerted")
        first = await dee.ask("send", room="heavy", text="I am here, all", key="1")
        slowed = await dee.ask("send", room="heavy", text="take your time", key="2")
        spared = [
            await who.ask("send", room="heavy", text="thank you", key=f"t{n}") for n in (1, 2) for who in (ann, cy)
        ]
        page = await dee.ask("page", room="heavy")
        after = here.metrics.read()["warmline_rooms_eased_total"] + there.metrics.read()["warmline_rooms_eased_total"]
    assert again["state"] == "delivered"
    assert (notice["code"], notice["room"]) == ("easing", "heavy")
    assert "help is one tap away" in notice["says"]
    assert (alerted["kind"], alerted["room"], alerted["band"]) == ("contagion", "heavy", "adult")
    assert LOW not in str(alerted) + str(notice)
    assert first["state"] == "delivered"
    assert (slowed["type"], slowed["code"]) == ("refused", "too_soon")
    assert 0 < slowed["retry_after"] <= 30
    assert [reply["state"] for reply in spared] == ["delivered"] * 4
    assert sum(event["type"] == "notice" for event in page["events"]) == 1
    assert after == 1


@one_flavour
async def test_one_person_who_writes_often_eases_nothing(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url, rooms=ROOMS, limits=LIMITS) as node, talking(node, "calm") as raw:
        for number in range(4):
            await raw.ask("send", room="calm", text=f"{LOW}, {number} times", key=f"k{number}")
        page = await raw.ask("page", room="calm")
        eased = node.metrics.read()["warmline_rooms_eased_total"]
    assert [event["type"] for event in page["events"]] == ["message"] * 4
    assert eased == 0


@one_flavour
async def test_who_is_in_distress_never_waits_for_slow_mode(steady_engine: Engine) -> None:
    """R1: neither with the words that show it nor, for a while, with those after them."""
    async with node_on(steady_engine.url, rooms=ROOMS, limits=LIMITS) as node, talking(node, "slow") as raw:
        assert (await raw.ask("send", room="slow", text="good evening", key="0"))["state"] == "delivered"
        waits = await raw.ask("send", room="slow", text="how is everyone", key="1")
        low = await raw.ask("send", room="slow", text=LOW, key="2")
        await next_event(raw, "care")
        after = await raw.ask("send", room="slow", text="sorry for all of this", key="3")
    assert waits["code"] == "too_soon"
    assert low["state"] == after["state"] == "delivered"


@one_flavour
async def test_the_offer_is_in_the_room_s_language(steady_engine: Engine) -> None:
    room = dataclasses.replace(ROOMS[0], id="pesado", language="es")
    rule = Contagion(people=2)
    async with (
        node_on(steady_engine.url, rooms=(room,), limits=LIMITS, contagion=rule) as node,
        talking(node, "pesado") as one,
        talking(node, "pesado") as two,
    ):
        for who, key in ((one, "a"), (two, "b")):
            await who.ask("send", room="pesado", text=LOW, key=key)
        notice = await next_event(one, "notice")
    assert "un poco más despacio" in notice["says"]


@one_flavour
async def test_without_limits_no_room_is_slowed(steady_engine: Engine) -> None:
    """A load test says more heavy things in a minute than a room in a year."""
    async with (
        node_on(steady_engine.url, rooms=ROOMS) as node,
        talking(node, "heavy") as ann,
        talking(node, "heavy") as bo,
        talking(node, "heavy") as cy,
    ):
        for number, who in enumerate((ann, bo, cy)):
            await who.ask("send", room="heavy", text=LOW, key=f"k{number}")
            await next_event(who, "care")
        after = [await ann.ask("send", room="heavy", text=f"good evening {n}", key=f"a{n}") for n in ("all", "you")]
        eased = node.metrics.read()["warmline_rooms_eased_total"]
    assert [reply["state"] for reply in after] == ["delivered", "delivered"]
    assert eased == 0
