"""What becomes of what was said: edit, take back, react.

An edit is judged like new words (X33). What is taken back is gone from the log, from history and from every node's
ring; one script replaces the entry and appends the event that tells of it. Only the author may change words; who keeps
the room safe may take them back. What is another's is `not_found`, as if it were not there. Before anything is said to
be gone the key is looked up: a change that was made before is answered as it was then, whatever became of the message.
"""

from __future__ import annotations

from typing import Any

from chat import commands as say
from chat import conduct, entrusting, hosting, probing, wire
from chat.answers import absent, refused, worn
from chat.auth import event_id
from chat.care import UNSHOWN, care_for, deal
from chat.connection import Call, Connection
from chat.legible import fault_in
from chat.outcomes import declined, first_outcome, message, outcome_of, sent
from chat.replies import Code, Reacted, Redacted, Refused, Sent
from chat.services import Services
from chat.speech import withheld
from chat.spoken import Spoken, submission
from moderation.verdict import Action
from rooms.backplane import Commit, Committed, Outcome
from rooms.events import Entry, EventId, Kind, Role

# Who may take back what another person said. Responders may not: they care for the person, not for the room.
MODERATING = frozenset({Role.MODERATOR, Role.SUPERVISOR, Role.OPERATOR})

Done = Redacted | Reacted | Refused


async def edit(services: Services, connection: Connection, command: say.Edit, call: Call) -> Sent | Refused:
    """Say it differently. The new words pass the same filter as any others (X33)."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    if fault := fault_in(command.text, services.settings.limits.text):
        return refused(command.id, fault[0], fault[1], path="text")
    id = event_id(services.secret, place.member.user, place.key, "edit", command.key)
    entry = await message(services, place, command.message)
    if entry is None or entry.author != place.member.user:
        before = await first_outcome(services, place, id)
        return gone(command) if before is None else sent(command, id, before)
    judged = submission(services, connection, place, command.text, key=id, kind="edit")
    one = Spoken(call, place, id, judged)
    verdict = probing.looked_at(services, one, await services.turns.judged(judged), edits=entry)
    verdict = entrusting.looked_at(services, one, verdict, entry)
    verdict = await hosting.first_looked_at(services, one, hosting.looked_at(services, one, verdict))
    services.metrics.judged("edit", verdict.action.word)
    barred = conduct.silenced(services, command.id, place) or hosting.closed(services, command.id, place, verdict)
    barred = barred or entrusting.unread(one, verdict, entry)
    heard = UNSHOWN if barred else ""
    if cards := care_for(services, connection, place, command.room, id, verdict, heard=heard):
        outcomes = await services.backplane.submit(cards)
        if not isinstance(outcomes[0], Committed):
            deal(services, connection, place, command.room, id, verdict)
    if barred is not None:
        return barred
    if verdict.action not in (Action.ALLOW, Action.MASK):
        return await withheld(services, one, verdict)
    person = services.hub.people.get(place.member.user)
    if person is not None:
        person.said(place.key, id, command.text, services.ticks())
    masked = verdict.action is Action.MASK
    at = wire.timestamp(services.backplane.engine_now_ms())  # an edit that was held before this is late (settling.py)
    amended = wire.unbody(entry.body) | {"text": verdict.text, "edited": True, "edited_at": at}
    amended.pop("masked", None)
    told: dict[str, Any] = {"message": command.message, "from": worn(place.member), "text": verdict.text}
    told |= alike(entry)
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


async def redact(services: Services, connection: Connection, command: say.Redact, call: Call) -> Done:
    """Take words back, everywhere they are kept. The author may, and so may who keeps the room safe."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    id = event_id(services.secret, place.member.user, place.key, "redact", command.key)
    entry = await message(services, place, command.message)
    if entry is None or not (place.member.role in MODERATING or entry.author == place.member.user):
        before = await first_outcome(services, place, id)
        return gone(command) if before is None else done(command, before)
    told = {"message": command.message, "by": "author" if entry.author == place.member.user else "moderator"}
    told |= alike(entry)
    commit = Commit(
        room=place.key,
        id=id,
        kind=Kind.REDACTED,
        author=place.member.user,
        body=wire.body(told),
        target=EventId(command.message),
    )
    return done(command, (await services.backplane.submit([commit]))[0])


async def react(services: Services, connection: Connection, command: say.React, call: Call) -> Done:
    """Answer a message with support. There is no way to answer it with anything else (F6, R7)."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    if command.reaction not in say.REACTIONS:
        says = f"`reaction` must be one of: {', '.join(sorted(say.REACTIONS))}."
        return refused(command.id, Code.BAD_REQUEST, says, path="reaction")
    key = command.key or services.fresh()
    id = event_id(services.secret, place.member.user, place.key, "react", key)
    entry = await message(services, place, command.message)
    if entry is None:
        before = await first_outcome(services, place, id)
        return gone(command) if before is None else done(command, before)
    told = {
        "message": command.message,
        "reaction": command.reaction,
        "on": command.on,
        "from": worn(place.member),
        **alike(entry),
    }
    commit = Commit(room=place.key, id=id, kind=Kind.REACTED, author=place.member.user, body=wire.body(told))
    return done(command, (await services.backplane.submit([commit]))[0])


def alike(entry: Entry) -> dict[str, Any]:
    """What is done to words for the responder only is for nobody else either (entrusting.py)."""
    return {name: value for name, value in wire.unbody(entry.body).items() if name == "to"}


def done(command: say.Redact | say.React, outcome: Outcome) -> Done:
    """The reply to words that were taken back and to a reaction, now or under the same key before."""
    if not isinstance(outcome, Committed):
        return declined(command.id, outcome)
    told: dict[str, Any] = {"re": command.id, "room": command.room, "message": command.message}
    told |= {"cursor": outcome.position.cursor, "repeated": outcome.repeated}
    if isinstance(command, say.React):
        return Reacted(reaction=command.reaction, on=command.on, **told)
    return Redacted(**told)


def gone(command: say.Edit | say.Redact | say.React) -> Refused:
    """The one answer for a message that is not there and for one that is another's."""
    return refused(command.id, Code.NOT_FOUND, "There is no such message here for you.", path="message")
