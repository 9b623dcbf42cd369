"""What is owed to a person who wrote something heavy: the private card. It costs them nothing, ever (R1, R3).

    care of a verdict ─▶ below high: a commit to the author's inbox, with the message's own
                     └─▶ high, imminent: the desk is told first, so that the card can say so truly; then the inbox
    room ─▶ several people at once? ─▶ easing.py

The card is an entry of the author's own inbox, so it reaches every device of theirs, survives a cut, and stands in no
room. It is made from the verdict's care alone, whatever became of the words, and whether or not the author may speak.
Help fails open (F45): a card that could not be saved is handed over all the same, by `deal`, to the author's devices on
this node.

One card is enough: the same trouble in the same room, with the same outcome for the words, has the same card for half
an hour, by its id (careid.py), so that the log itself shows it once. A higher band is another card; a lower one is not,
because silence never lowers a band.
"""

from __future__ import annotations

import asyncio
from typing import Any

from chat import careid, easing, wire
from chat.answers import INBOX, inbox_of, who
from chat.asking import ask_for_person
from chat.auth import Identity
from chat.connection import Connection, Membership, State
from chat.disclosing import by_model_alone, worry
from chat.joining import INBOX_KEPT
from chat.outbox import Lane
from chat.services import Services
from moderation.card import Desk, Reader
from moderation.verdict import Action, Care, CareBand, Verdict
from rooms.backplane import Commit, Committed
from rooms.events import NO_ONE, EventId, Kind
from rooms.topics import Topic

# The same card is not shown again for so long (seconds): half an hour of talk, not a card for every sentence.
SHOWN_FOR = 1800.0
# Seconds the card of somebody in danger waits for the inbox; then it is handed over, and may come there as well.
SAVED_WITHIN = 0.7
# What became of the message where the verdict does not say it: nothing was kept; its author may not speak here now;
# not known yet, so the card leaves it to the reply.
NOT_SAVED, UNSHOWN, OPEN = "not_saved", "unshown", "open"


def care_for(
    services: Services,
    connection: Connection,
    place: Membership,
    room: str,
    id: EventId,
    verdict: Verdict,
    *,
    heard: str = "",
) -> list[Commit]:
    """The private card, as an entry of the author's inbox, to be committed with what else there is.

    At high and imminent none, unless the words are held: that card commits itself, as soon as the desk has answered.
    `id` is the message's; `heard` says what became of it where the verdict alone does not.
    """
    care = verdict.care
    if care.band is CareBand.NONE:
        return []
    identity = who(connection)
    services.metrics.cared(care.band.word)
    easing.heed(services, identity, place, care)
    if care.band is CareBand.CONCERN and place.key.startswith("session/"):
        services.spawn(worry(services, place.session, identity.user))
    on_desk = (heard or verdict.action.word) == Action.HOLD.word  # as a held message; a held note is no case of its own
    if care.band >= CareBand.HIGH and not on_desk:
        services.spawn(bring(services, connection, place, room, id, verdict, heard=heard))
        return []
    return [entry(services, identity, told(services, identity, place, room, verdict, heard=heard))]


def deal(
    services: Services, connection: Connection, place: Membership, room: str, id: EventId, verdict: Verdict
) -> None:
    """Hand over a card that could not be saved. It has the id it will have when the same message is sent again."""
    identity = who(connection)
    hand_over(services, identity, told(services, identity, place, room, verdict, heard=NOT_SAVED))


async def bring(
    services: Services,
    connection: Connection,
    place: Membership,
    room: str,
    id: EventId,
    verdict: Verdict,
    *,
    heard: str = "",
) -> None:
    """The card of somebody who may be in danger: people are told first, then the card says whether they were."""
    identity, known = who(connection), False
    try:
        known = await ask_for_person(
            services, identity, place.key, verdict.care, id, name=place.member.name, model_alone=by_model_alone(verdict)
        )
    except Exception as fault:  # the card comes all the same, and says that nobody was told
        services.metrics.failed(type(fault).__name__)
    try:
        event = told(services, identity, place, room, verdict, known=known, heard=heard)
        if not await save(services, identity, event):
            hand_over(services, identity, told(services, identity, place, room, verdict, known=known, heard=NOT_SAVED))
    except Exception as fault:  # one card, not the node
        services.metrics.failed(type(fault).__name__)


