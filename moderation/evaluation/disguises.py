"""Ways to hide a word, each a function of the text alone: the same text is disguised the same way each time.

Two families. A *plain* reader sees through the first at once, and so must the filter (M11: recall kept 95 %): signs
without width, look-alikes, other alphabets of the same letters, marks, spaces, dots. The second changes the words
(85 %): leet, letters repeated, typing mistakes.

Where a disguise has a choice (which word, which letter), a hash of text and place chooses; no chance is involved.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from moderation.evaluation.corpora import digest

Disguise = Callable[[str], str]

_LOOKALIKES = str.maketrans("aceiopsxyABCEHKMOPTX", "асеіорѕхуАВСЕНКМОРТХ")
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
# Letters beside each other on a keyboard.
_BESIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuiopqsdfghjklaxcvbnmz", strict=True))
_WORD = re.compile(r"[A-Za-z]{2,}")
_LONG_WORD = re.compile(r"[A-Za-z]{4,}")
_VOWEL = re.compile(r"[aeiouAEIOU]")


def zero_width(text: str) -> str:
    """A sign without width after each letter, of five kinds."""
    return "".join(
        sign + "\u200b\u200c\u200d\u2060\ufeff"[place % 5] if sign.isalpha() else sign
        for place, sign in enumerate(text)
    )


def lookalikes(text: str) -> str:
    """Cyrillic letters that look Latin."""
    return text.translate(_LOOKALIKES)


def fullwidth(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" and sign.isalnum() else sign for sign in text)


def mathematical(text: str) -> str:
    """Bold, double-struck or sans-serif letters of the mathematical alphabets, one kind a text."""
    capital = (0x1D400, 0x1D538, 0x1D5D4)[digest(text) % 3]
    # Double-struck C, H, N, P, Q, R and Z stand elsewhere: those stay plain.
    return "".join(_shifted(sign, capital) for sign in text)


def _shifted(sign: str, capital: int) -> str:
    if "a" <= sign <= "z":
        return chr(capital + 26 + ord(sign) - ord("a"))
    shifted = chr(capital + ord(sign) - ord("A")) if "A" <= sign <= "Z" else sign
    return shifted if unicodedata.name(shifted, "") else sign


def marked(text: str) -> str:
    """Accents on the vowels."""
    mark = "\u0301\u0300\u0308\u0302"[digest(text) % 4]
    return unicodedata.normalize("NFC", _VOWEL.sub(lambda vowel: vowel.group() + mark, text))


def struck(text: str) -> str:
    """A stroke through every letter."""
    return "".join(sign + "\u0336" if sign.isalpha() else sign for sign in text)


def spaced(text: str) -> str:
    """Letters apart, words further apart."""
    return "  ".join(" ".join(word) if word.isalpha() else word for word in text.split())


def dotted(text: str) -> str:
    return _WORD.sub(lambda word: ".".join(word.group()), text)


def leet(text: str) -> str:
    """Figures for letters in every word of four letters or more, and in the short ones now and then."""
    return _WORD.sub(
        lambda word: _leet(word.group()) if _turn(word, 3) or len(word.group()) > 3 else word.group(), text
    )


def _leet(word: str) -> str:
    turned = [_LEET.get(sign.lower(), sign)[0] for sign in word]
    if sum(old != new for old, new in zip(word, turned, strict=True)) > 2:  # a word all of figures is read by nobody
        turned = [new if place % 2 else old for place, (old, new) in enumerate(zip(word, turned, strict=True))]
    return "".join(turned)


def stretched(text: str) -> str:
    """A vowel held long in every other word."""
    return _WORD.sub(lambda word: _stretched(word) if _turn(word, 2) else word.group(), text)


def _stretched(word: re.Match[str]) -> str:
    held = 3 + digest(word.group()) % 3
    return _VOWEL.sub(lambda vowel: vowel.group() * held, word.group(), count=1)


def mistyped(text: str) -> str:
    """A mistake in every third longer word, at least in one: letters swapped, left out, doubled, or a neighbour hit."""
    words = list(_LONG_WORD.finditer(text))
    hit = [word.start() for word in words if _turn(word, 3)] or [word.start() for word in words][:1]
    return _LONG_WORD.sub(lambda word: _mistyped(word.group()) if word.start() in hit else word.group(), text)


def _mistyped(word: str) -> str:
    kind, place = digest(word) % 4, 1 + digest(word + "place") % (len(word) - 2)
    before, sign, after = word[:place], word[place], word[place + 1 :]
    if kind == 0 and sign != after[0]:
        return before + after[0] + sign + after[1:]
    return before + {0: "", 1: "", 2: sign * 2, 3: _BESIDE.get(sign.lower(), sign)}[kind] + after


def _turn(word: re.Match[str], one_in: int) -> bool:
    return digest(f"{word.start()}{word.string}") % one_in == 0


SEEN_THROUGH: dict[str, Disguise] = {
    "zero width": zero_width,
    "look-alikes": lookalikes,
    "fullwidth": fullwidth,
    "mathematical": mathematical,
    "accents": marked,
    "struck through": struck,
    "spaced": spaced,
    "dotted": dotted,
}
REWRITTEN: dict[str, Disguise] = {"leet": leet, "stretched": stretched, "mistyped": mistyped}
DISGUISES = SEEN_THROUGH | REWRITTEN
