"""E-mail addresses and links, also said aloud: "sam at example dot com", "hxxps://…", "bit.ly/3xTESTx".

    what stands between two blanks ─▶ could it be a link at all? ─▶ the library reads it ─▶ is it a helpline's own page?

A bare "word.word" is a link only where its last label is one people use for links: "tired.me" is two sentences. The
library reads so many different ones of a text; any more are links without being read, so no text costs more.

`Links.find` reads `plain` (case kept) and gives spans in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache

from linkify_it import LinkifyIt

from moderation.digits import Island, Span

DOTTED = re.compile(r"\.[^\W\d_]{2}")  # what every bare link and address has

_TLD = (
    r"(?:com|net|org|edu|gov|co|io|uk|ca|au|de|fr|es|nl|ie|nz|us|me|info|biz|test|example|invalid|eu|in|mail|pl|mx|"
    r"br|it|pt|"
    r"ch|at|se|ph|za|app|dev|xyz|site|online|tv|ly|gg)"
)
_EMAIL = re.compile(r"(?i)(?<![\w.+-])[a-z0-9][\w.+'-]{0,63}@[\w-]+(?:\.[\w-]+)+")
_DOT_SAID = r"(?: ?[(\[{<] ?(?:dot|\.) ?[)\]}>] ?| dot )"
_DOT = rf"(?:{_DOT_SAID}|\.)"
_AT = r"(?: ?[(\[{<] ?(?:at|@) ?[)\]}>] ?| @ ?|@ )"
_DOMAIN = r"[\w-]{1,40}(?: (?:hyphen|dash) [\w-]{1,40})?"
# "a (at) b.com" with any dot; "a at b dot com" only with the dot said, or every "look at this.me" would be one.
_EMAIL_SAID = re.compile(
    rf"(?i)(?<![\w.])(?:[a-z]+ (?=\d+ ?@))?[a-z0-9][\w+'-]{{0,40}}(?:{_DOT}[\w+-]{{1,40}}){{0,4}}"
    rf"(?:{_AT}{_DOMAIN}(?:(?:{_DOT}| \. ){_DOMAIN}){{0,3}}(?:{_DOT}| \. ){_TLD}"
    rf"| at {_DOMAIN}(?:{_DOT}{_DOMAIN}){{0,3}}{_DOT_SAID}{_TLD}(?:{_DOT_SAID}{_TLD})?)\b"
)
# The same as other languages say it: none of these signs is a word of a sentence beside the other.
_DOT_ABROAD = r"(?: ?[(\[]?(?:dot|point|punto|ponto|punkt|kropka)[)\]]? ?|\.)"
_EMAIL_ABROAD = re.compile(
    rf"(?i)(?<![\w.])[a-z0-9][\w+'-]{{0,40}}(?:{_DOT_ABROAD}[\w+-]{{1,40}}){{0,4}}"
    r" ?(?:[(\[]? ?(?:arobase|arroba|aroba|chiocciola|klammeraffe|malpa|at[- ]sign) ?[)\]]?|[(\[]a[)\]]) ?"
    rf"[\w-]{{1,40}}(?:{_DOT_ABROAD}[\w-]{{1,40}}){{0,3}}{_DOT_ABROAD}{_TLD}\b"
)
_SLASHED = r"(?:/\S*)?(?: [(\[]?slash[)\]]? [\w-]+)*"
_LINK_SAID = re.compile(
    rf"(?i)\bhxxps?:/*[^\s]+(?:{_DOT_SAID}[\w-]+)*{_SLASHED}|"
    rf"(?<![\w.])[\w-]{{2,40}}(?:{_DOT_SAID}{_DOMAIN}){{0,3}}{_DOT_SAID}{_TLD}\b{_SLASHED}|"
    r"(?<![\w.])[\w-]{2,40}(?: ?\. [\w-]{2,40}){0,2} \. ?(?:com|net|org|co|uk|io|info|example|test|app|dev|"
    r"eu)\b(?:/\S*)?|"
    r"\bhttps?[:;]{0,2}/{1,3}[\w-]+(?:\.[\w-]+)+(?:/\S*)?"
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
# What stands around a link and is none of it.
_AROUND = "\"'()[]<>,.!?;:"
# Reserved names nobody can own, which the library's list of last labels does not have.
_RESERVED = re.compile(r"(?i)(?<![\w@./-])(?:[a-z0-9-]{1,40}\.){1,3}(?:example|test|invalid)\b(?:/\S*)?")
_SCHEMA = re.compile(r"^(?:https?[:;]{0,2}/+|[a-z]+:/*)")  # also with a sign missing


@lru_cache(maxsize=1)
def _linkify() -> LinkifyIt:
    library = LinkifyIt()
    library.match("http://a.com ftp://a.com //a.com mailto:a@a.com a.com")  # it makes its patterns when first asked
    return library


class Links:
    """The detectors, with the pages they must leave alone."""

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        """`hosts` of helpline sites (lower case)."""
        self._hosts = frozenset(hosts)
        _linkify()

    def find(self, text: str, reasons: AbstractSet[str]) -> list[Span]:
        """E-mail and links in `text`. `reasons`: those of at, dotted, said, mail, abroad, link and hxxp that hold."""
        spans: list[Span] = []
        dotted, said = "dotted" in reasons, "said" in reasons
        if "at" in reasons:
            spans += [("contact.email", *match.span()) for match in _EMAIL.finditer(text)]
        if (dotted or said) and "mail" in reasons:
            spans += [("contact.email", *match.span()) for match in _EMAIL_SAID.finditer(text)]
        if "abroad" in reasons:
            spans += [("contact.email", *match.span()) for match in _EMAIL_ABROAD.finditer(text)]
        if dotted or said or "link" in reasons:
            spans += self._links(text)
        if said or "link" in reasons:
            said_ones = (match for match in _LINK_SAID.finditer(text) if not self._ours(match.group()))
            spans += [("contact.link", *match.span()) for match in said_ones]
        return spans

    def ours(self, text: str) -> list[Island]:
        """Where pages of helplines stand."""
        return [token.span() for token in _MAYBE_LINK.finditer(text) if self._ours(token.group().strip(_AROUND))]

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
        return [] if self._ours(token.strip(_AROUND)) else [(0, len(token))]

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
