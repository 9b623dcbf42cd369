"""The model: scores that depend on the text alone, from files that are what they say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import model
from moderation.model import FOLDER, HEADS, ModelError

MODEL = model.load()
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=80).map(str.lower),
        st.sampled_from(
            ["you're pathetic and everyone here laughs at you", "i took them an hour ago", "", "thank you all"]
        ),
    ),
    max_size=9,
)


def score(text: str, head: str) -> float:
    return float(MODEL.scores([text])[0, HEADS.index(head)])


@given(TEXTS)
@settings(max_examples=80)
def test_a_score_does_not_depend_on_who_shares_the_batch(texts: list[str]) -> None:
    """Bit for bit."""
    together = MODEL.scores(texts)
    alone = [MODEL.scores([text])[0] for text in texts]
    assert together.shape == (len(texts), len(HEADS))
    assert all(np.array_equal(row, one) for row, one in zip(together, alone, strict=True))
    assert np.array_equal(together, MODEL.scores(texts[::-1])[::-1])


def test_scores_are_shares_in_thousandths() -> None:
    scores = MODEL.scores(["kill yourself " * 200, "", "I'm here, take your time", "\ud800"])
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (np.round(scores, 3) == scores).all()


def test_it_tells_harm_from_pain() -> None:
    assert score("you're pathetic and everyone here laughs at you", "abuse") > 0.5
    assert score("i feel pathetic and like everyone laughs at me", "abuse") < 0.3
    assert score("send me a pic, i won't tell your mum", "groom") > 0.5
    assert score("i took them all an hour ago and i'm scared", "acute") > score("i took the bus an hour ago", "acute")


def test_the_shipped_files_are_small_and_hold_no_pickle() -> None:
    """M15, and safety.md's "no pickles"."""
    assert (FOLDER / "table.npz").stat().st_size <= 3_000_000
    with np.load(FOLDER / "table.npz", allow_pickle=False) as arrays:
        assert sum(arrays[name].nbytes for name in arrays.files) <= 3_000_000


def test_an_altered_or_missing_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        model.load(tmp_path)
    shutil.copytree(FOLDER, tmp_path / "m")
    about = json.loads((tmp_path / "m" / "model.json").read_text())
    (tmp_path / "m" / "model.json").write_text(json.dumps(about | {"table": "0" * 64}))
    with pytest.raises(ModelError, match="not the file"):
        model.load(tmp_path / "m")
    (tmp_path / "m" / "model.json").write_text(json.dumps(about | {"heads": ["abuse"]}))
    with pytest.raises(ModelError, match="heads"):
        model.load(tmp_path / "m")
