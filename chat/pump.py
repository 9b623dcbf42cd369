"""The pump: what the backplane hears, moved to where it belongs. The only loop that moves events upward.

    backplane.take ─▶ an entry          ─▶ hub.deliver; one that may bar somebody: conduct.py looks again
                      who came and went ─▶ presence.absorb
                      typing            ─▶ told once for each room and take, whoever typed how often
                      a room's reset    ─▶ `reset` to those in it: they join anew
                      engine away, back ─▶ a notice to everybody; when it is back, what was missed is asked for
                      a node's word     ─▶ tokens taken back, news of the desk, a room that was heavy

In order, and without waiting for anything but the next arrival: what needs the engine is spawned. Failure: whatever is
raised here ends the node (chat/node.py), for an entry that was taken and not delivered would be a hole that nobody
sees. Only a node's word may fail alone: one of a newer version must not end every older node of a rolling update.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import structlog

from chat import ages, blocking, conduct, desk, easing, lantern, marking, owing, people, settling, talk
from chat.accounts import REVOKED, Revocation
from chat.connection import State
from chat.gateway import Gateway
from chat.outbox import Lane
from chat.replies import Notice, Reset
from chat.services import Services
from rooms.backplane import Arrival, Control, EngineMark, PresenceDiff, RoomReset, TypingBlip
from rooms.events import Entry, RoomKey

log = structlog.get_logger("warmline.pump")

ENGINE = {
    EngineMark.AWAY: ("engine_away", "We can't save messages just now. Stay, nothing you wrote is lost."),
    EngineMark.BACK: ("engine_back", "Messages are saved again."),
}


async def pump_forever(services: Services, gateway: Gateway, missed: asyncio.Event) -> None:
    """Move what arrives, until cancelled. `missed` is rung when words between nodes may have been missed."""
    while True:
        await services.backplane.wait()
        move(services, gateway, missed, services.backplane.take())


def move(services: Services, gateway: Gateway, missed: asyncio.Event, arrivals: Iterable[Arrival]) -> None:
    """Move what one take has brought."""
    typing: dict[RoomKey, list[str]] = {}
    for arrival in arrivals:
        if isinstance(arrival, Entry):
            services.hub.deliver(arrival)
            if marking.concerns(arrival):
                marking.heard(services, arrival)
            if conduct.concerns(arrival):
                services.spawn(conduct.look_again(services, arrival))
            if ages.concerns(arrival):
                ages.heard(services, arrival)
        elif isinstance(arrival, PresenceDiff):
            services.presence.absorb(arrival)
        elif isinstance(arrival, TypingBlip):
            typing.setdefault(arrival.room, []).append(arrival.body.decode())
        elif isinstance(arrival, RoomReset):
            reset(services, arrival)
        elif isinstance(arrival, EngineMark):
            if arrival is EngineMark.BACK:
                missed.set()
            tell_engine(services, gateway, arrival)
        elif isinstance(arrival, Control):
            obey(services, arrival)
    for room, aliases in typing.items():
        talk.tell_typing(services, room, list(dict.fromkeys(aliases)))


def reset(services: Services, arrival: RoomReset) -> None:
    """What clients know of this room is not what the log says: they drop it and join anew."""
    local = services.hub.rooms.get(arrival.room)
    services.metrics.reset(arrival.why)
    log.warning("room_reset", why=arrival.why)
    if local is not None:
        services.hub.tell(arrival.room, Reset(room=local.name, why=arrival.why), Lane.CONTROL)


def obey(services: Services, word: Control) -> None:
    """What another node, or this one, told all nodes. Words of a newer version are not ours to understand."""
    if word.room is None and (follow := WORDS.get(word.verb)) is not None:
        try:
            follow(services, word.body)
        except Exception as fault:  # a word more or less is no hole: what it tells of is in the store
            services.metrics.failed(type(fault).__name__)


def take_back(services: Services, body: bytes) -> None:
    """Tokens that were taken back."""
    people.taken_back(services, Revocation.unpack(body))


WORDS: dict[str, Callable[[Services, bytes], None]] = {
    REVOKED: take_back,
    settling.CHANGED: desk.told,
    easing.HEAVY: easing.alert,
    owing.SHUT: owing.heard_shut,
    blocking.APART: blocking.heard,
    lantern.LIGHTS: lantern.heard,
}


def tell_engine(services: Services, gateway: Gateway, mark: EngineMark) -> None:
    """The store went away, or is back: say so (F45)."""
    code, says = ENGINE[mark]
    log.warning(code)
    for connection in gateway.everyone():
        if connection.state is State.OPEN:
            connection.say(Lane.CONTROL, Notice(code=code, says=says))
            services.hub.touch(connection)
