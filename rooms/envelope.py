"""Envelopes: what travels between nodes, and under which key every part of a room is kept.

Every key and channel name of rooms is said here, once. All keys of one room share the hash tag `{room}`, so one
script may touch all of them and a cluster keeps them on one engine node. Three names are *stems*: scripts append
an event id (dedupe), a person, or `~` and a person (slow), or a person (answers) to them, which stays in the same tag.

A published payload is one ASCII header line and a body:

    c <epoch> <seq> <tag> <prev> <at> <id> <kind> <author>\\n<body>          a logged entry
    c … <author> <body length> <outcome length> <amended length> <target> <places>\\n<body><outcome><amended>
                                      the same with a kept outcome, or one that amends earlier entries (target "-"
                                      and places "-" when it amends nothing; amended length -1 is a redaction)
    p <from> <version> <present>\\n<body>                                    presence changed
    y <author>\\n<body>                                                      someone is typing (lossy)
    f <old epoch> <new epoch>\\n                                             the room's log forked
    t <epoch> <head>\\n                                                      retention removed everything before `head`
    x <verb>\\n<body>                                                        from node to node

`parse` raises `BadEnvelope` for anything else; its text never holds the payload.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from rooms.events import Entry, EventId, NodeId, Position, RoomKey, UserId

ALL_NODES = "warm:{nodes}:ch"  # the channel every node listens to
NODES = "warm:{nodes}:all"  # set: every node that may have people somewhere
SECRET = "warm:{meta}:secret"  # fingerprint of the secret behind tokens, aliases and ids

# Long enough that a cursor of another room is told from one of an older epoch, short enough to stay in a cursor.
EPOCH_STEM = 6


class BadEnvelope(ValueError):
    """A payload that no node of ours has sent."""


def log(room: RoomKey) -> str:
    """Stream of entries; ids are `seq-0`, fields t tag, a at, m "id kind author", b body, u outcome, o amends."""
    return f"warm:{{{room}}}:log"


def meta(room: RoomKey) -> str:
    """Hash {epoch, seq, tag, head, forked, eased, shut}: where the log ends and begins, which epochs it forked from,
    how long (engine ms) and by which gap (ms) the room is slower, "until gap", and to whom it is shut, " a b ", or
    about to be, " c=<engine ms>=<mark> ".
    """
    return f"warm:{{{room}}}:meta"


def ids(room: RoomKey) -> str:
    """Hash event id → seq, for every entry the log still holds."""
    return f"warm:{{{room}}}:ids"


def overlay(room: RoomKey) -> str:
    """Hash seq → amended entry ("tag at id kind author\\n" + body), and `by:<seq>` → seqs of what amended it."""
    return f"warm:{{{room}}}:overlay"


def dedupe_stem(room: RoomKey) -> str:
    """Scripts append an event id."""
    return f"warm:{{{room}}}:d:"


def dedupe(room: RoomKey, event: EventId) -> str:
    """String "epoch seq tag at\\n" + outcome, for the dedupe window."""
    return dedupe_stem(room) + event


def slow_stem(room: RoomKey) -> str:
    """Scripts append a person."""
    return f"warm:{{{room}}}:slow:"


def slow(room: RoomKey, user: UserId) -> str:
    """String that lives as long as this person must still wait in the room."""
    return slow_stem(room) + user


def eased(room: RoomKey) -> str:
    """String that lives as long as the room is eased: the node that made it began it."""
    return f"warm:{{{room}}}:eased"


def spared(room: RoomKey, user: UserId) -> str:
    """String that lives as long as this person is spared the room's slow mode."""
    return slow_stem(room) + "~" + user


def wave(room: RoomKey) -> str:
    """Sorted set alias → when that person last disclosed something heavy (engine ms), kept by calming."""
    return f"warm:{{{room}}}:wave"


def apart(room: RoomKey) -> str:
    """Hash "who blocked whom" → since when (engine ms), kept by apart."""
    return f"warm:{{{room}}}:apart"


def apart_name(room: RoomKey, user: str, other: str) -> str:
    """String: what somebody was called when they were blocked here, kept by apart for as long as a room's words."""
    return f"warm:{{{room}}}:apart:{user} {other}"


def lights(room: RoomKey) -> str:
    """Hash person → "until answered" (engine ms, people), and "" → version: the night lantern, kept by lights."""
    return f"warm:{{{room}}}:lights"


def answers_stem(room: RoomKey) -> str:
    """Scripts append a person."""
    return f"warm:{{{room}}}:answers:"


def answers(room: RoomKey, user: UserId) -> str:
    """Set: who has answered this person's light, so that nobody counts twice."""
    return answers_stem(room) + user


def roster(room: RoomKey) -> str:
    """Hash `<node>:<user>` → member: who is present through which node, kept by presence."""
    return f"warm:{{{room}}}:roster"


def people(room: RoomKey) -> str:
    """Hash user → how many nodes have them in the room, kept by presence."""
    return f"warm:{{{room}}}:people"


