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
not to be had. The verdict is the same on either way.

Adding a stage: write its file, a method here that runs it, and its line in `_BEFORE` or `_AFTER` the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from pathlib import Path

from moderation import answer, contact, conversation, crisis, heeding, kinds, policy, rules, shield
from moderation import books as shelf
from moderation import model as heads
from moderation import opinion as second
from moderation.books import Books
from moderation.conversation import Brought, Conversation
from moderation.flood import Flood
from moderation.model import Model
from moderation.opinion import Opining
from moderation.rules import DATA
from moderation.text import SIGNS, STRETCHES, View, Views, looks_disguised, looks_set_apart
from moderation.verdict import NO_CARE, Action, Care, CareBand, Finding, Submission, Verdict

FAULT_SAYS = "We're checking this one, it can take a minute. Nothing is lost, and you can keep writing."
# A message this short may be one letter or word of something said over several messages (X32).
_FRAGMENT = 14
_MOST_FRAGMENTS = 12
# Stages timed between two looks of whoever reads the times (once a second): some three hundred messages.
MOST_LAPS = 2000
# The model's rule of advertising: like the rules about it, it has nothing to say of helplines.
_SELLING = "model.solicit"
# What people say to each other, as against names and notes to the team.
_TALK = frozenset({"message", "edit"})
# Scores from which a message is worth a look together with others; all but "distress", which most of our talk is.
_PASSING = heads.levels([2.0 if head == "distress" else conversation.PASSING for head in heads.HEADS])
# Texts longer than any lawful message are cut before judging; the gateway refuses them long before.
_MOST_CHARACTERS = 20_000


@dataclass(slots=True)
class _Work:
    """One submission on its way through the stages."""

    submission: Submission
    now: float
    pack: policy.Pack
    views: Views = field(init=False)
    seen: set[int] = field(default_factory=set)
    skeleton: View | None = None
    findings: list[Finding] = field(default_factory=list)
    care: Care = NO_CARE
    spent: float = 0.0  # seconds
    held: Verdict | None = None  # a fault's answer
    read: View | None = None  # what the model has read, where a second opinion is asked on it
    small: tuple[float, ...] = ()  # and its scores
    pieced: set[str] = field(default_factory=set)  # rules that found something in several messages only
    scores: tuple[float, ...] = ()  # of the model or the second opinion, where any head says a little


Stage = Callable[["Pipeline", _Work], None]


@dataclass(frozen=True, slots=True, eq=False)
class Unsure:
    """A submission without a verdict yet. `asks`: a second opinion on `text`, of which `small` are the model's scores;
    else it only comes after one of the same author and lane that asks.
    """

    text: str = field(repr=False)
    small: tuple[float, ...]
    asks: bool
    work: _Work = field(repr=False)


