"""Cases in words: who is against whom, which comes first, and what is in no repr."""

from __future__ import annotations

import pytest

from moderation.cases import DAY, HEAD_START, CaseKind, Rank
from moderation.verdict import CareBand
from tests.support.filing import AT, WORDS, held, report


def test_a_case_of_care_is_against_nobody() -> None:
    """Disclosure is no offence (R1): there is no field to put the blame in."""
    for kind in (CaseKind.CRISIS, CaseKind.CONCERN):
        with pytest.raises(ValueError, match="against nobody"):
            report(kind=kind, against="u2")


def test_what_is_old_enough_overtakes_everything_but_crisis() -> None:
    """Nothing starves, and nothing comes before somebody in danger."""
    ranks = [held(care=CareBand.IMMINENT), held(care=CareBand.HIGH), report(kind=CaseKind.CRISIS, against="")]
    ranks += [held(care=CareBand.CONCERN), held(kind=CaseKind.FAULT), report(), held()]
    scores = [case.score for case in ranks]
    assert scores == sorted(scores)
    old = held(at=AT - HEAD_START[Rank.WORRIED] - 1)
    ancient = held(at=AT - 3650 * DAY)
    assert old.score < held(care=CareBand.CONCERN).score
    assert ancient.score > held(care=CareBand.HIGH).score


def test_private_words_are_in_no_repr() -> None:
    """Neither the text, nor the name it was said under, nor the reporter's note."""
    assert repr(WORDS) == "Words()"
