"""Drawings: well-formed, titled, and of what they are given."""

from __future__ import annotations

from xml.etree import ElementTree

from moderation.evaluation import plots
from moderation.evaluation.measures import Rate

SVG = "{http://www.w3.org/2000/svg}"


def widths(drawing: str) -> list[float]:
    """Of all boxes but the page."""
    boxes = [box for box in ElementTree.fromstring(drawing).iter(f"{SVG}rect") if box.get("fill") != "#fff"]
    return [float(box.get("width", "0")) for box in boxes]


def test_bars_are_as_long_as_their_shares_and_say_their_counts() -> None:
    drawing = plots.bars("Silenced <by> set", {"sad & long": Rate(1, 100), "other": Rate(3, 100)}, {"floor": 0.015})
    one, three = widths(drawing)
    assert abs(three / one - 3) < 0.1
    assert "(1 of 100)" in drawing
    assert "sad &amp; long" in drawing
    assert ElementTree.fromstring(drawing).findtext(f"{SVG}title") == "Silenced <by> set"


def test_a_bar_of_nothing_is_drawn_without_a_length() -> None:
    assert widths(plots.bars("none", {"empty": Rate(0, 0), "nil": Rate(0, 5)}, {})) == [0.0, 0.0]


def test_shades_have_a_cell_a_row_and_column() -> None:
    table = {"idiom": {"allow": Rate(3, 4), "block": Rate(1, 4)}, "hate": {"allow": Rate(0, 4), "block": Rate(4, 4)}}
    drawing = plots.shades("became", table)
    assert len(widths(drawing)) == 4
    assert "75%" in drawing
    assert ElementTree.fromstring(plots.shades("nothing", {})).findtext(f"{SVG}title") == "nothing"


def test_a_histogram_counts_everything_and_survives_nothing() -> None:
    drawing = plots.histogram("time", [0.1] * 5 + [0.2] * 10, "ms", bins=4)
    assert len(widths(drawing)) == 4
    assert ElementTree.fromstring(plots.histogram("time", [], "ms")).tag == f"{SVG}svg"
