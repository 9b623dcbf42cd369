"""Copies: this node's copies of the rosters of open rooms, kept by diffs and read anew where one was lost.

A copy is read from the engine when its room is opened (`load`; subscribe first, so that nothing falls between) and
then follows the diffs that the backplane hands up (`absorb`; rooms/roster.py does the merging). `due` says what
clients should be told.

**What can go wrong.** A diff lost on the way leaves a hole in the versions; if it was the last one, `compare` finds
the version behind at two looks in a row. Both rooms are read anew by `mend`. A person of a node that no sweep looks at
would stay for ever, so each reading puts the nodes it met on the sweepers' list. Only `load` raises for engine trouble.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection

from redis.asyncio import Redis

from rooms import calls, envelope
from rooms.envelope import PresenceDiff
from rooms.events import Member, RoomKey, UserId
from rooms.resp import EngineAway
from rooms.roster import Change, Fate, Roster, RosterCopy, unpack_member
from rooms.seats import Seats

# Rosters read in one pipeline: a few megabytes of answer at most.
READ_AT_ONCE = 100


class Copies:
    """This node's copies of the rosters of open rooms."""

    def __init__(self, client: Redis, seats: Seats, counts: Counter[str]) -> None:
        self._client = client
        self._seats = seats  # of this node's people, whose member objects are shared
        self._counts = counts  # of presence as a whole
        self._copies: dict[RoomKey, RosterCopy] = {}
        self._stirred: set[RoomKey] = set()  # copies that clients may have to be told of
        self._holes: set[RoomKey] = set()  # copies to be read anew
        self._loads: dict[RoomKey, asyncio.Lock] = {}  # one first reading at a time
        self._doubted: dict[RoomKey, int] = {}  # copies that differed from the engine at the last comparison

    def __len__(self) -> int:
        return len(self._copies)

    def roster(self, room: RoomKey) -> Roster:
        """What the copy holds; empty at version 0 before `load`."""
        copy = self._copies.get(room)
        return copy.roster if copy is not None else Roster(0, 0, ())

    def people(self, room: RoomKey) -> Collection[UserId]:
        """Who is in the room according to its copy; nobody where there is none."""
        copy = self._copies.get(room)
        return copy.people if copy is not None else ()

    def absorb(self, diff: PresenceDiff) -> None:
        """Take a diff that the backplane handed up."""
        copy = self._copies.get(diff.room)
        if copy is not None:
            self._took(diff.room, copy, copy.absorb(diff))

    def _took(self, room: RoomKey, copy: RosterCopy, fate: Fate) -> None:
        if copy.stirred:
            self._stirred.add(room)
        if fate is Fate.HOLE:
            self._counts["holes"] += 1
            self._holes.add(room)

    def due(self, now: float) -> list[tuple[RoomKey, Change]]:
        """What clients should be told at `now`, by the tier of each room."""
        told: list[tuple[RoomKey, Change]] = []
        for room in list(self._stirred):
            copy = self._copies.get(room)
            if copy is not None and (change := copy.due(now)) is not None:
                told.append((room, change))
            if copy is None or not copy.stirred:
                self._stirred.discard(room)
        return told

    async def load(self, room: RoomKey) -> None:
        """Read the roster of a room that was opened (subscribe first). Concurrent calls share one reading.

        Raises `EngineAway`; the room is then not loaded.
        """
        copy = self._copies.setdefault(room, RosterCopy())
        if copy.version or not copy.reading:
            return  # a hole is mended by `run`; meanwhile the copy is nearly right
        async with self._loads.setdefault(room, asyncio.Lock()):
            if copy.reading:
                try:
                    await self._read([room])
                except calls.TROUBLE as trouble:
                    raise EngineAway(type(trouble).__name__) from None

    def unload(self, room: RoomKey) -> None:
        """Nobody here is interested in the room any more."""
        self._copies.pop(room, None)
        self._loads.pop(room, None)
        self._holes.discard(room)
        self._stirred.discard(room)
        self._doubted.pop(room, None)

    async def _read(self, rooms: Collection[RoomKey]) -> None:
        """Read rosters. The version is read before the people: a change in between is applied twice, which is once."""
        asked = {room: copy for room in rooms if (copy := self._copies.get(room)) is not None}
        pipe = self._client.pipeline(transaction=False)
        for room, copy in asked.items():
            copy.reading = True
            pipe.get(envelope.roster_version(room))
            pipe.hgetall(envelope.roster(room))
        answers = await pipe.execute()
        self._counts["readings"] += len(asked)
        nodes: set[str] = set()
        for place, (room, copy) in enumerate(asked.items()):
            people: dict[UserId, Member] = {}
            for name, packed in answers[2 * place + 1].items():
                node, _, user = name.decode().partition(":")
                nodes.add(node)
                people[UserId(user)] = self._shared(room, unpack_member(packed))
            fate = copy.replace(int(answers[2 * place] or 0), people)
            if self._copies.get(room) is copy:
                self._took(room, copy, fate)
        if nodes:  # people of a node that no sweep looks at would stay for ever: make sure that one does
            await self._client.sadd(envelope.NODES, *nodes)

    def _shared(self, room: RoomKey, member: Member) -> Member:
        """The seat's own object where it is equal: one member in memory instead of two."""
        seat = self._seats.of(room).get(member.user)
        return seat.member if seat is not None and seat.member == member else member

    async def mend(self) -> None:
        """Read anew the rooms whose diffs have a hole."""
        holes = list(self._holes)[:READ_AT_ONCE]
        if not holes:
            return
        self._holes.difference_update(holes)
        try:
            await self._read(holes)
        except calls.TROUBLE:
            self._counts["troubles"] += 1
            self._holes.update(room for room in holes if room in self._copies)

    async def compare(self) -> None:
        """Compare versions with the engine's: a copy that differs at two comparisons in a row has lost a diff."""
        copies = {room: copy for room, copy in self._copies.items() if not copy.reading}
        if not copies:
            return
        pipe = self._client.pipeline(transaction=False)
        for room in copies:
            pipe.get(envelope.roster_version(room))
        answers = await calls.run(self._client, pipe, [])
        self._counts["troubles"] += answers is None or any(isinstance(answer, Exception) for answer in answers)
        before, self._doubted = self._doubted, {}
        for (room, copy), version in zip(copies.items(), answers or (), strict=False):
            if isinstance(version, Exception) or int(version or 0) == copy.version:
                continue
            if before.get(room) == copy.version:
                self._holes.add(room)
            else:
                self._doubted[room] = copy.version
