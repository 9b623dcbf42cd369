"""Attendance: who is connected anywhere, of those who seek, listen or are held, and who of the team is on shift.

    every one or two seconds, each node:   here(node, everybody of its own, those who left for good, its staff)
    came, left, or lease over:             `look:<user>` falls due at once; any node sees to it (falling_due.look)

A lease is six seconds: who changes trains of the network keeps their seat, and a node that dies is missed. A lease
ends only while somebody looks: when nobody looked through them for half a lease (the engine was stopped or started
anew, every node was down) everybody gets a whole lease more, and nobody is taken for gone because of a machine.

On shift is who of the team is connected and did something lately; that lease is three seconds, for what a person is
told about who could come must be true (T15).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rooms import pairkeys
from rooms.pairslot import Slot
from rooms.scene import Staff

LEASE = 6_000
SHIFT_LEASE = 3_000
# People told of in one call: it runs for half a millisecond.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Present:
    """Who of those asked about is connected anywhere, and who is on shift, at one moment (ms)."""

    now: int
    here: frozenset[str]
    on_shift: tuple[Staff, ...] = ()


class Attendance:
    """Leases of people in the slot of the pairs."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot

    async def here(
        self, node: str, users: Collection[str], left: Collection[str] = (), staff: Collection[Staff] = ()
    ) -> int:
        """Renew the leases of everybody on this node, and end those of who left for good. `staff`: who is on shift
        here. The time (ms). Raises MatchAway.
        """
        now, gone, told = 0, [user for user in left if user not in users], list(users)
        while True:
            some, told = told[:AT_ONCE], told[AT_ONCE:]
            args: list[str | int] = [node, LEASE, SHIFT_LEASE, "" if told else "1", len(some), len(gone), *some, *gone]
            if not told:
                for one in staff:
                    args += (one.user, _packed(one))
            now, _ = await self._slot.run("pair_here", _PLACES, args)
            if not told:
                return now
            gone = []

    async def there(self, users: Iterable[str]) -> Present:
        """Who of these is connected anywhere. Raises MatchAway."""
        asked = list(users)
        now, (head, _, there) = await self._slot.run("pair_read", _READ, asked)
        here = frozenset(user for user, is_there in zip(asked, there, strict=True) if is_there)
        return Present(now, here, on_shift(head[2:], now))


_PLACES = (pairkeys.HERE, pairkeys.NODES, pairkeys.SWEPT, pairkeys.SHIFT, pairkeys.DUE)
_READ = (pairkeys.HERE, pairkeys.NODES, pairkeys.SHIFT)


def on_shift(kept: Sequence[bytes], now: int) -> tuple[Staff, ...]:
    """Staff whose lease has not ended, each once, in one order everywhere. `kept`: "until JSON"."""
    found: dict[str, Staff] = {}
    for one in kept:
        until, _, told = one.partition(b" ")
        if int(until) > now and (staff := _staff(told)) is not None:
            found[staff.user] = staff
    return tuple(found[user] for user in sorted(found))


def _packed(one: Staff) -> str:
    told = {"user": one.user, "role": one.role, "bands": sorted(one.bands), "languages": sorted(one.languages)}
    return json.dumps(told, separators=(",", ":"))


@lru_cache(512)
def _staff(told: bytes) -> Staff | None:
    """Somebody as a node said it; None when a newer one says it otherwise."""
    try:
        one = json.loads(told)
        return Staff(one["user"], one["role"], frozenset(one["bands"]), frozenset(one["languages"]))
    except (ValueError, KeyError, TypeError):
        return None
