"""Normalisation: what a message says once its disguise is off, with a map back to the text as submitted.

Three views. `plain` has unseen characters dropped, letters folded (`folding.py`), case kept. `soft` is `plain` in lower
case: nearly all rules read this one. `skeleton` goes further: separated letters joined ("k.i.l.l"), leet undone
inside words ("sh1t"), stretched letters squeezed ("looooser"), starred words filled in from a lexicon ("sh*t"). It is
made only where `looks_disguised` says so, and is `None` where it would say nothing new.

Every view carries a map to the original: `span(start, end)` of a view gives code points of the submitted text. A
plain ASCII message is its own map (`None`), which is the fast path.

Leet is never undone in times, doses, dates, counts or links: "4am", "50mg" and "https://…" stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from moderation.folding import CONFUSABLE, FOLD
from moderation.lexicon import LETTERS, STRETCHED, undisguised
from moderation.lexicon import Lexicon as Lexicon
from moderation.lexicon import read as read_word

# Characters whose plain form is not exactly one character long: their presence costs a map.
_UNEVEN = frozenset(chr(code) for code, plain in FOLD.items() if len(plain) != 1)
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")

# Signs that can stand inside a disguised word; the prefilter reports them so that most texts skip `looks_disguised`.
SIGNS = tuple("0123456789@$!|*+_~/-.,#€£()\\^=")
STRETCHES = tuple(letter * 3 for letter in "abcdefghijklmnopqrstuvwxyz")

_SIGN_IN_WORD = re.compile(
    r"[a-z][@$!|*+_~/\-.,#€£()\\^=0-9]{1,4}[a-z]|(?<![a-z0-9])[0-9@$!|€£(][a-z]{2}|[a-z]{2}[0-9$]+(?![a-z0-9])"
)
_DOT_IN_WORD = re.compile(r"\.[a-z]")
_COMMA_IN_WORD = re.compile(r",[a-z]")
_SPACED = re.compile(r" [a-z0-9@$!|][ .,_\-]{1,3}[a-z0-9@$!|](?![a-z0-9])")
_SEPARATED = re.compile(
    r"(?<![a-z0-9'@$])[a-z0-9@$!|](?![a-z0-9])"
    r"(?P<gap>[ \n._\-*/|~+,]{1,3})[a-z0-9@$!|](?![a-z0-9])(?:(?P=gap)[a-z0-9@$!|](?![a-z0-9]))+"
)
_TOKEN = re.compile(r"\S+")
# Of a text this long so many different tokens are undisguised: nobody disguises more words of one message. From the
# next one on it has no skeleton, and nobody may see what nobody has read.
LONG, MOST_ODD = 500, 90
_AROUND = "\"'()[]{}<>.,!?;:~-*_"
# A word between plain punctuation: without a stretch it is read as it is.
_PLAIN = re.compile(r"[\"'(\[@#~]*[a-z]+(?:'[a-z]+)*[\"')\],.!?;:~]*")
# One letter, or a letter and what an apostrophe joins to it ("n't"): what stands between the signs of a dotted word.
_DOTTED_WORD = re.compile(
    r"(?<!\S)[\"'(\[]*(?=[^\s.\-_~|+*]{1,3}[.\-_~|+*])(?P<word>[a-z0-9@$!']{1,3}(?:[.\-_~|+*][a-z0-9@$!']{1,3})+)(?=[\"')\],.!?;:]*(?!\S))"
)
_SIGN = r"[^\s](?:'[a-z]{1,2})?[.,!?;:\"')]{0,3}"
_SPREAD = re.compile(rf"(?<!\S){_SIGN}(?: {_SIGN})+(?!\S)")
_JOINT = re.compile(r"[.\-_~|+*]")
# What every dotted word has, and every row of letters set apart: most texts have neither.
_INNER = re.compile(r"[.\-_~|+*](?<=[a-z0-9].)[a-z]")
_TWO_APART = re.compile(r"[ \n._\-*/|~+,][a-z0-9@$!|][ \n._\-*/|~+,]{1,3}[a-z0-9@$!|](?![a-z0-9])")


@dataclass(slots=True)
class View:
    """One reading of a text. `places[i]` is the index in the submitted text behind `text[i]`; None means the same
    index.
    """

    text: str = field(repr=False)
    places: tuple[int, ...] | None = field(default=None, repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the submitted text that `text[start:end]` stands for."""
        if self.places is None:
            return start, end
        if start >= end:
            place = self.places[start] if start < len(self.places) else (self.places[-1] + 1 if self.places else 0)
            return place, place
        return self.places[start], self.places[end - 1] + 1


