"""Marking: that somebody spoke in a session is noted in its row, so that nobody who talks is taken for gone.

A mark is a round trip to the store, and words come fast: so the first words, the first after a change of the session,
and then some every few seconds are marked. Words of somebody who is held also count as a sign of them (rooms/held.py);
which of their words were the newest is read from the log where it matters, not from here.

Failure: the store away: nothing is marked; the next words try again.
"""

from __future__ import annotations

from typing import Any

from chat import wire
from chat.connection import Membership
from chat.owing import make, shut_out
from chat.seating import id_of
from chat.services import Services
from rooms import meeting, staying
from rooms.effects import Event
from rooms.events import Entry, UserId
from rooms.matchmaker import MatchAway
from rooms.scene import No, RowKind, Scene

# Between two marks of one person in a session: a small part of the silence after which somebody asks "still here?".
PART = 20
MOST = 15.0
KINDS = frozenset(Event)
_INBOXES = "inbox/"


def spoke(services: Services, place: Membership, seq: int) -> None:
    """Somebody said something in a session, or somebody who is held did anywhere; `seq` is its place in the log."""
    gap = min(MOST, services.matchmaker.times.quiet / 1000 / PART)
    user = place.member.user
    if not services.company.stirs(place.session, user, services.ticks(), gap):
        return
    if place.session:
        services.spawn(mark(services, place.session, user, seq))
    else:
        services.spawn(sign(services, user))


async def mark(services: Services, id: str, user: UserId, seq: int) -> None:
    """Write it into the row. Never raises."""

    def step(scene: Scene) -> Any:
        made = meeting.speak(scene, id, user)
        if isinstance(made, No) or not made.held or made.seeker != user:
            return made
        held = staying.stir(scene, user, seq)
        return made if isinstance(held, No) else held

    try:
        await make(services, step, (RowKind.SESSION, id))
    except MatchAway:
        services.company.changed(id)
    except Exception as fault:  # one mark, not the node
        services.company.changed(id)
        services.metrics.failed(type(fault).__name__)


async def sign(services: Services, user: UserId) -> None:
    """Somebody who is held said something elsewhere: nobody need ask whether they are still there. Never raises."""
    try:
        made = await make(services, lambda scene: staying.stir(scene, user), (RowKind.HOLD, user))
    except MatchAway:
        return
    except Exception as fault:  # one sign, not the node
        services.metrics.failed(type(fault).__name__)
        return
    if isinstance(made, No):
        services.company.let_go(user)


def concerns(entry: Entry) -> bool:
    """Whether an entry tells somebody of a session."""
    return entry.kind in KINDS and entry.room.startswith(_INBOXES)


def heard(services: Services, entry: Entry) -> None:
    """Somebody on this node was told of a session: it matters whether they are here, and what is remembered is old."""
    user = UserId(entry.room.removeprefix(_INBOXES))
    if user not in services.hub.people:
        return
    services.company.follow(user)
    if entry.kind not in (Event.SESSION_CHANGED, Event.SESSION_CLOSED):
        return
    id = id_of(str(wire.unbody(entry.body).get("room", "")))
    if id:
        services.company.changed(id)
    if id and entry.kind == Event.SESSION_CLOSED:
        shut_out(services, id, user)
