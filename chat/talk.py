"""Being in a room: which rooms there are, joining, leaving, who is here, history, typing.

Joining is the delicate dance of engine.md, in this order: subscribe this node (`backplane.open`), read what the
person missed, then, in one step without an await, bridge to what this node has delivered so far, enter the hub and
answer. What is delivered later reaches the connection live; what was delivered before is in the answer. Nothing falls
between.

`inbox` is a room like any other, with one person in it: it can be joined, resumed and paged, and nobody speaks there.
"""

from __future__ import annotations

from typing import Any

import structlog

from chat import commands as say
from chat import wire
from chat.auth import Identity, alias_id, alias_name
from chat.connection import TYPING_GAP, Call, Connection, Membership, State
from chat.outbox import Lane
from chat.replies import Code, Joined, Left, MemberList, PageOf, Presence, Refused, RoomList, TypingNow
from chat.services import Services
from moderation.verdict import Action, Submission
from rooms.backplane import Recovery
from rooms.events import Entry, Member, Position, Refusal, Role, RoomKey
from rooms.recovery import fits, newest
from rooms.roster import Change
from rooms.topics import Topic, refusal_to_join

log = structlog.get_logger("warmline.talk")

INBOX = "inbox"
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


def who(connection: Connection) -> Identity:
    """The identity behind an open connection."""
    if connection.identity is None:
        raise AssertionError("a command ran before hello")
    return connection.identity


def inbox_of(identity: Identity) -> RoomKey:
    """The person's private room of one."""
    return RoomKey(f"inbox/{identity.user}")


def find(services: Services, identity: Identity, name: str) -> Topic | None:
    """The topic room of that name, if this person may know of it."""
    return services.catalogue.find(name, identity.band, roles=identity.roles, vetted=identity.vetted)


def refused(re: int | None, code: Code | Refusal, says: str, **more: Any) -> Refused:
    """A refusal the client need not repeat, unless `retry` says otherwise."""
    more.setdefault("retry", "never")
    return Refused(re=re, code=str(code), says=says, **more)


def not_found(re: int | None) -> Refused:
    """The one answer for what is not there and for what one may not see."""
    return refused(re, Code.NOT_FOUND, "There is no such room here.", path="room")


def absent(services: Services, connection: Connection, re: int | None, name: str) -> Refused:
    """Why someone who is not in a room cannot act there."""
    if name == INBOX or find(services, who(connection), name) is not None:
        return refused(re, Code.NOT_MEMBER, "Join the room first.", path="room")
    return not_found(re)


def too_many_rooms(services: Services, re: int | None) -> Refused:
    """Nobody needs so many rooms at once, and each costs every node something."""
    most = services.settings.limits.rooms
    return refused(re, Code.FORBIDDEN, f"You can be in {most} rooms at a time. Leave one first.", path="room")


def engine_away(re: int | None) -> Refused:
    """The store does not answer. Nothing was lost: the client keeps the key and asks again."""
    says = "We can't save messages just now. Yours is kept on your side; try again in a moment."
    return refused(re, Code.UNAVAILABLE, says, retry="later", retry_after=2.0)


def internal(services: Services, command: Any, fault: Exception) -> Refused:
    """Our fault: say so, and log what kind of fault it was. Its text may hold private words and is not logged."""
    services.metrics.failed(type(fault).__name__)
    log.error("handler_failed", command=type(command).__name__, fault=type(fault).__name__, where=_where(fault))
    says = "Something went wrong on our side. Your words are still with you; please try again."
    return Refused(re=command.id, code=Code.INTERNAL, says=says, retry="later", retry_after=2.0)


def finish(services: Services, call: Call, reply: Any) -> None:
    """Answer, count, and let the hub know that something waits. A reply that cannot be said costs only itself."""
    try:
        call.answer(reply)
    except Exception as fault:
        reply = internal(services, call.command, fault)
        if call.slot.frame is None:
            call.answer(reply)
    if isinstance(reply, Refused):
        services.metrics.refused(reply.code)
    services.hub.touch(call.connection)


