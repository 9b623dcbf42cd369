"""From examples to arrays: what was learned is in them, and the same goes in and out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moderation import model
from moderation.model import HEADS
from moderation.teaching import packing
from moderation.teaching.examples import Example

FEW = [
    Example(text, tuple(float(bad) if head == "abuse" else 0.0 for head in HEADS), 1.0, "me")
    for text, bad in [("you are bad", 1), ("you are so awful", 1), ("i am here", 0), ("we are glad", 0)]
    for _ in range(1)
    for text in (text, text + " now", "well " + text, text + " really")
]


@pytest.fixture(scope="module")
def arrays() -> packing.Arrays:
    return packing.taught(FEW)


def test_the_arrays_know_what_was_taught(arrays: packing.Arrays) -> None:
    scores = arrays.model().scores(["you are awful", "i am glad"])
    assert scores[0, 0] > 0.5 > scores[1, 0]


def test_what_is_written_is_what_is_loaded(arrays: packing.Arrays, tmp_path: Path) -> None:
    packing.write(arrays, tmp_path, {"examples": len(FEW)})
    assert (model.load(tmp_path).scores(["you are awful"]) == arrays.model().scores(["you are awful"])).all()
    assert json.loads((tmp_path / "model.json").read_text())["arrays"] == packing.digest(arrays)


def test_the_same_examples_give_the_same_arrays(arrays: packing.Arrays) -> None:
    assert packing.digest(packing.taught(FEW)) == packing.digest(arrays)
    assert packing.learned(FEW) != packing.learned(FEW[1:])
