"""The words of rooms: positions read back what they wrote, and nothing private is in a repr."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from rooms.events import AliasId, Entry, EventId, Member, Position, RoomKey, UserId

EPOCHS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=22)
TAGS = st.one_of(st.just(""), st.text(string.hexdigits, min_size=16, max_size=16))


@given(EPOCHS, st.integers(0, 10**15 - 1), TAGS)
def test_a_cursor_is_read_back_as_the_position_it_came_from(epoch: str, seq: int, tag: str) -> None:
    position = Position(epoch, seq, tag)
    assert Position.parse(position.cursor) == position


@given(st.text(max_size=100))
def test_a_cursor_we_cannot_have_made_is_no_position(cursor: str) -> None:
    """Whatever a client sends, the answer is a position whose cursor is that text, or None; nothing is raised."""
    position = Position.parse(cursor)
    assert position is None or int(position.cursor.split(".")[1]) == position.seq


def test_numbers_and_lengths_nobody_can_have_are_no_position() -> None:
    for cursor in (
        "",
        "e",
        "e.1",
        "e.1.t.x",
        ".1.t",
        "e.-1.t",
        "e.1e3.t",
        "e.\u0663.t",
        "e.1." + "t" * 80,
        "e." + "9" * 16 + ".t",
    ):
        assert Position.parse(cursor) is None


def test_an_entry_tells_its_place_and_keeps_its_words_to_itself() -> None:
    entry = Entry(RoomKey("adult/x"), Position("e", 7, "t"), EventId("i"), "message", UserId("u"), 1, b"private words")
    assert entry.seq == 7
    assert "private" not in repr(entry)


def test_a_member_keeps_the_name_to_itself() -> None:
    assert "Ada" not in repr(Member(UserId("u"), AliasId("a"), "Ada"))
