"""This node's table of who listens to what, and the one place that fans out.

    deliver(entry) ──▶ pending of its room ──seal──▶ jobs: (chunk, who) ──▶ chunks()   one write each
    say to one     ──▶ their outbox ──touch────────────────────────────▶ private()  one write each

An entry is encoded once for each codec present in its room. What a room got during a tick is one shared piece of
bytes, the *chunk*; a connection that is clear gets that very object. Everyone else (something private waits, the
socket is behind, or they sit in several rooms) gets it through their outbox, and one joined write. So there is one
write per connection and tick.

A *seal* fixes who gets a chunk. `join` seals first: a newcomer has the pending entries from the log already, and must
not get them twice. Who leaves or joins anew is withdrawn from what was sealed and not written yet, also from the job
that is half written between two slices, and from what of the room waits in their outbox. Everything here is
synchronous; `chunks` is a generator so that its owner can take turns with the rest of the node between slices, and all
it iterates over was fixed at the seal.

Who doesn't see everybody in a room (veil.py) gets a chunk without them, encoded once for all who see the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from chat import wire
from chat.connection import Connection
from chat.outbox import Lane
from chat.person import Lately, Person
from chat.veil import NOTHING, Veil, sift
from rooms.events import Entry, RoomKey, UserId

# What an unlogged event is under a veil; None: nothing is told.
Under = Callable[[Veil], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What one room has to tell the connections of one codec, and who they were at the seal."""

    room: LocalRoom
    chunk: bytes  # everything, for those who are clear
    parts: list[tuple[Lane, bytes]]  # the same by lane, for the others
    who: tuple[Connection, ...]
    withdrawn: set[Connection] = field(default_factory=set)  # of `who`: left or joined anew since the seal


class LocalRoom:
    """A room as this node sees it: who is connected here, and what they have not been told yet."""

    __slots__ = ("ahead", "events", "here", "key", "last", "name", "names", "pending", "veils")

    def __init__(self, key: RoomKey, name: str) -> None:
        self.key = key
        self.name = name  # what clients call it
        self.here: dict[wire.Codec, dict[Connection, None]] = {codec: {} for codec in wire.Codec}
        self.pending: list[Entry] = []
        # unlogged events of this tick: presence, typing, reset; with what they are under a veil, where that differs
        self.events: list[tuple[Lane, Any, Under | None]] = []
        self.veils: dict[Connection, Veil] = {}  # of those who don't see everybody here
        self.last: dict[Veil, int] = {}  # the version of presence that they were told last
        self.ahead: dict[Veil, int] = {}  # by how much their versions are ahead: who seemed to leave was counted
        self.names: tuple[int, frozenset[str]] = (-1, frozenset())  # worn here: (presence version, names)

    def __len__(self) -> int:
        return sum(len(connections) for connections in self.here.values())

    def __iter__(self) -> Iterator[Connection]:
        for connections in self.here.values():
            yield from connections

    def audiences(self, here: dict[Connection, None]) -> dict[Veil, tuple[Connection, ...]]:
        """Those of one codec, by what they see."""
        if not self.veils:
            return {NOTHING: tuple(here)} if here else {}
        found: dict[Veil, list[Connection]] = {}
        for connection in here:
            found.setdefault(self.veils.get(connection, NOTHING), []).append(connection)
        return {veil: tuple(who) for veil, who in found.items()}


