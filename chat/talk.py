"""Being in a room: which rooms there are, leaving, who is here, history, typing.

How one comes in is told in joining.py. Who leaves gives up the seat at once, who is cut off keeps it for the grace of
rooms/seats.py. What a node's clients hear of presence and typing is unlogged and lossy: the next change, or `members`,
puts it right.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chat import commands as say
from chat import hosting, lantern
from chat.answers import absent, refused, who, worn
from chat.auth import alias_id
from chat.connection import TYPING_GAP, Connection
from chat.hub import LocalRoom
from chat.joining import payloads, seen_by, veil_of
from chat.outbox import Lane
from chat.replies import Code, Left, MemberList, Notice, PageOf, Presence, Refused, RoomList, TypingNow
from chat.services import Services
from chat.veil import Veil, thin
from rooms.events import AliasId, Position, Role, RoomKey, UserId
from rooms.roster import Change
from rooms.topics import Topic


async def rooms(services: Services, connection: Connection, command: say.Rooms) -> RoomList:
    """The rooms this person may see. `band` narrows the list for those who see both bands."""
    identity = who(connection)
    topics = services.catalogue.visible(identity.band, roles=identity.roles, vetted=identity.vetted)
    if command.band is not None and (identity.vetted or Role.MODERATOR in identity.roles):
        topics = [topic for topic in topics if topic.band == command.band]
    language = command.language or identity.language
    return RoomList(re=command.id, rooms=[_card(services, connection, topic, language) for topic in topics])


def _card(services: Services, connection: Connection, topic: Topic, language: str | None) -> dict[str, Any]:
    title, about, rules = topic.said(language)
    return {
        "room": topic.id,
        "title": title,
        "about": about,
        "rules": rules,
        "band": str(topic.band),
        "language": topic.language,
        "present": services.presence.present(topic.key) - unseen(services, who(connection).user, topic.key),
        "joined": topic.id in connection.rooms,
        "slow": topic.slow,
        "retention": topic.retention,
    }


async def leave(services: Services, connection: Connection, command: say.Leave) -> Left | Refused:
    """Go out of a room, without a word to anyone but the roster."""
    if command.room not in connection.rooms:
        return absent(services, connection, command.id, command.room)
    place = connection.rooms[command.room]
    depart(services, connection, command.room, grace=False)
    await lantern.leaving(services, place)
    return Left(re=command.id, room=command.room)


def depart(services: Services, connection: Connection, name: str, *, grace: bool) -> None:
    """Take a connection out of a room; `grace` keeps the seat for someone who was merely cut off."""
    place = connection.rooms.pop(name)
    connection.direct = connection.topics == 1
    nobody = services.hub.leave(place.key, connection)
    if place.session and nobody:  # topic rooms stay open for the whole life of a node
        services.backplane.close(place.key)
    if place.listed:
        services.presence.depart(place.member.user, place.key, services.ticks(), grace=grace)


async def members(services: Services, connection: Connection, command: say.Members) -> MemberList | Refused:
    """Who is here, by alias, in a stable order, a page at a time."""
    place = connection.rooms.get(command.room)
    if place is None or not place.listed:
        return absent(services, connection, command.id, command.room)
    roster = services.presence.roster(place.key)
    names = sorted(roster.members, key=lambda member: member.alias)
    hidden = veil_of(services, place).users
    seen = [member for member in names if member.user not in hidden]
    rest = [member for member in seen if command.after is None or member.alias > command.after]
    return MemberList(
        re=command.id,
        room=command.room,
        members=[worn(member) for member in rest[: command.limit]],
        present=roster.present - (len(names) - len(seen)),
        version=services.hub.told(place.key, connection, roster.version),
        more=len(rest) > command.limit,
    )


async def page(services: Services, connection: Connection, command: say.Page) -> PageOf | Refused:
    """A stretch of history, ascending. Moves nobody's position."""
    place = connection.rooms.get(command.room)
    if place is None:
        return absent(services, connection, command.id, command.room)
    if command.before is not None and command.after is not None:
        return refused(command.id, Code.BAD_REQUEST, "Give `before` or `after`, not both.", path="after")
    ends = {}
    for end in ("before", "after"):
        if cursor := getattr(command, end):
            ends[end] = Position.parse(cursor)
            if ends[end] is None:
                return refused(command.id, Code.BAD_REQUEST, f"`{end}` is not a cursor of this room.", path=end)
    found = await services.backplane.page(place.key, limit=command.limit, **ends)
    withheld = command.after is None and not all(place.reads(one.at_place) for one in found.entries)
    return PageOf(
        re=command.id,
        room=command.room,
        events=payloads(connection, seen_by(services, place, found.entries), command.room),
        more=found.more and not withheld,
        cursor=found.position.cursor,
        truncated=found.truncated or withheld,
    )


