"""Small drawings for the report, as SVG by hand: bars with whiskers, a table of shades, a histogram.

Text and shapes only, black and one colour on white, so that they read on paper and by a screen reader (`title`).
Nothing here knows what is drawn; sizes are pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from moderation.evaluation.measures import Rate

_INK, _FILL, _WARN = "#222", "#2a6f77", "#b3462f"
_ROW, _LEFT, _WIDE = 20, 240, 520


def bars(title: str, rates: Mapping[str, Rate], marks: Mapping[str, float]) -> str:
    """A bar a row with its interval; `marks` are vertical lines with names, in shares."""
    highest = max([rate.interval[1] for rate in rates.values() if rate.interval] + list(marks.values()) + [1e-9])
    wide = _WIDE - 80
    parts = []
    for row, (name, rate) in enumerate(rates.items()):
        top = 30 + row * _ROW
        low, high = rate.interval or (0.0, 0.0)
        share = rate.share or 0.0
        parts += [
            _text(_LEFT - 8, top + 14, name, "end"),
            _box(_LEFT, top + 4, share / highest * wide, 12, _FILL),
            _line(_LEFT + low / highest * wide, top + 10, _LEFT + high / highest * wide, top + 10, _INK),
            _text(_LEFT + wide + 12, top + 14, f"{share:.2%} ({rate.hits} of {rate.n})"),
        ]
    bottom = 34 + len(rates) * _ROW
    for name, at in marks.items():
        parts += [_line(_LEFT + at / highest * wide, 26, _LEFT + at / highest * wide, bottom, _WARN)]
        parts += [_text(_LEFT + at / highest * wide, bottom + 14, f"{name} {at:.2%}", "middle", _WARN)]
    return _page(title, _LEFT + _WIDE + 140, bottom + 24, parts)


def shades(title: str, table: Mapping[str, Mapping[str, Rate]]) -> str:
    """Rows by columns, each cell shaded by its share."""
    columns = list(next(iter(table.values()), {}))
    cell = 76
    parts = [_text(_LEFT + place * cell + cell / 2, 42, name, "middle") for place, name in enumerate(columns)]
    for row, (name, rates) in enumerate(table.items()):
        top = 50 + row * _ROW
        parts.append(_text(_LEFT - 8, top + 14, name, "end"))
        for place, rate in enumerate(rates.values()):
            share = rate.share or 0.0
            parts.append(
                _box(_LEFT + place * cell, top, cell - 2, _ROW - 2, _FILL, 0.08 + 0.92 * share if share else 0.03)
            )
            ink = "#fff" if share > 0.5 else _INK
            parts.append(
                _text(_LEFT + place * cell + cell / 2, top + 13, f"{share:.0%}" if share else "", "middle", ink)
            )
    return _page(title, _LEFT + len(columns) * cell + 20, 60 + len(table) * _ROW, parts)


def histogram(title: str, values: Sequence[float], unit: str, bins: int = 40) -> str:
    """How many values fall where; what lies beyond the 99.5th percentile is in the last bin."""
    ordered = sorted(values)
    top = ordered[int(0.995 * (len(ordered) - 1))] if ordered else 1.0
    counts = [0] * bins
    for value in ordered:
        counts[min(bins - 1, int(value / (top or 1.0) * bins))] += 1
    tallest, wide, high = max(counts) or 1, 16, 200
    parts = [
        _box(40 + place * wide, 230 - count / tallest * high, wide - 2, count / tallest * high, _FILL)
        for place, count in enumerate(counts)
    ]
    parts.append(_line(40, 230, 40 + bins * wide, 230, _INK))
    for quarter in range(5):
        at = quarter / 4
        parts.append(_text(40 + at * bins * wide, 248, f"{at * top:.3f} {unit}", "middle"))
    return _page(title, 80 + bins * wide, 262, parts)


def _page(title: str, width: float, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" role="img" '
        'font-family="sans-serif" font-size="12">'
    )
    body = "\n".join(
        [f"<title>{escape(title)}</title>", _box(0, 0, width, height, "#fff"), _text(8, 16, title), *parts]
    )
    return f"{head}\n{body}\n</svg>\n"


def _text(x: float, y: float, words: str, anchor: str = "start", ink: str = _INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}">{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, fill: str, strong: float = 1.0) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{height:.1f}" fill="{fill}" '
        f'fill-opacity="{strong:.2f}"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, ink: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{ink}"/>'