async def save(services: Services, identity: Identity, event: dict[str, Any]) -> bool:
    """Put a card into the person's inbox. False: it is not there, or not yet."""
    done = services.backplane.submit([entry(services, identity, event)])
    await asyncio.wait({done}, timeout=SAVED_WITHIN)
    return done.done() and isinstance(done.result()[0], Committed)


def entry(services: Services, identity: Identity, event: dict[str, Any]) -> Commit:
    """The commit of a card. A repeat of its id shows nothing new."""
    inbox = inbox_of(identity)
    services.backplane.keep_for(inbox, INBOX_KEPT)
    return Commit(room=inbox, id=EventId(event["card"]["id"]), kind=Kind.CARE, author=NO_ONE, body=wire.body(event))


def hand_over(services: Services, identity: Identity, event: dict[str, Any]) -> None:
    """Say a card to the person's devices on this node, without the inbox."""
    person = services.hub.people.get(identity.user)
    at = wire.timestamp(int(services.wall() * 1000))
    said = {"type": Kind.CARE, "room": INBOX, "id": event["card"]["id"], "at": at, **event}
    for device in person.connections if person else ():
        if device.state is State.OPEN:
            device.say(Lane.CONTROL, said)
            services.hub.touch(device)


def told(
    services: Services,
    identity: Identity,
    place: Membership,
    room: str,
    verdict: Verdict,
    *,
    heard: str = "",
    known: bool = False,
) -> dict[str, Any]:
    """What the event says: the card, and the room it is about. `known`: the team was told."""
    care, id = occasion(services, identity, place, verdict, UNSHOWN if heard == UNSHOWN else verdict.action.word)
    held = services.company.holds(identity.user)
    card = services.cards.make(
        care,
        reader(identity, place.topic),
        id=id,
        now=services.wall(),
        heard=heard or verdict.action.word,
        told=known,
        # who is there is said where they are stayed with, as it changes; a card is written once
        desk=Desk.STAYING if care.band >= CareBand.HIGH and held else desk(services, identity),
    )
    return {"about": room, "card": card}


def occasion(
    services: Services, identity: Identity, place: Membership, verdict: Verdict, heard: str
) -> tuple[Care, EventId]:
    """The care as it stands for this person, and the id of its card: the same for half an hour and outcome."""
    person = services.hub.people.get(identity.user)
    now = services.ticks()
    shown = person.cards if person is not None else {}
    for key in [key for key, (_, until) in shown.items() if until <= now]:
        del shown[key]
    care, kept = verdict.care, (place.key, verdict.care.kind)
    band = max([care.band, *(each for (*same, each, _) in shown if tuple(same) == kept)])
    care = Care(band, care.kind)
    key = (*kept, band, heard)
    if key not in shown:
        about = careid.About(care, room=careid.room_mark(place.key))
        when = f"{heard}/{int(services.wall() // SHOWN_FOR)}"
        shown[key] = (careid.seal(services.secret, identity.user, about, when), now + SHOWN_FOR)
    return care, shown[key][0]


def reader(identity: Identity, topic: Topic | None) -> Reader:
    """What a card may know of the person who reads it."""
    topics = (topic.id, topic.pack) if topic else ()
    return Reader(country=identity.country, language=identity.language, band=str(identity.band), topics=topics)


def desk(services: Services, identity: Identity) -> Desk:
    """What is true of the team at this moment, as far as this node knows."""
    there = services.shift.known(identity.band)
    return Desk.AWAY if there is None else Desk.HERE if there else Desk.NOBODY
