"""Positions, dedupe and held events of one room."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat.follow import Followed
from tests.support.scripted import joined, message


def follow(**more: Any) -> Followed:
    room = Followed("a", **more)
    room.joined(joined("a"), resumed=False)
    return room


def ids(events: list[dict[str, Any]]) -> list[str]:
    return [event["id"] for event in events]


def test_the_position_moves_with_live_events_and_joins_only() -> None:
    room = follow()
    room.live(message(1, "m1"))
    assert room.cursor == "e.1."
    room.caught_up([message(2, "m2")])
    room.sending(1)
    room.answered(1, "m3")
    assert room.cursor == "e.1."
    room.joined(joined("a", "e.9."), resumed=True)
    assert room.cursor == "e.9."


def test_an_event_that_comes_twice_is_told_once() -> None:
    room = follow()
    assert ids(room.live(message(1, "m1"))) == ["m1"]
    assert room.live(message(1, "m1")) == []
    assert ids(room.joined(joined("a", "e.2.", events=[message(1, "m1"), message(2, "m2")]), resumed=True)[0]) == ["m2"]
    assert ids(list(room.view)) == ["m1", "m2"]


def test_an_own_message_waits_for_the_answer_to_its_send_and_keeps_the_order() -> None:
    room = follow()
    room.sending(1)
    assert room.live(message(1, "mine", alias="own")) == []
    assert room.live(message(2, "theirs")) == []
    assert room.cursor == "e.0."
    assert ids(room.answered(1, "mine")) == ["mine", "theirs"]
    assert room.cursor == "e.2."


def test_a_busy_writer_does_not_starve_on_younger_sends() -> None:
    """An own event (of another device, say) waits for the sends under way when it came, not for later ones."""
    room = follow()
    room.sending(1)
    room.live(message(1, "elsewhere", alias="own"))
    room.sending(2)
    assert ids(room.answered(1, "m9")) == ["elsewhere"]


def test_an_answer_before_its_event_lets_the_event_pass() -> None:
    room = follow()
    room.sending(1)
    room.sending(2)
    room.answered(1, "mine")
    assert ids(room.live(message(1, "mine", alias="own"))) == ["mine"]


def test_what_was_held_at_a_cut_comes_again_with_the_resume() -> None:
    room = follow()
    room.sending(1)
    room.live(message(1, "mine", alias="own"))
    room.cut()
    assert room.cursor == "e.0."
    fresh, replaced = room.joined(joined("a", "e.1.", events=[message(1, "mine", alias="own")]), resumed=True)
    assert ids(fresh) == ["mine"]
    assert not replaced


def test_a_resume_that_could_not_recover_replaces_the_view() -> None:
    """X45: never a silent hole."""
    room = follow()
    room.live(message(1, "m1"))
    page = joined("a", "e.500.", recovered=False, why="trimmed", events=[message(500, "m500")])
    assert room.joined(page, resumed=True) == ([message(500, "m500")], True)
    assert ids(list(room.view)) == ["m500"]


def test_a_reset_forgets_everything_but_the_room() -> None:
    room = follow(alias="heron", quiet=True)
    room.live(message(1, "m1"))
    room.reset()
    assert (room.cursor, list(room.view), room.alias, room.quiet) == (None, [], "heron", True)


def test_only_the_newest_events_are_kept() -> None:
    room = follow(keep=2)
    for seq in range(1, 6):
        room.live(message(seq, f"m{seq}"))
    assert ids(list(room.view)) == ["m4", "m5"]


@given(data=st.data())
def test_whatever_the_network_does_the_view_is_the_log(data: st.DataObject) -> None:
    """Sends, answers, live events, cuts and resumes in any order: no hole, no double, one order."""
    room, heard, number = follow(keep=1000), 0, 0
    log: list[dict[str, Any]] = []
    pending: list[tuple[int, str]] = []
    for step in data.draw(st.lists(st.sampled_from(["send", "other", "answer", "hear", "cut"]), max_size=60)):
        if step == "send":
            number += 1
            room.sending(number)
            log.append(message(len(log) + 1, f"m{len(log) + 1}", alias="own"))
            pending.append((number, log[-1]["id"]))
        elif step == "other":
            log.append(message(len(log) + 1, f"m{len(log) + 1}"))
        elif step == "answer" and pending:
            room.answered(*pending.pop(0))
        elif step == "hear" and heard < len(log):
            room.live(log[heard])
            heard += 1
        elif step == "cut":
            room.cut()
            at = int((room.cursor or "e.0.").split(".")[1])
            room.joined(joined("a", f"e.{len(log)}.", events=log[at:]), resumed=True)
            heard = len(log)
        assert list(room.view) == log[: len(room.view)]
    for each in pending:
        room.answered(*each)
    for event in log[heard:]:
        room.live(event)
    assert list(room.view) == log
    assert room.cursor == f"e.{len(log)}."


def test_what_somebody_said_who_was_blocked_is_not_shown_any_more_nor_told_again() -> None:
    """The position stays, and what comes twice is still known."""
    room = follow()
    theirs = message(1, "m1") | {"from": {"alias_id": "theirs", "name": "B", "role": "peer"}}
    room.live(theirs)
    room.live(message(2, "m2"))
    room.without("theirs")
    assert ids(list(room.view)) == ["m2"]
    assert room.cursor == "e.2."
    assert room.live(theirs) == []
