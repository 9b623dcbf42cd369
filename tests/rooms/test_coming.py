"""Coming: nobody joins uninvited unless it is imminent, nobody reads before they were seen, and silence is a yes."""

from __future__ import annotations

import pytest

from rooms import coming, parting, staying
from rooms.durations import DURATIONS
from rooms.effects import Do, Event
from rooms.escalation import Clock
from rooms.events import Band
from rooms.held import Joins
from rooms.scene import No
from rooms.seeking import Risk
from rooms.session import Session, Talk, may_read
from rooms.ties import Person
from tests.support.scenes import Stage


def held(risk: Risk = Risk.HIGH, *, alone: bool = False) -> tuple[Stage, Session]:
    """Somebody held in a session, with a team on shift."""
    stage = Stage()
    session = stage.paired()
    stage.staff("rae", "rob")
    stage.play(staying.disclose, stage.person("sam"), "c1", risk, "suicide", "session/x", model_alone=alone)
    stage.deliver()
    return stage, stage.session(session.id)


def test_who_takes_it_waits_at_the_door_until_the_person_says_yes() -> None:
    stage, session = held()
    stage.play(coming.take, "sam", "rae", "responder", "s9")
    stage.deliver()
    assert stage.told("sam")[-1]["code"] == "at_the_door"
    assert not may_read(stage.session(session.id), "rae")
    stage.play(coming.consent, "sam", Joins.YES)
    stage.deliver()
    assert may_read(stage.session(session.id), "rae")
    assert stage.told("sam")[-1]["here"] == ["lee", "rae"]
    assert stage.told("lee")[-1]["here"] == ["lee", "rae"]


@pytest.mark.parametrize("joins", [Joins.NOT_YET, Joins.ONLY_LISTENER])
def test_a_no_is_a_no_below_imminent(joins: Joins) -> None:
    stage, session = held()
    stage.play(coming.consent, "sam", joins)
    stage.play(coming.take, "sam", "rae", "responder", "s9")
    stage.deliver()
    assert not may_read(stage.session(session.id), "rae")
    assert stage.hold("sam").asking.step is Clock.TAKEN


def test_where_it_is_imminent_they_come_visibly_at_once() -> None:
    """T10: told first, there afterwards, and a line in the audit trail."""
    stage, session = held(Risk.IMMINENT)
    stage.play(coming.take, "sam", "rae", "responder", "s9")
    assert not may_read(stage.session(session.id), "rae"), "not before it was told"
    before = len(stage.done)
    stage.deliver()
    assert may_read(stage.session(session.id), "rae")
    codes = [one.get("code") for one in stage.told("sam", since=before)]
    assert codes.index("coming") < codes.index("joined")
    assert [one.fields["did"] for _, one in stage.done if one.do is Do.NOTE] == ["join"]


def test_who_looks_on_has_not_come_until_they_take_it() -> None:
    """T10, F18: no clock stops for a supervisor who watches; who then takes it is told of like anybody who comes."""
    stage, session = held(Risk.IMMINENT)
    stage.staff("sue")
    stage.play(parting.supervise, session.id, "sue", "supervisor", "held")
    stage.deliver()
    assert may_read(stage.session(session.id), "sue")
    assert stage.hold("sam").responders == ()
    assert stage.hold("sam").asking.step is not Clock.TAKEN
    stage.play(coming.take, "sam", "sue", "supervisor", "s9")
    before = len(stage.done)
    stage.deliver()
    guest = stage.session(session.id).guest("sue")
    assert guest is not None
    assert (guest.present, guest.unread) == (True, False)
    assert stage.hold("sam").responders == ("sue",)
    codes = [one.get("code") for one in stage.told("sam", since=before)]
    assert codes.index("coming") < codes.index("joined")


def test_who_says_that_they_are_young_keeps_who_is_there_and_has_a_checked_one_called() -> None:
    """Never ejected in the middle of help: the listener and the responder stay, and somebody vetted is asked anew."""
    stage = Stage()
    session = stage.paired()
    stage.staff("rae", bands=("adult",))
    stage.staff("vera")
    stage.play(staying.disclose, Person(user="sam"), "c1", Risk.HIGH, "suicide", "anxiety")
    stage.play(coming.take, "sam", "rae", "responder", "s9")
    stage.play(coming.consent, "sam", Joins.YES)
    stage.deliver()
    assert stage.play(coming.young, "lee") is No.NOT_FOUND
    before = len(stage.done)
    hold = stage.play(coming.young, "sam")
    assert stage.play(coming.young, "sam") == hold  # once
    stage.deliver()
    paged = [one.fields["people"] for _, one in stage.done[before:] if one.do is Do.PAGE]
    assert paged == [["vera"]]
    assert stage.hold("sam").responders == ("rae",)
    assert stage.session(session.id).listener == "lee"
    stage.play(coming.take, "sam", "vera", "responder", "s9")
    stage.deliver()
    assert stage.hold("sam").responders == ("rae", "vera")
    assert stage.person("sam").band is Band.ADULT


