"""Apart: who has blocked whom in which room, and so isn't seen by them there, nor sees them (F10, T7).

    warm:{<room>}:apart                         hash     "<who blocked> <whom>" → since when (engine ms)
    warm:{<room>}:apart:<who blocked> <whom>    string   what they were called then: 30 days, as long as a room's words

A block is made where two met and is kept with that room, so that it says nothing about any other: whoever could read
two of these could not tell that the same person is in both. It has no end of its own. That the two are never matched
either is kept by matching (rooms/ties.py).

Each node keeps what it has read of the rooms it is in; `read` reads a room anew, when another node says so, when such
words may have been missed, and twice a minute. Symmetric: `behind` answers both ways from one field.

Failure: the engine away is `EngineAway`; what was known stays known, so that nobody is seen again by an outage.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from redis.asyncio import Redis

from rooms import calls, envelope
from rooms.events import RoomKey, UserId
from rooms.resp import EngineAway

# How many people one person may have blocked in one room. Whoever meets fifty such people needs somebody of the team;
# and each of them is an audience of their own to every node.
MOST = 50

# What somebody was called is kept as long as what they said in a room, no longer (ms): who they blocked knows whom they
# mean for as long as anybody does, and after that by the room and the day.
NAMED = 30 * 86_400_000

Pairs = dict[tuple[UserId, UserId], int]


class Apart:
    """Who isn't seen by whom, of the rooms this node is in."""

    def __init__(self, client: Redis) -> None:
        self._client = client  # from `rooms.calls.engine_client`
        self._rooms: dict[RoomKey, Pairs] = {}
        self._loads: dict[RoomKey, asyncio.Future[Any]] = {}  # under way

    @property
    def rooms(self) -> list[RoomKey]:
        """The rooms that were read."""
        return list(self._rooms)

    async def load(self, room: RoomKey) -> None:
        """Know a room, if it isn't known yet. Those who ask at once share one reading: a thousand who come in together
        would each open a connection for it. Raises EngineAway, and to all of them.
        """
        if room in self._rooms:
            return
        if (reading := self._loads.get(room)) is None:
            reading = self._loads[room] = asyncio.ensure_future(self.read([room]))
            reading.add_done_callback(lambda _: self._loads.pop(room))
        await asyncio.shield(reading)

    async def read(self, rooms: Collection[RoomKey]) -> dict[RoomKey, set[UserId]]:
        """Read rooms anew: those who see others than before, by room. Raises EngineAway."""
        pipe = self._client.pipeline(transaction=False)
        for room in rooms:
            pipe.hgetall(envelope.apart(room))
        moved: dict[RoomKey, set[UserId]] = {}
        for room, found in zip(rooms, await self._ask(pipe), strict=True):
            before, after = self._rooms.get(room, {}), _pairs(found)
            self._rooms[room] = after
            moved[room] = {user for pair in before.keys() ^ after.keys() for user in pair}
        return moved

    def behind(self, user: UserId, room: RoomKey) -> tuple[tuple[UserId, int], ...]:
        """Whom this person doesn't see in a room, and since when; the earlier where each has blocked the other."""
        found: dict[UserId, int] = {}
        for (one, other), at in self._rooms.get(room, {}).items():
            if user in (one, other):
                theirs = other if user == one else one
                found[theirs] = min(at, found.get(theirs, at))
        return tuple(sorted(found.items()))

    def made_by(self, user: UserId, room: RoomKey) -> int:
        """How many people this person has blocked in a room."""
        return sum(one == user for one, _ in self._rooms.get(room, {}))

    def blocked_by(self, user: UserId, room: RoomKey) -> tuple[tuple[UserId, int], ...]:
        """Whom this person has blocked in a room, and when; never who has blocked them."""
        return tuple((other, at) for (one, other), at in self._rooms.get(room, {}).items() if one == user)

    async def names(self, user: UserId, whom: Sequence[tuple[RoomKey, UserId]]) -> list[str]:
        """What these were called when this person blocked them; "" where it is not kept any more. Raises EngineAway."""
        if not whom:
            return []
        pipe = self._client.pipeline(transaction=False)
        for room, other in whom:
            pipe.get(envelope.apart_name(room, user, other))
        return [(found or b"").decode() for found in await self._ask(pipe)]

    async def part(self, room: RoomKey, user: UserId, other: UserId, now: int, name: str = "") -> bool:
        """Keep these two apart from now (engine ms) on. `name`: what the other is called here. False: it is so already.
        Raises EngineAway.
        """
        pipe = self._client.pipeline(transaction=False)
        pipe.hsetnx(envelope.apart(room), f"{user} {other}", now)
        if name:
            pipe.set(envelope.apart_name(room, user, other), name, px=NAMED, nx=True)
        return bool((await self._ask(pipe))[0])

    async def lift(self, room: RoomKey, user: UserId, other: UserId) -> bool:
        """Take back what this person has said of the other here; what the other said stays. Raises EngineAway."""
        pipe = self._client.pipeline(transaction=False)
        pipe.hdel(envelope.apart(room), f"{user} {other}")
        pipe.delete(envelope.apart_name(room, user, other))
        return bool((await self._ask(pipe))[0])

    async def _ask(self, pipe: Any) -> list[Any]:
        answers = await calls.run(self._client, pipe, [])
        if answers is None:
            raise EngineAway("no answer")
        for answer in answers:
            if isinstance(answer, Exception):
                raise EngineAway(type(answer).__name__)
        return answers


def _pairs(found: dict[bytes, bytes]) -> Pairs:
    """The fields of a room's hash."""
    pairs: Pairs = {}
    for name, at in found.items():
        one, _, other = name.decode().partition(" ")
        pairs[UserId(one), UserId(other)] = int(at)
    return pairs
