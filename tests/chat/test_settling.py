"""What follows from the end of a case: once, told, and never lost."""

from __future__ import annotations

import asyncio

from chat import overdue, settling
from moderation.cases import Case, CaseKind, Step
from tests.support import staff
from tests.support.engines import Engine, one_flavour
from tests.support.filing import WORDS, report
from tests.support.looking import KIND, filed, look, stands
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.staff import decide


@one_flavour
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


@one_flavour
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


@one_flavour
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


async def test_a_decision_the_engine_could_not_take_is_settled_when_it_is_back(engine: Engine) -> None:
    """The engine is killed between the decision and the delivery: once it is back, any node delivers, once."""
    async with node_on(engine.url) as node, talking(node, "anxiety") as one:
        case = await filed(node, model_alone=False)
        review, now = node.services.review, node.services.backplane.engine_now_ms()
        await review.step(case.id, Step.CLAIM, now, by="mod")
        decided = await review.step(case.id, Step.DECIDE, now, by="mod", resolution="release", words=KIND)
        assert isinstance(decided, Case)
        await engine.kill()
        await settling.settle(node.services, decided)  # it cannot, and says nothing
        await engine.start()
        await next_event(one, "notice")  # away
        await next_event(one, "notice")  # and back
        await look(node, case)  # the lease is over
        heard, told = await next_event(one, "message"), await next_event(one, "resolved")
        kept = await texts_of(one, "anxiety")
    assert (heard["id"], told["state"]) == (case.id, "delivered")
    assert kept == [KIND.text]
