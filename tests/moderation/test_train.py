"""The command that makes the model again, and the files it made last."""

from __future__ import annotations

import json

import pytest

from moderation import model, train
from moderation.teaching import examples, fitting, packing
from moderation.teaching.examples import every


def test_the_shipped_model_was_made_from_these_files() -> None:
    """M16: who changes a line teaches anew, `python -m moderation.train`. What is counted here is how much is new."""
    about = json.loads((model.FOLDER / "model.json").read_text(encoding="utf-8"))
    assert about["heads"] == list(model.HEADS)
    assert abs(len(every()) - about["examples"]) <= 0.05 * about["examples"]


def test_an_unknown_word_is_answered_with_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--fast"]) == 2
    assert "--trials" in capsys.readouterr().err


def test_a_model_differs_from_another_by_its_scores() -> None:
    shipped = model.load()
    some = fitting.soft([example.text for example in every()[:200]])
    assert train.differs(shipped, shipped, some) == 0.0
    other = packing.taught([example for example in examples.ours() if example.category == "idiom"]).model()
    assert train.differs(shipped, other, some) > train.NEAR
