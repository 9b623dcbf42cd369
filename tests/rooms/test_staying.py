"""Staying: held wherever it was said, never cut off, and each of the endings does what it promises (F16, T6)."""

from __future__ import annotations

from typing import Any

import pytest

from rooms import coming, meeting, parting, staying
from rooms.durations import DAY, DURATIONS, MINUTE
from rooms.effects import Do, Event
from rooms.escalation import Clock
from rooms.handover import Dial, Line
from rooms.held import Act, Held, Hold
from rooms.listening import Listening
from rooms.scene import No
from rooms.seeking import Risk, Seeking
from rooms.session import Session, Talk
from rooms.ties import Person
from tests.support.scenes import Stage, waiting


def said(stage: Stage, user: str = "sam", risk: Risk = Risk.HIGH, **more: Any) -> Hold:
    hold: Hold = stage.play(staying.disclose, Person(user=user), stage.fresh("c"), risk, "suicide", "adult/x", **more)
    stage.deliver()
    return stage.hold(hold.user)


def with_responder() -> tuple[Stage, Session]:
    stage = Stage()
    session = stage.paired()
    stage.staff("rae")
    said(stage, risk=Risk.IMMINENT)
    stage.play(coming.take, "sam", "rae", "responder", "s9")
    stage.deliver()
    return stage, stage.session(session.id)


def test_while_queued_it_brings_them_to_the_head() -> None:
    stage = Stage()
    request = stage.seeks("sam")
    stage.pass_time(DURATIONS.call_back + MINUTE)
    assert stage.request(request.id).state is Seeking.CALLBACK_OFFERED
    said(stage)
    after = stage.request(request.id)
    assert after.state is Seeking.QUEUED
    assert after.held
    assert after.risk is Risk.HIGH
    assert waiting(after)


def test_while_closing_the_timer_is_cancelled() -> None:
    stage = Stage()
    session = stage.paired()
    stage.play(staying.close, session.id, "lee")
    said(stage)
    stage.pass_time(10 * MINUTE)
    assert stage.session(session.id).held
    assert stage.session(session.id).state is not Talk.ENDED


@pytest.mark.parametrize(
    "leaves",
    [
        lambda stage, id: stage.play(staying.close, id, "lee"),
        lambda stage, id: stage.play(parting.part, id, "lee", "step_out"),
        lambda stage, id: stage.play(parting.block, "sam", "lee"),
        lambda stage, id: stage.play(parting.suspend, "lee", stage.now + DAY),
        lambda stage, id: stage.go("lee") or stage.pass_time(DURATIONS.listener_gone),
    ],
    ids=["close", "step_out", "block", "suspend", "lost"],
)
def test_a_listener_can_always_go_and_the_person_is_never_left_without_the_truth(leaves: Any) -> None:
    """The room stays, the listener rests, the team is asked again, and what is told is what is so."""
    stage = Stage()
    session = stage.paired()
    stage.staff("rae")
    said(stage)
    pages = len([one for _, one in stage.done if one.do is Do.PAGE])
    leaves(stage, session.id)
    stage.deliver()
    after = stage.session(session.id)
    assert (after.state, after.listener, after.held) == (Talk.VACANT, "", True)
    assert stage.hold("sam").state is Held.HELD
    assert stage.told("sam", Event.SESSION_CLOSED) == []
    assert stage.told("sam")[-1]["here"] == []
    assert stage.listener("lee").sessions == ()
    assert stage.told("lee", Event.SESSION_CLOSED)[-1]["why"] == "ended"
    assert len([one for _, one in stage.done if one.do is Do.PAGE]) >= pages


def test_the_person_and_then_a_responder_settle_it_and_the_listener_goes_on() -> None:
    stage, session = with_responder()
    assert stage.play(staying.settle, "sam", "rae", "responder", 5, 5) is No.TOO_SOON
    stage.play(staying.say_ok, "sam", 5)
    assert stage.play(staying.settle, "sam", "rae", "responder", 5, 6) is No.STALE
    stage.play(staying.say_ok, "sam", 6)
    assert stage.play(staying.settle, "sam", "rae", "responder", 6, 6).state is Held.SETTLED
    stage.deliver()
    after = stage.session(session.id)
    assert not after.held
    assert after.state is Talk.ACTIVE
    assert after.listener == "lee"
    assert stage.person("rae").beside == ()


def test_with_nobody_of_the_team_there_it_is_theirs_to_say() -> None:
    """ "I'm OK to stop" counts as leaving; nobody asks why."""
    stage = Stage()
    session = stage.paired()
    said(stage)
    assert stage.play(staying.say_ok, "sam", 3).state is Held.LEFT
    assert stage.session(session.id).state is Talk.ENDED
    stage, session = with_responder()
    assert stage.play(staying.close, session.id, "sam").state is Talk.ENDED
    assert stage.hold("sam").state is Held.LEFT


def test_a_confirmed_handover_ends_it_and_can_be_taken_back() -> None:
    stage = Stage()
    session = stage.paired()
    said(stage)
    stage.play(staying.dial, "sam", Dial.DIALLING, "line")
    stage.play(staying.dial, "sam", Dial.CONFIRMED)
    assert stage.hold("sam").state is Held.HANDED_OVER
    assert not stage.session(session.id).held
    stage.pass_time(MINUTE)
    assert stage.play(staying.dial, "sam", Dial.UNDO).state is Held.HELD
    assert stage.session(session.id).held
    assert stage.hold("sam").handover.state is Line.DIALLING
    stage.play(staying.dial, "sam", Dial.NOT_REACHED)
    stage.deliver()
    card = [one.fields for _, one in stage.done if one.do is Do.CARD][-1]
    assert card["why"] == "not_reached"
    assert card["tried"] == ["line"]
    assert "stay" in card["other"]


