"""Firsts: how many posts of somebody new have been released in a room where the first few are read by a host.

    released ─▶ a set of message ids under the person's own tag, one for each room ─▶ count

A set, because what follows from a release may be done twice (chat/settling.py): the same post counts once. It is
forgotten when nothing is added for half a year: who comes back after that is new again.

Failure: the engine away: StoreAway, and the caller promises nothing.
"""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

from moderation import keys
from moderation.audit import StoreAway

# Half a year without a post in its room: the faces there are others, and so may the person behind the token be.
KEPT = 180 * 86_400_000


class Firsts:
    """Released posts of people who are new in a room."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def released(self, person: str, room: str, id: str) -> None:
        """This post has been released by a host. Twice is once. Raises StoreAway."""
        pipe = self._client.pipeline(transaction=True)
        pipe.sadd(keys.firsts(person, room), id)
        pipe.pexpire(keys.firsts(person, room), KEPT)
        try:
            await pipe.execute()
            return
        except (RedisError, OSError):
            pass
        raise StoreAway("what was released cannot be counted")

    async def count(self, person: str, room: str) -> int:
        """How many of this person's posts were released in this room. Raises StoreAway."""
        try:
            return int(await self._client.scard(keys.firsts(person, room)))
        except (RedisError, OSError):
            pass
        raise StoreAway("what was released cannot be read")