def test_who_says_it_with_the_disclosure_has_a_checked_one_called_first() -> None:
    stage = Stage()
    stage.staff("abe", bands=("adult",))
    stage.staff("vera")
    stage.come("sam")
    hold = stage.play(staying.disclose, Person(user="sam"), "c1", Risk.HIGH, "suicide", "anxiety", young=True)
    assert (hold.band, hold.asking.asked) == (Band.TEEN, ("vera",))


def test_to_a_teen_somebody_vetted_comes_uninvited() -> None:
    stage = Stage()
    stage.staff("rae")
    stage.come("tim")
    stage.play(staying.disclose, Person(user="tim", band=Band.TEEN), "c1", Risk.HIGH, "self_harm", "teen/x")
    stage.play(coming.take, "tim", "rae", "responder", "s9")
    stage.deliver()
    session = stage.session("s9")
    assert session.state is Talk.VACANT
    assert may_read(session, "rae")
    assert may_read(session, "tim")
    assert stage.told("tim", Event.SESSION_OPENED)[-1]["session"] == "s9"


def test_a_doubt_is_put_to_the_listener_first_and_silence_is_a_yes() -> None:
    stage, session = held(alone=True)
    assert [one for _, one in stage.done if one.do is Do.PAGE] == []
    assert stage.told("lee")[-1]["code"] in ("bring_someone", "")
    assert "bring_someone" in [one.get("code") for one in stage.told("lee")]
    stage.pass_time(DURATIONS.doubt)
    assert [one.fields["people"] for _, one in stage.done if one.do is Do.PAGE] == [["rae"]]
    stage, session = held(alone=True)
    stage.play(coming.bring, "sam", "lee")
    stage.deliver()
    assert [one.fields["people"] for _, one in stage.done if one.do is Do.PAGE] == [["rae"]]
    assert session.held


def test_that_is_not_it_stops_the_calling_and_nothing_else() -> None:
    """By the person, or while it is a doubt by their listener; not where it is imminent; and they stay held."""
    stage, _ = held()
    assert stage.play(coming.dismiss, "sam", "lee") is No.FORBIDDEN
    stage.play(coming.dismiss, "sam", "sam")
    stage.deliver()
    pages = len([one for _, one in stage.done if one.do is Do.PAGE])
    stage.pass_time(DURATIONS.incident)
    assert len([one for _, one in stage.done if one.do is Do.PAGE]) == pages
    assert stage.hold("sam").state == "held"
    stage, _ = held(Risk.IMMINENT)
    assert stage.play(coming.dismiss, "sam", "sam") is No.FORBIDDEN
    stage, _ = held(alone=True)
    assert stage.play(coming.dismiss, "sam", "lee").asking.step is Clock.STOPPED


def test_who_was_reported_by_them_does_not_come() -> None:
    stage, _ = held()
    stage.play(staying.report, "sam", "rae")
    assert stage.play(coming.take, "sam", "rae", "responder", "s9") is No.NOT_FOUND
    assert stage.play(coming.take, "sam", "sam", "responder", "s9") is No.NOT_FOUND
    assert stage.play(coming.stand_down, "nobody", "rae") is No.NOT_FOUND


def test_the_team_is_asked_again_though_somebody_looks_on() -> None:
    """F18: who only looks on is nobody's company: when the last who came goes, others are asked, at once."""
    stage, session = held(Risk.IMMINENT)
    stage.staff("sue")
    stage.play(coming.take, "sam", "rae", "responder", "s9")
    stage.play(parting.supervise, session.id, "sue", "supervisor", "held")
    stage.deliver()
    before = len(stage.done)
    stage.play(coming.stand_down, "sam", "rae")
    stage.deliver()
    assert stage.hold("sam").asking.step is not Clock.TAKEN
    assert [one for _, one in stage.done[before:] if one.do is Do.PAGE]
