"""What falls due when nobody decides: done once by whichever node, with its author told."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from chat import overdue, wire
from chat.auth import event_id
from moderation import tidings
from moderation.cases import HOUR, MINUTE, Case, CaseKind, No, State, Step, Waiting, Words
from moderation.ladder import LADDER, Reason
from moderation.ladder import Step as Rung
from moderation.sanctions import CaseId, PersonId, Proof, Sanction, SanctionId
from moderation.verdict import CareBand
from rooms import envelope
from rooms.events import RoomKey
from tests.support import staff
from tests.support.engines import Engine, one_flavour
from tests.support.filing import WORDS, report
from tests.support.looking import KIND, LOW, SOON, filed, long_ago, look, stands
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.staff import DOUBTFUL, at_the_desk
from tests.support.two import changed, on_shift


@one_flavour
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


@one_flavour
@pytest.mark.parametrize("step", [Rung.SUSPENSION, Rung.BAN])
async def test_what_waits_is_not_shown_when_its_author_is_kept_out_by_now(steady_engine: Engine, step: Rung) -> None:
    """Neither by time nor by a moderator; its author finds out why when they look."""
    async with node_on(steady_engine.url, moderation=SOON) as node, talking(node, "anxiety"):
        services, user, lasts = node.services, next(iter(node.hub.people)), LADDER[step].lasts
        now = services.backplane.engine_now_ms()
        barred = Sanction(
            id=SanctionId("s1"), step=step, reason=Reason.DOXXING, proof=Proof(CaseId("c1")), room="adult/recovery",
            at=now, until=None if lasts is None else now + lasts, decided_by=PersonId("m"),
        )  # fmt: skip
        await services.standing.impose(user, barred, 0)
        cases = [await filed(node, id=f"held-{n}", at=long_ago(node), model_alone=n == 0) for n in range(2)]
        async with talking(node, "anxiety") as other, staff.on_duty(node.url, "moderator") as mod:
            await staff.decide(mod, cases[1].id, "release")
            await look(node, cases[0])
            kept = await texts_of(other, "anxiety")
        after = [await stands(node, case.id) for case in cases]
        inbox, told = RoomKey(f"inbox/{user}"), []
        for case in cases:
            id = event_id(services.secret, user, inbox, "resolved", f"{case.id}/refused")
            entry = await services.backplane.entry(inbox, id)
            told.append(wire.unbody(entry.body) if entry else {})
    assert kept == []
    assert [event.get("says") for event in told] == [tidings.KEPT_OUT] * 2
    assert not any("suggestion" in event for event in told)
    assert [(case.state, case.owed) for case in after] == [(State.RELEASED, False), (State.DECIDED, False)]


@one_flavour
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


@one_flavour
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
    assert "move.other_place" in after.rules


@one_flavour
async def test_in_a_teen_room_the_filter_shows_nothing_that_it_had_to_keep_back(steady_engine: Engine) -> None:
    """What it could not judge, and passes when it is well again, is a host's to release."""
    async with node_on(steady_engine.url, moderation=SOON) as node, talking(node, "teens", band="teen") as teen:
        case = await filed(node, kind=CaseKind.FAULT, band="teen", room="teen/teens", at=long_ago(node),
                           model_alone=False, waiting=Waiting(alias="a1", pack="teen"))  # fmt: skip
        await look(node, case, times=2)  # its author is reminded first
        after = await stands(node, case.id)
        kept = await texts_of(teen, "teens")
    assert (after.kind, after.state, after.judged, kept) == (CaseKind.HELD, State.OPEN, 1, [])


@one_flavour
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
        early = await node.services.review.step(
            case.id, Step.LAPSE, claimed.until - 1
        )  # seen as due before a second claim
        lapsed = await node.services.review.step(case.id, Step.LAPSE, claimed.until)
        kept = await texts_of(one, "anxiety")
        due = node.services.review.due_of(lapsed) if isinstance(lapsed, Case) else None
    assert (claimed.state, early, kept) == (State.CLAIMED, No.NOT_SO, [])
    assert isinstance(lapsed, Case)
    assert lapsed.state is State.OPEN
    assert due is not None
    assert due.step is Step.RELEASE


@one_flavour
async def test_what_the_filter_could_not_judge_it_judges_when_it_is_well(steady_engine: Engine) -> None:
    """F45, X36: held meanwhile, with nothing lost; then shown, with what leads to a person masked."""
    words = Words(text="ring me on 07700 900123 whenever it gets bad", name="Quiet Lake")
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        case = await filed(node, words, kind=CaseKind.FAULT, model_alone=False, rules=(), at=long_ago(node))
        await look(node, case)
        heard, told = await next_event(one, "message"), await next_event(one, "resolved")
    assert "07700" not in heard["text"]
    assert (heard["masked"], told["state"], told["message"]) == (True, "masked", case.id)


@one_flavour
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


@one_flavour
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


