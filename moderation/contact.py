"""Contact details: phone numbers, e-mail, links, handles, addresses, cards and other ids.

Helplines come first: every listed number is an island no detector may touch. Then each detector runs only if the
prefilter saw what it cannot do without (a digit, "@", a dot inside a word, a cue word). Numbers are read in
`digits.py`; here are the details made of words. The name of somebody in the room is not a handle, and a link to a
helpline's own page is not a link.

`find` reads `plain` (case kept) and returns findings with spans in the text as submitted; of overlapping ones the
longest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from linkify_it import LinkifyIt

from moderation import digits
from moderation.digits import Island, Span
from moderation.text import View
from moderation.verdict import Finding

# What the prefilter listens for on our behalf. Number words count only in company.
NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple", "oh ", "nought",
)  # fmt: skip
PLATFORM_CUES = (
    "snap", "insta", " ig ", " ig:", "discord", "telegram", "kik", "tiktok", "facebook", "whatsapp", "twitter",
    "reddit", "twitch", "skype", "wechat", "messenger", "signal", "steam",
)  # fmt: skip
CUES = (
    "@", ".", "#", "://", "www", " dot ", "dot)", "dot]", " at ", "at)", "at]", "hxxp", "u/", *PLATFORM_CUES,
    *NUMBER_WORDS,
)  # fmt: skip
# Cues that stand in ordinary sentences: alone they are no reason to look.
COMMON_CUES = frozenset({*NUMBER_WORDS, ".", " at "})

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

_EMAIL = re.compile(r"(?i)(?<![\w.+-])[a-z0-9][\w.+-]*@[\w-]+(?:\.[\w-]+)+")
_TLD = r"(?:com|net|org|edu|gov|co|io|uk|ca|au|de|fr|es|nl|ie|nz|us|me|info|biz|test|example|eu|in|mail)"
_DOT_SAID = r"(?: ?[(\[{<] ?(?:dot|\.) ?[)\]}>] ?| dot )"
_DOT = rf"(?:{_DOT_SAID}|\.)"
_AT = r"(?: ?[(\[{<] ?(?:at|@) ?[)\]}>] ?| @ ?|@ )"
# "a (at) b.com" with any dot; "a at b dot com" only with the dot said, or every "look at this.me" would be one.
_EMAIL_SAID = re.compile(
    rf"(?i)(?<![\w.])[a-z0-9][\w+-]*(?:{_DOT}[\w+-]+)*"
    rf"(?:{_AT}[\w-]+(?:{_DOT}[\w-]+)*?{_DOT}| at [\w-]+(?:{_DOT}[\w-]+)*?{_DOT_SAID}){_TLD}\b"
)
_LINK_SAID = re.compile(
    r"(?i)\bhxxps?:/*[^\s]+|"
    r"\b[\w-]{2,}(?: ?[(\[{] ?dot ?[)\]}] ?| dot )(?:com|net|org|io|co|me|gg|ly|info|xyz|app|site)\b(?:/\S*)?"
)
_WEB = re.compile(r"(?i)\b(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+(?:/\S*)?")  # whatever its last label is
_MENTION = re.compile(r"(?<![\w.@])@([A-Za-z0-9_](?:[\w.\-]*[\w])?)")
_TAGGED = re.compile(r"(?<!\w)[\w.]{2,32}#\d{4}\b|(?<![\w/])u/[\w-]{3,20}\b")
_PLATFORM = (
    r"(?:snap(?:chat)?|insta(?:gram)?|ig|discord|telegram|kik|tik ?tok|facebook|fb|whats ?app|twitter|reddit|twitch|"
    r"skype|we ?chat|messenger|signal|steam)"
)
_HANDLE_SAID = re.compile(
    rf"(?i)\b{_PLATFORM}(?: (?:name|handle|user ?name|account|user|id|tag))?(?: is| ?[:=-]| ?@|,| as)+ ?"
    r"(?P<name>[\w.\-]*[._\-\d][\w.\-]*[a-z0-9_]|[a-z0-9]+(?=[^\w]*$))"
)
_STREET = (
    r"(?:street|st|road|rd|lane|ln|drive|dr|avenue|ave|close|court|ct|way|place|pl|crescent|cres|terrace|gardens|gdns|"
    r"grove|boulevard|blvd|hill|row|square|sq|mews|parade|walk|view|park|highway|hwy|circle|cir|green|rise|quay|wharf|alley)"
)
_UNIT = r"(?:(?:[Ff]lat|[Aa]pt|[Aa]partment|[Uu]nit|[Rr]oom|[Ss]uite)\.? ?#?\w{1,4},? )?"
_AFTER = (
    r"(?:,? (?:[Ff]lat|[Aa]pt|[Aa]partment|[Uu]nit|[Ss]uite)\.? ?#?\w{1,4}\b)?"
    r"(?:,? [A-Z][a-z]+(?: [A-Z][a-z]+)?(?=,| [A-Z]{1,2}[\dA-Z]|\.|$))?"
    r"(?:,? [A-Z]{2}(?: \d{5}(?:-\d{4})?)?\b)?(?:,? [A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b)?"
)
_ADDRESS = re.compile(rf"\b{_UNIT}\d{{1,5}}[A-Za-z]?,? (?:[A-Z][\w'.-]+ ){{1,3}}(?i:{_STREET})\b\.?{_AFTER}")
_ADDRESS_SAID = re.compile(
    r"(?i)\b(?:liv(?:e|es|ing) at|staying at|address(?: is|:)?|i'?m at|she'?s at|he'?s at|come (?:round|over|to)"
    rf"(?:,? it'?s)?|meet me at|send it to|post it to) "
    rf"(?P<place>{_UNIT}\d{{1,5}}[a-z]?,? (?:[a-z'.-]+ ){{1,3}}{_STREET}\b)"
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")

# Last labels that make a bare "word.word" a link. Country codes that are English words (me, so, is, …) need a path.
_LINK_ENDS = frozenset(
    [
        "com", "org", "net", "info", "edu", "gov", "io", "uk", "de", "fr", "nl", "eu", "ly", "gg", "tv", "app", "dev",
        "xyz", "site", "online", "shop", "store", "biz", "link", "club", "page", "blog", "chat", "ru", "cn", "co", "ca",
        "au", "nz", "ie", "test", "example", "invalid",
    ]
)  # fmt: skip
_EVERYONE = frozenset(
    ["everyone", "here", "all", "mods", "mod", "moderators", "room", "staff", "admin", "host", "anyone", "everybody"]
)


@lru_cache(maxsize=1)
def _linkify() -> LinkifyIt:
    return LinkifyIt()


class Contacts:
    """The detectors, with the helplines they must leave alone."""

    def __init__(self, numbers: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        """`numbers` as a person would dial or write them, `hosts` of helpline sites (lower case)."""
        self._listed = {signs: form for number in numbers for signs, form in digits.forms(number)}
        self._hosts = frozenset(hosts)

    def find(
        self,
        plain: View,
        seen: Callable[[str], bool],
        *,
        numbers: bool,
        spelled: bool,
        dotted: bool,
        names: frozenset[str],
    ) -> list[Finding]:
        """Findings in `plain`. `seen(cue)`: the prefilter saw it; `numbers`: there are digits; `spelled`: number words;
        `dotted`: `DOTTED` matches; `names`: people of the room."""
        text = plain.text
        islands = self.islands(text) if numbers else []
        spans: list[Span] = []
        if numbers:
            spans += digits.cards(text) + digits.ids(text) + digits.phones(text, islands) + _addresses(text)
        if spelled:
            spans += digits.spelled(text)
        said_dot = seen(" dot ") or seen("dot)") or seen("dot]")
        if seen("@"):
            spans += [("contact.email", *match.span()) for match in _EMAIL.finditer(text)] + _mentions(text, names)
        if (dotted or said_dot) and (seen(" at ") or seen("@") or seen("at)") or seen("at]")):
            spans += [("contact.email", *match.span()) for match in _EMAIL_SAID.finditer(text)]
        if dotted or said_dot or seen("://") or seen("www"):
            spans += self._links(text)
            spans += [("contact.link", *match.span()) for match in _WEB.finditer(text) if not self._ours(match.group())]
        if said_dot or seen("hxxp"):
            spans += [("contact.link", *match.span()) for match in _LINK_SAID.finditer(text)]
        if seen("#") or seen("u/"):
            spans += [("contact.handle", *match.span()) for match in _TAGGED.finditer(text)]
        if any(map(seen, PLATFORM_CUES)):
            spans += [("contact.handle", *match.span("name")) for match in _HANDLE_SAID.finditer(text)]
        kept = _apart([span for span in spans if not any(span[1] < end and start < span[2] for start, end in islands)])
        return [Finding(label, label, plain.span(start, end), SAYS[label]) for label, start, end in kept]

    def islands(self, text: str) -> list[Island]:
        """Where listed numbers stand, longest first: nothing inside is personal."""
        signs = "".join(filter(str.isalnum, text)).lower()
        spans = [
            match.span() for number, form in self._listed.items() if number in signs for match in form.finditer(text)
        ]
        return sorted(spans, key=lambda span: span[0] - span[1])

    def _ours(self, link: str) -> bool:
        """Whether it leads to a helpline's own site."""
        return _host(link).removeprefix("www.") in self._hosts

    def _links(self, text: str) -> list[Span]:
        found: list[Span] = []
        for match in _linkify().match(text) or ():
            if match.schema == "mailto:":
                continue
            host = _host(match.url)
            ending = host.rsplit(".", 1)[-1]
            bare = not match.schema and "/" not in match.text and not match.text.lower().startswith("www.")
            if bare and ending.isascii() and ending not in _LINK_ENDS:
                continue
            if not self._ours(match.url):
                found.append(("contact.link", match.index, match.last_index))
        return found


def _host(link: str) -> str:
    return re.sub(r"^[a-z]+:/*", "", link.lower()).split("/")[0].split("@")[-1].split(":")[0]


def _addresses(text: str) -> list[Span]:
    found: list[Span] = [("contact.address", *match.span()) for match in _ADDRESS.finditer(text)]
    found += [("contact.address", *match.span("place")) for match in _ADDRESS_SAID.finditer(text)]
    return found + [("contact.address", *match.span()) for match in _POSTCODE.finditer(text)]


def _mentions(text: str, names: frozenset[str]) -> list[Span]:
    known = _EVERYONE | {part for name in names for part in (name.lower(), *name.lower().split()[:1])}
    return [
        ("contact.handle", *match.span())
        for match in _MENTION.finditer(text)
        if match.group(1).lower() not in known and len(match.group(1)) > 2 and not match.group(1).isdigit()
    ]


def _apart(spans: list[Span]) -> list[Span]:
    """Of overlapping spans the longest, in the order of the text."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda each: (each[1] - each[2], each[1])):
        if not any(span[1] < end and start < span[2] for _, start, end in kept):
            kept.append(span)
    return sorted(kept, key=lambda each: each[1])
