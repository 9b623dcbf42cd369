"""A case and its verdict: right, silenced, stopped, alerted, paged, as the contract says them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from moderation.evaluation.outcomes import Outcome, by_category, judged, masked_away, submission, unlabelled
from moderation.lines import Case
from moderation.verdict import Action, Care, CareBand, Submission, Verdict


def outcome(text: str, shown: str | None, action: Action, band: str = "none", **label: Any) -> Outcome:
    deliver = frozenset(label.pop("deliver", {"yes"}))
    case = Case(id="a", category="some", text=text, deliver=deliver, **label)
    return Outcome(case, Verdict(action, Care(CareBand[band.upper()]), text=shown))


def test_a_case_is_right_when_words_care_and_details_are() -> None:
    text = "ring 07700 900142 or 116 123"
    label: dict[str, Any] = {"deliver": {"masked"}, "must_mask": ("07700 900142",), "must_keep": ("116 123",)}
    assert outcome(text, "ring [phone removed] or 116 123", Action.MASK, **label).right
    assert outcome(text, "ring [phone removed] or [phone removed]", Action.MASK, **label).wrong == "keep"
    assert outcome(text, "ring 07700 900142 or [x]", Action.MASK, **label).wrong == "mask"
    assert outcome(text, text, Action.ALLOW, **label).wrong == "deliver"
    assert outcome(text, None, Action.HOLD, **label).wrong == "deliver"


@pytest.mark.parametrize(("band", "wrong"), [("none", "care"), ("concern", ""), ("high", ""), ("imminent", "care")])
def test_care_lies_between_the_two_bands(band: str, wrong: str) -> None:
    label: dict[str, Any] = {"care_at_least": CareBand.CONCERN, "care_at_most": CareBand.HIGH}
    assert outcome("words", "words", Action.ALLOW, band, **label).wrong == wrong


def test_silenced_is_stopped_where_delivery_is_right() -> None:
    assert outcome("words", None, Action.HOLD).silenced
    assert outcome("words", None, Action.BLOCK, deliver={"yes", "masked"}).silenced
    assert not outcome("words", None, Action.BLOCK, deliver={"no"}).silenced
    assert not outcome("words", None, Action.HOLD, deliver={"masked", "no"}).silenced


def test_a_message_masked_away_is_silenced() -> None:
    """More than 30 % of its words."""
    text = "one two three four five six seven eight nine ten"
    assert not outcome(text, "one two three four five six seven [gone]", Action.MASK).silenced
    assert outcome(text, "one two three four five six [gone]", Action.MASK).silenced


def test_details_that_had_to_go_are_not_words_masked_away() -> None:
    label: dict[str, Any] = {"deliver": {"masked"}, "must_mask": ("07700 900142",)}
    asked = outcome("ring 07700 900142", "ring [phone removed]", Action.MASK, **label)
    assert masked_away(asked.case, asked.verdict) == 0.0
    too_much = outcome("ring 07700 900142", "[phone removed]", Action.MASK, **label)
    assert too_much.silenced


def test_an_alert_is_concern_and_a_page_is_high() -> None:
    bands = ("none", "info", "concern", "high", "imminent")
    seen = [outcome("a", "a", Action.ALLOW, band) for band in bands]
    assert [each.alerted for each in seen] == [False, False, True, True, True]
    assert [each.paged for each in seen] == [False, False, False, True, True]


def test_every_case_gets_its_own_verdict_in_order_under_its_pack() -> None:
    asked: list[Submission] = []

    def judge(submissions: Sequence[Submission]) -> list[Verdict]:
        asked.extend(submissions)
        return [Verdict(Action.ALLOW, text=each.text) for each in submissions]

    cases = unlabelled([f"text {number}" for number in range(150)], "a set")
    found = judged(cases, judge)
    assert [each.verdict.text for each in found] == [f"text {number}" for number in range(150)]
    assert len({each.author for each in asked}) == 150
    assert {name: len(all_of) for name, all_of in by_category(found).items()} == {"a set": 150}
    teen = submission(cases[0], 0, "teen")
    assert (teen.pack, teen.band, submission(cases[0], 0, "session").one_on_one) == ("teen", "teen", True)
