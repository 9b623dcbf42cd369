"""Time: measured by a clock that is given, the middle of several tries, alone and among others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from moderation import pipeline
from moderation.evaluation import timing
from moderation.verdict import Action, Submission, Verdict


class Clock:
    """A clock that only judging moves: a millisecond a call and a tenth a text."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls = 0

    def __call__(self) -> float:
        return self.now

    def judge(self, submissions: Sequence[Submission]) -> list[Verdict]:
        self.calls += 1
        self.now += 0.001 + 0.0001 * len(submissions)
        if self.calls % 50 == 0:
            self.now += 1.0  # the machine was elsewhere
        return [Verdict(Action.ALLOW, text=each.text) for each in submissions]


def test_what_the_machine_does_meanwhile_is_left_out() -> None:
    clock = Clock()
    chapter, alone = timing.timed(["a"] * 64, clock.judge, clock)
    by_bar = {figure.bar: figure.value or 0 for figure in chapter.figures}
    assert round(by_bar["M14.median"], 3) == 1.1
    assert round(by_bar["M14.p99"], 3) == 1.1
    assert len(alone) == 64


def test_together_each_message_costs_its_share() -> None:
    clock = Clock()
    chapter, _ = timing.timed(["a"] * 64, clock.judge, clock)
    together = next(figure for figure in chapter.figures if figure.bar == "M14.together")
    assert round(together.value or 0, 3) == round((1 + 3.2) / 32, 3)


def test_messages_of_the_usual_length_are_timed() -> None:
    assert timing.usual(["a" * 93, "a" * 20, "a" * 500, "a" * 100]) == ["a" * 93, "a" * 100]


def test_a_second_opinion_is_timed_on_what_asks_for_one() -> None:
    judging = pipeline.load(stopwatch=time.perf_counter, budget=30.0, flood=False)
    plain, unsure = "I had tea and watched the rain for an hour", "why do you even bother coming here, honestly"
    judging.packs = {"general": replace(judging.packs["general"], second={"model.abuse": (0.0, 1.1)})}
    judging.adopt(replace(judging.books, packs=judging.packs))
    by_bar = {
        figure.bar: figure
        for figure in timing.second([plain, unsure], judging, judging.opinion, time.process_time).figures
    }
    assert by_bar["M14.uncertain"].value == 1.0
    assert 0 < (by_bar["M14.second"].value or 0) <= (by_bar["M14.second.p99"].value or 0)
    assert timing.second([plain], judging, None, time.process_time).figures == []
