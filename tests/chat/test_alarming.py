"""Calling the team: without words and names, once, with a case on the desk; and the lines, made anew."""

from __future__ import annotations

from typing import Any

from chat import alarming
from moderation.cases import CaseKind
from moderation.verdict import CareBand, CareKind
from rooms.debts import Owed
from rooms.effects import Do, Effect
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.staff import URGENT, on_duty
from tests.support.two import changed, enter, event_where, listening, on_shift, quick, talked, together

pytestmark = one_flavour


def user_of(node: Any, role: str) -> str:
    (found,) = [one.identity for one in node.gateway.everyone() if one.identity and role in one.identity.roles]
    return str(found.user)


async def test_who_is_called_hears_it_once_and_no_word_of_the_person(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, on_duty(node.url, "responder") as responder:
        fields = {
            "case": "c1", "people": [user_of(node, "responder")], "band": "high", "kind": "suicide", "room": "anxiety",
            "since": 1000, "step": "few",
        }  # fmt: skip
        owed = Owed("p1", Effect(Do.PAGE, "", fields))
        assert [await alarming.page(node.services, owed) for _ in range(2)] == [True, True]
        told = await next_event(responder, "alerted")
        page = await responder.ask("page", room="inbox")
        assert node.metrics.read()["warmline_page_seconds_count"] == 2
    assert len(page["events"]) == 1
    hidden = {"type", "id", "cursor", "at"}
    assert {name: value for name, value in told.items() if name not in hidden} == {
        "case": "c1", "band": "high", "kind": "suicide", "room": "anxiety", "since": "1970-01-01T00:00:01.000Z",
        "step": "few",
    }  # fmt: skip


async def test_rooms_are_named_as_clients_know_them(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node:
        named = [alarming.room_named(node.services, room) for room in ("anxiety", "inbox", "session:s", "a-bare-id")]
    assert named == ["anxiety", "inbox", "session:s", "session:a-bare-id"]
    assert alarming.care_of("imminent", "self_harm").band is CareBand.IMMINENT
    assert alarming.care_of("high", "no such kind").kind is None
    assert alarming.care_of("high", "suicide").kind is CareKind.SUICIDE


async def test_a_hold_has_one_crisis_case_by_which_the_team_calls_it(steady_engine: Engine) -> None:
    """The desk and the hold are one: `alerted.case` can be claimed, and is against nobody."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, "responder") as responder,
    ):
        await on_shift(node)
        await raw.ask("help", person=True)
        called = await next_event(responder, "alerted")
        await raw.ask("help", person=True)
        await changed(raw, state="stay")
        listed = (await responder.ask("cases"))["cases"]
        case = await node.services.review.find(called["case"])
    assert [one["case"] for one in listed] == [called["case"]]
    assert case is not None
    assert (case.kind, case.against) == (CaseKind.CRISIS, "")


async def test_the_card_of_a_line_that_did_not_answer_leaves_it_out_and_names_ways_that_always_work(
    steady_engine: Engine,
) -> None:
    """F17: for the person's own country, whichever node makes the card."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        await raw.ask("send", room="anxiety", text=URGENT, key="k")
        first = await event_where(raw, "care", lambda event: event.get("why") == "handover")
        line = first["card"]["lines"][0]["name"]
        await raw.ask("handover", room="stay", step="dialling", line=line)
        await raw.ask("handover", room="stay", step="not_reached")
        again = await event_where(raw, "care", lambda event: event.get("why") == "not_reached")
    assert again["tried"] == [line]
    assert line not in [one["name"] for one in again["card"]["lines"]]
    assert again["next"] == ["next_line", "emergency", "directory", "stay"]
    assert "999" in again["card"]["emergency"]["dial"]


async def rules_on_desk(raw: Any) -> list[str]:
    """What the cases that wait are about."""
    return sorted(rule for case in (await raw.ask("cases"))["cases"] for rule in case["rules"])


async def ended_together(seeker: Any, listener: Any, rita: Any) -> str:
    """Somebody is held in a session, somebody of the team comes, and it is settled: the case."""
    room = await together(seeker, listener)
    await talked(seeker, listener, room)
    await seeker.ask("send", room=room, text=URGENT, key="u")
    case = str((await next_event(rita, "alerted"))["case"])
    await seeker.ask("join_ok", room=room, choice="yes")
    await rita.ask("take", case=case)
    await changed(rita, code="joined")
    await enter(rita, room)
    await changed(seeker, code="team_here")
    said = await seeker.ask("send", room=room, text="It helps that you are here.", key="s")
    assert (await seeker.ask("settle", room=room, seen=said["cursor"]))["state"] == "waiting"
    settled = await rita.ask("settle", room=room, seen=said["cursor"])
    assert settled["state"] == "settled", settled
    await listener.ask("step_out", room=room)
    await next_event(seeker, "session_closed")
    return case


async def test_who_has_stayed_with_somebody_is_offered_a_debrief_and_what_happened_is_looked_at(
    steady_engine: Engine,
) -> None:
    """sessions.md: debrief task for listener and responder; review within 24 h: the crisis case stays open for it."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        on_duty(node.url, "responder", "rita") as rita,
        on_duty(node.url, "moderator", "mo") as mo,
    ):
        await on_shift(node)
        case = await ended_together(seeker, listener, rita)
        told = [await next_event(raw, "notice") for raw in (listener, rita)]
        while len(rules := [rule for rule in await rules_on_desk(mo) if "debrief" in rule]) < 2:
            await next_event(mo, "case_changed")
        kept = await node.services.review.find(case)
        own = (await seeker.ask("page", room="inbox", limit=100))["events"]
    assert [one["code"] for one in told] == ["debrief", "debrief"]
    assert rules == ["session.debrief.listener", "session.debrief.responder"]
    assert kept is not None
    assert kept.state == "open"
    assert "notice" not in {event["type"] for event in own}


async def test_a_case_that_was_closed_while_it_went_on_is_followed_by_a_review(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, "moderator", "mo") as mo,
    ):
        await raw.ask("help", person=True)
        await changed(raw, state="stay")
        while not (listed := (await mo.ask("cases"))["cases"]):
            await next_event(mo, "case_changed")
        await mo.ask("claim", case=listed[0]["case"])
        await mo.ask("resolve", case=listed[0]["case"], resolution="reached")
        assert (await raw.ask("settle", room="stay"))["state"] == "left"
        while "session.review" not in await rules_on_desk(mo):
            await next_event(mo, "case_changed")


async def test_when_the_words_are_gone_both_have_a_receipt(steady_engine: Engine) -> None:
    """sessions.md, ARCHIVED: told when it is true, to each alike."""
    async with (
        node_on(steady_engine.url, sessions=quick(text_kept=1.0, feedback=0.5)) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await seeker.ask("step_out", room=room)
        told = [await next_event(raw, "notice") for raw in (seeker, listener)]
        read = await seeker.ask("open", room=room)
    for one in told:
        assert (one["code"], one["session"]) == ("receipt", room.removeprefix("session:"))
    assert (read["type"], read["code"]) == ("refused", "not_found") or read["events"] == []
