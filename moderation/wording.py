"""Wording: what rules and detectors see in the words of one submission, whatever the words wear.

    normalise ─▶ contact: numbers, links, names elsewhere, where somebody lives
              └▶ rules ─▶ odd letters? the skeleton too ─▶ a word over several messages? a number over several?

Each stage looks only where the prefilter or a cheap sign says that there could be something: most messages are read
once. What only the undisguised reading or several short messages show is added to what the words show as they stand.
`crisis` comes last, after the model too: what care all findings together ask for.

Everything is made from one set of books; whoever changes the books makes a new one.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from moderation import contact, crisis, rules
from moderation.books import Books
from moderation.policy import Pack
from moderation.text import SIGNS, STRETCHES, View, Views, looks_disguised, looks_set_apart
from moderation.verdict import Action, Finding
from moderation.work import Work

# A message this short may be one letter or word of something said over several messages (X32).
_FRAGMENT = 14
_MOST_FRAGMENTS = 12
# The model's rule of advertising: like the rules about it, it has nothing to say of helplines.
SELLING = "model.solicit"
# Texts longer than any lawful message are cut before judging; the gateway refuses them long before.
_MOST_CHARACTERS = 20_000
_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Cues:
    """What tells stages whether to look."""

    signs: frozenset[int]
    stretches: frozenset[int]
    contact: contact.Cues


class Wording:
    """The stages that read words by the books."""

    def __init__(self, books: Books) -> None:
        self._book = books.book
        self._contacts = books.contacts
        number = books.book.prefilter.number
        self._cues = _Cues(
            frozenset(number[sign] for sign in SIGNS if sign not in ".,"),
            frozenset(number[stretch] for stretch in STRETCHES),
            contact.Cues(number),
        )
        self._idle = {name: _idle(books.book, pack) for name, pack in books.packs.items()}
        self._every = {name: _every(books.book, pack) for name, pack in books.packs.items()}
        self.stages = (("normalise", self.normalise), ("contact", self.contact), ("rules", self.rules))

    def look(self, work: Work) -> None:
        """All that comes before the model."""
        for _, run in self.stages:
            run(work)

    def normalise(self, work: Work) -> None:
        """The readings of the text, and what could be in it."""
        text = work.submission.text
        work.views = Views(text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS])
        work.seen = self._book.prefilter.seen(work.views.soft.text)

    def contact(self, work: Work) -> None:
        """What leads to a person outside."""
        cues, plain = self._cues.contact, work.views.plain
        reasons = cues.reasons(work.seen, plain.text)
        if reasons:
            work.findings += self._contacts.find(plain, reasons, work.submission.names)

    def rules(self, work: Work) -> None:
        """What the rule book finds: as it stands, undisguised, and over several messages."""
        soft = work.views.soft
        work.findings += self.found(soft, work.pack, work.seen)
        if self._looks_odd(soft.text, work.seen) or self._book.lexicon.slips(soft.text):
            self._undisguise(work)
        if any(finding.label == "spam" for finding in work.findings):
            self.without_helplines(work)
        if len(work.submission.text) <= _FRAGMENT and (work.submission.recent or work.submission.name):
            self._over_messages(work)
        if work.submission.recent:
            self._in_pieces(work)

    def crisis(self, work: Work) -> None:
        """What care is owed for all that was found."""
        if work.findings:
            pack = work.pack
            work.care = crisis.assess(
                work.findings, band=work.submission.band, caps=pack.care_caps, lifts=pack.care_lifts
            )

    def found(
        self, view: View, pack: Pack, seen: set[int] | None = None, known: AbstractSet[str] = _NONE
    ) -> list[Finding]:
        """What the rules find in one reading, but for those `known`. `seen`: the patterns that could match, where that
        is known.
        """
        seen = self._book.prefilter.seen(view.text) if seen is None else seen
        idle = self._idle[pack.name] | known if known else self._idle[pack.name]
        return [
            Finding(hit.rule.id, hit.rule.label, view.span(hit.start, hit.end), hit.rule.says, hit.rule.score, hit.care)
            for hit in self._book.hits(view.text, seen, idle, self._every[pack.name])
        ]

    def without_helplines(self, work: Work) -> None:
        """Passing on a helpline is never advertising."""
        plain = work.views.plain
        listed = [plain.span(*island) for island in self._contacts.helplines(plain.text)]
        work.findings = [
            finding
            for finding in work.findings
            if not (finding.label == "spam" or finding.rule == SELLING)
            or not any(finding.span[0] < end and start < finding.span[1] for start, end in listed)
        ]

    def _looks_odd(self, soft: str, seen: set[int]) -> bool:
        """Whether a word may be disguised, but for slips of the finger; nearly all of it was seen on the way."""
        if not seen.isdisjoint(self._cues.stretches):
            return True
        return looks_set_apart(soft) if seen.isdisjoint(self._cues.signs) else looks_disguised(soft)

    def _undisguise(self, work: Work) -> None:
        """Judge the skeleton too; what only it shows is added."""
        work.skeleton = skeleton = work.views.skeleton(self._book.lexicon)
        if skeleton is None:
            return
        if work.views.unread < len(work.views.text):
            work.findings.append(contact.unread(work.views.unread, len(work.views.text)))
        work.findings += self.found(skeleton, work.pack, known=work.known)

    def _in_pieces(self, work: Work) -> None:
        """A number said over several messages: its last piece is masked."""
        gathered = contact.gathered(work.submission.recent, work.submission.text)
        if gathered is None:
            return
        whole, begins = gathered
        views = Views(whole)
        reasons = self._cues.contact.reasons(self._book.prefilter.seen(views.soft.text), views.plain.text)
        for finding in self._contacts.find(views.plain, reasons, work.submission.names):
            if finding.span[0] < begins < finding.span[1]:
                work.findings.append(replace(finding, span=(0, finding.span[1] - begins)))

    def _over_messages(self, work: Work) -> None:
        """A word or phrase said over several short messages, or begun in the author's name: judged together, pinned on
        the newest.
        """
        fragments = [work.submission.text]
        for text in reversed(work.submission.recent[-_MOST_FRAGMENTS:]):
            if len(text) > _FRAGMENT:
                break
            fragments.insert(0, text)
        known = work.known
        for pieces in (fragments, [work.submission.name, work.submission.text]):
            if len(pieces) < 2 or not pieces[0]:
                continue
            whole = Views("\n".join(pieces))
            before = len(whole.text) - len(work.submission.text)
            for view in filter(None, (whole.soft, whole.skeleton(self._book.lexicon))):
                for finding in self.found(view, work.pack):
                    if finding.rule not in known and finding.span[1] > before:
                        known.add(finding.rule)
                        work.pieced.add(finding.rule)
                        work.findings.append(replace(finding, span=(0, len(work.submission.text))))


def _idle(book: rules.Book, pack: Pack) -> frozenset[str]:
    """Rules that can change nothing in rooms of this pack: their label is not acted on and brings no care."""
    return frozenset(
        rule.id
        for rule in book.rules
        if not (pack.thresholds(rule.label, "message") or pack.thresholds(rule.label, "alias") or rule.care.band)
        and rule.label not in (crisis.DENIED, crisis.MINOR)
        and not any(rule.label in each.signs for each in pack.together.values())
    )


def _every(book: rules.Book, pack: Pack) -> frozenset[str]:
    """Rules of which every place counts: what they find is masked."""
    return frozenset(rule.id for rule in book.rules if Action.MASK in pack.thresholds(rule.label, "message"))
