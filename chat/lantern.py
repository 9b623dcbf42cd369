"""The night lantern: a light somebody sets in a room's window, and those who opted in may answer it (F5).

    lantern ─▶ engine (rooms/lights.py) ─▶ `lantern_is`     what this one sees, and what they did of it
                  └─ a word to all nodes ─▶ the room is read anew ─┐
    who comes and goes, blocks, time ──────────────────────────────┴▶ tell, each tick ─▶ `lantern`, where it is news

**Nobody is named.** No light, answer or event carries an alias or an id, for a list of who is alone and awake at night
is what a groomer wants. Nothing opens between two people by it. Nothing of it is logged; two counters have no labels.

A light is a person's: their devices share it. Watching is a connection's, and gone with it. A light goes out when its
owner puts it out, by itself, with the quick exit, and with the seat in the room (a cut keeps that for five seconds).
A block hides lights and answers both ways and looks like leaving: the light lingers for a moment, as of who leaves, and
what was answered before stays answered. Who takes a block back is there again like anybody who comes in: without a
light. **No sanction but being shown out takes the light**: it has no words, counts once for each person, and lighting
it again tells nobody else anything. So there is nothing in it to abuse, and whoever is muted at three in the morning
may be the one who needs it.

At most one event for a connection and room in a tick, however often somebody lights, puts out or answers meanwhile.
Failure: the store away is `unavailable`; what burns goes out in its time all the same. A word between nodes that is
lost: `look_again`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Set
from typing import Any

from chat import commands as say
from chat import wire
from chat.answers import absent, refused
from chat.connection import Connection, Membership
from chat.hub import LocalRoom
from chat.joining import veil_of
from chat.outbox import Lane
from chat.replies import Code, LanternIs, LanternNow, Refused
from chat.services import Services
from chat.veil import NOTHING, Veil
from rooms import envelope
from rooms.backplane import EngineAway
from rooms.events import RoomKey, UserId
from rooms.lantern import DARK, Night, Sight, dark_at, is_news, sight

# The word between nodes that the lights of a room are others now.
LIGHTS = "lights"

NOBODY: Set[UserId] = frozenset()

WATCH_FIRST = "Only who sees the lights can answer them: ask with `watching` first."


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {WATCH_FIRST}


async def lantern(services: Services, connection: Connection, command: say.Lantern) -> LanternIs | Refused:
    """Light, watch, answer, or only look; in this order where several are asked for."""
    place = connection.rooms.get(command.room)
    if place is None or not place.listed:
        return absent(services, connection, command.id, command.room)
    watching = place.watching if command.watching is None else command.watching
    if command.answering and not watching:
        return refused(command.id, Code.NOT_READY, WATCH_FIRST, path="answering")
    await act(services, place, command)
    if connection.rooms.get(command.room) is not place:  # shown out meanwhile: nobody is here whose light it could be
        await out(services, place.key, place.member.user)
        return absent(services, connection, command.id, command.room)
    place.watching = watching
    now, awake = services.backplane.engine_now_ms(), services.presence.awake(place.key)
    night = services.lights.window(place.key).night(here_in(services, place.key), now, services.lights.lingers)
    veil = veil_of(services, place)
    place.lantern = seen = seen_from(services, place, night, awake, veil, dark(services, veil, now))
    connection.outbox.take_back(mark_of(place.key))
    return LanternIs(re=command.id, room=command.room, **fields(seen))


async def act(services: Services, place: Membership, command: say.Lantern) -> None:
    """Do what is asked for. Raises EngineAway."""
    lights, key, user = services.lights, place.key, place.member.user
    if command.lit:
        services.metrics.lit(int(await lights.light(key, user)))
        spread(services, key)
    elif command.lit is False:
        await out(services, key, user)
    if command.answering:
        if answered := await lights.answer(key, user):
            services.metrics.light_answered(answered)
            spread(services, key)
    elif command.lit is None:
        await lights.look(key)


async def out(services: Services, key: RoomKey, user: UserId) -> None:
    """Put a person's light out. Raises EngineAway."""
    if await services.lights.put_out(key, user):
        spread(services, key)


async def leaving(services: Services, place: Membership) -> None:
    """Somebody has left a room by this device. Where the store is away, presence takes the light with the seat."""
    user, key = place.member.user, place.key
    window = services.lights.windows.get(key)
    person = services.hub.people.get(user)
    devices = person.connections if person is not None else ()
    if window is None or user not in window.lights or any(place_in(one, key) for one in devices):
        return
    with contextlib.suppress(EngineAway):
        if await services.lights.leave(key, user, services.presence.node):
            later = services.backplane.engine_now_ms() + 2 * services.lights.lingers
            services.lights.later[key] = later  # all look again: by then it was told that they left, or they are back


