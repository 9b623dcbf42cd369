"""The words of rooms: ids, positions, what a log holds, and the refusals rooms give.

A *room* is anywhere events are shared: a topic room, a circle, a session, a person's inbox. Its name inside the
server is a `RoomKey`, which carries the age band (`adult/postpartum`) or the person (`inbox/<user>`), so that a
query can never cross a band by forgetting to filter. Clients see the short name only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

RoomKey = NewType("RoomKey", str)  # "<band>/<topic id>" or "inbox/<user>"; the hash tag of every key of the room
UserId = NewType("UserId", str)  # a person across connections; never leaves the server
AliasId = NewType("AliasId", str)  # a person in one room; the only name others see
EventId = NewType("EventId", str)  # keyed hash of (person, room, command, key): a retry has the same id
NodeId = NewType("NodeId", str)  # one running process; new at every start

NO_ONE = UserId("-")  # the author of what the server itself says


class Band(StrEnum):
    """Age bands. Adults and teens never share a room."""

    ADULT = "adult"
    TEEN = "teen"


class Role(StrEnum):
    """What a person is to a room. Values are the words of the wire."""

    PEER = "peer"
    LISTENER = "listener"
    RESPONDER = "responder"
    MODERATOR = "moderator"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"


class Kind(StrEnum):
    """What an entry of a log says happened. Values are the `type` of the client event."""

    MESSAGE = "message"
    EDITED = "edited"
    REDACTED = "redacted"
    REACTED = "reacted"
    CARE = "care"
    RESOLVED = "resolved"
    NOTICE = "notice"
    # of sessions of two: entries of an inbox, by the words of effects.Event, and what the team is called with
    WAITING = "waiting"
    OFFERED = "offered"
    OFFER_WITHDRAWN = "offer_withdrawn"
    SESSION_OPENED = "session_opened"
    SESSION_CHANGED = "session_changed"
    SESSION_CLOSED = "session_closed"
    AVAILABILITY = "availability"
    ALERTED = "alerted"


# Kinds of an inbox whose body says itself which room it is about.
OF_A_ROOM = frozenset({Kind.SESSION_OPENED, Kind.SESSION_CHANGED, Kind.SESSION_CLOSED, Kind.ALERTED})


class Refusal(StrEnum):
    """Why rooms said no. Values are refusal codes of the wire."""

    NOT_FOUND = "not_found"
    NOT_MEMBER = "not_member"
    ROOM_FULL = "room_full"
    TOO_SOON = "too_soon"
    MUTED = "muted"
    CLOSED = "closed"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in one room's log. The wire calls its text form a cursor.

    `seq` counts from 1; 0 is "before the first entry". `tag` chains: tag = first 16 hex digits of
    sha1(previous tag + event id), and the tag of position 0 is the empty string. `epoch` changes when the
    log was lost or forked.
    """

    epoch: str
    seq: int
    tag: str

    @property
    def cursor(self) -> str:
        """The opaque text clients hold."""
        return f"{self.epoch}.{self.seq}.{self.tag}"

    @classmethod
    def parse(cls, cursor: str) -> Position | None:
        """Read a cursor; None for anything we cannot have made."""
        parts = cursor.split(".")
        if len(cursor) > 80 or len(parts) != 3 or not parts[0].isalnum() or not parts[0].isascii():
            return None
        epoch, seq, tag = parts
        if not (seq.isascii() and seq.isdigit() and len(seq) <= 15 and (tag == "" or tag.isalnum())):
            return None
        return cls(epoch, int(seq), tag)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in a room's log, with its place.

    `body` is a MessagePack map of the client event without `type`, `room`, `id`, `cursor` and `at`: those come
    from the other fields. It is never in the repr: it holds private words.
    """

    room: RoomKey
    at_place: Position
    id: EventId
    kind: str
    author: UserId
    at: int  # engine time, milliseconds since 1970
    body: bytes = field(repr=False)
    prev: str = ""  # tag of the entry before

    @property
    def seq(self) -> int:
        return self.at_place.seq


@dataclass(frozen=True, slots=True)
class Member:
    """A person as one room knows them. `name` is private enough to stay out of every repr."""

    user: UserId
    alias: AliasId
    name: str = field(repr=False)
    role: Role = Role.PEER
    quiet: bool = False
