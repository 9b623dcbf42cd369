"""Moderation's key names: one tag, so that one script may touch them all, and never a word in them."""

from __future__ import annotations

from moderation import keys


def test_all_keys_share_one_hash_tag() -> None:
    for key in (keys.HELD, keys.QUEUE, keys.AUDIT, keys.held_of("someone")):
        assert key.startswith("warm:{review}:")


def test_no_two_names_are_the_same() -> None:
    assert len({keys.HELD, keys.QUEUE, keys.AUDIT, keys.held_of("a"), keys.held_of("b")}) == 5


def test_an_author_has_a_set_of_their_own() -> None:
    assert keys.held_of("u1") != keys.held_of("u2")
    assert keys.held_of("u1").endswith(":u1")
