"""Parting: every end looks the same to who stays (T7, T9), rest follows, words go after a day (T12)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rooms import meeting, parting, staying
from rooms.durations import DAY, DURATIONS, MINUTE
from rooms.effects import Do, Effect, Event
from rooms.listening import Listening
from rooms.scene import No, RowKind
from rooms.seeking import Seeking
from rooms.session import Session, Talk
from tests.support.scenes import EVENING, Stage

WAYS: dict[str, Any] = {
    "step_out": lambda stage, id: stage.play(parting.part, id, "lee", "step_out"),
    "block": lambda stage, id: stage.play(parting.block, "lee", "sam"),
    "report": lambda stage, id: stage.play(parting.part, id, "lee", "report"),
    "suspended": lambda stage, id: stage.play(parting.suspend, "lee", EVENING + DAY),
}


def ended(way: str) -> tuple[Stage, Session, list[Any]]:
    stage = Stage()
    session = stage.paired()
    before = len(stage.done)
    WAYS[way](stage, session.id)
    stage.deliver()
    return stage, session, stage.told("sam", since=before)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_whoever_stays_sees_one_and_the_same_end(way: str) -> None:
    """T9: no CLOSING, no reason; field for field what every other way looks like."""
    stage, session, told = ended(way)
    assert told == [{"event": "session_closed", "session": session.id, "why": "ended"}]
    assert stage.session(session.id).state is Talk.ENDED
    assert stage.request(session.request).state is Seeking.CLOSED


@pytest.mark.parametrize("way", ["step_out", "block", "report"])
def test_the_pair_is_never_matched_again(way: str) -> None:
    stage, _, _ = ended(way)
    stage.pass_time(DURATIONS.wrap_up + DURATIONS.cool_down)
    again = stage.seeks("sam")
    assert stage.listener("lee").state is Listening.AVAILABLE
    assert stage.match() == []
    assert stage.request(again.id).state is Seeking.QUEUED
    stage.listens("lou")
    assert len(stage.match()) == 1


def test_only_who_blocked_has_it_on_their_list_and_only_a_block_is_there() -> None:
    """T9, F10: the other's row says no more than after any leaving; saying it twice is one entry."""
    for way, listed in (("block", 1), ("step_out", 0), ("report", 0)):
        stage, session, _ = ended(way)
        by, other = ("lee", "sam")
        stage.play(parting.part, session.id, by, way)
        assert [id for id, _ in stage.person(by).blocked] == [session.id] * listed
        assert stage.person(other).blocked == ()
        assert [one.end for one in stage.listener("lee").spent] == [""]


def test_closing_can_be_taken_back_and_then_it_ends_for_both() -> None:
    stage = Stage()
    session = stage.paired()
    stage.play(staying.close, session.id, "lee")
    assert stage.play(parting.undo, session.id, "sam") is No.FORBIDDEN
    assert stage.play(parting.undo, session.id, "lee").state is Talk.ACTIVE
    stage.play(staying.close, session.id, "sam")
    stage.pass_time(DURATIONS.undo)
    assert stage.session(session.id).state is Talk.ENDED
    assert [len(stage.told(one, Event.SESSION_CLOSED)) for one in ("sam", "lee")] == [1, 1]
    shut = [one.fields for _, one in stage.done if one.do is Do.SHUT]
    assert shut == [{"session": session.id, "who": "*"}]


def test_after_a_session_the_listener_rests_and_is_told_how_long() -> None:
    """A cool-down refuses a new offer."""
    stage = Stage()
    session = stage.paired()
    stage.play(parting.part, session.id, "lee", "step_out")
    stage.deliver()
    told = stage.told("lee", Event.AVAILABILITY)[-1]
    assert (told["state"], told["until"]) == ("wrap_up", stage.now + DURATIONS.wrap_up)
    stage.seeks("bo")
    assert stage.match() == []
    stage.pass_time(DURATIONS.wrap_up + DURATIONS.cool_down)
    assert len(stage.match()) == 1


