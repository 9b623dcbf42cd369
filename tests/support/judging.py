"""One pipeline for all tests that only read it: loading the rule book costs more than judging a thousand messages."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from typing import Any

from moderation import pipeline
from moderation.evaluation import corpora
from moderation.pipeline import Pipeline
from moderation.rules import DATA
from moderation.verdict import Action, Submission, Verdict

SUITE = DATA / "suite"

# Far above what any message takes: a loaded machine must not turn a verdict into a hold.
PATIENT = 30.0

# Harsh words whatever they wear; each is stopped as it stands. None describes how anything is done.
HARSH = (
    "kill yourself",
    "you are a worthless piece of shit",
    "nobody wants you here, go kill yourself",
    "you stupid bitch, shut up",
    "you are a disgusting pig",
)
# What people say on a hard night; each is delivered as it stands.
OPEN = (
    "i feel like absolute shit today and i can't even say why",
    "My ex is a selfish prick and I'm done making excuses for him",
    "I could kill for a nap right now",
    "Three years ago I tried to end my life. It does get different.",
    "Please don't kill yourself. I know we're strangers but I'd notice.",
    'He used to tell me "you\'re a worthless whore and nobody else will have you". I still hear it some days.',
    "I keep getting this awful flash of dropping her down the stairs. I'd never.",
    "I want to kill myself and I don't know who to tell",
    "As a queer mum the baby groups round here are... a lot",
    "I'm not suicidal, I'm just really really tired",
    "I hate myself so much when I snap at him",
    "does it get better? he's six weeks old and I'm so tired",
)


@lru_cache(maxsize=1)
def judge() -> Pipeline:
    """The packaged pipeline, without the flood stage: nothing one test says reaches another."""
    return pipeline.load(stopwatch=time.perf_counter, budget=PATIENT, flood=False)


def said(text: str, **context: Any) -> Verdict:
    """The verdict on `text`."""
    return judge().judge(Submission(text, **{"lane": "lane", "author": "author"} | context), now=0.0)


def stopped(verdict: Verdict) -> bool:
    """Whether the words reached nobody (yet)."""
    return verdict.action >= Action.HOLD and not verdict.faulty


def labelled(name: str = "dev") -> list[dict[str, Any]]:
    """The labelled cases of moderation/data/suite."""
    lines = (SUITE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def supportive() -> list[str]:
    """Real supportive messages that must not be silenced: a sample of the open sets of moderation/data/sets."""
    return [text for texts in corpora.supportive(650).values() for text in texts]
