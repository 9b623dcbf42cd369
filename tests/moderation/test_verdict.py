"""The words of moderation: the worst action wins, care is apart from it, and texts are in no repr."""

from __future__ import annotations

import dataclasses

from moderation.verdict import NO_CARE, Action, Care, CareBand, CareKind, Finding, Submission, Verdict


def test_the_worst_action_is_the_greatest() -> None:
    assert max(Action) is Action.BLOCK
    assert [action.word for action in sorted(Action)] == ["allow", "mask", "hold", "block"]


def test_more_care_is_greater() -> None:
    assert [band.word for band in sorted(CareBand)] == ["none", "info", "concern", "high", "imminent"]
    assert NO_CARE.band is CareBand.NONE
    assert NO_CARE.kind is None


def test_care_has_no_field_that_a_sanction_could_read() -> None:
    assert {field.name for field in dataclasses.fields(Care)} == {"band", "kind"}
    verdict = Verdict(Action.ALLOW, Care(CareBand.HIGH, CareKind.SUICIDE))
    assert verdict.action is Action.ALLOW


def test_what_somebody_wrote_is_in_no_repr() -> None:
    private = "private words"
    submission = Submission(private, "lane", "author", recent=(private,), names=frozenset({private}))
    verdict = Verdict(Action.MASK, text=private, suggestion=private)
    assert private not in repr(submission)
    assert private not in repr(verdict)


def test_a_finding_says_where_it_looked_and_what_it_saw() -> None:
    finding = Finding("contact.phone", "contact", (3, 9), "a phone number")
    assert finding.span == (3, 9)
    assert finding.care == NO_CARE
