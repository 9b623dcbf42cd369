"""Joining a room, and coming back to one: the delicate dance of engine.md.

In this order: subscribe this node (`backplane.open`), read what the person missed, then, in one step without an await,
bridge to what this node has delivered so far, enter the hub and answer. What is delivered later reaches the connection
live; what was delivered before is in the answer. Nothing falls between. A resuming `hello` does the same for all its
rooms (people.py).

`inbox` is a room like any other, with one person in it: it can be joined, resumed and paged, and nobody speaks there.
So is the room of a session, with two; who may enter it is seating.py's.
"""

from __future__ import annotations

from typing import Any

from chat import commands as say
from chat import hosting, wire
from chat.answers import INBOX, engine_away, find, inbox_of, not_found, refused, too_many_rooms, who, worn
from chat.auth import Identity, alias_id, alias_name
from chat.connection import Connection, Membership, State
from chat.person import LINGER, RECENT
from chat.replies import Code, Joined, Refused
from chat.seating import is_session, seat_for
from chat.services import Services
from chat.veil import NOTHING, Veil, sift
from moderation.verdict import Action, Submission
from rooms.backplane import Recovery
from rooms.events import Band, Entry, Kind, Member, Position, Refusal, Role, RoomKey
from rooms.recovery import fits, newest
from rooms.topics import KEEPERS, is_limited, refusal_to_join

# An inbox is forgotten this long after its person was last here or was last told something: thirty days, as the rooms.
INBOX_KEPT = 30 * 86_400.0
# The newest page, for someone without a cursor: a screen or two.
NEWEST = 50
# A resume gives at most this much of one room; beyond it the client pages (protocol.md, hello).
RESUME_EVENTS = 300
RESUME_BYTES = 128 * 1024
# Above this many people a roster in every answer costs more than it tells.
ROSTER = 100
_ROLES = (Role.OPERATOR, Role.SUPERVISOR, Role.MODERATOR, Role.RESPONDER, Role.LISTENER)


async def join(services: Services, connection: Connection, command: say.Join) -> Joined | Refused:
    """Enter a room and catch up with it."""
    many = command.room != INBOX and not is_session(command.room)  # nobody is kept out of their own session
    fresh = many and command.room not in connection.rooms
    if fresh and connection.topics >= services.settings.limits.rooms:
        return too_many_rooms(services, command.id)
    place = await prepare(services, connection, command)
    if isinstance(place, Refused):
        return place
    try:
        read = await catch_up(services, place.key, command.cursor)
        return enter(services, connection, place, command, read)
    finally:
        services.presence.release(place.member.user, place.key)


async def prepare(
    services: Services, connection: Connection, command: say.Join | say.ResumeAt, re: int | None = None
) -> Membership | Refused:
    """Everything about a join that may wait: the rules, the name, this node's subscription, a place where they are few.

    Whoever gets a Membership sees to it that `presence.release` is called when the join is over.
    """
    identity = who(connection)
    re = command.id if isinstance(command, say.Join) else re
    if command.room == INBOX:
        key = inbox_of(identity)
        await services.backplane.open(key)
        services.backplane.keep_for(key, INBOX_KEPT)
        return Membership(key, None, Member(identity.user, alias_id(services.secret, identity.user, key), "you"))
    if is_session(command.room):
        return await seat_for(services, identity, command.room, re)
    topic = find(services, identity, command.room)
    if topic is None:
        return not_found(re)
    await services.backplane.open(topic.key)
    await services.presence.load(topic.key)
    await services.apart.load(topic.key)
    already = services.presence.is_here(identity.user, topic.key)
    present = services.presence.present(topic.key) + services.presence.expected(topic.key)
    refusal = refusal_to_join(topic, identity.band, present, already, identity.roles, vetted=identity.vetted)
    if refusal is Refusal.ROOM_FULL:
        return full(re)
    if refusal is not None:
        return not_found(re)
    name = command.alias or identity.name
    if command.alias and (stop := judge_name(services, identity, command.alias, re, "alias")):
        return stop
    if not already and is_limited(topic, identity.roles):
        # Noted before it waits: no other join comes between the look above and this.
        if not await services.presence.promise(identity.user, topic.key, topic.capacity):
            return full(re)
    return Membership(topic.key, topic, member_of(services, identity, topic.key, name, quiet=command.quiet))


