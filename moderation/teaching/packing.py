"""From examples to arrays: fit, keep what matters, fit again on what was kept, round, write.

    fit on every feature seen twice ─▶ the weightiest take the rows of the table ─▶ fit on these ─▶ bytes

A table has fewer rows than there are features. The one with the most weight takes the row its hash points at; one that
comes later finds it taken and is left out, which costs little because it weighs little. The second fit knows what is
left, so that the weights fit each other again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moderation.model import BITS, HEADS, RARITY_STEP, Model, mark, row
from moderation.teaching import fitting
from moderation.teaching.examples import Example

LEAST_WORDS = 2
LEAST_RUNS = 4
# Steps of the first fit: enough to see what matters.
ROUGHLY = 12


@dataclass(frozen=True, slots=True)
class Arrays:
    """What `model.Model` takes."""

    marks: Any
    weights: Any
    scale: Any
    bias: Any

    def model(self) -> Model:
        return Model(self.marks, self.weights, self.scale, self.bias)


def taught(examples: Sequence[Example]) -> Arrays:
    """The arrays of a model that learned from these."""
    texts = [example.text for example in examples]
    known, many_words, idf = fitting.chosen(texts, LEAST_WORDS, LEAST_RUNS)
    idf = np.round(idf / RARITY_STEP) * RARITY_STEP
    weights, _ = _fitted(fitting.grid(texts, known, many_words, idf), examples, ROUGHLY)
    kept = _placed(known, np.abs(weights).max(1) * idf)
    words = int((kept < many_words).sum())
    known, idf = known[kept], idf[kept]
    weights, bias = _fitted(fitting.grid(texts, known, words, idf), examples, fitting.STEPS)
    return _packed(known, idf, weights, bias)


def _fitted(grid: fitting.Grid, examples: Sequence[Example], steps: int) -> tuple[Any, Any]:
    """(features, heads) weights and a bias a head."""
    wanted = np.array([example.wanted for example in examples])
    weight = np.array([example.weight for example in examples])
    found = []
    for head in range(len(HEADS)):
        told = np.flatnonzero(np.isfinite(wanted[:, head]))
        found.append(fitting.fit(grid.some(told), wanted[told, head], weight[told], steps))
    return np.stack([weights for weights, _ in found], axis=1), np.array([bias for _, bias in found])


def _placed(known: Any, importance: Any) -> Any:
    """Which features get a row, in their order: the weightiest first."""
    rows = row(known)
    order = np.argsort(-importance, kind="stable")
    taken, first = np.unique(rows[order], return_index=True)
    return np.sort(order[first[taken != 0]])


def _packed(known: Any, idf: Any, weights: Any, bias: Any) -> Arrays:
    rows = row(known)
    marks = np.zeros(1 << BITS, np.uint16)
    marks[rows] = mark(known).astype(np.uint16) | (np.rint(idf / RARITY_STEP).astype(np.uint16) << 8)
    whole = weights * idf[:, None]
    # The few largest weights are cut, so that the many small ones keep their differences.
    most = np.quantile(np.abs(whole), 0.9999, axis=0)
    table = np.zeros((1 << BITS, len(HEADS)), np.int8)
    table[rows] = np.clip(np.rint(whole / most * 127), -127, 127).astype(np.int8)
    return Arrays(marks, table, most / 127, bias)


def write(arrays: Arrays, folder: Path, about: Mapping[str, object]) -> None:
    """`table.npz` and `model.json`; the same arrays give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / "table.npz", marks=arrays.marks, weights=arrays.weights, scale=arrays.scale, bias=arrays.bias
    )
    whole = {
        "heads": list(HEADS),
        "table": hashlib.sha256((folder / "table.npz").read_bytes()).hexdigest(),
        "arrays": digest(arrays),
        **about,
    }
    (folder / "model.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def digest(arrays: Arrays) -> str:
    """Of the arrays themselves, however they are compressed."""
    found = hashlib.sha256()
    for array in (arrays.marks, arrays.weights, arrays.scale, arrays.bias):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def learned(examples: Sequence[Example]) -> str:
    """A hash of everything the model was taught with."""
    found = hashlib.sha256()
    for example in examples:
        found.update(json.dumps([example.text, [str(each) for each in example.wanted], example.weight]).encode())
    return found.hexdigest()