def _where(fault: Exception) -> str:
    """File and line of the innermost frame: enough to find a bug, no locals."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"


# rooms


async def rooms(services: Services, connection: Connection, command: say.Rooms) -> RoomList:
    """The rooms this person may see. `band` narrows the list for those who see both bands."""
    identity = who(connection)
    topics = services.catalogue.visible(identity.band, roles=identity.roles, vetted=identity.vetted)
    if command.band is not None and (identity.vetted or Role.MODERATOR in identity.roles):
        topics = [topic for topic in topics if topic.band == command.band]
    return RoomList(re=command.id, rooms=[_card(services, connection, topic) for topic in topics])


def _card(services: Services, connection: Connection, topic: Topic) -> dict[str, Any]:
    return {
        "room": topic.id,
        "title": topic.title or topic.id,
        "about": topic.about,
        "rules": topic.rules,
        "band": str(topic.band),
        "language": topic.language,
        "present": services.presence.present(topic.key),
        "joined": topic.id in connection.rooms,
        "slow": topic.slow,
        "retention": topic.retention,
    }


# joining


async def join(services: Services, connection: Connection, command: say.Join) -> Joined | Refused:
    """Enter a room and catch up with it."""
    fresh = command.room != INBOX and command.room not in connection.rooms
    if fresh and connection.topics >= services.settings.limits.rooms:
        return too_many_rooms(services, command.id)
    place = await prepare(services, connection, command)
    if isinstance(place, Refused):
        return place
    read = await catch_up(services, place.key, command.cursor)
    return enter(services, connection, place, command, read)


async def prepare(
    services: Services, connection: Connection, command: say.Join | say.ResumeAt, re: int | None = None
) -> Membership | Refused:
    """Everything about a join that may wait: the rules, the name, this node's subscription."""
    identity = who(connection)
    re = command.id if isinstance(command, say.Join) else re
    if command.room == INBOX:
        key = inbox_of(identity)
        await services.backplane.open(key)
        services.backplane.keep_for(key, INBOX_KEPT)
        return Membership(key, None, Member(identity.user, alias_id(services.secret, identity.user, key), "you"))
    topic = find(services, identity, command.room)
    if topic is None:
        return not_found(re)
    await services.backplane.open(topic.key)
    await services.presence.load(topic.key)
    already = services.presence.is_here(identity.user, topic.key)
    present = services.presence.present(topic.key)
    refusal = refusal_to_join(topic, identity.band, present, already, identity.roles, vetted=identity.vetted)
    if refusal is Refusal.ROOM_FULL:
        return refused(re, refusal, "This room is full right now. Try again soon.", retry="later", retry_after=30.0)
    if refusal is not None:
        return not_found(re)
    name = command.alias or identity.name
    if command.alias and (stop := judge_name(services, identity, command.alias, re, "alias")):
        return stop
    return Membership(topic.key, topic, member_of(services, identity, topic.key, name, quiet=command.quiet))


def member_of(services: Services, identity: Identity, key: RoomKey, name: str | None, *, quiet: bool) -> Member:
    """Who this person is in one room: another alias in each (F33)."""
    alias = alias_id(services.secret, identity.user, key)
    role = next((role for role in _ROLES if role in identity.roles), Role.PEER)
    return Member(identity.user, alias, name or alias_name(services.secret, identity.user, key), role, quiet)


