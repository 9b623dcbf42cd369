"""What several messages of one person become, one after the other, as the server would have them judged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from moderation import pipeline
from moderation.conversation import Conversation
from moderation.pipeline import Pipeline
from moderation.verdict import Action, Submission, Verdict
from tests.support.judging import PATIENT

LOADED = pipeline.load(stopwatch=time.perf_counter, budget=PATIENT)


def fresh() -> Pipeline:
    """A pipeline with windows of its own, and without the flood stage; the books have no state."""
    LOADED.__dict__["_flood"], LOADED.__dict__["_gathering"].talk = None, Conversation()
    return LOADED


def talk(judging: Pipeline, texts: Sequence[str], *, gap: float = 20.0, **context: Any) -> list[Verdict]:
    """What becomes of some messages of one person, each some seconds after the last, as the server would tell them."""
    said: list[tuple[str, float]] = []
    answers = []
    for place, text in enumerate(texts):
        now = 1000.0 + place * gap
        about = {"lane": "l", "author": "a", "key": f"k{place}"} | context
        last = said[-20:]
        submission = Submission(
            text, recent=tuple(word for word, _ in last), since=tuple(now - at for _, at in last), **about
        )
        answers.append(judging.judge(submission, now))
        if answers[-1].action <= Action.MASK:
            said.append((text, now))
    return answers
