"""Words on their way to other people: send and check; what else carries words (amends.py) is judged in the same way.

    prepare ──▶ judge_all (the whole tick at once) ──▶ settle ──▶ commit (one pipeline) ──▶ reply
                                                        ├─ care: the author's private card, whatever the action
                                                        └─ held or stopped: first look the key up, then say so

Nothing here fans out. A word reaches others only as a log entry that comes back from the engine, and a log entry is
made only from a verdict that allows or masks. Care is paid before any refusal and never worsens one (R1). Every
submission ends in exactly one of delivered, masked, held, refused, and its author is told which (R2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chat import commands as say
from chat import wire
from chat.auth import event_id
from chat.care import care_for, deal
from chat.connection import Call, Connection, Membership
from chat.legible import fault_in
from chat.replies import Checked, Code, Refused, Sent
from chat.services import Services
from chat.talk import absent, engine_away, finish, internal, refused, who
from moderation.review import Held
from moderation.verdict import Action, Finding, Submission, Verdict
from rooms.backplane import Commit, Committed, Guard, Outcome
from rooms.backplane import Refused as Declined
from rooms.events import Entry, EventId, Kind, Member, Refusal
from rooms.topics import refusal_to_post, slow_gap

SAYS = {
    Refusal.TOO_SOON: "This room goes slowly on purpose. You can write again in a moment; your words are still here.",
    Refusal.MUTED: "You can't write in this room right now.",
    Refusal.CLOSED: "This room is closed for now.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A command with words in it, ready to be judged."""

    call: Call
    place: Membership
    id: EventId
    submission: Submission

    @property
    def connection(self) -> Connection:
        return self.call.connection


def prepare(services: Services, call: Call) -> Spoken | Refused:
    """Everything that can be said about `send` and `check` without looking at the meaning of the words."""
    command, connection = call.command, call.connection
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    if fault := fault_in(command.text, services.settings.limits.text):
        return refused(command.id, fault[0], fault[1], path="text")
    dry = isinstance(command, say.Check)
    if not dry and not say.THEMES.issuperset(command.notes):
        says = f"`notes` takes: {', '.join(sorted(say.THEMES))}."
        return refused(command.id, Code.BAD_REQUEST, says, path="notes")
    key = "" if dry else command.key
    user = place.member.user
    id = EventId("") if dry else event_id(services.secret, user, place.key, "send", key)
    reply = not dry and command.reply_to is not None
    judged = submission(services, connection, place, command.text, key=id, dry=dry, is_reply=reply)
    return Spoken(call, place, id, judged)


def submission(
    services: Services,
    connection: Connection,
    place: Membership,
    text: str,
    *,
    key: str,
    dry: bool = False,
    kind: str = "message",
    is_reply: bool = False,
) -> Submission:
    """What the filter is given: the words, and the context they stand in. It never learns of rooms."""
    identity = who(connection)
    person = services.hub.people.get(identity.user)
    return Submission(
        text=text,
        lane=place.key,
        author=identity.user,
        kind=kind,
        pack=place.topic.pack if place.topic else "general",
        key=key,
        role=str(place.member.role),
        band=str(identity.band),
        is_reply=is_reply,
        dry=dry,
        recent=person.words(place.key) if person else (),
        names=names_in(services, place),
    )


def names_in(services: Services, place: Membership) -> frozenset[str]:
    """The names worn in a room now: addressing somebody by theirs is not giving away a handle."""
    roster = services.presence.roster(place.key)
    room = services.hub.rooms.get(place.key)
    if room is None:
        return frozenset()
    if room.names[0] != roster.version:
        room.names = (roster.version, frozenset(member.name for member in roster.members))
    return room.names[1]


def speak(services: Services, spoken: Sequence[Spoken], now: float) -> None:
    """Judge one tick's words together, and send each on its way."""
    verdicts = services.pipeline.judge_all(in_turn(spoken), now)
    commits: list[Commit] = []
    waiting: list[tuple[Spoken, int]] = []  # and where its commit stands
    cards: list[tuple[Spoken, Verdict, int]] = []  # likewise
    for one, verdict in zip(spoken, verdicts, strict=True):
        services.metrics.judged(one.submission.kind, verdict.action.word)
        if one.submission.dry:
            finish(services, one.call, checked(one.call.command.id, verdict))
            continue
        if card := care_for(services, one.connection, one.place, one.call.command.room, one.id, verdict):
            cards.append((one, verdict, len(commits)))
            commits += card
        refusal = refusal_to_post(one.place.topic, one.place.member)
        if refusal is not None:
            finish(services, one.call, refused(one.call.command.id, refusal, SAYS[refusal]))
        elif verdict.action in (Action.ALLOW, Action.MASK):
            waiting.append((one, len(commits)))
            commits.append(message_of(services, one, verdict))
            person = services.hub.people.get(one.place.member.user)
            if person is not None:
                person.said(one.place.key, one.id, one.submission.text)
        else:
            services.spawn(withhold(services, one, verdict))
    if commits:
        done = services.backplane.submit(commits)
        done.add_done_callback(lambda done: conclude(services, waiting, cards, done.result()))


def in_turn(spoken: Sequence[Spoken]) -> list[Submission]:
    """What to judge, each knowing what its author said just before it in the same tick (X32)."""
    said: dict[tuple[str, str], tuple[str, ...]] = {}
    found = []
    for one in spoken:
        judged = one.submission
        author = (judged.author, judged.lane)
        before = said.get(author, ())
        if not judged.dry:
            said[author] = (*before, judged.text)
        found.append(replace(judged, recent=(*judged.recent, *before)) if before else judged)
    return found


