"""Offering as a table: one answer, in time, and none after it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import DURATIONS
from rooms.offering import REMEMBERED, STEPS, Offer, Offering, Reply, answer, due
from rooms.scene import No
from tests.support.scenes import EVENING

OPEN = Offer(id="o1", request="r1", seeker="sam", listener="lee", made=EVENING)


def test_every_state_has_a_row_and_a_clock() -> None:
    """T2; what has ended is remembered for a while, so that a late answer is told what became of it."""
    assert set(STEPS) == set(Offering)
    assert due(OPEN) == EVENING + DURATIONS.offer
    ended = answer(OPEN, Reply.DECLINE, EVENING + 1)
    assert isinstance(ended, Offer)
    assert due(ended) == EVENING + 1 + REMEMBERED


@given(st.lists(st.tuples(st.sampled_from(list(Reply)), st.integers(0, 30_000)), max_size=12))
def test_an_offer_ends_once(replies: list[tuple[Reply, int]]) -> None:
    """Whoever answers how often: the first answer counts, and an acceptance is never late."""
    offer, now, ends = OPEN, EVENING, 0
    for reply, later in replies:
        now += later
        after = answer(offer, reply, now)
        if isinstance(after, Offer):
            ends += 1
            assert after.state is not Offering.ACCEPTED or now < EVENING + DURATIONS.offer
            offer = after
    assert ends <= 1


@pytest.mark.parametrize(("first", "told"), [(Reply.WITHDRAW, No.TAKEN), (Reply.ACCEPT, No.TAKEN)])
def test_who_comes_second_is_told_that_it_is_taken(first: Reply, told: No) -> None:
    gone = answer(OPEN, first, EVENING + 1)
    assert isinstance(gone, Offer)
    assert answer(gone, Reply.ACCEPT, EVENING + 2) is told


def test_an_answer_after_the_time_is_late_even_if_nobody_looked() -> None:
    """The same answer on every node, whether or not one of them has seen to the deadline."""
    late = EVENING + DURATIONS.offer
    assert answer(OPEN, Reply.ACCEPT, late) is No.EXPIRED
    assert answer(OPEN, Reply.LAPSE, late - 1) is No.TOO_SOON
    lapsed = answer(OPEN, Reply.LAPSE, late)
    assert isinstance(lapsed, Offer)
    assert answer(lapsed, Reply.ACCEPT, late) is No.EXPIRED
