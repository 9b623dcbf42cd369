"""The bars: what each figure has to reach. The floor holds a change up in CI; the reach is what we aim for.

    BARS["M1.mean"].met(0.002) → "reach"      met(0.005) → "floor"      met(0.02) → "below"

Shares are written as shares (0.006 is 0.6 %), times in milliseconds, sizes in megabytes. A bar that is not `gated`
is shown with its floor but fails nothing: those are bars of data that is held back elsewhere, measured here on lines
of our own, which is not the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from moderation.evaluation.measures import Rate


@dataclass(frozen=True, slots=True)
class Bar:
    """A floor and a reach. `less` says that less is better. `owed`: the floor is not held yet, and reported so; until
    it is, the gate closes below this figure instead.
    """

    says: str
    floor: float
    reach: float
    less: bool = False
    unit: str = "%"
    gated: bool = True
    owed: float | None = None

    def met(self, value: float) -> str:
        """reach, floor or below."""
        for name, bound in (("reach", self.reach), ("floor", self.floor)):
            if value <= bound + 1e-12 if self.less else value >= bound - 1e-12:
                return name
        return "below"

    def better(self, value: float, than: float) -> bool:
        return value < than if self.less else value > than


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure: `bar` names its row in BARS."""

    bar: str
    value: float | None
    n: int
    interval: tuple[float, float] | None = None
    note: str = ""

    @property
    def met(self) -> str:
        return BARS[self.bar].met(self.value) if self.value is not None else "not measured"

    @property
    def fails(self) -> bool:
        """Whether a gate closes on it. A bar that could not be measured is no bar that was met."""
        bar = BARS[self.bar]
        if self.value is not None and bar.owed is not None and not bar.better(bar.owed, self.value):
            return False
        return bar.gated and self.met in ("below", "not measured")

    def plain(self) -> dict[str, object]:
        """For JSON."""
        low, high = self.interval or (None, None)
        return {"value": self.value, "n": self.n, "low": low, "high": high, "met": self.met, "note": self.note}


def of(bar: str, rate: Rate, note: str = "") -> Figure:
    """A figure that is a plain share."""
    return Figure(bar, rate.share, rate.n, rate.interval, note)


