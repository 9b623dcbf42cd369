"""What arrives goes where it belongs, in order, and what nobody understands goes nowhere."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from chat import easing, settling, wire
from chat.accounts import REVOKED
from chat.node import Node
from chat.pump import move
from rooms.backplane import Arrival, Control, EngineMark, RoomReset, TypingBlip
from rooms.events import RoomKey, UserId
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking

ROOM = RoomKey("adult/anxiety")


def arrive(node: Node, *arrivals: Arrival) -> asyncio.Event:
    """As if the backplane had heard these together. Returns the bell for what may have been missed."""
    missed = asyncio.Event()
    move(node.services, node.gateway, missed, arrivals)
    return missed


@one_flavour
async def test_who_types_is_told_once_for_all_the_keys_of_a_take(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        blips = [TypingBlip(ROOM, UserId("someone"), body) for body in (b"a1", b"a2", b"a1", b"a1")]
        arrive(node, *blips)
        first = await next_event(raw, "typing")
        pong = await raw.ask("ping")
    assert first["from"] == ["a1", "a2"]
    assert pong["type"] == "pong"
    assert not any(event["type"] == "typing" for event in raw.events)


@one_flavour
async def test_a_room_that_begins_anew_is_joined_anew_by_those_in_it(steady_engine: Engine) -> None:
    """And a room nobody is in is nobody's news."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        arrive(node, RoomReset(RoomKey("adult/recovery"), "lost"), RoomReset(ROOM, "fork"))
        told = await next_event(raw, "reset")
        await raw.ask("ping")
    assert (told["room"], told["why"]) == ("anxiety", "fork")
    assert not any(event["type"] == "reset" for event in raw.events)


@one_flavour
async def test_an_engine_that_is_back_is_asked_what_was_missed(steady_engine: Engine) -> None:
    """F45: both are told, and only the second rings."""
    async with node_on(steady_engine.url) as node, talking(node) as raw:
        with capture_logs() as lines:
            away = arrive(node, EngineMark.AWAY)
            back = arrive(node, EngineMark.BACK)
        told = [(await next_event(raw, "notice"))["code"] for _ in range(2)]
    assert (away.is_set(), back.is_set()) == (False, True)
    assert told == ["engine_away", "engine_back"] == [line["event"] for line in lines]


@one_flavour
async def test_a_word_that_is_not_ours_to_understand_changes_nothing(steady_engine: Engine) -> None:
    """A newer node's verb or field, a body cut short, a verb of all nodes on a room's channel: on with the next."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        arrive(
            node,
            Control(None, "newer", b"\xff"),
            Control(None, REVOKED, b"short"),
            Control(ROOM, settling.CHANGED, b"\xff"),
            Control(None, settling.CHANGED, b"\xff"),
            Control(None, settling.CHANGED, wire.body({"case": "c", "a_field": "of a newer node"})),
            Control(None, easing.HEAVY, wire.body({"room": "anxiety"})),
            TypingBlip(ROOM, UserId("someone"), b"a1"),
        )
        assert (await next_event(raw, "typing"))["from"] == ["a1"]
        assert (await raw.ask("ping"))["type"] == "pong"
