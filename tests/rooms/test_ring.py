"""A ring lets through what follows, holds what it doubts, and forgets what the log forgets."""

from __future__ import annotations

import sys

from rooms.envelope import Amendment, Logged
from rooms.events import Entry, EventId, Position, RoomKey, UserId
from rooms.recovery import chain
from rooms.ring import LENGTH, MOST_HELD, SLACK, Fit, Ring

ROOM = RoomKey("adult/postpartum")


def log_of(*ids: str, epoch: str = "e1") -> list[Entry]:
    entries, tag = [], ""
    for seq, id in enumerate(ids, 1):
        before, tag = tag, chain(tag, EventId(id))
        body = b"words of " + id.encode()
        entries.append(Entry(ROOM, Position(epoch, seq, tag), EventId(id), "message", UserId("u"), seq, body, before))
    return entries


def open_ring(log: list[Entry]) -> Ring:
    """A ring that has these entries and is not frozen."""
    ring = Ring(ROOM)
    ring.load(log[-1].at_place if log else Position("e1", 0, ""), [Logged(entry) for entry in log])
    ring.settle(0)
    return ring


def test_the_next_entry_moves_the_position_and_a_repeat_does_not() -> None:
    log = log_of("a", "b", "c")
    ring = open_ring(log[:1])
    assert ring.accept(log[1]) is Fit.NEXT
    assert ring.accept(log[1]) is Fit.OLD
    assert ring.accept(log[0]) is Fit.OLD
    assert ring.accept(log[2]) is Fit.NEXT
    assert ring.position == log[2].at_place
    assert list(ring.rows) == log


def test_a_hole_another_epoch_and_another_id_in_our_place_ask_the_log() -> None:
    log, other = log_of("a", "b", "c", "d"), log_of("a", "x", "y")
    ring = open_ring(log[:2])
    assert ring.accept(log[3]) is Fit.ASK
    assert ring.accept(other[1]) is Fit.ASK  # at our sequence, another id
    assert ring.accept(other[2]) is Fit.ASK  # after our sequence, on another tag
    assert ring.accept(log_of("a", "b", "c", epoch="e2")[2]) is Fit.ASK
    assert ring.position == log[1].at_place


def test_what_is_held_follows_when_the_ring_settles_but_not_what_the_log_has_told_of() -> None:
    log, stale = log_of("a", "b", "c", "d"), log_of("a", "x")
    ring = open_ring(log[:1])
    ring.frozen = True
    ring.hold(stale[1])  # before the log was read: the log knows better
    ring.hold(log[2])
    ring.hold(log[3])
    ring.accept(log[1])  # what the log told
    added, ask = ring.settle(covered=1)
    assert (added, ask) == (log[2:], False)
    assert not ring.frozen


def test_what_does_not_follow_after_all_is_kept_and_asked_about_again() -> None:
    log = log_of("a", "b", "c", "d")
    ring = open_ring(log[:1])
    ring.frozen = True
    ring.hold(log[2])
    ring.hold(log[3])
    assert ring.settle(0) == ([], True)
    assert ring.frozen
    assert ring.held == 2


def test_too_much_held_is_dropped_and_the_log_is_asked_once_more() -> None:
    log = log_of("a", "b")
    ring = open_ring(log[:1])
    ring.frozen = True
    for _ in range(MOST_HELD + 1):
        ring.hold(log[1])
    assert ring.held == 1
    _, ask = ring.settle(0)
    assert ask
    assert ring.settle(0) == ([], False)


def test_rows_are_bounded_and_trimmed_with_the_log() -> None:
    log = log_of(*(f"m{i}" for i in range(LENGTH + 3 * SLACK)))
    ring = open_ring([])
    for entry in log:
        assert ring.accept(entry) is Fit.NEXT
    assert list(ring.rows) == log[-LENGTH:]
    ring.trim(log[-3].seq)
    assert list(ring.rows) == log[-3:]
    assert ring.row(1) is None
    assert ring.row(log[-1].seq) == log[-1]
    ring.trim(log[-1].seq + 1)
    assert list(ring.rows) == []
    assert ring.position == log[-1].at_place


def test_an_edit_changes_the_row_and_a_redaction_takes_it_and_its_edits_away() -> None:
    log = log_of("a", "b", "edit", "gone")
    ring = open_ring([])
    ring.accept(Logged(log[0], b"outcome with words"))
    ring.accept(log[1])
    ring.accept(Logged(log[2], b"", Amendment(EventId("a"), (1,), b"new")))
    assert [row.body for row in ring.rows] == [b"new", b"words of b", b"words of edit"]
    ring.accept(Logged(log[3], b"", Amendment(EventId("a"), (1, 3), None)))
    assert [row.body for row in ring.rows] == [b"words of gone", b"words of b", b"words of gone", b"words of gone"]
    healing = ring.logged_after(0)
    assert all(b"new" not in (one.amendment.body or b"") for one in healing if one.amendment)
    assert b"words" not in healing[0].outcome
    assert [one.entry.at_place for one in healing] == [entry.at_place for entry in log]


def test_a_quiet_room_costs_less_than_a_kilobyte() -> None:
    """Thousands of inboxes are open on a node, most of them empty."""
    ring = open_ring([])
    parts = [ring, *(getattr(ring, name) for name in Ring.__slots__)]
    assert sum(map(sys.getsizeof, parts)) < 1024
