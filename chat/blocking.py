"""Blocking: two people who don't see each other any more, where they have met (F10, T7).

    block ─┬─ in a session ─▶ it ends, like any other (talking.py)
           └─ in a room of many ─▶ matching never brings the two together · the room keeps them apart (rooms/apart.py)
                                   every node: a veil over the connections of both (veil.py), now and at every join

Symmetric: neither sees what the other says, that they type, come, go, react or are there. Immediate: the one seems to
have left the room to the other, as anybody leaves it: what they said before stays in the other's history. Who has
blocked them sees nothing of that either. Unobservable: no refusal and no event says so, and nothing that is told has a
hole. And it hides in this room only: somewhere else the same two may read each other, under other names, for else the
block would say who is who (F33).

`unblock` takes back one's own block of a room; that the two are never matched stays. **Who looks after a room sees
everything in it**, whoever has blocked them: a block must not be a place to hide.

Failure: the store away: refused, the same command does it again. A word between nodes that is lost: `look_again`.
"""

from __future__ import annotations

from typing import Any

from chat import lantern, talking, wire
from chat import sessioncommands as say
from chat.answers import absent, find, not_found, refused, who, worn
from chat.auth import alias_id
from chat.connection import Connection, Membership
from chat.joining import veil_of
from chat.outbox import Lane
from chat.owing import make
from chat.replies import Code, Presence, Refused, Reset
from chat.reports import meant
from chat.seating import is_session
from chat.services import Services
from chat.sessionreplies import Blocked, Unblocked
from rooms import cast, envelope, parting
from rooms.apart import MOST
from rooms.events import Band, RoomKey, UserId
from rooms.roster import Roster
from rooms.scene import RowKind, Scene

# The word between nodes that a room has to be read anew.
APART = "apart"

# Up to here clients are given lists of who is there, and so are told one by one who left.
LISTED = 100
FULL = "You have blocked many people here. Tell our team about this room: `report`, or `help`."
NOBODY = "That is not here any more."
YOURSELF = "This is you yourself."


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {FULL, NOBODY, YOURSELF}


async def block(services: Services, connection: Connection, command: say.Block) -> Blocked | Refused:
    """Never again with this person. They learn nothing of it."""
    if is_session(command.room):
        return await talking.block(services, connection, command)
    found = await whom(services, connection, command)
    if isinstance(found, Refused):
        return found
    place, other, name = found
    key, user = place.key, place.member.user
    await services.apart.load(key)
    if services.apart.made_by(user, key) >= MOST:
        return refused(command.id, Code.FORBIDDEN, FULL)

    def step(scene: Scene) -> bool:
        for one in (user, other):  # whoever is new to matching begins with the band of this room
            cast.put(scene, cast.person(scene, one, place.topic.band if place.topic else Band.ADULT))
        parting.bar_two(scene, user, other)
        return True

    await make(services, step, (RowKind.PERSON, user), (RowKind.PERSON, other))
    fresh = await services.apart.part(key, user, other, services.backplane.engine_now_ms(), name)
    await spread(services, key, connection)
    return Blocked(re=command.id, room=command.room, repeated=not fresh)


async def unblock(services: Services, connection: Connection, command: say.Unblock) -> Unblocked | Refused:
    """See each other again here, unless the other doesn't want to. They are never matched, all the same. Nobody need be
    in the room for it: whoever takes it back from their list (blocked.py) may be anywhere.
    """
    identity = who(connection)
    topic = find(services, identity, command.room)
    if topic is None:
        return not_found(command.id)
    key, user = topic.key, identity.user
    await services.apart.load(key)
    other = behind(services, key, user, command.alias_id)
    if other is None or not await services.apart.lift(key, user, other):
        return refused(command.id, Code.NOT_FOUND, NOBODY, path="alias_id")
    await spread(services, key)
    await lantern.out_if_possible(services, key, user)  # who comes into sight comes as from outside: without a light
    return Unblocked(re=command.id, room=command.room)


