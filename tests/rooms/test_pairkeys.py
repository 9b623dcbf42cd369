"""Where seeking, talking and staying are kept: one slot for everything that moves together."""

from __future__ import annotations

from rooms import envelope, pairkeys

FIXED = [
    pairkeys.CLOCK, pairkeys.DUE, pairkeys.OWED, pairkeys.DOING, pairkeys.HERE, pairkeys.NODES, pairkeys.SWEPT,
    pairkeys.SHIFT,
]  # fmt: skip
OF_ONE = [
    pairkeys.row("request", "a"), pairkeys.row("request", "b"), pairkeys.row("session", "a"), pairkeys.live("request"),
    pairkeys.live("session"), pairkeys.out("a"), pairkeys.wrote("a"), pairkeys.words("a"),
]  # fmt: skip


def test_every_key_of_pairs_shares_one_tag() -> None:
    """So that one script may move a seeker, a listener and a session, also on a cluster."""
    assert {key[: key.index("}") + 1] for key in FIXED + OF_ONE} == {"warm:{match}"}


def test_no_two_things_are_kept_under_one_key() -> None:
    assert len({*FIXED, *OF_ONE}) == len(FIXED) + len(OF_ONE)


def test_a_session_s_room_is_a_room_in_a_slot_of_its_own() -> None:
    room = pairkeys.session_room("s1")
    assert room == "session/s1"
    assert "{session/s1}" in envelope.log(room)
