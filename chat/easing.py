"""A room that has become heavy: slower for a while, its keepers told, help offered to everybody there (F30).

    a disclosure ─▶ counted in the engine, for all nodes ─▶ a wave? (moderation/contagion.py)
        ─▶ the engine slows the room (rooms/calming.py) ─▶ a `notice` in the room · `alerted` to the team, no words

Nobody is refused or named for it, and who disclosed is spared the room's slow mode. It all happens beside the message:
the author waits for nothing. The notice is an entry of the room's log, so that every node says it once; exactly one
node begins an easing, because the engine takes the key once. Failure: the engine away: nothing is eased.
"""

from __future__ import annotations

from chat import wire
from chat.auth import Identity, event_id
from chat.connection import Membership, State
from chat.outbox import Lane
from chat.replies import Alerted
from chat.services import Services
from chat.shift import cares_for
from moderation import contagion
from moderation.verdict import Care, CareBand
from rooms import envelope
from rooms.backplane import Commit
from rooms.events import NO_ONE, Kind, RoomKey
from rooms.topics import Topic

# The word between nodes that a room is being eased.
HEAVY = "heavy"
CODE = "easing"


def heed(services: Services, identity: Identity, place: Membership, care: Care) -> None:
    """Take note of what somebody wrote, if it is of the kind that is counted. Nothing waits for this.

    Without limits no room is ever slowed: a load test says more heavy things in a minute than a room in a year.
    """
    if services.settings.limits.enabled and place.listed and place.topic is not None and care.band >= CareBand.CONCERN:
        services.spawn(weigh(services, identity, place, place.topic, care))


async def weigh(services: Services, identity: Identity, place: Membership, topic: Topic, care: Care) -> None:
    """Spare the person slow mode, count them, and ease the room if it has become too much."""
    rule = services.easing
    now = services.backplane.engine_now_ms()
    counted = contagion.counts(care)
    try:
        rows = await services.calming.disclosed(
            topic.key, place.member.alias if counted else None, identity.user, now,
            window=rule.window, spared=rule.spared,
        )  # fmt: skip
        if counted and contagion.is_wave(rows, now / 1000, rule):
            await ease(services, topic, now)
    except OSError:
        return  # the engine is away: a room nobody can write in needs no slowing
    except Exception as fault:  # one room, not the node
        services.metrics.failed(type(fault).__name__)


async def ease(services: Services, topic: Topic, now: int) -> None:
    """Slow the room, unless it is slow already; then say so, gently. Raises EngineAway."""
    rule = services.easing
    if not await services.calming.ease(topic.key, now, gap=max(rule.gap, topic.slow), lasts=rule.lasts):
        return
    services.metrics.eased()
    heavy = wire.body({"room": topic.id, "band": str(topic.band), "since": now})
    services.backplane.publish_soon(None, envelope.control(HEAVY, heavy))
    says = services.cards.words(topic.language)["room"]["slower"]
    notice = Commit(
        room=topic.key,
        id=event_id(services.secret, NO_ONE, topic.key, CODE, str(now)),
        kind=Kind.NOTICE,
        author=NO_ONE,
        body=wire.body({"code": CODE, "says": says, "until": wire.timestamp(now + int(rule.lasts * 1000))}),
    )
    await services.backplane.submit([notice])


def alert(services: Services, body: bytes) -> None:
    """Another node, or this one, eases a room: tell those of the team who are here and may know of it. No words."""
    told = wire.unbody(body)
    topic = services.catalogue.at(RoomKey(f"{told['band']}/{told['room']}"))
    if topic is None:
        return
    event = Alerted(kind="contagion", room=topic.id, band=str(topic.band), since=wire.timestamp(told["since"]))
    for person in services.hub.people.values():
        for device in person.connections:
            if device.state is State.OPEN and device.identity and topic.band in cares_for(device.identity):
                device.say(Lane.CONTROL, event)
                services.hub.touch(device)