def full(re: int | None) -> Refused:
    """No place is left, for now."""
    says = "This room is full right now. Try again soon."
    return refused(re, Refusal.ROOM_FULL, says, retry="later", retry_after=30.0)


def member_of(services: Services, identity: Identity, key: RoomKey, name: str | None, *, quiet: bool) -> Member:
    """Who this person is in one room: another alias in each (F33)."""
    alias = alias_id(services.secret, identity.user, key)
    role = next((role for role in _ROLES if role in identity.roles), Role.PEER)
    if identity.band is Band.TEEN and role in KEEPERS:  # nobody under 18 is of the team, whatever a token says
        role = Role.PEER
    return Member(identity.user, alias, name or alias_name(services.secret, identity.user, key), role, quiet)


def judge_name(services: Services, identity: Identity, name: str, re: int | None, path: str) -> Refused | None:
    """Names are words others see: the same filter reads them. None when this one may be worn."""
    submission = Submission(
        text=name,
        lane=f"alias/{identity.band}",
        author=identity.user,
        kind="alias",
        band=str(identity.band),
        language=identity.language or "en",
    )
    verdict = services.pipeline.judge(submission, services.ticks())
    services.metrics.judged("alias", verdict.action.word)
    if verdict.action is Action.ALLOW and len(name) <= 40 and name.strip() and name.isprintable():
        return None
    says = verdict.says or "Please choose another name: up to 40 plain characters."
    return refused(re, Code.STOPPED, says, path=path, retry="later" if verdict.faulty else "never")


async def catch_up(services: Services, key: RoomKey, cursor: str | None) -> Recovery | None:
    """Read from the log what this node's ring does not cover. None when the ring will do."""
    backplane, place = services.backplane, _place(cursor)
    if backplane.recover_locally(key, place, _most(cursor), RESUME_BYTES) is not None:
        return None
    return await backplane.recover(key, place, _most(cursor), RESUME_BYTES)


def _place(cursor: str | None) -> Position | None:
    return Position.parse(cursor) if cursor else None


def _most(cursor: str | None) -> int:
    """How many events one room may give: all that was missed, or a page for someone new."""
    return RESUME_EVENTS if cursor else NEWEST


def enter(
    services: Services,
    connection: Connection,
    place: Membership,
    command: say.Join | say.ResumeAt,
    read: Recovery | None,
    *,
    max_bytes: int = RESUME_BYTES,
) -> Joined | Refused:
    """Bridge, enter the hub and answer, in one step: no await may stand between these lines."""
    re = command.id if isinstance(command, say.Join) else None
    if connection.state is State.CLOSED:  # gone while we read: whoever enters now would never leave
        return engine_away(re)
    forged = bool(command.cursor) and _place(command.cursor) is None
    recovery = bridge(services, place.key, command.cursor, read, max_bytes)
    if recovery is None:
        return engine_away(re)
    if anew := command.room in connection.rooms:
        before = connection.rooms[command.room]
        place.watching, place.lantern = before.watching, before.lantern
    connection.rooms[command.room] = place
    connection.direct = connection.topics == 1
    services.hub.join(place.key, command.room, connection)
    if place.topic is not None:
        recall(services, place)
    if place.session:
        services.hub.veil(place.key, connection, veil_of(services, place), 0)
    present, version, members = come_into_sight(services, connection, place, anew=anew)
    return Joined(
        re=re,
        room=command.room,
        alias=place.member.name,
        alias_id=place.member.alias,
        rules=rules_for(connection, place, command.cursor),
        present=present,
        version=version,
        members=members,
        hosted=hosting.as_joined(services, place),
        events=payloads(connection, seen_by(services, place, recovery.entries), command.room),
        cursor=recovery.position.cursor,
        recovered=recovery.recovered and not forged,
        why="foreign" if forged else recovery.why,
    )


