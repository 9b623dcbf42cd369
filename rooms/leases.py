"""Leases: which nodes are alive, so that the people of a dead one do not stay in rooms for ever.

A node holds one lease and renews it; nothing is written per person or connection. A node whose lease is missing at
sweeps `DEAD_AFTER` apart is *marked* dead in one script, by the sweeper that then removes its people (`Dead` is what
it has to do). The mark and the lease are exclusive: a marked node cannot renew, it learns so at its next attempt and
goes on under a new id; a node that renews in time cannot be marked. A lease that merely lapsed, as all do while the
engine is away, is taken again, and sweeps begin to count anew when the engine answers.

An emptied store shows as an index smaller than we know it: everyone has to be announced again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import Enum

from redis.asyncio import Redis

from rooms import calls, envelope, scripts
from rooms.events import NodeId, RoomKey

# A node that dies just after renewing is missed at 6.5 s at the latest, marked 3 s later and gone within 10 s.
LEASE = 6.0
REFRESH = 2.0
SWEEP = 0.5
DEAD_AFTER = 3.0
# Longer than any process is stopped and goes on.
MARK_KEPT = 3600.0
# A reaper that died is followed by another after this.
REAPING = 5.0


class Standing(Enum):
    """What a renewal said of us."""

    ALIVE = "alive"
    UNKNOWN = "unknown"  # the engine is away
    FORGOTTEN = "forgotten"  # the engine lost what it knew of us: announce everyone
    MARKED = "marked"  # declared dead: go on under a new id


@dataclass(frozen=True, slots=True)
class Dead:
    """A node that was marked dead by us, and the rooms to remove its people from."""

    node: NodeId
    rooms: frozenset[RoomKey]


def new_node() -> NodeId:
    """An id no node has had: 16 hex digits."""
    return NodeId(secrets.token_hex(8))


class Leases:
    """This node's lease and its watch over the others."""

    def __init__(self, client: Redis, node: NodeId) -> None:
        self._client = client
        self._lease = scripts.read("presence_lease")
        self._claim = scripts.read("presence_claim")
        self.node = node
        self.indexed: set[RoomKey] = set()  # rooms the engine has in its index of this node
        self._missing: dict[NodeId, float] = {}  # other nodes without a lease, since which sweep

    def start_over(self) -> None:
        """Take a new id, with nothing indexed yet."""
        self.node = new_node()
        self.indexed = set()

    async def renew(self) -> Standing:
        """Hold the lease for another while."""
        pipe = self._client.pipeline(transaction=False)
        pipe.sadd(envelope.NODES, self.node)
        calls.call(pipe, self._lease, self._keys(self.node, "lease", "dead", "rooms"), round(LEASE * 1000))
        answers = await calls.run(self._client, pipe, [self._lease])
        if answers is None or not isinstance(answers[1], int):
            return Standing.UNKNOWN
        if answers[1] < 0:
            return Standing.MARKED
        return Standing.ALIVE if answers[1] >= len(self.indexed) else Standing.FORGOTTEN

    async def sweep(self, now: float) -> list[Dead]:
        """The nodes that had no lease for DEAD_AFTER seconds and are ours to clean up after. `now` is monotonic."""
        try:
            nodes = sorted(NodeId(_text(name)) for name in await self._client.smembers(envelope.NODES))
            pipe = self._client.pipeline(transaction=False)
            for node in nodes:
                pipe.exists(envelope.node_key(node, "lease"))
            alive = await pipe.execute() if nodes else []
        except calls.TROUBLE:
            self._missing.clear()  # nobody can renew while the engine is away: count from when it answers
            return []
        absent = [node for node, lives in zip(nodes, alive, strict=True) if not lives and node != self.node]
        self._missing = {node: self._missing.get(node, now) for node in absent}
        overdue = [node for node, since in self._missing.items() if now - since >= DEAD_AFTER]
        return [dead for node in overdue if (dead := await self._mark(node)) is not None]

    async def _mark(self, node: NodeId) -> Dead | None:
        """Mark `node` dead; None if it lives after all, another node is at it, or the engine is away."""
        pipe = self._client.pipeline(transaction=False)
        keys = self._keys(node, "lease", "dead", "rooms", "reaper")
        calls.call(pipe, self._claim, keys, round(MARK_KEPT * 1000), round(REAPING * 1000))
        answers = await calls.run(self._client, pipe, [self._claim])
        if answers is None or not isinstance(answers[0], list | set):
            return None
        return Dead(node, frozenset(RoomKey(_text(room)) for room in answers[0]))

    async def bury(self, node: NodeId) -> bool:
        """Forget a node whose people are all removed; False if the engine is away."""
        pipe = self._client.pipeline(transaction=False)
        pipe.delete(*self._keys(node, "rooms", "lease"))
        pipe.srem(envelope.NODES, node)
        self._missing.pop(node, None)
        return await calls.run(self._client, pipe, []) is not None

    def _keys(self, node: NodeId, *parts: str) -> list[str]:
        return [envelope.node_key(node, what) for what in parts]


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
