"""What becomes of what was said: edit, take back, react.

An edit is judged like new words (X33). What is taken back is gone from the log, from history and from every node's
ring; one script replaces the entry and appends the event that tells of it. Only the author may change words; who keeps
the room safe may take them back. What is another's is `not_found`, as if it were not there.
"""

from __future__ import annotations

from typing import Any

from chat import commands as say
from chat import wire
from chat.auth import event_id
from chat.care import care_for
from chat.connection import Call, Connection, Membership
from chat.legible import fault_in
from chat.replies import Code, Reacted, Redacted, Refused, Sent
from chat.services import Services
from chat.speech import SAYS, Spoken, outcome_of, sent, submission, withheld, worn
from chat.talk import absent, engine_away, refused
from moderation.verdict import Action
from rooms.backplane import Commit, Committed, Outcome
from rooms.backplane import Refused as Declined
from rooms.events import Entry, EventId, Kind, Role


async def edit(services: Services, connection: Connection, command: say.Edit, call: Call) -> Sent | Refused:
    """Say it differently. The new words pass the same filter as any others (X33)."""
    found = await own_entry(services, connection, command)
    if isinstance(found, Refused):
        return found
    place, entry = found
    if fault := fault_in(command.text, services.settings.limits.text):
        return refused(command.id, fault[0], fault[1], path="text")
    id = event_id(services.secret, place.member.user, place.key, "edit", command.key)
    judged = submission(services, connection, place, command.text, key=id, kind="edit")
    one = Spoken(call, place, id, judged)
    verdict = services.pipeline.judge(judged, services.ticks())
    services.metrics.judged("edit", verdict.action.word)
    if cards := care_for(services, connection, place, command.room, id, verdict):
        await services.backplane.submit(cards)
    if verdict.action not in (Action.ALLOW, Action.MASK):
        return await withheld(services, one, verdict)
    masked = verdict.action is Action.MASK
    amended = wire.unbody(entry.body) | {"text": verdict.text, "edited": True}
    amended.pop("masked", None)
    told: dict[str, Any] = {"message": command.message, "from": worn(place.member), "text": verdict.text}
    if masked:
        amended["masked"] = told["masked"] = True
    commit = Commit(
        room=place.key,
        id=id,
        kind=Kind.EDITED,
        author=place.member.user,
        body=wire.body(told),
        outcome=outcome_of(verdict),
        target=EventId(command.message),
        amended=wire.body(amended),
    )
    return sent(command, id, (await services.backplane.submit([commit]))[0])


async def redact(services: Services, connection: Connection, command: say.Redact, call: Call) -> Redacted | Refused:
    """Take words back, everywhere they are kept. The author may, and so may who keeps the room safe."""
    found = await own_entry(services, connection, command, staff=True)
    if isinstance(found, Refused):
        return found
    place, entry = found
    id = event_id(services.secret, place.member.user, place.key, "redact", command.key)
    told = {"message": command.message, "by": "author" if entry.author == place.member.user else "moderator"}
    commit = Commit(
        room=place.key,
        id=id,
        kind=Kind.REDACTED,
        author=place.member.user,
        body=wire.body(told),
        target=EventId(command.message),
    )
    outcome = (await services.backplane.submit([commit]))[0]
    if not isinstance(outcome, Committed):
        return declined(command.id, outcome)
    return Redacted(
        re=command.id,
        room=command.room,
        message=command.message,
        cursor=outcome.position.cursor,
        repeated=outcome.repeated,
    )


async def react(services: Services, connection: Connection, command: say.React, call: Call) -> Reacted | Refused:
    """Answer a message with support. There is no way to answer it with anything else (F6, R7)."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    if command.reaction not in say.REACTIONS:
        says = f"`reaction` must be one of: {', '.join(sorted(say.REACTIONS))}."
        return refused(command.id, Code.BAD_REQUEST, says, path="reaction")
    if await services.backplane.entry(place.key, EventId(command.message)) is None:
        return refused(command.id, Code.NOT_FOUND, "That message is not here any more.", path="message")
    key = command.key or services.fresh()
    id = event_id(services.secret, place.member.user, place.key, "react", key)
    told = {
        "message": command.message,
        "reaction": command.reaction,
        "on": command.on,
        "from": worn(place.member),
    }
    commit = Commit(room=place.key, id=id, kind=Kind.REACTED, author=place.member.user, body=wire.body(told))
    outcome = (await services.backplane.submit([commit]))[0]
    if not isinstance(outcome, Committed):
        return declined(command.id, outcome)
    return Reacted(
        re=command.id,
        room=command.room,
        message=command.message,
        reaction=command.reaction,
        on=command.on,
        cursor=outcome.position.cursor,
        repeated=outcome.repeated,
    )


async def own_entry(
    services: Services, connection: Connection, command: say.Edit | say.Redact, *, staff: bool = False
) -> tuple[Membership, Entry] | Refused:
    """The message to change, if it is there and this person may change it. What is another's is `not_found`."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    entry = await services.backplane.entry(place.key, EventId(command.message))
    keeper = staff and place.member.role in (Role.MODERATOR, Role.SUPERVISOR, Role.OPERATOR)
    if entry is None or entry.kind != Kind.MESSAGE or not (keeper or entry.author == place.member.user):
        return refused(command.id, Code.NOT_FOUND, "You have no such message here.", path="message")
    return place, entry


def declined(re: int, outcome: Outcome) -> Refused:
    """The reply to a change that was not committed."""
    if isinstance(outcome, Declined):
        return refused(re, outcome.refusal, SAYS.get(outcome.refusal, "That can't be done here."))
    return engine_away(re)