def test_words_go_after_a_day_and_the_rest_after_a_month() -> None:
    """T12: once for the request, once for the session."""
    stage = Stage()
    session = stage.paired()
    stage.play(parting.part, session.id, "sam", "step_out")
    stage.pass_time(DAY)
    assert [one.fields["of"] for _, one in stage.done if one.do is Do.SHRED] == [session.id]
    stage.pass_time(DURATIONS.receipt_kept)
    assert (RowKind.SESSION, session.id) not in stage.rows


def test_a_supervisor_is_seen_before_they_read() -> None:
    """T10: told to both first; the arrival is owed after, to the same target, so that it cannot come before."""
    stage = Stage()
    session = stage.paired()
    before = len(stage.done)
    stage.play(parting.supervise, session.id, "sue", "supervisor", "training")
    assert stage.session(session.id).present == ()
    order: list[Effect] = [effect for _, effect in stage.owed]
    arrival = next(n for n, one in enumerate(order) if one.do is Do.FOLLOW)
    assert {one.to for one in order[:arrival] if one.do is Do.TELL} >= {"sam", "lee"}
    stage.deliver()
    assert stage.session(session.id).present == ("sue",)
    assert [one.get("code") for one in stage.told("sam", since=before)] == ["coming", "joined"]
    assert any(one.do is Do.NOTE for _, one in stage.done)


def test_talking_again_needs_both_wishes() -> None:
    """One wish alone is heard by nobody."""
    stage = Stage()
    session = stage.paired()
    assert stage.play(parting.again, session.id, "sam") is No.NOT_SO
    stage.play(staying.close, session.id, "sam")
    stage.pass_time(DURATIONS.undo)
    before = len(stage.done)
    stage.play(parting.again, session.id, "sam")
    stage.deliver()
    assert stage.told("lee", since=before) == []
    stage.play(parting.again, session.id, "lee")
    stage.deliver()
    assert [one["code"] for one in stage.told("sam", since=before)] == ["again"]


def test_a_wish_of_both_is_not_told_where_they_can_never_be_put_together() -> None:
    """T7: said before a block by the one, after it by the other: nobody is promised what can't be."""
    stage = Stage()
    session = stage.paired()
    stage.play(staying.close, session.id, "sam")
    stage.pass_time(DURATIONS.undo)
    stage.play(parting.again, session.id, "sam")
    stage.play(parting.block, "sam", "lee")
    before = len(stage.done)
    stage.play(parting.again, session.id, "lee")
    stage.deliver()
    assert stage.told("lee", since=before) == stage.told("sam", since=before) == []


def test_who_leaves_while_connecting_leaves_nothing_behind() -> None:
    stage = Stage()
    session = stage.paired(spoken=False)
    stage.play(parting.block, "sam", "lee")
    stage.pass_time(5 * MINUTE)
    assert stage.person("sam").session == ""
    assert stage.person("sam").request == ""
    assert stage.play(meeting.speak, session.id, "lee") is No.CLOSED


def test_who_both_would_talk_again_are_asked_about_each_other_first() -> None:
    """F15: by mutual wish, and only then; one wish alone moves nothing."""
    for wishes, first in ((("sam", "lee"), "lee"), (("sam",), "lou")):
        stage = Stage()
        session = stage.paired()
        stage.play(parting.part, session.id, "sam", "closed", bar=False)
        for user in wishes:
            stage.play(parting.again, session.id, user)
        stage.deliver()
        stage.pass_time(DURATIONS.wrap_up + DURATIONS.cool_down)
        stage.listens("lou")
        stage.rows[RowKind.LISTENER, "lou"] = replace(stage.listener("lou"), free_since=1)
        request = stage.seeks("sam")
        stage.match()
        (offer,) = stage.request(request.id).offers
        assert stage.rows[RowKind.OFFER, offer].listener == first
