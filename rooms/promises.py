"""Promises: places of a room with a limit, held for those who are on their way in.

Between the look at how many are here and the seat lies whatever a join waits for, and other joins, here and on other
nodes. So a place is *promised* first: noted here before anything is awaited, and granted by one script that counts,
in one step for all nodes, who is in the room and who has a promise.

    promise ──▶ noted here ──▶ granted by the engine ──▶ seat (presence.arrive) or release
                                   │ no: full

Joins that come while the engine is being asked go together in the next question, so a storm costs a question per
round trip and not per person. Rooms without a limit are never asked about.

**What can go wrong.** The engine away: what this node knows decides (`expected` counts the promises made here), for a
room whose history it can still show should not shut. A node that dies with promises: they lapse after `LASTS`.
Nothing raises for engine trouble.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from redis.asyncio import Redis

from rooms import calls, envelope, scripts
from rooms.events import NodeId, RoomKey, UserId

# Seconds: longer than a join takes at its slowest (two answers of the engine at two seconds each, and a window).
LASTS = 10.0


@dataclass(slots=True, eq=False)
class _Question:
    """Who asks for a place of one room in one breath, and who got one once it is answered."""

    users: dict[UserId, None] = field(default_factory=dict)
    granted: Collection[UserId] | None = None


class Promises:
    """The promises made by this node."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._script = scripts.read("presence_promise")
        self._held: dict[RoomKey, Counter[UserId]] = {}  # how many joins of a person are under way; none of them empty
        self._next: dict[RoomKey, _Question] = {}  # gathers while one is being asked
        self._asking: dict[RoomKey, asyncio.Lock] = {}

    def of(self, room: RoomKey) -> Collection[UserId]:
        """Who has a promise from this node."""
        return self._held.get(room, ())

    async def make(self, user: UserId, room: RoomKey, node: NodeId, capacity: int) -> bool:
        """Hold a place for `user`; False where there is none. Noted before anything is awaited."""
        self._held.setdefault(room, Counter())[user] += 1
        kept = False
        try:
            kept = user in await self._granted(user, room, node, capacity)
        finally:
            if not kept:
                self.end(user, room)
        return kept

    def keep(self, user: UserId, room: RoomKey) -> None:
        """The person has taken their seat."""
        if held := self._held.get(room):
            held.pop(user, None)
            self._tidy(room)

    def end(self, user: UserId, room: RoomKey) -> bool:
        """One join of this person is over; True if it was the last one and there is a promise to take back."""
        held = self._held.get(room)
        if not held or user not in held:
            return False
        held[user] -= 1
        if held[user] > 0:
            return False
        del held[user]
        self._tidy(room)
        return True

    def _tidy(self, room: RoomKey) -> None:
        if not self._held[room]:
            del self._held[room]

    async def _granted(self, user: UserId, room: RoomKey, node: NodeId, capacity: int) -> Collection[UserId]:
        question = self._next.setdefault(room, _Question())
        question.users[user] = None
        async with self._asking.setdefault(room, asyncio.Lock()):
            if question.granted is None:  # we are the first of those who ask together, or the first was cancelled
                if self._next.get(room) is question:
                    del self._next[room]
                question.granted = await self._ask(room, node, capacity, list(question.users))
        return question.granted

    async def _ask(self, room: RoomKey, node: NodeId, capacity: int, users: list[UserId]) -> Collection[UserId]:
        pipe = self._client.pipeline(transaction=False)
        keys = [envelope.people(room), envelope.promised(room)]
        calls.call(pipe, self._script, keys, node, capacity, round(LASTS * 1000), *users)
        answers = await calls.run(self._client, pipe, [self._script])
        if answers is None or not isinstance(answers[0], list):
            return users  # the engine is away: the look before was all there is
        return {UserId(name.decode()) for name in answers[0]}
