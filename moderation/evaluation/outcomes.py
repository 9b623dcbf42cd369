"""A labelled case and the verdict on it: the words everything else counts in.

    right      what became of the words is one of what its label accepts, care lies between its two bands, every detail
               that had to go is gone, every word that had to stay is there
    silenced   held or blocked although only delivery is right, or more than 30 % of its words masked away
    stopped    the words reached nobody
    alerted    care concern or more                     paged      care high or more

A verdict held for a fault of ours (`faulty`) is silence too: the person sees no difference. Where masking is the right
answer, details that had to go are not counted among the words masked away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from moderation.lines import Case
from moderation.verdict import Action, CareBand, Submission, Verdict

# More than this share of the words masked away is silence.
MASKED_AWAY = 0.3
# Judged together at most: what a busy tick may bring.
TOGETHER = 64

Judge = Callable[[Sequence[Submission]], list[Verdict]]

SUPPORTIVE = frozenset({"yes", "masked"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case, judged."""

    case: Case
    verdict: Verdict

    @property
    def became(self) -> str:
        """yes, masked or no: what became of the words."""
        if self.verdict.action >= Action.HOLD:
            return "no"
        return "masked" if self.verdict.action is Action.MASK else "yes"

    @property
    def stopped(self) -> bool:
        return self.verdict.action >= Action.HOLD

    @property
    def alerted(self) -> bool:
        return self.verdict.care.band >= CareBand.CONCERN

    @property
    def paged(self) -> bool:
        return self.verdict.care.band >= CareBand.HIGH

    @property
    def silenced(self) -> bool:
        if "no" in self.case.deliver:
            return False
        return self.stopped or masked_away(self.case, self.verdict) > MASKED_AWAY

    @property
    def right(self) -> bool:
        return not self.wrong

    @property
    def wrong(self) -> str:
        """Why it is not right, in a word: deliver, care, mask, keep; empty when it is right."""
        case, shown = self.case, self.verdict.text
        if self.became not in case.deliver:
            return "deliver"
        if not case.care_at_least <= self.verdict.care.band <= case.care_at_most:
            return "care"
        if shown is not None and any(detail in shown for detail in case.must_mask):
            return "mask"
        if shown is not None and any(word not in shown for word in case.must_keep):
            return "keep"
        return ""


def masked_away(case: Case, verdict: Verdict) -> float:
    """The share of the words that is gone from what is fanned out, 0 to 1."""
    if verdict.text is None or verdict.action is not Action.MASK:
        return 0.0
    words = case.text.split()
    left = Counter(words) & Counter(verdict.text.split())
    gone = len(words) - left.total()
    if case.deliver == {"masked"}:
        gone -= sum(len(detail.split()) for detail in case.must_mask) or gone
    return max(0, gone) / len(words) if words else 0.0


def submission(case: Case, number: int, pack: str | None = None) -> Submission:
    """The case as somebody would send it; `pack` instead of its own, if given. Nobody's window is shared."""
    pack = pack or case.pack
    return Submission(
        case.text,
        lane="evaluation",
        author=str(number),
        pack=pack,
        band="teen" if pack == "teen" else case.band,
        one_on_one=pack == "session",
    )


def judged(cases: Iterable[Case], judge: Judge, pack: str | None = None) -> list[Outcome]:
    """Every case with its verdict, in order."""
    waiting = list(cases)
    verdicts: list[Verdict] = []
    for start in range(0, len(waiting), TOGETHER):
        part = waiting[start : start + TOGETHER]
        verdicts += judge([submission(case, start + place, pack) for place, case in enumerate(part)])
    return [Outcome(case, verdict) for case, verdict in zip(waiting, verdicts, strict=True)]


def unlabelled(texts: Iterable[str], name: str) -> list[Case]:
    """Texts that may be delivered or masked, never stopped: `name` is their set."""
    return [
        Case(id=f"{name}-{number}", category=name, text=text, deliver=SUPPORTIVE) for number, text in enumerate(texts)
    ]


def by_category(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Grouped, categories in the order of their names."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.case.category, []).append(outcome)
    return dict(sorted(found.items()))
