"""A veil: what is left of a room for two who don't see each other, without a hole that could be noticed."""

from __future__ import annotations

from typing import Any

from chat import wire
from chat.veil import NOTHING, Veil, sift, thin
from rooms.events import AliasId, Entry, EventId, Kind, Member, Position, RoomKey, UserId
from rooms.roster import Change

ROOM = RoomKey("anxiety/adult")
VEIL = Veil(((UserId("b"), 50),))
WHOLLY = Veil(((UserId("b"), 50),), frozenset({UserId("b")}))


def entry(id: str, author: str, kind: str = Kind.MESSAGE, at: int = 100, **body: Any) -> Entry:
    return Entry(ROOM, Position("e", 1, "t"), EventId(id), kind, UserId(author), at, wire.body(body))


def ids(entries: list[Entry]) -> list[str]:
    return [one.id for one in entries]


def test_without_a_veil_everything_is_seen_as_it_is() -> None:
    entries = [entry("1", "b"), entry("2", "c")]
    assert sift(NOTHING, entries, ()) == entries
    assert not NOTHING


def test_their_words_edits_and_reactions_are_not_seen_nor_what_others_did_to_them() -> None:
    """T7: an answer to something that was never heard would tell."""
    entries = [
        entry("m1", "b", text="theirs"),
        entry("m2", "c", text="another's"),
        entry("e1", "b", Kind.EDITED, message="m1", text="theirs, anew"),
        entry("r1", "b", Kind.REACTED, message="m2", reaction="hug", on=True),
        entry("r2", "c", Kind.REACTED, message="m1", reaction="hug", on=True),
        entry("r3", "d", Kind.REACTED, message="m2", reaction="hug", on=True),
    ]
    assert ids(sift(VEIL, entries, ())) == ["m2", "r3"]


def test_an_answer_to_their_words_is_seen_as_words_of_its_own() -> None:
    known = [entry("m1", "b", text="theirs")]
    (seen,) = sift(VEIL, [entry("m3", "c", text="I hear you", reply_to="m1")], known)
    assert wire.unbody(seen.body) == {"text": "I hear you"}


def test_what_was_said_before_and_is_taken_back_goes_from_the_screen_too() -> None:
    """What came later was never on it: its going is not told."""
    known = [entry("old", "b", at=49), entry("new", "b", at=51)]
    gone = [entry("x", "b", Kind.REDACTED, message="old"), entry("y", "b", Kind.REDACTED, message="new")]
    assert ids(sift(VEIL, gone, known)) == ["x"]


def test_who_was_blocked_keeps_what_was_said_before_and_who_blocked_keeps_nothing() -> None:
    """T7: to the one it is as if the other had left, with the words they left behind."""
    entries = [
        entry("m1", "b", at=49, text="before"),
        entry("m2", "b", at=50, text="after"),
        entry("r1", "c", Kind.REACTED, message="m1", reaction="hug", on=True),
        entry("r2", "c", Kind.REACTED, message="m2", reaction="hug", on=True),
        entry("r3", "b", Kind.REACTED, at=49, message="m4", reaction="hug", on=True),
        entry("m3", "c", text="an answer", reply_to="m1"),
    ]
    assert ids(sift(VEIL, entries, ())) == ["m1", "r1", "r3", "m3"]
    assert sift(VEIL, entries[-1:], entries) == entries[-1:]
    assert ids(sift(WHOLLY, entries, ())) == ["m3"]


def test_old_words_that_were_changed_later_are_not_seen_and_those_that_were_changed_before_are() -> None:
    def changed(at: int) -> str:
        return f"1970-01-01T00:00:00.{at:03d}Z"

    then = entry("m1", "b", at=30, text="new then", edited=True, edited_at=changed(49))
    later = entry("m2", "b", at=30, text="new later", edited=True, edited_at=changed(50))
    edits = [
        entry("e1", "b", Kind.EDITED, at=49, message="m1", text="new then"),
        entry("e2", "b", Kind.EDITED, at=40, message="m2", text="new later"),
        entry("e3", "b", Kind.EDITED, at=49, message="of which nothing is known"),
    ]
    assert ids(sift(VEIL, [then, later, *edits], ())) == ["m1", "e1"]
    gone = entry("x", "b", Kind.REDACTED, at=90, message="m2")
    assert sift(VEIL, [gone], [later]) == [gone]  # its old words were on the screen


def test_what_is_left_of_words_that_were_taken_back_is_seen_like_anybody_s() -> None:
    rests = [
        entry(id, who, Kind.REDACTED, at=at, message=id)
        for id, who, at in (("1", "b", 49), ("2", "b", 50), ("3", "c", 60))
    ]
    assert ids(sift(VEIL, rests, ())) == ["1", "3"]
    assert ids(sift(WHOLLY, rests, ())) == ["3"]


def test_presence_is_told_without_them_and_follows_on_what_was_told_last() -> None:
    b, c = (Member(UserId(name), AliasId(name.upper()), name) for name in "bc")
    change = Change(from_=7, version=9, present=3, joined=(b, c), left=())
    told = thin(VEIL, change, frozenset({b.alias}), 1, last=5)
    assert told is not None
    assert (told.from_, told.present, told.joined) == (5, 2, (c,))


def test_where_nobody_else_moved_nothing_is_told() -> None:
    change = Change(from_=7, version=9, present=3, joined=(), left=(AliasId("B"),))
    assert thin(VEIL, change, frozenset({AliasId("B")}), 0, last=5) is None


def test_a_veil_says_nobody_s_id_in_its_repr() -> None:
    assert "b" not in repr(VEIL).replace("Veil", "")
