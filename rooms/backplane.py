"""The backplane: what joins the nodes. Commit events to rooms' logs, and hear what every node commits.

    backplane = Backplane(url, node)
    await backplane.start()                       # or EngineAway with the reason
    tasks.create_task(backplane.run())            # connections, probes, repairs: for as long as the node lives
    await backplane.open(room)                    # hear this room; its newest entries are in `ring(room)`
    outcomes = await backplane.submit([Commit(...)])
    while True:
        await backplane.wait()
        for arrival in backplane.take(): ...      # in order per room, contiguous, verified

**Contract.** `submit`: one future per call, outcomes in order, never an exception for engine trouble; each id is
committed at most once, and after `UNAVAILABLE` may still be committed for 2 s. Delivery: `take` hands up each entry of
an open room exactly once and without holes, or a `RoomReset` after which the room begins anew at `position`. Nothing
moves a room but `take`: between two calls `position` and `ring` stand still, so a join may answer from them and then
go live without missing or repeating anything.

**Repair** is per room and node and invisible above. An entry that does not follow, a fork notice, and after each
reconnect every room whose tail is not where we are: the ring is frozen, compared with the log (`tending`, `healing`),
and the result waits its turn among the arrivals. After the commit connection was lost, nothing is committed until
that is done, so that this node's own commits never take the place of entries it can heal. This needs `take` to be
called: a node that stops taking stops committing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from rooms import envelope
from rooms.commits import UNAVAILABLE, Commit, Committed, Guard, Outcome, Refused, Unavailable
from rooms.committing import Committing
from rooms.envelope import Control, PresenceDiff, TypingBlip
from rooms.events import NO_ONE, AliasId, Entry, EventId, NodeId, Position, RoomKey
from rooms.healing import Mended
from rooms.history import History
from rooms.intake import Arrival, EngineMark, Intake, RoomReset, Settled
from rooms.link import ANSWER_WITHIN, Link
from rooms.reading import PageOfLog, Reading, locally
from rooms.recovery import Recovery
from rooms.resp import EngineAway
from rooms.ring import LENGTH, Ring
from rooms.scripts import pack
from rooms.tending import Tending

__all__ = [
    "UNAVAILABLE", "Arrival", "Backplane", "Commit", "Committed", "Control", "EngineAway", "EngineMark", "Guard",
    "Outcome", "PageOfLog", "PresenceDiff", "Recovery", "Refused", "RoomReset", "TypingBlip", "Unavailable",
]  # fmt: skip

# One recovery: protocol.md's cap for a room. More is a page.
MOST_ENTRIES, MOST_BYTES = 300, 131_072

# Seconds a recovery waits for the arrivals to reach what the log already has.
REACH_WITHIN = 1.0


class Backplane:
    """Everything a node says to and hears from the others, through one engine node."""

    def __init__(self, url: str, node: NodeId | None = None, *, dedupe: float = 3600.0) -> None:
        """`dedupe`: seconds a repeat is recognised. Raises `address.BadAddress` for a URL we cannot use."""
        dedupe_ms = int(dedupe * 1000)
        self._link = Link(url, node)
        self._history = History(self._link, dedupe_ms)
        self._committing = Committing(self._link, self._history, dedupe_ms)
        self._reading = Reading(self._history)
        self._intake = Intake(self._link.arrivals)
        self._tending = Tending(self._link, self._history, self._intake)
        self._opening: dict[RoomKey, asyncio.Lock] = {}
        self._taken = asyncio.Event()  # pulsed by each `take`

    async def start(self) -> None:
        """Connect, prove that what we publish comes back, and hear the channel of all nodes. Raises `EngineAway`."""
        await self._link.start()
        await self._subscribe(envelope.ALL_NODES)

    async def run(self) -> None:
        """Keep the connections, probe them, repair rooms; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run())
            tasks.create_task(self._tending.run())

    async def aclose(self) -> None:
        """Drop the connections; what waits ends `UNAVAILABLE`."""
        self._link.close()

    @property
    def healthy(self) -> bool:
        """A probe came back within the last two intervals, and commits may flow."""
        return self._link.healthy and self._link.pipeline.is_open

    @property
    def waiting(self) -> int:
        """Batches of commits on their way to the engine and back."""
        return self._link.pipeline.waiting

    def engine_now_ms(self) -> int:
        """The engine's clock, estimated. Raises `EngineAway` before `start`."""
        return self._link.engine_now_ms()

    def stats(self) -> Mapping[str, int]:
        """Counters since the start, and the gauges `open_rooms` and `waiting`."""
        link, tending = self._link, self._tending
        parts = (
            link.counted, link.pipeline.counted, self._committing.counted, self._history.counted,
            self._intake.counted, tending.counted, tending.healing.counted,
        )  # fmt: skip
        merged = {name: int(value) for part in parts for name, value in part.items()}
        return merged | {"open_rooms": len(self._intake.rings), "waiting": link.pipeline.waiting}

    # Committing

    def submit(self, commits: list[Commit]) -> asyncio.Future[list[Outcome]]:
        """Commit in order, all in one pipeline; see the module's contract."""
        return self._committing.submit(commits)

    async def lookup(self, room: RoomKey, ids: Sequence[EventId]) -> list[Committed | None]:
        """What became of ids that may have been committed before. Raises `EngineAway`."""
        return await self._committing.lookup(room, ids)

    async def put_aside(
        self, room: RoomKey, id: EventId, outcome: bytes, keep_ms: int, *, over: bool = False
    ) -> Committed:
        """Answer every repeat of this id with `outcome`, though there is no entry. Raises `EngineAway`.

        What is in the log, or was put aside before, stays so and is what is returned; `over` replaces an earlier
        putting aside, and with an empty outcome gives the id back, so that it may be committed.
        """
        return await self._committing.put_aside(room, id, outcome, keep_ms, over=over)

    def publish_soon(self, room: RoomKey | None, payload: bytes) -> None:
        """Publish on the lossy lane (None: to all nodes): dropped when the engine is away or the lane is full."""
        channel = envelope.channel(room) if room is not None else envelope.ALL_NODES
        self._link.pipeline.post(pack(b"SPUBLISH", channel.encode(), payload))

    def blip(self, room: RoomKey, alias: AliasId) -> None:
        """Say, lossily, that someone is typing; only their name in this room travels."""
        self.publish_soon(room, envelope.typing(NO_ONE, alias.encode()))

    def keep_for(self, room: RoomKey, seconds: float) -> None:
        """Let the engine forget a room `seconds` from now, unless this is said again. Lossy, as `publish_soon`."""
        lasts = b"%d" % int(seconds * 1000)
        for key in (envelope.log(room), envelope.meta(room), envelope.ids(room), envelope.overlay(room)):
            self._link.pipeline.post(pack(b"PEXPIRE", key.encode(), lasts))

    # Rooms of this node

    async def open(self, room: RoomKey) -> None:
        """Subscribe this node and load the room's newest entries. Idempotent. Raises `EngineAway`."""
        if self.is_open(room):
            return
        lock = self._opening.setdefault(room, asyncio.Lock())
        try:
            async with lock, asyncio.timeout(ANSWER_WITHIN):
                while not self.is_open(room):
                    await self._open(room)
        except TimeoutError:
            raise EngineAway("the room could not be opened in time") from None
        finally:
            if not lock.locked():
                self._opening.pop(room, None)
                if not self.is_open(room):
                    self.close(room)

    async def _open(self, room: RoomKey) -> None:
        ring = self._intake.rings.get(room)
        if ring is None:
            ring = Ring(room)
            self._intake.add(ring)
        generation = self._link.generation
        await self._link.subscriber.subscribe(envelope.channel(room))
        covered = ring.held
        view = await self._history.load(room, LENGTH)
        if generation != self._link.generation or not self._link.subscriber.attached:
            await asyncio.sleep(0.02)  # the subscriber is being made anew: what we read may be older than what we hear
            return
        if view.tail is None:
            raise AssertionError("a loaded room has a tail")
        if self._intake.rings.get(room) is ring and not ring.epoch:
            ring.load(view.tail, view.rows)
            self._link.arrivals.append(Settled(ring, covered, Mended()))
            self._link.woken.set()

    def close(self, room: RoomKey) -> None:
        """Nobody local is interested any more."""
        if room in self._intake.rings:
            self._intake.remove(room)
            self._link.subscriber.unsubscribe(envelope.channel(room))

    def is_open(self, room: RoomKey) -> bool:
        ring = self._intake.rings.get(room)
        return ring is not None and ring.epoch != ""

    def position(self, room: RoomKey) -> Position:
        """What `take` has handed up of an open room. KeyError for another."""
        return self._intake.rings[room].position

    def ring(self, room: RoomKey) -> Sequence[Entry]:
        """At most the last 256 entries up to `position`, amendments and retention applied."""
        return self._intake.rings[room].rows

    # Arrivals

    async def wait(self) -> None:
        """Return when `take` has something."""
        await self._link.woken.wait()

    def take(self) -> list[Arrival]:
        """Everything that arrived since the last call, in order per room, contiguous and verified."""
        self._link.woken.clear()
        out = self._intake.take()
        if self._link.away_since is not None and not self._tending.announced:
            self._tending.announced = True
            out.append(EngineMark.AWAY)
        if self._intake.doubted or self._intake.resumed:
            self._tending.work.set()
        self._link.subscriber.drained()
        self._taken.set()
        self._taken.clear()
        return out

    # Reading

    async def recover(
        self, room: RoomKey, cursor: Position | None, limit: int = MOST_ENTRIES, max_bytes: int = MOST_BYTES
    ) -> Recovery:
        """All that came after the cursor, or the newest page and why not. Raises `EngineAway`.

        Of an open room the answer never goes beyond `position` for longer than a second's wait; the caller bridges
        from `Recovery.position` to `position()` with `recover_locally`, in one step with going live.
        """
        ring = self._intake.rings.get(room)
        if ring is not None and ring.epoch and (answer := locally(ring, cursor, limit, max_bytes)):
            return answer
        answer = await self._reading.recover(room, cursor, limit, max_bytes)
        if self.is_open(room):
            await self._reach(room, answer.position)
        return answer

    def recover_locally(
        self, room: RoomKey, cursor: Position | None, limit: int = MOST_ENTRIES, max_bytes: int = MOST_BYTES
    ) -> Recovery | None:
        """The same from the ring, without awaiting; None where the ring does not reach or the room is not open."""
        return locally(self._intake.rings[room], cursor, limit, max_bytes) if self.is_open(room) else None

    async def page(
        self, room: RoomKey, *, before: Position | None = None, after: Position | None = None, limit: int
    ) -> PageOfLog:
        """Up to `limit` entries before or after a place, or the newest. Raises `EngineAway`."""
        return await self._reading.page(room, before, after, limit)

    async def entry(self, room: RoomKey, event: EventId) -> Entry | None:
        """One event by id, amendments applied. Raises `EngineAway`."""
        if self.is_open(room):
            for row in reversed(self._intake.rings[room].rows):
                if row.id == event:
                    return row
        return await self._reading.entry(room, event)

    async def trim(self, room: RoomKey, *, older_than_ms: int | None = None, longer_than: int | None = None) -> int:
        """Exact retention from the head: what is from before a moment (engine ms), or beyond a count. How many went."""
        return await self._history.trim(room, older_than_ms, longer_than)

    async def claim_secret(self, fingerprint: str) -> bool:
        """Leave the fingerprint of our secret at the engine; False when another one is there."""
        mine, key = fingerprint.encode(), envelope.SECRET.encode()
        _, there = await self._link.ask([pack(b"SET", key, mine, b"NX"), pack(b"GET", key)])
        return bool(there == mine)

    async def _reach(self, room: RoomKey, place: Position) -> None:
        """Wait a little until `take` has handed up a place of an open room."""
        try:
            async with asyncio.timeout(REACH_WITHIN):
                while self.is_open(room):
                    here = self.position(room)
                    if here.epoch == place.epoch and here.seq >= place.seq:
                        return
                    await self._taken.wait()
        except TimeoutError:
            return

    async def _subscribe(self, channel: str) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._link.subscriber.subscribe(channel)
        except TimeoutError:
            raise EngineAway("the engine does not confirm subscriptions") from None