async def hurried(services: Services, connection: Connection) -> None:
    """Quick exit: this person is not here any more, on whatever device. Nothing of theirs goes on burning."""
    for place in [one for one in connection.rooms.values() if one.listed]:
        await out_if_possible(services, place.key, place.member.user)  # else it goes with the seat, in five seconds


async def out_if_possible(services: Services, key: RoomKey, user: UserId) -> None:
    """Put a person's light out beside something that must not fail by it."""
    with contextlib.suppress(EngineAway):
        await out(services, key, user)


def place_in(connection: Connection, key: RoomKey) -> Membership | None:
    """This connection's place in a room."""
    return next((place for place in connection.rooms.values() if place.key == key), None)


def fields(seen: Sight) -> dict[str, Any]:
    """What is seen, for the wire."""
    return {
        "awake": seen.awake,
        "lights": seen.lights,
        "lit": seen.lit,
        "watching": seen.watching,
        "answered": seen.answered,
        "until": wire.timestamp(seen.until) if seen.until is not None else None,
    }


# on every node


def spread(services: Services, key: RoomKey) -> None:
    """Here with the next tick, and on every other node as soon as it hears of it."""
    services.backplane.publish_soon(None, envelope.control(LIGHTS, wire.body({"room": key})))


def heard(services: Services, body: bytes) -> None:
    """Another node, or this one: the lights of a room are others."""
    key = RoomKey(wire.unbody(body)["room"])
    if key in services.hub.rooms:
        services.lights.mark(key)


def look_again(services: Services) -> None:
    """Words between nodes may have been missed: look at every room somebody here asked about."""
    for window in services.lights.windows.values():
        window.stale = True


async def tell(services: Services) -> None:
    """Read what has changed, and tell whoever it is news to. Raises EngineAway once that is done."""
    lights = services.lights
    for key in [key for key in lights.windows if key not in services.hub.rooms]:
        del lights.windows[key]  # nobody here hears the room any more
    for key in [key for key, due in lights.later.items() if due <= services.backplane.engine_now_ms()]:
        del lights.later[key]
        spread(services, key)
    try:
        if stale := [key for key, window in lights.windows.items() if window.stale]:
            await lights.read(stale)
    finally:
        for key in list(lights.windows):
            if (local := services.hub.rooms.get(key)) is not None:
                tell_room(services, local)


def tell_room(services: Services, local: LocalRoom) -> None:
    """Tell those of one room what is news to them: watchers, and whose light it is."""
    key, window, now = local.key, services.lights.window(local.key), services.backplane.engine_now_ms()
    hidden = {connection: dark(services, veil, now) for connection, veil in local.veils.items()}
    if not window.look(here_in(services, key), now, services.lights.lingers) and window.under == hidden:
        return
    window.under, awake = hidden, services.presence.awake(key)
    frames: dict[tuple[wire.Codec, Sight], bytes] = {}  # most see the same
    for connection in local:
        place = connection.rooms.get(local.name)
        if place is None or not place.listed:
            continue
        veil = local.veils.get(connection, NOTHING)
        seen = seen_from(services, place, window.told, awake, veil, hidden.get(connection, NOBODY))
        if not is_news(place.lantern or DARK, seen):
            continue
        place.lantern, kind = seen, (connection.codec, seen)
        if kind not in frames:
            frames[kind] = wire.ready(connection.codec, LanternNow(room=local.name, **fields(seen)))
        connection.outbox.take_back(mark_of(key))
        connection.outbox.push(Lane.LOSSY, frames[kind], mark_of(key))
        services.hub.touch(connection)


def here_in(services: Services, key: RoomKey) -> Callable[[UserId], bool]:
    """Who is in a room."""
    return lambda user: services.presence.is_here(user, key)


def seen_from(
    services: Services, place: Membership, night: Night, awake: int, veil: Veil, hidden: Set[UserId]
) -> Sight:
    """What somebody with this place sees, where so many are awake. `hidden`: whose lights they don't see any more."""
    present = awake - sum(map(here_in(services, place.key), veil.users)) if veil else awake
    return sight(place.member.user, night, hidden, present, watching=place.watching)


def dark(services: Services, veil: Veil, now: int) -> frozenset[UserId]:
    """Whose lights are not seen under a veil: of who is hidden for long enough, as of who has left."""
    return frozenset(user for user, since in veil.since if dark_at(since, services.lights.lingers) <= now)


def mark_of(key: RoomKey) -> RoomKey:
    """What waits of the lantern in an outbox, so that a newer word takes its place."""
    return RoomKey(f"lantern {key}")
