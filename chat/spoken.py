"""Words ready to be judged, with the context they stand in.

`prepare` says everything about `send` and `check` that can be said without looking at the meaning of the words;
`submission` is what the filter is given, and the only way in which words get to it. In which order it gets them is told
in turns.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat import commands as say
from chat.answers import absent, refused, who
from chat.auth import event_id
from chat.connection import Call, Connection, Membership
from chat.legible import fault_in
from chat.nights import is_night
from chat.replies import Code, Refused
from chat.services import Services
from moderation.verdict import Submission
from rooms.events import EventId


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
        language=identity.language or (place.topic.language if place.topic else "en"),
        night=is_night(identity.country, services.wall()),
        dry=dry,
        recent=person.words(place.key) if person else (),
        since=person.since(place.key, services.ticks()) if person else (),
        recalled=person.recalled(place.key) if person else 0,
        names=names_in(services, place),
        name=place.member.name,
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
