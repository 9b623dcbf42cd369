"""What follows from the end of a case: once, told, and never lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chat import overdue, settling
from chat.settings import Limits
from moderation import tidings
from moderation.cases import HOUR, Case, CaseKind, Step, Waiting, Words
from moderation.ladder import Reason
from moderation.ladder import Step as Rung
from moderation.sanctions import CaseId, PersonId, Proof, Sanction, SanctionId
from moderation.verdict import Action, Finding, Verdict
from rooms.events import RoomKey, UserId
from tests.support import staff
from tests.support.engines import Engine, one_flavour
from tests.support.filing import WORDS, held, report
from tests.support.looking import KIND, LOW, filed, long_ago, look, stands
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.staff import at_the_desk, decide


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
    async with at_the_desk(steady_engine.url) as (_, one, mod):
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


@one_flavour
async def test_a_released_message_waits_for_no_slow_mode(steady_engine: Engine) -> None:
    """It has waited already: also in a room that was eased meanwhile, where its author has just spoken."""
    async with (
        node_on(steady_engine.url, limits=Limits(enabled=True)) as node,
        talking(node, "anxiety") as one,
        staff.on_duty(node.url, "moderator") as mod,
    ):
        held = await one.ask("send", room="anxiety", text=staff.DOUBTFUL, key="a")
        now = node.services.backplane.engine_now_ms()
        await node.services.calming.ease(RoomKey("adult/anxiety"), now, gap=60, lasts=60)
        await one.ask("send", room="anxiety", text="good evening, all", key="b")
        await decide(mod, held["id"], "release")
        told = await next_event(one, "resolved")
        kept = await texts_of(one, "anxiety")
    assert told["state"] == "delivered"
    assert kept == ["good evening, all", staff.DOUBTFUL]


@one_flavour
async def test_a_case_merged_into_one_that_was_merged_on_has_the_answer_of_the_last(steady_engine: Engine) -> None:
    """Nobody is told `nothing_found` while nobody has decided, and their record does not suffer."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        user, review = next(iter(node.hub.people)), node.services.review
        now = node.services.backplane.engine_now_ms()
        for id, who in (("chained-1", user), ("chained-2", "u2"), ("chained-3", "u3")):
            await review.open(report(id, user=who, at=now), WORDS)

        async def step(id: str, what: Step, **changes: Any) -> None:
            await review.step(id, Step.CLAIM, now, by="mod")
            done = await review.step(id, what, now, by="mod", **changes)
            assert isinstance(done, Case)
            await settling.settle(node.services, done)

        await step("chained-1", Step.MERGE, into="chained-2", resolution="merge")
        await step("chained-2", Step.MERGE, into="chained-3", resolution="merge")
        await look(node, await stands(node, "chained-1"))
        waits = await stands(node, "chained-1")
        await step("chained-3", Step.DECIDE, resolution="uphold")
        told = await next_event(one, "resolved")
        record = await node.services.standing.record(user)
    assert waits.owed
    assert (told["case"], told["state"]) == ("chained-1", "acted")
    assert (record.right, record.wrong) == (1.0, 0.0)