def judge_name(services: Services, identity: Identity, name: str, re: int | None, path: str) -> Refused | None:
    """Names are words others see: the same filter reads them. None when this one may be worn."""
    submission = Submission(
        text=name, lane=f"alias/{identity.band}", author=identity.user, kind="alias", band=str(identity.band)
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
    anew = command.room in connection.rooms
    connection.rooms[command.room] = place
    connection.direct = connection.topics == 1
    services.hub.join(place.key, command.room, connection)
    present, version, members = 1, 0, None
    if place.topic is not None:
        if anew:  # one connection has one seat, however often it joins
            services.presence.depart(place.member.user, place.key, services.ticks(), grace=True)
        services.presence.arrive(place.member, place.key, services.ticks())
        roster = services.presence.roster(place.key)
        present, version = services.presence.present(place.key), roster.version
        members = [told(member) for member in roster.members] if present <= ROSTER else None
    return Joined(
        re=re,
        room=command.room,
        alias=place.member.name,
        alias_id=place.member.alias,
        rules=place.topic.rules if place.topic else "",
        present=present,
        version=version,
        members=members,
        events=_payloads(connection, recovery.entries, command.room),
        cursor=recovery.position.cursor,
        recovered=recovery.recovered and not forged,
        why="foreign" if forged else recovery.why,
    )


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


def told(member: Member) -> dict[str, Any]:
    return {"alias_id": member.alias, "name": member.name, "role": str(member.role)}


# leaving, people, history, typing


async def leave(services: Services, connection: Connection, command: say.Leave) -> Left | Refused:
    """Go out of a room, without a word to anyone but the roster."""
    if command.room not in connection.rooms:
        return absent(services, connection, command.id, command.room)
    depart(services, connection, command.room, grace=False)
    return Left(re=command.id, room=command.room)


def depart(services: Services, connection: Connection, name: str, *, grace: bool) -> None:
    """Take a connection out of a room; `grace` keeps the seat for someone who was merely cut off."""
    place = connection.rooms.pop(name)
    connection.direct = connection.topics == 1
    services.hub.leave(place.key, connection)
    if place.topic is not None:
        services.presence.depart(place.member.user, place.key, services.ticks(), grace=grace)


async def members(services: Services, connection: Connection, command: say.Members) -> MemberList | Refused:
    """Who is here, by alias, in a stable order, a page at a time."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    roster = services.presence.roster(place.key)
    names = sorted(roster.members, key=lambda member: member.alias)
    rest = [member for member in names if command.after is None or member.alias > command.after]
    return MemberList(
        re=command.id,
        room=command.room,
        members=[told(member) for member in rest[: command.limit]],
        present=roster.present,
        version=roster.version,
        more=len(rest) > command.limit,
    )


async def page(services: Services, connection: Connection, command: say.Page) -> PageOf | Refused:
    """A stretch of history, ascending. Moves nobody's position."""
    place = connection.rooms.get(command.room)
    if place is None:
        return absent(services, connection, command.id, command.room)
    if command.before is not None and command.after is not None:
        return refused(command.id, Code.BAD_REQUEST, "Give `before` or `after`, not both.", path="after")
    ends = {}
    for end in ("before", "after"):
        if cursor := getattr(command, end):
            ends[end] = Position.parse(cursor)
            if ends[end] is None:
                return refused(command.id, Code.BAD_REQUEST, f"`{end}` is not a cursor of this room.", path=end)
    found = await services.backplane.page(place.key, limit=command.limit, **ends)
    return PageOf(
        re=command.id,
        room=command.room,
        events=_payloads(connection, found.entries, command.room),
        more=found.more,
        cursor=found.position.cursor,
        truncated=found.truncated,
    )


def _payloads(connection: Connection, entries: list[Entry], name: str) -> list[Any]:
    return [wire.embed(wire.event_payload(connection.codec, entry, name)) for entry in entries]


def typing(services: Services, connection: Connection, command: say.Typing, now: float) -> None:
    """Tell the room, at most every other second, that someone is writing. Lossy, never logged."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None or now - place.typed_at < TYPING_GAP:
        return
    place.typed_at = now
    services.backplane.blip(place.key, place.member.alias)


def tell_typing(services: Services, room: RoomKey, aliases: list[str]) -> None:
    """What this node's clients hear of those who type: three names at most, then 'several people'."""
    local = services.hub.rooms.get(room)
    if local is not None:
        event = TypingNow(room=local.name, from_=aliases[:3], several=len(aliases) > 3)
        services.hub.tell(room, event, Lane.LOSSY)


def tell_presence(services: Services, room: RoomKey, change: Change) -> None:
    """What this node's clients hear of who came and went, by alias."""
    local = services.hub.rooms.get(room)
    if local is None:
        return
    event = Presence(
        room=local.name,
        from_=change.from_,
        version=change.version,
        present=change.present,
        joined=None if change.joined is None else [told(member) for member in change.joined],
        left=None if change.left is None else list(change.left),
    )
    services.hub.tell(room, event, Lane.LOSSY)
