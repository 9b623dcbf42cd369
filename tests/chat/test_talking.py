"""What the two may do in a session beside speaking: gently ending it, taking that back, leaving at once, handing on."""

from __future__ import annotations

import pytest

from moderation.cases import CaseKind
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.two import changed, listening, quick, talked, together

pytestmark = one_flavour


async def test_only_who_closed_it_takes_that_back_and_only_in_time(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url, sessions=quick(undo=0.4)) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        closed = await listener.ask("close", room=room)
        twice = await seeker.ask("close", room=room)
        other = await seeker.ask("undo", room=room)
        await next_event(listener, "session_closed")
        late = await listener.ask("undo", room=room)
    assert closed["until"] == twice["until"]
    assert (other["type"], other["code"]) == ("refused", "forbidden")
    assert (late["type"], late["code"]) == ("refused", "closed")


async def test_one_tap_says_still_here(steady_engine: Engine) -> None:
    """QUIET is asked gently, and one tap brings it back."""
    async with (
        node_on(steady_engine.url, sessions=quick(quiet=0.4)) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        asked = await changed(seeker, code="still_here")
        assert asked["state"] == "paused"
        assert (await seeker.ask("still", room=room))["type"] == "still"
        assert (await changed(listener, state="active"))["room"] == room


async def test_who_wished_for_more_time_first_learns_the_new_end_as_well(steady_engine: Engine) -> None:
    """F14: by both, and both are told until when."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        first = await seeker.ask("extend", room=room)
        await changed(listener, code="extend_asked")
        second = await listener.ask("extend", room=room)
        told = [await changed(raw, code="extended") for raw in (seeker, listener)]
    assert "until" not in first
    assert [one["until"] for one in told] == [second["until"]] * 2


async def test_who_stepped_out_hears_nothing_more_on_any_device(steady_engine: Engine) -> None:
    """At once, here; on other nodes with the word between them and with the inbox."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one) as seeker,
        listening(two) as listener,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        assert (await listener.ask("step_out", room=room))["type"] == "stepped_out"
        again = await listener.ask("step_out", room=room)
        await next_event(seeker, "session_closed")
        gone = await seeker.ask("send", room=room, text="hello?", key="x")
        reads = await seeker.ask("open", room=room)
        silent = await seeker.ask("send", room=room, text="hello?", key="y")
    assert again["repeated"]
    assert (gone["type"], gone["code"]) == ("refused", "not_found")
    assert reads["type"] == "joined"  # for a day, by the two
    assert (silent["type"], silent["code"]) == ("refused", "closed")


async def test_a_report_on_leaving_is_a_case_and_keeps_the_words(steady_engine: Engine) -> None:
    """F15, T7: the other learns nothing; the words are sealed until a person has looked."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await seeker.ask("step_out", room=room, report="grooming", note="they asked where I live")
        (case,) = await node.services.review.queue(("adult",), 10)
        session = await node.services.matchmaker.find(RowKind.SESSION, room.removeprefix("session:"))
    assert (case.kind, case.against) == (CaseKind.REPORT, "staff-one")
    assert session.sealed_until > session.ended_at
    assert session.why == "report"


@pytest.mark.parametrize("command", ["transfer", "extend", "close", "undo", "still"])
async def test_before_and_after_a_session_there_is_nothing_to_do_in_it(steady_engine: Engine, command: str) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as raw:
        answers = [await raw.ask(command, room=room) for room in ("session:none", "anxiety", "waiting")]
    assert {(answer["type"], answer["code"]) for answer in answers} == {("refused", "not_found")}


async def test_the_seeker_may_say_no_to_being_handed_on_and_nothing_has_changed(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        stranger = await seeker.ask("transfer", room="session:none")
        await listener.ask("transfer", room=room, summary="a quiet talk about work")
        await changed(seeker, code="transfer_asked")
        await seeker.ask("transfer", room=room, to="")
        told = await changed(listener, code="transfer_none")
        said = await seeker.ask("send", room=room, text="Thank you. Let us go on here.", key="s")
    assert stranger["code"] == "not_found"
    assert told["state"] == "active"
    assert said["state"] == "delivered"