class Hub:
    """Who is connected here, by room and by person; deliveries in, writes out."""

    def __init__(self, bell: Callable[[], None], known: Callable[[RoomKey], Iterable[Entry]] = lambda _: ()) -> None:
        self._known = known  # what a room remembers: in which a veil finds what others answer
        self.rooms: dict[RoomKey, LocalRoom] = {}
        self.people: dict[UserId, Person] = {}
        self.lately = Lately()  # those who have just gone
        self.delivered = 0  # events handed to connections since the start
        self.on_duty: dict[Connection, None] = {}  # members of staff who are told when a case changes
        self.slow: list[Connection] = []  # too far behind; their owner cuts them off (4108) and empties this
        self._bell = bell  # rung when there is something to flush; cheap, and may be rung often
        self._dirty: dict[LocalRoom, None] = {}
        self._touched: list[Connection] = []
        self._jobs: deque[Job] = deque()

    @property
    def busy(self) -> bool:
        """Whether a flush would write anything."""
        return bool(self._dirty or self._touched or self._jobs)

    # who is here

    def enter(self, user: UserId, connection: Connection, now: float = 0.0) -> Person:
        """A connection has said who it is. Who has just gone is the same person; `now` is monotonic seconds."""
        person = self.people.get(user)
        if person is None:
            person = self.people[user] = self.lately.back(user, now) or Person(connection.budget, connection.checks)
        connection.budget, connection.checks = person.budget, person.checks
        person.connections[connection] = None
        return person

    def exit(self, user: UserId, connection: Connection, now: float = 0.0) -> bool:
        """A connection of this person has gone. True when it was their last one here."""
        self.on_duty.pop(connection, None)
        person = self.people.get(user)
        if person is None:
            return False
        person.connections.pop(connection, None)
        if person.connections:
            return False
        del self.people[user]
        self.lately.keep(user, person, now)
        return True

    def room(self, key: RoomKey, name: str) -> LocalRoom:
        """The room's place in the table, made on first need."""
        room = self.rooms.get(key)
        if room is None:
            room = self.rooms[key] = LocalRoom(key, name)
        return room

    def join(self, key: RoomKey, name: str, connection: Connection) -> None:
        """From the next delivery on, this connection hears the room. What is pending is sealed first.

        Who was here already and joins anew (after `reset` or `lag`) gets nothing of what is pending or sealed and not
        written yet: the answer to the join has it, and leaves first.
        """
        room = self.room(key, name)
        here = room.here[connection.codec]
        if connection in here:
            del here[connection]
            self._withdraw(room, connection)
        self._seal(room)
        here[connection] = None

    def leave(self, key: RoomKey, connection: Connection) -> bool:
        """This connection no longer hears the room, nor what it was not told yet.

        True when nobody here hears it any more; the room is then forgotten.
        """
        room = self.rooms.get(key)
        if room is None:
            return False
        self._seal(room)
        room.here[connection.codec].pop(connection, None)
        room.veils.pop(connection, None)
        self._withdraw(room, connection)
        if len(room):
            return False
        del self.rooms[key]
        return True

    def veil(self, key: RoomKey, connection: Connection, veil: Veil, version: int, ahead: int = 0) -> None:
        """From the next seal on this connection sees no more of a room than that. `version`: of presence, the one it
        knows or will be told; `ahead`: by how much that is more than the room's.
        """
        room = self.rooms.get(key)
        if room is None:
            return
        if veil:
            room.veils[connection] = veil
            room.last.setdefault(veil, version)
            room.ahead.setdefault(veil, ahead)
        else:
            room.veils.pop(connection, None)
        worn = set(room.veils.values())
        room.last = {one: room.last[one] for one in worn}
        room.ahead = {one: room.ahead[one] for one in worn}

    def told(self, key: RoomKey, connection: Connection, version: int) -> int:
        """A version of a room's presence as this connection is told it."""
        room = self.rooms.get(key)
        return version + (room.ahead.get(self.veil_of(key, connection), 0) if room is not None else 0)

    def veil_of(self, key: RoomKey, connection: Connection) -> Veil:
        """What is over a connection in a room."""
        room = self.rooms.get(key)
        return room.veils.get(connection, NOTHING) if room is not None else NOTHING

    # what they are told

    def deliver(self, entry: Entry) -> None:
        """One event of a room's log, contiguous with the last one delivered. Nobody here: nothing to do."""
        room = self.rooms.get(entry.room)
        if room is not None:
            room.pending.append(entry)
            self._dirty[room] = None
            self._bell()

    def tell(self, key: RoomKey, value: Any, lane: Lane = Lane.LOSSY, under: Under | None = None) -> None:
        """One unlogged event for everyone in a room: presence, typing, reset. `under` a veil it is this, or nothing."""
        room = self.rooms.get(key)
        if room is not None:
            room.events.append((lane, value, under))
            self._dirty[room] = None
            self._bell()

    def touch(self, connection: Connection) -> None:
        """Something private waits in this connection's outbox, or its socket has caught up."""
        if not connection.touched:
            connection.touched = True
            self._touched.append(connection)
            self._bell()

    def chunks(self) -> Iterator[tuple[Connection, bytes]]:
        """The rooms' chunks, for those who are clear; the others' outboxes get them. To be written as they come."""
        for room in tuple(self._dirty):
            self._seal(room)
        while self._jobs:
            job = self._jobs[0]  # it stays in the queue while it is written: who leaves meanwhile is withdrawn from it
            withdrawn, key = job.withdrawn, job.room.key
            chunk = job.chunk
            for connection in job.who:
                if withdrawn and connection in withdrawn:
                    continue
                if connection.direct and not (connection.paused or connection.corked or connection.outbox.size):
                    yield connection, chunk  # clear: straight to the socket
                    continue
                for lane, part in job.parts:
                    connection.outbox.push(lane, part, key)
                self.touch(connection)
            self._jobs.popleft()

    def private(self) -> Iterator[tuple[Connection, bytes]]:
        """Those who were touched, each with what their outbox may let go now, which can be nothing."""
        touched, self._touched = self._touched, []
        for connection in touched:
            connection.touched = False
            outbox = connection.outbox
            may_leave = outbox and not (connection.paused or connection.corked)
            if outbox.slow and not may_leave:
                self.slow.append(connection)
            yield connection, outbox.drain() if may_leave else b""

    def _withdraw(self, room: LocalRoom, connection: Connection) -> None:
        """Take back what a connection was not told of the room yet."""
        for job in self._jobs:
            if job.room is room:
                job.withdrawn.add(connection)
        connection.outbox.take_back(room.key)

    def _seal(self, room: LocalRoom) -> None:
        """Turn what is pending into jobs for those who are in the room at this moment."""
        if room not in self._dirty:
            return
        del self._dirty[room]
        pending, room.pending = room.pending, []
        events, room.events = room.events, []
        under: dict[Veil, tuple[list[Entry], list[tuple[Lane, Any]]]] = {}  # the same for both codecs
        for codec, here in room.here.items():
            for veil, who in room.audiences(here).items():
                if veil not in under:
                    under[veil] = self._under(room, veil, pending, events)
                seen, said = under[veil]
                parts = [(lane, wire.ready(codec, value)) for lane, value in said]
                if seen:
                    frames = [wire.frame(codec, wire.event_payload(codec, entry, room.name)) for entry in seen]
                    parts.append((Lane.ROOM, b"".join(frames)))
                if not parts:
                    continue
                parts.sort(key=itemgetter(0))
                chunk = parts[0][1] if len(parts) == 1 else b"".join([part for _, part in parts])
                self._jobs.append(Job(room, chunk, parts, who))
                self.delivered += len(seen) * len(who)

    def _under(
        self, room: LocalRoom, veil: Veil, pending: list[Entry], events: list[tuple[Lane, Any, Under | None]]
    ) -> tuple[list[Entry], list[tuple[Lane, Any]]]:
        """What of a room's news is seen under a veil."""
        if not veil:
            return pending, [(lane, value) for lane, value, _ in events]
        told = [(lane, value if under is None else under(veil)) for lane, value, under in events]
        return sift(veil, pending, self._known(room.key)), [(lane, value) for lane, value in told if value is not None]
