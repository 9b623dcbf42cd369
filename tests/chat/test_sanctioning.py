"""Sanctions over the wire: graded, explained, on every node; and none for telling of pain (F23, F28)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from chat import commands as say_
from chat import sanctioning
from chat.auth import Identity, Scope, sign
from chat.node import Node
from chat.replies import Refused
from moderation.ladder import Reason, Step
from moderation.sanctions import CaseId, PersonId, Proof, Sanction, SanctionId
from rooms.events import Band, Role, UserId
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import SECRET, next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import looking_after, not_new

LOW = "some nights I think everyone would be better off without me"


def staff(user: str = "m", role: Role = Role.MODERATOR, **changes: Any) -> str:
    """A token of the team."""
    now = time.time()
    identity = Identity(user=UserId(user * 22), band=Band.ADULT, roles=frozenset({role}), expires=now + 3600)
    return sign(replace(identity, **changes), SECRET.encode(), now - 10)


@asynccontextmanager
async def on_duty(node: Node, *rooms: str, user: str = "m", role: Role = Role.MODERATOR) -> AsyncIterator[Raw]:
    """Somebody of the team, in `rooms`."""
    async with Raw.upgraded(node.url) as raw:
        assert (await raw.ask("hello", token=staff(user, role)))["type"] == "welcome"
        for room in rooms:
            assert (await raw.ask("join", room=room))["type"] == "joined"
        yield raw


async def say(raw: Raw, text: str, key: str = "k", room: str = "anxiety") -> dict[str, Any]:
    return await raw.ask("send", room=room, text=text, key=key)


async def in_force(node: Node, most: int = 1) -> None:
    """Until this node has read that so many sanctions hold against those who are here (0: none any more)."""
    async with asyncio.timeout(10):
        while sum(len(node.services.standing.at(user).sanctions) for user in node.hub.people) != most:
            await asyncio.sleep(0.001)


async def a_mute(mod: Raw, peer: Raw, **changes: Any) -> dict[str, Any]:
    """One harmless message, for which a moderator mutes its author; the reply to that."""
    sent = await say(peer, "buy my cups, they are the best", key="ground")
    fields = {"room": "anxiety", "step": "mute", "reason": "impersonation", "message": sent["id"]}
    return await mod.ask("sanction", **fields | changes)


@one_flavour
async def test_a_muted_person_is_muted_on_every_node_told_why_and_still_cared_for(steady_engine: Engine) -> None:
    """The notice with how to appeal, `muted` with how long, and the card all the same (F21)."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, "anxiety", country="GB") as peer,
        on_duty(two, "anxiety") as mod,
    ):
        reply = await a_mute(mod, peer)
        notice = await next_event(peer, "notice")
        await in_force(one)
        refused = await say(peer, "hello again")
        light = await peer.ask("lantern", room="anxiety", lit=True)
        elsewhere = await peer.ask("join", room="recovery")
        await say(peer, LOW, key="low")
        card = await next_event(peer, "care")
        there = await say(peer, "hello recovery", room="recovery")
    assert reply["type"] == "sanctioned"
    assert reply["step"] == "mute"
    assert reply["until"]
    assert notice["code"] == "sanction"
    assert (notice["room"], notice["about"], notice["sanction"]) == ("inbox", "anxiety", reply["sanction"])
    assert "second look" in notice["says"]
    assert refused["code"] == "muted"
    assert refused["retry_after"] > 80_000
    assert light["lit"] is True  # it has no words, and whoever may not speak may be the one who needs it
    assert card["card"]["lines"]
    assert elsewhere["type"] == "joined"
    assert there["state"] == "delivered"


@one_flavour
async def test_an_edit_is_no_way_round_a_mute(steady_engine: Engine) -> None:
    """What was said before stays, and cannot become something else."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as peer, on_duty(node) as mod:
        sent = await say(peer, "first words")
        await a_mute(mod, peer)
        await in_force(node)
        edited = await peer.ask("edit", room="anxiety", message=sent["id"], text="other words", key="e")
    assert edited["code"] == "muted"


@one_flavour
async def test_a_suspension_ends_every_conversation_of_the_person_with_the_card_first(steady_engine: Engine) -> None:
    """Two devices on two nodes: both hear why, both get the lines, both are closed with 4003 (X22)."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        Raw.upgraded(one.url) as phone,
        Raw.upgraded(two.url) as laptop,
        on_duty(two) as mod,
    ):
        token = (await phone.hello(country="GB"))["token"]
        await laptop.ask("hello", token=token)
        await phone.ask("join", room="anxiety")
        reply = await a_mute(mod, phone, step="suspension", reason="doxxing")
        heard = [await until_closed(phone), await until_closed(laptop)]
    assert reply["step"] == "suspension"
    for events, code in heard:
        assert code == 4003
        (card,) = [event for event in events if event["type"] == "care"]
        assert card["card"]["lines"]
        assert any(event["type"] == "notice" and event["step"] == "suspension" for event in events)


