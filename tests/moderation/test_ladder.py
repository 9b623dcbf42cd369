"""The ladder as it is published: each step milder than the next, each with an end, and no reason that is pain."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from moderation.ladder import DAY, GRAVITY, HOW_TO_APPEAL, LADDER, STILL_THERE, Reason, Step
from moderation.verdict import CareKind

PUBLISHED = Path(__file__).parents[2] / "docs" / "ladder.md"


def test_the_published_ladder_is_the_one_in_force() -> None:
    """docs/ladder.md has a row for every step and every reason."""
    page = PUBLISHED.read_text(encoding="utf-8")
    for step in Step:
        assert f"| {step.word} |" in page
    for reason in Reason:
        assert f"| `{reason}` | {GRAVITY[reason].first.word} | {GRAVITY[reason].most.word} |" in page


def test_each_step_lasts_and_counts_no_shorter_than_the_one_below() -> None:
    """Only the last has no end, and only from the fourth on does more than one room close."""
    assert list(LADDER) == sorted(Step)
    for lower, higher in pairwise(LADDER[step] for step in sorted(Step)[:-1]):
        assert lower.lasts is not None
        assert higher.lasts is not None
        assert lower.counts is not None
        assert higher.counts is not None
        assert lower.lasts <= higher.lasts
        assert lower.counts <= higher.counts
    assert (LADDER[Step.BAN].lasts, LADDER[Step.BAN].counts) == (None, None)
    assert LADDER[Step.SUSPENSION].lasts == 7 * DAY
    assert [step for step in Step if LADDER[step].everywhere] == [Step.SUSPENSION, Step.BAN]


def test_every_reason_starts_no_higher_than_it_can_lead() -> None:
    assert set(GRAVITY) == set(Reason)
    assert all(gravity.first <= gravity.most for gravity in GRAVITY.values())


def test_nothing_that_people_tell_of_themselves_is_a_reason() -> None:
    """R1: no kind of crisis is there under any name of ours."""
    assert {str(reason) for reason in Reason}.isdisjoint(str(kind) for kind in CareKind)
    assert not any(word in str(reason) for reason in Reason for word in ("crisis", "suicid", "self", "relapse"))


def test_what_people_are_told_says_that_there_is_another_person_and_that_help_stays() -> None:
    """Plain sentences: each ends, none begins with a figure or names who decided."""
    assert "another person" in HOW_TO_APPEAL
    assert "Help lines stay open" in STILL_THERE
    assert all(LADDER[step].says.endswith(".") for step in Step)
    assert not any(gravity.says.endswith(".") or "moderator" in gravity.says for gravity in GRAVITY.values())
