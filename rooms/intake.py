"""The intake: from what arrives on the subscriber to what is handed up, in order per room.

`take` works through the arrivals once. An entry that follows its ring goes up; one that does not freezes the ring and
puts it among the `doubted`, whom the backplane mends; the result comes back as a `Settled` among the arrivals and
takes its turn like everything else. No I/O here, and nothing but `take` moves a room.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from rooms import envelope
from rooms.envelope import BadEnvelope, Control, ForkNotice, Logged, PresenceDiff, TrimNotice, TypingBlip
from rooms.events import Entry, RoomKey
from rooms.healing import Mended
from rooms.ring import Fit, Ring
from rooms.subscriber import Mark


class EngineMark(Enum):
    """The engine went away or came back; the truth for people's notices, not for readiness."""

    AWAY = "engine_away"
    BACK = "engine_back"


@dataclass(frozen=True, slots=True)
class RoomReset:
    """Everything known of the room is void: it begins anew at `position`. `why`: "fork", "lost" or "trimmed"."""

    room: RoomKey
    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A ring was loaded or mended; `covered` entries were held before the log was read."""

    ring: Ring
    covered: int
    mended: Mended


Arrival = Entry | PresenceDiff | TypingBlip | Control | RoomReset | EngineMark


class Intake:
    """This node's open rooms, and the arrivals not yet handed up."""

    def __init__(self, arrivals: deque[object]) -> None:
        self.rings: dict[RoomKey, Ring] = {}
        self.doubted: dict[Ring, None] = {}  # frozen, and waiting to be mended; in order
        self.mending: set[Ring] = set()  # being mended, or mended and not yet settled
        self.resumed = False  # the subscriber was made anew: compare every room
        self.counted = {"arrivals": 0, "entries": 0, "bad_envelopes": 0}
        self._arrivals = arrivals
        self._by_channel: dict[bytes, Ring] = {}
        self._all_nodes = envelope.ALL_NODES.encode()

    def add(self, ring: Ring) -> None:
        """Hear a room; its ring is frozen until a `Settled` comes."""
        self.rings[ring.room] = ring
        self._by_channel[envelope.channel(ring.room).encode()] = ring

    def remove(self, room: RoomKey) -> None:
        """Nobody here is interested any more."""
        ring = self.rings.pop(room, None)
        self._by_channel.pop(envelope.channel(room).encode(), None)
        if ring is not None:
            self.doubted.pop(ring, None)
            self.mending.discard(ring)

    def doubt(self, ring: Ring) -> None:
        """Freeze a ring until the log has been asked."""
        ring.frozen = True
        self.doubted[ring] = None

    def take(self) -> list[Arrival]:
        """Hand up everything that has arrived, verified."""
        out: list[Arrival] = []
        arrivals, by_channel = self._arrivals, self._by_channel
        self.counted["arrivals"] += len(arrivals)
        while arrivals:
            item = arrivals.popleft()
            if type(item) is not list:
                self._marked(item, out)
                continue
            ring = by_channel.get(item[1])
            if ring is None and item[1] != self._all_nodes:
                continue  # a room closed meanwhile
            try:
                arrived = envelope.parse(ring.room if ring else None, item[2])
            except BadEnvelope:
                self.counted["bad_envelopes"] += 1
                continue
            if ring is None:
                out.append(arrived)  # type: ignore[arg-type]  # only Control travels there
            elif type(arrived) is Entry or type(arrived) is Logged:
                self._entry(ring, arrived, out)
            else:
                self._other(ring, arrived, out)
        return out

    def _entry(self, ring: Ring, arrived: Entry | Logged, out: list[Arrival]) -> None:
        if not ring.frozen:
            fit = ring.accept(arrived)
            if fit is Fit.NEXT:
                self.counted["entries"] += 1
                out.append(arrived if type(arrived) is Entry else arrived.entry)  # type: ignore[union-attr]
                return
            if fit is Fit.OLD:
                return
            self.doubt(ring)
        ring.hold(arrived)

    def _other(self, ring: Ring, arrived: object, out: list[Arrival]) -> None:
        match arrived:
            case ForkNotice(old=old):
                if ring.epoch == old:
                    self.doubt(ring)
            case TrimNotice(epoch=epoch, head=head):
                if ring.epoch == epoch:
                    ring.trim(head)
            case PresenceDiff() | TypingBlip() | Control():
                out.append(arrived)

    def _marked(self, item: object, out: list[Arrival]) -> None:
        match item:
            case Settled(ring=ring):
                self._settle(ring, item, out)
            case EngineMark():
                out.append(item)
            case Mark.RESUMED:
                self.resumed = True

    def _settle(self, ring: Ring, settled: Settled, out: list[Arrival]) -> None:
        if self.rings.get(ring.room) is not ring:
            return  # closed meanwhile
        self.mending.discard(ring)
        mended = settled.mended
        if mended.why is not None and mended.view is not None and mended.view.tail is not None:
            ring.load(mended.view.tail, mended.view.rows)
            out.append(RoomReset(ring.room, mended.why))
        for row in mended.rows:
            if ring.accept(row) is Fit.NEXT:
                self.counted["entries"] += 1
                out.append(row.entry)
        if ring in self.doubted:
            return  # doubted again while it was mended: the next round opens it
        added, ask = ring.settle(settled.covered)
        self.counted["entries"] += len(added)
        out += added
        if ask:
            self.doubt(ring)