async def until_closed(raw: Raw) -> tuple[list[dict[str, Any]], int]:
    """Everything that is said until the server closes, and its code."""
    events = list(raw.events)
    try:
        while True:
            events.append(await raw.told())
    except ConnectionError as closed:
        return events, int(str(closed))


@one_flavour
async def test_somebody_kept_out_finds_the_card_the_reason_and_4003_at_the_door_of_every_node(
    steady_engine: Engine,
) -> None:
    """It survives nodes: a new one reads it from the store."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as peer, on_duty(node) as mod:
        token = (await peer.hello(country="GB"))["token"]
        await peer.ask("join", room="anxiety")
        await a_mute(mod, peer, step="suspension", reason="doxxing")
        await until_closed(peer)
    async with node_on(steady_engine.url) as later, Raw.upgraded(later.url) as peer:
        refused = await peer.ask("hello", token=token)
        code = await peer.closed()
        kinds = [event["type"] for event in peer.events]
        assert not later.hub.people
    assert refused["code"] == "forbidden"
    assert "seven days" in refused["says"]
    assert kinds == ["care", "notice"]
    assert peer.events[0]["card"]["lines"]
    assert code == 4003


@one_flavour
async def test_nothing_follows_from_a_message_that_tells_of_pain(steady_engine: Engine) -> None:
    """Whatever step and reason the moderator gives; nothing is kept, and the person hears of nothing (R1)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as peer, on_duty(node) as mod:
        sent = await say(peer, LOW)
        answers = [
            await mod.ask("sanction", room="anxiety", step=step.word, reason=reason, message=sent["id"])
            for step in Step
            for reason in ("harassment", "spam", "threat", "encouraging_harm")
        ]
        (user,) = [user for user in node.hub.people if user != "m" * 22]
        history = await node.services.standing.history(user)
    assert {answer["code"] for answer in answers} == {"forbidden"}
    assert all("pain" in answer["says"] for answer in answers)
    assert history == ()


@one_flavour
async def test_a_reason_that_is_no_offence_is_no_command(steady_engine: Engine) -> None:
    """The wire has no word for it."""
    async with node_on(steady_engine.url) as node, on_duty(node) as mod:
        for reason in ("suicide", "self_harm", "disclosure", "crisis", "relapse"):
            refused = await mod.ask("sanction", room="anxiety", step="mute", reason=reason, message="x")
            assert (refused["code"], refused["path"]) == ("bad_request", "reason")


@one_flavour
async def test_the_ladder_is_climbed_a_step_at_a_time_and_one_message_leads_to_one_sanction(
    steady_engine: Engine,
) -> None:
    """Too harsh is refused with why; a repeat is the first outcome; another moderator is too late."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as peer,
        on_duty(node) as mod,
        on_duty(node, user="n") as other,
    ):
        first = await say(peer, "buy my cups", key="1")
        second = await say(peer, "really, buy my cups", key="2")
        spam = {"room": "anxiety", "reason": "spam"}
        harsh = await mod.ask("sanction", **spam, step="mute", message=first["id"])
        notice = await mod.ask("sanction", **spam, step="notice", message=first["id"])
        again = await mod.ask("sanction", **spam, step="notice", message=first["id"])
        taken = await other.ask("sanction", **spam, step="notice", message=first["id"])
        slow = await mod.ask("sanction", **spam, step="slow", message=second["id"])
        await in_force(node)  # the slow mode; a notice takes nothing
        await say(peer, "one", key="3")
        too_soon = await say(peer, "two", key="4")
    assert harsh["code"] == "forbidden"
    assert (notice["type"], again["sanction"], again["repeated"]) == ("sanctioned", notice["sanction"], True)
    assert taken["code"] == "taken"
    assert slow["step"] == "slow"
    assert too_soon["code"] == "too_soon"
    assert 50 < too_soon["retry_after"] <= 60


@one_flavour
async def test_only_moderators_decide_and_never_about_themselves_or_the_team(steady_engine: Engine) -> None:
    """X24, X27: every other cell of the table is refused, and learns nothing."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as peer,
        on_duty(node, "anxiety") as mod,
        on_duty(node, "anxiety", user="o", role=Role.OPERATOR) as operator,
        on_duty(node, "anxiety", user="r", role=Role.RESPONDER) as responder,
    ):
        fields = {"room": "anxiety", "step": "notice", "reason": "spam"}
        peers = (await say(peer, "hello"))["id"]
        own, theirs = (await say(mod, "hello"))["id"], (await say(operator, "hello"))["id"]
        answers = [
            await peer.ask("sanction", **fields, message=own),
            await responder.ask("sanction", **fields, message=peers),
            await mod.ask("sanction", **fields, message=own),
            await mod.ask("sanction", **fields, message=theirs),
            await mod.ask("sanction", **fields | {"room": "teens"}, message=peers),
            await mod.ask("sanction", **fields, message="no-such-message"),
            await mod.ask("sanction", **fields),
            await mod.ask("sanction", **fields, message=peers, alias_id="somebody-else"),
        ]
    codes = [answer["code"] for answer in answers]
    assert codes == [*["forbidden"] * 4, "not_found", "not_found", "bad_request", "bad_request"]


