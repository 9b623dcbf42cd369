"""When a room has become heavy: people, not messages; minutes, not days; suicide and self-harm, not everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.contagion import Easing, counts, is_wave, weight
from moderation.verdict import Care, CareBand, CareKind

RULE = Easing(people=3, half_life=600)
NOW = 1_795_600_000.0
ROWS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(NOW - 5000, NOW)), max_size=40)


def test_three_people_within_minutes_are_a_wave_and_two_are_not() -> None:
    """F30."""
    assert is_wave([("a", NOW - 240), ("b", NOW - 60), ("c", NOW)], NOW, RULE)
    assert not is_wave([("a", NOW - 60), ("b", NOW)], NOW, RULE)


def test_one_person_who_writes_often_is_one_person() -> None:
    assert weight([("a", NOW - second) for second in range(50)], NOW, RULE) == 1


def test_three_people_within_a_day_are_no_wave() -> None:
    assert not is_wave([("a", NOW - 7200), ("b", NOW - 3600), ("c", NOW)], NOW, RULE)


@pytest.mark.parametrize(
    ("care", "counted"),
    [
        (Care(CareBand.CONCERN, CareKind.SUICIDE), True),
        (Care(CareBand.IMMINENT, CareKind.SELF_HARM), True),
        (Care(CareBand.INFO, CareKind.SUICIDE), False),
        (Care(CareBand.HIGH, CareKind.ABUSE), False),
        (Care(), False),
    ],
)
def test_only_disclosures_that_spread_are_counted(care: Care, counted: bool) -> None:
    assert counts(care) is counted


@given(ROWS, st.floats(0, 5000), st.floats(0, 5000))
def test_a_room_gets_lighter_by_itself_and_never_heavier(
    rows: list[tuple[str, float]], some: float, more: float
) -> None:
    first, second = sorted((some, some + more))
    assert weight(rows, NOW + second, RULE) <= weight(rows, NOW + first, RULE)
    assert weight(rows, NOW, RULE) <= len({person for person, _ in rows})


@given(ROWS, st.floats(NOW - 5000, NOW))
def test_a_word_more_of_somebody_never_lightens_a_room(rows: list[tuple[str, float]], at: float) -> None:
    assert weight([*rows, ("a", at)], NOW, RULE) >= weight(rows, NOW, RULE)