class Views:
    """The readings of one submitted text."""

    __slots__ = ("plain", "soft", "text", "unread")

    def __init__(self, text: str) -> None:
        self.text = text
        self.unread = len(text)  # from here on the skeleton says nothing; known once it was asked for
        self.plain = plain = _plain(text)
        self.soft = View(plain.text.lower(), plain.places)

    def skeleton(self, lexicon: Lexicon) -> View | None:
        """The undisguised reading, or None where it is the same as `soft`; of a crowd of disguises, what stands before
        `unread`.
        """
        soft = self.soft
        end = _read_to(soft.text, lexicon)
        if end < len(soft.text):
            self.unread = soft.span(end, end)[0]
            soft = View(soft.text[:end], soft.places and soft.places[:end])
            return _corrected(_skeleton(soft, lexicon), soft, lexicon) or soft
        return _corrected(_skeleton(soft, lexicon), soft, lexicon)


def looks_disguised(soft: str) -> bool:
    """Whether `soft` could hide a word: cheap, and too often True rather than ever wrongly False."""
    return bool(_SIGN_IN_WORD.search(soft) or STRETCHED.search(soft)) or looks_set_apart(soft)


def looks_set_apart(soft: str) -> bool:
    """The part of `looks_disguised` that no rare sign gives away: letters set apart by blanks, dots or commas."""
    if "\n" in soft:
        soft = soft.replace("\n", " ")
    return bool(_SPACED.search(soft) or _DOT_IN_WORD.search(soft) or _COMMA_IN_WORD.search(soft))


def _plain(text: str) -> View:
    if text.isascii() and text.isprintable():
        return View(text)
    if _UNEVEN.isdisjoint(text):
        folded, places = text.translate(FOLD), None
    else:
        where: list[int] = []
        done = 0
        for at in [at for at, sign in enumerate(text) if sign in _UNEVEN]:
            where += range(done, at)
            where += [at] * len(FOLD[ord(text[at])])
            done = at + 1
        where += range(done, len(text))
        folded, places = text.translate(FOLD), tuple(where)
    if not folded.isascii() and _LATIN.search(folded):
        folded = _WORD.sub(_unconfused, folded)
    return View(folded, places)


def _read_to(soft: str, lexicon: Lexicon) -> int:
    """Where the first token begins that is one too many to be undisguised; the end of nearly every text."""
    if len(soft) <= LONG or len(set(soft.split()) - lexicon.plain) <= MOST_ODD:
        return len(soft)
    odd: set[str] = set()
    for token in _TOKEN.finditer(soft):
        if not token.group().strip(_AROUND).isalpha():
            odd.add(token.group())
            if len(odd) > MOST_ODD:
                return token.start()
    return len(soft)


def _unconfused(match: re.Match[str]) -> str:
    """One word in Latin letters if that is what it pretends to be; letter for letter, so that maps stay true."""
    word = match.group()
    if word.isascii():
        return word
    if any(not letter.isascii() and letter not in CONFUSABLE for letter in word):
        return word  # a word of another script
    return "".join(CONFUSABLE.get(letter, letter) for letter in word)


def _skeleton(soft: View, lexicon: Lexicon) -> View | None:
    joined = _joined(_undotted(soft), lexicon)
    meant = _meant(joined.text, lexicon)
    if not meant:
        return None if joined.text == soft.text else joined
    letters: list[str] = []
    places: list[int] = []
    where = _between(joined, 0, len(joined.text))
    done = 0
    for token in _TOKEN.finditer(joined.text):
        word = meant.get(token.group())
        if word is None:
            continue
        start, end = token.span()
        letters += [joined.text[done:start], word]
        places += _between(joined, done, start)
        same = len(word) == end - start
        places += where[start:end] if same else [where[at] for at in _stretch(start, end, len(word))]
        done = end
    letters.append(joined.text[done:])
    places += _between(joined, done, len(joined.text))
    text = "".join(letters)
    return None if text == soft.text else View(text, tuple(places))


def _meant(text: str, lexicon: Lexicon) -> dict[str, str]:
    """Of the tokens of `text` that hide something, what each says."""
    odd = (
        token for token in set(text.split()) - lexicon.plain if STRETCHED.search(token) or not _PLAIN.fullmatch(token)
    )
    return {token: word for token in odd if (word := undisguised(token, lexicon)) != token}


