"""The layers behind the encoder, and how much the larger model counts beside the small one: numpy, with a fixed seed.

    texts ─▶ encoder.onnx ─▶ means of five layers (1,920 numbers) ─▶ `HIDDEN` neurons ─▶ a logit a head
    scores of both models on texts neither was taught with ─▶ `blend`

The encoder stays as it came (encoder.py); all that is learned here are two small layers. Two nets with different
beginnings stand side by side as one: their mean is steadier than either. Dropout is strong, because the lines are few
and an encoder's means can tell one author from another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from moderation.model import HEADS
from moderation.opinion import ARRAYS, ENCODER, PIECES, Opinion, Pieces, logit, session
from moderation.teaching import fitting
from moderation.teaching.examples import Example

# What the encoder gives for a text.
MEANS = 5 * 384
NETS, HIDDEN = 2, 96
EPOCHS, BATCH = 8, 256
# How much less a text of a set counts than its weight says: what the sets hold is further from what is said here.
OF_SETS = 0.7
_DROPPED_MEANS, _DROPPED_NEURONS = 0.1, 0.5
_PEAK, _DECAY = 1.5e-3, 0.1
# The share of steps in which the learning rate grows.
_GROWS = 0.3
# Shares of harmless texts above which both models are made to agree: a hold and the edge of the band.
_ALIKE = (0.003, 0.02)
# Of the sum that stands for the error function: Abramowitz and Stegun, 7.1.26, the highest power first.
_POWERS = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


@dataclass(frozen=True, slots=True)
class Net:
    """Two layers over means that were shifted and spread to about -1..1."""

    first: Any
    first_bias: Any
    second: Any
    second_bias: Any

    def logits(self, means: Any) -> Any:
        """(texts, heads)."""
        return _bent(means @ self.first + self.first_bias)[0] @ self.second + self.second_bias


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is taught, as both models read it."""

    examples: Sequence[Example]
    means: Any = field(repr=False)  # shifted and spread
    shift: Any
    spread: Any


def read(examples: Sequence[Example], folder: Path) -> Lessons:
    """The examples and what the packaged encoder makes of them."""
    found = means(encoder(folder), fitting.soft([example.text for example in examples]))
    shift, spread = measured(found)
    return Lessons(examples, (found - shift) / spread, shift, spread)


def encoder(folder: Path) -> Opinion:
    """The packaged encoder, with nothing behind it."""
    pieces = Pieces((folder / PIECES).read_text(encoding="utf-8").splitlines())
    heads = len(HEADS)
    nothing = Net(np.zeros((MEANS, 1)), np.zeros(1), np.zeros((1, heads)), np.zeros(heads))
    return Opinion(
        session(folder / ENCODER), pieces, arrays([nothing], np.zeros(MEANS), np.ones(MEANS), np.zeros((heads, 3)))
    )


def means(opinion: Opinion, texts: Sequence[str]) -> Any:
    """(texts, numbers): what the encoder makes of each (soft views); about 3 ms a text."""
    return np.stack([opinion.means(text) for text in texts]).astype(np.float32)


def measured(found: Any) -> tuple[Any, Any]:
    """(shift, spread): how the means lie."""
    return found.mean(0), found.std(0) + 1e-3


def taught(found: Any, wanted: Any, counts: Any) -> list[Net]:
    """The nets that learned from these texts, each as much as it `counts`. `found` is shifted and spread; NaN in
    `wanted` teaches nothing.
    """
    weight = counts[:, None] * np.isfinite(wanted)
    return [
        _net(found, np.nan_to_num(wanted).astype(np.float32), weight.astype(np.float32), seed) for seed in range(NETS)
    ]


def counted(examples: Sequence[Example]) -> Any:
    """How much each example counts here."""
    return np.array([each.weight * (1.0 if each.category else OF_SETS) for each in examples])


def said(nets: Sequence[Net], found: Any) -> Any:
    """(texts, heads): the mean of their logits."""
    return sum(net.logits(found) for net in nets) / len(nets)


