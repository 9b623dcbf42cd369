"""The prefilter: it may let a pattern run for nothing, and never keeps one from running that would match."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prefilter import Prefilter, needs


@pytest.mark.parametrize(
    ("pattern", "rarest"),
    [
        (r"\bkill\s+your\s?self\b", {"kill yoursel", "kill your se"}),  # their beginnings
        (r"(?:stupid|dumb)s?", {"stupid", "dumb"}),
        (r"you(?:\s+\w+){0,3}\s+worthless", {" worthless"}),
        (r"(?:red|blue\s+\w+)\s+balloon", {" balloon"}),
        (r"[kc]ys", {"kys", "cys"}),
    ],
)
def test_the_rarest_words_a_pattern_needs_are_found(pattern: str, rarest: set[str]) -> None:
    assert set(needs(pattern)[0]) == rarest


def test_a_word_that_holds_another_of_its_set_is_not_listened_for() -> None:
    assert needs(r"(?:friend|end|the\s+end|tending|foe)") == [frozenset({"end", "foe"})]


@pytest.mark.parametrize(
    ("pattern", "text"), [("worlds?", "world"), ("a+b", "aab"), ("odd{2}ity", "odddity"), ("word*ly", "worly")]
)
def test_a_letter_that_may_be_missing_or_doubled_is_not_taken_for_fixed(pattern: str, text: str) -> None:
    prefilter = Prefilter([needs(pattern)])
    assert prefilter.patterns(prefilter.seen(text)) == [0]


def test_a_pattern_that_may_match_anything_needs_nothing() -> None:
    assert needs(r"\w+") == []
    assert needs(r"(?:red)?") == []


def test_an_unbalanced_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        needs("a)b")


WORDS = st.sampled_from(["red", "blue", "fox", "box", "end", "it"])
PIECES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(r"\s+".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        inner.map(lambda one: f"(?:{one})?"),
        st.tuples(inner, inner).map(r"(?:\s+\w+){0,2}\s+".join),
    ),
    max_leaves=6,
)


@given(PIECES, st.lists(WORDS, max_size=8))
def test_what_would_match_is_always_run(pattern: str, words: list[str]) -> None:
    """For any pattern of these forms and any text: a match implies that the pattern is among the candidates."""
    text = " ".join(words)
    prefilter = Prefilter([needs(pattern)])
    if re.search(pattern, text):
        assert prefilter.patterns(prefilter.seen(text)) == [0]


def test_blanks_of_any_width_are_one_blank() -> None:
    prefilter = Prefilter([needs(r"end\s+it")])
    assert prefilter.patterns(prefilter.seen("end \n\t it")) == [0]
    assert prefilter.patterns(prefilter.seen("the friend")) == []
