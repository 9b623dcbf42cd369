"""The review desk's store: what is held until a person has looked at it, and who decided what.

A held message waits in a queue, the most urgent first: crisis before everything, then what the filter could not judge,
then the rest, oldest first. Holding is idempotent by the message's id, so a retry of the author finds the same held
message. The audit trail is appended to and never changed; it names rules and ids, never words.

`Review` takes a redis-py client for binary replies. Engine trouble is `StoreAway`, an OSError: nothing was kept then,
and the caller must not promise that anything was. The exception never holds the command, which has the words in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from importlib import resources
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from moderation import keys
from moderation.verdict import CareBand

# A held message's urgency dwarfs its age: one step is more than all the milliseconds of three centuries.
STEP = 10**13


class StoreAway(OSError):
    """The engine did not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message put aside. `room` and `user` are opaque here; `at` is milliseconds since 1970."""

    id: str
    room: str
    user: str
    alias: str
    name: str = field(repr=False)
    kind: str
    text: str = field(repr=False)
    at: int
    rules: tuple[str, ...] = ()
    care: CareBand = CareBand.NONE
    faulty: bool = False

    @property
    def urgency(self) -> int:
        """0 is looked at first."""
        if self.care >= CareBand.HIGH:
            return 0
        if self.care is CareBand.CONCERN:
            return 1
        return 2 if self.faulty else 3


class Review:
    """Held messages in the engine."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        source = resources.files("moderation").joinpath("lua", "hold.lua").read_text("utf-8")
        self._hold = client.register_script(source)

    async def hold(self, held: Held) -> bool:
        """Put a message aside; False when it already was. Raises StoreAway."""
        places = [keys.HELD, keys.QUEUE, keys.held_of(held.user), keys.AUDIT]
        score = held.urgency * STEP + held.at
        args: list[Any] = [held.id, score, json.dumps(asdict(held)), ",".join(held.rules), held.at]
        try:
            return bool(await self._hold(keys=places, args=args))
        except (RedisError, OSError):
            pass
        raise StoreAway("the review queue cannot be written")  # out here: no cause that holds the words

    async def held_by(self, user: str) -> list[Held]:
        """This author's held messages, oldest first. Raises StoreAway."""
        ids = await self._ask("smembers", keys.held_of(user))
        return sorted(await self._read(list(ids)), key=lambda held: held.at)

    async def queue(self, limit: int = 50) -> list[Held]:
        """What to look at next, the most urgent first. Raises StoreAway."""
        return await self._read(await self._ask("zrange", keys.QUEUE, 0, limit - 1))

    async def _read(self, ids: list[bytes]) -> list[Held]:
        rows = await self._ask("hmget", keys.HELD, ids) if ids else []
        return [_held(row) for row in rows if row is not None]

    async def _ask(self, command: str, *args: Any) -> Any:
        try:
            return await getattr(self._client, command)(*args)
        except (RedisError, OSError):
            pass
        raise StoreAway("the review queue cannot be read")


def _held(row: bytes) -> Held:
    fields = json.loads(row)
    return Held(**fields | {"rules": tuple(fields["rules"]), "care": CareBand(fields["care"])})
