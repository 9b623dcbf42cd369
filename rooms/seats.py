"""Seats: who is in which room through this node, and what the engine has yet to hear of it.

A person has one seat in a room however many connections they have there. A seat is given up at once by an explicit
leave, and `GRACE` seconds after the last connection was lost otherwise, unless one comes back. Every change marks the
person as *dirty* in that room; what the engine should know of a dirty person is simply whether they have a seat, so
that coming and going within one window costs nothing, and a change that may or may not have arrived is sent again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rooms.events import Member, RoomKey, UserId

# A reload, a lift, a change from wifi to mobile: not a goodbye.
GRACE = 5.0

# More wait for the next window: one script should keep the engine for a few milliseconds at most.
MOST_CHANGES = 1000

_NOBODY: Mapping[UserId, Seat] = {}


@dataclass(slots=True)
class Seat:
    """A person in a room through this node. `leaving_at` is when their grace ends, 0.0 while they are connected."""

    member: Member
    connections: int = 1
    leaving_at: float = 0.0


class Seats:
    """All seats of this node. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._rooms: dict[RoomKey, dict[UserId, Seat]] = {}  # none of them empty
        self._dirty: dict[RoomKey, set[UserId]] = {}  # none of them empty
        self._graces: deque[tuple[float, RoomKey, UserId]] = deque()  # in the order they end

    def __iter__(self) -> Iterator[RoomKey]:
        return iter(self._rooms)

    def __len__(self) -> int:
        return sum(map(len, self._rooms.values()))

    def of(self, room: RoomKey) -> Mapping[UserId, Seat]:
        return self._rooms.get(room, _NOBODY)

    def dirty(self, room: RoomKey) -> Iterable[UserId]:
        return self._dirty.get(room, ())

    def arrive(self, member: Member, room: RoomKey) -> None:
        """One more connection of this person is in `room`. A changed name or quietness is told like an arrival."""
        seats = self._rooms.setdefault(room, {})
        seat = seats.get(member.user)
        if seat is None:
            seats[member.user] = Seat(member)
        else:
            seat.connections += 1
            seat.leaving_at = 0.0
            if seat.member == member:
                return
            seat.member = member
        self._mark(room, member.user)

    def depart(self, user: UserId, room: RoomKey, now: float, *, grace: bool) -> None:
        """One connection less. With `grace` the person keeps the seat for a while after their last one."""
        seat = self.of(room).get(user)
        if seat is None:
            return
        seat.connections = max(0, seat.connections - 1)
        if seat.connections:
            return
        if not grace:
            self._give_up(room, user)
        elif not seat.leaving_at:
            seat.leaving_at = now + GRACE
            self._graces.append((seat.leaving_at, room, user))

    def end_graces(self, now: float) -> None:
        """Give up the seats whose grace is over."""
        while self._graces and self._graces[0][0] <= now:
            ends, room, user = self._graces.popleft()
            seat = self.of(room).get(user)
            if seat is not None and seat.leaving_at == ends:
                self._give_up(room, user)

    def take_dirty(self) -> dict[RoomKey, set[UserId]]:
        """What to tell the engine now, at most MOST_CHANGES a room. `put_back` what could not be told."""
        batch, self._dirty = self._dirty, {}
        for room, users in batch.items():
            if len(users) > MOST_CHANGES:
                self._dirty[room] = {users.pop() for _ in range(len(users) - MOST_CHANGES)}
        return batch

    def put_back(self, room: RoomKey, users: Iterable[UserId]) -> None:
        self._dirty.setdefault(room, set()).update(users)

    def mark_all(self) -> None:
        """Everyone is to be told again: the engine knows nobody under our id."""
        for room, seats in self._rooms.items():
            self.put_back(room, seats)

    def clear(self) -> None:
        self._rooms.clear()
        self._dirty.clear()
        self._graces.clear()

    def _give_up(self, room: RoomKey, user: UserId) -> None:
        seats = self._rooms[room]
        del seats[user]
        if not seats:
            del self._rooms[room]
        self._mark(room, user)

    def _mark(self, room: RoomKey, user: UserId) -> None:
        self._dirty.setdefault(room, set()).add(user)
