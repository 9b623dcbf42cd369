"""Healing: bring one open room of this node back together with its log.

`mend` freezes nothing and hands nothing up; the backplane has frozen the ring before and applies the `Mended` it
gets, when its turn among the arrivals comes. Each round reads the log once and does what `recovery.compare` says:

- recovered: take the rows, until the tail is reached;
- heal: append what the log has lost, if it still ends where we think, and look again;
- fork: give the log a new epoch, if it still has the old one, and look again;
- gap: after a fork, first heal the ids the log has lost, oldest first; then start again from the log's newest rows.

Only a node's own ring starts a heal or a fork, never a client's cursor. After a flush (no meta, or an epoch that
knows nothing of ours) nothing is healed: what an operator removed stays removed. Raises `EngineAway` when the engine
goes away in the middle; every step may be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

from rooms.envelope import Logged
from rooms.history import History
from rooms.recovery import Fork, Gap, Heal, LogView, Recovered, compare
from rooms.resp import EngineAway
from rooms.ring import LENGTH, Ring

# Steps of one mending. A node that has missed more than 64 × 300 rows of a room starts again from the newest.
MOST_ROUNDS = 64


@dataclass(frozen=True, slots=True)
class Mended:
    """What a ring is owed: rows that follow it, or (with `why`) a new beginning at `view`."""

    rows: tuple[Logged, ...] = ()
    why: str | None = None  # "fork" | "lost" | "trimmed"
    view: LogView | None = None


class Healing:
    """Mends rings against one log."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.counted = {"repairs": 0, "heals": 0, "healed_entries": 0, "forks": 0, "resets": 0}

    async def mend(self, ring: Ring) -> Mended:
        """Compare a frozen ring with the log until both agree."""
        self.counted["repairs"] += 1
        ours, rows = ring.position, ring.rows
        found: tuple[Logged, ...] = ()
        for _ in range(MOST_ROUNDS):
            view = await self._history.up(ring.room, ours.seq, first=True)
            match compare(ours, rows, view):
                case Recovered(more):
                    found += more
                    if not more or _complete(view):
                        return Mended(rows=found)
                    ours, rows = more[-1].entry.at_place, [*rows, *(row.entry for row in more)]
                case Heal(after):
                    lost = [*ring.logged_after(after.seq), *(row for row in found if row.entry.seq > after.seq)]
                    healed, _ = await self._history.heal(ring.room, after, lost)
                    self._count_healed(healed, len(lost))
                case Fork():
                    await self._history.fork(ring.room, ours.epoch)
                    self.counted["forks"] += 1
                case Gap("fork"):
                    if await self._heal_forked(ring, view):
                        return await self._begin_anew(ring, "fork")
                case Gap(why):
                    return await self._begin_anew(ring, why)
        return await self._begin_anew(ring, "trimmed")

    async def _begin_anew(self, ring: Ring, why: str) -> Mended:
        self.counted["resets"] += 1
        return Mended(why=why, view=await self._history.load(ring.room, LENGTH, first=True))

    async def _heal_forked(self, ring: Ring, view: LogView) -> bool:
        """Append what our ring has and the forked log has not, oldest first, wherever its tail is by now.

        False when the log's epoch has changed meanwhile: it must be compared again.
        """
        candidates = [logged for logged in ring.logged_after(0) if logged.entry.seq >= view.head]
        tail = view.tail
        for _ in range(MOST_ROUNDS):
            if tail is None or view.tail is None or tail.epoch != view.tail.epoch:
                return False
            there = await self._history.find(ring.room, [logged.entry.id for logged in candidates], first=True)
            lost = [logged for logged, entry in zip(candidates, there, strict=True) if entry is None]
            if not lost:
                return True
            healed, tail = await self._history.heal(ring.room, tail, lost)
            self._count_healed(healed, len(lost))
            if healed:
                return True
        raise EngineAway("the log moves faster than it can be healed")

    def _count_healed(self, healed: bool, entries: int) -> None:
        self.counted["heals"] += healed
        self.counted["healed_entries"] += entries if healed else 0


def _complete(view: LogView) -> bool:
    return view.tail is not None and view.rows[-1].entry.seq == view.tail.seq
