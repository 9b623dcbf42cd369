"""Waits: what is shown holds for nine in ten, on good nights and on bad ones."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import MINUTE
from rooms.waits import KEPT, LEAST, UNKNOWN, Wait, Waits, estimate, learn, left, median


def night(rng: random.Random, kind: str, number: int, place: int) -> int:
    """How long somebody really waits (ms)."""
    service = {"calm": 1.0, "worse": 1.0 + number / 300, "waves": 3.0 if (number // 60) % 2 else 1.0}[kind]
    return round(rng.gammavariate(2.0, 0.4) * MINUTE * service * (1 + place / 2))


@pytest.mark.parametrize("kind", ["calm", "worse", "waves"])
@pytest.mark.parametrize("seed", range(3))
def test_at_least_85_percent_of_waits_are_within_what_was_shown(kind: str, seed: int) -> None:
    """Calibration: also while it gets worse by the hour, and in waves. Not by showing an hour to everybody."""
    rng, waits, within, wide = random.Random(seed), Waits(), 0, 0.0
    for number in range(900):
        place = 1 + min(int(rng.expovariate(0.4)), 9)
        shown = estimate(waits, place)[1]
        waited = night(rng, kind, number, place)
        within += waited <= shown
        wide += shown / (1 + place / 2)
        waits = learn(waits, f"w{number}", place, waited, shown)
    assert within / 900 >= 0.85
    assert wide / 900 < 15 * MINUTE


def test_who_waits_further_back_is_told_longer() -> None:
    samples = tuple(Wait(place=place, waited=place * MINUTE) for place in (1, 5) for _ in range(60))
    waits = Waits(samples=samples)
    assert estimate(waits, 1)[1] < estimate(waits, 5)[0]


def test_before_anybody_has_waited_it_says_so_carefully() -> None:
    assert estimate(Waits(), 1) == UNKNOWN
    few = Waits(samples=tuple(Wait(place=1, waited=1) for _ in range(LEAST - 1)))
    assert estimate(few, 1) == UNKNOWN
    assert median(few, 7) == 7


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 60 * MINUTE), st.booleans()), max_size=60), st.integers(1, 30)
)
def test_an_estimate_is_always_a_promise_that_can_be_read(waits: list[tuple[int, int, bool]], place: int) -> None:
    """p50 is not above p90, neither is nothing, and what is left never falls to nothing while somebody waits."""
    known = Waits()
    for number, (where, waited, served) in enumerate(waits):
        known = learn(known, f"w{number}", where, waited, estimate(known, where)[1], served=served)
    low, high = estimate(known, place)
    assert 0 <= low <= high
    assert high > 0
    for waited in (0, MINUTE, 60 * MINUTE):
        middle, upper = left((low, high), waited)
        assert 0 < middle <= upper
        assert upper >= MINUTE


def test_learning_twice_is_learning_once_and_giving_up_counts() -> None:
    """Effects may be done twice. Who gave up after longer than they were shown makes the next promise longer."""
    once = learn(Waits(), "w1", 1, 5 * MINUTE, 6 * MINUTE)
    assert learn(once, "w1", 1, 5 * MINUTE, 6 * MINUTE) == once
    gave_up = learn(once, "w2", 1, 9 * MINUTE, 6 * MINUTE, served=False)
    assert gave_up.level > once.level
    assert gave_up.samples == once.samples
    early = learn(once, "w3", 1, MINUTE, 6 * MINUTE, served=False)
    assert early == once


def test_only_tonight_is_remembered() -> None:
    waits = Waits()
    for number in range(KEPT + 50):
        waits = learn(waits, f"w{number}", 1, number, 0)
    assert len(waits.samples) == KEPT
    assert waits.samples[0].waited == 50
