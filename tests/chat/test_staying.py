"""Who may do what for somebody who is held; the team is announced before it reads; only the three endings end it."""

from __future__ import annotations

from typing import Any

import pytest

from chat.staying import TEAM
from rooms.events import Role
from rooms.held import Held
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.staff import URGENT, on_duty
from tests.support.two import changed, enter, listening, on_shift, talked, together


async def hold_of(node: Any) -> Any:
    """The one hold there is."""
    (hold,) = await node.services.matchmaker.live(RowKind.HOLD)
    return hold


async def disclose(node: Any, raw: Any) -> Any:
    await raw.ask("send", room="anxiety", text=URGENT, key="u")
    await changed(raw, state="stay")
    return await hold_of(node)


@pytest.mark.parametrize("role", ["listener", "peer"])
@one_flavour
async def test_a_case_is_for_the_team_and_does_not_exist_for_others(steady_engine: Engine, role: str) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, role, "other") as other,
    ):
        hold = await disclose(node, raw)
        for command in ("take", "stand_down"):
            answer = await other.ask(command, case=hold.case)
            assert (answer["type"], answer["code"]) == ("refused", "not_found")
        own = await raw.ask("take", case=hold.case)
    assert own["code"] == "not_found"


@one_flavour
async def test_a_teen_is_not_for_who_is_not_vetted(steady_engine: Engine) -> None:
    """T8: neither paged nor let in; a vetted one goes to them uninvited, and visibly."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "teens", band="teen") as raw,
        on_duty(node.url, "responder", "plain") as plain,
        on_duty(node.url, "responder", "vetted", vetted=True) as vetted,
    ):
        await on_shift(node, 2)
        await raw.ask("send", room="teens", text=URGENT, key="u")
        called = await next_event(vetted, "alerted")
        assert (await plain.ask("take", case=called["case"]))["code"] == "not_found"
        taken = await vetted.ask("take", case=called["case"])
        assert (taken["type"], taken.get("waits", False)) == ("taken", False)
        await changed(raw, code="coming")
        await changed(raw, code="team_here")
        assert not [event for event in plain.events if event["type"] == "alerted"]


@one_flavour
async def test_nobody_s_word_but_the_person_s_lets_in_who_waits_at_the_door(steady_engine: Engine) -> None:
    """sessions.md: joins uninvited only if imminent or to a teen; a listener's yes is not the person's."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, "responder", "rita") as rita,
    ):
        await on_shift(node)
        await raw.ask("help", person=True)
        case = (await next_event(rita, "alerted"))["case"]
        taken = await rita.ask("take", case=case)
        assert taken["waits"]
        for command in ("open", "join_ok", "settle", "supervise"):
            more = {"choice": "yes"} if command == "join_ok" else {"reason": "held"} if command == "supervise" else {}
            answer = await rita.ask(command, room=taken["room"], **more)
            assert (answer["type"], answer["code"]) == ("refused", "not_found"), (command, answer)
        await raw.ask("join_ok", room=taken["room"], choice="not_yet")
        assert (await rita.ask("open", room=taken["room"]))["code"] == "not_found"
        await raw.ask("join_ok", room=taken["room"], choice="yes")
        await changed(rita, code="joined")
        await enter(rita, taken["room"])


@one_flavour
async def test_who_stands_down_is_gone_visibly_and_others_are_asked(steady_engine: Engine) -> None:
    """T15, F17: nobody is left with the word that somebody is there."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, "responder", "rita") as rita,
    ):
        await on_shift(node)
        await raw.ask("help", person=True)
        case = (await next_event(rita, "alerted"))["case"]
        room = (await rita.ask("take", case=case))["room"]
        await raw.ask("join_ok", room=room, choice="yes")
        await changed(raw, code="team_here")
        await changed(rita, code="joined")
        await enter(rita, room)
        assert (await rita.ask("stand_down", case=case))["type"] == "stood_down"
        await changed(raw, code="left")
        hold = await hold_of(node)
        assert hold.responders == ()
        assert hold.state is Held.HELD
        assert (await rita.ask("send", room=room, text="hello?", key="x"))["code"] == "not_found"
        again = await rita.ask("take", case=case)  # and may come back
        assert again["room"] == room
        await changed(rita, code="joined")
        await enter(rita, room)
        assert (await rita.ask("send", room=room, text="I am back.", key="y"))["type"] == "sent"


@one_flavour
async def test_a_listener_raises_and_only_the_team_lowers(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        on_duty(node.url, "supervisor", "sue") as sue,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        stranger = await sue.ask("raise", room=room, kind="suicide", band="high")
        assert stranger["code"] == "not_found"
        assert (await listener.ask("raise", room=room, kind="suicide", band="imminent"))["type"] == "raised"
        await changed(seeker, state="stay")
        assert (await hold_of(node)).risk.name == "IMMINENT"
        down = await listener.ask("raise", room=room, kind="suicide", band="concern")
        assert (down["type"], down["code"]) == ("refused", "forbidden")
        await sue.ask("supervise", room=room, reason="held")
        await changed(sue, code="joined")
        assert (await sue.ask("raise", room=room, kind="suicide", band="concern"))["type"] == "raised"
        assert (await hold_of(node)).risk.name == "CONCERN"


@one_flavour
async def test_no_command_of_anybody_else_ends_being_held(steady_engine: Engine) -> None:
    """T6, over the wire: listener, team and strangers try everything; the person's own tap ends it."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        on_duty(node.url, "responder", "rita") as rita,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await listener.ask("raise", room=room, kind="suicide", band="high")
        case = (await hold_of(node)).case
        for raw in (rita, listener):
            for command, more in (
                ("close", {}), ("undo", {}), ("settle", {}), ("transfer", {}), ("transfer", {"to": ""}),
                ("handover", {"step": "confirmed"}), ("join_ok", {"choice": "only_listener"}), ("extend", {}),
                ("block", {}), ("step_out", {}),
            ):  # fmt: skip
                await raw.ask(command, room=room, **more)
            for why in ("relieved", "not_needed", "no_contact"):
                await raw.ask("stand_down", case=case, why=why)
        assert (await hold_of(node)).state is Held.HELD
        assert (await seeker.ask("send", room=room, text="I am still here.", key="s"))["type"] == "sent"
        left = await seeker.ask("settle", room=room)
        assert left["state"] == "left"
        assert await node.services.matchmaker.live(RowKind.HOLD) == []


def test_the_best_title_is_worn_to_somebody_who_is_held() -> None:

    assert TEAM[0] is Role.RESPONDER
    assert Role.LISTENER not in TEAM
