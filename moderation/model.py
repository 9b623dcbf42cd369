"""The model: eight heads over hashed words and runs of letters, in three small arrays.

    texts ─▶ features.read ─▶ row of each feature ─▶ is it the one kept there? ─▶ sum of its weights ─▶ share, 0..1

`table.npz` (data/model) holds one row per kept feature: `marks`, whose lower byte tells whether a feature that falls
on the row is the one kept there (what was never taught weighs nothing; row 0 is for that), and whose upper byte is how
rare it is; `weights`, one small whole number a head; `scale` and `bias`, which make a sum a score. Words and runs are
two blocks, each divided by its length.

A score depends on the text alone. The sums are whole numbers, what follows is done number by number, and the answer is
rounded to a thousandth: a message gets the same score alone and among a hundred others, on any machine.

Failure: a file that is missing, altered or of other heads is a ModelError at load.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation import features
from moderation.rules import DATA

HEADS = ("abuse", "hate", "encourage", "groom", "solicit", "acute", "passive", "distress")
FOLDER = DATA / "model"
# Rows of the table: 2 ** BITS.
BITS = 18
# One step of `marks`' upper byte. The rarest feature of a hundred thousand texts weighs 12.
RARITY_STEP = 1 / 20
# Texts scored in one go: beyond this, what is in the making no longer fits the processor's own memory.
_TOGETHER = 32
# Scores are looked up in steps of this much of the logit, so that no machine's exp can differ.
_STEPS = 64
_FARTHEST = 12
# Squared lengths are counted in whole steps of 1 / _LENGTH.
_LENGTH = 256

# Of a hash, the upper bits are the row, and the eight below the mark.
_KEY = np.uint64(64 - BITS - 8)
_MARKED = np.uint64(8)
# Weights are kept raised by so much, so that none is below 0: eight of them are one number, which taken apart is four
# numbers of two heads each. Sums of these need no more room than there is: no text has two to the 24 features.
_RAISED = 128
_LANES = len(HEADS) // 2
_LANE = np.arange(0, 8 * _LANES, 8, dtype=np.uint64)[:, None]
_TWO_HEADS, _LOW, _HIGH = np.uint64(0x000000FF_000000FF), np.uint64(0xFFFFFFFF), np.uint64(32)
# Where, of the kinds of features, words begin, and runs.
_BLOCKS = (0, features.WORDS)
_SHARES = np.array(
    [round(1 / (1 + math.exp(-step / _STEPS)), 3) for step in range(-_FARTHEST * _STEPS, _FARTHEST * _STEPS + 1)]
)


class ModelError(Exception):
    """The model's files cannot be used as they are."""


class Model:
    """The arrays of one model."""

    def __init__(self, marks: Any, weights: Any, scale: Any, bias: Any) -> None:
        """`marks` (2**BITS, uint16), `weights` (2**BITS, heads, int8), `scale` and `bias` (heads, float64)."""
        rows = 1 << BITS
        if marks.shape != (rows,) or weights.shape != (rows, len(HEADS)) or scale.shape != bias.shape != (len(HEADS),):
            raise ModelError(f"the model's arrays must have {rows} rows and {len(HEADS)} heads")
        rarity = np.rint((np.arange(256) * RARITY_STEP) ** 2 * _LENGTH).astype(np.uint32)
        # One fetch a feature for its mark (the lower byte) and its squared length, one for the weights of all heads.
        self._marks = (marks & 255).astype(np.uint32) | rarity[marks >> 8] << 8
        raised = (weights.astype(np.int64) + _RAISED).astype(np.uint64)
        self._weights = np.bitwise_or.reduce(raised << np.arange(0, 64, 8, dtype=np.uint64), axis=1)
        self._scale = np.asarray(scale, np.float64)[:, None]
        self._bias = np.asarray(bias, np.float64)[:, None]

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, heads): for each text (a soft view) how sure each head is, 0 to 1 in thousandths."""
        if not texts:
            return np.zeros((0, len(HEADS)))
        parts = [self._scores(texts[first : first + _TOGETHER]) for first in range(0, len(texts), _TOGETHER)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        hashes, begins = features.read(texts)
        keys = hashes >> _KEY
        rows = (keys >> _MARKED).view(np.int64)
        marks = self._marks.take(rows, mode="clip")
        known = marks.astype(np.uint8) == keys.astype(np.uint8)
        marks *= known  # row 0 weighs nothing and has no length
        rows *= known
        lanes = np.empty((_LANES + 1, len(rows)), np.uint64)
        np.right_shift(self._weights.take(rows, mode="clip"), _LANE, out=lanes[:_LANES])
        lanes[:_LANES] &= _TWO_HEADS
        np.right_shift(marks, _MARKED, out=lanes[_LANES], casting="unsafe")
        summed, many = _summed(lanes, begins)
        heads = np.concatenate([summed[:_LANES] & _LOW, summed[:_LANES] >> _HIGH]).astype(np.int64) - _RAISED * many
        shares = heads / np.sqrt(np.maximum(summed[_LANES], 1) / _LENGTH)
        steps = np.rint(((shares[:, 0] + shares[:, 1]) * self._scale + self._bias) * _STEPS)
        steps = steps.clip(-_FARTHEST * _STEPS, _FARTHEST * _STEPS).astype(np.int64) + _FARTHEST * _STEPS
        found: NDArray[np.float64] = _SHARES[steps.T]
        return found


def _summed(lanes: Any, begins: Any) -> tuple[Any, Any]:
    """(lanes, two blocks, texts): the sums over each text's words and over its runs; and how many features each has."""
    flat = begins.ravel()
    many = np.concatenate([flat[1:], [lanes.shape[1]]]) - flat
    sums = np.add.reduceat(lanes, flat, axis=1)
    sums *= many > 0  # where there is nothing, reduceat gives what comes next
    return (
        np.add.reduceat(sums.reshape(-1, *begins.shape), _BLOCKS, axis=1),
        np.add.reduceat(many.reshape(begins.shape), _BLOCKS, axis=0),
    )


def levels(least: Sequence[float]) -> NDArray[np.float64]:
    """One level a head, for `reaching`."""
    return np.asarray(least, np.float64)


def reaching(scores: Any, least: NDArray[np.float64]) -> list[bool]:
    """Which rows have a head that reaches its level."""
    found: list[bool] = (scores >= least).any(axis=1).tolist()
    return found


def row(hashes: Any) -> Any:
    """The row of each feature."""
    return (hashes >> (_KEY + _MARKED)).astype(np.int64)


def mark(hashes: Any) -> Any:
    """The byte that tells features of one row apart."""
    return (hashes >> _KEY).astype(np.uint8)


@cache
def packaged() -> Model:
    """The packaged model, read once: it holds no state. Raises ModelError."""
    return load()


def load(folder: Path = FOLDER) -> Model:
    """The model in a folder. Raises ModelError."""
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        raw = (folder / "table.npz").read_bytes()
    except (OSError, ValueError) as broken:
        raise ModelError(f"{folder}: cannot be read: {type(broken).__name__}") from broken
    if about.get("heads") != list(HEADS):
        raise ModelError(f"{folder}/model.json: its heads must be {', '.join(HEADS)}")
    if hashlib.sha256(raw).hexdigest() != about["table"]:
        raise ModelError(f"{folder}/table.npz: not the file model.json speaks of; run `python -m moderation.train`")
    with np.load(folder / "table.npz", allow_pickle=False) as arrays:
        return Model(*(arrays[name] for name in ("marks", "weights", "scale", "bias")))
