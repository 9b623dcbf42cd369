"""Falling due: whoever looks does it, once; what is not due does not happen; here and gone are what is so (T3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rooms import coming, falling_due, rows, staying
from rooms.durations import DAY, DURATIONS, MINUTE
from rooms.effects import Event
from rooms.held import Held
from rooms.listening import Listening
from rooms.scene import No, RowKind
from rooms.seeking import Risk, Seeking
from rooms.session import Session, Talk
from tests.support.scenes import EVENING, Stage


def test_what_is_not_due_does_not_happen_and_what_has_happened_is_not_due() -> None:
    """T3: two nodes at one deadline: the second finds nothing to do. T11: nor does anything happen a moment early."""
    stage = Stage()
    request = stage.seeks("sam")
    ref = (RowKind.REQUEST, request.id)
    stage.now = EVENING + MINUTE - 1
    assert stage.play(falling_due.fall, ref) is No.TOO_SOON
    stage.now = EVENING + MINUTE
    assert not isinstance(stage.play(falling_due.fall, ref), No)
    assert stage.play(falling_due.fall, ref) is No.TOO_SOON
    assert stage.play(falling_due.fall, (RowKind.SESSION, "gone")) is No.NOT_FOUND


@given(st.sets(st.sampled_from(["sam", "lee", "rae"])), st.integers(0, 3))
def test_looking_again_changes_nothing(gone: set[str], again: int) -> None:
    """Level-triggered: a look brings rows to what is so, however often and by whomever."""
    stage = Stage()
    stage.paired()
    stage.staff("rae")
    stage.play(staying.disclose, stage.person("sam"), "c1", Risk.IMMINENT, "suicide", "x")
    stage.play(coming.take, "sam", "rae", "responder", "s9")
    stage.deliver()
    stage.go(*sorted(gone))
    before = dict(stage.rows)
    for _ in range(again):
        for user in ("sam", "lee", "rae"):
            assert stage.play(falling_due.look, user) is False
    assert stage.rows == before
    session = stage.session(stage.person("sam").session)
    assert bool(session.seeker_gone) == ("sam" in gone)
    assert bool(session.listener_gone) == ("lee" in gone)
    assert ("rae" in stage.hold("sam").responders) == ("rae" not in gone)


def test_a_whole_evening_goes_by_when_nobody_does_anything() -> None:
    """Every deadline of a forgotten seeker, session and person who is held leads on, and none is done twice."""
    stage = Stage()
    stage.paired("sam", "lee")
    stage.seeks("bo")
    stage.play(staying.disclose, stage.person("bo"), "c1", Risk.HIGH, "suicide", "x")
    stage.go("bo", "sam", "lee")
    stage.pass_time(2 * DAY)
    assert [one.state for one in stage.all(Session)] == [Talk.ARCHIVED]
    assert stage.hold("bo").state is Held.AWAY
    assert stage.listener("lee").state is Listening.OFFLINE
    assert all((rows.due_at(row) or stage.now + 1) > stage.now for row in stage.rows.values())


def test_deadlines_that_passed_while_every_node_was_down_are_done_in_their_order() -> None:
    """T3: nobody looked for an hour; then each is done once, the oldest first."""
    stage = Stage()
    session = stage.paired()
    stage.now += 60 * MINUTE  # nothing ran
    codes = []
    while True:
        at, ref = stage.next_due()
        if ref is None or at > stage.now:
            break
        assert not isinstance(stage.play(falling_due.fall, ref), No)
        stage.deliver()
        codes.append(ref[0])
    state = stage.session(session.id).state
    assert state is Talk.QUIET, "the pause began when somebody looked; its own end is counted from there"
    stage.pass_time(DURATIONS.quiet_ends + DURATIONS.undo)
    assert stage.session(session.id).state is Talk.ENDED
    assert len(stage.told("sam", Event.SESSION_CLOSED)) == 1


def test_a_seeker_who_is_cut_keeps_their_place_for_ten_minutes() -> None:
    stage = Stage()
    stage.listens("lee")
    request = stage.seeks("sam")
    stage.go("sam")
    assert stage.match() == []
    stage.pass_time(DURATIONS.keeps_place - 1)
    stage.come("sam")
    assert stage.request(request.id).state is Seeking.QUEUED
    assert len(stage.match()) == 1
    stage = Stage()
    request = stage.seeks("sam")
    stage.go("sam")
    stage.pass_time(DURATIONS.keeps_place)
    assert stage.request(request.id).state is Seeking.CLOSED


def test_a_listener_without_a_session_who_is_gone_is_offline_after_a_minute() -> None:
    stage = Stage()
    stage.listens("lee")
    stage.go("lee")
    stage.pass_time(DURATIONS.listener_grace)
    assert stage.listener("lee").state is Listening.OFFLINE


def test_what_a_listener_who_is_gone_was_asked_goes_on_at_once_and_is_asked_again_when_they_are_back() -> None:
    """Nobody waits for the answer of who is not there, and it is no question they have missed."""
    stage = Stage()
    stage.listens("lee")
    request = stage.seeks("sam")
    stage.match()
    (offer,) = stage.request(request.id).offers
    stage.go("lee")
    assert [one["offer"] for one in stage.told("lee", Event.OFFER_WITHDRAWN)] == [offer]
    assert (stage.request(request.id).state, stage.listener("lee").misses) == (Seeking.QUEUED, 0)
    stage.match()
    assert stage.request(request.id).offers == ()
    stage.bells.clear()
    stage.come("lee")
    assert "round:adult" in stage.bells
    stage.match()
    assert len(stage.request(request.id).offers) == 1
