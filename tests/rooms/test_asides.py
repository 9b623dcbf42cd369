"""Asides: more time for both, a heavy one is a longer rest, and who watched is seen to be gone."""

from __future__ import annotations

from dataclasses import replace

from rooms import asides, coming, parting, staying
from rooms.durations import DURATIONS
from rooms.effects import Do, Event
from rooms.scene import No, RowKind
from rooms.seeking import Risk
from rooms.session import Talk
from rooms.ties import Person
from tests.support.scenes import Stage


def test_more_time_takes_both_and_is_given_once() -> None:
    """F14: one extension, by mutual consent; the first wish is told to the other only."""
    stage = Stage()
    session = stage.paired()
    before = session.soft_end
    stage.play(asides.extend, session.id, "lee")
    stage.deliver()
    assert stage.session(session.id).soft_end == before
    assert stage.told("sam", Event.SESSION_CHANGED)[-1]["code"] == "extend_asked"
    assert not any(one.get("code") == "extend_asked" for one in stage.told("lee"))
    stage.play(asides.extend, session.id, "sam")
    assert stage.session(session.id).soft_end == before + DURATIONS.extension
    stage.deliver()
    ends = [stage.told(each, Event.SESSION_CHANGED)[-1]["until"] for each in ("sam", "lee")]
    assert ends == [before + DURATIONS.extension] * 2  # who said so first learns the new end as well
    stage.play(asides.extend, session.id, "sam")
    assert stage.session(session.id).soft_end == before + DURATIONS.extension
    assert stage.play(asides.extend, session.id, "eve") is No.NOT_FOUND


def test_what_a_listener_calls_heavy_counts_as_that_and_rests_them_longer() -> None:
    stage = Stage()
    session = stage.paired()
    assert stage.play(asides.feedback, session.id, "lee", heavy=True) is No.NOT_SO
    stage.play(parting.part, session.id, "sam", "step_out")
    stage.deliver()
    stage.play(asides.feedback, session.id, "lee", heavy=True)
    stage.play(asides.feedback, session.id, "lee", heavy=True)
    stage.deliver()
    one = stage.listener("lee")
    assert one.spent[-1].heavy
    assert one.rest == DURATIONS.cool_down_heavy
    filed = [effect for _, effect in stage.done if effect.do is Do.FILE and effect.fields["what"] == "debrief"]
    assert len(filed) == 1
    assert stage.session(session.id).gave == ("lee",)


def test_who_came_from_the_team_may_ask_for_a_debrief_once_they_are_not_there_any_more() -> None:
    stage = Stage()
    session = stage.paired()
    stage.staff("rae")
    stage.play(staying.disclose, stage.person("sam"), "c1", Risk.IMMINENT, "suicide", "x")
    stage.play(coming.take, "sam", "rae", "responder", "s9")
    stage.deliver()
    assert stage.play(asides.feedback, session.id, "rae", debrief=True) is No.NOT_SO
    stage.play(coming.stand_down, "sam", "rae")
    stage.deliver()
    before = len(stage.done)
    assert stage.play(asides.feedback, session.id, "rae", debrief=True).gave == ("rae",)
    stage.deliver()
    assert [effect.fields["what"] for _, effect in stage.done[before:] if effect.do is Do.FILE] == ["debrief"]
    assert stage.play(asides.feedback, session.id, "eve", debrief=True) is No.NOT_FOUND


def test_a_reported_session_keeps_its_words_until_somebody_has_looked_and_a_week_more() -> None:
    """T12: however long the case takes; with two cases, until the second has ended."""
    stage = Stage()
    session = stage.paired()
    for case in ("c1", "c2", "c1"):
        stage.play(asides.seal, session.id, case)
    stage.play(parting.part, session.id, "sam", "report")
    stage.deliver()
    stage.pass_time(DURATIONS.sealed * 2)
    stage.play(asides.unseal, session.id, "c1")
    stage.pass_time(DURATIONS.sealed + 1)
    assert stage.session(session.id).state is Talk.ENDED
    stage.play(asides.unseal, session.id, "c2")
    stage.pass_time(DURATIONS.sealed - 1000)
    assert stage.session(session.id).state is Talk.ENDED
    stage.pass_time(1001)
    assert stage.session(session.id).state is Talk.ARCHIVED


def test_a_supervisor_who_is_gone_is_told_to_be_gone() -> None:
    """T15: who is there is true at every moment, also of those who only watch."""
    stage = Stage()
    session = stage.paired()
    stage.come("sue")
    stage.play(asides.supervise, session.id, "sue", "supervisor", "nursery")
    stage.deliver()
    assert stage.session(session.id).present == ("sue",)
    stage.here -= {"sue"}
    stage.play(asides.look, "sue")
    stage.deliver()
    assert stage.session(session.id).guests == ()
    assert stage.told("sam", Event.SESSION_CHANGED)[-1]["here"] == ["lee"]
    assert not stage.person("sue").beside


def test_only_a_human_of_the_team_lowers_a_band_and_it_ends_nothing() -> None:
    stage = Stage()
    stage.come("sam")
    stage.play(staying.disclose, Person(user="sam"), "c1", Risk.HIGH, "suicide", "anxiety")
    assert stage.play(asides.lower, "sam", "sam", "", Risk.CONCERN) is No.FORBIDDEN
    stage.play(asides.lower, "sam", "rita", "responder", Risk.CONCERN)
    assert stage.hold("sam").risk is Risk.CONCERN
    assert stage.hold("sam").ended_at == 0
    assert replace(stage.hold("sam"), said=0).state == "held"


def test_a_guest_who_leaves_somebody_held_is_followed_by_another_call() -> None:
    stage = Stage()
    stage.staff("rita", "ron")
    stage.come("sam")
    stage.play(staying.disclose, Person(user="sam"), "c1", Risk.IMMINENT, "suicide", "anxiety")
    stage.play(coming.take, "sam", "rita", "responder", "s1")
    stage.deliver()
    pages = sum(effect.do is Do.PAGE for _, effect in stage.done)
    stage.play(asides.guest_leaves, "s1", "rita")
    stage.deliver()
    assert sum(effect.do is Do.PAGE for _, effect in stage.done) > pages
    assert stage.hold("sam").responders == ()
    assert (RowKind.HOLD, "sam") in stage.rows
