"""Counts become figures: a share with its 95 % interval, a percentile, the scores of a yes-or-no question.

    Rate(3, 1200).share → 0.0025        Rate(3, 1200).interval → (0.00085, 0.0073)

Intervals are Wilson's, which stay honest near 0 and 1 and for small n: nothing seen in 40 tries is not nothing. Pure;
a figure of nothing (n = 0) is None, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Two-sided 95 %.
Z = 1.959964


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `n`."""

    hits: int
    n: int

    @property
    def share(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.n) if self.n else None

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.hits + other.hits, self.n + other.n)

    def plain(self) -> dict[str, float | int | None]:
        """{hits, n, share, low, high}, for JSON."""
        low, high = self.interval or (None, None)
        return {"hits": self.hits, "n": self.n, "share": _short(self.share), "low": _short(low), "high": _short(high)}


def _short(share: float | None) -> float | None:
    """Six places are more than any n here can tell."""
    return share if share is None else round(share, 6)


def rate(seen: Iterable[bool]) -> Rate:
    """How many of `seen` are true."""
    all_seen = list(seen)
    return Rate(sum(all_seen), len(all_seen))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's score interval for `hits` of `n`. Raises ValueError without a try or with more hits than tries."""
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"{hits} of {n} is no share")
    share, more = hits / n, Z * Z / n
    middle = (share + more / 2) / (1 + more)
    half = Z * math.sqrt(share * (1 - share) / n + more / (4 * n)) / (1 + more)
    return max(0.0, middle - half), min(1.0, middle + half)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of what there is."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None


def macro(rates: Mapping[str, Rate]) -> float | None:
    """Every category counts the same, however many cases it has."""
    return mean(each.share for each in rates.values())


@dataclass(frozen=True, slots=True)
class Scores:
    """A yes-or-no question put to labelled texts."""

    true_yes: int = 0
    false_yes: int = 0
    false_no: int = 0
    true_no: int = 0

    @property
    def n(self) -> int:
        return self.true_yes + self.false_yes + self.false_no + self.true_no

    @property
    def recall(self) -> Rate:
        return Rate(self.true_yes, self.true_yes + self.false_no)

    @property
    def precision(self) -> Rate:
        return Rate(self.true_yes, self.true_yes + self.false_yes)

    @property
    def kept(self) -> Rate:
        """How many of those labelled no were left alone."""
        return Rate(self.true_no, self.true_no + self.false_yes)

    @property
    def accuracy(self) -> Rate:
        return Rate(self.true_yes + self.true_no, self.n)

    @property
    def f1(self) -> float | None:
        wrong = self.false_yes + self.false_no
        return 2 * self.true_yes / (2 * self.true_yes + wrong) if self.true_yes + wrong else None

    @property
    def f1_interval(self) -> tuple[float, float] | None:
        """F1 rises with the share of true among all that somebody called yes; that share has a Wilson interval."""
        whole = self.true_yes + self.false_yes + self.false_no
        if not whole:
            return None
        low, high = wilson(self.true_yes, whole)
        return 2 * low / (1 + low), 2 * high / (1 + high)

    def plain(self) -> dict[str, object]:
        """For JSON."""
        parts = {name: getattr(self, name).plain() for name in ("precision", "recall", "kept", "accuracy")}
        return {"n": self.n, "f1": self.f1, "f1_interval": self.f1_interval, **parts}


def scores(pairs: Iterable[tuple[bool, bool]]) -> Scores:
    """From (said yes, is labelled yes)."""
    counts = {(said, is_so): 0 for said in (True, False) for is_so in (True, False)}
    for pair in pairs:
        counts[pair] += 1
    return Scores(counts[True, True], counts[True, False], counts[False, True], counts[False, False])
