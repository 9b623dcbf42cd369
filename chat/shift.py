"""Is there a person of the team now? What a card says about that must be true at that moment (T15).

*On shift* is who may care for people of a band, is connected, and did something in the last ten minutes. Each node
knows its own; for the others a lease is kept in the engine, renewed every second by each node that has somebody and
believed for three: a node that was killed is not believed for long. `known` answers at once from what the last beat
brought; `ask` asks the engine now.

Adults of the team care for adults; for teens only those with `teen_vetted`, and nobody else is counted.

Engine away: only those on this node are known of; where there are none, the answer is "we cannot know" (None).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from redis.asyncio import Redis

from chat.auth import Identity
from rooms import calls
from rooms.events import Band, NodeId, Role, UserId
from rooms.scene import Staff
from rooms.scripts import Script

# sessions.md: on shift = connected and active in the last ten minutes.
ACTIVE_FOR = 600.0
# How often a node says who is there, and how long it is believed: two beats may be lost.
BEAT = 1.0
LEASE = 3.0
# Seconds a card waits for the engine's word about the team: help is not held up by it.
WITHIN = 0.8

# Who can be with somebody in distress.
CARING = frozenset({Role.RESPONDER, Role.MODERATOR, Role.SUPERVISOR})

_SOURCE = (Path(__file__).parent / "lua" / "shift.lua").read_bytes()
SHIFT = Script("shift", _SOURCE, hashlib.sha1(_SOURCE, usedforsecurity=False).hexdigest())
BANDS = tuple(Band)


def shift_key(band: Band) -> str:
    """Sorted set: nodes with somebody on shift for this band, by the end of their lease."""
    return f"warm:{{shift}}:{band}"


def staff_of(identity: Identity, bands: frozenset[Band]) -> Staff:
    """Somebody of the team, as the clock of a hold names them (rooms/escalation.py)."""
    role = next(role for role in (Role.RESPONDER, Role.SUPERVISOR, Role.MODERATOR) if role in identity.roles)
    language = (identity.language or "").partition("-")[0]
    return Staff(
        user=identity.user,
        role=str(role),
        bands=frozenset(str(band) for band in bands),
        languages=frozenset({language} if language else ()),
    )


def cares_for(identity: Identity) -> frozenset[Band]:
    """The bands whose people this one may be called to."""
    if CARING.isdisjoint(identity.roles):
        return frozenset()
    found = {Band.TEEN} if identity.vetted else set()
    return frozenset(found | ({Band.ADULT} if identity.band is Band.ADULT else set()))


class Shift:
    """Who is on shift here, and whether anybody is elsewhere. `here`: whether a person is connected to this node."""

    def __init__(self, client: Redis, node: NodeId, here: Callable[[UserId], bool], ticks: Callable[[], float]) -> None:
        self._client = client
        self._node = node
        self._here = here
        self._ticks = ticks  # monotonic seconds
        self._active: dict[UserId, tuple[frozenset[Band], float]] = {}
        self._who: dict[UserId, Staff] = {}  # of those, as they may be called
        self._elsewhere: dict[Band, int] = {}
        self._heard = -LEASE  # when the engine last answered

    def saw(self, identity: Identity) -> None:
        """Somebody did something. Cheap for those who are not of the team."""
        if bands := cares_for(identity):
            self._active[identity.user] = (bands, self._ticks())
            self._who[identity.user] = staff_of(identity, bands)

    def known(self, band: Band) -> bool | None:
        """Whether somebody is on shift for `band`, as far as this node knows now; None: it cannot know."""
        if band in self._bands():
            return True
        if self._ticks() - self._heard > LEASE:
            return None
        return self._elsewhere.get(band, 0) > 0

    async def ask(self, band: Band) -> bool | None:
        """The same, asked of the engine now; an engine that takes its time is not waited for."""
        if band in self._bands():
            return True
        try:
            async with asyncio.timeout(WITHIN):
                return self.known(band) if await self.beat() else None
        except TimeoutError:
            return None

    async def beat(self) -> bool:
        """Say who is here and hear who is elsewhere. False: the engine is away."""
        mine = self._bands()
        pipe = self._client.pipeline(transaction=False)
        flags = ["1" if band in mine else "" for band in BANDS]
        calls.call(pipe, SHIFT, [shift_key(band) for band in BANDS], self._node, int(LEASE * 1000), *flags)
        answers = await calls.run(self._client, pipe, [SHIFT])
        if answers is None or isinstance(answers[0], Exception):
            return False
        self._elsewhere = dict(zip(BANDS, map(int, answers[0]), strict=True))
        self._heard = self._ticks()
        return True

    def staff(self) -> list[Staff]:
        """Who is on shift here, as they may be called to somebody who is held."""
        self._bands()
        return list(self._who.values())

    def _bands(self) -> set[Band]:
        """The bands somebody here is on shift for; who has gone or gone quiet is forgotten."""
        since = self._ticks() - ACTIVE_FOR
        for user in [user for user, (_, at) in self._active.items() if at < since or not self._here(user)]:
            del self._active[user], self._who[user]
        return set(_joined(bands for bands, _ in self._active.values()))


def _joined(sets: Iterable[frozenset[Band]]) -> frozenset[Band]:
    return frozenset[Band]().union(*sets)
