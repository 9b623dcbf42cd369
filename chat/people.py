"""Who is there: hello, and keeping a token fresh.

A guest becomes a person with one command: a new random person id, a signed token that brings them back, an inbox. The
id never leaves the server; others know a person by a different alias in each room. `hello` also brings back every
room the client was in, with what it missed, so that a reconnect is one round trip.

The order matters: everything that may wait comes first; then the rooms are entered, the welcome is queued and the
connection is opened in one step. Until then it is corked, so the welcome leaves before any event of those rooms.

A node hears the inbox of each person it has a connection of. The hub knows a connection from the moment it is known
whose it is, before anything is awaited: so an inbox that one device is opening is never closed by another that goes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chat import ages, appeals, wire
from chat import commands as say
from chat.accounts import Revocation
from chat.answers import INBOX, engine_away, inbox_of, not_found, refused, too_many_rooms
from chat.auth import Identity, TokenFault, good_until, sign, verify
from chat.auth import named as named_token
from chat.connection import Connection, Membership, State
from chat.desk import on_duty
from chat.holding import held_items
from chat.joining import RESUME_BYTES, catch_up, enter, judge_name, prepare
from chat.pending import pending
from chat.replies import Close, Code, Joined, Refreshed, Refused, Welcome
from chat.seating import is_session
from chat.services import Services
from chat.talk import depart as depart_room
from rooms.backplane import Recovery
from rooms.events import Band

# Tokens asked about in one breath: the engine answers in a millisecond or two.
ASKED_AT_ONCE = 500
# All rooms of one hello together (protocol.md): a phone on a bad line should see its welcome soon.
RESUME_TOTAL = 512 * 1024

FAULTS = {
    TokenFault.EXPIRED: (Code.EXPIRED, Close.EXPIRED, "Your pass has run out. Ask for a new one."),
}
# The rooms to return to, in the order they are entered: the wish, the place or why not, what was read of the log.
Places = list[tuple[say.ResumeAt, Membership | Refused, Recovery | None]]

NOT_KNOWN = (Code.UNAUTHORIZED, Close.UNAUTHORIZED, "This pass is not one of ours.")


async def hello(services: Services, connection: Connection, command: say.Hello) -> Welcome | Refused:
    """Say who is there. Refused: the connection closes, or waits for another hello if only the name was wrong."""
    connection.corked = True
    places: Places = []
    try:
        identity = await identify(services, connection, command)
        if isinstance(identity, Refused):
            return identity
        connection.identity = identity
        services.hub.enter(identity.user, connection, services.ticks())
        await gather(services, connection, command, places)
        waiting = await open_items(services, identity, returning=command.guest is None)
        if command.guest is None and (stop := await appeals.at_the_door(services, connection, identity, command)):
            return stop  # last of all that may wait: what is decided after this reaches the inbox, and is heard
        return settle(services, connection, command, identity, places, waiting)
    finally:
        for _, place, _ in places:
            if isinstance(place, Membership):
                services.presence.release(place.member.user, place.key)
        connection.corked = False
        if connection.state is State.HELLO:
            connection.state = State.NEW  # not welcomed: the next command must be another hello
        if connection.state is not State.OPEN:
            forget(services, connection)
        services.hub.touch(connection)


async def identify(services: Services, connection: Connection, command: say.Hello) -> Identity | Refused:
    """The identity behind a guest's word or a token."""
    given = [way for way in ("guest", "token", "phrase") if getattr(command, way) is not None]
    if len(given) != 1:
        says = "Give exactly one of `guest`, `token`, `phrase`."
        return refused(command.id, Code.BAD_REQUEST, says, path=given[1] if given else "guest")
    if command.token is not None:
        return await known(services, connection, command.id, command.token)
    if command.guest is None:
        connection.close(Close.UNAUTHORIZED, "unknown phrase")
        return refused(command.id, Code.UNAUTHORIZED, "We don't know that phrase.", path="phrase")
    guest = command.guest
    identity = Identity(
        user=await services.accounts.new_person(),
        band=Band(guest.band),
        name=guest.name,
        language=guest.language,
        country=guest.country,
        expires=services.wall() + services.settings.auth.token_ttl,
    )
    if guest.name and (stop := judge_name(services, identity, guest.name, command.id, "guest.name")):
        return stop
    return identity


