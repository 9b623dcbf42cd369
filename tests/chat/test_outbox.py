"""The outbox: lanes, order, bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chat.outbox import LOSSY_LIMIT, SLOW_LIMIT, Lane, Outbox
from rooms.events import RoomKey


def test_a_drain_gives_lanes_in_order_and_arrivals_in_order_within_a_lane() -> None:
    """Control leaves before replies, replies before room messages, presence last."""
    outbox = Outbox()
    for lane, frame in (
        (Lane.LOSSY, b"p"),
        (Lane.ROOM, b"m1"),
        (Lane.REPLY, b"r"),
        (Lane.ROOM, b"m2"),
        (Lane.CONTROL, b"c"),
    ):
        outbox.push(lane, frame)
    assert outbox.drain() == b"crm1m2p"
    assert not outbox
    assert outbox.size == 0


def test_someone_far_behind_loses_presence_and_typing_only() -> None:
    """The lossy lane is dropped above its limit; messages stay."""
    outbox = Outbox()
    outbox.push(Lane.LOSSY, b"typing")
    outbox.push(Lane.ROOM, b"m" * (LOSSY_LIMIT + 1))
    outbox.push(Lane.LOSSY, b"typing")
    outbox.push(Lane.REPLY, b"r")
    assert outbox.drain() == b"r" + b"m" * (LOSSY_LIMIT + 1)


def test_what_waits_of_one_room_can_be_taken_back() -> None:
    """Who joins anew has it in the answer; other rooms and replies stay."""
    outbox = Outbox()
    outbox.push(Lane.ROOM, b"a1", RoomKey("adult/a"))
    outbox.push(Lane.ROOM, b"b1", RoomKey("adult/b"))
    outbox.push(Lane.LOSSY, b"a2", RoomKey("adult/a"))
    outbox.push(Lane.REPLY, b"r")
    outbox.take_back(RoomKey("adult/a"))
    assert outbox.size == 3
    assert outbox.drain() == b"rb1"


def test_an_outbox_says_when_it_is_slow() -> None:
    """A megabyte waiting is more than we keep for one person."""
    outbox = Outbox()
    outbox.push(Lane.ROOM, b"m" * SLOW_LIMIT)
    assert not outbox.slow
    outbox.push(Lane.ROOM, b"m")
    assert outbox.slow


@given(st.lists(st.tuples(st.sampled_from(list(Lane)), st.binary(min_size=1, max_size=20))))
def test_nothing_small_is_lost_and_the_size_is_the_sum(frames: list[tuple[Lane, bytes]]) -> None:
    """Below the limits a drain is exactly what was pushed, sorted by lane."""
    outbox = Outbox()
    for lane, frame in frames:
        outbox.push(lane, frame)
    assert outbox.size == sum(len(frame) for _, frame in frames)
    expected = b"".join(frame for _, frame in sorted(frames, key=lambda pair: pair[0]))
    assert (outbox.drain() if frames else b"") == expected
