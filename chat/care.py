"""What is owed to a person who wrote something heavy: the private card. It costs them nothing, ever (R1, R3).

The card is an entry of the author's own inbox, so it reaches every device of theirs, survives a cut, and stands in no
room. It is made from the verdict's care alone, whatever became of the words.
"""

from __future__ import annotations

from chat import wire
from chat.auth import event_id
from chat.connection import Connection, Membership
from chat.services import Services
from chat.talk import INBOX_KEPT, inbox_of, who
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


def care_for(
    services: Services, connection: Connection, place: Membership, room: str, id: EventId, verdict: Verdict
) -> list[Commit]:
    """The private card, as an entry of the author's inbox: it finds every device of theirs, and survives a cut."""
    if verdict.care.band is CareBand.NONE:
        return []
    identity = who(connection)
    inbox = inbox_of(identity)
    card_id = event_id(services.secret, identity.user, inbox, "care", id)
    services.metrics.cared(verdict.care.band.word)
    card = services.helplines.card(
        verdict.care,
        id=card_id,
        country=identity.country,
        language=identity.language,
        band=str(identity.band),
        topic=place.topic.id if place.topic else None,
        now=services.wall(),
        heard=HEARD[verdict.action],
    )
    services.backplane.keep_for(inbox, INBOX_KEPT)
    body = wire.body({"about": room, "card": card})
    return [Commit(room=inbox, id=card_id, kind=Kind.CARE, author=NO_ONE, body=body)]