@one_flavour
async def test_for_one_disclosure_people_are_called_by_one_clock(steady_engine: Engine) -> None:
    """Being held calls, and knows when somebody is there; the desk's calls nobody a second time, nor later."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety", country="GB") as raw,
        staff.on_duty(node.url, "responder", "rita") as responder,
    ):
        await on_shift(node)
        sent = await raw.ask("send", room="anxiety", text=staff.URGENT, key="u")
        called = await next_event(responder, "alerted")
        case = await stands(node, called["case"])
        assert called["case"] == sent["id"] == case.id
        for _ in range(3):  # as if each of its minutes had come
            await overdue.see_to(node.services, await stands(node, case.id), case.at + 6 * MINUTE)
        assert (await responder.ask("take", case=case.id))["type"] == "taken"
        await raw.ask("join_ok", room="stay", choice="yes")
        await changed(raw, code="team_here")
        await raw.ask("close", room="stay")
        await overdue.see_to(node.services, await stands(node, case.id), case.at + 6 * MINUTE)
        after = await stands(node, case.id)
        assert await responder.ask("ping")
    assert (after.stayed, after.escalated, after.state) == (True, 0, State.OPEN)
    assert not [event for event in responder.events if event.get("escalated")]
    assert len([event for event in responder.events if event["type"] == "alerted"]) == 0  # the one above was all


@one_flavour
async def test_one_case_that_fails_keeps_nobody_else_waiting(steady_engine: Engine) -> None:
    """It is counted, and those behind it are seen to; a pack that an operator took away is stood in for."""
    async with node_on(steady_engine.url, moderation=SOON) as node, talking(node, "anxiety"):
        broken = await filed(node, id="a-broken-one", at=long_ago(node), band="no such band", model_alone=False,
                             kind=CaseKind.FAULT)  # fmt: skip
        packless = Waiting(alias="a1", pack="taken-away")
        cases = [await filed(node, id=f"b-{n}", at=long_ago(node), waiting=packless) for n in range(2)]
        for case in (broken, *cases):
            await node.services.review.put_off(case.id, 0)
        await overdue.look_after(node.services)
        states = [(await stands(node, case.id)).state for case in cases]
    assert states == [State.RELEASED, State.RELEASED]


@one_flavour
async def test_who_wrote_of_danger_while_the_filter_was_ill_is_on_the_desk_when_it_is_well(
    steady_engine: Engine,
) -> None:
    """The words are shown, as they would have been at once; a person of the team is told, and the card says so."""
    acute = Words(text="I have the pills in front of me and I am going to take them tonight", name="Quiet Lake")
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as one:
        user = next(iter(node.hub.people))
        case = await filed(node, acute, kind=CaseKind.FAULT, model_alone=False, rules=(), at=long_ago(node))
        await look(node, case)
        card = (await next_event(one, "care"))["card"]
        after, open_ = await stands(node, case.id), await node.services.review.of(user)
    assert after.state is State.RELEASED
    assert [(each.kind, each.care >= CareBand.HIGH, each.waiting) for each in open_] == [(CaseKind.CRISIS, True, None)]
    assert "alerts nobody" not in card["says"]


@one_flavour
async def test_a_card_that_could_not_be_given_is_owed_until_it_is(steady_engine: Engine) -> None:
    """The node dies, or the inbox takes nothing, between the filter's second look and the card: another pays, once."""
    async with (
        node_on(steady_engine.url) as node,
        node_on(steady_engine.url) as other,
        talking(node, "anxiety", country="GB") as one,
    ):
        inbox = envelope.log(RoomKey(f"inbox/{next(iter(node.hub.people))}"))
        await steady_engine.ask("SET", inbox, "no log")  # nothing can be written there
        case = await filed(node, LOW, kind=CaseKind.FAULT, model_alone=False, rules=(), at=long_ago(node))
        await look(node, case)
        owes = await stands(node, case.id)
        await steady_engine.ask("DEL", inbox)
        await look(other, case)
        card = await next_event(one, "care")
        paid = await stands(other, case.id)
        await look(node, case)
        page = await one.ask("page", room="inbox")
    assert owes.debt is not None
    assert owes.debt.band is CareBand.CONCERN
    assert (paid.debt, paid.owed, paid.state) == (None, False, State.RELEASED)
    assert card["about"] == "anxiety"
    assert [event["type"] for event in page["events"]].count("care") == 1


@one_flavour
async def test_who_decides_on_words_the_filter_never_saw_takes_no_card_from_their_author(
    steady_engine: Engine,
) -> None:
    """R1: refused or shown, the words are judged then, and what they are owed is paid."""
    async with at_the_desk(steady_engine.url, country="GB") as (node, one, mod):
        case = await filed(node, LOW, kind=CaseKind.FAULT, model_alone=False, rules=())
        await staff.decide(mod, case.id, "refuse")
        await look(node, case)
        card = await next_event(one, "care")
        after = await stands(node, case.id)
    assert card["about"] == "anxiety"
    assert (after.state, after.debt) == (State.DECIDED, None)


@one_flavour
async def test_a_node_that_is_slower_than_its_lease_moves_nothing_a_second_time(steady_engine: Engine) -> None:
    """Of two nodes that took one deadline, the slow one finds the case moved: nobody is paged twice for one minute."""
    async with (
        node_on(steady_engine.url) as slow,
        node_on(steady_engine.url) as other,
        talking(slow, "anxiety"),
        staff.on_duty(other.url, "responder") as responder,
    ):
        now = slow.services.backplane.engine_now_ms()
        asked = report("asked-for-a-person", kind=CaseKind.CRISIS, against="", user="somebody", at=now - MINUTE)
        faulty = await filed(slow, KIND, id="never-judged-1", kind=CaseKind.FAULT, band="teen", room="teen/teens",
                             waiting=Waiting(alias="a1", pack="teen"))  # fmt: skip
        await slow.services.review.open(asked, WORDS)
        taken = await stands(slow, asked.id), await stands(slow, faulty.id)
        for case in taken:
            await slow.services.review.put_off(case.id, 0)  # the lease is over
        await overdue.look_after(other.services)
        await other.services.review.step(faulty.id, Step.JUDGE, now)
        for case in taken:
            await overdue.see_to(slow.services, case, now + MINUTE)
        after = [await stands(slow, case.id) for case in taken]
        told = await next_event(responder, "case_changed")
    assert (after[0].escalated, told["escalated"]) == (1, 1)
    assert (after[1].judged, after[1].state) == (1, State.OPEN)
