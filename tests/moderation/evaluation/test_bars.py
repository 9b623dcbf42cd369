"""Bars: floors and reaches as the contract has them, and what a gate closes on."""

from __future__ import annotations

import pytest

from moderation.evaluation.bars import BARS, Chapter, Figure, of
from moderation.evaluation.measures import Rate


@pytest.mark.parametrize(
    ("bar", "value", "met"),
    [
        ("M1.mean", 0.0025, "reach"),
        ("M1.mean", 0.006, "floor"),
        ("M1.mean", 0.0061, "below"),
        ("M2.right", 0.98, "reach"),
        ("M2.right", 0.95, "floor"),
        ("M2.right", 0.94, "below"),
        ("M2.silenced", 0.0, "reach"),
        ("M14.p99", 0.8, "reach"),
    ],
)
def test_a_value_at_its_bound_holds_it(bar: str, value: float, met: str) -> None:
    assert BARS[bar].met(value) == met


def test_reach_is_never_easier_than_the_floor() -> None:
    for name, bar in BARS.items():
        assert bar.met(bar.reach) == "reach", name
        assert bar.met(bar.floor) in ("reach", "floor"), name


def test_a_gate_closes_on_gated_bars_only_and_on_what_was_not_measured() -> None:
    assert Figure("M1.mean", 0.5, 10).fails
    assert Figure("M1.mean", None, 0).fails
    assert not Figure("M1.mean", 0.001, 10).fails
    assert not Figure("M5.stopped", 0.0, 10).fails
    assert of("M12.scams", Rate(0, 0)).met == "not measured"


def test_every_measure_of_the_contract_has_a_bar() -> None:
    """M3 needs data nobody here has."""
    beside = {"M6b", "M6c", "M8f", "packs", "faults"}
    assert {f"M{number}" for number in range(1, 17) if number != 3} | beside == {
        name.partition(".")[0] for name in BARS
    }


def test_chapters_add_up() -> None:
    one, two = Chapter([Figure("M1.mean", 0.0, 1)], {"a": {}}), Chapter([Figure("M1.worst", 0.0, 1)], {"b": {}})
    assert [figure.bar for figure in (one + two).figures] == ["M1.mean", "M1.worst"]
    assert set((one + two).tables) == {"a", "b"}


def test_a_floor_that_is_owed_is_shown_as_missed_and_may_not_fall_further() -> None:
    assert Figure("M8f.hateful", 0.62, 100).met == "below"
    assert not Figure("M8f.hateful", 0.62, 100).fails
    assert Figure("M8f.hateful", 0.59, 100).fails
    assert Figure("M12.f1", None, 0).fails
