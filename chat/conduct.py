"""What is in force against somebody who is here: kept out, muted, slowed; and how they are told (F28).

    hello ─▶ kept out? the card, a notice, 4003 (appeals.py)             every hello reads the store
    inbox entry (notice, resolved) ─▶ look_again ─▶ the store read anew, conversations ended where they must be
    each message ─▶ silenced, gap ─▶ answered from this node's copy

A sanction is told by an entry of the person's inbox. Every node with a connection of theirs hears that entry, in order
and without holes, however it was cut off meanwhile; hearing it, the node reads what is in force. A node
that was away knows as soon as it has caught up. For the one gap left, a node that dies between deciding and telling,
every node asks about its people twice a minute (`look_around`).

**Who is held and kept out keeps the responder's room (F16).** They are not shown the door: they are `confined`. They
leave every other room, and may do what KEPT names: write to whoever stays with them, take the way to a line, say that
they are OK, go, and appeal. With the end of the hold they are kept out like anybody.

Help stays (F21): who is kept out is shown the card with the lines for their country before the connection closes, and
who is muted still gets what is owed for what they write, because care is paid before anything is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from chat import careid, wire
from chat import commands as say
from chat import sessioncommands as pair
from chat.answers import INBOX, refused, room_named
from chat.auth import Identity, event_id
from chat.care import desk, reader
from chat.connection import Connection, Membership, State
from chat.joining import INBOX_KEPT
from chat.outbox import Lane
from chat.owing import make, saying
from chat.replies import Close, Code, Refused
from chat.services import Services
from chat.talk import depart
from moderation.ladder import Step
from moderation.sanctions import Sanction, explained
from moderation.verdict import Care, CareBand
from rooms import parting
from rooms.backplane import Commit, Committed
from rooms.effects import Event
from rooms.events import NO_ONE, Entry, Kind, Refusal, RoomKey, UserId
from rooms.held import OPEN as HELD
from rooms.scene import RowKind, Scene

# Entries of an inbox after which what is in force may be something else.
NEWS: frozenset[str] = frozenset({Kind.NOTICE, Kind.RESOLVED, Event.SESSION_CLOSED})
_INBOXES = "inbox/"
# Nobody knows how somebody is who finds the door closed: the card is the one for whoever asks for help.
AT_THE_DOOR = Care(CareBand.CONCERN)

# What somebody may do who is held and kept out. `open` finds no room but that of a session they have a place in.
KEPT: frozenset[type[Any]] = frozenset(
    {
        say.Hello, say.Refresh, say.Send, say.Check, say.Edit, say.Redact, say.React, say.Typing, say.Page, say.Members,
        say.Leave, say.Ping, say.Help, say.CareAnswer, say.Appeal, pair.Open, pair.Close, pair.Undo, pair.Still,
        pair.Settle, pair.Handover, pair.JoinOk,
    }
)  # fmt: skip
STAYED_WITH = "You are kept out of the rooms for now. Who stays with you is still here, and so are the lines."

# A suspension without an end, as matching keeps it (ms).
FOR_GOOD = 1 << 52

MUTED = "You can read this room, but not write in it for now. Your words are still with you."


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {STAYED_WITH, MUTED}


def keep_out(services: Services, connection: Connection, identity: Identity, barred: Sanction, re: int) -> Refused:
    """The answer to the hello of somebody who is kept out; the connection closes behind it."""
    show_out(services, connection, identity, barred)
    now = services.backplane.engine_now_ms()
    wait = None if barred.until is None else max(0.1, round((barred.until - now) / 1000, 1))
    retry = "never" if wait is None else "later"
    says = explained(barred, tongue(services, identity))
    return refused(re, Code.FORBIDDEN, says, retry=retry, retry_after=wait)


def tongue(services: Services, identity: Identity) -> Callable[[str], str]:
    """Sentences in the language of somebody who is here."""
    return lambda sentence: services.pipeline.books.says.say(sentence, identity.language or "en")


def show_out(services: Services, connection: Connection, identity: Identity, barred: Sanction) -> None:
    """The card, the reason, and the door; in that order, and nothing after it."""
    at = wire.timestamp(int(services.wall() * 1000))
    card = card_of(services, identity)
    connection.say(
        Lane.CONTROL, {"type": Kind.CARE, "room": INBOX, "id": card["id"], "at": at, "about": "", "card": card}
    )
    notice = told(barred, tongue(services, identity))
    connection.say(Lane.CONTROL, {"type": Kind.NOTICE, "at": at, **notice})
    connection.close(Close.BANNED, "this person is kept out for now")
    services.hub.touch(connection)


def card_of(services: Services, identity: Identity) -> dict[str, Any]:
    """The lines for somebody who finds the door closed. From local data: it needs no store."""
    about = careid.About(AT_THE_DOOR, asked=True, room=bytes(5))
    return services.cards.make(
        AT_THE_DOOR,
        reader(identity, None),
        id=careid.seal(services.secret, identity.user, about, services.fresh()),
        now=services.wall(),
        desk=desk(services, identity),
        asked=True,
    )


def told(sanction: Sanction, say: Callable[[str], str] = str) -> dict[str, Any]:
    """A sanction as its person is told it, in their language. Never who decided, and nobody else's words."""
    notice: dict[str, Any] = {
        "code": "sanction",
        "sanction": sanction.id,
        "step": sanction.step.word,
        "reason": str(sanction.reason),
        "says": explained(sanction, say),
        "appeal": str(sanction.appeal),
    }
    if sanction.until is not None and sanction.step is not Step.NOTICE:
        notice["until"] = wire.timestamp(sanction.until)
    if not sanction.everywhere:
        notice["about"] = room_named(sanction.room)
    return notice


