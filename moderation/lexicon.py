"""One word and what it may be hiding: the lexicon of the rule book, leet, stars, stretches, slips of the finger.

    "sh1t" → leet     "f*ck" → by its shape     "looooser" → squeezed     "yuorself" → one slip from a word of the book

`Lexicon` holds the words a disguise may hide. `undisguised` reads one token (what stands between blanks); `slips` finds
words nobody uses that are one slip of the finger from a word of the lexicon. Words people use (vocabulary.py) are
never slips. Everything is bounded by the length of the token, not by what is in it: a token whose `bone` (leet undone,
i and l taken for one, doubles squeezed) is no word's is not tried further, which is nearly every one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice, product
from operator import itemgetter

from moderation.vocabulary import ORDINARY

LETTERS = re.compile(r"[a-z]+")
_COUNTED = re.compile(
    r"(?:\d*1st|\d*2nd|\d*3rd|\d*[04-9]th|1[1-3]th|\d{1,3}0s|[\d.,:/x-]+(?:am|pm|a|p|mgs?|mcg|mls?|g|gs|kgs?|lbs?|oz|st|stone|k|m|bn|"
    r"cm|mm|km|mi|ft|in|hrs?|h|hours?|mins?|min|secs?|s|days?|d|wks?|w|weeks?|mos?|yrs?|years?|yo|y|x|bpm|mph|cals?|kcals?|c|f|v|gb|"
    r"mb|ish|er|f|b|ppm|u|iu|pc|pm|p|quid)?)\W*"
)
# What may stand around a count; what else may is left to the pattern's end.
_AROUND = "!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~£€"
_LINKED = re.compile(r"://|www\.|@[\w-]+\.\w")
_OPENING, _CLOSING = "\"'([@#~", "\"')],.!?;:~"
ONCE = itemgetter(1)  # of a run of one letter, that letter
STRETCHED = re.compile(r"([a-z])\1\1+")
_DOUBLED = re.compile(r"([a-z])\1+")
# A slip is put right in words this long: shorter ones are a slip away from everything.
_SHORTEST_SLIP, _LONG, _LONGEST_SLIP = 4, 6, 16
# Letters apart are cut into words no longer than this.
_LONGEST_CUT = 14
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
# Never a slip: one and two letters, and what an apostrophe leaves of a word ("wouldn't").
_TINY = frozenset((*_ALPHABET, *(first + second for first in _ALPHABET for second in _ALPHABET)))
_STEMS = frozenset(part for word in ORDINARY for part in word.split("'"))
LEET: dict[str, str] = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "!": "il", "|": "li", "+": "t", "€": "e", "£": "l", "(": "c", "^": "a", "=": "e",
}  # fmt: skip
_FILLERS = "*#_"
_FILLER = re.compile("[*#_]")
_LETTER = re.compile(r"[^\W\d_]")
_JOINTS = re.compile(r"[._\-~/,|+*#\\()]+")
# No word is longer: of a longer token the stretches go first, and only its beginning is read.
_LONGEST = 64
# Readings tried for one disguised word: enough for three ambiguous signs, small enough to stay cheap.
_MOST_READINGS = 16
_LIKELIEST = str.maketrans({sign: letters[0] for sign, letters in LEET.items()})
_BONES = _LIKELIEST | str.maketrans({"i": "l", "1": "l", "!": "l"})
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words a disguise may hide: what the rule book looks for. `squeezed` finds them without their doubled
    letters, `bones` holds what `bone` makes of them, `starts` how they begin; `without` has them with one letter left
    out (and as they are), `shapes` by length and one letter in its place; `known` are these and all ordinary words, cut
    at apostrophes, and `plain` those of them without a stretch: they hide nothing.
    """

    words: frozenset[str]
    squeezed: dict[str, str]
    known: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    without: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shapes: dict[tuple[int, int, str], frozenset[str]] = field(default_factory=dict)
    bones: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, words: Iterable[str]) -> Lexicon:
        kept = frozenset(word for word in words if word.isascii() and word.isalpha())
        without: dict[str, list[str]] = {}
        shapes: dict[tuple[int, int, str], set[str]] = {}
        for word in sorted(kept):
            for place, letter in enumerate(word):
                shapes.setdefault((len(word), place, letter), set()).add(word)
            if len(word) >= _SHORTEST_SLIP:
                for form in _shortened(word):
                    without.setdefault(form, []).append(word)
        known = kept | _STEMS | _TINY
        return cls(
            kept,
            {_DOUBLED.sub(ONCE, word): word for word in sorted(kept, reverse=True)},
            known,
            frozenset(word for word in known if LETTERS.fullmatch(word) and not STRETCHED.search(word)),
            {form: tuple(words) for form, words in without.items()},
            {shape: frozenset(words) for shape, words in shapes.items()},
            frozenset(map(bone, kept)),
            frozenset(word[:end] for word in kept for end in range(1, len(word) + 1)),
        )

    def slips(self, soft: str) -> dict[str, str]:
        """The words of `soft` nobody uses that are one slip from a word of the lexicon, with that word."""
        tokens = set(soft.split()) - self.plain
        words = set(LETTERS.findall(" ".join(tokens))) - self.known if tokens else _NONE
        near = {word: self.nearest(word) for word in words}
        return {word: meant for word, meant in near.items() if meant}

    def nearest(self, word: str) -> str | None:
        """The word of the lexicon that is one letter more, less or other, or two letters swapped, from `word`; slips
        spare the first letter, and in short words the last.
        """
        if not 3 <= len(word) <= _LONGEST_SLIP or not (word.isascii() and word.isalpha()):
            return None
        close = self.without
        near = {meant for form in _shortened(word) if form in close for meant in close[form] if _one_slip(word, meant)}
        if len(near) < 2:
            return next(iter(near), None)
        return min(near, key=lambda meant: (meant[-1] != word[-1], len(meant) < len(word), meant), default=None)

    def split(self, letters: str) -> str | None:
        """`letters` cut into words of the lexicon, fewest words first; None when it cannot be."""
        least = [0, *[len(letters) + 1] * len(letters)]  # how many words it takes to get there
        came = [0] * (len(letters) + 1)  # where the last of them starts
        for start in range(len(letters)):
            words = least[start] + 1
            if words > len(letters):
                continue
            for end in range(start + 1, min(start + _LONGEST_CUT, len(letters)) + 1):
                if (piece := letters[start:end]) not in self.starts:
                    break
                if words < least[end] and piece in self.words:
                    least[end], came[end] = words, start
        if least[-1] > len(letters):
            return None
        cuts, end = [], len(letters)
        while end:
            cuts.append(letters[came[end] : end])
            end = came[end]
        return " ".join(reversed(cuts))


