"""The honest figures: nobody is judged by a model that read them."""

from __future__ import annotations

import numpy as np
import pytest

from moderation.model import HEADS
from moderation.teaching import trials
from moderation.teaching.examples import Example


def example(text: str, bad: bool, group: str) -> Example:
    return Example(
        text, tuple(float(bad and head == "abuse") for head in HEADS), 1.0, group, "harassment" if bad else "idiom"
    )


def test_an_area_is_how_often_the_right_one_is_above() -> None:
    assert trials.area(np.array([0.9, 0.8]), np.array([0.1, 0.2])) == 1.0
    assert trials.area(np.array([0.5]), np.array([0.5])) == 0.5
    assert trials.area(np.array([0.1]), np.array([0.2, 0.0])) == 0.5


def test_nobody_is_judged_by_a_model_that_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only one author says is unknown to the model that judges this author."""
    said = [example(f"{word} {end}", word == "zonk", who) for who, word in (("a", "zonk"), ("b", "plim"), ("c", "plim"))
            for end in ("one", "two", "three", "four")]  # fmt: skip
    scores = trials.unseen(said)
    assert scores.shape == (len(said), len(HEADS))
    assert scores[:4, 0].max() < 0.5


def test_figures_tell_n_beside_every_share() -> None:
    examples = [example("you are bad", True, "a"), example("it is fine", False, "b")]
    examples.append(Example("thank you", (0.0,) * len(HEADS), 1.0, "sad"))
    wanted = {head: (1.0,) if head == "abuse" else (0.0,) for head in HEADS}
    examples += [
        Example(f"x {head}", tuple(1.0 if each == head else 0.0 for each in HEADS), 1.0, "a", "k") for head in wanted
    ]
    found = trials.figures(examples, np.array([example.wanted for example in examples]))
    assert set(found) == set(HEADS)
    assert found["abuse"]["lines"] == 2
    assert found["abuse"]["area"] == 1.0
