"""The last committed report against this one: what became better, what worse.

Only changes beyond the noise are named: where a figure has intervals, they must not overlap or the change must be a
crossing of its bar; times and sizes must differ by a tenth. Without git or without a report there is nothing to
compare, and that is said.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moderation.evaluation.bars import BARS, Figure
from moderation.evaluation.report import value

# Times and sizes are news from this share on.
_NEWS = 0.1
_RANK = {"not measured": 0, "below": 0, "floor": 1, "reach": 2}


def committed(path: Path) -> Mapping[str, Any] | None:
    """The report as it is in the newest commit; else as it lies on the disk; else None."""
    shown = None
    try:
        done = subprocess.run(
            ["git", "show", f"HEAD:./{path.name}"], cwd=path.parent, capture_output=True, text=True, check=False
        )
        shown = done.stdout if done.returncode == 0 else None
    except OSError:
        pass
    if shown is None and path.exists():
        shown = path.read_text(encoding="utf-8")
    try:
        found = json.loads(shown) if shown else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("figures"), dict) else None


def changes(figures: list[Figure], before: Mapping[str, Any]) -> list[str]:
    """A line for each figure that is better or worse than in the earlier report."""
    found = []
    for figure in figures:
        old = before["figures"].get(figure.bar)
        if old is None or old.get("value") is None or figure.value is None:
            continue
        if figure.value != old["value"] and is_news(figure, old):
            bar = BARS[figure.bar]
            word = "better" if bar.better(figure.value, old["value"]) else "WORSE"
            found.append(
                f"{word}: {figure.bar} {value(old['value'], bar.unit)} → {value(figure.value, bar.unit)} ({bar.says})"
            )
    return found


def is_news(figure: Figure, old: Mapping[str, Any]) -> bool:
    """Whether a change is more than noise."""
    if _RANK[figure.met] != _RANK.get(old.get("met", ""), 0):
        return True
    if figure.interval is not None and old.get("low") is not None:
        low, high = figure.interval
        return bool(low > old["high"] or high < old["low"])
    then = float(old["value"])
    return abs((figure.value or 0.0) - then) > _NEWS * abs(then)
