"""The report: the same chapter as JSON for machines, as Markdown for people, and as lines for a terminal.

    report.json    {figures: {bar: {value, n, low, high, met, note}}, tables: {...}, untouched: {...}, of: {...}}
    report.md      the bars first, then every table; the drawings beside it

A report holds counts, names of categories and ids of labelled cases, never anybody's words (generated details are
invented and may be shown). It says on top whose opinion the labels are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moderation.evaluation.bars import BARS, Cell, Chapter, Figure, Table
from moderation.evaluation.measures import Rate

OPINION = (
    "A label is one author's opinion, reviewed once, and no clinical truth. Relabel in `moderation/data/`: "
    "`taxonomy.yaml`, `lines/*.yaml`, `suite/` or `cases/` and run this again."
)
_MARKS = {"reach": "reached", "floor": "floor held", "below": "BELOW THE FLOOR", "not measured": "not measured"}


def plain(chapter: Chapter, untouched: Chapter | None, about: Mapping[str, Any]) -> dict[str, Any]:
    """For report.json. `about` says what was measured: how, and over what."""
    found: dict[str, Any] = {"about": dict(about), "labels": OPINION, **_chapter(chapter)}
    if untouched is not None:
        found["untouched"] = _chapter(untouched)
    return found


def untouched_of(earlier: Mapping[str, Any] | None) -> Chapter | None:
    """What an earlier report counted of the untouched: kept until it is counted again."""
    found = (earlier or {}).get("untouched")
    if not found:
        return None
    figures = [
        Figure(
            bar, each["value"], each["n"], None if each["low"] is None else (each["low"], each["high"]), each["note"]
        )
        for bar, each in found["figures"].items()
        if bar in BARS
    ]
    return Chapter(figures)


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {
        "figures": {figure.bar: figure.plain() for figure in chapter.figures},
        "tables": {
            name: {row: {column: _json(cell) for column, cell in cells.items()} for row, cells in table.items()}
            for name, table in chapter.tables.items()
        },
    }


def _json(cell: Cell) -> Any:
    return cell.plain() if isinstance(cell, Rate) else cell


def markdown(chapter: Chapter, untouched: Chapter | None, about: Mapping[str, Any], drawings: list[str]) -> str:
    """For report.md."""
    parts = ["# What the filter does, in figures", "", OPINION, ""]
    parts += [f"* {name}: {value}" for name, value in about.items()]
    parts += ["", *_bar_table(chapter.figures), ""]
    parts += [f"![{name}]({name})" for name in drawings]
    if untouched is not None:
        parts += ["", "## The untouched third of the written lines", "", "Counted only, never read. The gap to the", ""]
        parts[-2] += " tuned part (figures of the same names above) is the honest figure."
        parts += _gap_table(chapter.figures, untouched.figures)
    for found in (chapter, untouched or Chapter()):
        for name, table in found.tables.items():
            parts += ["", f"## {name[:1].upper()}{name[1:]}", "", *_markdown_table(table)]
    return "\n".join(parts) + "\n"


def _bar_table(figures: list[Figure]) -> list[str]:
    rows = ["| bar | measured | 95 % | n | floor | reach | |", "|---|--:|--:|--:|--:|--:|---|"]
    for figure in figures:
        bar = BARS[figure.bar]
        sign = "≤" if bar.less else "≥"
        rows.append(
            f"| **{figure.bar}** {bar.says} | {value(figure.value, bar.unit)} | {between(figure)} | {figure.n:,} | "
            f"{sign} {value(bar.floor, bar.unit)} | {sign} {value(bar.reach, bar.unit)} | "
            f"{_MARKS[figure.met]}{'' if bar.gated else ' (not gated)'}{'; ' + figure.note if figure.note else ''} |"
        )
    return rows


def _gap_table(tuned: list[Figure], untouched: list[Figure]) -> list[str]:
    known = {figure.bar: figure for figure in tuned}
    rows = ["| bar | tuned | untouched | 95 % | n |", "|---|--:|--:|--:|--:|"]
    for figure in untouched:
        bar, other = BARS[figure.bar], known.get(figure.bar)
        rows.append(
            f"| **{figure.bar}** {bar.says} | {value(other.value if other else None, bar.unit)} | "
            f"{value(figure.value, bar.unit)} | {between(figure)} | {figure.n:,} |"
        )
    return rows


def _markdown_table(table: Table) -> list[str]:
    columns = list(dict.fromkeys(column for cells in table.values() for column in cells))
    rows = ["| | " + " | ".join(columns) + " |", "|---|" + "--:|" * len(columns)]
    for name, cells in table.items():
        rows.append(f"| {name} | " + " | ".join(written(cells.get(column)) for column in columns) + " |")
    return rows


def written(cell: Cell) -> str:
    """A cell for people: a share with what it is of, and its interval."""
    if isinstance(cell, Rate):
        if cell.interval is None:
            return "–"
        low, high = cell.interval
        return f"{cell.share:.1%} ({cell.hits}/{cell.n}; {low:.1%}–{high:.1%})"
    if isinstance(cell, float):
        return f"{cell:.3f}"
    return "" if cell is None else str(cell)


def value(number: float | None, unit: str) -> str:
    """A figure with its unit."""
    if number is None:
        return "–"
    if unit == "%":
        return f"{number * 100:.2f} %"
    return f"{number:.3f} {unit}".rstrip()


def between(figure: Figure) -> str:
    """The interval of a figure that is a share."""
    if figure.interval is None:
        return ""
    low, high = figure.interval
    if BARS[figure.bar].unit != "%":
        return f"{low:.3f}–{high:.3f}"
    return f"{low * 100:.2f}–{high * 100:.2f}"


def lines(figures: list[Figure]) -> list[str]:
    """For a terminal: a line a figure."""
    return [
        f"{figure.bar:<18}{value(figure.value, BARS[figure.bar].unit):>12}  "
        f"[{between(figure) or '-':>13}] n={figure.n:<6} {_MARKS[figure.met]:<16}"
        f"{'' if BARS[figure.bar].gated else '(not gated) '}{BARS[figure.bar].says}"
        f"{' · ' + figure.note if figure.note else ''}"
        for figure in figures
    ]
