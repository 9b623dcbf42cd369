"""Help at any time, without any message: the card, the barrier question, a person.

    help {room?, person?}          ─▶ help {card}
    care_answer {care, choice}     ─▶ care_answered {care, choice, card}, and the card in the inbox too

The answered card's id says what it was about and whose it is (careid.py), so nothing is looked up: an answer works on
every node, as often as one likes, and while the store is away. The field is `care` because `id` is the command's own
number. Another's card, or none of ours, is `not_found`.

Help fails open (F45): a room nobody knows is left out, a card that cannot be saved is in the reply all the same, and
where nobody could be asked the card says that. Nobody is too muted, blocked or fast in writing for it (R1).
"""

from __future__ import annotations

from typing import Any

from chat import careid
from chat import commands as say
from chat.answers import find, inbox_of, refused, who
from chat.asking import ask_for_person
from chat.auth import Identity
from chat.care import reader, save
from chat.connection import Connection
from chat.disclosing import not_it
from chat.replies import CareAnswered, Code, Helped, Refused
from chat.services import Services
from moderation.card import Barrier, Desk
from moderation.verdict import Care, CareBand
from rooms.events import EventId
from rooms.topics import Topic

# The care of somebody who asks: nothing is known, and every kind of line may be on the card.
ASKED = Care(CareBand.CONCERN)
# Asking for a person twice within a minute is one wish (seconds).
ONE_WISH = 60.0


async def give(services: Services, connection: Connection, command: say.Help) -> Helped:
    """The card, for anybody, any time; with `person`, somebody is asked to come."""
    identity = who(connection)
    topic = find(services, identity, command.room) if command.room else None
    mark = careid.room_mark(topic.key) if topic else bytes(5)
    about = careid.About(ASKED, asked=True, room=mark)
    card = await made(services, identity, about, topic, Barrier.PERSON if command.person else None, services.fresh())
    return Helped(re=command.id, card=card)


async def answer(services: Services, connection: Connection, command: say.CareAnswer) -> CareAnswered | Refused:
    """What is in the way: the card again, made for it."""
    identity = who(connection)
    about = careid.open_id(services.secret, identity.user, command.care)
    if about is None:
        return refused(command.id, Code.NOT_FOUND, "There is no such card of yours.", path="care")
    try:
        barrier = Barrier(command.choice)
    except ValueError:
        says = f"`choice` must be one of: {', '.join(Barrier)}."
        return refused(command.id, Code.BAD_REQUEST, says, path="choice")
    topic = next((topic for topic in services.catalogue if careid.room_mark(topic.key) == about.room), None)
    if barrier is Barrier.NOT_IT:
        await not_it(services, identity.user)
    why = f"{command.care}/{barrier}/{command.key or services.fresh()}"
    card = await made(services, identity, about, topic, barrier, why)
    services.spawn(keep(services, identity, {"about": topic.id if topic else "", "card": card}))
    return CareAnswered(re=command.id, care=command.care, choice=str(barrier), card=card)


async def keep(services: Services, identity: Identity, event: dict[str, Any]) -> None:
    """Put the answer's card into the inbox, for the other devices and for later. The reply has it already."""
    try:
        await save(services, identity, event)
    except Exception as fault:  # one card, not the node
        services.metrics.failed(type(fault).__name__)


async def made(
    services: Services, identity: Identity, about: careid.About, topic: Topic | None, barrier: Barrier | None, why: str
) -> dict[str, Any]:
    """The card, and before it the person who was asked for. `why` names the occasion: the same has the same id."""
    wished = barrier is Barrier.PERSON
    told = wished and await wish(services, identity, topic, about.care)
    return services.cards.make(
        about.care,
        reader(identity, topic),
        id=careid.seal(services.secret, identity.user, about, why),
        now=services.wall(),
        told=told,
        desk=await desk(services, identity, wished=wished, told=told),
        barrier=barrier,
        asked=about.asked,
    )


async def wish(services: Services, identity: Identity, topic: Topic | None, care: Care) -> bool:
    """Ask the team to come to this person. False: the wish could not be kept."""
    cause = EventId(f"wish/{int(services.wall() // ONE_WISH)}")
    room = topic.key if topic else inbox_of(identity)
    return await ask_for_person(services, identity, room, care, cause, name=identity.name or "")


async def desk(services: Services, identity: Identity, *, wished: bool, told: bool) -> Desk:
    """What is true of the team now: the engine is asked, not remembered."""
    there = await services.shift.ask(identity.band)
    if there is None or (wished and not told):
        return Desk.AWAY
    if wished:
        return Desk.ASKED if there else Desk.ASKED_NOBODY
    return Desk.HERE if there else Desk.NOBODY