@dataclass(slots=True)
class _Cues:
    """What tells stages whether to look."""

    signs: frozenset[int]
    stretches: frozenset[int]
    contact: contact.Cues


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
        self._model = model
        self._kinds = kinds.load()
        self._questions = shield.packaged()
        self._asking = conversation.asking(self._questions)
        self._talk = talk
        self.opinion = opinion
        self.adopt(books)

    def adopt(self, books: Books) -> None:
        """Judge by these books from the next message on. Windows and health stay as they are."""
        self.books = books
        self.packs = books.packs
        self._book = books.book
        self._contacts = books.contacts
        number = books.book.prefilter.number
        self._cues = _Cues(
            frozenset(number[sign] for sign in SIGNS if sign not in ".,"),
            frozenset(number[stretch] for stretch in STRETCHES),
            contact.Cues(number),
        )
        self._idle = {name: _idle(books.book, pack) for name, pack in books.packs.items()}
        self._heeded = heads.levels(heeding.least(books.packs.values()))
        self._doubted = heads.levels(heeding.doubtful(books.packs.values()))
        self._every = {name: _every(books.book, pack) for name, pack in books.packs.items()}
        self._offered = _offered(books)
        self._marks = {name: heeding.marks(pack) for name, pack in books.packs.items()}
        self._signs = {
            name: frozenset(sign for rule in pack.together.values() for sign in rule.signs)
            for name, pack in books.packs.items()
        }

    def take_laps(self) -> list[tuple[str, float]]:
        """How long each stage took, in seconds, for the first judgements since the last call: all, at a quiet pace."""
        laps, self._laps = self._laps, []
        return laps

    def _lap(self, stage: str, seconds: float) -> None:
        if len(self._laps) < MOST_LAPS:
            self._laps.append((stage, seconds))

    # ------------------------------------------------------------------ judging

    def judge_all(self, submissions: Sequence[Submission], now: float) -> list[Verdict]:
        """One verdict per submission, in order. Never raises for what is in them."""
        works = self._begun(submissions, now)
        for work in works:
            if work.read is not None and work.held is None:
                self._load()
                self._through((("second", Pipeline._second),), work)
        return [self._answered(work) for work in works]

    def first_all(self, submissions: Sequence[Submission], now: float) -> list[Verdict | Unsure]:
        """The same without a second opinion: what asks for one, and what the same author says after it in the same
        lane, is `Unsure` and has to be `settled` in this order.
        """
        asking: set[tuple[str, str]] = set()
        found: list[Verdict | Unsure] = []
        for work in self._begun(submissions, now):
            place, asks = (work.submission.author, work.submission.lane), work.held is None and work.read is not None
            if asks:
                asking.add(place)
            if place in asking:
                text = work.read.text if asks and work.read else ""
                found.append(Unsure(text, work.small if asks else (), asks, work))
            else:
                found.append(self._answered(work))
        return found

    def settled(self, unsure: Unsure, scores: Sequence[float] = ()) -> Verdict:
        """The verdict, with the second opinion's scores where it asked for them."""
        work = unsure.work
        if unsure.asks:
            self._through((("settle", lambda self, work: self._settle(work, scores)),), work)
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

    def _begun(self, submissions: Sequence[Submission], now: float) -> list[_Work]:
        """All that comes before an answer, but for second opinions."""
        works = [_Work(each, now, self.packs.get(each.pack) or self.packs["general"]) for each in submissions]
        for work in works:
            self._through(self._BEFORE, work)
        self._model_all([work for work in works if work.held is None and work.submission.kind != "alias"])
        self._joined_all(works)
        return works

    def _load(self) -> None:
        """The first to ask for a second opinion loads it, which is no message's time. Should it fail, asking does."""
        with suppress(Exception):
            if self.opinion is not None:
                self.opinion()

    def judge(self, submission: Submission, now: float) -> Verdict:
        """The verdict on one submission."""
        return self.judge_all((submission,), now)[0]

    def _through(self, stages: tuple[tuple[str, Stage], ...], work: _Work) -> None:
        """Run some stages on one submission; a fault, or too much time over all of them, becomes its answer."""
        stage = "start"
        begun = self._stopwatch() - work.spent
        try:
            for stage, run in stages:
                before = work.spent
                run(self, work)
                work.spent = self._stopwatch() - begun
                self._lap(stage, work.spent - before)
                if work.spent > self._budget:
                    work.held = self._held(work, stage, "over budget")
                    return
        except Exception as broken:  # the contract: any fault holds, whatever it is
            work.held = self._held(work, stage, type(broken).__name__)

    def _answered(self, work: _Work) -> Verdict:
        if work.held is None:
            self._through(self._AFTER, work)
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

    def _model_all(self, works: Sequence[_Work]) -> None:
        """Every message of the tick scored together. Should that fail, each alone, so that only the one at fault is
        held.
        """
        begun = self._stopwatch()
        try:
            self._scored(works)
        except Exception:
            for work in works:
                self._through((("model", lambda self, work: self._scored([work])),), work)
            return
        each = (self._stopwatch() - begun) / max(1, len(works))
        for work in works:
            work.spent += each
            self._lap("model", each)
            if work.spent > self._budget:
                work.held = self._held(work, "model", "over budget")

    def _scored(self, works: Sequence[_Work]) -> None:
        """Findings of the model, on the undisguised reading where there is one: no letters are an offence for how they
        are set. None is added before all are scored.
        """
        views = [work.skeleton or work.views.soft for work in works]
        scores = self._model.scores([view.text for view in views])
        reached = heads.reaching(scores, self._heeded)
        doubted = heads.reaching(scores, self._doubted) if self.opinion else [False] * len(works)
        passing = heads.reaching(scores, _PASSING)
        for work, view, row, reaches, doubts, passes in zip(
            works, views, scores, reached, doubted, passing, strict=True
        ):
            said = self._trusting(work, row.tolist()) if passes or doubts or reaches else ()
            if passes:
                work.scores = tuple(said)
            if doubts and heeding.doubted(said, view.text, work.pack):
                work.read, work.small = view, tuple(said)
            elif reaches:
                self._heed(work, view, said)

    def _trusting(self, work: _Work, scores: Sequence[float]) -> Sequence[float]:
        """The scores, without any of harm where the words are ones we offered: whoever takes them up is not doubted."""
        if work.submission.text not in self._offered:
            return scores
        return [0.0 if head in heeding.SAYS else score for head, score in zip(heads.HEADS, scores, strict=True)]

    def _heed(self, work: _Work, view: View, scores: Sequence[float]) -> None:
        """What follows from the scores of a view."""
        masked = any(finding.label.startswith("contact.") for finding in work.findings)
        found = heeding.findings(scores, view.text, work.pack, self._book.gates, contact=masked, kinds=self._kinds)
        work.findings += [replace(one, span=self._place(view, one)) for one in found]
        if any(finding.rule == _SELLING for finding in found):
            self._without_helplines(work)

    def _settle(self, work: _Work, scores: Sequence[float]) -> None:
        if work.read is None or len(scores) != len(heads.HEADS):
            raise ValueError("a second opinion is one score a head")
        work.scores = tuple(self._trusting(work, scores))
        self._heed(work, work.read, work.scores)

    def _second(self, work: _Work) -> None:
        """A second opinion, here and now."""
        if work.read is not None and self.opinion is not None:
            self._settle(work, self.opinion().scores([work.read.text], [work.small])[0].tolist())

    def _joined_all(self, works: Sequence[_Work]) -> None:
        """What authors say over several messages, read as one by the model: all of a tick together, or each alone."""
        try:
            waiting = [(work, *found) for work in works if (found := self._pieces(work)) is not None]
            scores = self._model.scores([views.soft.text for _, views, _ in waiting])
        except Exception:  # the one at fault is held
            for work in works:
                if work.held is None:
                    self._through((("joined", Pipeline._joined_alone),), work)
            return
        for (work, views, begins), row, reaches in zip(
            waiting, scores, heads.reaching(scores, self._heeded), strict=True
        ):
            if reaches:
                self._through((("joined", _joining(views, begins, row.tolist())),), work)

    def _pieces(self, work: _Work) -> tuple[Views, int] | None:
        """The last messages of an author as one text, where the newest may be the end of something."""
        said = work.submission
        if work.held is not None or work.read is not None or not said.since or said.kind not in _TALK:
            return None
        if not work.scores and len(said.text) > conversation.PIECE:
            return None
        whole = conversation.joined(said)
        return (Views(whole[0]), whole[1]) if whole is not None else None

    def _joined_alone(self, work: _Work) -> None:
        if (found := self._pieces(work)) is not None:
            self.join(work, *found, self._model.scores([found[0].soft.text])[0].tolist())

    def join(self, work: _Work, views: Views, begins: int, scores: Sequence[float]) -> None:
        """What only the joined messages show, and those before the newest did not. It may add care, or hold; it is
        pinned on the newest.
        """
        view, pack, span = views.soft, work.pack, (0, len(work.submission.text))
        masked = any(finding.label.startswith("contact.") for finding in work.findings)
        before = Views(views.text[: begins - 1]).soft.text
        earlier = self._model.scores([before])[0].tolist()
        known = {finding.rule for finding in work.findings}
        known |= {each.rule for each in heeding.findings(earlier, before, pack, self._book.gates, kinds=self._kinds)}
        found = heeding.findings(scores, view.text, pack, self._book.gates, contact=masked, kinds=self._kinds)
        harmful = conversation.addressed(work.submission, view.text) and not heeding.told(
            Views(conversation.lately(work.submission)).soft.text, self._book.gates
        )
        for one in found:
            if one.rule not in known and (one.care.band or (harmful and one.rule != _SELLING)):
                work.pieced.add(one.rule)
                work.findings.append(replace(heeding.held_at_most(one, pack), span=span))
        if any(one.care.band and one.rule not in known for one in found):
            for one in self._found(view, self._book.prefilter.seen(view.text), pack):
                if one.rule not in known and one.care.band and one.span[0] < begins < one.span[1]:
                    work.pieced.add(one.rule)
                    work.findings.append(replace(one, span=span, score=0.0))

    def _place(self, view: View, finding: Finding) -> tuple[int, int]:
        """Where in the submitted text: the sentence that shows it most, or all of it where none does alone."""
        ends = list(accumulate(map(len, answer.sentences(view.text)), initial=0))
        if len(ends) > 2 and finding.care.band is CareBand.NONE:
            pieces = [view.text[start:end] for start, end in pairwise(ends)]
            head = heads.HEADS.index(finding.rule.removeprefix(heeding.PREFIX))
            scores = self._model.scores(pieces)[:, head].tolist()
            best = scores.index(max(scores))
            if scores[best] >= finding.score / 2:
                return view.span(ends[best], ends[best + 1])
        return view.span(0, len(view.text))

    def _held(self, work: _Work, stage: str, why: str) -> Verdict:
        self.healthy = False
        self.faults += 1
        self.last_fault = f"{stage}: {why}"
        says = self.books.says.say(FAULT_SAYS, work.submission.language)
        return Verdict(Action.HOLD, care=work.care, says=says, policy=work.pack.version, faulty=True)

    # ------------------------------------------------------------------ stages

    def _normalise(self, work: _Work) -> None:
        text = work.submission.text
        work.views = Views(text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS])
        work.seen = self._book.prefilter.seen(work.views.soft.text)

    def _contact(self, work: _Work) -> None:
        cues, plain = self._cues.contact, work.views.plain
        reasons = cues.reasons(work.seen, plain.text)
        if reasons:
            work.findings += self._contacts.find(plain, reasons, work.submission.names)

    def _rules(self, work: _Work) -> None:
        soft = work.views.soft
        work.findings += self._found(soft, work.seen, work.pack)
        if self._looks_odd(soft.text, work.seen) or self._book.lexicon.slips(soft.text):
            self._undisguise(work)
        if any(finding.label == "spam" for finding in work.findings):
            self._without_helplines(work)
        if len(work.submission.text) <= _FRAGMENT and (work.submission.recent or work.submission.name):
            self._over_messages(work)
        if work.submission.recent:
            self._in_pieces(work)

    def _looks_odd(self, soft: str, seen: set[int]) -> bool:
        """Whether a word may be disguised, but for slips of the finger; nearly all of it was seen on the way."""
        if not seen.isdisjoint(self._cues.stretches):
            return True
        return looks_set_apart(soft) if seen.isdisjoint(self._cues.signs) else looks_disguised(soft)

    def _undisguise(self, work: _Work) -> None:
        """Judge the skeleton too; what only it shows is added."""
        work.skeleton = skeleton = work.views.skeleton(self._book.lexicon)
        if skeleton is None:
            return
        if work.views.unread < len(work.views.text):
            work.findings.append(contact.unread(work.views.unread, len(work.views.text)))
        known = {finding.rule for finding in work.findings}
        found = self._found(skeleton, self._book.prefilter.seen(skeleton.text), work.pack)
        work.findings += [finding for finding in found if finding.rule not in known]

    def _without_helplines(self, work: _Work) -> None:
        """Passing on a helpline is never advertising."""
        plain = work.views.plain
        listed = [plain.span(*island) for island in self._contacts.islands(plain.text)]
        work.findings = [
            finding
            for finding in work.findings
            if not (finding.label == "spam" or finding.rule == _SELLING)
            or not any(finding.span[0] < end and start < finding.span[1] for start, end in listed)
        ]

    def _in_pieces(self, work: _Work) -> None:
        """A number said over several messages: its last piece is masked."""
        text = work.submission.text
        gathered = contact.gathered(work.submission.recent, text)
        if gathered is None:
            return
        whole, begins = gathered
        views = Views(whole)
        reasons = self._cues.contact.reasons(self._book.prefilter.seen(views.soft.text), views.plain.text)
        for finding in self._contacts.find(views.plain, reasons, work.submission.names):
            if finding.span[0] < begins < finding.span[1]:
                work.findings.append(replace(finding, span=(0, finding.span[1] - begins)))

    def _over_messages(self, work: _Work) -> None:
        """A word or phrase said over several short messages, or begun in the author's name: judged together, pinned on
        the newest.
        """
        fragments = [work.submission.text]
        for text in reversed(work.submission.recent[-_MOST_FRAGMENTS:]):
            if len(text) > _FRAGMENT:
                break
            fragments.insert(0, text)
        known = {finding.rule for finding in work.findings}
        for pieces in (fragments, [work.submission.name, work.submission.text]):
            if len(pieces) < 2 or not pieces[0]:
                continue
            whole = Views("\n".join(pieces))
            before = len(whole.text) - len(work.submission.text)
            for view in filter(None, (whole.soft, whole.skeleton(self._book.lexicon))):
                for finding in self._found(view, self._book.prefilter.seen(view.text), work.pack):
                    if finding.rule not in known and finding.span[1] > before:
                        known.add(finding.rule)
                        work.pieced.add(finding.rule)
                        work.findings.append(replace(finding, span=(0, len(work.submission.text))))

    def _found(self, view: View, seen: set[int], pack: policy.Pack) -> list[Finding]:
        return [
            Finding(hit.rule.id, hit.rule.label, view.span(hit.start, hit.end), hit.rule.says, hit.rule.score, hit.care)
            for hit in self._book.hits(view.text, seen, self._idle[pack.name], self._every[pack.name])
        ]

    def _crisis(self, work: _Work) -> None:
        if work.findings:
            pack = work.pack
            work.care = crisis.assess(
                work.findings, band=work.submission.band, caps=pack.care_caps, lifts=pack.care_lifts
            )

    def _conversation(self, work: _Work) -> None:
        """What this message is together with the author's others: a finding that holds, or a band of care more."""
        said, pack = work.submission, work.pack
        if self._talk is None or said.kind not in _TALK:
            return
        brought = self._brought(work)
        if not brought:
            return
        view = work.skeleton or work.views.soft
        if not said.towards and (name := conversation.named(view.text, said.names)):
            said = replace(said, towards=name)
        earlier, one = self._talk.before(said, brought, work.now, lambda: self._recalled(work))
        whole = (0, len(said.text))
        for label, rule in pack.together.items():
            score = conversation.weighed(earlier, one, rule)
            if score > 0 and not (label == conversation.HARASSMENT and conversation.troubled(earlier, one)):
                work.findings.append(Finding(label, label, whole, conversation.SAYS[label], score))
        care = conversation.raised(earlier, one, work.care, pack.repeated) if pack.repeated else work.care
        if care.band > work.care.band:
            label = conversation.REPEATED
            work.findings.append(Finding(label, label, whole, conversation.SAYS[label], 0.0, care))
            work.care = care

    def _brought(self, work: _Work) -> Brought:
        """The weak signs of one message, and whether its author may be in danger: of hardly any message anything."""
        said, pack, view = work.submission, work.pack, work.skeleton or work.views.soft
        asks = self._asking.search(view.text) is not None
        if not (asks or work.findings or work.scores):
            return conversation.NOTHING
        labels = {finding.label for finding in work.findings}
        near = conversation.nearly(dict(zip(heeding.NAMES, work.scores, strict=False)), self._marks[pack.name])
        signs, heavy = frozenset[str](), False
        if work.care.band is CareBand.NONE:  # a disclosure is never a sign
            if near:
                heavy = not (near.isdisjoint(pack.care) or heeding.softened(view.text, self._book.gates))
                if not conversation.addressed(said, view.text) or heeding.told(view.text, self._book.gates):
                    near = frozenset()
            asked = self._questions.asked(view.text) if asks else ()
            signs = conversation.signs(labels, asked, near, self._signs[pack.name], said.role)
        if said.kind == "edit":  # the same words in another way say nothing anew
            return Brought(frozenset(sign for sign in signs if not sign.startswith(heeding.PREFIX)))
        if crisis.DENIED in labels:
            return Brought(signs, denied=True)
        return conversation.brought(work.findings, work.care, signs, pieced=work.pieced, near=heavy)

    def _recalled(self, work: _Work) -> list[tuple[float, int, Brought]]:
        """What the author said here through another node lately: seconds ago, hash of the words, what they brought."""
        said, found = work.submission, []
        ages = said.since[: said.recalled] if len(said.since) == len(said.recent) else ()
        for text, ago in list(zip(said.recent, ages, strict=False))[-conversation.RECALLED :]:
            trial = _Work(
                replace(said, text=text, recent=(), since=(), recalled=0, key="", dry=True), work.now, work.pack
            )
            for _, run in self._BEFORE:
                run(self, trial)
            self._scored([trial])
            if trial.read is not None:
                self._settle(trial, trial.small)
            self._crisis(trial)
            found.append((ago, hash(text), self._brought(trial)))
        return found

    def _flooding(self, work: _Work) -> None:
        if self._flood is None or work.submission.kind not in ("message", "edit"):
            return
        finding = self._flood.look(work.submission, work.views.soft.text, work.now)
        if finding and work.care.band < CareBand.CONCERN:  # a disclosure is never refused for its speed (R1)
            work.findings.append(finding)

    # Named, in order. The model stands between; crisis is looked at before anything can be refused.
    _BEFORE = (("normalise", _normalise), ("contact", _contact), ("rules", _rules))
    _AFTER = (("crisis", _crisis), ("conversation", _conversation), ("flood", _flooding))

    # ------------------------------------------------------------------ the answer

    def _verdict(self, work: _Work) -> Verdict:
        return answer.verdict(
            work.submission,
            work.findings,
            work.care,
            pack=work.pack,
            books=self.books,
            passes=lambda offer: self._passes(offer, work),
        )

    def _counted(self, work: _Work) -> list[Finding]:
        return answer.counted(work.submission, work.findings, work.care, pack=work.pack, books=self.books)

    def _passes(self, offer: str, work: _Work) -> bool:
        """Whether `offer` would be delivered as it is, judged as a message of its own."""
        trial = _Work(replace(work.submission, text=offer, recent=(), dry=True), work.now, work.pack)
        for _, run in self._BEFORE:
            run(self, trial)
        self._scored([trial])
        if trial.read is not None and offer not in self._offered:  # uncertain: not what anybody is told will pass
            return False
        self._crisis(trial)
        self._conversation(trial)
        return work.pack.decide(self._counted(trial), "message") is Action.ALLOW


