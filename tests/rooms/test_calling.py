"""Calling: who is asked, and words that are true (T15): nobody is told of somebody who was not asked or is not here."""

from __future__ import annotations

from typing import Any

from rooms import calling, coming, staying
from rooms.durations import DURATIONS, MINUTE
from rooms.effects import Do
from rooms.escalation import Clock
from rooms.handover import Dial, Line
from rooms.held import Hold
from rooms.scene import Scene
from rooms.seeking import Risk
from rooms.ties import Person
from tests.support.scenes import Stage


def disclosed(*team: str, risk: Risk = Risk.HIGH, **more: Any) -> Stage:
    """Somebody in no session discloses; these are on shift."""
    stage = Stage()
    stage.staff(*team)
    stage.come("sam")
    stage.play(staying.disclose, Person(user="sam"), "c1", risk, "suicide", "adult/x", **more)
    stage.deliver()
    return stage


def pages(stage: Stage) -> list[list[str]]:
    return [one.fields["people"] for _, one in stage.done if one.do is Do.PAGE]


def code(stage: Stage) -> str:
    """What the person was told last."""
    return str(stage.told("sam")[-1]["code"])


def test_with_nobody_on_shift_that_is_said_at_once_and_a_line_is_offered() -> None:
    """F18: in the same step; nobody was asked, and nobody says so."""
    stage = disclosed()
    assert pages(stage) == []
    assert code(stage) == "nobody_here"
    assert stage.hold("sam").handover.state is Line.OFFERED
    assert [one.fields["why"] for _, one in stage.done if one.do is Do.CARD] == ["handover"]
    assert all(at == stage.now for at, _ in stage.done)


def test_one_is_asked_at_once_two_more_after_a_minute_all_after_three() -> None:
    """And the words go along: asked, still looking, nobody is free."""
    stage = disclosed("rae", "rob", "ria", "rex", "roy")
    assert len(pages(stage)[0]) == 1
    assert code(stage) == "asked"
    stage.pass_time(DURATIONS.wider)
    assert len(pages(stage)[1]) == 2
    assert code(stage) == "still_looking"
    stage.pass_time(DURATIONS.all - DURATIONS.wider)
    assert sum(map(len, pages(stage))) == 5
    assert code(stage) == "nobody_free"
    assert stage.hold("sam").handover.state is Line.OFFERED
    stage.pass_time(DURATIONS.incident - DURATIONS.all)
    assert "incident" in [one.fields["what"] for _, one in stage.done if one.do is Do.FILE]


def test_who_was_asked_and_went_off_shift_is_not_said_to_be_coming() -> None:
    stage = disclosed("rae")
    stage.on_shift = ()
    stage.pass_time(DURATIONS.wider)
    assert code(stage) == "nobody_here"


def test_imminent_asks_everybody_and_offers_the_line_at_once() -> None:
    stage = disclosed("rae", "rob", "ria", risk=Risk.IMMINENT)
    assert len(pages(stage)[0]) == 3
    assert stage.hold("sam").handover.state is Line.OFFERED
    assert stage.hold("sam").asking.step is Clock.ALL


def test_a_no_to_the_line_is_not_offered_again_by_the_clock() -> None:
    stage = disclosed()
    stage.play(staying.dial, "sam", Dial.DECLINE)
    stage.deliver()
    before = len(stage.done)
    stage.pass_time(20 * MINUTE)
    assert [one for _, one in stage.done[before:] if one.do is Do.CARD] == []


def test_when_the_last_one_goes_the_team_is_asked_from_the_start() -> None:
    stage = disclosed("rae", "rob", risk=Risk.IMMINENT)
    stage.play(coming.take, "sam", "rae", "responder", "s1")
    stage.deliver()
    assert code(stage) == "team_here"
    before = len(pages(stage))
    stage.pass_time(30 * MINUTE)
    assert len(pages(stage)) == before, "somebody is there"
    stage.on_shift = stage.on_shift[1:]
    stage.go("rae")
    assert pages(stage)[before:] == [["rob"]]
    assert stage.hold("sam").responders == ()
    assert code(stage) == "asked"


def test_who_is_here_is_who_is_connected() -> None:
    stage = Stage()
    session = stage.paired()
    stage.play(staying.disclose, stage.person("sam"), "c1", Risk.HIGH, "suicide", "session/x")
    hold: Hold = stage.hold("sam")
    assert calling.who_is_here(hold, stage.session(session.id)) == ["lee"]
    stage.go("lee")
    assert calling.who_is_here(stage.hold("sam"), stage.session(session.id)) == []
    assert stage.told("sam")[-1]["here"] == []
    assert calling.present(Scene(stage.now, {}), hold) == []
