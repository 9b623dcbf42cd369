"""Weights by logistic regression, in numpy alone: sparse rows, one head at a time, L-BFGS without chance.

    texts ─▶ Grid (which features each text has, and how much) ─▶ fit(head) ─▶ a weight a feature

A text's words and its runs of letters are two blocks, each scaled to the same length, with rarer features weighing
more (idf): the long message has no more say than the short one. Everything is summed in a fixed order, so that the same
texts give the same weights on the same kind of machine, and the same to many digits on any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from moderation import features, rules
from moderation.text import Lexicon, Views, looks_disguised

# How strongly weights are held near 0, as scikit-learn's C: larger holds less.
LOOSENESS = 3.0
STEPS = 60
_REMEMBERED = 8
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Grid:
    """Sparse rows: text n has the features `at[begins[n]:begins[n+1]]` with `values` beside them. `hashes[f]` is what
    feature f is; the first `words` of them are words, the others runs.
    """

    begins: Any
    at: Any
    values: Any
    hashes: Any
    words: int

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.begins) - 1, len(self.hashes)

    def some(self, texts: Any) -> Grid:
        """The rows of these texts."""
        sizes = self.begins[texts + 1] - self.begins[texts]
        begins = np.concatenate([[0], np.cumsum(sizes)])
        places = np.repeat(self.begins[texts] - begins[:-1], sizes) + np.arange(begins[-1])
        return Grid(begins, self.at[places], self.values[places], self.hashes, self.words)

    def scored(self, weights: Any) -> Any:
        """One value a text: the sum of its features' weights."""
        return _sums(weights[self.at] * self.values, self.begins)


@cache
def _lexicon() -> Lexicon:
    return rules.load().lexicon


def soft(texts: Sequence[str]) -> list[str]:
    """As the model sees them: undisguised where they wear one."""
    found = []
    for text in texts:
        views = Views(text)
        disguised = looks_disguised(views.soft.text) or _lexicon().slips(views.soft.text)
        found.append(((views.skeleton(_lexicon()) if disguised else None) or views.soft).text)
    return found


def hashed(texts: Sequence[str]) -> tuple[Any, Any, Any]:
    """(hashes, texts they stand in, whether each is a word), of every feature of every text."""
    found: list[tuple[Any, Any, Any]] = []
    for first in range(0, len(texts), _CHUNK):
        read, begins = features.read(soft(texts[first : first + _CHUNK]))
        kinds, owners = np.divmod(
            np.repeat(np.arange(begins.size), np.diff(begins.ravel(), append=len(read))), begins.shape[1]
        )
        there = read != 0
        found.append((read[there], owners[there] + first, kinds[there] < features.WORDS))
    hashes, owners, words = (np.concatenate(each) for each in zip(*found, strict=True))
    return hashes, owners, words


def grid(texts: Sequence[str], known: Any, many_words: int, idf: Any) -> Grid:
    """The rows of `texts` over the features `known` (words first, each part sorted)."""
    hashes, owners, words = hashed(texts)
    at = np.full(len(hashes), -1, np.int64)
    for part, first, last in ((words, 0, many_words), (~words, many_words, len(known))):
        if last > first:
            place = np.minimum(np.searchsorted(known[first:last], hashes[part]), last - first - 1)
            at[part] = np.where(known[first:last][place] == hashes[part], place + first, -1)
    return _rows(at, owners, len(texts), many_words, idf, known)


def _rows(at: Any, owners: Any, many: int, many_words: int, idf: Any, known: Any) -> Grid:
    there = at >= 0
    at, owners = at[there], owners[there]
    order = np.lexsort((at, owners))
    at, owners = at[order], owners[order]
    first = np.flatnonzero(np.concatenate([[True], (at[1:] != at[:-1]) | (owners[1:] != owners[:-1])]))
    times = np.diff(np.concatenate([first, [len(at)]]))
    at, owners = at[first], owners[first]
    values = times * idf[at]
    # A feature said twice counts twice in the sum and, as at run time, each time in the length.
    length = np.stack([
        np.bincount(owners, times * idf[at] ** 2 * part, minlength=many) for part in (at < many_words, at >= many_words)
    ])  # fmt: skip
    own = length[(at >= many_words).astype(np.int64), owners]
    values = values / np.sqrt(np.maximum(own, 1e-9))
    begins = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=many))])
    return Grid(begins, at.astype(np.int32), values.astype(np.float32), known, many_words)


