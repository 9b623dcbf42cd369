"""Moderation's key names: one tag for the desk, one for each person, and never a word in them."""

from __future__ import annotations

from moderation import keys

DESK = (
    keys.DUE, keys.TRAIL, keys.TRAIL_HEAD, keys.case("a"), keys.queue("adult"), keys.ended("adult"), keys.cases_of("a"),
    keys.about("report", "a"), keys.merged("a"),
)  # fmt: skip
PERSON = (
    keys.sanctions("a"), keys.reported("a"), keys.reporter("a"), keys.spent("a", "reports"), keys.signs("a"),
    keys.alert("a"),
)  # fmt: skip


def test_all_keys_of_the_desk_share_one_hash_tag() -> None:
    """So that one script may move a case, queue it and note it, also on a cluster."""
    assert all(key.startswith("warm:{review}:") for key in DESK)
    assert all(key.startswith("warm:{p/a}:") for key in PERSON)


def test_no_two_names_are_the_same() -> None:
    assert len({*DESK, *PERSON}) == len(DESK) + len(PERSON)


def test_bands_persons_and_cases_have_keys_of_their_own() -> None:
    assert keys.queue("adult") != keys.queue("teen")
    assert keys.cases_of("u1") != keys.cases_of("u2")
    assert keys.case("m1") != keys.merged("m1")
    assert keys.about("report", "a") != keys.about("crisis", "a")
