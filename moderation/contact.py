"""Contact details: phone numbers, e-mail, links, handles, addresses, cards and other ids.

    Cues.reasons(what the prefilter saw) → which detectors have anything to look at → Contacts.find → findings

Helplines come first: every listed number is an island no detector may touch. Then each detector runs only if the
prefilter saw what it cannot do without (a digit, "@", a dot inside a word, a cue word). Numbers are read in
`digits.py`, addresses in `addresses.py`, names on other platforms in `handles.py`, e-mail and links in `links.py`; what
is told in a way none of them lists in `dialled.py`, `accounts.py`, `places.py` and `nicknames.py`. A link to a
helpline's own page is none.

`find` reads `plain` (case kept) and returns findings with spans in the text as submitted; overlapping ones become one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

import ahocorasick

from moderation import accounts, addresses, dialled, digits, handles, nicknames, places
from moderation.digits import Island, Span
from moderation.links import DOTTED, Links
from moderation.text import View
from moderation.verdict import Finding

# What the prefilter listens for on our behalf. Number words count only in company.
NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple", "oh ", "nought",
    "eleven", "twelve", "thirteen", "fifteen", "twenty", "thirty", "forty", "fifty", "eighty", "ninety", "hundred",
)  # fmt: skip
MAIL_CUES = ("@", " at ", "at)", "at]", "at}")
DOT_CUES = (
    " dot ",
    "dot)",
    "dot]",
    "dot}",
    "[.]",
    "(.)",
    " . ",
    " . com",
    " . co",
    " . org",
    " . net",
    " . example",
    " .com",
    " .co.",
    " .org",
    " .net",
)
ABROAD_CUES = ("arobase", "arroba", "aroba", "chiocciola", "klammeraffe", "malpa", "(a)", "[a]", "at-sign", "at sign")
LINK_CUES = ("://", "www", "hxxp", "http")
# Cues by what they are a reason for.
_GROUPS = {
    "street": addresses.STREET_CUES, "built": addresses.BUILD_CUES, "platform": handles.PLATFORM_CUES, "at": ("@",),
    "tag": ("#", "u/"), "mail": MAIL_CUES,
    "abroad": ABROAD_CUES, "foreign": dialled.CUES, "said": DOT_CUES, "link": LINK_CUES, "hxxp": ("hxxp",),
}  # fmt: skip
CUES = tuple(
    dict.fromkeys((*NUMBER_WORDS, *nicknames.CUES, "_", *(cue for group in _GROUPS.values() for cue in group)))
)
# Of the words that give a name away those that no platform is called by.
_LOOSE = frozenset(nicknames.CUES) - frozenset(handles.PLATFORM_CUES) | {"_"}
# Cues that stand in ordinary sentences: alone they are no reason to look.
COMMON_CUES = frozenset(
    {
        *NUMBER_WORDS, *addresses.STREET_CUES, *addresses.BUILD_CUES, *handles.COMMON_CUES, *_LOOSE, " at ",
        "at)", " . ", "#",
    }
)  # fmt: skip
NO_REASON: frozenset[str] = frozenset()

SAYS = {
    "contact.phone": "A phone number can be traced to a person, so it isn't shown here.",
    "contact.email": "An e-mail address can be traced to a person, so it isn't shown here.",
    "contact.link": "Links can lead people to unsafe places, so they aren't shown here.",
    "contact.handle": "A name on another platform can be traced to a person, so it isn't shown here.",
    "contact.address": "An address can put someone at risk, so it isn't shown here.",
    "contact.card": "A card or account number could be misused, so it isn't shown here.",
    "contact.id": "This number identifies a person, so it isn't shown here.",
    "contact.unread": "There is more here than anybody can check at once, so the rest isn't shown.",
}

_SIGNS = re.compile(r"[^\W_]+")
# How far before and behind a listed number's own signs the ways of writing it look.
_FRONT, _BEHIND = 16, 24
# What has a number in it and is none.
_NAMES = frozenset(["contact.link", "contact.email", "contact.handle"])
# Fewer signs than this, with their blanks, are a short code.
_SHORT_CODE = 8


# Of a text this long so many signs of contact details are looked at; nobody writes more of them in one message, and
# what follows is masked unread.
LONG, MOST_SIGNS = 500, 30
_SIGN = re.compile(
    r"(?i)(?<![a-z])\d+(?![a-z\d])|[@_#]|://|\.(?=[^\W\d_]{2})|"
    rf"(?<![a-z])(?:{'|'.join(word.strip() for word in NUMBER_WORDS)}|at|dot)\b"
)
# A number told in pieces: this message begins with a piece, and what was said right before ends with one.
_BEGINS = re.compile(rf"(?i)\W{{0,3}}(?:\d|(?:{'|'.join(word.strip() for word in NUMBER_WORDS)})\b)|@|dot\b")
_ENDS = re.compile(rf"(?i)(?:\d|\b(?:{'|'.join(word.strip() for word in NUMBER_WORDS)})|@|dot|\bat)\W{{0,3}}$")
# Longer messages are no piece; of what was said before only the end counts, and so many messages.
_PIECE, _TAIL, _MOST_PIECES = 28, 40, 12
# A score, a share, a time: no piece of a number to ring.
_MEASURED = re.compile(r"\d\s*[/:]\s*\d")


def gathered(recent: Sequence[str], text: str) -> tuple[str, int] | None:
    """What the author said piece by piece as one line, and where `text` begins in it; None if it is no last piece."""
    if len(text) > _PIECE or not _BEGINS.match(text) or _MEASURED.search(text):
        return None
    before = ""
    for said in reversed(recent[-_MOST_PIECES:]):
        if not _ENDS.search(said[-_TAIL:]) or _MEASURED.search(said[-_TAIL:]):
            break
        before = said[-_TAIL:] + " " + before
        if len(said) > _PIECE:
            break
    return (before + text, len(before)) if before else None


class Cues:
    """Which detectors a text gives a reason to run, from the numbers the prefilter gave to our cues."""

    def __init__(self, number: Mapping[str, int]) -> None:
        def these(cues: Iterable[str]) -> frozenset[int]:
            return frozenset(number[cue] for cue in cues)

        self._dot = number["."]
        self._digits = these("0123456789")
        self._words = these(NUMBER_WORDS)
        self._telling, self._company = these(nicknames.TELLING), these((*nicknames.COMPANY, "_"))
        self._strong = these(set(CUES) - COMMON_CUES) | self._digits
        self._groups = tuple((name, these(cues)) for name, cues in _GROUPS.items())

    def reasons(self, seen: AbstractSet[int], text: str) -> frozenset[str]:
        """Those of digits, spelled, words, dotted and the names of _GROUPS that hold; none of them: there is nothing
        to find.
        """
        words = len(self._words & seen)
        dotted = self._dot in seen and DOTTED.search(text) is not None
        opened = text.startswith(handles.OPENINGS)
        strong = not self._strong.isdisjoint(seen)
        made = not self._telling.isdisjoint(seen) or (not self._company.isdisjoint(seen) and nicknames.looks(text))
        placed = not self._groups[0][1].isdisjoint(seen) and places.looks(text)
        if not (
            strong
            or dotted
            or opened
            or made
            or placed
            or words >= 3
            or (words and not self._groups[0][1].isdisjoint(seen))
        ):
            return NO_REASON
        figures = not self._digits.isdisjoint(seen)
        held = {
            "digits": figures, "spelled": words >= 3 or (figures and words > 0), "words": words > 0, "dotted": dotted,
        }  # fmt: skip
        found = {name for name, holds in held.items() if holds}
        found.update(name for name, group in self._groups if not group.isdisjoint(seen))
        if opened:
            found.add("platform")
        found.update(name for name, holds in (("made", made), ("placed", placed)) if holds)
        return frozenset(found)


class Contacts:
    """The detectors, with the helplines they must leave alone."""

    def __init__(self, numbers: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        """`numbers` as a person would dial or write them, `hosts` of helpline sites (lower case)."""
        self._listed = ahocorasick.Automaton()
        forms: dict[str, list[re.Pattern[str]]] = {}
        for number in sorted(numbers):
            for signs, form in digits.forms(number):
                forms.setdefault(signs, []).append(form)
        for signs, written in forms.items():
            self._listed.add_word(signs, (len(signs), tuple(written)))
        if forms:
            self._listed.make_automaton()
        self._links = Links(hosts)
        digits.warm()

    def find(self, plain: View, reasons: AbstractSet[str], names: frozenset[str]) -> list[Finding]:
        """Findings in `plain`. `reasons` are those of Cues; `names`: people of the room."""
        text = _looked_at(plain.text)
        figures = "digits" in reasons
        islands = digits.Islands(self.islands(text) if figures else ())
        spans: list[Span] = []
        if figures:
            spans += digits.cards(text) + accounts.find(text) + digits.ids(text) + digits.phones(text, islands)
            spans += self._disguised(text)
        if "spelled" in reasons:
            spans += digits.spelled(text)
        if "foreign" in reasons:
            spans += dialled.abroad(text)
        if figures or "spelled" in reasons:
            spans += dialled.halves(text)
        spans += addresses.find(
            text, figures=figures, words="words" in reasons, built="built" in reasons, street="street" in reasons
        )
        spans += places.find(
            text, figures=figures, street="placed" in reasons or (figures and " of " in text and places.looks(text))
        )
        spans += self._links.find(text, reasons) + handles.find(text, reasons, names)
        spans = [span for span in spans if not any(_covers(island, span) for island in islands.near(*span[1:]))]
        if len(text) < len(plain.text):
            spans.append(("contact.unread", len(text), len(plain.text)))
        return [Finding(label, label, plain.span(start, end), SAYS[label]) for label, start, end in _apart(spans)]

    def _disguised(self, text: str) -> list[Span]:
        """Phone numbers among letters that look like figures, or with odd signs between; helplines likewise stay."""
        read = dialled.undone(text)
        return [] if read is None else digits.phones(read, digits.Islands(self.islands(read)))

    def helplines(self, text: str) -> list[Island]:
        """Where listed numbers and pages of helplines stand."""
        return self.islands(text) + self._links.ours(text)

    def islands(self, text: str) -> list[Island]:
        """Where listed numbers stand, longest first: nothing inside is personal."""
        if not len(self._listed):
            return []
        signs = "".join(_SIGNS.findall(text)).lower()
        listed = list(self._listed.iter(signs))
        if not listed:
            return []
        places: list[int] = []
        for run in _SIGNS.finditer(text):
            places += range(*run.span())
        spans: dict[re.Pattern[str], list[Island]] = {}
        for last, (length, forms) in listed:
            first, behind = places[last - length + 1], places[last] + 1
            if text[behind : behind + 1].isalnum():
                continue  # a piece of something longer, whatever stands before it
            for form in forms:
                found = spans.setdefault(form, [])
                if not found or found[-1][1] <= first:
                    begin = max(found[-1][1] if found else 0, first - _FRONT)
                    match = form.search(text, begin, behind + _BEHIND)
                    if match and match.start() <= first:  # one further on is judged with all that follows it
                        found.append(match.span())
        return sorted((span for found in spans.values() for span in found), key=lambda span: span[0] - span[1])


def unread(start: int, end: int) -> Finding:
    """What stands at `start:end` of the submitted text is shown to nobody: it is too much to look at."""
    return Finding("contact.unread", "contact.unread", (start, end), SAYS["contact.unread"])


def _looked_at(text: str) -> str:
    """`text` up to where it has more signs of details than anybody looks at."""
    if len(text) <= LONG:
        return text
    more = next(islice(_SIGN.finditer(text), MOST_SIGNS, None), None)
    return text if more is None else text[: more.start()]


def _covers(island: Island, span: Span) -> bool:
    """Whether a listed number saves the span: not where it is only a piece of a link, an e-mail address or a name, nor
    where a short code is only a figure of a street or a card.
    """
    label, start, end = span
    first, last = island
    within = start <= first and last <= end and last - first < end - start
    if label in _NAMES:
        return start < last and first < end and not within
    short = last - first < _SHORT_CODE
    return start < last and first < end and not (within and short and label in ("contact.address", "contact.card"))


def _apart(spans: list[Span]) -> list[Span]:
    """Overlapping spans made one, named after the longest of them, in the order of the text."""
    kept: list[Span] = []
    longest = 0
    for label, start, end in sorted(spans, key=lambda each: (each[1], -each[2])):
        if kept and start < kept[-1][2]:
            name = label if end - start > longest else kept[-1][0]
            longest = max(longest, end - start)
            kept[-1] = (name, kept[-1][1], max(end, kept[-1][2]))
        else:
            kept.append((label, start, end))
            longest = end - start
    return kept