def come_into_sight(
    services: Services, connection: Connection, place: Membership, *, anew: bool
) -> tuple[int, int, list[dict[str, Any]] | None]:
    """(how many are here, the version of that, who they are as this one sees them), oneself among them. `anew`: this
    connection was here already; it has one seat, however often it joins.
    """
    if not place.listed:
        return (1, 0, None) if place.roll is None else (len(place.roll), 0, place.roll)
    if anew:
        services.presence.depart(place.member.user, place.key, services.ticks(), grace=True)
    services.presence.arrive(place.member, place.key, services.ticks())
    roster = services.presence.roster(place.key)
    veil = veil_of(services, place)
    services.hub.veil(place.key, connection, veil, roster.version)
    seen = [member for member in roster.members if member.user not in veil.users]
    present = services.presence.present(place.key) - (roster.present - len(seen))
    version = services.hub.told(place.key, connection, roster.version)
    return present, version, [worn(member) for member in seen] if present <= ROSTER else None


def rules_for(connection: Connection, place: Membership, cursor: str | None) -> str:
    """The ground rules, at every join; who comes back into a session has read them."""
    if place.topic is None or (place.session and cursor):
        return ""
    return place.topic.said(who(connection).language)[2]


def recall(services: Services, place: Membership) -> None:
    """Let the filter know what this person said here lately, through whichever node it was (X32)."""
    person = services.hub.people.get(place.member.user)
    if person is None or person.knows(place.key):
        return
    now = services.backplane.engine_now_ms()
    since = now - LINGER * 1000
    said = [
        (entry.id, wire.unbody(entry.body).get("text", ""), services.ticks() - max(0, now - entry.at) / 1000)
        for entry in services.backplane.ring(place.key)
        if entry.author == place.member.user and entry.at >= since and entry.kind in (Kind.MESSAGE, Kind.EDITED)
    ]
    person.recall(place.key, [(id, text) for id, text, _ in said[-RECENT:]], [at for _, _, at in said[-RECENT:]])


def bridge(
    services: Services, key: RoomKey, cursor: str | None, read: Recovery | None, max_bytes: int
) -> Recovery | None:
    """Join what was read from the log to what this node has delivered since. None if the ring moved on too far."""
    backplane, limit = services.backplane, _most(cursor)
    if read is None:
        return backplane.recover_locally(key, _place(cursor), limit, max_bytes)
    rest = backplane.recover_locally(key, read.position, RESUME_EVENTS, RESUME_BYTES)
    if rest is None or not rest.recovered:
        return None
    entries = [*read.entries, *rest.entries]
    if fits(entries, 2 * RESUME_EVENTS, max_bytes):
        return Recovery(entries, rest.position, read.recovered, read.why)
    why = "trimmed" if read.recovered else read.why
    return Recovery(newest(entries, NEWEST, max_bytes), rest.position, False, why)


def veil_of(services: Services, place: Membership) -> Veil:
    """Whom this person doesn't see in a room. Who looks after it sees everything."""
    if not place.listed:
        return Veil(apart=True) if place.session and not place.entrusted else NOTHING
    if place.member.role in KEEPERS:
        return NOTHING
    user, apart = place.member.user, services.apart
    return Veil(apart.behind(user, place.key), frozenset(other for other, _ in apart.blocked_by(user, place.key)))


def seen_by(services: Services, place: Membership, entries: list[Entry]) -> list[Entry]:
    """Of a room's entries those that this person may see."""
    if place.floor is not None:
        entries = [one for one in entries if place.reads(one.at_place)]
    veil = veil_of(services, place)
    return sift(veil, entries, services.backplane.ring(place.key)) if veil else entries


def payloads(connection: Connection, entries: list[Entry], name: str) -> list[Any]:
    """Logged events as they stand in an answer to this connection."""
    return [wire.embed(wire.event_payload(connection.codec, entry, name)) for entry in entries]
