"""Guessing: the model's scores of all messages of a tick, the second opinion on a few, and what follows from either.

    views ─▶ model ─▶ below every mark: nothing
                   ├▶ uncertain: `read` and `small`, and nothing yet ─▶ second opinion ─▶ `settle` ─▶ findings
                   └▶ findings, each placed on the sentence that shows it most

The model looks at a whole tick together, because it costs more per call than per message; scores of one message never
depend on another. Words we offered ourselves are not doubted when somebody takes them up, though they may still ask for
care. Which scores matter is what the packs say (heeding.py); none that no pack minds is looked at twice.

Failure: whatever the model or the second opinion raises comes out; whoever runs the stages holds the message for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import accumulate, pairwise

from moderation import answer, conversation, heeding, kinds
from moderation import model as heads
from moderation.books import Books
from moderation.model import Model
from moderation.opinion import Opining
from moderation.text import View
from moderation.verdict import CareBand, Finding
from moderation.wording import SELLING, Wording
from moderation.work import Work

# Scores from which a message is worth a look together with others; all but "distress", which most of our talk is.
_PASSING = [2.0 if head == "distress" else conversation.PASSING for head in heads.HEADS]
# Sentences of a message that are looked at one by one: what is cut in more pieces was not written to be read.
_MOST_SENTENCES = 100


class Guessing:
    """The model, and the second opinion while there is one."""

    def __init__(self, model: Model, opinion: Opining | None) -> None:
        self.model = model
        self.opinion = opinion  # loads it, or gives what is loaded; None: nothing is ever uncertain
        self._kinds = kinds.load()

    def adopt(self, books: Books, wording: Wording) -> None:
        """Heed scores as these books say."""
        self._wording = wording
        self._gates = books.book.gates
        heeded, doubted = heeding.least(books.packs.values()), heeding.doubtful(books.packs.values())
        self.heeded = heads.levels(heeded)
        self._levels = heads.levels(heeded, doubted, _PASSING)
        self.offered = _offered(books)

    def guess(self, works: Sequence[Work]) -> None:
        """Findings of the model, on the undisguised reading where there is one. None is added before all are scored."""
        views = [work.view for work in works]
        scores = self.model.scores([view.text for view in views])
        reached = heads.reaching(scores, self._levels)
        for work, view, row, (reaches, doubts, passes) in zip(works, views, scores, reached, strict=True):
            doubts = doubts and self.opinion is not None
            said = self._trusting(work, row.tolist()) if passes or doubts or reaches else ()
            if passes:
                work.scores = tuple(said)
            if doubts and heeding.doubted(said, view.text, work.pack):
                work.read, work.small = view, tuple(said)
            elif reaches:
                self._heed(work, view, said)

    def guess_one(self, work: Work) -> None:
        """The same for one alone."""
        self.guess((work,))

    def settle(self, work: Work, scores: Sequence[float]) -> None:
        """What follows from a second opinion's scores."""
        if work.read is None or len(scores) != len(heads.HEADS):
            raise ValueError("a second opinion is one score a head")
        work.scores = tuple(self._trusting(work, scores))
        self._heed(work, work.read, work.scores)

    def second(self, work: Work) -> None:
        """A second opinion, here and now."""
        if work.read is not None and self.opinion is not None:
            self.settle(work, self.opinion().scores([work.read.text], [work.small])[0].tolist())

    def load(self) -> None:
        """The first to ask for a second opinion loads it, which is no message's time. Should it fail, asking does."""
        with suppress(Exception):
            if self.opinion is not None:
                self.opinion()

    def follows(self, work: Work, scores: Sequence[float], view: View) -> list[Finding]:
        """What follows from the scores of some reading in this place; the span is all of it."""
        return heeding.findings(scores, view.text, work.pack, self._gates, contact=work.masked, kinds=self._kinds)

    def follows_alone(self, work: Work, text: str) -> list[Finding]:
        """What follows from the model's scores of a text by itself."""
        scores = self.model.scores([text])[0].tolist()
        return heeding.findings(scores, text, work.pack, self._gates, kinds=self._kinds)

    def _trusting(self, work: Work, scores: Sequence[float]) -> Sequence[float]:
        """The scores, without any of harm where the words are ones we offered: whoever takes them up is not doubted."""
        if work.submission.text not in self.offered:
            return scores
        return [0.0 if head in heeding.SAYS else score for head, score in zip(heads.HEADS, scores, strict=True)]

    def _heed(self, work: Work, view: View, scores: Sequence[float]) -> None:
        """What follows from the scores of a view."""
        found = self.follows(work, scores, view)
        work.findings += [replace(one, span=self._place(view, one)) for one in found]
        if any(finding.rule == SELLING for finding in found):
            self._wording.without_helplines(work)

    def _place(self, view: View, finding: Finding) -> tuple[int, int]:
        """Where in the submitted text: the sentence that shows it most, or all of it where none does alone."""
        ends = list(accumulate(map(len, answer.sentences(view.text)), initial=0))
        if 2 < len(ends) <= _MOST_SENTENCES and finding.care.band is CareBand.NONE:
            pieces = [view.text[start:end] for start, end in pairwise(ends)]
            head = heads.HEADS.index(finding.rule.removeprefix(heeding.PREFIX))
            scores = self.model.scores(pieces)[:, head].tolist()
            best = scores.index(max(scores))
            if scores[best] >= finding.score / 2:
                return view.span(ends[best], ends[best + 1])
        return view.span(0, len(view.text))


def _offered(books: Books) -> frozenset[str]:
    """All words the rules and packs have ready to offer, in every language. Rules and packs still judge them."""
    texts = {rule.suggest for rule in books.book.rules}
    texts |= {text for pack in books.packs.values() for offers in pack.suggestions.values() for text in offers}
    return frozenset(books.says.say(text, language) for text in texts - {""} for language in books.says.languages)
