"""The pipeline: every human-written string passes here before anyone else can see it.

    normalise → contact → rules → [model] → (second) → crisis → conversation → flood → policy → one explained Verdict

`judge_all` judges a batch in order and is the primitive; `judge` is its case of one. Stages look at one submission
after the other; only the model looks at all of them together, because it costs more per call than per message. A
verdict depends on the submission, its policy pack and the author's own window, never on who shares the batch. A
stage that raises, or a message that takes longer than the budget, ends in HOLD with `faulty=True` and calm words:
nothing passes unjudged and nothing is lost (X36). `healthy` says whether the newest judgement worked.

What the model is unsure of is read once more (opinion.py), which takes some milliseconds. Who has no loop to hold up
calls `judge_all` and gets verdicts. The server calls `first_all`, which gives an `Unsure` in the place of such a
verdict, and of those that must come after it; `settled` makes it one when the scores are there, `aside` when they are
not to be had. A text that is long is `read` beforehand, beside the loop, and its work stands in the submission's place.
The verdict is the same on every way.

The stages are methods of what knows how: wording.py (the words themselves), guessing.py (the model and the second
opinion), gathering.py (with the author's last messages). A new one: its file, a line in `Wording.stages` or `_after`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from moderation import answer, heeding
from moderation import books as shelf
from moderation import model as heads
from moderation import opinion as second
from moderation.books import Books
from moderation.conversation import Conversation
from moderation.flood import Flood
from moderation.gathering import Gathering
from moderation.guessing import Guessing
from moderation.model import Model
from moderation.opinion import Opining
from moderation.rules import DATA
from moderation.verdict import Action, CareBand, Finding, Submission, Verdict
from moderation.wording import Wording
from moderation.work import TALK, Stages, Unsure, Work, waiting

FAULT_SAYS = "We're checking this one, it can take a minute. Nothing is lost, and you can keep writing."
# Characters from which a text is long, and worth reading beside the loop: so are one in a thousand of short talk and
# one in twenty of whole letters. At nine microseconds for a character of the slowest texts anybody made up, what is
# read in the loop takes under five thousand.
LONG = 480
# Stages timed between two looks of whoever reads the times (once a second): some three hundred messages.
MOST_LAPS = 2000


class Pipeline:
    """The stages, the packs and the window of this process."""

    def __init__(
        self,
        *,
        books: Books,
        stopwatch: Callable[[], float],
        budget: float,
        flood: Flood | None,
        model: Model,
        opinion: Opining | None = None,
        talk: Conversation | None = None,
    ) -> None:
        """`stopwatch` returns monotonic seconds; `budget` is how many of them one message may take. `opinion` loads the
        second opinion, or gives what is loaded; None: nothing is ever uncertain. Without `flood` or `talk` nothing of
        what was said before counts, but for what the submissions bring along.
        """
        self.healthy = True  # whether the newest judgement worked
        self.faults = 0  # judgements that failed or were too slow, since the start
        self.last_fault = ""  # the stage and the kind of error, never words
        self._stopwatch = stopwatch
        self._laps: list[tuple[str, float]] = []  # seconds of single stages, until they are taken
        self._budget = budget
        self._flood = flood
        self._guessing = Guessing(model, opinion)
        self._gathering = Gathering(self._guessing, talk)
        self.adopt(books)

    def adopt(self, books: Books) -> None:
        """Judge by these books from the next message on. Windows and health stay as they are."""
        self.books = books
        self.packs = books.packs
        self._wording = Wording(books)
        self._guessing.adopt(books, self._wording)
        self._gathering.adopt(books, self._wording)
        # Named, in order. The model stands between; crisis is looked at before anything can be refused.
        self._before: Stages = self._wording.stages
        self._after: Stages = (
            ("crisis", self._wording.crisis),
            ("conversation", self._gathering.conversation),
            ("flood", self._flooding),
        )

    @property
    def opinion(self) -> Opining | None:
        """What loads the second opinion, or gives what is loaded; None: nothing is ever uncertain."""
        return self._guessing.opinion

    @opinion.setter
    def opinion(self, opinion: Opining | None) -> None:
        self._guessing.opinion = opinion

    def take_laps(self) -> list[tuple[str, float]]:
        """How long each stage took, in seconds, for the first judgements since the last call: all, at a quiet pace."""
        laps, self._laps = self._laps, []
        return laps

    def _lap(self, stage: str, seconds: float) -> None:
        if len(self._laps) < MOST_LAPS:
            self._laps.append((stage, seconds))

    def judge_all(self, submissions: Sequence[Submission], now: float) -> list[Verdict]:
        """One verdict per submission, in order. Never raises for what is in them."""
        works = self._begun(submissions, now)
        for work in works:
            if work.asks:
                self._guessing.load()
                self._through((("second", self._guessing.second),), work)
        return [self._answered(work) for work in works]

    def read(self, submission: Submission, now: float, stopwatch: Callable[[], float]) -> Work:
        """What the words show by themselves: most of the time that a long text takes. Asks nothing but the books, so
        that another thread may do it, by its own `stopwatch`.
        """
        work = self._work(submission, now)
        self._through(self._before, work, stopwatch)
        return work

    def first_all(self, submissions: Sequence[Submission | Work], now: float) -> list[Verdict | Unsure]:
        """The same without a second opinion: what asks for one, and what the same author says after it in the same
        lane, is `Unsure` and has to be `settled` in this order. What has been `read` is not read again.
        """
        asking: set[tuple[str, str]] = set()
        found: list[Verdict | Unsure] = []
        for work in self._begun(submissions, now):
            place = (work.submission.author, work.submission.lane)
            if work.asks:
                asking.add(place)
            found.append(waiting(work) if place in asking else self._answered(work))
        return found

    def settled(self, unsure: Unsure, scores: Sequence[float] = ()) -> Verdict:
        """The verdict, with the second opinion's scores where it asked for them."""
        work = unsure.work
        if unsure.asks:
            self._through((("settle", lambda work: self._guessing.settle(work, scores)),), work)
        return self._answered(work)

    def aside(self, unsure: Unsure) -> Verdict:
        """The verdict where no second opinion is to be had: what the model alone says would be shown, or stopped for
        nothing but that, is held. Care is what it would be.
        """
        verdict = self.settled(unsure, unsure.small)
        work = unsure.work
        if not unsure.asks or verdict.faulty:
            return verdict
        kind = work.submission.kind
        if verdict.action >= Action.HOLD and not heeding.alone(self._counted(work), work.pack, kind):
            return verdict
        says = self.books.says.say(FAULT_SAYS, work.submission.language)
        return replace(
            verdict, action=Action.HOLD, text=None, suggestion=None, says=says, faulty=True, model_alone=True
        )

    def glance(self, submission: Submission, now: float) -> Verdict:
        """The verdict as the model alone has it: for whom a second opinion is not worth its milliseconds."""
        first = self.first_all((submission,), now)[0]
        return first if isinstance(first, Verdict) else self.settled(first, first.small)

    def _work(self, submission: Submission, now: float) -> Work:
        return Work(submission, now, self.packs.get(submission.pack) or self.packs["general"])

    def _opened(self, one: Submission | Work, now: float) -> Work:
        """Its words read; anew where that was done by books of before."""
        submission = one.submission if isinstance(one, Work) else one
        work = self._work(submission, now)
        if isinstance(one, Work) and one.pack is work.pack:
            one.now = now
            return one
        self._through(self._before, work)
        return work

    def _begun(self, submissions: Sequence[Submission | Work], now: float) -> list[Work]:
        """All that comes before an answer, but for second opinions."""
        works = [self._opened(each, now) for each in submissions]
        self._model_all([work for work in works if work.held is None and work.submission.kind != "alias"])
        self._joined_all(works)
        return works

    def judge(self, submission: Submission, now: float) -> Verdict:
        """The verdict on one submission."""
        return self.judge_all((submission,), now)[0]

    def _through(self, stages: Stages, work: Work, stopwatch: Callable[[], float] | None = None) -> None:
        """Run some stages on one submission; a fault, or too much time over all of them, becomes its answer."""
        stage = "start"
        stopwatch = stopwatch or self._stopwatch
        begun = stopwatch() - work.spent
        try:
            for stage, run in stages:
                before = work.spent
                run(work)
                work.spent = stopwatch() - begun
                self._lap(stage, work.spent - before)
                if work.spent > self._budget:
                    work.held = self._held(work, stage, "over budget")
                    return
        except Exception as broken:  # the contract: any fault holds, whatever it is
            work.held = self._held(work, stage, type(broken).__name__)

    def _answered(self, work: Work) -> Verdict:
        if work.held is None:
            self._through(self._after, work)
        if work.held is not None:
            return work.held
        begun = self._stopwatch()
        try:
            verdict = self._verdict(work)
        except Exception as broken:
            return self._held(work, "verdict", type(broken).__name__)
        self._lap("policy", self._stopwatch() - begun)
        self.healthy = True
        return verdict

    def _model_all(self, works: Sequence[Work]) -> None:
        """Every message of the tick scored together. Should that fail, each alone, so that only the one at fault is
        held.
        """
        begun = self._stopwatch()
        try:
            self._guessing.guess(works)
        except Exception:
            for work in works:
                self._through((("model", self._guessing.guess_one),), work)
            return
        each = (self._stopwatch() - begun) / max(1, len(works))
        for work in works:
            work.spent += each
            self._lap("model", each)
            if work.spent > self._budget:
                work.held = self._held(work, "model", "over budget")

    def _joined_all(self, works: Sequence[Work]) -> None:
        """What authors say over several messages, read as one by the model: all of a tick together, or each alone."""
        try:
            found = self._gathering.joined(works)
        except Exception:  # the one at fault is held
            for work in works:
                if work.held is None:
                    self._through((("joined", self._gathering.joined_alone),), work)
        else:
            for work, join in found:
                self._through((("joined", join),), work)

    def _held(self, work: Work, stage: str, why: str) -> Verdict:
        self.healthy = False
        self.faults += 1
        self.last_fault = f"{stage}: {why}"
        says = self.books.says.say(FAULT_SAYS, work.submission.language)
        return Verdict(Action.HOLD, care=work.care, says=says, policy=work.pack.version, faulty=True)

    def _flooding(self, work: Work) -> None:
        if self._flood is None or work.submission.kind not in TALK:
            return
        finding = self._flood.look(work.submission, work.views.soft.text, work.now)
        if finding and work.care.band < CareBand.CONCERN:  # a disclosure is never refused for its speed (R1)
            work.findings.append(finding)

    def _verdict(self, work: Work) -> Verdict:
        return answer.verdict(
            work.submission,
            work.findings,
            work.care,
            pack=work.pack,
            books=self.books,
            passes=lambda offer: self._passes(offer, work),
        )

    def _counted(self, work: Work) -> list[Finding]:
        return answer.counted(work.submission, work.findings, work.care, pack=work.pack, books=self.books)

    def _passes(self, offer: str, work: Work) -> bool:
        """Whether `offer` would be delivered as it is, judged as a message of its own."""
        trial = work.trial(offer)
        self._wording.look(trial)
        self._guessing.guess_one(trial)
        if trial.read is not None and offer not in self._guessing.offered:  # uncertain: not what anybody is told passes
            return False
        self._wording.crisis(trial)
        self._gathering.conversation(trial)
        return work.pack.decide(self._counted(trial), "message") is Action.ALLOW


def load(
    *,
    stopwatch: Callable[[], float],
    budget: float = 0.05,
    flood: bool = True,
    data: Path = DATA,
    books: Books | None = None,
    model: Model | None = None,
    opinion: Opining | None = None,
) -> Pipeline:
    """A pipeline from `books`, or the packaged ones (or those under `data`). The packaged model comes with its second
    opinion, another with the one that is given. Raises BookError, PackError, ModelError.
    """
    return Pipeline(
        books=books or shelf.load(data),
        stopwatch=stopwatch,
        budget=budget,
        flood=Flood() if flood else None,
        talk=Conversation() if flood else None,
        model=model or heads.packaged(),
        opinion=opinion or (None if model else second.packaged()),
    )


def pack_names(data: Path = DATA) -> tuple[str, ...]:
    """The names a room may give as its `pack`."""
    return tuple(sorted(path.stem for path in (data / "packs").glob("*.yaml")))
