"""What follows from the end of a case, and what falls due when nobody decides: once, told, and never lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from chat import overdue, settling
from chat.node import Node
from chat.settings import Moderation
from moderation.cases import HOUR, MINUTE, Case, CaseKind, State, Step, Words
from moderation.verdict import CareBand
from tests.support import staff
from tests.support.engines import Engine
from tests.support.filing import WORDS, held, report
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.staff import DOUBTFUL, decide

# Time limits nobody has to wait for; a node looks once a second.
SOON = Moderation(budget_ms=20_000, release_after=0.05, remind_after=0.05, claim_for=0.05)
KIND = Words(text="the lantern is on, come and sit with us", name="Quiet Lake")


async def filed(node: Node, words: Words = KIND, **changes: Any) -> Case:
    """A case as the filter files it, of the first person here; held by the model alone unless told otherwise."""
    at = node.services.backplane.engine_now_ms()
    author = next(iter(node.hub.people))
    case = held(**{"id": "held-by-the-model-0001", "user": author, "at": at, "model_alone": True, **changes})
    return (await node.services.review.open(case, words)).case


def long_ago(node: Node) -> int:
    """Two minutes are long where the limits are parts of a second."""
    return node.services.backplane.engine_now_ms() - 2 * MINUTE


async def look(node: Node, case: Case, times: int = 1) -> None:
    """Have the node see to a case now, whatever its own second hand does."""
    for _ in range(times):
        await node.services.review.put_off(case.id, 0)
        await overdue.look_after(node.services)


async def stands(node: Node, id: str) -> Case:
    case = await node.services.review.find(id)
    assert case is not None
    return case


async def test_a_doubt_of_the_model_alone_costs_a_message_a_minute_and_no_more(steady_engine: Engine) -> None:
    """Nobody decided: shown, its author told, delivered once though two nodes look after it (contract 8)."""
    async with (
        node_on(steady_engine.url, moderation=SOON) as node,
        node_on(steady_engine.url, moderation=SOON) as other,
        talking(node, "anxiety") as one,
    ):
        case = await filed(node, at=node.services.backplane.engine_now_ms() - MINUTE)
        await asyncio.gather(*(overdue.look_after(which.services) for which in (node, other, node, other)))
        heard, told = await next_event(one, "message"), await next_event(one, "resolved")
        kept = await texts_of(one, "anxiety")
        after = await stands(node, case.id)
    assert (heard["id"], heard["text"]) == (case.id, KIND.text)
    assert (told["state"], told["message"]) == ("delivered", case.id)
    assert kept == [KIND.text]
    assert after.state is State.RELEASED


async def test_in_a_teen_room_and_in_danger_time_releases_nothing(steady_engine: Engine) -> None:
    """Their authors are told what they may do instead, and a person still has to look."""
    async with node_on(steady_engine.url, moderation=SOON) as node, talking(node, "teens", band="teen") as teen:
        teens = await filed(node, band="teen", room="teen/teens", at=long_ago(node))
        danger = await filed(node, id="in-danger-1", care=CareBand.HIGH, kind=CaseKind.CRISIS, at=long_ago(node))
        for case in (teens, danger):
            await look(node, case, times=3)
        told = [await next_event(teen, "resolved") for _ in range(2)]
        kept = await texts_of(teen, "teens")
        states = [(await stands(node, case.id)).state for case in (teens, danger)]
    assert {event["state"] for event in told} == {"waiting"}
    assert {event["message"] for event in told} == {teens.id, danger.id}
    assert told[0]["choices"] == ["rewrite", "withdraw", "wait"]
    assert kept == []
    assert states == [State.OPEN, State.OPEN]


async def test_what_rules_hold_is_not_released_by_time_however_it_was_filed(steady_engine: Engine) -> None:
    """The filter looks again before time releases anything; the author is reminded, with a version that passes."""
    async with node_on(steady_engine.url, moderation=SOON) as node, talking(node, "anxiety") as one:
        case = await filed(node, Words(text=DOUBTFUL, name="Quiet Lake"), at=long_ago(node))
        await look(node, case, times=2)
        told = await next_event(one, "resolved")
        kept = await texts_of(one, "anxiety")
        after = await stands(node, case.id)
    assert (told["state"], kept) == ("waiting", [])
    assert told["suggestion"]
    assert (after.state, after.model_alone) == (State.OPEN, False)
    assert after.rules == ("move.other_place",)


async def test_a_claim_keeps_time_from_releasing_until_it_lapses(steady_engine: Engine) -> None:
    """Nothing moves under the eyes of the one who reads it; a moderator who was cut off blocks it for no longer."""
    moderation = replace(SOON, claim_for=3600)
    async with (
        node_on(steady_engine.url, moderation=moderation) as node,
        talking(node, "anxiety") as one,
        staff.on_duty(node.url, "moderator") as mod,
    ):
        at = node.services.backplane.engine_now_ms() + HOUR
        case = await filed(node, at=at)
        await mod.ask("claim", case=case.id)
        await node.services.review.put_off(case.id, 0)
        await overdue.look_after(node.services)
        claimed = await stands(node, case.id)
        lapsed = await node.services.review.step(case.id, Step.LAPSE, at)
        kept = await texts_of(one, "anxiety")
        due = node.services.review.due_of(lapsed) if isinstance(lapsed, Case) else None
    assert (claimed.state, kept) == (State.CLAIMED, [])
    assert isinstance(lapsed, Case)
    assert lapsed.state is State.OPEN
    assert due is not None
    assert due.step is Step.RELEASE


async def test_what_the_filter_could_not_judge_it_judges_when_it_is_well(steady_engine: Engine) -> None:
    """F45, X36: held meanwhile, with nothing lost; then shown, with what leads to a person masked."""
    words = Words(text="ring me on 07700 900123 whenever it gets bad", name="Quiet Lake")
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        case = await filed(node, words, kind=CaseKind.FAULT, model_alone=False, rules=(), at=long_ago(node))
        await look(node, case)
        heard, told = await next_event(one, "message"), await next_event(one, "resolved")
    assert "07700" not in heard["text"]
    assert (heard["masked"], told["state"], told["message"]) == (True, "masked", case.id)


async def test_what_the_filter_could_not_judge_and_then_stops_waits_for_a_person(steady_engine: Engine) -> None:
    """No longer a fault: what was found stands on the case."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        words = Words(text=staff.URGENT, name="Quiet Lake")
        case = await filed(node, words, kind=CaseKind.FAULT, model_alone=False, rules=(), at=long_ago(node))
        await look(node, case)
        after = await stands(node, case.id)
        kept = await texts_of(one, "anxiety")
    assert (after.kind, after.care, after.state) == (CaseKind.CRISIS, CareBand.HIGH, State.OPEN)
    assert kept == []


