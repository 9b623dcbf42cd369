"""The report: bars first, whose opinion the labels are, and cells a person can read."""

from __future__ import annotations

import json

from moderation.evaluation import report
from moderation.evaluation.bars import Chapter, Figure, of
from moderation.evaluation.measures import Rate

CHAPTER = Chapter(
    [of("M1.mean", Rate(10, 1000)), Figure("M14.p99", 0.4, 800), Figure("M15.memory", None, 0)],
    {"silenced by set": {"sad": {"silenced": Rate(1, 4), "note": "one"}, "all": {"silenced": Rate(0, 0)}}},
)


def test_json_holds_each_figure_with_n_and_interval() -> None:
    plain = json.loads(json.dumps(report.plain(CHAPTER, CHAPTER, {"measured on": "a day"})))
    figure = plain["figures"]["M1.mean"]
    assert (figure["value"], figure["n"], figure["met"]) == (0.01, 1000, "below")
    assert figure["low"] < 0.01 < figure["high"]
    assert plain["tables"]["silenced by set"]["sad"]["silenced"]["hits"] == 1
    assert plain["untouched"]["figures"].keys() == plain["figures"].keys()
    assert "no clinical truth" in plain["labels"]


def test_markdown_says_floor_reach_and_what_was_met() -> None:
    page = report.markdown(CHAPTER, None, {"measured on": "a day"}, ["silenced.svg"])
    assert "| **M1.mean** supportive text silenced, mean of the sets | 1.00 % |" in page
    assert "BELOW THE FLOOR" in page
    assert "![silenced.svg](silenced.svg)" in page
    assert "25.0% (1/4;" in page
    assert "untouched" not in page


def test_tuned_and_untouched_stand_side_by_side() -> None:
    page = report.markdown(CHAPTER, Chapter([of("M1.mean", Rate(20, 1000))]), {}, [])
    assert "| 1.00 % | 2.00 % |" in page


def test_what_was_counted_of_the_untouched_is_kept_until_it_is_counted_again() -> None:
    kept = report.untouched_of(report.plain(CHAPTER, CHAPTER, {}))
    assert kept is not None
    assert [figure.bar for figure in kept.figures] == [figure.bar for figure in CHAPTER.figures]
    assert kept.figures[0].value == 0.01
    assert report.untouched_of(None) is None
    assert report.untouched_of(report.plain(CHAPTER, None, {})) is None


def test_a_line_a_figure_for_the_terminal() -> None:
    lines = report.lines(CHAPTER.figures)
    assert len(lines) == 3
    assert "1.00 %" in lines[0]
    assert "reached" in lines[1]
    assert "not measured" in lines[2]