def chosen(texts: Sequence[str], least_words: int, least_runs: int) -> tuple[Any, int, Any]:
    """(hashes worth a weight, how many are words, idf): those in at least so many texts."""
    hashes, owners, words = hashed(texts)
    kept, idfs, many_words = [], [], 0
    for part, least in ((words, least_words), (~words, least_runs)):
        pairs = np.unique(np.stack([hashes[part], owners[part].astype(np.uint64)]), axis=1)
        found, texts_with = np.unique(pairs[0], return_counts=True)
        often = texts_with >= least
        kept.append(found[often])
        idfs.append(np.log((len(texts) + 1) / (texts_with[often] + 1)) + 1)
        many_words = many_words or int(often.sum())
    return np.concatenate(kept), many_words, np.concatenate(idfs)


def fit(rows: Grid, wanted: Any, weight: Any, steps: int = STEPS) -> tuple[Any, float]:
    """(a weight a feature, bias) for one head: logistic loss, L2. `wanted` may lie between 0 and 1."""
    _, many = rows.shape
    order = np.argsort(rows.at, kind="stable")
    owners = np.repeat(np.arange(len(wanted)), np.diff(rows.begins))[order]
    values, columns = rows.values[order], rows.at[order]
    begins = np.searchsorted(columns, np.arange(many + 1))

    def loss(point: Any) -> tuple[float, Any]:
        weights, bias = point[:-1], point[-1]
        score = rows.scored(weights.astype(np.float32)) + bias
        cost = float(np.sum(weight * (np.logaddexp(0, score) - wanted * score)))
        slope = weight * (0.5 * (1 + np.tanh(score / 2)) - wanted)
        back = _sums(slope.astype(np.float32)[owners] * values, begins)
        regular = point / LOOSENESS
        return cost + float(point @ regular) / 2, np.concatenate([back, [slope.sum()]]) + regular

    found = descend(loss, np.zeros(many + 1), steps)
    return found[:-1], float(found[-1])


def descend(loss: Callable[[Any], tuple[float, Any]], point: Any, steps: int) -> Any:
    """L-BFGS: where `loss` (value, slope) is least, after at most `steps`."""
    value, slope = loss(point)
    moves: list[tuple[Any, Any, float]] = []
    for _ in range(steps):
        way = _way(slope, moves)
        step, least = (1.0 if moves else 1.0 / max(1.0, float(np.linalg.norm(slope)))), float(way @ slope)
        for _ in range(20):
            there = point + step * way
            value_there, slope_there = loss(there)
            if value_there <= value + 1e-4 * step * least:
                break
            step /= 2
        moved, turned = there - point, slope_there - slope
        if float(moved @ turned) > 1e-10:
            moves = [*moves[1 - _REMEMBERED :], (moved, turned, 1.0 / float(moved @ turned))]
        done = abs(value - value_there) <= 1e-5 * max(1.0, abs(value))
        point, value, slope = there, value_there, slope_there
        if done:
            break
    return point


def _way(slope: Any, moves: Sequence[tuple[Any, Any, float]]) -> Any:
    way, shares = -slope, []
    for moved, turned, inverse in reversed(moves):
        share = inverse * float(moved @ way)
        shares.append(share)
        way = way - share * turned
    if moves:
        moved, turned, _ = moves[-1]
        way = way * (float(moved @ turned) / float(turned @ turned))
    for (moved, turned, inverse), share in zip(moves, reversed(shares), strict=True):
        way = way + moved * (share - inverse * float(turned @ way))
    return way


def _sums(values: Any, begins: Any) -> Any:
    """The sum of each stretch; an empty stretch is 0."""
    running = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return running[begins[1:]] - running[begins[:-1]]
