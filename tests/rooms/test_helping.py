"""Helping: a listener comes when that is good for them, and goes whenever they like."""

from __future__ import annotations

from rooms import helping, parting
from rooms.durations import CAPS, DAY, DURATIONS, HOUR
from rooms.listening import Listening
from rooms.scene import No, RowKind
from rooms.ties import Person
from tests.support.scenes import Stage

LEE = Person(user="lee")


def come(stage: Stage, **how: object) -> helping.Standing:
    stage.come("lee")
    made = stage.play(helping.come, LEE, {"topics": frozenset({"loss"})}, **how)
    assert isinstance(made, helping.Standing)
    return made


def test_a_listener_who_comes_can_be_asked_and_keeps_what_they_said_of_themselves() -> None:
    stage = Stage()
    first = come(stage)
    assert (first.listener.state, first.why) == (Listening.AVAILABLE, "")
    stage.play(helping.go, "lee")
    stage.play(helping.come, LEE, {"capacity": 2})
    assert stage.listener("lee").topics == {"loss"}
    assert stage.listener("lee").capacity == 2
    assert "round:adult" in stage.bells


def test_who_is_low_today_is_not_asked_and_it_is_kept_in_their_own_row_only() -> None:
    """The self-check is for the listener's own good."""
    stage = Stage()
    made = come(stage, mood="low")
    assert made.why == "low"
    assert made.listener.state is not Listening.AVAILABLE
    assert come(stage, mood="ok").listener.state is Listening.AVAILABLE


def test_a_rest_cannot_be_skipped_by_coming_again() -> None:
    stage = Stage()
    session = stage.paired()
    stage.play(parting.part, session.id, "sam", "step_out")
    stage.deliver()
    made = come(stage)
    assert (made.listener.state, made.why) == (Listening.WRAP_UP, "rest")
    stage.pass_time(DURATIONS.wrap_up + DURATIONS.cool_down)
    assert stage.listener("lee").state is Listening.AVAILABLE


def test_who_goes_leaves_no_question_open() -> None:
    """The seeker's place is as it was; nobody waits for an answer that will not come."""
    stage = Stage()
    come(stage)
    request = stage.seeks("sam")
    stage.match()
    assert stage.request(request.id).offers
    stage.play(helping.go, "lee", pause=True)
    assert stage.request(request.id).offers == ()
    assert stage.listener("lee").state is Listening.ON_BREAK
    assert stage.play(helping.go, "nobody") is No.NOT_FOUND
    assert (RowKind.LISTENER, "nobody") not in stage.rows


def test_a_pass_for_listeners_keeps_the_training_good_for_as_long_as_it_says() -> None:
    stage = Stage()
    until = come(stage).listener.trained_until
    assert until > stage.now + HOUR


def test_training_runs_out_however_often_they_come_until_a_pass_says_that_it_was_renewed() -> None:
    """AVAILABLE needs a training of the last 180 days; coming is none."""
    stage = Stage()
    first = come(stage).listener.trained_until
    stage.now += CAPS.trained - DAY
    assert come(stage).listener.trained_until == first
    stage.now += DAY
    assert come(stage).why == "training"
    assert come(stage, trained=stage.now - DAY).why == ""
    assert stage.listener("lee").trained_until == stage.now - DAY + CAPS.trained