def _net(found: Any, wanted: Any, weight: Any, seed: int) -> Net:
    chance = np.random.default_rng(seed)
    many, wide = found.shape
    parts = [
        (chance.standard_normal((wide, HIDDEN)) * 0.6 / np.sqrt(wide)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        (chance.standard_normal((HIDDEN, len(HEADS))) * 0.6 / np.sqrt(HIDDEN)).astype(np.float32),
        np.zeros(len(HEADS), np.float32),
    ]
    pace = _Pace(parts, EPOCHS * (many // BATCH))
    for _ in range(EPOCHS):
        order = chance.permutation(many)
        for begin in range(0, many - BATCH + 1, BATCH):
            some = order[begin : begin + BATCH]
            pace.step(_slopes(parts, found[some], wanted[some], weight[some], chance))
    return Net(*parts)


def _slopes(parts: Sequence[Any], found: Any, wanted: Any, weight: Any, chance: np.random.Generator) -> list[Any]:
    """Of the logistic loss, with some means and neurons left out by chance."""
    first, first_bias, second, second_bias = parts
    seen = found * _kept(chance, found.shape, _DROPPED_MEANS)
    bent, slope = _bent(seen @ first + first_bias)
    left = _kept(chance, bent.shape, _DROPPED_NEURONS)
    inner = bent * left
    score = inner @ second + second_bias
    missed = (1 / (1 + np.exp(-score)) - wanted) * weight / max(float(weight.sum()), 1e-6)
    back = missed @ second.T * left * slope
    return [seen.T @ back, back.sum(0), inner.T @ missed, missed.sum(0)]


def _kept(chance: np.random.Generator, shape: tuple[int, ...], dropped: float) -> Any:
    return (chance.random(shape, dtype=np.float32) > dropped) / np.float32(1 - dropped)


class _Pace:
    """AdamW, its rate rising, then falling along a cosine."""

    def __init__(self, parts: list[Any], steps: int) -> None:
        self._parts = parts
        self._steps = steps
        self._step = 0
        self._mean = [np.zeros_like(part) for part in parts]
        self._square = [np.zeros_like(part) for part in parts]

    def step(self, slopes: Sequence[Any]) -> None:
        self._step += 1
        gone = self._step / self._steps
        rise = gone / _GROWS if gone < _GROWS else (1 + np.cos(np.pi * (gone - _GROWS) / (1 - _GROWS))) / 2
        rate = np.float32(_PEAK * rise + 1e-6)
        for part, slope, mean, square in zip(self._parts, slopes, self._mean, self._square, strict=True):
            mean += (slope - mean) * np.float32(0.1)
            square += (slope * slope - square) * np.float32(0.001)
            if part.ndim > 1:
                part *= 1 - rate * np.float32(_DECAY)
            true = mean / np.float32(1 - 0.9**self._step)
            part -= rate * true / (np.sqrt(square / np.float32(1 - 0.999**self._step)) + np.float32(1e-8))


def _bent(values: Any) -> tuple[Any, Any]:
    """(gelu, its slope), by a sum of powers that is right to seven digits."""
    half = np.abs(values) * np.float32(np.sqrt(0.5))
    near = 1 / (1 + np.float32(0.3275911) * half)
    powers = np.zeros_like(near)
    for factor in _POWERS:
        powers = (powers + np.float32(factor)) * near
    bell = np.exp(-half * half)
    below = (1 + np.sign(values) * (1 - powers * bell)) / 2
    return (values * below).astype(np.float32), (below + values * bell / np.sqrt(2 * np.pi)).astype(np.float32)


def arrays(nets: Sequence[Net], shift: Any, spread: Any, blend: Any) -> Mapping[str, Any]:
    """What opinion.npz holds: the nets side by side as one."""
    return {
        "shift": shift.astype(np.float32),
        "spread": spread.astype(np.float32),
        "first": np.concatenate([net.first for net in nets], axis=1).astype(np.float16),  # most of the file
        "first_bias": np.concatenate([net.first_bias for net in nets]),
        "second": np.concatenate([net.second for net in nets]) / np.float32(len(nets)),
        "second_bias": sum(net.second_bias for net in nets) / np.float32(len(nets)),
        "blend": np.asarray(blend, np.float64),
    }


def stored(folder: Path) -> list[Net]:
    """The nets of opinion.npz, as one."""
    with np.load(folder / ARRAYS, allow_pickle=False) as kept:
        return [Net(*(kept[name] for name in ("first", "first_bias", "second", "second_bias")))]


# ------------------------------------------------------------------ both models together


def blend(small: Any, large: Any, wanted: Any, weight: Any, harmless: Any) -> Any:
    """(heads, 3) for `opinion.blended`: fitted on scores of texts neither model was taught with (`small` are scores,
    `large` logits), then stretched so that the same thresholds stop the same share of `harmless` texts as with the
    small model alone.
    """
    found = np.zeros((len(HEADS), 3))
    logits = logit(small)
    for head in range(len(HEADS)):
        told = np.isfinite(wanted[:, head])
        beside = np.stack([logits[told, head], large[told, head], np.ones(told.sum())], axis=1)
        counts = _fitted(beside, wanted[told, head], weight[told])
        together = logits[:, head] * counts[0] + large[:, head] * counts[1] + counts[2]
        among = harmless & ~(wanted[:, head] == 1)
        strict, loose = (_least(together[among], share) for share in _ALIKE)
        strict_alone, loose_alone = (_least(logits[among, head], share) for share in _ALIKE)
        stretch = (strict_alone - loose_alone) / max(strict - loose, 1e-6)
        found[head] = counts * stretch
        found[head, 2] += strict_alone - strict * stretch
    return found


def _least(scores: Any, share: float) -> float:
    """What this share reaches."""
    return float(np.quantile(scores, 1 - share))


def _fitted(rows: Any, wanted: Any, weight: Any) -> Any:
    """Logistic regression with three numbers, by Newton's steps."""
    point = np.zeros(rows.shape[1])
    for _ in range(30):
        share = 1 / (1 + np.exp(-(rows @ point)))
        slope = rows.T @ (weight * (share - wanted)) + 1e-3 * point
        bend = (rows * (weight * share * (1 - share))[:, None]).T @ rows + 1e-3 * np.eye(len(point))
        point = point - np.linalg.solve(bend, slope)
    return point
