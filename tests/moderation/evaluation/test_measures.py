"""Counts become figures: intervals that know how little was seen, and nothing of nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.evaluation.measures import Rate, Scores, macro, mean, percentile, rate, scores, wilson

COUNTS = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_the_share_lies_in_its_interval_and_the_interval_in_nought_to_one(counts: tuple[int, int]) -> None:
    hits, n = counts
    low, high = wilson(hits, n)
    assert 0.0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1.0


def test_intervals_are_wilsons() -> None:
    """Known values: 10 of 100, and nothing of forty, which is not nothing."""
    low, high = wilson(10, 100)
    assert (round(low, 4), round(high, 4)) == (0.0552, 0.1744)
    low, high = wilson(0, 40)
    assert low == 0.0
    assert round(high, 3) == 0.088


@pytest.mark.parametrize(("hits", "n"), [(1, 0), (3, 2), (-1, 2)])
def test_what_is_no_share_is_refused(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(hits, n)


def test_a_share_of_nothing_is_none() -> None:
    assert (Rate(0, 0).share, Rate(0, 0).interval, mean([]), macro({})) == (None, None, None, None)
    assert mean([None, 0.5]) == 0.5


def test_every_category_counts_the_same() -> None:
    assert macro({"big": Rate(0, 100), "small": rate([True])}) == 0.5


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([5.0, 1.0, 3.0, 2.0], 0.99) == 5.0
    assert percentile([7.0], 0.0) == 7.0


def test_the_scores_of_a_question() -> None:
    found = scores([(True, True)] * 6 + [(True, False)] * 2 + [(False, True)] * 2 + [(False, False)] * 90)
    assert (found.precision, found.recall, found.kept, found.accuracy) == (
        Rate(6, 8),
        Rate(6, 8),
        Rate(90, 92),
        Rate(96, 100),
    )
    assert found.f1 == 0.75
    low, high = found.f1_interval or (1.0, 0.0)
    assert low < 0.75 < high


def test_the_scores_of_nobody() -> None:
    assert (Scores().f1, Scores().f1_interval, Scores().plain()["n"]) == (None, None, 0)