async def tell(services: Services, user: UserId, sanction: Sanction) -> bool:
    """Put the notice of a sanction into its person's inbox, once. False: not now, ask again."""
    inbox = RoomKey(_INBOXES + user)
    services.backplane.keep_for(inbox, INBOX_KEPT)
    commit = Commit(
        room=inbox,
        id=event_id(services.secret, user, inbox, "sanction", sanction.id),
        kind=Kind.NOTICE,
        author=NO_ONE,
        body=wire.body(told(sanction, await saying(services, user))),
    )
    return isinstance((await services.backplane.submit([commit]))[0], Committed)


# while they are here


def concerns(entry: Entry) -> bool:
    """Whether an entry may change what is in force against somebody."""
    return entry.kind in NEWS and entry.room.startswith(_INBOXES)


async def look_again(services: Services, entry: Entry) -> None:
    """Something was decided about the person of this inbox. Never raises: `look_around` asks again."""
    try:
        await apply(services, UserId(entry.room.removeprefix(_INBOXES)))
    except OSError:
        return
    except Exception as fault:  # one person, not the node
        services.metrics.failed(type(fault).__name__)


async def look_around(services: Services) -> None:
    """Ask about everybody here, for a node may have died between deciding and telling: who was not told is told now.

    Raises StoreAway.
    """
    for user in await services.standing.known_among(list(services.hub.people)):
        for sanction in await apply(services, UserId(user)):
            await tell(services, UserId(user), sanction)


async def apply(services: Services, user: UserId) -> tuple[Sanction, ...]:
    """Read what is in force against somebody, and end their conversations here if it keeps them out. Raises StoreAway.

    Returns what is in force; nothing for somebody who is not here.
    """
    if user not in services.hub.people:
        return ()
    now = services.backplane.engine_now_ms()
    in_force = await services.standing.watch(user, now)
    barred = in_force.barred(now)
    held = barred is not None and await stayed_with(services, user)
    person = services.hub.people.get(user)
    if person is None:
        services.standing.forget(user)
        return ()
    for connection in list(person.connections) if barred is not None else ():
        if barred is None or connection.identity is None or connection.state is State.CLOSED:
            continue
        if held:
            confine(services, connection)
        else:
            show_out(services, connection, connection.identity, barred)
    if barred is not None:
        await leave_sessions(services, user, barred)
    return in_force.sanctions


async def stayed_with(services: Services, user: UserId) -> bool:
    """Whether somebody is held now. Raises MatchAway."""
    hold = await services.matchmaker.find(RowKind.HOLD, user)
    return hold is not None and hold.state in HELD


def confine(services: Services, connection: Connection) -> None:
    """Out of every room but the one in which somebody stays with them."""
    connection.confined = True
    if connection.identity is not None:
        services.company.hold(connection.identity.user)
    for name, place in list(connection.rooms.items()):
        if place.listed:
            depart(services, connection, name, grace=False)


def out_of_reach(connection: Connection, command: Any) -> Refused | None:
    """The refusal of what somebody who is held and kept out may not do, or None."""
    if not connection.confined or type(command) in KEPT:
        return None
    return refused(command.id, Code.FORBIDDEN, STAYED_WITH)


async def leave_sessions(services: Services, user: UserId, barred: Sanction) -> None:
    """Who is kept out is in no session any more: it ends for the other like any other. Who is held stays held (F16)."""
    until = barred.until if barred.until is not None else FOR_GOOD

    def step(scene: Scene) -> bool:
        person = scene.look(RowKind.PERSON, user)
        if person is None:
            return False
        if person.session:
            parting.part(scene, person.session, user, "suspended", bar=False)
        if person.listening:
            parting.suspend(scene, user, until)
        return True

    with contextlib.suppress(OSError):  # looked at again twice a minute
        await make(services, step, (RowKind.PERSON, user), (RowKind.LISTENER, user))


def silenced(services: Services, re: int, place: Membership) -> Refused | None:
    """The refusal for somebody who may not write in this room now, or None."""
    in_force = services.standing.at(place.member.user)
    if not in_force.sanctions or (place.session and services.company.holds(place.member.user)):
        return None
    now = services.backplane.engine_now_ms()
    muted = in_force.muted(place.key, now)
    if muted is None:
        return None
    wait = None if muted.until is None else max(0.1, round((muted.until - now) / 1000, 1))
    return refused(re, Refusal.MUTED, MUTED, retry="never" if wait is None else "later", retry_after=wait)


def gap(services: Services, place: Membership) -> int:
    """Milliseconds a slowed person leaves between two messages in this room; 0 for everybody else."""
    in_force = services.standing.at(place.member.user)
    return in_force.gap(place.key, services.backplane.engine_now_ms()) if in_force.sanctions else 0
