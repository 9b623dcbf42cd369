"""Giving on: with consent, with a summary, and the seeker always has somebody or the head of the queue (T13)."""

from __future__ import annotations

from typing import Any

from rooms import giving, meeting, staying
from rooms.durations import DURATIONS, MINUTE
from rooms.effects import Do, Event
from rooms.offering import Offer, Offering
from rooms.scene import No
from rooms.seeking import Risk, Seeking
from rooms.session import Session, Talk
from rooms.ties import Person
from tests.support.scenes import Stage


def transferring(*, agreed: bool = True) -> tuple[Stage, Session]:
    stage = Stage()
    session = stage.paired()
    stage.listens("lou")
    stage.play(giving.propose, session.id, "lee")
    if agreed:
        stage.play(giving.consent, session.id, "sam", "r9")
    stage.deliver()
    return stage, stage.session(session.id)


def taken() -> tuple[Stage, Session, Session]:
    """A taker has accepted and not spoken yet."""
    stage, old = transferring()
    stage.match()
    (offer,) = [one for one in stage.all(Offer) if one.state is Offering.OPEN]
    assert offer.listener == "lou", "never back to the giver"
    new: Any = stage.play(meeting.accept, offer.id, "lou", "s9")
    stage.deliver()
    return stage, stage.session(old.id), stage.session(new.id)


def test_nothing_happens_without_the_seekers_consent() -> None:
    """45 s without a word, or a no: the two go on."""
    stage, session = transferring(agreed=False)
    assert stage.match() == []
    assert stage.play(giving.consent, session.id, "lee", "r9") is No.NOT_FOUND
    stage.pass_time(DURATIONS.transfer)
    assert stage.session(session.id).state is Talk.ACTIVE
    stage, session = transferring(agreed=False)
    assert stage.play(giving.stay, session.id, "sam").state is Talk.ACTIVE


def test_nobody_takes_them_and_they_stay_where_they_are() -> None:
    stage, session = transferring()
    stage.pass_time(DURATIONS.transfer)
    assert stage.session(session.id).state is Talk.ACTIVE
    assert stage.person("sam").request == session.request
    assert stage.request("r9").state is Seeking.CLOSED


def test_both_are_there_until_the_new_one_speaks_in_a_room_of_their_own() -> None:
    """T1: and only the summary the seeker has seen goes along."""
    stage, old, new = taken()
    assert old.state is Talk.TRANSFERRING
    assert new.state is Talk.CONNECTING
    assert new.id != old.id
    summaries = [one.fields for _, one in stage.done if one.do is Do.SUMMARY]
    assert summaries == [{"session": old.id, "into": new.id}]
    stage.play(meeting.speak, new.id, "lou")
    stage.deliver()
    assert stage.session(old.id).state is Talk.ENDED
    assert stage.person("sam").session == new.id
    assert stage.told("lee", Event.SESSION_CLOSED)[-1]["why"] == "ended"
    assert [one.end for one in stage.listener("lee").spent] == ["handed_on"]  # what they knew, for their own eyes


def test_a_taker_who_never_speaks_gives_them_back() -> None:
    stage, old, new = taken()
    stage.play(meeting.speak, old.id, "sam")
    stage.pass_time(DURATIONS.connect)
    assert stage.session(new.id).state is Talk.ENDED
    assert stage.session(old.id).state is Talk.ACTIVE
    assert stage.person("sam").session == old.id


def test_a_listener_lost_in_the_middle_returns_the_seeker_to_the_head() -> None:
    """T13: the transfer's request is their place, and it is at the head already."""
    stage, session = transferring(agreed=False)
    stage.go("lou", "lee")
    stage.pass_time(DURATIONS.listener_gone // 2)
    stage.play(giving.consent, session.id, "sam", "r9")
    stage.seeks("bo")
    stage.pass_time(DURATIONS.listener_gone // 2)
    assert stage.session(session.id).state is Talk.ENDED
    person, place = stage.person("sam"), stage.request("r9")
    assert (person.request, person.session, place.state) == ("r9", "", Seeking.QUEUED)
    assert place.head
    assert "lee" in place.not_to
    stage.listens("lux")
    stage.match()
    assert len(stage.request("r9").offers) == 1


def test_being_held_meanwhile_loses_nobody() -> None:
    """With a taker who has not spoken, the giver is still there and stays."""
    stage, old, new = taken()
    stage.play(staying.disclose, Person(user="sam"), "c1", Risk.HIGH, "suicide", "session/x")
    stage.pass_time(DURATIONS.connect + MINUTE)
    assert stage.session(new.id).state is Talk.ENDED
    after = stage.session(old.id)
    assert after.held
    assert after.state is not Talk.ENDED
    assert after.listener == "lee"
    assert stage.hold("sam").session == old.id