async def known(services: Services, connection: Connection, re: int, token: str) -> Identity | Refused:
    """The identity of a token that is ours, still good and not taken back.

    The hub knows the connection before the engine is asked: whoever takes the token back from now on finds it there.
    """
    identity = verify(token, services.secret, services.wall())
    if isinstance(identity, Identity):
        connection.identity = identity
        services.hub.enter(identity.user, connection, services.ticks())
        gone, band = await services.accounts.at_the_door(identity)
        if not gone:
            return await ages.at_the_door(services, connection, identity, re, band) if band else identity
    fault = identity if isinstance(identity, TokenFault) else None
    code, close, says = FAULTS.get(fault, NOT_KNOWN) if fault else NOT_KNOWN
    connection.close(close, "the token was not accepted")
    return refused(re, code, says, path="token")


async def gather(services: Services, connection: Connection, command: say.Hello, places: Places) -> None:
    """Everything about the rooms to return to that may wait: rules, subscriptions, what only the log has.

    Fills `places`, so that what was promised so far is known even if the rest fails.
    The inbox comes first, asked for or not; a room that is named twice is returned to once.
    """
    wanted = {INBOX: say.ResumeAt(room=INBOX)}
    for room in reversed(command.resume):
        wanted[room.room] = room
    entered = -1  # topic rooms so far: the inbox is none
    for room in [wanted.pop(INBOX), *reversed(wanted.values())]:
        if entered >= services.settings.limits.rooms and not is_session(room.room):
            places.append((room, too_many_rooms(services, None), None))
            continue
        place = await prepare(services, connection, room)
        if isinstance(place, Refused):
            places.append((room, place, None))
            continue
        entered += 1
        places.append((room, place, None))
        places[-1] = (room, place, await catch_up(services, place.key, room.cursor))


async def open_items(services: Services, identity: Identity, *, returning: bool) -> list[dict[str, Any]]:
    """What is still open for this person: held messages, a wait, sessions, offers. A new guest has nothing open."""
    if not returning:
        return []
    return [*await held_items(services, identity), *await pending(services, identity)]


def settle(
    services: Services,
    connection: Connection,
    command: say.Hello,
    identity: Identity,
    places: Places,
    waiting: list[dict[str, Any]],
) -> Welcome | Refused:
    """Enter the rooms, open the connection and welcome, in one step: no await may stand between these lines."""
    if connection.state is State.CLOSED:  # gone while we read
        return engine_away(command.id)
    if command.client is not None:
        connection.tab = command.client.tab
    for other in list(services.hub.people[identity.user].connections):
        if other is not connection and other.tab is not None and other.tab == connection.tab:
            other.close(Close.REPLACED, "this tab has a newer connection")
            services.hub.touch(other)
    resumed: dict[str, Joined | Refused] = {}
    left = RESUME_TOTAL
    for room, place, read in places:
        if isinstance(place, Membership) and place.listed and connection.confined:
            place = not_found(None)
        if isinstance(place, Refused):
            resumed[room.room] = named(place, room.room)
            continue
        entered = enter(services, connection, place, room, read, max_bytes=min(RESUME_BYTES, left))
        if isinstance(entered, Joined):
            left -= sum(len(bytes(event)) for event in entered.events)
            resumed[room.room] = entered
        elif room.room == INBOX:
            return engine_away(command.id)  # nobody is let in without what is private to them
        else:
            resumed[room.room] = named(entered, room.room)
    connection.state = State.OPEN
    if on_duty(identity):
        services.hub.on_duty[connection] = None
    now = services.wall()
    if command.guest is not None:
        expires = now + services.settings.auth.token_ttl
        connection.identity = identity = named_token(replace(identity, expires=expires), services.secret, now)
    connection.good_until = good_until(identity, now)
    limits = services.settings.limits
    return Welcome(
        re=command.id,
        roles=sorted(str(role) for role in identity.roles),
        scopes=sorted(str(scope) for scope in identity.scopes),
        band=str(identity.band),
        token=command.token or sign(identity, services.secret, now),
        expires=wire.timestamp(int(identity.expires * 1000)),
        node=services.node,
        heartbeat=services.settings.gateway.heartbeat,
        limits={"text": limits.text, "rooms": limits.rooms, "dedupe": limits.dedupe, "in_flight": 16},
        now=waiting,
        resumed=[resumed[name] for name in dict.fromkeys(room.room for room in command.resume)],
    )


