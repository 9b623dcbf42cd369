"""Gathering: what one message is together with the last ones of its author, as a stage.

    a tick ─▶ short messages of the last two minutes, joined as one text ─▶ model and rules ─▶ what only that shows
    a message with care and findings ─▶ what it brings ─▶ the author's window (conversation.py) ─▶ a finding, more care

The first half reads words said a few at a time: all joined texts of a tick are scored together. It may add care or
hold; it blocks nothing that each piece was shown for. The second weighs weak signs over a while: here it is said what
one message brings, and what its author said through another node is judged again to know what that brought.

Without a window (`talk`) the second half does nothing. What either raises comes out; the message is held for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from moderation import conversation, crisis, heeding, shield
from moderation import model as heads
from moderation.books import Books
from moderation.conversation import Brought, Conversation
from moderation.guessing import Guessing
from moderation.policy import Pack
from moderation.text import Views
from moderation.verdict import Action, CareBand, Finding
from moderation.wording import SELLING, Wording
from moderation.work import TALK, Stage, Work

# Messages put together read less like talk, and nothing gives a second opinion: a guess has to be so much surer.
_SURER = 0.1


class Gathering:
    """The stages that look at several messages of one author."""

    def __init__(self, guessing: Guessing, talk: Conversation | None) -> None:
        self.talk = talk  # the windows of this process
        self._guessing = guessing
        self._questions = shield.packaged()
        self._asking = conversation.asking(self._questions)

    def adopt(self, books: Books, wording: Wording) -> None:
        """Read by these books. The windows stay as they are."""
        self._wording = wording
        self._gates = books.book.gates
        number = books.book.prefilter.number
        self._cues = frozenset(number[cue] for cue in conversation.cues(self._questions))
        self._near = {name: conversation.near(heeding.NAMES, heeding.marks(pack)) for name, pack in books.packs.items()}
        self._signs = {
            name: frozenset(sign for rule in pack.together.values() for sign in rule.signs)
            for name, pack in books.packs.items()
        }

    # ------------------------------------------------------------------ joined

    def joined(self, works: Sequence[Work]) -> list[tuple[Work, Stage]]:
        """Who said something over several messages that is worth a look as one, and the stage that looks."""
        waiting = [(work, *found) for work in works if (found := _pieces(work)) is not None]
        if not waiting:
            return []
        scores = self._guessing.model.scores([views.soft.text for _, views, _ in waiting])
        return [
            (work, partial(self._join, views=views, begins=begins, scores=row.tolist()))
            for (work, views, begins), row, (reaches,) in zip(
                waiting, scores, heads.reaching(scores, self._guessing.heeded), strict=True
            )
            if reaches
        ]

    def joined_alone(self, work: Work) -> None:
        """The same for one alone."""
        if (found := _pieces(work)) is not None:
            self._join(work, *found, self._guessing.model.scores([found[0].soft.text])[0].tolist())

    def _join(self, work: Work, views: Views, begins: int, scores: Sequence[float]) -> None:
        """What only the joined messages show, and those before the newest did not. It may add care, or hold; it is
        pinned on the newest.
        """
        view, pack, span = views.soft, work.pack, (0, len(work.submission.text))
        before = Views(views.text[: begins - 1]).soft.text
        known = work.known | {each.rule for each in self._guessing.follows_alone(work, before)}
        found = self._guessing.follows(work, scores, view)
        harmful = conversation.addressed(work.submission, view.text) and not heeding.told(
            Views(conversation.lately(work.submission)).soft.text, self._gates
        )
        for one in found:
            if one.rule not in known and (one.care.band or (harmful and one.rule != SELLING and _sure(one, pack))):
                work.pieced.add(one.rule)
                work.findings.append(replace(heeding.held_at_most(one, pack), span=span))
        if any(one.care.band and one.rule not in known for one in found):
            for one in self._wording.found(view, pack):
                if one.rule not in known and one.care.band and one.span[0] < begins < one.span[1]:
                    work.pieced.add(one.rule)
                    work.findings.append(replace(one, span=span, score=0.0))

    # ------------------------------------------------------------------ conversation

    def conversation(self, work: Work) -> None:
        """What this message is together with the author's others: a finding that holds, or a band of care more."""
        said, pack = work.submission, work.pack
        if self.talk is None or said.kind not in TALK:
            return
        brought = self._brought(work)
        if not brought:
            return
        if not said.towards and (name := conversation.named(work.view.text, said.names)):
            said = replace(said, towards=name)
        earlier, one = self.talk.before(said, brought, work.now, lambda: self._recalled(work))
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

    def _brought(self, work: Work) -> Brought:
        """The weak signs of one message, and whether its author may be in danger: of hardly any message anything."""
        said, pack, view = work.submission, work.pack, work.view
        asks = self._may_ask(work) and self._asking.search(view.text) is not None
        if not (asks or work.findings or work.scores):
            return conversation.NOTHING
        near = conversation.nearly(work.scores, self._near[pack.name])
        if not (asks or work.findings or near):
            return conversation.NOTHING
        labels = {finding.label for finding in work.findings}
        signs, heavy = frozenset[str](), False
        if work.care.band is CareBand.NONE:  # a disclosure is never a sign
            if near:
                heavy = not (near.isdisjoint(pack.care) or heeding.softened(view.text, self._gates))
                if not conversation.addressed(said, view.text) or heeding.told(view.text, self._gates):
                    near = frozenset()
            asked = self._questions.asked(view.text) if asks else ()
            signs = conversation.signs(labels, asked, near, self._signs[pack.name], said.role)
        if said.kind == "edit":  # the same words in another way say nothing anew
            return Brought(frozenset(sign for sign in signs if not sign.startswith(heeding.PREFIX)))
        if crisis.DENIED in labels:
            return Brought(signs, denied=True)
        return conversation.brought(work.findings, work.care, signs, pieced=work.pieced, near=heavy)

    def _may_ask(self, work: Work) -> bool:
        """Whether the words hold any that a stranger's question has; nearly all of it was seen on the way."""
        return work.skeleton is not None or not self._cues.isdisjoint(work.seen)

    def _recalled(self, work: Work) -> list[tuple[float, int, Brought]]:
        """What the author said here through another node lately: seconds ago, hash of the words, what they brought."""
        said, found = work.submission, []
        ages = said.since[: said.recalled] if len(said.since) == len(said.recent) else ()
        for text, ago in list(zip(said.recent, ages, strict=False))[-conversation.RECALLED :]:
            trial = work.trial(text, since=(), recalled=0, key="")
            self._wording.look(trial)
            self._guessing.guess_one(trial)
            if trial.read is not None:
                self._guessing.settle(trial, trial.small)
            self._wording.crisis(trial)
            found.append((ago, hash(text), self._brought(trial)))
        return found


def _pieces(work: Work) -> tuple[Views, int] | None:
    """The last messages of an author as one text, where the newest may be the end of something."""
    said = work.submission
    if work.held is not None or work.read is not None or not said.since or said.kind not in TALK:
        return None
    if not work.scores and len(said.text) > conversation.PIECE:
        return None
    whole = conversation.joined(said)
    return (Views(whole[0]), whole[1]) if whole is not None else None


def _sure(guess: Finding, pack: Pack) -> bool:
    """Whether a guess about joined messages is sure enough to hold the newest."""
    return guess.score >= pack.thresholds(guess.label, "message").get(Action.HOLD, 0.0) + _SURER
