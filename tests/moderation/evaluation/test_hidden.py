"""Personal details and disguises: spans counted rightly, and the shipped filter sees through the plain ones."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from moderation.evaluation import hidden, lived
from moderation.evaluation.bars import BARS
from moderation.evaluation.outcomes import judged, unlabelled
from moderation.lines import Case
from moderation.rules import DATA
from moderation.verdict import Action, Finding, Submission, Verdict
from tests.support.judging import HARSH, OPEN, judge

LISTING = yaml.safe_load((DATA / "helplines.yaml").read_text(encoding="utf-8"))


def shipped(submissions: Sequence[Submission]) -> list[Verdict]:
    return judge().judge_all(submissions, 0.0)


def test_a_detail_is_gone_when_nearly_all_of_it_is_covered() -> None:
    assert hidden.covered([(0, 10)], 0, 10)
    assert hidden.covered([(0, 5), (5, 9)], 0, 10)
    assert not hidden.covered([(0, 8)], 0, 10)
    assert not hidden.covered([], 0, 10)


def test_only_contact_findings_count_as_masks_of_details() -> None:
    found = (Finding("a", "contact.phone", (0, 4), ""), Finding("b", "amount.dose", (5, 9), ""))
    assert hidden.contact_spans(Verdict(Action.MASK, findings=found)) == [(0, 4)]


def test_details_get_a_figure_by_kind_and_misses_are_listed() -> None:
    seen = lived.Supportive({"some": judged(unlabelled(OPEN, "some"), shipped)})
    chapter = hidden.details(shipped, seen, LISTING)
    assert [figure.bar for figure in chapter.figures] == [bar for bar in BARS if bar.startswith("M10.")]
    assert set(chapter.tables["personal details"]) == {"phone", "email", "link", "card", "handle", "address"}
    by_bar = {figure.bar: figure for figure in chapter.figures}
    assert (by_bar["M10.recall"].value or 0) > 0.85
    assert (by_bar["M10.helplines"].value or 0) > 0.95


def test_of_what_is_set_apart_only_counts_are_told() -> None:
    chapter = hidden.details(shipped, lived.Supportive({}), LISTING, tuned=False)
    assert "M10.supportive" not in {figure.bar for figure in chapter.figures}
    assert [row for table in chapter.tables.values() for row in table.values() if set(row) != {"gone"}] == []


def test_harsh_words_in_a_plain_disguise_are_still_stopped() -> None:
    cases = [Case(id=text, category="harsh", text=text, deliver=frozenset({"no"})) for text in HARSH]
    seen = lived.Supportive({"open": judged(unlabelled(OPEN, "open"), shipped)})
    chapter = hidden.disguised(shipped, judged(cases, shipped), seen, None)
    by_bar = {figure.bar: figure for figure in chapter.figures}
    assert (by_bar["M11.seen_through"].value or 0) >= BARS["M11.seen_through"].floor
    assert by_bar["M11.rise"].value == 0.0
    assert len(chapter.tables["disguises"]) == 11
