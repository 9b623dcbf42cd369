"""Guessing: what follows from scores, whoever shares the tick, and nothing from those that no pack minds."""

from __future__ import annotations

import time
import typing

import numpy as np
import pytest

from moderation import books, model, pipeline, verdict
from moderation.guessing import Guessing
from moderation.model import HEADS
from moderation.verdict import Action, CareBand, Submission
from moderation.wording import Wording
from moderation.work import Work
from tests.support.doubting import ALWAYS, NEVER, doubting, with_bands
from tests.support.judging import OPEN, PATIENT, said
from tests.support.tiny import tiny


def guessing(*, doubts: bool = False) -> tuple[Guessing, Wording, books.Books]:
    held = with_bands(ALWAYS if doubts else NEVER)
    guesses, wording = Guessing(model.packaged(), tiny if doubts else None), Wording(held)
    guesses.adopt(held, wording)
    return guesses, wording, held


def works(texts: typing.Sequence[str], wording: Wording, held: books.Books) -> list[Work]:
    found = [Work(Submission(text, lane="l", author="a"), 0.0, held.packs["general"]) for text in texts]
    for work in found:
        wording.look(work)
    return found


HARM = "your kids deserve a better mother than you"


def test_a_tick_scored_together_finds_what_each_finds_alone() -> None:
    guesses, wording, held = guessing()
    together, alone = works([*OPEN, HARM], wording, held), works([*OPEN, HARM], wording, held)
    guesses.guess(together)
    for work in alone:
        guesses.guess_one(work)
    assert [(work.findings, work.scores) for work in together] == [(work.findings, work.scores) for work in alone]


def test_a_guess_is_pinned_on_the_sentence_that_shows_it() -> None:
    guesses, wording, held = guessing(doubts=True)
    text = f"The kettle is on and the tea is nearly there. {HARM}."
    (work,) = works([text], wording, held)
    guesses.guess_one(work)
    guesses.settle(work, [0.9 if head == "abuse" else 0.0 for head in HEADS])
    assert [text[slice(*finding.span)].strip() for finding in work.findings] == [f"{HARM}."]


def test_what_is_uncertain_finds_nothing_until_it_is_settled() -> None:
    guesses, wording, held = guessing(doubts=True)
    (work,) = works([HARM], wording, held)
    guesses.guess_one(work)
    assert (work.asks, work.findings) == (True, [])
    with pytest.raises(ValueError, match="one score a head"):
        guesses.settle(work, (0.5,))
    guesses.settle(work, [0.9 if head == "abuse" else 0.0 for head in HEADS])
    assert "model.abuse" in work.known


def test_the_model_holds_what_no_rule_knows_and_says_it_stands_alone() -> None:
    """A guess is told apart from a rule, and never blocks what is told in the first person."""
    for harm in ("your kids deserve a better mother than you", "send me a pic, i won't tell your mum"):
        answer = said(harm)
        assert (answer.action, answer.model_alone) == (Action.HOLD, True)
        assert all(finding.rule.startswith("model.") for finding in answer.findings)
    assert not said("kill yourself").model_alone
    assert not said("thank you all").model_alone


def test_words_we_offered_are_not_doubted_when_somebody_takes_them_up() -> None:
    """F22: only what no rule minds is offered, and the model overrules neither; it may still add care."""

    class Doubting:
        """Finds harm in everything, and danger."""

        def scores(self, texts: list[str]) -> object:
            return np.array([[0.99, 0.99, 0.99, 0.99, 0.99, 0.9, 0.9, 0.9]] * len(texts)).reshape(-1, 8)

    fearful = pipeline.load(stopwatch=time.perf_counter, budget=PATIENT, flood=False, model=Doubting())  # type: ignore[arg-type]
    words = "I'd like to keep talking with you here."

    def fear(text: str) -> verdict.Verdict:
        return fearful.judge(Submission(text, lane="room", author="somebody"), 0.0)

    asked, taken = fear("can we talk on telegram instead"), fear(words)
    assert (asked.action, asked.suggestion) == (Action.HOLD, words)
    assert (taken.action, taken.care.band) == (Action.ALLOW, CareBand.HIGH)
    assert fear(f"{words} Or elsewhere, my dear.").action >= Action.HOLD


def test_the_blended_scores_count_for_every_head_and_only_in_the_band() -> None:
    """Against the thresholds of the pack as they are."""

    class Sure:
        def scores(self, texts: list[str], small: typing.Any) -> typing.Any:
            return np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 0.99, 0.0, 0.0]] * len(texts))

    text = "send me a pic, i won't tell your mum"
    alone = doubting(NEVER).judge(Submission(text, lane="l", author="a"), 0.0)
    sure: typing.Any = lambda: Sure()  # noqa: E731
    asked = doubting({"model.groom": (0.1, 1.0)}, opinion=sure).judge(Submission(text, lane="l", author="a"), 0.0)
    assert (alone.action, alone.care.band) == (Action.HOLD, CareBand.NONE)
    assert (asked.action, asked.care.band) == (Action.ALLOW, CareBand.HIGH)
    beyond = doubting({"model.groom": (0.0, 0.1)}, opinion=sure).judge(Submission(text, lane="l", author="a"), 0.0)
    assert beyond == alone
