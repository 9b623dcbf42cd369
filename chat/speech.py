"""Words on their way to other people: send and check; what else carries words (amends.py) is judged in the same way.

    prepare ──▶ turns.judge (the whole tick at once) ──▶ go_on: commit (one pipeline) ──▶ reply
                   └─ unsure: later, alone (turns.py)       ├─ care: the author's private card, whatever the action
                                                            └─ held or stopped: first look the key up, then say so

Nothing here fans out. A word reaches others only as a log entry that comes back from the engine, and a log entry is
made only from a verdict that allows or masks. Care is paid before any refusal and never worsens one (R1). Every
submission ends in exactly one of delivered, masked, held, refused, and its author is told which (R2).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from chat import ages, care, conduct, entrusting, hosting, marking, probing, wire
from chat import commands as say
from chat.answers import engine_away, finish, internal, refused, worn
from chat.care import care_for, deal
from chat.connection import Call, Connection
from chat.holding import hold
from chat.outcomes import SAYS, checked, findings, first_outcome, message, outcome_of, sent, word_of
from chat.replies import Code, Refused, Sent
from chat.services import Services
from chat.spoken import Spoken, prepare
from moderation.verdict import Action, CareBand, Verdict
from rooms.backplane import Commit, Committed, Guard, Outcome
from rooms.events import Kind
from rooms.topics import SPARED, refusal_to_post, slow_gap


def speak(services: Services, spoken: Sequence[Spoken], now: float) -> None:
    """Judge one tick's words together, and send each on its way; what the filter is unsure of, when it knows."""
    services.turns.judge(spoken, partial(go_on, services), now)


def go_on(services: Services, judged: Sequence[tuple[Spoken, Verdict]]) -> None:
    """Send judged words on their way. What fails here is answered, whoever called."""
    try:
        send_on(services, judged)
    except Exception as fault:
        for one, _ in judged:
            if one.call.slot.frame is None:
                finish(services, one.call, internal(services, one.call.command, fault))


def send_on(services: Services, judged: Sequence[tuple[Spoken, Verdict]]) -> None:
    """What more than the filter has to say of words, some of it after a while; then each on its way."""
    known: list[tuple[Spoken, Verdict]] = []
    for one, verdict in judged:
        verdict = entrusting.looked_at(services, one, verdict)
        verdict = hosting.looked_at(services, one, probing.looked_at(services, one, verdict))
        ages.noticed(services, one, verdict)
        if hosting.asks(services, one, verdict):
            services.spawn(ask_first(services, one, verdict))
        else:
            known.append((one, verdict))
    carry(services, known)


async def ask_first(services: Services, one: Spoken, verdict: Verdict) -> None:
    """Words whose author may be new in a teen room: as soon as the store knows, behind what they wrote before."""
    reply: Refused
    try:
        async with services.company.line(one.place.member.user, one.place.key):
            held: list[Coroutine[Any, Any, None]] = []
            carry(services, [(one, await hosting.first_looked_at(services, one, verdict))], held.append)
            for work in held:
                await work
            return
    except OSError:
        reply = engine_away(one.call.command.id)
    except Exception as fault:  # one message, not the node
        reply = internal(services, one.call.command, fault)
    if one.call.slot.frame is None:
        finish(services, one.call, reply)


def carry(
    services: Services,
    judged: Sequence[tuple[Spoken, Verdict]],
    aside: Callable[[Coroutine[Any, Any, None]], object] | None = None,
) -> None:
    """To the room, to the desk or back to its author: each in its order. `aside` takes on what goes to the desk."""
    commits: list[Commit] = []
    waiting: list[tuple[Spoken, int]] = []  # and where its commit stands
    cards: list[tuple[Spoken, Verdict, int]] = []  # likewise
    for one, verdict in judged:
        services.metrics.judged(one.submission.kind, verdict.action.word)
        if one.submission.dry:
            finish(services, one.call, checked(one.call.command.id, verdict))
            continue
        barred = unspoken(services, one, verdict)
        heard = heard_of(services, one, verdict, barred)
        if card := care_for(services, one.connection, one.place, one.call.command.room, one.id, verdict, heard=heard):
            cards.append((one, verdict, len(commits)))
            commits += card
        if barred is not None:
            finish(services, one.call, barred)
        elif verdict.action in (Action.ALLOW, Action.MASK):
            waiting.append((one, len(commits)))
            commits.append(message_of(services, one, verdict))
            person = services.hub.people.get(one.place.member.user)
            if person is not None:
                person.said(one.place.key, one.id, one.submission.text, services.ticks())
        else:
            (aside or services.spawn)(withhold(services, one, verdict))
    if commits:
        began = services.ticks()
        done = services.backplane.submit(commits)
        done.add_done_callback(lambda done: conclude(services, waiting, cards, done.result(), began))


