"""The honest figures: every author judged by a model that never read them, every set by one that never read that part.

    authors ─▶ parts ─▶ for each part: teach with the others, score the part ─▶ scores nobody was taught

Leaving out one author at a time would be a model an author; three parts take a third of the time and are a little
harder, because more is left out. The scores choose the thresholds in the policy packs, and their figures go into
model.json. The held-out third of the lines is in no part: only the evaluation counts that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from moderation import opinion
from moderation.model import HEADS
from moderation.teaching import fitting, larger, packing
from moderation.teaching.examples import HARMS, Example, folds

PARTS = 3
SUPPORTIVE = ("counsel_chat", "goemotions", "sad", "loneliness")
# Shares of supportive texts and of open lines that may be flagged by all harm heads together, where recall is told.
_AT = 0.002


def unseen(examples: Sequence[Example]) -> Any:
    """(examples, heads): the score of each by a model that was not taught with its author or its part."""
    _, left_with = folds(examples)
    part_of = np.array(left_with) % PARTS
    scores = np.zeros((len(examples), len(HEADS)))
    for part in range(PARTS):
        model = packing.taught([each for each, mine in zip(examples, part_of, strict=True) if mine != part]).model()
        places = np.flatnonzero(part_of == part)
        for first in range(0, len(places), 256):
            some = places[first : first + 256]
            scores[some] = model.scores(fitting.soft([examples[place].text for place in some]))
    return scores


def told(lessons: larger.Lessons) -> dict[str, Any]:
    """What model.json keeps of the trials: how much each model counts, and the figures of the small one and of both."""
    examples = lessons.examples
    small, large = unseen(examples), unseen_by_larger(examples, lessons.means)
    wanted = np.array([example.wanted for example in examples])
    weight = np.array([example.weight for example in examples])
    counts = larger.blend(small, large, wanted, weight, harmless(examples))
    both = opinion.shares(opinion.blended(small, large, counts))
    return {
        "blend": [[round(each, 4) for each in head] for head in counts.tolist()],
        "unseen": {"small": figures(examples, small), "both": figures(examples, both)},
    }


def unseen_by_larger(examples: Sequence[Example], means: Any) -> Any:
    """(examples, heads): the logit of each by layers that were not taught with its author or its part."""
    _, left_with = folds(examples)
    part_of = np.array(left_with) % PARTS
    wanted = np.array([example.wanted for example in examples])
    counts = larger.counted(examples)
    logits = np.zeros(wanted.shape)
    for part in range(PARTS):
        others, own = part_of != part, part_of == part
        logits[own] = larger.said(larger.taught(means[others], wanted[others], counts[others]), means[own])
    return logits


def harmless(examples: Sequence[Example]) -> Any:
    """Which are lines that hold no harm, or supportive texts: what thresholds are set by."""
    harms = range(len(HARMS))
    return np.array([
        example.group in SUPPORTIVE or (bool(example.category) and 1.0 not in [example.wanted[head] for head in harms])
        for example in examples
    ])  # fmt: skip


def figures(examples: Sequence[Example], scores: Any) -> dict[str, Any]:
    """Per head: how well it ranks what it should see above what it should not (area under the curve), and the share it
    finds where it flags `_AT` of supportive texts; n beside them.
    """
    wanted = np.array([example.wanted for example in examples])
    supportive = np.array([example.group in SUPPORTIVE for example in examples])
    lines = np.array([bool(example.category) for example in examples])
    found = {}
    for place, head in enumerate(HEADS):
        yes, no = (lines & (wanted[:, place] == value) for value in (1.0, 0.0))
        among = supportive if head in HARMS else no
        least = float(np.quantile(scores[among, place], 1 - _AT))
        found[head] = {
            "area": round(area(scores[yes, place], scores[no, place]), 3),
            "found": round(float((scores[yes, place] > least).mean()), 3),
            "lines": int(yes.sum()),
            "others": int(no.sum()),
        }
    return found


def area(yes: Any, no: Any) -> float:
    """How often one of `yes` scores above one of `no`; a draw is half."""
    ranked = np.sort(no)
    above = np.searchsorted(ranked, yes, side="left") + np.searchsorted(ranked, yes, side="right")
    return float(above.mean() / 2 / len(no))
