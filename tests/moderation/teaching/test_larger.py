"""The layers behind the encoder: what they learn, the same each time, and the blend of both models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from moderation.model import FOLDER, HEADS
from moderation.opinion import blended, logit
from moderation.teaching import larger

MANY, WIDE = 8000, 24


@pytest.fixture(scope="module")
def lesson() -> tuple[Any, Any, Any]:
    """Means whose first number says whether a head is to see something; of the second half nobody said for head 1."""
    chance = np.random.default_rng(3)
    means = chance.standard_normal((MANY, WIDE)).astype(np.float32)
    wanted = np.repeat((means[:, :1] > 0).astype(float), len(HEADS), axis=1)
    wanted[MANY // 2 :, 1] = np.nan
    return means, wanted, np.ones(MANY, bool)


@pytest.fixture(scope="module")
def nets(lesson: tuple[Any, Any, Any]) -> list[larger.Net]:
    return larger.taught(*lesson)


def test_nets_learn_what_the_examples_show(lesson: tuple[Any, Any, Any], nets: list[larger.Net]) -> None:
    means, wanted, _ = lesson
    found = larger.said(nets, means) > 0
    assert (found[:, 0] == (wanted[:, 0] == 1)).mean() > 0.9
    assert (found[:, 1] == (means[:, 0] > 0)).mean() > 0.9


def test_the_same_examples_give_the_same_nets(lesson: tuple[Any, Any, Any], nets: list[larger.Net]) -> None:
    again = larger.taught(*lesson)
    assert all((one.first == other.first).all() for one, other in zip(nets, again, strict=True))
    assert not (nets[0].first == nets[1].first).all()


def test_two_nets_side_by_side_say_their_mean(nets: list[larger.Net], lesson: tuple[Any, Any, Any]) -> None:
    joined = larger.arrays(nets, np.zeros(WIDE), np.ones(WIDE), np.zeros((len(HEADS), 3)))
    one = larger.Net(*(joined[name].astype(np.float32) for name in ("first", "first_bias", "second", "second_bias")))
    assert np.abs(one.logits(lesson[0]) - larger.said(nets, lesson[0])).max() < 0.05  # first is kept in half the bits


def test_the_blend_lets_thresholds_stop_the_same_share_of_harmless_texts() -> None:
    chance = np.random.default_rng(5)
    wanted = np.repeat((np.arange(6000) % 3 == 0).astype(float)[:, None], len(HEADS), axis=1)
    small = 1 / (1 + np.exp(-(chance.normal(0, 1, wanted.shape) + wanted * 2 - 3)))
    large = chance.normal(0, 3, wanted.shape) + wanted * 9
    harmless = wanted[:, 0] == 0
    counts = larger.blend(small, large, wanted, np.ones(len(wanted)), harmless)
    both = blended(small, large, counts)
    assert (counts[:, :2] > 0).all()
    for head in range(len(HEADS)):
        level = np.quantile(logit(small)[harmless, head], 1 - 0.003)
        assert (both[harmless, head] >= level).mean() == pytest.approx(0.003, abs=0.001)
        assert (both[~harmless, head] >= level).mean() > (logit(small)[~harmless, head] >= level).mean() + 0.2


def test_a_text_has_as_many_means_as_the_layers_take() -> None:
    encoder = larger.encoder(FOLDER)
    found = larger.means(encoder, ["i'm so tired tonight", ""])
    assert found.shape == (2, larger.MEANS)
    assert np.isfinite(found).all()
