"""What is open between a person and others when they come back: true at that moment, on any device and node (T4)."""

from __future__ import annotations

from typing import Any

from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on
from tests.support.raw import Raw
from tests.support.staff import URGENT, on_duty, token
from tests.support.two import accept, changed, listening, on_shift, seek

pytestmark = one_flavour


async def now(url: str, pass_: str) -> list[dict[str, Any]]:
    """What somebody with this pass is welcomed with."""
    async with Raw.upgraded(url) as raw:
        welcome = await raw.ask("hello", token=pass_)
        found: list[dict[str, Any]] = welcome["now"]
        return found


async def test_who_never_asked_for_anything_has_nothing_open(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as raw:
        welcome = await raw.hello()
        assert welcome["now"] == []
        assert await now(node.url, welcome["token"]) == []


async def test_a_wait_then_a_session_then_nothing(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as one, node_on(steady_engine.url) as two, Raw.upgraded(one.url) as raw:
        pass_ = (await raw.hello())["token"]
        request = (await seek(raw))["request"]
        (waits,) = await now(two.url, pass_)
        async with listening(one) as listener:
            room = (await accept(listener))["room"]
            (opened,) = await now(two.url, pass_)
            other = [event["type"] for event in await now(two.url, token("listener", "one"))]
            await raw.ask("step_out", room=room)
            ended = await now(two.url, pass_)
    assert (waits["type"], waits["request"], waits["place"]) == ("waiting", request, 1)
    assert (opened["type"], opened["room"], opened["state"]) == ("session_opened", room, "connecting")
    assert opened["limits"]
    assert other == ["session_opened", "availability"]
    assert ended == []


async def test_a_listener_finds_what_they_are_asked(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        Raw.upgraded(node.url) as raw,
        listening(node) as listener,
    ):
        await raw.hello()
        await seek(raw, topic="loss")
        offered = await next_event(listener, "offered")
        found = await now(node.url, token("listener", "one"))
    assert [event["type"] for event in found] == ["availability", "offered"]
    hidden = {"id", "cursor", "at", "room"}
    assert found[1] == {name: value for name, value in offered.items() if name not in hidden}


async def test_who_is_held_finds_that_they_are_and_who_is_with_them_finds_them(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        Raw.upgraded(node.url) as raw,
        on_duty(node.url, "responder", "rita") as rita,
    ):
        await on_shift(node)
        pass_ = (await raw.hello())["token"]
        await raw.ask("join", room="anxiety")
        await raw.ask("send", room="anxiety", text=URGENT, key="u")
        await changed(raw, state="stay")
        (stay,) = [event for event in await now(node.url, pass_) if event["type"] != "held"]
        (hold,) = await node.services.matchmaker.live(RowKind.HOLD)
        await next_event(rita, "alerted")
        (called,) = await now(node.url, token("responder", "rita"))
        taken = await rita.ask("take", case=hold.case)
        await raw.ask("join_ok", room=taken["room"], choice="yes")
        await changed(rita, code="joined")
        (beside,) = await now(node.url, token("responder", "rita"))
        (room,) = [event for event in await now(node.url, pass_) if event["type"] != "held"]
    assert (stay["room"], stay["state"]) == ("stay", "stay")
    assert (stay["code"], stay["line"], stay["joins"]) == ("asked", "none", "unsaid")
    assert (called["type"], called["case"], called["room"]) == ("alerted", hold.case, "anxiety")
    assert (beside["room"], beside["role"], beside["state"]) == (taken["room"], "guest", "stay")
    assert (room["room"], room["role"]) == (taken["room"], "seeker")
    assert (room["code"], room["line"], room["joins"]) == ("team_here", "none", "yes")
