"""Meeting: exactly one gets the session; the seeker who loses a listener is next, and never told that anybody left."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rooms import meeting, parting, wanting
from rooms.durations import DURATIONS, MINUTE
from rooms.effects import Do, Event
from rooms.events import Band
from rooms.listening import Listening
from rooms.offering import Offer, Offering
from rooms.scene import No, RowKind
from rooms.seeking import Ask, Request, Seeking
from rooms.session import Session, Talk
from tests.support.scenes import Stage

CROWD = tuple(f"l{each}" for each in range(6))


def asked(band: Band = Band.ADULT) -> tuple[Stage, Request]:
    """A request that was put to everybody at once."""
    stage = Stage()
    for one in CROWD:
        stage.listens(one, vetted=True)
    request = stage.seeks("sam", band, words=1)
    stage.rows[RowKind.REQUEST, request.id] = replace(request, width=0, place=1, shown=60_000)
    stage.match(band)
    return stage, request


@given(st.permutations(CROWD), st.integers(0, 5))
def test_of_all_who_accept_exactly_one_gets_the_session(order: list[str], repeats: int) -> None:
    """T1: whoever comes first; the others get `offer_withdrawn` and are free; a repeat has the same session."""
    stage, request = asked()
    mine = {one.listener: one.id for one in stage.all(Offer)}
    answers = {who: stage.play(meeting.accept, mine[who], who, stage.fresh("s")) for who in order}
    stage.deliver()
    (session,) = stage.all(Session)
    assert answers[order[0]] == session
    assert {answers[who] for who in order[1:]} == {No.TAKEN}
    for _ in range(repeats):
        assert stage.play(meeting.accept, mine[order[0]], order[0], stage.fresh("s")) == session
    assert [len(stage.told(who, Event.OFFER_WITHDRAWN)) for who in order] == [0] + [1] * 5
    assert [len(stage.told(who, Event.SESSION_OPENED)) for who in order] == [1] + [0] * 5
    assert all(stage.listener(who).state is Listening.AVAILABLE for who in order[1:])
    assert stage.request(request.id).session == session.id


def test_the_words_that_waited_go_through_the_pipeline_once() -> None:
    """T5: into the room of the session, as the seeker; and the wait is learned from."""
    stage, request = asked()
    offer = stage.all(Offer)[0]
    stage.pass_time(10_000)
    session = stage.play(meeting.accept, offer.id, offer.listener, "s1")
    stage.deliver()
    delivered = [one for _, one in stage.done if one.do is Do.DELIVER]
    assert [(one.to, one.fields) for one in delivered] == [("sam", {"request": request.id, "session": session.id})]
    (measured,) = [one.fields for _, one in stage.done if one.do is Do.MEASURE]
    assert (measured["waited"], measured["served"]) == (10_000, True)


def measures(stage: Stage) -> list[tuple[int, bool]]:
    """Waits that were measured: how long, and whether somebody came."""
    return [(one.fields["waited"], one.fields["served"]) for _, one in stage.done if one.do is Do.MEASURE]


def test_a_wait_is_measured_once_and_a_lost_listener_is_no_wait_since_the_beginning() -> None:
    """What the next are told comes of waits for somebody, not of the time people talked before they lost each other."""
    stage, request = asked()
    offer = stage.all(Offer)[0]
    first = stage.play(meeting.accept, offer.id, offer.listener, "s1")
    stage.pass_time(stage.times.connect)  # who said yes never spoke
    assert stage.session(first.id).why == "lost"
    assert stage.request(request.id).head
    stage.match()
    again = next(one for one in stage.all(Offer) if one.state is Offering.OPEN)
    assert isinstance(stage.play(meeting.accept, again.id, again.listener, "s2"), Session)
    stage.deliver()
    assert measures(stage) == [(0, True)]


def test_who_gives_up_after_longer_than_was_said_is_a_promise_broken_and_before_it_is_nothing() -> None:
    for waits, told in ((59_000, []), (61_000, [(61_000, False)])):
        stage, request = asked()
        stage.pass_time(waits)
        stage.play(wanting.step_request, request.id, Ask.WITHDRAW)
        stage.deliver()
        assert measures(stage) == told


def test_a_block_made_while_an_offer_is_open_is_looked_at_when_it_is_accepted() -> None:
    """T7: and the offer is gone for both, as if somebody else had been faster."""
    stage, _ = asked()
    offer = stage.all(Offer)[0]
    stage.play(parting.block, "sam", offer.listener)
    assert stage.play(meeting.accept, offer.id, offer.listener, "s1") is No.TAKEN
    assert not stage.all(Session)


def test_a_listener_who_never_speaks_costs_the_seeker_nothing() -> None:
    """120 s: to the head, in front of who came meanwhile, with the age they had, and not to the same listener."""
    stage = Stage()
    session = stage.paired(spoken=False)
    stage.pass_time(DURATIONS.connect)
    after = stage.request(session.request)
    assert after.state is Seeking.QUEUED
    assert after.head
    assert "lee" in after.not_to
    assert stage.session(session.id).state is Talk.ENDED
    assert stage.told("sam")[-1]["event"] == Event.WAITING
    assert stage.told("sam")[-1]["next"]
    closed = stage.told("sam", Event.SESSION_CLOSED)[-1]
    assert closed == {"event": "session_closed", "session": session.id, "why": "ended"}


def test_a_listener_who_is_lost_for_a_minute_hands_the_seeker_to_the_head() -> None:
    stage = Stage()
    session = stage.paired()
    stage.listens("lou")
    newer = stage.seeks("bo")
    stage.go("lee")
    assert stage.told("sam")[-1]["state"] == "paused"
    assert stage.told("sam")[-1]["here"] == []
    stage.pass_time(DURATIONS.listener_gone)
    stage.match()
    assert stage.request(session.request).offers
    assert not stage.request(newer.id).offers


def test_a_listener_who_comes_back_in_time_finds_the_seat() -> None:
    stage = Stage()
    session = stage.paired()
    stage.go("lee")
    stage.pass_time(DURATIONS.listener_gone - 1)
    stage.come("lee")
    stage.deliver()
    assert stage.session(session.id).state is Talk.ACTIVE
    assert stage.told("sam")[-1]["here"] == ["lee"]


def test_an_offer_of_somebody_else_is_not_found() -> None:
    stage, _ = asked()
    offer = stage.all(Offer)[0]
    other = next(one for one in CROWD if one != offer.listener)
    assert stage.play(meeting.accept, offer.id, other, "s1") is No.NOT_FOUND
    assert stage.play(wanting.decline, offer.id, other) is No.NOT_FOUND
    assert stage.rows[RowKind.OFFER, offer.id].state is Offering.OPEN


def test_a_teen_is_only_ever_with_somebody_vetted() -> None:
    """T8."""
    stage = Stage()
    stage.listens("lee")
    request = stage.seeks("tim", Band.TEEN)
    assert stage.match(Band.TEEN) == []
    stage.listens("lux", vetted=True)
    stage.pass_time(MINUTE)
    stage.match(Band.TEEN)
    assert [stage.rows[RowKind.OFFER, id].listener for id in stage.request(request.id).offers] == ["lux"]