def _corrected(view: View | None, soft: View, lexicon: Lexicon) -> View | None:
    """`view` (or `soft` where it is None) with slips of the finger put right; `view` itself where there are none."""
    read = view or soft
    slips = lexicon.slips(read.text)
    if not slips:
        return view
    letters: list[str] = []
    places: list[int] = []
    where = _between(read, 0, len(read.text))
    done = 0
    for word in LETTERS.finditer(read.text):
        meant = slips.get(word.group())
        if meant:
            start, end = word.span()
            letters += [read.text[done:start], meant]
            places += _between(read, done, start)
            places += [where[at] for at in _stretch(start, end, len(meant))]
            done = end
    letters.append(read.text[done:])
    places += _between(read, done, len(read.text))
    return View("".join(letters), tuple(places))


def _between(view: View, start: int, end: int) -> Sequence[int]:
    """The places of `view.text[start:end]`."""
    return range(start, end) if view.places is None else view.places[start:end]


def _stretch(start: int, end: int, length: int) -> list[int]:
    """Indices for `length` letters that came from `start:end`: in step, and the last one at the end."""
    if length == 0:
        return []
    inner = range(start, min(start + length - 1, end - 1))
    return [*inner, *[end - 1] * (length - len(inner))]


def _undotted(soft: View) -> View:
    """Words with a sign after nearly every letter ("y.o.u'r.e") without these signs."""
    if not _INNER.search(soft.text):
        return soft
    cuts: list[tuple[int, int, str]] = []
    for match in _DOTTED_WORD.finditer(soft.text):
        start, end = match.span("word")
        parts = _JOINT.split(match["word"])
        single = sum(len(part) == 1 or "'" in part for part in parts)
        if sum(part.isdigit() for part in parts) * 2 < len(parts) and (
            single == len(parts) or (len(parts) > 2 and single * 2 >= len(parts))
        ):
            cuts.append((start, end, ".-_~|+*"))
    return _stripped(soft, cuts)


def _stripped(soft: View, cuts: Sequence[tuple[int, int, str]]) -> View:
    """`soft` without the named signs inside each (start, end, signs)."""
    if not cuts:
        return soft
    letters: list[str] = []
    places: list[int] = []
    where = _between(soft, 0, len(soft.text))
    done = 0
    for start, end, signs in cuts:
        kept = [at for at in range(start, end) if soft.text[at] not in signs]
        letters += [soft.text[done:start], *[soft.text[at] for at in kept]]
        places += where[done:start]
        places += [where[at] for at in kept]
        done = end
    letters.append(soft.text[done:])
    places += where[done:]
    return View("".join(letters), tuple(places))


def _narrowed(soft: View) -> View:
    """Letters apart and words further apart ("g o  a w a y") put together, if the text is written like that."""
    if "  " not in soft.text:
        return soft
    runs = [run.span() for run in _SPREAD.finditer(soft.text)]
    if len(runs) < 2:
        return soft
    return _stripped(soft, [(start, end, " ") for start, end in runs])


def _put_together(signs: str, lexicon: Lexicon) -> str:
    """What letters set apart say, cut into words; nothing for digits set apart, which are a number."""
    if sum(map(str.isalpha, signs)) * 5 < len(signs) * 3:
        return ""
    word = read_word(signs, lexicon)
    return lexicon.split(word) or word


def _joined(soft: View, lexicon: Lexicon) -> View:
    """Separated letters put together; what comes out as several words is cut into them."""
    soft = _narrowed(soft)
    if not _TWO_APART.search(soft.text):
        return soft
    letters: list[str] = []
    places: list[int] = []
    where = _between(soft, 0, len(soft.text))
    known: dict[str, str] = {}
    done = 0
    for run in _SEPARATED.finditer(soft.text):
        start, end = run.span()
        gap = len(run["gap"])
        signs = soft.text[start : end : gap + 1]
        if signs not in known:
            known[signs] = _put_together(signs, lexicon)
        cut = known[signs]
        if not cut:
            continue
        letters += [soft.text[done:start], cut]
        places += _between(soft, done, start)
        at = start - gap - 1
        for letter in cut:
            at += gap + 1 if letter != " " else 0
            places.append(where[at])
        done = end
    if not letters:
        return soft
    letters.append(soft.text[done:])
    places += _between(soft, done, len(soft.text))
    return View("".join(letters), tuple(places))