def named(refusal: Refused, room: str) -> Refused:
    """The same refusal, saying which room of many it is about."""
    return Refused(
        re=None,
        code=refusal.code,
        says=refusal.says,
        retry=refusal.retry,
        retry_after=refusal.retry_after,
        path=refusal.path,
        findings=refusal.findings,
        room=room,
    )


async def refresh(services: Services, connection: Connection, command: say.Refresh) -> Refreshed | Refused:
    """A new token for the same person, while the old one is still good."""
    identity = verify(command.token, services.secret, services.wall())
    own = connection.identity
    refusal = refused(command.id, Code.UNAUTHORIZED, "This pass is not yours, or has run out.", path="token")
    if not isinstance(identity, Identity) or own is None or identity.user != own.user:
        return refusal
    if await services.accounts.revoked(identity):
        return refusal
    now = services.wall()
    renewed = named_token(replace(identity, expires=now + services.settings.auth.token_ttl), services.secret, now)
    connection.identity = replace(own, expires=renewed.expires, issued=renewed.issued, token_id=renewed.token_id)
    connection.good_until = good_until(renewed, now)
    token = sign(renewed, services.secret, now)
    return Refreshed(re=command.id, token=token, expires=wire.timestamp(int(renewed.expires * 1000)))


def taken_back(services: Services, revocation: Revocation) -> None:
    """Tokens were taken back, here or by another node: their conversations end (X21, X22)."""
    person = services.hub.people.get(revocation.user)
    for connection in person.connections if person else ():
        if connection.identity is not None and revocation.covers(connection.identity):
            connection.close(Close.EXPIRED, "this token was taken back")
            services.hub.touch(connection)


async def look_again(services: Services) -> None:
    """Ask the engine about everybody here: what was said of tokens while this node heard nothing. Raises EngineAway."""
    here = [connection for person in services.hub.people.values() for connection in person.connections]
    for some in (here[at : at + ASKED_AT_ONCE] for at in range(0, len(here), ASKED_AT_ONCE)):
        asked = [(connection, connection.identity) for connection in some if connection.identity is not None]
        gone = await services.accounts.revoked_among([identity for _, identity in asked])
        for (connection, _), is_gone in zip(asked, gone, strict=True):
            if is_gone:
                connection.close(Close.EXPIRED, "this token was taken back")
                services.hub.touch(connection)


def depart(services: Services, connection: Connection) -> None:
    """A connection is gone: its seats are kept for the grace."""
    connection.state = State.CLOSED
    for name in list(connection.rooms):
        depart_room(services, connection, name, grace=True)
    forget(services, connection)


def forget(services: Services, connection: Connection) -> None:
    """Let go of a connection's person; with the last one of theirs, of the inbox too."""
    identity = connection.identity
    if identity is not None:
        services.hub.exit(identity.user, connection, services.ticks())
        if identity.user not in services.hub.people:
            services.standing.forget(identity.user)
            services.backplane.close(inbox_of(identity))


__all__ = ["depart", "hello", "look_again", "refresh", "taken_back"]
