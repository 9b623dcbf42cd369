"""Phone numbers in disguise: "O77OO 9OO 216", "404•555•0137", "it starts 07700, then 900 765".

    letters that look like figures, other signs between ─▶ `undone`: the text, sign for sign, as a number is written
    a number in two halves with words between           ─▶ `halves`: spans of it

`digits.phones` reads what `undone` gives back as it reads any text, so a date or a score in disguise stays one.

Both read `plain` (case kept). The patterns are RE2: no text makes one slow.
"""

from __future__ import annotations

import re
from itertools import pairwise

import re2

from moderation.digits import Span

# A word of figures and of letters like them; figures are most of it or stand beside.
_MIXED = re2.compile(r"(?:^|[^A-Za-z0-9])([0-9oOIl|]*(?:\d[oOIl|]|[oOIl|]\d)[0-9oOIl|]*)")
_LIKE = str.maketrans("oOIl|", "00111")
# Signs nobody measures with, between figures; commas only where groups are those of a number to ring.
_ODD = "•·∙●◦‧*~_|=→>—−,"
_BETWEEN = re2.compile(rf"\d ?[{_ODD[:-1]}]{{1,2}} ?\d")
_COMMAS = re2.compile(r"\b0\d{2,4}, ?\d{3,4}, ?\d{3,4}\b")
_APART = str.maketrans(_ODD, "-" * len(_ODD))

# What each has: most texts with figures have none of it.
_MAYBE = re.compile(rf"\d[oOIl|]|[oOIl|]\d|\d ?[{_ODD}]{{1,2}} ?\d")
_JOINED = re.compile(r"(?i)\b(?:then|ends?|last|next|second|finish(?:es)?|rest|half|followed)\b")
_WORD = r"zero|oh|one|two|three|four|five|six|seven|eight|nine|double|treble|triple|nought|naught|hundred"
# Words that join the halves of a number.
_THEN = (
    r"(?:[ ,.;:\n-]{1,4}(?:\w+ ){0,8}?(?:and then|then|followed by|next|after that|ends?(?: in| with| on)?|"
    r"finish(?:es)?"
    r"(?: in| with)?|last (?:bit|part|half|digits|three|four|six|few)|second (?:bit|half|part)|the rest|"
    r"(?:the )?other half)(?: is| are|'s|:)?[ ,:]{1,3}(?:it'?s |the |a )?)"
)
_HALVES = re2.compile(
    rf"(?i)\b((?:\+\d{{2,3}} ?|0)\d{{2,4}}(?:[ -]?\d{{2,4}})?){_THEN}(\d{{2,4}}(?:[ -]?\d{{2,4}}){{0,3}})\b"
)
_SPOKEN = re2.compile(
    rf"(?i)\b((?:{_WORD})(?:[ ,-]{{1,2}}(?:{_WORD})){{3,}}){_THEN}((?:{_WORD}|\d{{1,4}})(?:[ ,-]{{1,2}}(?:{_WORD}|"
    rf"\d{{1,4}})){{1,8}})\b"
)
# Figures in other languages, accents folded; what is counted up or down by ones is no number.
_TONGUES = (
    "null eins zwei drei vier funf sechs sieben acht neun",
    "zero un deux trois quatre cinq six sept huit neuf",
    "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "zero um dois tres quatro cinco seis sete oito nove",
    "zero uno due tre quattro cinque sei sette otto nove",
    "zero jeden dwa trzy cztery piec szesc siedem osiem dziewiec",
)
_ABROAD = {
    **{word: value for tongue in _TONGUES for value, word in enumerate(tongue.split())},
    "zwo": 2, "fuenf": 5, "uma": 1, "duas": 2, "dix": 10, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50,
    "soixante": 60, "quatre-vingt": 80, "quatre-vingt-dix": 90,
}  # fmt: skip
_FOREIGN = "|".join(sorted(_ABROAD, key=len, reverse=True))
_ROW = re2.compile(rf"(?i)\b(?:{_FOREIGN})(?:[ ,.-]{{1,3}}(?:{_FOREIGN})){{6,24}}\b")
_FIGURE = re2.compile(rf"(?i)\b(?:{_FOREIGN})\b")
# What the prefilter listens for on behalf of `abroad`.
CUES = ("null", "sieben", "neuf", "sept ", "siete", "ocho", "sete ", "oito", "sette", "otto", "siedem", "osiem")
# So many figures the halves have to have together.
_LEAST, _MOST = 7, 15


def undone(text: str) -> str | None:
    """`text`, of the same length, with letters among figures read as figures and odd signs between them as hyphens;
    None where it has neither.
    """
    if not _MAYBE.search(text):
        return None
    read = text
    for match in _MIXED.finditer(text):
        start, end = match.span(1)
        if end == len(text) or not text[end].isalnum():
            read = read[:start] + text[start:end].translate(_LIKE) + read[end:]
    for form in (_BETWEEN, _COMMAS):
        place = 0
        while match := form.search(read, place):  # a figure ends one place and begins the next
            start, end = match.span()
            read = read[:start] + read[start:end].translate(_APART) + read[end:]
            place = end - 1
    return read if read != text else None


def halves(text: str) -> list[Span]:
    """Both halves of a number told in two."""
    if not _JOINED.search(text):
        return []
    found: list[Span] = []
    for match in _HALVES.finditer(text):
        figures = sum(map(str.isdecimal, match.group(1) + match.group(2)))
        if _LEAST <= figures <= _MOST:
            found += [("contact.phone", *match.span(1)), ("contact.phone", *match.span(2))]
    return found + [("contact.phone", *match.span(group)) for match in _SPOKEN.finditer(text) for group in (1, 2)]


def abroad(text: str) -> list[Span]:
    """Figures in a row as other languages say them."""
    found: list[Span] = []
    for match in _ROW.finditer(text):
        values = [_ABROAD[word.lower()] for word in _FIGURE.findall(match.group())]
        steps = {right - left for left, right in pairwise(values)}
        if steps - {1} and steps - {-1}:
            found.append(("contact.phone", *match.span()))
    return found