def test_a_quick_exit_keeps_the_seat_for_a_day_and_two_of_the_team_end_it() -> None:
    """Away: the listener is released; a return is at the head; a day later it takes two."""
    stage, session = with_responder()
    stage.play(staying.go, "sam", Act.QUIT)
    stage.deliver()
    assert stage.hold("sam").state is Held.AWAY
    assert stage.session(session.id).state is Talk.ENDED
    assert stage.listener("lee").state is Listening.WRAP_UP
    assert stage.play(staying.no_contact, "sam", "rae", "responder") is No.TOO_SOON
    stage.pass_time(DAY)
    assert stage.play(staying.no_contact, "sam", "rae", "responder").state is Held.AWAY
    assert stage.play(staying.no_contact, "sam", "rae", "responder").state is Held.AWAY
    assert stage.play(staying.no_contact, "sam", "sue", "supervisor").state is Held.NO_CONTACT


def test_who_comes_back_is_asked_for_at_once() -> None:
    stage, _ = with_responder()
    stage.play(staying.go, "sam", Act.QUIT)
    stage.deliver()
    pages = len([one for _, one in stage.done if one.do is Do.PAGE])
    assert stage.play(staying.back, "sam").state is Held.HELD
    stage.deliver()
    assert len([one for _, one in stage.done if one.do is Do.PAGE]) == pages + 1


def test_a_listener_who_discloses_is_held_and_their_seeker_is_next() -> None:
    """It costs neither of them anything; and nobody is told why."""
    stage = Stage()
    session = stage.paired()
    said(stage, "lee")
    assert stage.hold("lee").state is Held.HELD
    assert stage.listener("lee").sessions == ()
    assert stage.listener("lee").held_at == stage.now
    assert stage.request(session.request).state is Seeking.QUEUED
    assert stage.request(session.request).head
    assert stage.told("sam", Event.SESSION_CLOSED)[-1]["why"] == "ended"


def test_said_again_it_is_one_hold_and_after_an_ending_it_comes_first() -> None:
    stage = Stage()
    stage.come("sam")
    first = said(stage)
    assert said(stage).case == first.case
    assert len(stage.all(Hold)) == 1
    stage.play(staying.leave, "sam")
    request = stage.seeks("sam")
    assert request.risk is Risk.HIGH
    stage.pass_time(DAY)
    assert stage.all(Hold) == []


def test_silence_is_asked_about_gently_and_words_begin_it_anew() -> None:
    stage, session = with_responder()
    before = len(stage.done)
    stage.pass_time(DURATIONS.check)
    assert "still_there" in [one.get("code") for one in stage.told("sam", since=before)]
    stage.play(meeting.speak, session.id, "sam")
    stage.play(staying.stir, "sam", 9)
    assert stage.hold("sam").checks == 0
    assert stage.hold("sam").spoke_seq == 9


def test_after_two_minutes_of_silence_they_are_asked_and_from_five_on_who_is_with_them_is_told() -> None:
    """Sessions.md: a gentle check at 2 min, responder at 5 min, repeating."""
    stage, session = with_responder()
    stage.play(staying.stir, "sam", 1)
    stage.play(meeting.speak, session.id, "sam")
    began, before = stage.now, len(stage.done)
    stage.pass_time(11 * MINUTE)
    asked = [(at - began, one.to) for at, one in stage.done[before:] if one.fields.get("code") == "still_there"]
    assert asked == [(2 * MINUTE, "sam"), (5 * MINUTE, "sam"), (10 * MINUTE, "sam")]
    told = [(at - began, one.to) for at, one in stage.done[before:] if one.fields.get("code") == "silent"]
    assert {to for _, to in told} == {session.listener, "rae"}
    assert sorted({at for at, _ in told}) == [5 * MINUTE, 10 * MINUTE]


def test_within_a_day_of_an_ending_the_team_is_asked_first_and_they_are_at_the_head() -> None:
    """Re-entry: also where the model alone thinks so, no listener is asked whether to bring someone."""
    stage = Stage()
    session = stage.paired()
    said(stage)
    stage.play(staying.leave, "sam")
    stage.deliver()
    assert stage.session(session.id).state is Talk.ENDED
    request = stage.seeks("sam")
    assert (request.risk, request.head) == (Risk.HIGH, True)
    stage.paired("sam", "lou")
    stage.play(staying.disclose, stage.person("sam"), "c3", Risk.HIGH, "suicide", "x", model_alone=True)
    assert stage.hold("sam").asking.step is Clock.FEW


def test_the_desk_hears_of_it_when_everybody_is_asked_and_when_nobody_came() -> None:
    """Sessions.md: after three minutes also the operator, who is on no shift; after five an incident."""
    stage = Stage()
    stage.come("sam")
    stage.play(staying.disclose, Person(user="sam"), "c1", Risk.HIGH, "suicide", "anxiety")
    stage.deliver()
    heard = []
    for wait in (DURATIONS.wider, DURATIONS.all - DURATIONS.wider, DURATIONS.incident - DURATIONS.all):
        before = len(stage.done)
        stage.pass_time(wait)
        heard.append([one.fields["what"] for _, one in stage.done[before:] if one.do is Do.FILE])
    assert heard == [[], ["all"], ["incident"]]
