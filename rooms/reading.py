"""Reading a room for clients: what came after a cursor, pages of history, single events.

An answer comes from the ring where it reaches, which costs no round trip, and from the log where it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rooms.events import Entry, EventId, Position, RoomKey
from rooms.history import MOST_BYTES, History
from rooms.recovery import LogView, Recovery, fits, newest, why_not
from rooms.ring import Ring

# Entries in the page given to who has no usable cursor: a screenful or three; older ones are a `page` away.
NEWEST = 100


@dataclass(frozen=True, slots=True)
class PageOfLog:
    """Part of a log, ascending. `position` is the end to continue from; `truncated`: older history is gone."""

    entries: list[Entry]
    more: bool
    position: Position
    truncated: bool


def locally(ring: Ring, cursor: Position | None, limit: int, max_bytes: int) -> Recovery | None:
    """Answer a recovery from the ring, up to its position; None where the ring does not reach."""
    if cursor is None:
        return _newest(ring.rows, ring.position, limit, max_bytes, None)
    following = ring.row(cursor.seq + 1)
    if cursor.epoch != ring.epoch or cursor.seq > ring.seq or (following is None and cursor.seq != ring.seq):
        return None
    why = why_not(ring.room, cursor, ring.position, 1, following)
    if why is not None:
        return _newest(ring.rows, ring.position, limit, max_bytes, why)
    rows = ring.after(cursor.seq)
    if not fits(rows, limit, max_bytes):
        return _newest(ring.rows, ring.position, limit, max_bytes, "trimmed")
    return Recovery(rows, ring.position, True)


class Reading:
    """Reads of one log for clients. Every method raises `EngineAway`."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def recover(self, room: RoomKey, cursor: Position | None, limit: int, max_bytes: int) -> Recovery:
        """Everything after the cursor, or the newest page and why not. Mints nothing."""
        why: str | None = None
        if cursor is not None:
            view = await self._history.up(room, cursor.seq, limit, max_bytes)
            rows = _entries(view)
            why = why_not(room, cursor, view.tail, view.head, rows[0] if rows else None)
            if why is None and view.tail is not None:
                complete = rows[-1].seq == view.tail.seq if rows else cursor.seq == view.tail.seq
                if complete and fits(rows, limit, max_bytes):
                    return Recovery(rows, view.tail, True)
                why = "trimmed"
        view = await self._history.down(room, None, min(limit, NEWEST), max_bytes)
        return _newest(_entries(view), view.tail or Position("", 0, ""), limit, max_bytes, why)

    async def page(self, room: RoomKey, before: Position | None, after: Position | None, limit: int) -> PageOfLog:
        """Up to `limit` entries before or after a place, or the newest. A cursor of another history: nothing."""
        if after is not None:
            return await self._after(room, after, limit)
        view = await self._history.down(room, before.seq if before else None, limit, MOST_BYTES)
        here = before or view.tail or Position("", 0, "")
        if view.tail is None or (before is not None and before.epoch != view.tail.epoch):
            return PageOfLog([], False, here, before is not None)
        rows = _entries(view)
        more = bool(rows) and rows[0].seq > view.head
        return PageOfLog(rows, more, rows[0].at_place if rows else here, not more and view.head > 1)

    async def _after(self, room: RoomKey, after: Position, limit: int) -> PageOfLog:
        view = await self._history.up(room, after.seq, limit, MOST_BYTES)
        rows = _entries(view)
        why = why_not(room, after, view.tail, view.head, rows[0] if rows else None)
        if view.tail is None or (why is not None and why != "trimmed"):
            return PageOfLog([], False, after, True)
        more = bool(rows) and rows[-1].seq < view.tail.seq
        return PageOfLog(rows, more, rows[-1].at_place if rows else after, why is not None)

    async def entry(self, room: RoomKey, event: EventId) -> Entry | None:
        """One event by its id, amendments applied."""
        return (await self._history.find(room, [event]))[0]


def _entries(view: LogView) -> list[Entry]:
    return [row.entry for row in view.rows]


def _newest(rows: Sequence[Entry], tail: Position, limit: int, max_bytes: int, why: str | None) -> Recovery:
    return Recovery(newest(rows, min(limit, NEWEST), max_bytes), tail, False, why)
