"""What is owed to a person who wrote something heavy: the private card. It costs them nothing, ever (R1, R3).

The card is an entry of the author's own inbox, so it reaches every device of theirs, survives a cut, and stands in no
room. It is made from the verdict's care alone, whatever became of the words. Help fails open (F45): a card that could
not be saved is handed over all the same, by `deal`, to the author's devices on this node.
"""

from __future__ import annotations

from typing import Any

from chat import wire
from chat.answers import INBOX, inbox_of, who
from chat.auth import Identity, event_id
from chat.connection import Connection, Membership, State
from chat.joining import INBOX_KEPT
from chat.outbox import Lane
from chat.services import Services
from moderation.verdict import Action, CareBand, Verdict
from rooms.backplane import Commit
from rooms.events import NO_ONE, EventId, Kind

# What the card says became of the message.
HEARD = {
    Action.ALLOW: "Your message was delivered.",
    Action.MASK: "Your message was delivered, with a detail taken out.",
    Action.HOLD: "Someone is looking at your message before others see it.",
    Action.BLOCK: "Your message was not delivered as it is.",
}
NOT_SAVED = "We can't save messages just now. Yours is still with you, and can be sent again in a moment."


def care_for(
    services: Services, connection: Connection, place: Membership, room: str, id: EventId, verdict: Verdict
) -> list[Commit]:
    """The private card, as an entry of the author's inbox: it finds every device of theirs, and survives a cut."""
    if verdict.care.band is CareBand.NONE:
        return []
    identity = who(connection)
    inbox = inbox_of(identity)
    services.metrics.cared(verdict.care.band.word)
    services.backplane.keep_for(inbox, INBOX_KEPT)
    body = wire.body(told(services, identity, place, room, id, verdict, HEARD[verdict.action]))
    return [Commit(room=inbox, id=card_id(services, identity, id), kind=Kind.CARE, author=NO_ONE, body=body)]


def deal(
    services: Services, connection: Connection, place: Membership, room: str, id: EventId, verdict: Verdict
) -> None:
    """Hand over a card that could not be saved. It has the id it will have when the same message is sent again."""
    identity = who(connection)
    person = services.hub.people.get(identity.user)
    event = {
        "type": Kind.CARE,
        "room": INBOX,
        "id": card_id(services, identity, id),
        "at": wire.timestamp(int(services.wall() * 1000)),
        **told(services, identity, place, room, id, verdict, NOT_SAVED),
    }
    for device in person.connections if person else ():
        if device.state is State.OPEN:
            device.say(Lane.CONTROL, event)
            services.hub.touch(device)


def card_id(services: Services, identity: Identity, id: EventId) -> EventId:
    """One message, one card: a retry is the same event."""
    return event_id(services.secret, identity.user, inbox_of(identity), "care", id)


def told(
    services: Services, identity: Identity, place: Membership, room: str, id: EventId, verdict: Verdict, heard: str
) -> dict[str, Any]:
    """What the event says: the card, and the room it is about."""
    card = services.helplines.card(
        verdict.care,
        id=card_id(services, identity, id),
        country=identity.country,
        language=identity.language,
        band=str(identity.band),
        topic=place.topic.id if place.topic else None,
        now=services.wall(),
        heard=heard,
    )
    return {"about": room, "card": card}