@one_flavour
async def test_nobody_is_told_that_nobody_saw_what_is_in_the_room(steady_engine: Engine) -> None:
    """A node died before the key was put aside, and a repeat went out: that stays true whatever is decided."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        sent = await one.ask("send", room="anxiety", text="hello all", key="a")
        case = await filed(node, id=sent["id"], model_alone=False)
        back = await one.ask("withdraw", request=case.id)
        after = await stands(node, case.id)
        inbox = await one.ask("page", room="inbox")
        again = await one.ask("send", room="anxiety", text="hello all", key="a")
    assert back["type"] == "withdrawn"
    assert not after.owed
    assert inbox["events"] == []
    assert (again["state"], again["repeated"]) == ("delivered", True)


@one_flavour
async def test_the_key_of_a_held_edit_that_came_to_nothing_is_answered_so(steady_engine: Engine) -> None:
    """Not as held for ever, when the message it changes has gone."""
    async with at_the_desk(steady_engine.url) as (_, one, mod):
        sent = await one.ask("send", room="anxiety", text="hello all", key="a")
        held = await one.ask("edit", room="anxiety", message=sent["id"], text=staff.DOUBTFUL, key="b")
        await one.ask("redact", room="anxiety", message=sent["id"], key="c")
        await decide(mod, held["id"], "release")
        again = await one.ask("edit", room="anxiety", message=sent["id"], text=staff.DOUBTFUL, key="b")
    assert (again["code"], again["repeated"]) == ("stopped", True)


@one_flavour
async def test_an_edit_that_was_held_does_not_overwrite_a_newer_one(steady_engine: Engine) -> None:
    """Whichever is released first: the words written last stand, and the author of the others is told so."""
    async with at_the_desk(steady_engine.url) as (_, one, mod):
        sent = await one.ask("send", room="anxiety", text="hello all", key="a")
        change = {"room": "anxiety", "message": sent["id"]}
        old = await one.ask("edit", **change, text=staff.DOUBTFUL, key="b")
        newer = await one.ask("edit", **change, text=f"or {staff.DOUBTFUL}", key="c")
        await decide(mod, newer["id"], "release")
        await next_event(one, "resolved")
        newest = await one.ask("edit", **change, text="good evening, all", key="d")
        await decide(mod, old["id"], "release")
        told = await next_event(one, "resolved")
        again = await one.ask("edit", **change, text=staff.DOUBTFUL, key="b")
        edits = [event for event in one.events if event["type"] == "edited"]
        kept = await texts_of(one, "anxiety")
    assert [outcome["state"] for outcome in (old, newer, newest)] == ["held", "held", "delivered"]
    assert [edit["text"] for edit in edits] == [f"or {staff.DOUBTFUL}", "good evening, all"]
    assert (told["message"], told["state"], told["says"]) == (old["id"], "expired", tidings.CHANGED_SINCE)
    assert again["code"] == "stopped"
    assert kept == ["good evening, all"]


@one_flavour
async def test_passages_that_overlap_are_taken_out_whole(steady_engine: Engine) -> None:
    """Nothing of the longer one is shown because a shorter one began later."""
    words = Words(text="good evening, one two three four", name="Quiet Lake")
    spans = ((13, 32), (18, 21), (0, 32))  # the last is the whole text, and no passage
    findings = tuple(Finding("a.rule", "a.label", span, "It is said why.") for span in spans)
    async with node_on(steady_engine.url) as node:
        verdict = Verdict(Action.HOLD, findings=findings)
        fit = settling.fit_to_show(node.services, held(waiting=Waiting(alias="a1")), words, verdict, spare=True)
    assert fit.text == "good evening, [removed]"


@one_flavour
@pytest.mark.parametrize("whose", ["a moderator's", "time's"])
async def test_a_mute_bars_new_words_and_reaches_back_to_none(steady_engine: Engine, whose: str) -> None:
    """A release is the decision of who has read the words, or of a limit that is the same for everybody. What is
    written now is refused, and its author gets their card all the same (R1).
    """
    async with at_the_desk(steady_engine.url, country="GB") as (node, one, mod):
        services, user = node.services, next(iter(node.hub.people))
        case = await filed(node, at=long_ago(node))
        now = services.backplane.engine_now_ms()
        muted = Sanction(
            id=SanctionId("s1"), step=Rung.MUTE, reason=Reason.SPAM, proof=Proof(CaseId("c1")), room=case.room,
            at=now, until=now + HOUR, decided_by=PersonId("m"),
        )  # fmt: skip
        await services.standing.impose(user, muted, 0)
        await services.standing.watch(UserId(user), now)
        new = await one.ask("send", room="anxiety", text=LOW.text, key="new")
        card = await next_event(one, "care")
        if whose == "time's":
            await look(node, case)
        else:
            await decide(mod, case.id, "release")
        told = await next_event(one, "resolved")
        kept = await texts_of(one, "anxiety")
    assert (new["type"], new["code"]) == ("refused", "muted")
    assert card["about"] == "anxiety"
    assert (told["state"], kept) == ("delivered", [KIND.text])
