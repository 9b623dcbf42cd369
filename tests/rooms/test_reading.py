"""Recoveries from a ring are the same as from the log, or none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rooms.envelope import Logged, epoch_stem
from rooms.events import Entry, EventId, Position, RoomKey, UserId
from rooms.reading import NEWEST, locally
from rooms.recovery import chain
from rooms.ring import Ring

ROOM = RoomKey("adult/postpartum")
EPOCH = epoch_stem(ROOM) + "e1"


def log_of(count: int) -> list[Entry]:
    entries, tag = [], ""
    for seq in range(1, count + 1):
        id = EventId(f"m{seq}")
        before, tag = tag, chain(tag, id)
        entries.append(Entry(ROOM, Position(EPOCH, seq, tag), id, "message", UserId("u"), 1, b"0123456789", before))
    return entries


def ring_of(log: list[Entry]) -> Ring:
    ring = Ring(ROOM)
    ring.load(log[-1].at_place if log else Position(EPOCH, 0, ""), [Logged(entry) for entry in log])
    return ring


@given(length=st.integers(1, 40), first=st.integers(1, 40), seq=st.integers(0, 45), limit=st.integers(1, 50))
def test_a_ring_answers_exactly_or_not_at_all(length: int, first: int, seq: int, limit: int) -> None:
    """Whatever part of the log the ring has and wherever the cursor stands: never a silent hole."""
    log = log_of(length)
    ring = ring_of(log[min(first, length) - 1 :])
    cursor = log[seq - 1].at_place if 0 < seq <= length else Position(EPOCH, seq, "")
    answer = locally(ring, cursor, limit, 10**6)
    if answer is None:
        assert seq > length or seq + 1 < min(first, length)
    elif answer.recovered:
        assert answer.entries == log[seq:]
        assert len(answer.entries) <= limit
    else:
        assert answer.why == "trimmed"
        assert length - seq > limit
    if answer is not None:
        assert answer.position == log[-1].at_place


def test_without_a_cursor_the_newest_page_comes_and_nothing_was_recovered() -> None:
    log = log_of(NEWEST + 20)
    answer = locally(ring_of(log), None, 300, 10**6)
    assert answer is not None
    assert (answer.recovered, answer.why) == (False, None)
    assert answer.entries == log[-NEWEST:]


def test_a_forged_tag_is_foreign_and_another_epoch_is_left_to_the_log() -> None:
    log = log_of(5)
    ring = ring_of(log)
    for forged in (Position(EPOCH, 3, "0" * 16), Position(EPOCH, 5, "0" * 16)):
        answer = locally(ring, forged, 300, 10**6)
        assert answer is not None
        assert (answer.recovered, answer.why, answer.entries) == (False, "foreign", log)
    assert locally(ring, Position(epoch_stem(ROOM) + "e0", 3, log[2].at_place.tag), 300, 10**6) is None


def test_more_bytes_than_allowed_are_a_newest_page_within_them() -> None:
    log = log_of(20)
    answer = locally(ring_of(log), log[4].at_place, 300, 100)
    assert answer is not None
    assert (answer.recovered, answer.why) == (False, "trimmed")
    assert answer.entries == log[-10:]


def test_an_empty_room_answers_with_nothing() -> None:
    answer = locally(ring_of([]), Position(EPOCH, 0, ""), 300, 100)
    assert answer is not None
    assert (answer.entries, answer.recovered) == ([], True)