def typing(services: Services, connection: Connection, command: say.Typing, now: float) -> None:
    """Tell the room, at most every other second, that someone is writing. Lossy, never logged."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None or now - place.typed_at < TYPING_GAP:
        return
    place.typed_at = now
    services.backplane.blip(place.key, place.member.alias)


def tell_typing(services: Services, room: RoomKey, aliases: list[str]) -> None:
    """What this node's clients hear of those who type: three names at most, then 'several people'."""
    local = services.hub.rooms.get(room)
    if local is not None:
        name = local.name

        def under(veil: Veil) -> TypingNow | None:
            hidden = worn_by(services, veil, room)
            return typing_now(name, [alias for alias in aliases if alias not in hidden])

        services.hub.tell(room, typing_now(name, aliases), Lane.LOSSY, under)


def typing_now(name: str, aliases: list[str]) -> TypingNow | None:
    return TypingNow(room=name, from_=aliases[:3], several=len(aliases) > 3) if aliases else None


def worn_by(services: Services, veil: Veil, room: RoomKey) -> frozenset[AliasId]:
    """What those behind a veil are called in a room."""
    return frozenset(alias_id(services.secret, user, room) for user in veil.users)


def unseen(services: Services, user: UserId, room: RoomKey) -> int:
    """How many of those in a room this person doesn't see."""
    return sum(services.presence.is_here(other, room) for other, _ in services.apart.behind(user, room))


def tell_presence(services: Services, room: RoomKey, change: Change) -> None:
    """What this node's clients hear of who came and went, by alias."""
    local = services.hub.rooms.get(room)
    if local is None:
        return
    here: LocalRoom = local

    def under(veil: Veil) -> Presence | None:
        hidden = sum(services.presence.is_here(user, room) for user in veil.users)
        last = here.last.get(veil, change.from_)
        left = thin(veil, change, worn_by(services, veil, room), hidden, last)
        if left is None:
            return None
        here.last[veil] = change.version + here.ahead.get(veil, 0)
        return as_presence(here.name, replace(left, version=here.last[veil]))

    services.hub.tell(room, as_presence(local.name, change), Lane.LOSSY, under)
    if notice := hosting.news(services, room, local.name):
        for connection in list(local):
            connection.say(Lane.CONTROL, in_words(services, connection, notice))
            services.hub.touch(connection)


def in_words(services: Services, connection: Connection, notice: Notice) -> Notice:
    """A notice in the language of who reads it."""
    language = connection.identity.language if connection.identity is not None else None
    says = services.pipeline.books.says.say(notice.says, language or "en")
    return Notice(room=notice.room, code=notice.code, says=says)


def as_presence(name: str, change: Change) -> Presence:
    """A change of presence for the wire."""
    return Presence(
        room=name,
        from_=change.from_,
        version=change.version,
        present=change.present,
        joined=None if change.joined is None else [worn(member) for member in change.joined],
        left=None if change.left is None else list(change.left),
    )