async def whom(
    services: Services, connection: Connection, command: say.Block
) -> tuple[Membership, UserId, str] | Refused:
    """Who is meant, in a room of many, and what they are called there; "" where they aren't seen already. Raises
    EngineAway.
    """
    place = connection.rooms.get(command.room)
    if place is None or not place.listed:
        return absent(services, connection, command.id, command.room)
    if not command.alias_id:
        return refused(command.id, Code.BAD_REQUEST, "`alias_id` says who is meant.", path="alias_id")
    found = await meant(services, place, None, command.alias_id)
    other = found.user if found is not None else behind(services, place.key, place.member.user, command.alias_id)
    if other is None:
        return refused(command.id, Code.NOT_FOUND, NOBODY, path="alias_id")
    if other == place.member.user:
        return refused(command.id, Code.BAD_REQUEST, YOURSELF, path="alias_id")
    return place, other, found.name if found is not None else ""


def behind(services: Services, key: RoomKey, user: UserId, alias: str) -> UserId | None:
    """Of those whom somebody doesn't see in a room: who wears this alias."""
    hidden = (other for other, _ in services.apart.behind(user, key))
    return next((other for other in hidden if alias_id(services.secret, other, key) == alias), None)


# on every node


async def spread(services: Services, key: RoomKey, by: Connection | None = None) -> None:
    """Here at once, and on every other node as soon as it hears of it. `by`: the device that did it, and knows."""
    await look(services, [key], by)
    services.backplane.publish_soon(None, envelope.control(APART, wire.body({"room": key})))


def heard(services: Services, body: bytes) -> None:
    """Another node has put two people of a room apart, or this one has."""
    key = RoomKey(wire.unbody(body)["room"])
    if key in services.apart.rooms:
        services.spawn(quietly(services, key))


async def quietly(services: Services, key: RoomKey) -> None:
    """Look at one room; what the store does not answer now is asked again (`look_again`)."""
    try:
        await look(services, [key])
    except OSError:
        return
    except Exception as fault:  # one room, not the node
        services.metrics.failed(type(fault).__name__)


async def look_again(services: Services) -> None:
    """Ask about every room this node is in: words between nodes may have been missed. Raises EngineAway."""
    if rooms := services.apart.rooms:
        await look(services, rooms)


async def look(services: Services, rooms: list[RoomKey], by: Connection | None = None) -> None:
    """Read rooms anew, and put the veils over whoever is here. Raises EngineAway."""
    for key, users in (await services.apart.read(rooms)).items():
        local = services.hub.rooms.get(key)
        for connection in list(local) if local is not None and users else ():
            place = connection.rooms.get(local.name) if local is not None else None
            if place is not None and place.member.user in users:
                put_over(services, connection, place, local.name if local is not None else "", knows=connection is by)


def put_over(services: Services, connection: Connection, place: Membership, name: str, *, knows: bool = False) -> None:
    """Let a connection see what it may from now on: the other leaves, or is there again, like anybody.

    The other devices of who has blocked them begin the room anew, so that nothing of theirs is left there, either.
    """
    key, roster = place.key, services.presence.roster(place.key)
    before, now = services.hub.veil_of(key, connection), veil_of(services, place)
    if now == before:
        return
    known = services.hub.told(key, connection, roster.version)
    event = seeming(name, roster, before.users, now.users, known)
    moved = bool(event.joined or event.left)
    services.hub.veil(key, connection, now, known + moved, known + moved - roster.version)
    if moved:
        connection.say(Lane.LOSSY, event)
        services.hub.touch(connection)
    if now.wholly - before.wholly and not knows:
        connection.say(Lane.CONTROL, Reset(room=name, why="lost"))
        services.hub.touch(connection)


def seeming(name: str, roster: Roster, before: frozenset[UserId], now: frozenset[UserId], known: int) -> Presence:
    """The change of presence that a new veil looks like: one version on from what is `known`, as any other is."""
    listed = roster.present <= LISTED
    members = list(roster.members) if listed else []
    told: dict[str, Any] = {
        "joined": [worn(one) for one in members if one.user in before - now],
        "left": [one.alias for one in members if one.user in now - before],
    }
    hidden = sum(one.user in now for one in roster.members)
    return Presence(room=name, from_=known, version=known + 1, present=roster.present - hidden, **told)
