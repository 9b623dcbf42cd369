"""What people in a session are told: true words for whoever reads them, no blame, and one end for all."""

from __future__ import annotations

from typing import Any

import pytest

from chat import tellings
from rooms.effects import Event


def plain(sentence: str) -> str:
    return sentence


@pytest.mark.parametrize("code", sorted(tellings.CODES))
def test_every_code_has_words_for_its_reader(code: str) -> None:
    for own in (True, False):
        assert tellings.words({"code": code, "state": "active"}, own=own)


def test_a_lost_connection_is_never_somebody_who_left() -> None:
    """sessions.md: "we're holding the seat", never "left you"."""
    said = [tellings.words({"code": "holding_seat", "state": "paused"}, own=own) for own in (True, False)]
    assert said[0] != said[1]
    assert all("connection" in one and "left" not in one for one in said)


def test_every_end_is_told_in_the_same_words() -> None:
    """T9."""
    told = tellings.closed("session:s", {"session": "s", "why": "ended"}, plain)
    assert told == {
        "room": "session:s", "session": "s", "why": "ended", "says": "This conversation has ended.",
        "next": ["seek", "room", "line", "write"],
    }  # fmt: skip


def test_a_change_says_only_what_is_so() -> None:
    fields: dict[str, Any] = {"state": "paused", "code": "", "until": 0, "event": Event.SESSION_CHANGED}
    told = tellings.changed("session:s", fields, None, own=True, say=plain)
    assert told == {"room": "session:s", "state": "paused", "says": tellings.STATES["paused"]}
    later = tellings.changed("session:s", fields | {"until": 1000, "code": "bell"}, [], own=True, say=plain)
    assert (later["until"], later["code"], later["who"]) == ("1970-01-01T00:00:01.000Z", "bell", [])


def test_an_offer_names_nobody_and_leaves_out_what_was_not_said() -> None:
    """A listener knows topic, intensity, themes, language and what fits, before they answer."""
    fields = {"offer": "o", "topic": "", "intensity": 0, "notes": [], "language": "en", "fit": ["loss"], "expires": 0}
    told = tellings.offered(fields | {"seeker": "user-1", "text": "private"})
    assert told == {"offer": "o", "language": "en", "fit": ["loss"], "expires": "1970-01-01T00:00:00.000Z"}


def test_a_long_wait_names_other_doors_and_a_very_long_one_asks() -> None:
    short = tellings.waiting({"request": "r"}, 3, {"p50": 60.0, "p90": 90.0}, plain)
    assert "alternatives" not in short
    longer = tellings.waiting({"request": "r", "alternatives": True}, 3, {}, plain)
    assert longer["alternatives"] == ["room", "line", "write"]
    asks = tellings.waiting({"request": "r", "choose": ("wait", "tell_me", "stop"), "until": 5}, 3, {}, plain)
    assert asks["choose"] == ["wait", "tell_me", "stop"]
    assert asks["says"] == tellings.CALL_BACK


def test_who_chose_to_be_told_is_not_told_that_they_are_looked_for() -> None:
    noted = tellings.waiting({"request": "r", "noted": True}, 1, {}, plain)
    assert (noted["noted"], noted["says"]) == (True, tellings.NOTED)
    ready = tellings.waiting({"request": "r", "noted": False, "ready": True}, 1, {}, plain)
    assert "noted" not in ready
    assert ready["says"] == tellings.READY


def test_all_sentences_can_be_translated_and_promise_nothing() -> None:
    found = tellings.sentences()
    assert len(found) > 30
    assert all(sentence[0].isupper() and sentence.endswith((".", "?")) for sentence in found)
    assert not any("always be" in sentence or "safe here" in sentence for sentence in found)


def test_a_listener_is_told_kindly_why_they_are_not_asked() -> None:
    told = tellings.availability({"state": "away", "note": "missed"}, {"today": 0.25}, plain)
    assert (told["state"], told["note"], told["caps"]) == ("away", "missed", {"today": 0.25})
    assert "shame" not in told["says"]
