"""Who of the team may come into a session of two: only with a true reason, and reading from then on (F9, F19)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import meeting, parting, staying
from rooms.durations import CAPS, DURATIONS
from rooms.effects import Do
from rooms.events import Band
from rooms.listening import Listener
from rooms.rows import pack, unpack
from rooms.scene import No, RowKind
from rooms.seeking import Risk
from rooms.session import Guest, Session
from rooms.supervising import NEEDS, Grounds, allowed, grounds, supervise, why
from rooms.ties import Person
from tests.support.scenes import Stage

SUE = Person(user="sue")
CHECKED = Person(user="vera", vetted=True)
REASONS = ("nursery", "training", "held", "report", "concern")


def of_two(band: Band = Band.ADULT, *, held: bool = False) -> Session:
    return Session(id="s", request="r", seeker="sam", listener="lee", began=1, band=band, held=held)


def guest_of(stage: Stage, session: str, user: str) -> Guest:
    guest = stage.session(session).guest(user)
    assert guest is not None
    return guest


@given(
    reason=st.sampled_from(REASONS), band=st.sampled_from(Band), count=st.integers(0, 30), held=st.booleans(),
    case=st.booleans(),
)  # fmt: skip
def test_a_reason_is_one_only_where_it_is_true(reason: str, band: Band, count: int, held: bool, case: bool) -> None:
    """A teen's session may be joined always; a session of grown-ups where the table says so, and for nothing else."""
    found = grounds(of_two(band, held=held), Listener(user="lee", given=count), case=case)
    true = {"nursery": count < 10, "training": count < 10, "held": held, "report": case, "concern": case}[reason]
    assert allowed(found, reason) == (band is Band.TEEN or true)
    assert not allowed(found, "curious")


def test_what_is_told_of_a_session_says_what_is_true_of_it() -> None:
    assert why(Grounds(teen=True, nursery=True, case=True)) == ("teen", "nursery")
    assert why(Grounds()) == ()
    assert not grounds(of_two(), Listener(user="another", given=0)).nursery
    assert set(NEEDS) == set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_two_grown_ups_are_left_alone(reason: str) -> None:
    """No nursery, nobody held, no case: nobody comes, nothing is told, whoever would like to look."""
    stage = Stage()
    session = stage.paired()
    before = len(stage.done)
    assert stage.play(supervise, session.id, CHECKED, "operator", reason) is No.FORBIDDEN
    stage.deliver()
    assert stage.session(session.id).guests == ()
    assert len(stage.done) == before


def test_a_teen_s_session_is_there_only_for_who_was_checked() -> None:
    """T8, F9: always supervisable, by those; for everybody else it does not exist."""
    stage = Stage()
    stage.listens("lux", vetted=True, given=40)
    request = stage.seeks("tim", Band.TEEN)
    stage.match(Band.TEEN)
    (offer,) = stage.request(request.id).offers
    session = stage.play(meeting.accept, offer, "lux", "s-teen")
    for reason in REASONS:
        assert stage.play(supervise, session.id, SUE, "supervisor", reason) is No.NOT_FOUND
    assert not isinstance(stage.play(supervise, session.id, CHECKED, "supervisor", "training"), No)
    stage.deliver()
    assert stage.session(session.id).present == ("vera",)


def test_who_supervises_comes_with_a_floor_and_who_is_called_without() -> None:
    """T10: what was said before they came is not theirs to read; a responder reads what they are called for."""
    stage = Stage()
    stage.listens("lee", given=0)
    session = stage.paired()
    stage.play(supervise, session.id, SUE, "supervisor", "nursery")
    guest = guest_of(stage, session.id, "sue")
    assert (guest.present, guest.unread, guest.floor) == (False, True, "")
    stage.play(parting.arrive, session.id, "sue", "e.7.t")
    guest = guest_of(stage, session.id, "sue")
    assert (guest.present, guest.floor) == (True, "e.7.t")
    called = replace(guest, user="rita", present=False, unread=False, floor="")
    stage.rows[RowKind.SESSION, session.id] = replace(stage.session(session.id), guests=(called,))
    stage.play(parting.arrive, session.id, "rita", "e.7.t")
    after = stage.session(session.id)
    assert guest_of(stage, session.id, "rita").floor == ""
    assert unpack(RowKind.SESSION, pack(after)) == after


def test_the_nursery_is_left_after_ten_sessions_and_a_human_looks() -> None:
    """Counted in the listener's row; a session in which nobody talked is none of them."""
    stage = Stage()
    stage.listens("lee", given=8)
    silent = stage.paired("ada", spoken=False)
    stage.play(parting.part, silent.id, "lee", "step_out")
    assert stage.listener("lee").given == 8
    for number, seeker in enumerate(("ben", "cleo"), 9):
        stage.pass_time(DURATIONS.wrap_up + DURATIONS.cool_down)
        session = stage.paired(seeker)
        assert not isinstance(stage.play(supervise, session.id, SUE, "supervisor", "nursery"), No)
        stage.play(parting.part, session.id, seeker, "done", bar=False)
        stage.deliver()
        assert stage.listener("lee").given == number
    filed = [one.fields["what"] for _, one in stage.done if one.do is Do.FILE]
    assert filed.count("nursery") == 1
    stage.pass_time(DURATIONS.wrap_up + DURATIONS.cool_down)
    last = stage.paired("dora")
    assert stage.listener("lee").given == CAPS.nursery
    assert stage.play(supervise, last.id, SUE, "supervisor", "nursery") is No.FORBIDDEN


def test_somebody_held_may_have_a_supervisor_beside_them_until_they_are_not() -> None:
    stage = Stage()
    session = stage.paired()
    assert stage.play(supervise, session.id, SUE, "supervisor", "held") is No.FORBIDDEN
    stage.play(staying.disclose, Person(user="sam"), "c1", Risk.HIGH, "suicide", "anxiety")
    assert not isinstance(stage.play(supervise, session.id, SUE, "supervisor", "held"), No)
    stage.deliver()
    assert stage.session(session.id).present == ("sue",)
    assert not isinstance(stage.play(supervise, session.id, SUE, "supervisor", "training"), No)  # there already
    assert stage.play(supervise, "no such", SUE, "supervisor", "held") is No.NOT_FOUND