def unspoken(services: Services, one: Spoken, verdict: Verdict) -> Refused | None:
    """Why this person may not speak here now, whatever they say; None where they may, or need help."""
    refusal = refusal_to_post(one.place.topic, one.place.member)
    if refusal is not None:
        return refused(one.call.command.id, refusal, SAYS[refusal])
    re = one.call.command.id
    said_no = conduct.silenced(services, re, one.place) or hosting.closed(services, re, one.place, verdict)
    return said_no or entrusting.unread(one, verdict)


def heard_of(services: Services, one: Spoken, verdict: Verdict, barred: Refused | None) -> str:
    """What the card may say became of the message. Nothing where the engine may still say that it came too soon."""
    if barred is not None:
        return care.UNSHOWN
    if verdict.action in (Action.ALLOW, Action.MASK) and gap_for(services, one, verdict) > 0:
        return care.OPEN
    return verdict.action.word


def gap_for(services: Services, one: Spoken, verdict: Verdict) -> int:
    """Milliseconds this person leaves between two messages here; who is in distress does not wait (R1)."""
    if verdict.care.band >= CareBand.CONCERN:
        return SPARED
    topic = one.place.topic
    enabled = services.settings.limits.enabled
    gap = slow_gap(topic, one.place.member.role, enabled=enabled) if topic else 0
    return max(gap, conduct.gap(services, one.place))


def message_of(services: Services, one: Spoken, verdict: Verdict) -> Commit:
    """The commit of a message that may be seen."""
    command = one.call.command
    place = one.place
    told: dict[str, Any] = {"from": worn(place.member), "text": verdict.text}
    if command.reply_to:
        told["reply_to"] = command.reply_to
    if command.notes:
        told["notes"] = command.notes
    if entrusting.is_entrusted(one):
        told["to"] = entrusting.RESPONDER
    if verdict.action is Action.MASK:
        told["masked"] = True
    return Commit(
        room=place.key,
        id=one.id,
        kind=Kind.MESSAGE,
        author=place.member.user,
        body=wire.body(told),
        outcome=outcome_of(verdict),
        guard=Guard(slow_ms=gap_for(services, one, verdict)),
    )


def conclude(
    services: Services,
    waiting: list[tuple[Spoken, int]],
    cards: list[tuple[Spoken, Verdict, int]],
    outcomes: list[Outcome],
    began: float,
) -> None:
    """Answer those whose commits have come back, and hand over the cards that could not be saved."""
    services.metrics.committing_took(services.ticks() - began)
    for one, place in waiting:
        services.metrics.committed(word_of(outcomes[place]))
        finish(services, one.call, sent(one.call.command, one.id, outcomes[place]))
        if one.place.session or services.company.holds(one.place.member.user):
            if isinstance(done := outcomes[place], Committed) and not done.repeated:
                marking.spoke(services, one.place, done.position.seq)
    for one, verdict, place in cards:
        if not isinstance(outcomes[place], Committed):
            deal(services, one.connection, one.place, one.call.command.room, one.id, verdict)


# what does not reach others


async def withhold(services: Services, one: Spoken, verdict: Verdict) -> None:
    """Answer what was held or stopped, unless the same key was delivered before: then that stays true."""
    reply: Sent | Refused
    try:
        reply = await withheld(services, one, verdict)
    except OSError:  # the store is away: whether the key was delivered before cannot be known now
        reply = engine_away(one.call.command.id)
    except Exception as fault:  # one message, not the node
        reply = internal(services, one.call.command, fault)
    finish(services, one.call, reply)


async def withheld(services: Services, one: Spoken, verdict: Verdict) -> Sent | Refused:
    """The reply to words that nobody else will see, or not yet."""
    command = one.call.command
    if (before := await first_outcome(services, one.place, one.id)) is not None:
        return sent(command, one.id, before)
    if verdict.action is Action.BLOCK:
        return Refused(
            re=command.id,
            code=Code.STOPPED,
            says=verdict.says,
            retry="never",
            findings=findings(verdict.findings),
            suggestion=verdict.suggestion,
        )
    return await hold(services, one, verdict)


async def answer(services: Services, connection: Connection, command: say.Send, call: Call) -> Sent | Refused | None:
    """A message that answers another: the other must be there, so that no free words travel as its id. Or one for the
    responder only, who must be there as well.
    """
    one = await entrusting.entrust(services, call) if command.to_responder else prepare(services, call)
    if isinstance(one, Refused):
        return one
    if command.reply_to is None:
        speak(services, [one], services.ticks())
        return None
    answered = await message(services, one.place, command.reply_to or "")
    if answered is None:
        if (before := await first_outcome(services, one.place, one.id)) is not None:
            return sent(command, one.id, before)
        return refused(command.id, Code.NOT_FOUND, "The message you answer is not here any more.", path="reply_to")
    towards = replace(one.submission, towards=str(answered.author))
    speak(services, [replace(one, submission=towards)], services.ticks())
    return None  # answered when its commit is back
