"""Debts: what is owed to people after a step, done in order for each of them, at least once, by whoever is there.

    write of a step ─▶ out:<target> [e1, e2, …]     and it is the writer's to do, for a second
                          │ deliver: e1, e2, … in order; what was done is crossed off
                          ▼
                        empty                        else, when the second is over, any node goes on where it stands

An effect may come twice (a node died between doing and crossing off, or was slower than its lease), never out of order
and never not at all: whoever does them begins at the oldest that is left. So what it does must have one outcome, which
`Owed.id` is for: it is unique for ever, and ids of commits are made of it.

What can't be done by a fault of ours is put aside, to a target of its own, and tried again until it can.

One deliverer at a time in the whole cluster, and one in this process. An effect that only a newer node knows stops its
target until such a node takes it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rooms import pairkeys
from rooms.effects import Do, Effect
from rooms.pairslot import Slot

# Somebody who died while doing is followed by another after this (ms).
LEASE = 1_000
# Done before they are crossed off: a lease is long enough for these, and dying costs no more than to do these again.
AT_ONCE = 16
# What was put aside is owed to a target of its own, of this name and its id, and tried again after this (ms).
ASIDE = "aside/"
RESTS = 60_000


@dataclass(frozen=True, slots=True)
class Owed:
    """One effect that is to be done, with the id it keeps however often it comes."""

    id: str
    effect: Effect


Doer = Callable[[Owed], Awaitable[bool]]


class Debts:
    """What is owed, in the slot of the pairs. `me`: who takes it."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self.me = secrets.token_hex(8)
        self._busy: dict[str, bool] = {}  # targets this process is at; True: look again before leaving

    async def deliver(self, target: str, do: Doer) -> int:
        """Do what is owed to `target`, oldest first, until nothing is, or `do` says False or raises. How many were
        done; 0 too when somebody is at it already, who will do all. Raises MatchAway.
        """
        if target in self._busy:
            self._busy[target] = True
            return 0
        count, self._busy[target] = 0, True
        try:
            while self._busy[target]:
                self._busy[target] = False
                count += await self._drain(target, do)
        finally:
            del self._busy[target]
        return count

    async def _drain(self, target: str, do: Doer) -> int:
        count = 0
        while batch := await self.take(target):
            ids = []
            for owed in batch:
                if not await do(owed):
                    break
                ids.append(owed.id)
            count += len(ids)
            left = await self.done(target, ids)
            if not left or len(ids) < len(batch):
                break
        return count

    async def take(self, target: str) -> list[Owed]:
        """The oldest of what is owed to `target`, ours for the lease; nothing when somebody else is at it. Raises
        MatchAway.
        """
        args: list[str | int] = [LEASE, self.me, target, AT_ONCE]
        _, (_, found) = await self._slot.run("pair_take", self._places(target), args)
        batch: list[Owed] = []
        for stored in found:
            if (owed := unpack(stored)) is None:
                break
            batch.append(owed)
        return batch

    async def done(self, target: str, ids: Collection[str]) -> int:
        """Cross off what was done, oldest first. How many are left. Raises MatchAway."""
        _, (_, left) = await self._slot.run("pair_done", self._places(target), [LEASE, self.me, target, *ids])
        return int(left)

    async def aside(self, target: str, id: str) -> bool:
        """Put the oldest effect aside, which can't be done: it is tried again by itself, what is behind it goes on.
        False: it is not the oldest any more. Raises MatchAway.
        """
        own = ASIDE + id
        places = [*self._places(target), pairkeys.out(own)]
        _, (_, put) = await self._slot.run("pair_aside", places, [RESTS, target, own, id])
        return bool(put)

    async def rest(self, target: str) -> None:
        """Leave what was put aside for a while. Raises MatchAway."""
        await self._slot.ask("zadd", pairkeys.OWED, {target: self._slot.now_ms() + RESTS}, xx=True)

    def _places(self, target: str) -> list[str]:
        return [pairkeys.OWED, pairkeys.DOING, pairkeys.out(target)]


def pack(id: str, effect: Effect) -> bytes:
    """An effect as it is stored."""
    told = {"do": effect.do, "to": effect.to, "fields": effect.fields}
    return f"{id}\n{json.dumps(told, separators=(',', ':'), default=_plain)}".encode()


def unpack(stored: bytes) -> Owed | None:
    """The reverse of `pack`; None for what only a newer node knows."""
    id, _, told = stored.partition(b"\n")
    try:
        one = json.loads(told)
        return Owed(id.decode(), Effect(Do(one["do"]), one["to"], one["fields"]))
    except (ValueError, KeyError, TypeError):
        return None


def _plain(value: Any) -> Any:
    """Sets, in one order; and words of our own lists."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError("an effect holds ids, times and words of our own lists")
