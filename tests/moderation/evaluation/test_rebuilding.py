"""The model made again: differences in points, and a plain word where nothing trains."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from moderation.evaluation import rebuilding
from moderation.evaluation.bars import BARS, Chapter, Figure


def chapter(value: float) -> Chapter:
    return Chapter([Figure(bar, value, 100) for bar in rebuilding.COMPARED])


def test_the_largest_difference_counts_in_points() -> None:
    again = Chapter([*chapter(0.5).figures[1:], Figure(rebuilding.COMPARED[0], 0.52, 100)])
    assert rebuilding.apart(chapter(0.5), again) == pytest.approx(2.0)


def test_a_model_that_says_the_same_is_no_point_apart() -> None:
    assert rebuilding.apart(chapter(0.5), chapter(0.5)) == 0.0


def test_both_are_shown_side_by_side() -> None:
    table = rebuilding.both(chapter(0.5), chapter(0.25))
    assert table["M2.right"] == {"shipped": 0.5, "rebuilt": 0.25}
    assert set(table) == set(rebuilding.COMPARED)


def test_what_is_compared_are_bars() -> None:
    assert set(rebuilding.COMPARED) <= set(BARS)


def test_without_a_trainer_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(rebuilding.CannotRebuild, match="leave --rebuild out"):
        rebuilding.rebuilt(chapter(0.5), lambda path: pytest.fail(str(Path(path))))
