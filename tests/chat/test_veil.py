"""A veil: what is left of a room for two who don't see each other, without a hole that could be noticed."""

from __future__ import annotations

from typing import Any

from chat import wire
from chat.veil import NOTHING, Veil, sift, thin
from rooms.events import AliasId, Entry, EventId, Kind, Member, Position, RoomKey, UserId
from rooms.roster import Change

ROOM = RoomKey("anxiety/adult")
VEIL = Veil(((UserId("b"), 50),))


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