def _offered(books: Books) -> frozenset[str]:
    """All words the rules and packs have ready to offer, in every language. Rules and packs still judge them."""
    texts = {rule.suggest for rule in books.book.rules}
    texts |= {text for pack in books.packs.values() for offers in pack.suggestions.values() for text in offers}
    return frozenset(books.says.say(text, language) for text in texts - {""} for language in books.says.languages)


def _idle(book: rules.Book, pack: policy.Pack) -> frozenset[str]:
    """Rules that can change nothing in rooms of this pack: their label is not acted on and brings no care."""
    return frozenset(
        rule.id
        for rule in book.rules
        if not (pack.thresholds(rule.label, "message") or pack.thresholds(rule.label, "alias") or rule.care.band)
        and rule.label not in (crisis.DENIED, crisis.MINOR)
        and not any(rule.label in each.signs for each in pack.together.values())
    )


def _every(book: rules.Book, pack: policy.Pack) -> frozenset[str]:
    """Rules of which every place counts: what they find is masked."""
    return frozenset(rule.id for rule in book.rules if Action.MASK in pack.thresholds(rule.label, "message"))


def _joining(views: Views, begins: int, scores: Sequence[float]) -> Stage:
    """A stage that judges some joined messages by their scores."""
    return lambda pipeline, work: pipeline.join(work, views, begins, scores)


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
