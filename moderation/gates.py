"""Gates: what around a match says that the words mean something else.

"kill yourself" in quotation marks after "he texted", "not" before "suicidal", "years ago" before "I tried": the same
words, another meaning. A gate is a name and patterns over one part of the text: the `match`, `before` and `after` it
within its sentence (nothing stands before an "I" that begins a clause of its own), the `sentence`, or the whole
`message`. It is *open* when any of them matches, unless `closed` matches the message. Rules name the gates that drop a
hit (`unless`) or soften its care (`softer`). Gates are data (`data/rules/gates.yaml`); the one written here, `quoted`,
has to see pairs of quotation marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, Protocol

PARTS = ("before", "match", "after", "sentence", "message")
CLOSED = "closed"  # a pattern over the message that keeps the gate shut

_ENDS = re.compile(r"[.!?]+(?=\s|$)|\n+")
_QUOTE = re.compile(r"\"([^\"]{2,})\"|(?<![a-z0-9])'((?:[^']|'(?=[a-z])){4,})'(?![a-z])")
# A report needs someone else who said it; "I'm saying 'you are…'" is no quotation of an abuser.
_SPEAKERS = (
    "he she they who ex mum mom mother dad father boss husband wife partner people kids someone voice voices head "
    "text message line note comment letter parents sister brother boyfriend girlfriend teacher nurse doctor therapist "
    "me us it"
)
_VERBS = (
    "say says said saying tell tells told telling call calls called calling scream screamed screams yell yelled text "
    "texted sent write wrote ask asked asks shout shouted reply replied was were is like goes"
)
_REPORT = re.compile(
    rf"\b(?:{_SPEAKERS.replace(' ', '|')})\b[^\"]{{0,40}}\b(?:{_VERBS.replace(' ', '|')}|used to)\b"
    r"|\b(?:read|reads|heard|hear|called me|told me|exact words|verbatim|voicemail)\b"
    # whoever it was: "said the head of year", "someone typed", "was written on my locker"
    r"|(?<!\bi )(?:said|says|typed|types|wrote|writes|posted|commented|shouted|screamed|whispered|yelled|messaged|"
    r"texted|used to (?:say|whisper|shout|tell)) |\b(?:was|were) written\b|\b(?:tell|say to) (?:them|her|him)\b"
    r"|\b(?:is|was|were) what (?:i (?:got|heard|was|had|read)|(?!i\b)\w+)|\bmy own \w+,"
    r"|\b(?:favourite|favorite)(?: \w+)? (?:was|is)\b"
)


# "she said I was worthless and I want to die": what follows the joint is the writer's own again.
_OWN = re.compile(r"i(?:'?m|'?ve|'?ll|'?d)?\b")
_JOINT = re.compile(
    r"(?:[,;:\u2013\u2014-]|\b(?:and|but|so|now|because|cos|cause|cuz))\s+(?:now |then |honestly |maybe )?$"
)


_behind = itemgetter(1)


class Matcher(Protocol):
    """What a compiled pattern can do (re and re2 both)."""

    @property
    def groups(self) -> int: ...

    def search(self, text: str | bytes, /) -> Any: ...

    def finditer(self, text: str | bytes, /) -> Iterator[Any]: ...


class Surroundings:
    """One text, asked about the surroundings of places in it. Sentences and quotations are found once, when first
    needed.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.answers: dict[tuple[str, str, int, int], bool] = {}  # gate, part, and where: whether it is open there
        self._bounds: list[int] | None = None
        self._quotes: list[tuple[int, int]] | None = None

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Where the sentence holding `start` begins, and where the one holding `end` stops."""
        if self._bounds is None:
            self._bounds = [match.end() for match in _ENDS.finditer(self.text)]
        before, behind = bisect_right(self._bounds, start), bisect_left(self._bounds, end)
        first = self._bounds[before - 1] if before else 0
        return first, self._bounds[behind] if behind < len(self._bounds) else len(self.text)

    def part(self, name: str, start: int, end: int) -> tuple[int, int]:
        """Where a part of the surroundings begins, and where it stops."""
        if name in ("message", CLOSED):
            return 0, len(self.text)
        if name == "match":
            return start, end
        first, last = self.sentence(start, end)
        if name == "before":
            own = _OWN.match(self.text, start) and _JOINT.search(self.text[first:start])
            return (start if own else first), start
        return (end if name == "after" else first), last

    def quoted(self, start: int, end: int) -> bool:
        """Whether the place stands inside quotation marks, with someone else said to have said it."""
        if self._quotes is None:
            self._quotes = [quote.span() for quote in _QUOTE.finditer(self.text)]
        place = bisect_right(self._quotes, start, key=_behind)  # the first that ends after `start`
        if place == len(self._quotes) or self._quotes[place][0] >= end:
            return False
        opened, closed = self._quotes[place]
        return (
            _REPORT.search(f"{self.text[max(0, opened - 90) : opened]} {self.text[closed : closed + 60]}") is not None
        )


class Gates:
    """All gates by name."""

    def __init__(self, patterns: Mapping[str, Mapping[str, Matcher]]) -> None:
        """`patterns[gate][part]` is one compiled pattern over that part."""
        self._patterns = patterns

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._patterns) | {"quoted"}

    def open(self, name: str, around: Surroundings, start: int, end: int) -> bool:
        """Whether gate `name` is open for the match `start:end`."""
        if name == "quoted" and around.quoted(start, end):
            return True
        parts = self._patterns.get(name, {})
        if CLOSED in parts and self._finds(name, CLOSED, around, start, end):
            return False
        return any(self._finds(name, part, around, start, end) for part in parts if part != CLOSED)

    def _finds(self, name: str, part: str, around: Surroundings, start: int, end: int) -> bool:
        """Whether the pattern of a part matches there. The same is asked again and again, about each of many places."""
        first, last = around.part(part, start, end)
        asked = (name, part, first, last)
        answer = around.answers.get(asked)
        if answer is None:
            answer = around.answers[asked] = self._patterns[name][part].search(around.text[first:last]) is not None
        return answer