@one_flavour
async def test_about_teens_decide_only_those_who_see_their_cases(steady_engine: Engine) -> None:
    """A checked adult; not a moderator who is a teen, though the room is there for them (X24)."""
    async with (
        node_on(steady_engine.url) as node,
        looking_after(node.url, "teens"),
        talking(node, "teens", band="teen") as peer,
    ):
        (user,) = [user for user in node.hub.people if not user.startswith("staff-")]
        await not_new(node, user)
        sent = await say(peer, "buy my cups", room="teens")
        fields = {"room": "teens", "step": "notice", "reason": "spam", "message": sent["id"]}
        answers = []
        for token in (staff("t", band=Band.TEEN), staff("v", scopes=frozenset({Scope.TEEN_VETTED}))):
            async with Raw.upgraded(node.url) as mod:
                assert (await mod.ask("hello", token=token))["type"] == "welcome"
                answers.append(await mod.ask("sanction", **fields))
    assert [answer.get("code", answer["type"]) for answer in answers] == ["not_found", "sanctioned"]


@one_flavour
async def test_a_case_of_the_desk_is_a_ground_for_who_has_claimed_it(steady_engine: Engine) -> None:
    """A held message: its author, the findings of the filter, and an entry in the audit trail."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as peer,
        on_duty(node) as mod,
        on_duty(node, user="n") as other,
    ):
        held = await say(peer, "do you have snap? let's talk on telegram instead, just us")
        fields = {"room": "anxiety", "step": "notice", "reason": "probing", "case": held["id"]}
        unclaimed = await mod.ask("sanction", **fields)
        await mod.ask("claim", case=held["id"])
        not_mine = await other.ask("sanction", **fields)
        made = await mod.ask("sanction", **fields)
        trail = await node.services.review.audit.entries()
        (user,) = [user for user in node.hub.people if user not in ("m" * 22, "n" * 22)]
        (kept,) = await node.services.standing.history(user)
    assert held["state"] == "held"
    assert [unclaimed["type"], not_mine["type"]] == ["refused", "refused"]
    assert made["type"] == "sanctioned"
    assert [(entry.did, entry.case, entry.why) for entry in trail][-1] == ("sanction", held["id"], "notice,probing")
    assert str(next(iter(kept.proof.labels))) == "off_platform"


@one_flavour
async def test_while_the_filter_cannot_look_nobody_is_sanctioned(steady_engine: Engine) -> None:
    """It could be pain, and nobody would know (F45)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as peer, on_duty(node) as mod:
        sent = await say(peer, "hello")
        node.services.pipeline._budget = -1.0
        refused = await mod.ask("sanction", room="anxiety", step="notice", reason="spam", message=sent["id"])
    assert refused["code"] == "unavailable"


@one_flavour
async def test_who_is_told_never_learns_who_decided(steady_engine: Engine) -> None:
    """Nor does any id of a person leave the server."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as peer, on_duty(node, "anxiety") as mod:
        reply = await a_mute(mod, peer)
        notice = await next_event(peer, "notice")
        people = list(node.hub.people)
    assert len(people) == 2
    assert not any(user in str(notice) or user in str(reply) for user in people)


async def test_a_decision_its_person_could_not_be_told_is_told_by_the_repeat(engine: Engine) -> None:
    """A reminder holds against nobody, so that nothing else would ever tell it: the moderator hears `unavailable`."""
    async with node_on(engine.url) as node, talking(node, "anxiety") as peer:
        user, now = UserId(next(iter(node.hub.people))), node.services.backplane.engine_now_ms()
        made = Sanction(
            id=SanctionId("reminder-1"), step=Step.NOTICE, reason=Reason.SPAM, proof=Proof(CaseId("c1")),
            room="adult/anxiety", at=now, until=now, decided_by=PersonId("m"),
        )  # fmt: skip
        command = say_.Sanction(id=1, room="anxiety", step="notice", reason="spam", message="m1")
        ground = sanctioning.Ground(user, CaseId("c1"))
        engine.pause()
        try:
            away = await sanctioning.done(node.services, command, ground, made)
        finally:
            engine.resume()
        while isinstance(told := await sanctioning.done(node.services, command, ground, made), Refused):
            assert told.code == "unavailable"
        notice = await next_event(peer, "notice")
        while notice["code"] != "sanction":
            notice = await next_event(peer, "notice")
    assert isinstance(away, Refused)
    assert (away.code, away.retry) == ("unavailable", "later")
    assert (notice["sanction"], notice["step"]) == ("reminder-1", "notice")
