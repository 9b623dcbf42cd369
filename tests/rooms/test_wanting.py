"""Wanting: what the seeker hears is the same whatever listeners answer (T9); places are kept; no word without need."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rooms import meeting, parting, rows, wanting
from rooms.durations import DAY, DURATIONS, MINUTE
from rooms.effects import Do, Event
from rooms.listening import Listening
from rooms.offering import Offer, Offering
from rooms.scene import No, RowKind
from rooms.seeking import Ask, Request, Seeking
from rooms.ties import Person, meet
from tests.support.scenes import EVENING, Stage


def evening(*listeners: str) -> tuple[Stage, Request]:
    stage = Stage()
    for one in listeners:
        stage.listens(one)
    request: Request = stage.seeks("sam")
    return stage, request


def open_offers(stage: Stage) -> list[Offer]:
    return [one for one in stage.all(Offer) if one.state is Offering.OPEN]


def test_asking_twice_is_one_request() -> None:
    """T1 begins here: two devices, or a repeat."""
    stage, request = evening()
    assert stage.play(wanting.seek, Person(user="sam"), "r9") == request
    assert len(stage.all(Request)) == 1


def declined(stage: Stage) -> None:
    for one in open_offers(stage):
        stage.play(wanting.decline, one.id, one.listener)


def blocked(stage: Stage) -> None:
    for one in open_offers(stage):
        stage.play(parting.block, one.listener, "sam")


def unheard(stage: Stage) -> None:
    """Nobody answers; the offers lapse by themselves."""


def unasked(stage: Stage) -> None:
    for one in stage.all(Request):
        assert one.state is Seeking.QUEUED


def stream(listeners: tuple[str, ...], answer: Any, prefer: frozenset[str] = frozenset()) -> list[Any]:
    """Everything the seeker is told in six minutes, with when."""
    stage = Stage()
    for one in listeners:
        stage.listens(one)
    stage.seeks("sam", prefer=prefer)
    for _ in range(36):
        stage.match()
        answer(stage)
        stage.pass_time(10_000)
    return [(at, one.fields) for at, one in stage.done if one.to == "sam"]


@pytest.mark.parametrize("answer", [declined, blocked, unheard])
def test_no_answer_of_a_listener_can_be_told_from_there_being_none(answer: Any) -> None:
    """T9: the events of the seeker, and their times, field for field: declined, blocked, unanswered, nobody there."""
    assert stream(("lee", "lou", "lux", "lin"), answer) == stream((), unasked)
    nobody_fits = stream(("lee",), unasked, prefer=frozenset({"woman"}))
    assert nobody_fits == stream((), unasked)


def test_a_declined_request_keeps_its_place_and_the_same_listener_is_spared_for_a_while() -> None:
    stage, request = evening("lee")
    stage.match()
    declined(stage)
    after = stage.request(request.id)
    assert after.state is Seeking.QUEUED
    assert after.since == request.since
    assert after.width == 3
    assert stage.match() == []
    stage.pass_time(DURATIONS.decline_rest)
    assert len(stage.match()) == 1


def test_two_lapses_make_a_listener_away_with_a_kind_word() -> None:
    stage, _ = evening("lee")
    for _ in range(2):
        stage.match()
        stage.pass_time(DURATIONS.offer + DURATIONS.decline_rest)
    assert stage.listener("lee").state is Listening.AWAY
    assert stage.told("lee", Event.AVAILABILITY)[-1]["note"] == "missed"


def test_who_withdraws_is_asked_of_nobody_and_what_they_wrote_is_deleted() -> None:
    stage, request = evening("lee", "lou", "lux")
    stage.rows[RowKind.REQUEST, request.id] = replace(stage.request(request.id), width=3)
    stage.match()
    assert len(open_offers(stage)) == 3
    stage.play(wanting.step_request, request.id, Ask.WITHDRAW)
    stage.deliver()
    assert not open_offers(stage)
    assert all(len(stage.told(one, Event.OFFER_WITHDRAWN)) == 1 for one in ("lee", "lou", "lux"))
    assert [one.fields["of"] for _, one in stage.done if one.do is Do.SHRED] == [request.id]
    assert all(stage.listener(one).state is Listening.AVAILABLE for one in ("lee", "lou", "lux"))
    stage.pass_time(DAY)
    assert (RowKind.REQUEST, request.id) not in stage.rows


def test_an_offer_says_what_it_is_about_and_neither_name_nor_words() -> None:
    stage = Stage()
    stage.listens("lee")
    stage.seeks("sam", topic="loss", intensity=4, notes=frozenset({"abuse"}), language="en", words=2)
    stage.match()
    (told,) = stage.told("lee", Event.OFFERED)
    assert told.pop("offer")
    assert told.pop("expires") == EVENING + DURATIONS.offer
    assert told == {
        "event": "offered",
        "topic": "loss",
        "intensity": 4,
        "notes": ["abuse"],
        "language": "en",
        "fit": [],
    }


def test_who_cannot_be_asked_any_more_is_left_out() -> None:
    """Blocked, gone or asked by another node between the proposal and the question."""
    stage, request = evening("lee", "lou")
    stage.play(parting.block, "sam", "lee")
    stage.go("lou")
    assert stage.play(wanting.ask, request.id, {"lee": "o1", "lou": "o2", "gone": "o3"}) is No.TAKEN
    assert not open_offers(stage)


def test_two_sessions_a_day_and_then_tomorrow_unless_in_danger() -> None:
    stage = Stage()
    person = meet(meet(Person(user="sam"), "lee", EVENING), "lou", EVENING)
    stage.rows[rows.ref_of(person)] = person
    assert stage.seeks("sam") is No.TOO_SOON
    stage.pass_time(DAY + MINUTE)
    assert isinstance(stage.seeks("sam"), Request)


def test_who_is_in_a_session_has_a_listener_already() -> None:
    stage = Stage()
    session = stage.paired()
    assert stage.seeks("sam").id == session.request
    assert stage.play(meeting.accept, "o9", "lee", "s9") is No.NOT_FOUND
