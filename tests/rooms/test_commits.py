"""The words of a commit."""

from __future__ import annotations

import dataclasses

import pytest

from rooms.commits import NO_GUARD, UNAVAILABLE, Commit, Committed, Guard, Refused, Unavailable
from rooms.events import EventId, Position, Refusal, RoomKey, UserId

COMMIT = Commit(
    room=RoomKey("adult/x"), id=EventId("i"), kind="message", author=UserId("u"), body=b"secret", outcome=b"secret",
    target=EventId("t"), amended=b"secret",
)  # fmt: skip


def test_no_words_are_in_a_repr() -> None:
    assert "secret" not in repr(COMMIT)
    assert "secret" not in repr(Committed(Position("e", 1, "t"), 1, False, b"secret"))


def test_a_commit_asks_for_nothing_special_unless_told() -> None:
    plain = Commit(room=RoomKey("adult/x"), id=EventId("i"), kind="message", author=UserId("u"), body=b"")
    assert (plain.guard, plain.target, plain.amended, plain.outcome) == (NO_GUARD, None, None, b"")
    assert Guard() == NO_GUARD


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        COMMIT.body = b""  # type: ignore[misc]


def test_the_three_outcomes_are_told_apart_by_type() -> None:
    outcomes = [Committed(Position("e", 1, "t"), 1, False, b""), Refused(Refusal.TOO_SOON, 1.0), UNAVAILABLE]
    assert [type(outcome) for outcome in outcomes] == [Committed, Refused, Unavailable]
