"""Labelled cases: counted by category and pack; of the untouched third nothing but counts leaves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from moderation import lines
from moderation.evaluation import labelled, report
from moderation.evaluation.measures import Rate
from moderation.evaluation.outcomes import Outcome
from moderation.lines import Case
from moderation.pipeline import pack_names
from moderation.verdict import Action, Care, CareBand, Submission, Verdict
from tests.support.judging import judge

OPEN, HARM = frozenset({"yes"}), frozenset({"no"})


def shipped(submissions: Sequence[Submission]) -> list[Verdict]:
    return judge().judge_all(submissions, 0.0)


def varied(submissions: Sequence[Submission]) -> list[Verdict]:
    """Each action in turn: for what does not depend on verdicts, eight thousand lines need no filter."""
    actions = list(Action)
    return [Verdict(actions[place % len(actions)], text=one.text) for place, one in enumerate(submissions)]


def outcome(category: str, deliver: frozenset[str], action: Action, band: str = "none", **label: Any) -> Outcome:
    case = Case(id="a", category=category, text="words", deliver=deliver, **label)
    return Outcome(case, Verdict(action, Care(CareBand[band.upper()]), text="words"))


@pytest.fixture(scope="module")
def packs() -> dict[str, list[Outcome]]:
    return labelled.packs(shipped)


def test_every_pack_has_a_dozen_cases_and_more_of_its_own(packs: dict[str, list[Outcome]]) -> None:
    assert set(packs) == set(pack_names())
    assert {pack: len(outcomes) for pack, outcomes in packs.items() if len(outcomes) < 12} == {}
    assert {pack for pack, outcomes in packs.items() if {each.case.pack for each in outcomes} != {pack}} == set()


@pytest.mark.parametrize("pack", pack_names())
def test_no_pack_silences_what_its_room_is_for(pack: str, packs: dict[str, list[Outcome]]) -> None:
    """Stopped or not; words masked away count in the figure `packs.silenced`."""
    assert [each.case.id for each in packs[pack] if each.stopped and "no" not in each.case.deliver] == []


def test_the_cases_of_a_pack_differ_from_those_of_others(packs: dict[str, list[Outcome]]) -> None:
    texts = [each.case.text for outcomes in packs.values() for each in outcomes]
    assert len(set(texts)) == len(texts)


def test_the_suite_has_its_figures() -> None:
    chapter, outcomes = labelled.suite(shipped)
    right, silenced = chapter.figures
    assert (right.bar, right.n, silenced.bar, silenced.value) == ("M2.right", len(outcomes), "M2.silenced", 0.0)
    assert "mean of the categories" in chapter.tables["suite by category"]


def test_the_weakest_category_is_named_and_nothing_is_averaged_away() -> None:
    seen = [
        *(outcome("threat", HARM, Action.BLOCK) for _ in range(9)),
        outcome("grooming", HARM, Action.ALLOW),
        outcome("idiom", OPEN, Action.HOLD, "high", care_at_most=CareBand.INFO),
        outcome("acute_ideation", OPEN, Action.ALLOW, "high", care_at_least=CareBand.HIGH),
        outcome("acute_ideation", OPEN, Action.ALLOW, "concern", care_at_least=CareBand.HIGH),
    ]
    found = {figure.bar: figure for figure in labelled.written(seen)}
    assert found["M5.stopped"].value == 0.9
    assert (found["M5.weakest"].value, found["M5.weakest"].note) == (0.0, "grooming")
    assert (found["M6.alerted"].value, found["M6.paged"].value, found["M6c.paged"].value) == (1.0, 0.5, 1.0)
    assert found["M4.lines"].value == pytest.approx(1 / 3)


def test_tuned_and_untouched_share_no_line() -> None:
    tuned, untouched = labelled.own(varied, tuned=True)[1], labelled.own(varied, tuned=False)[1]
    assert not any(each.case.held_out for each in tuned)
    assert all(each.case.held_out for each in untouched)
    assert len(tuned) + len(untouched) == len(list(lines.written()))


def test_no_words_of_the_untouched_leave() -> None:
    """Only counts by category and author."""
    chapter, outcomes = labelled.own(varied, tuned=False)
    said = json.dumps(report.plain(chapter, None, {}), ensure_ascii=False) + report.markdown(chapter, None, {}, [])
    assert [each.case.id for each in outcomes if each.case.text in said or each.case.id in said] == []


def test_what_hurts_most_is_named_by_id_and_never_an_untouched_line() -> None:
    texts = [f"could kill for nap number {number}" for number in range(30)]
    cases = [Case(id=text, category="idiom", text=text, deliver=OPEN, author="wren") for text in texts]
    row = labelled.to_look_at([Outcome(case, Verdict(Action.HOLD)) for case in cases]).tables["to look at"]["silenced"]
    assert row["ids"] == ", ".join(case.id for case in cases if not case.held_out)


def test_a_table_has_a_row_a_category() -> None:
    rows = labelled.table([outcome("idiom", OPEN, Action.ALLOW), outcome("hate", HARM, Action.BLOCK)])
    assert list(rows) == ["hate", "idiom", "mean of the categories"]
    assert rows["hate"]["block"] == Rate(1, 1)
    assert rows["mean of the categories"]["right"] == 1.0
