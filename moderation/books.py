"""The books of one node: rules, packs, helplines and words to authors, the packaged ones and an operator's own.

    data/ (or moderation.policy_dir)  ──┐
    moderation.dir, if there is one  ───┴──▶ load() ──▶ Books ──▶ Pipeline.adopt(books)

`load` reads everything, tries it (`trial.py`) and only then answers: a `Books` is always whole and always good. Bad
books raise `BooksRefused` (an operator's, with every fault, file and line), BookError or PackError (packaged ones), and
whatever was in use stays in use. The packaged ones are read once. `version` changes with any byte of the operator's
folder; verdicts carry it.

`Allowed` is the list of what never stops a message. It frees words, not meanings: a finding that lies inside a freed
phrase is dropped, one that reaches beyond it stays (free "crip", and "us crips" passes while an attack with the word in
it does not). What is stopped everywhere (`FLOOR`) and what brings care is never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from moderation import contact, conversation, heeding, own, policy, rules, says, shield, trial
from moderation.contact import Contacts
from moderation.helplines import Helplines
from moderation.own import Own
from moderation.ownpacks import FLOOR, Knowledge
from moderation.rules import DATA, Book
from moderation.sheets import BooksRefused, Fault
from moderation.verdict import Finding

# Labels of the stages that are no rules: a pack may act on them.
STAGES = frozenset({*contact.SAYS, "flood", *heeding.LABELS, *conversation.LABELS})
KINDS = frozenset(
    {"crisis", "emotional_support", "youth", "perinatal", "peer_warmline", "referral", "family_autism", "victim",
     "report", "directory", "support_groups"}
)  # fmt: skip


class Allowed:
    """The phrases that never stop a message."""

    def __init__(self, phrases: Iterable[str] = ()) -> None:
        words = sorted({" ".join(phrase.split()) for phrase in phrases}, key=len, reverse=True)
        parts = ("|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)) if words else ""
        self._pattern = re.compile(rf"(?i)(?<!\w)(?:{parts})(?!\w)") if words else None

    def __bool__(self) -> bool:
        return self._pattern is not None

    def kept(self, text: str, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that are more than a freed word."""
        if self._pattern is None or not findings:
            return list(findings)
        free = [match.span() for match in self._pattern.finditer(text)]
        return [
            finding
            for finding in findings
            if finding.label in FLOOR
            or finding.care.band
            or not any(start <= finding.span[0] and finding.span[1] <= end for start, end in free)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything a pipeline judges by. `counts` is for people: how many of each the operator added."""

    book: Book
    packs: dict[str, policy.Pack]
    contacts: Contacts
    helplines: Helplines
    says: says.Says
    allowed: Allowed
    version: str
    counts: dict[str, int] = field(default_factory=dict)


def load(data: Path = DATA, folder: Path | None = None, needed: Iterable[str] = ()) -> Books:
    """The packaged books (or those under `data`), and the operator's in `folder`. `needed` packs must be among them.
    Raises BooksRefused, BookError, PackError.
    """
    written, packs, spoken, base = _packaged() if data == DATA else _read(data)
    if folder is None:  # what is packaged is shared; what its owner may change is their own
        return replace(base, packs=dict(base.packs), helplines=copy(base.helplines))
    mine = own.load(folder, written, _known(base, packs))
    bound = _bound(data, written, _with_own(packs, mine), spoken, mine)
    found = trial.faults(bound.book, mine.rules, bound.packs, mine.places)
    for phrase in trial.freed(base.book, mine.allowed):
        says_so = f"{phrase!r} harms by itself and is stopped everywhere; take it off the list"
        found.append(Fault(file="words.yaml", field="words", says=says_so))
    for name in sorted(set(needed) - set(bound.packs)):
        found.append(
            Fault(file=f"packs/{name}.yaml", says="is missing, and a room uses it; put it back, or change rooms")
        )
    if found:
        raise BooksRefused(found)
    return bound


Shelf = tuple[rules.Written, policy.Raw, says.Says, Books]


def _read(data: Path) -> Shelf:
    """What stands under `data`, as it is written and as it judges."""
    written = rules.read(data / "rules")
    packs = policy.read(data / "packs")
    spoken = says.load(data / "says" if (data / "says").is_dir() else DATA / "says")
    return written, packs, spoken, _bound(data, written, packs, spoken, Own())


@cache
def _packaged() -> Shelf:
    """Read once: they change with the program only, and every reading of an operator's starts from them."""
    return _read(DATA)


def _bound(data: Path, written: rules.Written, packs: policy.Raw, spoken: says.Says, mine: Own) -> Books:
    lines = Helplines.load(data / "helplines.yaml", mine.lines)
    built = policy.build(packs, f"+{mine.edition}" if mine.edition else "")
    packs_added = len(mine.packs)
    return Books(
        book=rules.bind(written, (*contact.CUES, *conversation.cues(shield.packaged())), mine.rules),
        packs=built,
        contacts=Contacts(lines.contacts(), lines.hosts()),
        helplines=lines,
        says=spoken.with_more(mine.tongues) if mine.tongues else spoken,
        allowed=Allowed(mine.allowed),
        version=built["general"].version.partition("/")[2],
        counts={
            "rules": len(mine.rules) - len(mine.listed),
            "packs": packs_added,
            "words": sum(len(rule.patterns) for rule in mine.rules if rule.id in mine.listed) + len(mine.allowed),
            "helplines": len(mine.lines),
        },
    )


def _known(base: Books, packs: policy.Raw) -> Knowledge:
    """What an operator's files may refer to."""
    return Knowledge(
        rules=frozenset(base.book.by_id),
        labels=frozenset(rule.label for rule in base.book.rules) | STAGES | _acted_on(base.packs.values()),
        packs=frozenset(packs),
        packaged=frozenset(packs),
        general=base.packs["general"],
        kinds=KINDS,
        lines=frozenset(line["id"] for line in base.helplines.lines),
        written=packs,
    )


def _acted_on(packs: Iterable[policy.Pack]) -> frozenset[str]:
    return frozenset(label for pack in packs for label in pack.actions)


def _with_own(packs: policy.Raw, mine: Own) -> policy.Raw:
    """The packaged packs with the operator's laid over and beside them, acting on the words of the lists."""
    found = dict(packs)
    for name, pack in mine.packs.items():
        found[name] = policy.laid_over(packs[name], pack) if name in packs else pack
    for rule, (then, only) in mine.listed.items():
        for name in only or ("general",):
            found[name] = policy.laid_over(found[name], {"actions": {rule: {then: 0.5}}})
    return found
