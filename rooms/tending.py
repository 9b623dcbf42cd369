"""Tending: compare this node's rooms with the log after each reconnect, and mend those in doubt.

The pipeline's gate opens at the end of a comparison: until then nothing of this node is committed, so that what the
engine has lost can be healed onto the same tags before anything new takes its place. A comparison is one read of one
small hash per room; only rooms that moved are read further.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from rooms.healing import Healing
from rooms.history import History
from rooms.intake import EngineMark, Intake, Settled
from rooms.link import Link
from rooms.recovery import moved
from rooms.resp import EngineAway
from rooms.ring import Ring

log = structlog.get_logger(__name__)

# Repairs under way at once: enough to fill a pipeline, few enough that a thousand rooms do not wait on each other.
REPAIRS = 64

# Rooms compared per pipeline: a few milliseconds of the engine's time.
COMPARED = 1000

# Seconds before a repair that met a silent engine is tried again.
AGAIN_AFTER = 0.2


class Tending:
    """Keeps the rings of an intake together with their logs."""

    def __init__(self, link: Link, history: History, intake: Intake) -> None:
        self.work = asyncio.Event()  # the intake has doubts, or the subscriber was made anew
        self.announced = False  # people were told that the engine is away
        self.healing = Healing(history)
        self.counted = {"comparisons": 0}
        self._link = link
        self._history = history
        self._intake = intake
        self._slots = asyncio.Semaphore(REPAIRS)

    async def run(self) -> None:
        """Tend until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self.work.wait()
                self.work.clear()
                if self._intake.resumed:
                    self._intake.resumed = False
                    tasks.create_task(self._compare(self._link.generation))
                for ring in [ring for ring in self._intake.doubted if ring not in self._intake.mending]:
                    self._begin(ring)
                    tasks.create_task(self._mend(ring, ring.held))

    async def _compare(self, generation: int) -> None:
        """Compare every open room, mend those that moved, open the gate. A newer connection makes this one moot."""
        while self._link.generation == generation:
            try:
                doubtful = await self._moved()
                self.counted["comparisons"] += 1
                mended = await self._mend_all(doubtful)
            except EngineAway:
                mended = False
            if self._link.generation != generation:
                return
            if mended:
                self._link.pipeline.open_gate()
                self._back()
                return
            await asyncio.sleep(AGAIN_AFTER)

    async def _moved(self) -> list[Ring]:
        rings = [ring for ring in self._intake.rings.values() if ring.epoch]
        doubtful = []
        for i in range(0, len(rings), COMPARED):
            part = rings[i : i + COMPARED]
            ends = await self._history.ends([ring.room for ring in part])
            for ring, end in zip(part, ends, strict=True):
                tail, head = end or (None, 1)
                if ring.frozen or moved(ring.position, tail):
                    doubtful.append(ring)
                ring.trim(head if tail is not None and tail.epoch == ring.epoch else 1)  # its notice may be lost
        return doubtful

    async def _mend_all(self, rings: Iterable[Ring]) -> bool:
        async with asyncio.TaskGroup() as tasks:
            running = []
            for ring in rings:
                if self._intake.rings.get(ring.room) is not ring:
                    continue
                if ring in self._intake.mending:
                    self._intake.doubt(ring)  # what is under way may have read before the loss: once more, later
                    continue
                self._begin(ring)
                running.append(tasks.create_task(self._mend(ring, ring.held)))
        return all(task.result() for task in running)

    def _begin(self, ring: Ring) -> None:
        ring.frozen = True
        self._intake.doubted.pop(ring, None)
        self._intake.mending.add(ring)

    async def _mend(self, ring: Ring, covered: int) -> bool:
        try:
            async with self._slots:
                mended = await self.healing.mend(ring)
        except EngineAway:
            self._intake.mending.discard(ring)
            if self._intake.rings.get(ring.room) is ring:
                self._intake.doubt(ring)
            await asyncio.sleep(AGAIN_AFTER)
            self.work.set()
            return False
        if mended.why is not None:
            log.warning("room_reset", why=mended.why)
        self._link.arrivals.append(Settled(ring, covered, mended))
        self._link.woken.set()
        return True

    def _back(self) -> None:
        self._link.away_since = None
        if self.announced:
            self.announced = False
            self._link.arrivals.append(EngineMark.BACK)
            self._link.woken.set()
