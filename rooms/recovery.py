"""Recovery: what two views of one log say about each other. Pure; the readers and writers are elsewhere.

Every entry's tag is `chain(previous tag, id)`, so one tag vouches for all of the history before it. Two questions:

- A *client* comes back with a cursor. It is good if it is the tail, or if `chain(cursor.tag, next id)` is the next
  entry's tag, which needs nothing before the cursor and so survives trimming: `why_not`.
- A *node* comes back to the engine with its ring, the newest entries it has handed up. `compare` says which:
  `Recovered` the log is what we know, and these entries more; `Heal` the log has lost our newest entries and nothing
  else happened, so they can be appended to the same tags; `Fork` something else stands in their place; `Gap` the log
  has moved where our ring cannot be joined to it, and everyone starts again from the log.

A promoted, lagging replica continues with the same epoch and re-uses sequence numbers: only `agrees` tells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from rooms.envelope import Logged, epoch_stem
from rooms.events import Entry, EventId, Position, RoomKey

TAG = 16  # hex digits: 64 bits, and nobody gains by a collision


def chain(tag: str, event: EventId) -> str:
    """The tag of the entry `event` that follows `tag`."""
    return hashlib.sha1((tag + event).encode(), usedforsecurity=False).hexdigest()[:TAG]


def agrees(ours: str, theirs: str) -> bool:
    """Say whether two histories are the same up to one place: their tags there are equal. This is the fork detector."""
    return ours == theirs


@dataclass(frozen=True, slots=True)
class LogView:
    """What was read of a log in one script: where it ends and begins, and some of its rows, ascending.

    `tail` is None when the room has no meta: it is new, or somebody flushed the engine. `forked` names the epochs
    this one was forked from, newest first.
    """

    tail: Position | None
    head: int = 1
    forked: tuple[str, ...] = ()
    rows: tuple[Logged, ...] = ()


@dataclass(frozen=True, slots=True)
class Recovered:
    """The log is what we know, and these entries more (perhaps not yet all of them)."""

    rows: tuple[Logged, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Start again from the log: `why` is "trimmed", "lost" or "fork"."""

    why: str


@dataclass(frozen=True, slots=True)
class Heal:
    """The log ends at `after`, which is ours too: these sequences of the ring are missing from it."""

    after: Position


@dataclass(frozen=True, slots=True)
class Fork:
    """The log has other entries where we have ours, under the same epoch."""


Finding = Recovered | Gap | Heal | Fork


def moved(ours: Position, theirs: Position | None) -> bool:
    """Say whether a log's tail is elsewhere than where we are."""
    return theirs is None or ours.epoch != theirs.epoch or ours.seq != theirs.seq or not agrees(ours.tag, theirs.tag)


def compare(ours: Position, ring: Sequence[Entry], view: LogView) -> Finding:
    """Judge our ring (ascending, up to `ours`) against the log, read from `ours.seq` + 1 on."""
    tail = view.tail
    if tail is None or (tail.epoch != ours.epoch and ours.epoch not in view.forked):
        return Gap("lost")
    if tail.epoch != ours.epoch:
        return Gap("fork")
    if tail.seq < ours.seq:
        known = _tag_at(tail.seq, ring)
        return Heal(tail) if known is not None and agrees(known, tail.tag) else Fork()
    if tail.seq == ours.seq:
        return Recovered(()) if agrees(ours.tag, tail.tag) else Fork()
    if ours.seq + 1 < view.head:
        return Gap("trimmed")
    return Recovered(view.rows) if _continues(ours, view.rows) else Fork()


def _tag_at(seq: int, ring: Sequence[Entry]) -> str | None:
    if seq == 0:
        return ""
    if not ring:
        return None
    first = ring[0].seq
    if seq == first - 1:
        return ring[0].prev or None
    return ring[seq - first].at_place.tag if first <= seq <= ring[-1].seq else None


def _continues(ours: Position, rows: Sequence[Logged]) -> bool:
    """Say whether rows follow `ours` without a hole, each tag chained to the one before."""
    seq, tag = ours.seq, ours.tag
    for row in rows:
        if row.entry.seq != seq + 1 or not agrees(chain(tag, row.entry.id), row.entry.at_place.tag):
            return False
        seq, tag = row.entry.seq, row.entry.at_place.tag
    return bool(rows)


def why_not(room: RoomKey, cursor: Position, tail: Position | None, head: int, following: Entry | None) -> str | None:
    """Say why a client's cursor cannot be continued ("foreign", "fork", "trimmed"), or None if it can.

    `following` is the log's entry right after the cursor, where there is one.
    """
    if not cursor.epoch.startswith(epoch_stem(room)):
        return "foreign"
    if tail is None or cursor.epoch != tail.epoch:
        return "fork"
    if cursor.seq > tail.seq:
        return "foreign"
    if cursor.seq == tail.seq:
        return None if agrees(cursor.tag, tail.tag) else "foreign"
    if cursor.seq + 1 < head:
        return "trimmed"
    if following is None or following.seq != cursor.seq + 1:
        return "trimmed"
    return None if agrees(chain(cursor.tag, following.id), following.at_place.tag) else "foreign"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a client gets: everything after its cursor, or the newest page and why not."""

    entries: list[Entry]
    position: Position
    recovered: bool
    why: str | None = None  # "trimmed" | "fork" | "foreign"; None when recovered, or when no cursor was given


def newest(rows: Sequence[Entry], limit: int, max_bytes: int) -> list[Entry]:
    """The newest of `rows` (ascending) within a count and a sum of body bytes; at least one if there is one."""
    kept: list[Entry] = []
    used = 0
    for row in reversed(rows[-limit:] if limit else ()):
        used += len(row.body)
        if kept and used > max_bytes:
            break
        kept.append(row)
    kept.reverse()
    return kept


def fits(rows: Sequence[Entry], limit: int, max_bytes: int) -> bool:
    """Say whether rows may be given as one recovery."""
    return len(rows) <= limit and sum(len(row.body) for row in rows) <= max_bytes
