"""Envelopes are read as they were sent, and nothing else is read at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import envelope
from rooms.envelope import (
    Amendment,
    BadEnvelope,
    Control,
    ForkNotice,
    Logged,
    PresenceDiff,
    TrimNotice,
    TypingBlip,
    parse,
)
from rooms.events import Entry, EventId, Position, RoomKey, UserId

ROOM = RoomKey("adult/postpartum")
HEAD = b"c e1 7 aabb ccdd 1700000000000 id1 message user1"
ENTRY = Entry(
    ROOM, Position("e1", 7, "aabb"), EventId("id1"), "message", UserId("user1"), 1700000000000, b"a\nb", "ccdd"
)


def test_every_key_of_a_room_has_the_same_hash_tag() -> None:
    keys = [envelope.log, envelope.meta, envelope.ids, envelope.overlay, envelope.roster, envelope.channel]
    names = [key(ROOM) for key in keys]
    names += [envelope.dedupe(ROOM, EventId("x")), envelope.slow(ROOM, UserId("u"))]
    assert len(set(names)) == len(names)
    assert all(name.startswith("warm:{adult/postpartum}:") for name in names)


def test_a_plain_entry_is_its_header_and_everything_after_the_first_line() -> None:
    assert parse(ROOM, HEAD + b"\na\nb") == ENTRY


def test_the_first_entry_has_no_tag_before_it() -> None:
    entry = parse(ROOM, b"c e1 1 aabb  1 id1 message user1\n")
    assert isinstance(entry, Entry)
    assert (entry.prev, entry.body) == ("", b"")


def test_outcome_and_amendment_travel_behind_the_body() -> None:
    edit = parse(ROOM, HEAD + b" 3 2 4 target 3,5\na\nbxxnew!")
    assert edit == Logged(ENTRY, b"xx", Amendment(EventId("target"), (3, 5), b"new!"))
    redaction = parse(ROOM, HEAD + b" 3 0 -1 target 3\na\nb")
    assert redaction == Logged(ENTRY, b"", Amendment(EventId("target"), (3,), None))
    assert parse(ROOM, HEAD + b" 3 2 -1 - -\na\nbxx") == Logged(ENTRY, b"xx")


def test_everything_else_is_read_by_its_letter() -> None:
    assert parse(ROOM, envelope.presence(1, 2, 3, b"body")) == PresenceDiff(ROOM, 1, 2, 3, b"body")
    assert parse(ROOM, envelope.typing(UserId("u"), b"alias")) == TypingBlip(ROOM, UserId("u"), b"alias")
    assert parse(None, envelope.control("logout", b"u")) == Control(None, "logout", b"u")
    assert parse(ROOM, b"f e1 e2\n") == ForkNotice(ROOM, "e1", "e2")
    assert parse(ROOM, b"t e1 9\n") == TrimNotice(ROOM, "e1", 9)


@given(st.binary(max_size=80))
def test_other_bytes_raise_one_error_that_does_not_repeat_them(payload: bytes) -> None:
    with pytest.raises(BadEnvelope) as raised:
        parse(ROOM, b"z" + payload)
    assert raised.value.args[0] in {"no envelope of ours"}
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("cut", range(1, len(HEAD)))
def test_half_a_header_is_no_entry(cut: int) -> None:
    with pytest.raises(BadEnvelope):
        parse(ROOM, HEAD[:cut])


def test_lengths_that_do_not_add_up_are_refused() -> None:
    for lengths in (b"9 0 -1 - -", b"-3 6 -1 - -", b"1 1 5 t 1", b"x 0 -1 - -"):
        with pytest.raises(BadEnvelope):
            parse(ROOM, HEAD + b" " + lengths + b"\na\nb")


def test_no_words_are_in_a_repr() -> None:
    logged = Logged(ENTRY, b"secret", Amendment(EventId("t"), (1,), b"secret"))
    assert "secret" not in repr(logged)
    assert "a\\nb" not in repr(logged)
    assert "secret" not in repr(PresenceDiff(ROOM, 1, 2, 3, b"secret"))
