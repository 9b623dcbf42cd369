"""Seats: what the engine is told, window by window, always comes out as who is really here."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rooms.events import AliasId, Member, RoomKey, UserId
from rooms.seats import GRACE, MOST_CHANGES, Seats

ROOM = RoomKey("adult/recovery")
ROOMS = [ROOM, RoomKey("adult/bipolar")]


def person(number: int, name: str = "Kind Quilt") -> Member:
    return Member(UserId(f"u{number}"), AliasId(f"a{number}"), name)


ANNA = person(1)


def told(seats: Seats) -> dict[RoomKey, set[str]]:
    return {room: set(users) for room, users in seats.take_dirty().items()}


def test_a_second_connection_is_nothing_new() -> None:
    seats = Seats()
    seats.arrive(ANNA, ROOM)
    assert told(seats) == {ROOM: {"u1"}}
    seats.arrive(ANNA, ROOM)
    assert told(seats) == {}
    seats.depart(ANNA.user, ROOM, 0.0, grace=False)
    assert told(seats) == {}
    assert len(seats) == 1


def test_a_grace_ends_only_if_nobody_came_back() -> None:
    seats = Seats()
    seats.arrive(ANNA, ROOM)
    seats.depart(ANNA.user, ROOM, 0.0, grace=True)
    seats.arrive(ANNA, ROOM)
    seats.depart(ANNA.user, ROOM, 3.0, grace=True)
    seats.end_graces(GRACE)  # the first grace is over, the second has begun
    assert len(seats) == 1
    seats.end_graces(3.0 + GRACE)
    assert len(seats) == 0
    assert list(seats) == []


def test_an_explicit_leave_ends_a_grace_at_once() -> None:
    seats = Seats()
    seats.arrive(ANNA, ROOM)
    seats.depart(ANNA.user, ROOM, 0.0, grace=True)
    seats.depart(ANNA.user, ROOM, 1.0, grace=False)
    assert len(seats) == 0
    seats.depart(ANNA.user, ROOM, 1.0, grace=False)  # of nobody: nothing
    assert told(seats) == {ROOM: {"u1"}}


def test_what_could_not_be_told_is_told_with_the_next_window() -> None:
    seats = Seats()
    seats.arrive(ANNA, ROOM)
    batch = seats.take_dirty()
    seats.arrive(person(2), ROOM)
    seats.put_back(ROOM, batch[ROOM])
    assert told(seats) == {ROOM: {"u1", "u2"}}


def test_one_window_takes_no_more_than_one_script_should_do() -> None:
    seats = Seats()
    for number in range(MOST_CHANGES + 7):
        seats.arrive(person(number), ROOM)
    first, second, third = told(seats), told(seats), told(seats)
    assert (len(first[ROOM]), len(second[ROOM]), third) == (MOST_CHANGES, 7, {})
    assert not first[ROOM] & second[ROOM]


class SeatsMachine(RuleBasedStateMachine):
    """Against a model that keeps each connection apart. `engine` is what was told, and told exactly once lost."""

    def __init__(self) -> None:
        super().__init__()
        self.seats = Seats()
        self.now = 0.0
        self.connections: dict[tuple[RoomKey, UserId], int] = {}
        self.until: dict[tuple[RoomKey, UserId], float] = {}
        self.engine: set[tuple[RoomKey, UserId]] = set()

    @rule(number=st.integers(1, 3), room=st.sampled_from(ROOMS))
    def someone_arrives(self, number: int, room: RoomKey) -> None:
        place = (room, person(number).user)
        self.seats.arrive(person(number), room)
        self.connections[place] = self.connections.get(place, 0) + 1
        self.until.pop(place, None)

    @rule(number=st.integers(1, 3), room=st.sampled_from(ROOMS), grace=st.booleans())
    def someone_departs(self, number: int, room: RoomKey, grace: bool) -> None:
        place = (room, person(number).user)
        if not self.connections.get(place):
            return
        self.seats.depart(place[1], room, self.now, grace=grace)
        self.connections[place] -= 1
        if grace and not self.connections[place]:
            self.until[place] = self.now + GRACE

    @rule(seconds=st.floats(0, 6), lost=st.booleans())
    def a_window_passes(self, seconds: float, lost: bool) -> None:
        self.now += seconds
        self.seats.end_graces(self.now)
        for room, users in self.seats.take_dirty().items():
            if lost:
                self.seats.put_back(room, users)
                continue
            for user in users:
                change = self.engine.add if user in self.seats.of(room) else self.engine.discard
                change((room, user))
        if not lost:
            assert self.engine == self.here()

    def here(self) -> set[tuple[RoomKey, UserId]]:
        connected = {place for place, count in self.connections.items() if count}
        return connected | {place for place, until in self.until.items() if until > self.now}

    @invariant()
    def seats_are_who_is_here(self) -> None:
        self.seats.end_graces(self.now)
        assert {(room, user) for room in self.seats for user in self.seats.of(room)} == self.here()


TestSeats = SeatsMachine.TestCase