def message_of(services: Services, one: Spoken, verdict: Verdict) -> Commit:
    """The commit of a message that may be seen."""
    command = one.call.command
    place = one.place
    told: dict[str, Any] = {"from": worn(place.member), "text": verdict.text}
    if command.reply_to:
        told["reply_to"] = command.reply_to
    if command.notes:
        told["notes"] = command.notes
    if verdict.action is Action.MASK:
        told["masked"] = True
    topic = place.topic
    enabled = services.settings.limits.enabled
    gap = slow_gap(topic, place.member.role, enabled=enabled) if topic else 0
    return Commit(
        room=place.key,
        id=one.id,
        kind=Kind.MESSAGE,
        author=place.member.user,
        body=wire.body(told),
        outcome=outcome_of(verdict),
        guard=Guard(slow_ms=gap),
    )


def outcome_of(verdict: Verdict) -> bytes:
    """What a repeat of the same key will be told: nothing is kept for words delivered as they were."""
    if verdict.action is not Action.MASK:
        return b""
    return wire.body({"state": "masked", "text": verdict.text, "findings": findings(verdict.findings)})


def conclude(
    services: Services,
    waiting: list[tuple[Spoken, int]],
    cards: list[tuple[Spoken, Verdict, int]],
    outcomes: list[Outcome],
) -> None:
    """Answer those whose commits have come back, and hand over the cards that could not be saved."""
    for one, place in waiting:
        finish(services, one.call, sent(one.call.command, one.id, outcomes[place]))
    for one, verdict, place in cards:
        if not isinstance(outcomes[place], Committed):
            deal(services, one.connection, one.place, one.call.command.room, one.id, verdict)


def sent(command: say.Send | say.Edit, id: EventId, outcome: Outcome) -> Sent | Refused:
    """The reply to words that were committed, or were not."""
    if isinstance(outcome, Committed):
        kept = wire.unbody(outcome.outcome) if outcome.outcome else {"state": "delivered"}
        return Sent(
            re=command.id,
            room=command.room,
            id=id,
            cursor=outcome.position.cursor,
            at=wire.timestamp(outcome.at),
            kept="stored",
            repeated=outcome.repeated,
            **kept,
        )
    if isinstance(outcome, Declined):
        again = outcome.retry_after
        return refused(
            command.id,
            outcome.refusal,
            SAYS.get(outcome.refusal, "That can't be done here."),
            retry="later" if again else "never",
            retry_after=again,
        )
    return engine_away(command.id)


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


async def hold(services: Services, one: Spoken, verdict: Verdict) -> Sent | Refused:
    """Put words aside for a person to look at; the author is told at once (F26). A retry finds the same one."""
    command, member = one.call.command, one.place.member
    at = services.backplane.engine_now_ms()
    held = Held(
        id=one.id,
        room=one.place.key,
        user=member.user,
        alias=member.alias,
        name=member.name,
        kind=one.submission.kind,
        text=services.pipeline.packs[one.submission.pack].masked(command.text, verdict.findings),
        at=at,
        rules=tuple(finding.rule for finding in verdict.findings),
        care=verdict.care.band,
        faulty=verdict.faulty,
    )
    try:
        fresh = await services.review.hold(held)
    except OSError:  # the store is away: nothing was kept, so nothing may be promised
        return engine_away(command.id)
    return Sent(
        re=command.id,
        room=command.room,
        id=one.id,
        at=wire.timestamp(at),
        state="held",
        kept="stored",
        findings=findings(verdict.findings),
        says=verdict.says,
        repeated=not fresh,
    )


def checked(re: int, verdict: Verdict) -> Checked:
    """See before send: the same verdict, and nothing kept (F22)."""
    care: dict[str, Any] = {"band": verdict.care.band.word}
    if verdict.care.kind is not None:
        care["kind"] = str(verdict.care.kind)
    return Checked(
        re=re,
        action=verdict.action.word,
        care=care,
        findings=findings(verdict.findings),
        text=verdict.text if verdict.action is Action.MASK else None,
        suggestion=verdict.suggestion,
        says=verdict.says or None,
    )


def findings(found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as the author sees them: no score, no rule that only adds care."""
    return [
        {"rule": one.rule, "label": one.label, "span": list(one.span), "says": one.says} for one in found if one.says
    ]


async def answer(services: Services, connection: Connection, command: say.Send, call: Call) -> Sent | Refused | None:
    """A message that answers another: the other must be there, so that no free words travel as its id."""
    one = prepare(services, call)
    if isinstance(one, Refused):
        return one
    if await message(services, one.place, command.reply_to or "") is None:
        if (before := await first_outcome(services, one.place, one.id)) is not None:
            return sent(command, one.id, before)
        return refused(command.id, Code.NOT_FOUND, "The message you answer is not here any more.", path="reply_to")
    speak(services, [one], services.ticks())
    return None  # answered when its commit is back


async def message(services: Services, place: Membership, id: str) -> Entry | None:
    """The message of that id, if it was said in this room and not taken back. Raises EngineAway."""
    entry = await services.backplane.entry(place.key, EventId(id))
    return entry if entry is not None and entry.kind == Kind.MESSAGE else None


async def first_outcome(services: Services, place: Membership, id: EventId) -> Committed | None:
    """What became of a key that was used before, None for a new one. Raises EngineAway."""
    return (await services.backplane.lookup(place.key, [id]))[0]


def worn(member: Member) -> dict[str, str]:
    """Who said it, as the room knows them."""
    return {"alias_id": member.alias, "name": member.name, "role": str(member.role)}