def _shortened(word: str) -> set[str]:
    """`word`, and `word` with each of its letters but the first left out."""
    return {word, *[word[:place] + word[place + 1 :] for place in range(1, len(word))]}


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one slip of the finger makes `typed` of `meant`. Both share a form of `_shortened`."""
    if len(meant) < _LONG and meant[-1] != typed[-1]:
        return False
    if len(typed) != len(meant):
        return True
    at = 1
    while typed[at] == meant[at]:
        at += 1
    if typed[at + 1 :] == meant[at + 1 :]:
        return True
    return typed[at : at + 2] == meant[at + 1 : at - 1 : -1] and typed[at + 2 :] == meant[at + 2 :]


def undisguised(token: str, lexicon: Lexicon) -> str:
    """What a token says plainly, its punctuation kept; itself where it hides nothing."""
    if token.isalpha() and not STRETCHED.search(token):
        return token
    if _COUNTED.fullmatch(token.strip(_AROUND) or ".") or _LINKED.search(token):
        return token
    core = token.lstrip(_OPENING)
    opening = token[: len(token) - len(core)]
    core = core.rstrip(_CLOSING)
    return opening + _core(core, lexicon) + token[len(opening) + len(core) :] if core else token


def _core(core: str, lexicon: Lexicon) -> str:
    """One word without its punctuation, read plainly."""
    if len(core) > _LONGEST:
        core = STRETCHED.sub(r"\1\1\1", core)
        if len(core) > 4 * _LONGEST:
            return _core(core[: 4 * _LONGEST], lexicon) + core[4 * _LONGEST :]
    if core in lexicon.words or not _LETTER.search(core):
        return core
    if _FILLER.search(core):
        guess = _filled(core, lexicon)
        if guess:
            return guess
    if _JOINTS.search(core) and len(parts := [part for part in _JOINTS.split(core) if part]) > 1:
        whole = read("".join(parts), lexicon)
        if whole in lexicon.words:
            return whole
        if all(part.isalpha() for part in parts):
            return " ".join(read(part, lexicon) for part in parts)
    return read(core, lexicon)


def _filled(core: str, lexicon: Lexicon) -> str | None:
    """A starred word ("f*ck") by the lexicon: each filler stands for one letter."""
    for suffix in ("", "s", "ing", "ed", "er", "in"):
        if core.endswith(suffix):
            stem = core[: len(core) - len(suffix)]
            if stem and (found := _fitting(stem, lexicon)):
                return found + suffix
    return None


def _fitting(stem: str, lexicon: Lexicon) -> str | None:
    """The first word of the lexicon that `stem` can be; its first or last letter has to be there."""
    if stem[0] in _FILLERS and stem[-1] in _FILLERS:
        return None
    length, shapes = len(stem), lexicon.shapes
    fitting: frozenset[str] = lexicon.words
    for place, seen in enumerate(stem):
        if seen in _FILLERS:
            continue
        letters = LEET.get(seen, seen)
        here = shapes.get((length, place, letters[0]), _NONE)
        if len(letters) > 1:
            here |= shapes.get((length, place, letters[1]), _NONE)
        fitting = here & fitting
        if not fitting:
            return None
    place = -1 if stem[0] in _FILLERS else 0
    order = LEET.get(stem[place], stem[place])  # of several letters there, the likelier one
    return min(fitting, key=lambda word: (order.find(word[place]), word))


def bone(signs: str) -> str:
    """What all readings of `signs` have in common: a word can hide only where its own bone is the same."""
    return _DOUBLED.sub(ONCE, signs.translate(_BONES))


def read(signs: str, lexicon: Lexicon) -> str:
    """Leet undone and stretches squeezed; of several readings, the one the lexicon knows."""
    plain = signs if signs.isalpha() else signs.translate(_LIKELIEST)
    if bone(plain) not in lexicon.bones:
        return STRETCHED.sub(ONCE, plain)
    choices = [LEET.get(sign, sign) if not sign.isalpha() else sign for sign in signs]
    stretched = STRETCHED.search(plain.translate(_BONES)) is not None  # no reading has more runs than the bone
    readings = ("".join(reading) for reading in islice(product(*choices), _MOST_READINGS))
    for reading in readings:
        if reading in lexicon.words:
            return reading
        if stretched and STRETCHED.search(reading) and (known := lexicon.squeezed.get(_DOUBLED.sub(ONCE, reading))):
            return known
    return STRETCHED.sub(ONCE, plain)