async def test_a_node_that_dies_after_the_decision_is_followed_by_another(steady_engine: Engine) -> None:
    """The decision stands in the store and is owed: the lease brings it to a living node, which does the rest once."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        case = await filed(node, model_alone=False)
        review, now = node.services.review, node.services.backplane.engine_now_ms()
        await review.step(case.id, Step.CLAIM, now, by="mod")
        await review.step(case.id, Step.DECIDE, now, by="mod", resolution="release", words=KIND)  # and there it died
        await review.put_off(case.id, 0)  # the lease is over
        after = await review.find(case.id)
        assert after is not None
        await asyncio.gather(*(settling.settle(node.services, after) for _ in range(3)))
        heard, told = await next_event(one, "message"), await next_event(one, "resolved")
        kept = await texts_of(one, "anxiety")
        inbox = await one.ask("page", room="inbox")
        settled = await stands(node, case.id)
    assert (heard["id"], told["state"]) == (case.id, "delivered")
    assert kept == [KIND.text]
    assert [event["type"] for event in inbox["events"]] == ["resolved"]
    assert not settled.owed


async def test_passages_can_be_spared_instead_of_the_whole_message(steady_engine: Engine) -> None:
    """`mask`: what was found is taken out and the rest is shown, marked as such."""
    text = "thank you all for tonight. can we talk on telegram instead"
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as one,
        staff.on_duty(node.url, "moderator") as mod,
    ):
        sent = await one.ask("send", room="anxiety", text=text, key="a")
        await decide(mod, sent["id"], "mask")
        heard, told = await next_event(one, "message"), await next_event(one, "resolved")
    assert sent["state"] == "held"
    assert heard["text"].startswith("thank you all for tonight. ")
    assert "[removed]" in heard["text"]
    assert "telegram" not in heard["text"]
    assert (heard["masked"], told["state"]) == (True, "masked")


async def test_nobody_who_may_be_in_danger_waits_unseen(steady_engine: Engine) -> None:
    """A crisis nobody takes is told again and again to those on duty, and does not end by itself."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety"),
        staff.on_duty(node.url, "responder") as responder,
    ):
        at = node.services.backplane.engine_now_ms() - 6 * MINUTE
        asked = report("asked-for-a-person", kind=CaseKind.CRISIS, against="", user="somebody", at=at)
        await node.services.review.open(asked, WORDS)
        levels = []
        for _ in range(3):
            await node.services.review.put_off(asked.id, 0)
            await overdue.look_after(node.services)
            levels.append((await next_event(responder, "case_changed"))["escalated"])
        after = await stands(node, asked.id)
    assert levels == [1, 2, 3]
    assert after.state is State.OPEN


async def test_a_kind_of_case_may_have_a_settler_of_its_own(steady_engine: Engine) -> None:
    """It is called until it says that it is done, and the case is owed until then."""
    calls: list[str] = []

    async def settler(services: object, case: Case) -> bool:
        calls.append(case.resolution)
        return len(calls) > 1

    before = settling.SETTLERS.get(CaseKind.APPEAL)
    settling.SETTLERS[CaseKind.APPEAL] = settler
    try:
        async with node_on(steady_engine.url) as node, staff.on_duty(node.url, "moderator") as mod:
            at = node.services.backplane.engine_now_ms()
            await node.services.review.open(report("appeal-1", kind=CaseKind.APPEAL, at=at), WORDS)
            await decide(mod, "appeal-1", "overturn")
            first = await stands(node, "appeal-1")
            await node.services.review.put_off("appeal-1", 0)
            await overdue.look_after(node.services)
            second = await stands(node, "appeal-1")
    finally:
        if before is None:
            del settling.SETTLERS[CaseKind.APPEAL]
        else:
            settling.SETTLERS[CaseKind.APPEAL] = before
    assert calls == ["overturn", "overturn"]
    assert (first.owed, second.owed) == (True, False)
