"""The model: eight heads over hashed words and runs of letters, in three small arrays.

    texts ─▶ familiar words, and pairs ─▶ row of each feature ─▶ is it the one kept there? ─▶ sum of weights ─▶ share

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

from moderation.familiar import Familiar
from moderation.rules import DATA

HEADS = ("abuse", "hate", "encourage", "groom", "solicit", "acute", "passive", "distress")
FOLDER = DATA / "model"
# Rows of the table: 2 ** BITS.
BITS = 18
# One step of `marks`' upper byte. The rarest feature of a hundred thousand texts weighs 12.
RARITY_STEP = 1 / 20
# Scores are looked up in steps of this much of the logit, so that no machine's exp can differ.
_STEPS = 64
_FARTHEST = 12
# Squared lengths are counted in whole steps of 1 / _LENGTH: a square, so that roots and steps are exact.
_LENGTH = 256

# Of a hash, the upper bits are the row, and the eight below the mark.
_KEY = np.uint64(64 - BITS - 8)
_MARKED = np.uint64(8)
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
        rarity = np.rint((np.arange(256) * RARITY_STEP) ** 2 * _LENGTH)
        if rarity[(marks >> 8).max()] > np.iinfo(np.int16).max:
            raise ModelError("the model's rarest features are rarer than a row has room for")
        self._marks = marks.astype(np.uint8)
        self._weights = np.empty((rows, len(HEADS) + 1), np.int16)  # and each row's squared length
        self._weights[:, :-1] = weights
        self._weights[:, -1] = rarity[marks >> 8]
        self._weights[0] = 0  # where what was never taught is sent
        self._scale = np.asarray(scale, np.float64) * (_STEPS * math.isqrt(_LENGTH))
        self._bias = np.asarray(bias, np.float64) * _STEPS
        self._familiar = Familiar(self.weighed, len(HEADS) + 1)

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, heads): for each text (a soft view) how sure each head is, 0 to 1 in thousandths."""
        if not texts:
            return np.zeros((0, len(HEADS)))
        sums = self._familiar.summed(texts)
        shares = sums[..., :-1] / np.sqrt(np.maximum(sums[..., -1:], 1))
        steps = np.rint((shares[:, 0] + shares[:, 1]) * self._scale + self._bias).astype(np.int64)
        found: NDArray[np.float64] = _SHARES.take(steps + _FARTHEST * _STEPS, mode="clip")
        return found

    def weighed(self, hashes: Any) -> Any:
        """(features, heads and one more): what each feature weighs, and its squared length; nothing where it was never
        taught.
        """
        keys = hashes >> _KEY
        rows = (keys >> _MARKED).view(np.int64)
        rows *= self._marks.take(rows, mode="clip") == keys.astype(np.uint8)
        return self._weights.take(rows, axis=0, mode="clip")


def levels(*least: Sequence[float]) -> NDArray[np.float64]:
    """Sets of one level a head, for `reaching`."""
    return np.asarray(least, np.float64)


def reaching(scores: Any, levels: NDArray[np.float64]) -> list[list[bool]]:
    """For each row, and each set of levels, whether some head reaches its own."""
    found: list[list[bool]] = (scores[:, None] >= levels).any(axis=2).tolist()
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
