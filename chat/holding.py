"""Words that wait for a person: put aside, taken back by their author, told anew after a reconnect.

    hold ──▶ a case of the review desk (moderation/cases.py), with the words masked ──▶ the key is put aside in its room
    withdraw ──▶ the case ends, nobody reads the words any more; who may be in danger stays on the desk

A held message has a case of its own id. In its room the key is *put aside*: from then on a repeat of it, on any node
and whatever the filter says by then, is answered as the first one was, until the case ends (rooms/lua/aside.lua). The
case is kept first: a node that dies between the two has promised nothing yet, and the repeat does both again.

Failure: the store away: nothing was kept, so nothing is promised; the author keeps words and key.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chat import commands as say
from chat import wire
from chat.answers import engine_away, refused, room_named, who
from chat.asking import ask_for_person
from chat.auth import Identity
from chat.connection import Connection
from chat.disclosing import by_model_alone, said
from chat.outcomes import findings, first_outcome, sent
from chat.replies import Code, Refused, Sent, Withdrawn
from chat.services import Services
from chat.settling import DELIVERED, aside_for, judged_again, named, owing, pack_of, settle, spoken, tell_staff
from chat.spoken import Spoken
from moderation import tidings
from moderation.cases import ENDED, Case, CaseKind, No, State, Step, Waiting, Words
from moderation.review import Gone
from moderation.verdict import Care, CareBand, CareKind, Verdict
from rooms.events import EventId, RoomKey


async def hold(services: Services, one: Spoken, verdict: Verdict) -> Sent | Refused:
    """Put words aside for a person to look at; the author is told at once (F26). A retry finds the same one."""
    command = one.call.command
    told = {"state": "held", "findings": findings(verdict.findings), "says": verdict.says}
    if verdict.suggestion:
        told["suggestion"] = verdict.suggestion
    try:
        at = services.backplane.engine_now_ms()
        opened = await services.review.open(case_of(one, verdict, at), words_of(services, one, verdict))
        if opened.case.state in ENDED:
            await settle(services, opened.case)
            before = await first_outcome(services, one.place, one.id)
            return sent(command, one.id, before) if before else after_the_end(services, command, opened.case)
        first = await services.backplane.put_aside(one.place.key, one.id, wire.body(told), aside_for(services))
        if not first.aside:  # delivered meanwhile, through another device: nobody need look at this
            await withdrawn(services, opened.case.id, Step.WITHDRAW, reason=DELIVERED)
        elif opened.fresh:
            tell_staff(services, opened.case)
        if verdict.care.band >= CareBand.HIGH and opened.fresh:
            services.spawn(stay(services, one, verdict))
    except OSError:  # the store is away: nothing was kept, so nothing may be promised
        return engine_away(command.id)
    return sent(command, one.id, replace(first, repeated=first.repeated or not opened.fresh))


async def stay(services: Services, one: Spoken, verdict: Verdict) -> None:
    """Who wrote it may be in danger: they are stayed with, and the held message is their case. Never raises."""
    alone = by_model_alone(verdict)
    try:
        await said(services, who(one.connection), one.place.key, verdict.care, one.id, model_alone=alone)
    except Exception as fault:  # one message, not the node
        services.metrics.failed(type(fault).__name__)


def case_of(one: Spoken, verdict: Verdict, at: int) -> Case:
    """The case of a held message. Somebody who may be in danger comes first, whatever the words were held for."""
    member, command, identity = one.place.member, one.call.command, who(one.connection)
    kind = CaseKind.FAULT if verdict.faulty else CaseKind.HELD
    target = command.message if isinstance(command, say.Edit) else ""
    notes = tuple(command.notes) if isinstance(command, say.Send) else ()
    return Case(
        id=one.id,
        kind=CaseKind.CRISIS if verdict.care.band >= CareBand.HIGH else kind,
        band=one.submission.band if one.place.topic is None else str(one.place.topic.band),
        room=one.place.key,
        user=member.user,
        at=at,
        about=one.id,
        rules=tuple(finding.rule for finding in verdict.findings),
        care=verdict.care.band,
        care_kind=str(verdict.care.kind or ""),
        model_alone=verdict.model_alone,
        waiting=Waiting(
            alias=member.alias,
            country=identity.country or "",
            language=identity.language or "",
            role=str(member.role),
            kind=one.submission.kind,
            pack=one.submission.pack,
            reply_to=getattr(command, "reply_to", None) or "",
            notes=notes,
            target=target,
        ),
    )


def words_of(services: Services, one: Spoken, verdict: Verdict) -> Words:
    """What the moderator will read: without what could lead to a person."""
    pack = pack_of(services, one.submission.pack)
    return Words(text=pack.masked(one.submission.text, verdict.findings), name=one.place.member.name)


def after_the_end(services: Services, command: Any, case: Case) -> Refused:
    """The answer to a key whose held message has been decided, taken back or let go."""
    says = spoken(services, case, [tidings.SAYS[named(case)]])
    return refused(command.id, Code.STOPPED, says, repeated=True)


async def withdraw(services: Services, connection: Connection, command: say.Withdraw) -> Withdrawn | Refused:
    """The author takes a held message back; `instead` names what was written in its place."""
    identity = who(connection)
    case = await services.review.find(command.request)
    if case is None or case.user != identity.user or case.waiting is None:
        return no_such(command)
    debt = case.debt
    if case.state not in ENDED:
        if not await still_seen(services, identity, case):
            return engine_away(command.id)
        debt = owing(case, await judged_again(services, case, await services.review.words(case.id))) or debt
    ended = await withdrawn(services, case.id, Step.REWRITE if command.instead else Step.WITHDRAW, debt=debt)
    if isinstance(ended, Case):
        return Withdrawn(re=command.id, request=command.request)
    case = await services.review.find(command.request)
    if case is not None and case.state in (State.WITHDRAWN, State.REWRITTEN):
        return Withdrawn(re=command.id, request=command.request, repeated=True)
    return refused(command.id, Code.CLOSED, "This was decided already.", path="request")


async def still_seen(services: Services, identity: Identity, case: Case) -> bool:
    """Whether who may be in danger is on the desk also without their words. False: not now, ask again."""
    if case.care < CareBand.HIGH:
        return True
    care = Care(case.care, CareKind(case.care_kind) if case.care_kind else None)
    name = (await services.review.words(case.id)).name
    return await ask_for_person(services, identity, RoomKey(case.room), care, case.id, name=name)


async def withdrawn(services: Services, id: str, step: Step, **changes: Any) -> Case | No | Gone:
    """End a case for its author, and do what follows. What the words are owed that were never judged is still owed."""
    ended = await services.review.step(id, step, services.backplane.engine_now_ms(), **changes)
    if isinstance(ended, Case):
        await settle(services, ended)
    return ended


def no_such(command: say.Withdraw) -> Refused:
    """The one answer for what is not there and for what is another's."""
    return refused(command.id, Code.NOT_FOUND, "Nothing of yours waits under this id.", path="request")


async def held_items(services: Services, identity: Identity) -> list[dict[str, Any]]:
    """What of this person's waits for somebody to look at it, for `welcome.now`."""
    return [
        {
            "type": "held",
            "id": EventId(case.id),
            "about": room_named(case.room),
            "at": wire.timestamp(case.at),
            "says": "Someone is still looking at this. You can wait, take it back, or write it again in other words.",
        }
        for case in await services.review.held_by(identity.user)
    ]
