"""How it was: everything may be left out, a line goes to the team only, and nobody else learns of it."""

from __future__ import annotations

from typing import Any

from moderation.cases import CaseKind
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import node_on, talking
from tests.support.raw import Raw
from tests.support.two import listening, talked, together

pytestmark = one_flavour


async def over(seeker: Raw, listener: Raw) -> str:
    """A session that has ended."""
    room = await together(seeker, listener)
    await talked(seeker, listener, room)
    await seeker.ask("step_out", room=room)
    return room.removeprefix("session:")


async def cases(node: Any) -> list[Any]:
    found: list[Any] = await node.services.review.queue(("adult",), 10)
    return found


async def test_nothing_need_be_said_and_once_is_enough(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        session = await over(seeker, listener)
        first = await seeker.ask("feedback", session=session)
        again = await seeker.ask("feedback", session=session, feel="worse")
        row = await node.services.matchmaker.find(RowKind.SESSION, session)
        assert await cases(node) == []
    assert (first["type"], again["type"]) == ("thanks", "thanks")
    assert len(row.gave) == 1


async def test_a_line_is_judged_and_read_by_the_team_only(steady_engine: Engine) -> None:
    """T5: what could lead to a person does not stand in it."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        session = await over(seeker, listener)
        line = "They were kind. Write me at anna@example.org if you want to know more."
        thanks = await seeker.ask("feedback", session=session, heard=True, line=line)
        (case,) = await cases(node)
        words = await node.services.review.words(case.id)
        heard = [event for event in listener.events if "anna" in str(event)]
    assert thanks["line"] == "masked"
    assert (case.kind, case.rules, case.against) == (CaseKind.CONCERN, ("session.feedback",), "")
    assert "anna@" not in words.note
    assert words.note.startswith("They were kind.")
    assert heard == []


async def test_who_did_not_feel_safe_is_before_the_team_without_a_word(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        session = await over(seeker, listener)
        await seeker.ask("feedback", session=session, safe=False)
        (case,) = await cases(node)
        counted = node.metrics.read()
    assert case.rules == ("session.unsafe",)
    assert [name for name in counted if "feedback_total" in name and "unsafe" in name]


async def test_somebody_else_s_session_and_one_that_goes_on_have_no_feedback(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        talking(node) as stranger,
    ):
        room = await together(seeker, listener)
        session = room.removeprefix("session:")
        early = await seeker.ask("feedback", session=session, feel="better")
        other = await stranger.ask("feedback", session=session, feel="better")
        empty = await seeker.ask("feedback", session=session, line="  ")
    assert early["code"] == "bad_request"
    assert other["code"] == "not_found"
    assert empty["path"] == "line"
