"""Whom one has blocked: one's own list, so that a block can be taken back on a new visit, on any device (F10).

    blocks ─▶ rooms one may see: read anew (blocking.look) ─▶ what this person said, never what was said of them
            + sessions: as this person's row has them (rooms/ties.py), while the session is remembered
            ─▶ the newest first, a page at a time

An entry names a room, an alias of that room and a day: nothing in it is known elsewhere, or follows anybody (F33). The
name is that of then, and is let go of after thirty days, with the words of the room; the alias id is enough to take it
back. A block made in a session is listed for the month the session is remembered, and can't be taken back: those two
are never matched, and there is nothing else that they would see of each other.

The other learns nothing: the list is read from what is kept with rooms, and writes nothing. Failure: the store away:
refused, asking again does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chat import sessioncommands as say
from chat.answers import who
from chat.auth import Identity, alias_id
from chat.blocking import look
from chat.connection import Connection
from chat.seating import name_of, other_of, worn
from chat.services import Services
from chat.sessionreplies import BlockList
from chat.wire import timestamp
from rooms.events import UserId
from rooms.scene import RowKind
from rooms.session import Session
from rooms.ties import Person

# Entries of one answer.
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of one's own. `at`: engine ms."""

    room: str
    alias: str
    at: int
    name: str = field(default="", repr=False)
    undo: bool = True

    @property
    def place(self) -> str:
        """Where it stands in the list: time, and the alias where two are of one moment."""
        return f"{self.at:015d}.{self.alias}"


async def blocks(services: Services, connection: Connection, command: say.Blocks) -> BlockList:
    """A page of one's own blocks. Raises EngineAway, MatchAway."""
    identity = who(connection)
    found = [*await of_rooms(services, identity), *await of_sessions(services, identity)]
    found.sort(key=lambda one: one.place, reverse=True)
    left = [one for one in found if command.before is None or one.place < command.before]
    page = left[:PAGE]
    return BlockList(
        re=command.id, blocks=[told(one) for one in page], next=page[-1].place if len(left) > len(page) else None
    )


def told(one: Block) -> dict[str, Any]:
    """An entry as the wire has it."""
    row: dict[str, Any] = {"room": one.room, "alias_id": one.alias, "since": timestamp(one.at), "undo": one.undo}
    return row | ({"name": one.name} if one.name else {})


async def of_rooms(services: Services, identity: Identity) -> list[Block]:
    """Those of the rooms this person may see."""
    topics = {
        topic.key: topic.id
        for topic in services.catalogue.visible(identity.band, roles=identity.roles, vetted=identity.vetted)
    }
    await look(services, list(topics))
    mine = [(key, other, at) for key in topics for other, at in services.apart.blocked_by(identity.user, key)]
    names = await services.apart.names(identity.user, [(key, other) for key, other, _ in mine])
    return [
        Block(room=topics[key], alias=alias_id(services.secret, other, key), at=at, name=name)
        for (key, other, at), name in zip(mine, names, strict=True)
    ]


async def of_sessions(services: Services, identity: Identity) -> list[Block]:
    """Those of sessions that are still remembered, under the names made for them."""
    person: Person | None = await services.matchmaker.find(RowKind.PERSON, identity.user)
    if person is None or not person.blocked:
        return []
    scene = await services.matchmaker.look([(RowKind.SESSION, id) for id, _ in person.blocked])
    found: list[Block] = []
    for id, at in person.blocked:
        session: Session | None = scene.look(RowKind.SESSION, id)
        other = other_of(services, session, identity.user, None) if session is not None else None
        if session is None or not other:
            continue
        seen = worn(services, session, UserId(other))
        found.append(Block(room=name_of(id), alias=seen["alias_id"], at=at, name=seen["name"], undo=False))
    return found
