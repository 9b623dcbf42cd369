"""What falls due on the review desk when nobody decides, seen to by any node, once.

    look_after, once a second ──▶ what fell due, taken for a lease ──▶ owed?  settle it again (settling.py)
                                                                  └▶ a step of time: lapse, remind, escalate, expire,
                                                                     judge again, release

The filter looks at a message again before time releases it: what only the model doubted is shown after its minute, and
what a fault kept from being judged is shown as soon as the filter is well and passes it. Then the care that such words
are owed is paid, as it would have been at once: it is written into the case as a debt, with the step that found it, and
struck out when the card is in the author's inbox.

For one disclosure people are called by one clock: that of being held, where it runs (`escalate`).

Failure: a node that dies at any line has a lease on what it took, and nothing else; one that is slower than its lease
finds the case moved, and does nothing (`seen`). What is owed is paid by another, under the same id, so that twice is
once. The engine away, everything waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog

from chat import hosting
from chat.answers import room_named
from chat.asking import ask_for_person
from chat.auth import Identity
from chat.care import OPEN, UNSHOWN, desk, reader, save
from chat.careid import About, room_mark, seal
from chat.services import Services
from chat.settling import fit_to_show, judged_again, kept_out, offered, owing, settle, tell, tell_staff
from moderation import tidings
from moderation.cases import ENDED, Case, CaseKind, Debt, Resolution, State, Step
from moderation.deadlines import JUDGE_AFTER
from moderation.verdict import Action, Care, CareBand, CareKind, Verdict
from rooms.events import Band, RoomKey, UserId
from rooms.held import OPEN as OPEN_HOLDS
from rooms.scene import RowKind

log = structlog.get_logger("warmline.overdue")

# What follows, beside the word to the moderators, when nobody took a case of this kind in time.
ESCALATED: dict[CaseKind, Callable[[Services, Case], Awaitable[None]]] = {}


async def look_after(services: Services) -> None:
    """See to what has fallen due on the desk. Any node may; each thing is done once."""
    while True:
        dues = await services.review.due()
        for case in dues.cases:
            try:
                await see_to(services, case, dues.now)
            except OSError:  # the engine is away
                raise
            except Exception as fault:  # one case; those behind it are not to wait for it
                services.metrics.failed(type(fault).__name__)
                log.error("case_failed", kind=str(case.kind), state=str(case.state), fault=type(fault).__name__)
        if not dues.more:
            return


async def see_to(services: Services, case: Case, now: int) -> None:
    """What is due of one case."""
    if case.debt is not None:  # first: whatever keeps the rest from being done, help comes
        case = await pay(services, case)
    due = services.review.due_of(replace(case, debt=None))
    if case.owed:  # whoever was to do what follows has died, or could not
        await settle(services, case)
    elif due is not None and due.at <= now:
        await DUE.get(due.step, step_only)(services, case, due.step, now)


async def step_only(services: Services, case: Case, step: Step, now: int) -> None:
    """A step of time with nothing more to decide; then what follows from it."""
    stepped = await services.review.step(case.id, step, now, seen=case)
    if not isinstance(stepped, Case):
        return
    if step in (Step.LAPSE, Step.ESCALATE):
        tell_staff(services, stepped)
    if step is Step.ESCALATE and (follow := ESCALATED.get(case.kind)):
        await follow(services, stepped)
    if stepped.owed:
        await settle(services, stepped)


async def remind(services: Services, case: Case, step: Step, now: int) -> None:
    """Ten minutes: tell the author what they may do. Told first: a node that dies between tells again, as one event."""
    choices = ["rewrite", "withdraw", "wait"]
    says = tidings.of_message(case, "waiting")
    if await tell(services, case, "waiting", says, choices=choices, **await offered(services, case)):
        await services.review.step(case.id, step, now, seen=case)


async def escalate(services: Services, case: Case, step: Step, now: int) -> None:
    """Nobody has taken it in time: those on duty are told again. Not of somebody who is stayed with.

    Being held has a clock of its own (rooms/escalation.py), which started with the same words, at the same moment. It
    knows who was called, who is on shift, who is with them and what they wish; two clocks would call the same people
    twice, and go on calling when somebody is there. So where it runs, this one leaves the calling to it, and reminds
    after a day of a case that nobody has reviewed. Where it does not run (it could not be written), this one is all
    there is.
    """
    if case.kind is CaseKind.CRISIS and not case.stayed and await is_stayed_with(services, case):
        await services.review.step(case.id, Step.WEIGH, now, seen=case, stayed=True)
        return
    await step_only(services, case, step, now)


async def is_stayed_with(services: Services, case: Case) -> bool:
    """Whether the clock of being held runs for the person of a case, or ran for this case."""
    try:
        hold = await services.matchmaker.find(RowKind.HOLD, case.user)
    except OSError:
        return False
    return hold is not None and (hold.state in OPEN_HOLDS or hold.case == case.id)


async def judge_again(services: Services, case: Case, step: Step, now: int) -> None:
    """The filter looks again: at what it could not judge, and before time releases what the model alone held."""
    words = await services.review.words(case.id)
    verdict = await judged_again(services, case, words)
    if verdict.blind and step is Step.RELEASE:  # time releases nothing that the filter has not looked at again
        await services.review.put_off(case.id, now + JUDGE_AFTER)
        return
    passes = verdict.action in (Action.ALLOW, Action.MASK) and not hosting.is_hosts(services, case)
    doubt, debt = verdict.action is Action.HOLD and verdict.model_alone, owing(case, verdict)
    if not verdict.blind and (passes or (doubt and step is Step.RELEASE)):
        fit = fit_to_show(services, case, words, verdict, spare=False)
        if debt is not None and debt.band >= CareBand.HIGH:  # the case of the words ends, and the person has another
            debt = replace(debt, known=await told_of(services, case, debt, words.name))
        stepped = await services.review.step(
            case.id, Step.RELEASE, now, seen=case, words=fit, masked=fit.text != words.text, debt=debt
        )
    else:
        changes = {} if verdict.faulty else changed(case, verdict)
        stepped = await services.review.step(
            case.id, Step.JUDGE, now, seen=case, model_alone=doubt, debt=debt, **changes
        )
    if isinstance(stepped, Case):
        await settle(services, stepped)
        await pay(services, stepped)


async def told_of(services: Services, case: Case, debt: Debt, name: str) -> bool:
    """Whether a person of the team knows of somebody whose words no longer wait on the desk. Asked again: one case."""
    return await ask_for_person(services, person(case), RoomKey(case.room), care_of(debt), case.id, name=name)


def care_of(debt: Debt) -> Care:
    return Care(debt.band, CareKind(debt.kind) if debt.kind else None)


async def pay(services: Services, case: Case) -> Case:
    """The card that is owed for words which could not be judged when they were written; `deal`t nowhere else (R1).

    The debt stands until the card is in its author's inbox; the case as it stands then. Raises StoreAway.
    """
    debt = case.debt
    if debt is None:
        return case
    waits = case.state not in ENDED
    if not waits and debt.band >= CareBand.HIGH and not debt.known:
        name = (await services.review.words(case.id)).name
        debt = replace(debt, known=await told_of(services, case, debt, name))
    if await save(services, person(case), await card_of(services, case, debt)):
        services.metrics.cared(debt.band.word)
        paid = await services.review.step(case.id, Step.PAY, services.backplane.engine_now_ms())
        return paid if isinstance(paid, Case) else case
    return case


async def card_of(services: Services, case: Case, debt: Debt) -> dict[str, Any]:
    """The event of a card that is owed; always with the same id, and with what is true of the words by now."""
    room, identity, care = RoomKey(case.room), person(case), care_of(debt)
    shown = case.state is State.RELEASED or case.resolution in (Resolution.RELEASE, Resolution.MASK)
    heard = Action.HOLD.word if case.state not in ENDED else Action.ALLOW.word if shown else OPEN
    if heard == Action.ALLOW.word and await kept_out(services, case):
        heard = UNSHOWN
    card = services.cards.make(
        care,
        reader(identity, services.catalogue.at(room)),
        id=seal(services.secret, identity.user, About(care, room=room_mark(room)), case.id),
        now=services.wall(),
        heard=heard,
        told=debt.known,
        desk=desk(services, identity),
    )
    return {"about": room_named(room), "card": card}


def person(case: Case) -> Identity:
    """The author of a message that waits, as far as the case knows them."""
    waiting = case.waiting
    return Identity(
        user=UserId(case.user),
        band=Band(case.band),
        country=(waiting.country or None) if waiting else None,
        language=(waiting.language or None) if waiting else None,
        expires=0.0,
    )


def changed(case: Case, verdict: Verdict) -> dict[str, Any]:
    """What a new look at the words makes of a case."""
    crisis = verdict.care.band >= CareBand.HIGH
    return {
        "kind": CaseKind.CRISIS if crisis else CaseKind.HELD,
        "rules": tuple(finding.rule for finding in verdict.findings),
        "care": max(case.care, verdict.care.band),
        "care_kind": str(verdict.care.kind or case.care_kind),
    }


Due = Callable[[Services, Case, Step, int], Awaitable[None]]
DUE: dict[Step, Due] = {
    Step.REMIND: remind,
    Step.ESCALATE: escalate,
    Step.JUDGE: judge_again,
    Step.RELEASE: judge_again,
}