Cell = Rate | float | str | None
Table = Mapping[str, Mapping[str, Cell]]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one part of the evaluation found: figures against bars, and tables (row → column → cell) behind them."""

    figures: list[Figure] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)

    def __add__(self, other: Chapter) -> Chapter:
        return Chapter(self.figures + other.figures, self.tables | other.tables)


BARS: dict[str, Bar] = {
    "faults": Bar("verdicts that are faults of ours, not of the words", 0.0, 0.0, less=True),
    "M1.mean": Bar("supportive text silenced, mean of the sets", 0.006, 0.0025, less=True),
    "M1.worst": Bar("supportive text silenced, worst set", 0.015, 0.006, less=True),
    "M1.untaught": Bar("supportive text silenced, the fifth no model is taught", 0.006, 0.0025, less=True),
    "M1.blocked": Bar("supportive text blocked outright", 0.006, 0.001, less=True),
    "M2.right": Bar("suite right, mean of the categories", 0.95, 0.98),
    "M2.silenced": Bar("suite silenced", 0.0, 0.0, less=True),
    "M4.lines": Bar("own lines: open ones silenced", 0.02, 0.01, less=True, gated=False),
    "M5.stopped": Bar("own lines: harmful ones stopped", 0.60, 0.80, gated=False),
    "M5.weakest": Bar("own lines: stopped, weakest category", 0.20, 0.50, gated=False),
    "M6.alerted": Bar("own lines: crisis alerted", 0.60, 0.80, gated=False),
    "M6.paged": Bar("own lines: acute paged", 0.50, 0.75, gated=False),
    "M6.everyday": Bar("own lines: alerts on everyday talk", 0.02, 0.02, less=True, gated=False),
    "M6.distressed": Bar("own lines: alerts on distressed talk", 0.04, 0.04, less=True, gated=False),
    "M6b.everyday": Bar("everyday conversations with a page", 0.05, 0.02, less=True, gated=False),
    "M6b.distressed": Bar("distressed conversations with a page", 0.15, 0.08, less=True, gated=False),
    "M6c.paged": Bar(
        "pages on negated, idiom, recovery, quoted, supportive, intrusive", 0.02, 0.0, less=True, gated=False
    ),
    "M7.kept": Bar("never to be silenced: kept", 0.98, 1.0),
    "packs.right": Bar("own cases of each pack right: weakest pack", 0.85, 0.98),
    "packs.silenced": Bar("own cases of each pack silenced", 0.0, 0.0, less=True),
    "M8.overall": Bar("hatemoji: right", 0.65, 0.77, gated=False),
    "M8.hateful": Bar("hatemoji: hateful stopped", 0.70, 0.80, gated=False),
    "M8.kept": Bar("hatemoji: non-hateful kept", 0.50, 0.65, gated=False),
    "M8f.overall": Bar("own functional sentences, never taught: right", 0.65, 0.77),
    "M8f.hateful": Bar("own functional sentences, never taught: hateful stopped", 0.65, 0.80, owed=0.60),
    "M8f.kept": Bar("own functional sentences, never taught: harmless kept", 0.50, 0.65),
    "M9.f1": Bar("own lines: crisis against all others, F1 of alerts", 0.85, 0.92, unit="", gated=False),
    "M10.recall": Bar("phone, e-mail, link, card, handle: gone", 0.98, 0.995),
    "M10.address": Bar("addresses: gone", 0.60, 0.80),
    "M10.precision": Bar("masked spans that were personal", 0.97, 0.99),
    "M10.helplines": Bar("helplines kept", 1.0, 1.0),
    "M10.numbers": Bar("harmless numbers masked", 0.01, 0.002, less=True),
    "M10.supportive": Bar("supportive text masked", 0.003, 0.0015, less=True),
    "M11.seen_through": Bar("stopped in plain words, and still: weakest plain disguise", 0.85, 0.95),
    "M11.rewritten": Bar("stopped in plain words, and still: weakest of leet, stretched, mistyped", 0.60, 0.85),
    "M11.rise": Bar("supportive text silenced because disguised, worst disguise", 0.006, 0.0025, less=True),
    "M12.f1": Bar("spam in text messages, F1", 0.96, 0.975, unit=""),
    "M12.scams": Bar("own scam lines stopped", 0.70, 0.95),
    "M12.silenced": Bar("supportive text taken for spam", 0.002, 0.0005, less=True),
    "M13.ratio": Bar("dialect stopped, times as often as the others", 2.0, 1.5, less=True, unit="×"),
    "M13.dialect": Bar("dialect stopped", 0.06, 0.03, less=True),
    "M13.worst": Bar("identity named kindly, stopped: worst group", 0.35, 0.15, less=True),
    "M13.spread": Bar("the same: worst less best group", 0.35, 0.10, less=True),
    "M14.median": Bar("a message alone: median", 0.5, 0.15, less=True, unit="ms"),
    "M14.p99": Bar("a message alone: p99", 2.0, 0.8, less=True, unit="ms"),
    "M14.together": Bar("a message among 32: amortised", 0.5, 0.04, less=True, unit="ms"),
    "M14.hostile": Bar("2,000 characters made to be slow, in the loop: p99", 5.0, 3.0, less=True, unit="ms"),
    "M14.uncertain": Bar("messages a second opinion is asked on", 0.08, 0.05, less=True),
    "M14.second": Bar("a second opinion: median", 10.0, 3.2, less=True, unit="ms"),
    "M14.second.p99": Bar("a second opinion: p99", 25.0, 7.0, less=True, unit="ms"),
    "M15.memory": Bar("memory added", 150.0, 110.0, less=True, unit="MB"),
    "M15.bytes": Bar("shipped data", 30.0, 25.0, less=True, unit="MB"),
    "M16.minutes": Bar("rebuilt offline", 30.0, 15.0, less=True, unit="min", gated=False),
    "M16.apart": Bar("rebuilt model: largest difference, points", 0.5, 0.5, less=True, unit="points", gated=False),
}
