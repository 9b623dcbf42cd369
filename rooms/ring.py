"""The ring: the newest entries of one open room on one node, and the place up to which they were handed up.

`accept` lets through what follows our place (its `prev` is our tag) and says of everything else that it is old or
that the log must be asked. While the log is asked the ring is *frozen*: what arrives is held, in order, and judged
when `settle` opens it again. A ring follows amendments and retention, so that it never holds words the log has lost,
and never brings them back when it heals a log.

Rows, held entries and notes are made when first needed: a quiet inbox costs under a kilobyte.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import Enum

from rooms.envelope import Amendment, Logged
from rooms.events import Entry, Position, RoomKey
from rooms.recovery import agrees

LENGTH = 256  # entries; what a join, a resume after a hiccup and a heal need
SLACK = 64  # rows above LENGTH before the oldest are cut, so that cutting is rare

# Entries held while the log is asked; beyond it they are dropped, and the log is asked once more.
MOST_HELD = 4096


class Fit(Enum):
    """How a live entry fits: the next one, one we have, or a question for the log."""

    NEXT = "next"
    OLD = "old"
    ASK = "ask"


class Ring:
    """One room's newest entries. Starts frozen at `position`."""

    __slots__ = ("_held", "_notes", "_rows", "epoch", "frozen", "overflowed", "room", "seq", "tag")

    def __init__(self, room: RoomKey) -> None:
        self.room = room
        self.epoch, self.seq, self.tag = "", 0, ""
        self.frozen = True
        self.overflowed = False  # held entries were dropped
        self._rows: list[Entry] | None = None
        self._notes: dict[int, Logged] | None = None  # rows with an outcome or an amendment, by sequence
        self._held: list[Logged | Entry] | None = None

    @property
    def position(self) -> Position:
        return Position(self.epoch, self.seq, self.tag)

    @property
    def rows(self) -> Sequence[Entry]:
        """At most LENGTH entries up to the position, ascending."""
        return self._rows[-LENGTH:] if self._rows else ()

    @property
    def held(self) -> int:
        return len(self._held) if self._held else 0

    def load(self, tail: Position, rows: Sequence[Logged]) -> None:
        """Begin anew at `tail`, with the rows (ascending) that end there. What is held stays held."""
        self.epoch, self.seq, self.tag = tail.epoch, tail.seq, tail.tag
        self._rows = self._notes = None
        for row in rows:
            self._keep(row.entry, row)

    def accept(self, arrived: Entry | Logged) -> Fit:
        """Take the next entry, or say how it fits. Only when not frozen."""
        entry = arrived if type(arrived) is Entry else arrived.entry  # type: ignore[union-attr]
        place = entry.at_place
        if place.epoch != self.epoch:
            return Fit.ASK
        if place.seq == self.seq + 1 and agrees(self.tag, entry.prev):
            self.seq, self.tag = place.seq, place.tag
            self._keep(entry, None if arrived is entry else arrived)  # type: ignore[arg-type]
            return Fit.NEXT
        if place.seq <= self.seq:
            ours = self.row(place.seq)
            if ours is not None and agrees(ours.at_place.tag, place.tag):
                return Fit.OLD
        return Fit.ASK

    def hold(self, arrived: Entry | Logged) -> None:
        """Keep an entry until `settle`."""
        if self._held is None:
            self._held = []
        if len(self._held) >= MOST_HELD:
            self._held.clear()
            self.overflowed = True
        self._held.append(arrived)

    def settle(self, covered: int) -> tuple[list[Entry], bool]:
        """Open again after the log was read: `covered` entries were held before the read, so the log has told of them.

        Returns what the others add, in order, and whether the log must be asked once more (the ring is then frozen).
        """
        held = (self._held or [])[covered:]
        ask, self.overflowed, self._held = self.overflowed, False, None
        added: list[Entry] = []
        self.frozen = False
        for i, arrived in enumerate(held):
            fit = self.accept(arrived)
            if fit is Fit.NEXT:
                added.append(arrived if isinstance(arrived, Entry) else arrived.entry)
            elif fit is Fit.ASK:
                self._held = held[i:]
                ask = True
                break
        self.frozen = ask
        return added, ask

    def row(self, seq: int) -> Entry | None:
        """The entry at a sequence, if the ring has it."""
        rows = self._rows
        if not rows or not rows[0].seq <= seq <= rows[-1].seq:
            return None
        return rows[seq - rows[0].seq]

    def after(self, seq: int) -> list[Entry]:
        """The entries after a sequence."""
        rows = self._rows or []
        return rows[bisect_left(rows, seq + 1, key=_seq) :]

    def logged_after(self, seq: int) -> list[Logged]:
        """The entries after a sequence with their outcomes and amendments, for healing."""
        notes = self._notes or {}
        return [notes.get(row.seq) or Logged(row) for row in self.after(seq)]

    def trim(self, head: int) -> None:
        """Forget everything before `head`."""
        if self._rows:
            del self._rows[: bisect_left(self._rows, head, key=_seq)]
            self._forget_notes()

    def _keep(self, entry: Entry, logged: Logged | None) -> None:
        rows = self._rows
        if rows is None:
            rows = self._rows = []
        rows.append(entry)
        if logged is not None and (logged.outcome or logged.amendment):
            if self._notes is None:
                self._notes = {}
            self._notes[entry.seq] = logged
            if logged.amendment:
                self._amend(logged.entry, logged.amendment)
        if len(rows) > LENGTH + SLACK:
            del rows[:SLACK]
            self._forget_notes()

    def _forget_notes(self) -> None:
        if self._notes and self._rows:
            first = self._rows[0].seq
            self._notes = {seq: note for seq, note in self._notes.items() if seq >= first}

    def _amend(self, by: Entry, amendment: Amendment) -> None:
        """Let the words of an amended entry, and of earlier amendments of it, go from rows and notes."""
        rows, notes = self._rows or [], self._notes or {}
        for i, seq in enumerate(amendment.places):
            row = self.row(seq)
            if row is None:
                continue
            target = i == 0 and amendment.body is not None
            kind, body = (row.kind, amendment.body or b"") if target else (by.kind, by.body)
            entry = Entry(row.room, row.at_place, row.id, kind, row.author, row.at, body, row.prev)
            rows[seq - rows[0].seq] = entry
            if note := notes.get(seq):
                earlier = note.amendment
                again = Amendment(earlier.target, earlier.places, amendment.body) if earlier else None
                notes[seq] = Logged(entry, b"", again)


def _seq(entry: Entry) -> int:
    return entry.seq
