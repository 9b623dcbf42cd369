"""Contact details: phone numbers, e-mail, links, handles, addresses, cards and other ids.

    Cues.reasons(what the prefilter saw) → which detectors have anything to look at → Contacts.find → findings

Helplines come first: every listed number is an island no detector may touch. Then each detector runs only if the
prefilter saw what it cannot do without (a digit, "@", a dot inside a word, a cue word). Numbers are read in
`digits.py`, addresses in `addresses.py`, names on other platforms in `handles.py`; here are e-mail and links. A link
to a helpline's own page is none.

`find` reads `plain` (case kept) and returns findings with spans in the text as submitted; overlapping ones become one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

import ahocorasick
from linkify_it import LinkifyIt

from moderation import addresses, digits, handles
from moderation.digits import Island, Span
from moderation.text import View
from moderation.verdict import Finding

# What the prefilter listens for on our behalf. Number words count only in company.
NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple", "oh ", "nought",
    "eleven", "twelve", "thirteen", "fifteen", "twenty", "thirty", "forty", "fifty", "eighty", "ninety", "hundred",
)  # fmt: skip
MAIL_CUES = ("@", " at ", "at)", "at]", "at}")
DOT_CUES = (" dot ", "dot)", "dot]", "dot}", "[.]", "(.)", " . ")
LINK_CUES = ("://", "www", "hxxp")
# Cues by what they are a reason for.
_GROUPS = {
    "street": addresses.STREET_CUES, "built": addresses.BUILD_CUES, "platform": handles.PLATFORM_CUES, "at": ("@",),
    "tag": ("#", "u/"), "mail": MAIL_CUES, "said": DOT_CUES, "link": LINK_CUES, "hxxp": ("hxxp",),
}  # fmt: skip
CUES = tuple(dict.fromkeys((*NUMBER_WORDS, *(cue for group in _GROUPS.values() for cue in group))))
# Cues that stand in ordinary sentences: alone they are no reason to look.
COMMON_CUES = frozenset(
    {
        *NUMBER_WORDS, *addresses.STREET_CUES, *addresses.BUILD_CUES, *handles.COMMON_CUES, " at ", "at)", " . ", "#",
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
}

DOTTED = re.compile(r"\.[^\W\d_]{2}")  # what every bare link and address has

_TLD = (
    r"(?:com|net|org|edu|gov|co|io|uk|ca|au|de|fr|es|nl|ie|nz|us|me|info|biz|test|example|invalid|eu|in|mail|pl|mx|br|it|pt|"
    r"ch|at|se|ph|za|app|dev|xyz|site|online|tv|ly|gg)"
)
_EMAIL = re.compile(r"(?i)(?<![\w.+-])[a-z0-9][\w.+'-]{0,63}@[\w-]+(?:\.[\w-]+)+")
_DOT_SAID = r"(?: ?[(\[{<] ?(?:dot|\.) ?[)\]}>] ?| dot )"
_DOT = rf"(?:{_DOT_SAID}|\.)"
_AT = r"(?: ?[(\[{<] ?(?:at|@) ?[)\]}>] ?| @ ?|@ )"
_DOMAIN = r"[\w-]{1,40}"
# "a (at) b.com" with any dot; "a at b dot com" only with the dot said, or every "look at this.me" would be one.
_EMAIL_SAID = re.compile(
    rf"(?i)(?<![\w.])(?:[a-z]+ (?=\d+ ?@))?[a-z0-9][\w+'-]{{0,40}}(?:{_DOT}[\w+-]{{1,40}}){{0,4}}"
    rf"(?:{_AT}{_DOMAIN}(?:(?:{_DOT}| \. ){_DOMAIN}){{0,3}}(?:{_DOT}| \. ){_TLD}"
    rf"| at {_DOMAIN}(?:{_DOT}{_DOMAIN}){{0,3}}{_DOT_SAID}{_TLD}(?:{_DOT_SAID}{_TLD})?)\b"
)
_SLASHED = r"(?:/\S*)?(?: slash [\w-]+)*"
_LINK_SAID = re.compile(
    rf"(?i)\bhxxps?:/*[^\s]+(?:{_DOT_SAID}[\w-]+)*{_SLASHED}|"
    rf"(?<![\w.])[\w-]{{2,40}}(?:{_DOT_SAID}{_DOMAIN}){{0,3}}{_DOT_SAID}{_TLD}\b{_SLASHED}"
)
_WEB = re.compile(r"(?i)\b(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+(?:/\S*)?(?: slash [\w-]+)*")  # whatever its last label

# Last labels that make a bare "word.word" a link. Country codes that are English words (me, so, is, …) need a path.
_LINK_ENDS = frozenset(
    [
        "com", "org", "net", "info", "edu", "gov", "io", "uk", "de", "fr", "nl", "eu", "ly", "gg", "tv", "app", "dev",
        "xyz", "site", "online", "shop", "store", "biz", "link", "club", "page", "blog", "chat", "ru", "cn", "co", "ca",
        "au", "nz", "ie", "test", "example", "invalid",
    ]
)  # fmt: skip
# What a link has at least, and with it all that stands between two blanks: "him.but" has nothing of it.
_MAYBE_LINK = re.compile(
    rf"(?i)(?<!\S)(?=\S*\.|\S*//)(?=\S*(?:/|www\.|\.(?:{'|'.join(sorted(_LINK_ENDS))})|\.[^\s.]*[^\x00-\x7f]))\S+"
)
# The library reads so many different ones of a text; any more are links without being read.
MOST_LINKS = 8
# Reserved names nobody can own, which the library's list of last labels does not have.
_RESERVED = re.compile(r"(?i)(?<![\w@./-])(?:[a-z0-9-]{1,40}\.){1,3}(?:example|test|invalid)\b(?:/\S*)?")
_SIGNS = re.compile(r"[^\W_]+")
_SCHEMA = re.compile(r"^[a-z]+:/*")
# How far before and behind a listed number's own signs the ways of writing it look.
_FRONT, _BEHIND = 16, 24
# Fewer signs than this, with their blanks, are a short code.
_SHORT_CODE = 8


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
        if not (strong or dotted or opened or words >= 3 or (words and not self._groups[0][1].isdisjoint(seen))):
            return NO_REASON
        figures = not self._digits.isdisjoint(seen)
        held = {
            "digits": figures, "spelled": words >= 3 or (figures and words > 0), "words": words > 0, "dotted": dotted,
        }  # fmt: skip
        found = {name for name, holds in held.items() if holds}
        found.update(name for name, group in self._groups if not group.isdisjoint(seen))
        if opened:
            found.add("platform")
        return frozenset(found)


@lru_cache(maxsize=1)
def _linkify() -> LinkifyIt:
    library = LinkifyIt()
    library.match("http://a.com ftp://a.com //a.com mailto:a@a.com a.com")  # it makes its patterns when first asked
    return library


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
        self._hosts = frozenset(hosts)
        digits.warm()
        _linkify()

    def find(self, plain: View, reasons: AbstractSet[str], names: frozenset[str]) -> list[Finding]:
        """Findings in `plain`. `reasons` are those of Cues; `names`: people of the room."""
        text = plain.text
        figures = "digits" in reasons
        islands = digits.Islands(self.islands(text) if figures else ())
        spans: list[Span] = []
        if figures:
            spans += digits.cards(text) + digits.ids(text) + digits.phones(text, islands)
        if "spelled" in reasons:
            spans += digits.spelled(text)
        spans += addresses.find(
            text, figures=figures, words="words" in reasons, built="built" in reasons, street="street" in reasons
        )
        spans += self._written(text, reasons) + handles.find(text, reasons, names)
        kept = _apart([span for span in spans if not any(_covers(island, span) for island in islands.near(*span[1:]))])
        return [Finding(label, label, plain.span(start, end), SAYS[label]) for label, start, end in kept]

    def _written(self, text: str, reasons: AbstractSet[str]) -> list[Span]:
        """E-mail addresses and links."""
        spans: list[Span] = []
        dotted, said = "dotted" in reasons, "said" in reasons
        if "at" in reasons:
            spans += [("contact.email", *match.span()) for match in _EMAIL.finditer(text)]
        if (dotted or said) and "mail" in reasons:
            spans += [("contact.email", *match.span()) for match in _EMAIL_SAID.finditer(text)]
        if dotted or said or "link" in reasons:
            spans += self._links(text)
        if said or "hxxp" in reasons:
            spans += [("contact.link", *match.span()) for match in _LINK_SAID.finditer(text)]
        return spans

    def islands(self, text: str) -> list[Island]:
        """Where listed numbers stand, longest first: nothing inside is personal."""
        if not len(self._listed):
            return []
        places: list[int] = []
        for run in _SIGNS.finditer(text):
            places += range(*run.span())
        signs = "".join(_SIGNS.findall(text)).lower()
        spans: dict[re.Pattern[str], list[Island]] = {}
        for last, (length, forms) in self._listed.iter(signs):
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

    def _ours(self, link: str) -> bool:
        """Whether it leads to a helpline's own site."""
        return _host(link).removeprefix("www.") in self._hosts

    def _links(self, text: str) -> list[Span]:
        found: list[Span] = []
        read: dict[str, list[Island]] = {}
        for token in _MAYBE_LINK.finditer(text):
            start, written = token.start(), token.group()
            if written not in read:
                read[written] = self._linked(written) if len(read) < MOST_LINKS else self._unread(written)
            found += [("contact.link", start + first, start + last) for first, last in read[written]]
        places = (match for form in (_WEB, _RESERVED) for match in form.finditer(text))
        return found + [("contact.link", *match.span()) for match in places if not self._ours(match.group())]

    def _unread(self, token: str) -> list[Island]:
        """All of it, where nobody looks closer, unless it leads to a helpline."""
        return [] if self._ours(token.strip("\"'()[]<>,.!?;:")) else [(0, len(token))]

    def _linked(self, token: str) -> list[Island]:
        """Links in what stands between two blanks."""
        found = []
        for match in _linkify().match(token) or ():
            if match.schema == "mailto:":
                continue
            ending = _host(match.url).rsplit(".", 1)[-1]
            bare = not match.schema and "/" not in match.text and not match.text.lower().startswith("www.")
            if bare and ending.isascii() and ending not in _LINK_ENDS:
                continue
            if not self._ours(match.url):
                found.append((match.index, match.last_index))
        return found


def _host(link: str) -> str:
    return _SCHEMA.sub("", link.lower()).split("/")[0].split("@")[-1].split(":")[0]


def _covers(island: Island, span: Span) -> bool:
    """Whether a listed number saves the span: not where a short code is only a figure of an address or a card."""
    label, start, end = span
    first, last = island
    within = start <= first and last <= end and last - first < min(_SHORT_CODE, end - start)
    return start < last and first < end and not (within and label in ("contact.address", "contact.card"))


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
