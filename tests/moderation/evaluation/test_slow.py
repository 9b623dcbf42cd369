"""Texts made to be slow: as long as a message may be, the same for every version, and truly slow."""

from __future__ import annotations

import time

from moderation import pipeline
from moderation.evaluation import slow
from moderation.evaluation.timing import hostile
from moderation.verdict import Submission


def test_they_are_as_long_as_a_message_may_be_and_different() -> None:
    made = list(slow.texts(50))
    assert {len(text) for text in made} == {slow.LENGTH}
    assert len(set(made)) == 50


def test_two_versions_are_measured_on_the_same_ones() -> None:
    assert list(slow.texts(20)) == list(slow.texts(20))
    assert list(slow.texts(20)) != list(slow.texts(20, "others"))


def test_what_is_read_beside_the_loop_is_not_counted_for_it() -> None:
    """The clock stands while nobody reads: a text too short to be read beside is all the loop's."""
    judging = pipeline.load(stopwatch=time.process_time, budget=30.0, flood=False)
    read: list[str] = []
    whole = judging.read

    def noted(submission: Submission, *rest: object) -> object:
        read.append(submission.text)
        return whole(submission, *rest)  # type: ignore[arg-type]

    judging.read = noted  # type: ignore[method-assign, assignment]
    (figure,) = hostile([*slow.texts(2), "k!ll y0urself"], judging, time.process_time).figures
    assert figure.bar == "M14.hostile"
    assert set(read) == set(slow.texts(2))
    assert figure.n == 3