def roster_version(room: RoomKey) -> str:
    """String: the version of the last change of presence."""
    return f"warm:{{{room}}}:rosterv"


def promised(room: RoomKey) -> str:
    """Sorted set `<node>:<user>` → engine ms: places held for people who are on their way in, kept by presence."""
    return f"warm:{{{room}}}:promised"


def node_key(node: NodeId, what: str) -> str:
    """A key of one node's presence: its `lease`, the mark `dead`, the set of its `rooms`, its `reaper`."""
    return f"warm:{{n/{node}}}:{what}"


def channel(room: RoomKey) -> str:
    """The sharded channel of the room's envelopes."""
    return f"warm:{{{room}}}:ch"


def probe_channel(link: str) -> str:
    """The channel on which one link hears its own probes."""
    return f"warm:{{nodes}}:probe/{link}"


@lru_cache(4096)
def epoch_stem(room: RoomKey) -> str:
    """How every epoch of this room begins: a cursor of another room is told apart by it."""
    return hashlib.sha1(room.encode(), usedforsecurity=False).hexdigest()[:EPOCH_STEM]


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an edit or redaction did: `places[0]` is the target's sequence, the others are earlier amendments of it.

    `body` replaces the target's; None is a redaction, whose own event stands at every place instead.
    """

    target: EventId
    places: tuple[int, ...]
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry with what only nodes need: the outcome kept for repeats, and what it amended."""

    entry: Entry
    outcome: bytes = field(default=b"", repr=False)
    amendment: Amendment | None = None


@dataclass(frozen=True, slots=True)
class PresenceDiff:
    """Presence of a room went from version `since` to `version`; `body` is presence's own."""

    room: RoomKey
    since: int
    version: int
    present: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypingBlip:
    """Someone is typing. Lossy, never logged."""

    room: RoomKey
    author: UserId
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class ForkNotice:
    """The room's log forked: positions of epoch `old` are worth nothing any more."""

    room: RoomKey
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TrimNotice:
    """Retention removed everything before `head`; rings follow."""

    room: RoomKey
    epoch: str
    head: int


@dataclass(frozen=True, slots=True)
class Control:
    """A word from node to node; `room` is None on the channel of all nodes."""

    room: RoomKey | None
    verb: str
    body: bytes = field(repr=False)


Envelope = Entry | Logged | PresenceDiff | TypingBlip | ForkNotice | TrimNotice | Control


def presence(since: int, version: int, present: int, body: bytes) -> bytes:
    """The payload of a `PresenceDiff`."""
    return b"p %d %d %d\n%b" % (since, version, present, body)


def typing(author: UserId, body: bytes = b"") -> bytes:
    """The payload of a `TypingBlip`."""
    return b"y %b\n%b" % (author.encode(), body)


def control(verb: str, body: bytes = b"") -> bytes:
    """The payload of a `Control`."""
    return b"x %b\n%b" % (verb.encode(), body)


def parse(room: RoomKey | None, payload: bytes) -> Envelope:
    """Read one payload that arrived on the channel of `room` (None: the channel of all nodes)."""
    try:
        end = payload.index(b"\n")
        head = payload[:end].decode("ascii").split(" ")
        if head[0] == "c" and room is not None:
            if len(head) == 9:
                return _entry(room, head, payload[end + 1 :])
            return _logged(room, head, payload[end + 1 :])
        return _other(room, head, payload[end + 1 :])
    except (ValueError, IndexError, UnicodeDecodeError):
        raise BadEnvelope("no envelope of ours") from None


def _entry(room: RoomKey, head: list[str], body: bytes) -> Entry:
    _, epoch, seq, tag, prev, at, event, kind, author = head[:9]
    return Entry(room, Position(epoch, int(seq), tag), EventId(event), kind, UserId(author), int(at), body, prev)


def _logged(room: RoomKey, head: list[str], rest: bytes) -> Logged:
    body, kept, amended = int(head[9]), int(head[10]), int(head[11])
    target, places = head[12], head[13]
    if min(body, kept) < 0 or body + kept + max(amended, 0) != len(rest):
        raise BadEnvelope("lengths do not add up")
    amendment = None
    if places != "-":
        words = None if amended < 0 else rest[body + kept :]
        amendment = Amendment(EventId(target), tuple(map(int, places.split(","))), words)
    return Logged(_entry(room, head, rest[:body]), rest[body : body + kept], amendment)


def _other(room: RoomKey | None, head: list[str], body: bytes) -> Envelope:
    match head:
        case ["x", verb]:
            return Control(room, verb, body)
        case _ if room is None:
            raise BadEnvelope("only control travels on the channel of all nodes")
        case ["p", since, version, present]:
            return PresenceDiff(room, int(since), int(version), int(present), body)
        case ["y", author]:
            return TypingBlip(room, UserId(author), body)
        case ["f", old, new]:
            return ForkNotice(room, old, new)
        case ["t", epoch, first]:
            return TrimNotice(room, epoch, int(first))
    raise BadEnvelope("unknown kind of envelope")
