"""Presence: who is in which room right now, across all nodes, at a cost that a storm cannot raise.

A node says who is here through it by `arrive` and `depart`, which only note it (rooms/seats.py). Every window (250 ms)
`flush` sends what changed, one script call per room in one pipeline; the script counts a person once however many
nodes and connections have them, mints the version and publishes a diff. Diffs come back to every node through the
backplane's subscriber: the node's pump feeds them to `absorb`, and asks `due` what clients should be told
(rooms/copies.py). When a node dies, whichever other node notices first removes its people (rooms/leases.py).

**What can go wrong.** The engine away: changes wait here and are sent when it is back; scripts are idempotent, so a
lost answer costs a repetition. Diffs lost on the way: the room is read anew. An emptied store: everyone is announced
again. This node was stopped for so long that it was declared dead: it announces its people under a new id and then
removes what is left of the old one, so that nobody sees anyone go. Nothing raises for engine trouble but `load`.

`run` does all of it in one task, in order: flush, lease, sweep and reading never overlap. `now` is monotonic seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from rooms import calls, envelope, scripts
from rooms.copies import Copies
from rooms.envelope import PresenceDiff
from rooms.events import Member, NodeId, RoomKey, UserId
from rooms.leases import REFRESH, SWEEP, Leases, Standing, new_node
from rooms.promises import Promises
from rooms.roster import Change, Roster, pack_member
from rooms.seats import MOST_CHANGES, Seat, Seats

# Long enough for one diff to gather a storm, short enough to feel immediate.
WINDOW = 0.25
# How often versions are compared with the engine's, for diffs that were lost and followed by none.
COMPARE = 5.0
# Fan-out bodies stay under 16 kB, beyond which the engine does not count what a slow subscriber owes (parts.md).
MOST_BYTES = 12_000


class Presence:
    """This node's people in rooms, and its copies of the rosters of open rooms."""

    def __init__(self, client: Redis, node: NodeId | None = None) -> None:
        self._client = client  # from `calls.engine_client`, for presence alone
        self._script = scripts.read("presence_change")
        self._leases = Leases(client, node or new_node())
        self._counts: Counter[str] = Counter()
        self._seats = Seats()
        self._promises = Promises(client)  # of places in rooms with a limit
        self.copies = Copies(client, self._seats, self._counts)  # of open rooms

    @property
    def node(self) -> NodeId:
        """Our id in the engine; another one after we were declared dead."""
        return self._leases.node

    # -- who is here through this node ------------------------------------------------------------------------------

    def arrive(self, member: Member, room: RoomKey, now: float) -> None:
        """One more connection of this person is in `room`. A changed name or quietness is told like an arrival."""
        self._seats.arrive(member, room)
        self._promises.keep(member.user, room)

    async def promise(self, user: UserId, room: RoomKey, capacity: int) -> bool:
        """Hold one of `capacity` places for someone on their way in, on all nodes at once; False where there is none.

        Until `arrive`, or `release` if they do not come. With the engine away what this node knows decides.
        """
        return await self._promises.make(user, room, self.node, capacity)

    def release(self, user: UserId, room: RoomKey) -> None:
        """A join is over, whatever came of it: a promise that was not kept is taken back at the next window."""
        if self._promises.end(user, room) and user not in self._seats.of(room):
            self._seats.put_back(room, [user])

    def depart(self, user: UserId, room: RoomKey, now: float, *, grace: bool) -> None:
        """One connection less; with `grace` (the connection was lost) the person stays for a while."""
        self._seats.depart(user, room, now, grace=grace)

    # -- what is known of a room --------------------------------------------------------------------------------------

    def roster(self, room: RoomKey) -> Roster:
        """This node's copy; empty at version 0 before `load`. Who arrived in this window is not in it yet."""
        return self.copies.roster(room)

    def present(self, room: RoomKey) -> int:
        """Head count with those who have just come to this node: what capacity is measured by."""
        known, seats = self.copies.people(room), self._seats.of(room)
        return len(known) + sum(user in seats and user not in known for user in self._seats.dirty(room))

    def awake(self, room: RoomKey) -> int:
        """Head count of all who are known to be here, also between telling the engine of them and hearing it back."""
        return len({*self.copies.people(room), *self._seats.of(room)})

    def expected(self, room: RoomKey) -> int:
        """How many more are on their way in through this node."""
        seats, known = self._seats.of(room), self.copies.people(room)
        return sum(user not in seats and user not in known for user in self._promises.of(room))

    def is_here(self, user: UserId, room: RoomKey) -> bool:
        """Whether this person is in `room`, through any node."""
        return user in self._seats.of(room) or user in self.copies.people(room)

    def absorb(self, diff: PresenceDiff) -> None:
        """Take a diff that the backplane handed up. What clients hear of it is said by `due`."""
        self.copies.absorb(diff)

    def due(self, now: float) -> list[tuple[RoomKey, Change]]:
        """What clients should be told at `now`, by the tier of each room."""
        return self.copies.due(now)

    async def load(self, room: RoomKey) -> None:
        """Read the roster of a room that was opened (subscribe first). Concurrent calls share one reading.

        Raises `EngineAway`; the room is then not loaded.
        """
        await self.copies.load(room)

    def unload(self, room: RoomKey) -> None:
        """Nobody here is interested in the room any more."""
        self.copies.unload(room)

    # -- telling the engine -------------------------------------------------------------------------------------------

    async def flush(self, now: float) -> None:
        """Send what changed since the last window: one script call per room, all in one pipeline."""
        self._seats.end_graces(now)
        batch = self._seats.take_dirty()
        if not batch:
            return
        told: set[RoomKey] = set()
        try:
            told = await self._tell(batch)
        finally:
            for room, users in batch.items():
                if room not in told:
                    self._seats.put_back(room, users)

    async def _tell(self, batch: Mapping[RoomKey, set[UserId]]) -> set[RoomKey]:
        """Bring the engine's rosters to what the seats say of `batch`; the rooms for which that was confirmed."""
        node, indexed = self.node, self._leases.indexed
        fresh = [room for room in batch if room not in indexed and self._seats.of(room)]
        pipe = self._client.pipeline(transaction=False)
        if fresh:  # before any field: a reaper finds rooms by the index only
            pipe.sadd(envelope.NODES, node)
            pipe.sadd(envelope.node_key(node, "rooms"), *fresh)
        before = len(pipe)
        for room, users in batch.items():
            self._change(pipe, room, node, users, self._seats.of(room))
        answers = await self._run(pipe)
        if any(isinstance(answer, Exception) for answer in answers[:before]):
            return set()
        indexed.update(fresh)
        return {room for room, answer in zip(batch, answers[before:], strict=False) if isinstance(answer, list)}

    def _change(
        self, pipe: Pipeline, room: RoomKey, node: NodeId, users: Iterable[UserId], seats: Mapping[UserId, Seat]
    ) -> None:
        """Add one script call: of `users`, who has one of `seats` is here through `node`, the others are not."""
        here: list[str | bytes] = []
        gone: list[str] = []
        for user in users:
            if (seat := seats.get(user)) is not None:
                here += (user, pack_member(seat.member))
            else:
                gone.append(user)
        keys = [
            envelope.roster(room), envelope.people(room), envelope.roster_version(room), envelope.channel(room),
            envelope.promised(room), envelope.lights(room), envelope.answers_stem(room),
        ]  # fmt: skip
        calls.call(pipe, self._script, keys, node, MOST_BYTES, len(here) // 2, *here, *gone)
        self._counts["scripts"] += 1
        self._counts["changes"] += len(here) // 2 + len(gone)

    async def _run(self, pipe: Pipeline) -> list[Any]:
        """The answers of a pipeline; none if the engine is away."""
        answers = await calls.run(self._client, pipe, [self._script])
        self._counts["troubles"] += answers is None or any(isinstance(answer, Exception) for answer in answers)
        return answers or []

    # -- leases -------------------------------------------------------------------------------------------------------

    async def renew(self, now: float) -> None:
        """Renew this node's lease, and announce everyone again if the engine does not know us any more."""
        standing = await self._leases.renew()
        if standing is Standing.FORGOTTEN:
            self._leases.indexed.clear()
            self._seats.mark_all()
        elif standing is Standing.MARKED:
            # First the new fields, then the old ones go: everyone is counted all the time.
            old, rooms = self.node, set(self._leases.indexed)
            self._leases.start_over()
            self._seats.mark_all()
            await self._leases.renew()
            await self.flush(now)
            await self._remove(old, rooms)
            self._counts["new_ids"] += 1

    async def sweep(self, now: float) -> None:
        """Remove the people of nodes that died."""
        for dead in await self._leases.sweep(now):
            self._counts["reaped"] += await self._remove(dead.node, dead.rooms)

    async def _remove(self, node: NodeId, rooms: Iterable[RoomKey]) -> bool:
        """Take every person of `node` out of `rooms`, one script each; False if some are left for the next sweep."""
        ours = f"{node}:".encode()
        for room in rooms:
            try:
                names: list[bytes] = await self._client.hkeys(envelope.roster(room))  # type: ignore[assignment]
            except calls.TROUBLE:
                return False
            users = [UserId(name[len(ours) :].decode()) for name in names if name.startswith(ours)]
            for start in range(0, len(users), MOST_CHANGES):
                pipe = self._client.pipeline(transaction=False)
                self._change(pipe, room, node, users[start : start + MOST_CHANGES], {})
                if not all(isinstance(answer, list) for answer in await self._run(pipe) or [None]):
                    return False
        return await self._leases.bury(node)

    # -- keeping up ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Flush, renew, sweep, mend and compare until cancelled. Never raises for engine trouble."""
        renewed = swept = compared = float("-inf")
        while True:
            now = time.monotonic()
            if now - renewed >= REFRESH:  # first of all: after a long stop we may not be who we were
                renewed = now
                await self.renew(now)
            await self.flush(now)
            if now - swept >= SWEEP:
                swept = now
                await self.sweep(now)
            if now - compared >= COMPARE:
                compared = now
                await self.copies.compare()
            await self.copies.mend()
            await asyncio.sleep(max(0.0, now + WINDOW - time.monotonic()))

    async def retire(self) -> None:
        """Say goodbye for everyone who is still here and give the lease back. Only after `run` has ended."""
        rooms = set(self._leases.indexed)
        self._seats.clear()
        self._leases.indexed.clear()
        await self._remove(self.node, rooms)

    def stats(self) -> Mapping[str, int]:
        """Counts since the start (scripts, changes, readings, holes, reaped, new_ids, troubles), and what is kept."""
        return {**self._counts, "seats": len(self._seats), "copies": len(self.copies)}
