"""Ties: who may be brought together, and that a bar is symmetric, permanent and says nothing (T7, T8)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import CAPS, DAY, WEEK
from rooms.events import Band
from rooms.ties import Person, asked_enough, bar, due_review, may_meet, meet, met_lately
from tests.support.scenes import EVENING

bands = st.sampled_from(list(Band))


@given(bands, bands, st.booleans(), st.booleans())
def test_nobody_is_alone_with_a_teen_without_being_vetted(one: Band, other: Band, vetted: bool, seeker: bool) -> None:
    """T8, whatever else is true of the two."""
    sam, lee = Person(user="sam", band=one, vetted=seeker), Person(user="lee", band=other, vetted=vetted)
    allowed = may_meet(sam, lee, EVENING)
    assert allowed == (vetted or (one is other is Band.ADULT))


def test_a_bar_works_both_ways_and_twice_is_once() -> None:
    """T7: whoever blocked whom, the two can't be told apart afterwards."""
    sam, lee = bar(Person(user="sam"), Person(user="lee"))
    assert not may_meet(sam, lee, EVENING)
    assert not may_meet(lee, sam, EVENING)
    assert bar(sam, lee) == (sam, lee)
    swapped = bar(Person(user="lee"), Person(user="sam"))
    assert swapped == (lee, sam)
    assert not may_meet(sam, lee, EVENING + 10_000 * DAY)


def test_the_same_two_meet_at_most_three_times_a_week() -> None:
    """A volunteer is not to become somebody's only person."""
    sam, lee = Person(user="sam"), Person(user="lee")
    for day in range(CAPS.pair_week):
        assert may_meet(sam, lee, EVENING + day * DAY)
        sam = meet(sam, "lee", EVENING + day * DAY)
    assert met_lately(sam, "lee", EVENING + 3 * DAY) == CAPS.pair_week
    assert not may_meet(sam, lee, EVENING + 3 * DAY)
    assert may_meet(sam, Person(user="lou"), EVENING + 3 * DAY)
    assert may_meet(sam, lee, EVENING + WEEK + 1)


def test_after_six_meetings_somebody_looks_once_whether_it_does_both_good() -> None:
    sam = Person(user="sam")
    looks = []
    for week in range(8):
        sam = meet(sam, "lee", EVENING + week * WEEK)
        looks.append(due_review(sam, "lee"))
    assert looks == [False] * 5 + [True, False, False]


def test_two_sessions_a_day_are_enough_for_one_person() -> None:
    sam = meet(meet(Person(user="sam"), "lee", EVENING), "lou", EVENING + 1)
    assert asked_enough(sam, EVENING + 2)
    assert not asked_enough(sam, EVENING + DAY + 1)


def test_nobody_listens_to_themselves() -> None:
    assert not may_meet(Person(user="sam"), Person(user="sam"), EVENING)
