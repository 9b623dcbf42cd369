"""Which patterns could match at all: one Aho-Corasick pass instead of hundreds of pattern runs.

Every pattern of the rule book is read once for the words it cannot match without. `needs(pattern)` gives them as a
list of sets: of each set at least one string must stand in the text. The rarest set triggers the pattern, the next
rarest confirm it, so an ordinary message runs no pattern at all. The reading is conservative: what it does not
understand it takes for "anything". Blanks count: `end\\s+it` needs "end it", not just "end", so the text is searched
with its blanks made single.

The same pass reports signs (digits, "@", "/", …) and cue words that tell other stages whether they have to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import prod

import ahocorasick

Needs = list[frozenset[str]]

# Alternations longer than this are not multiplied out; the set before and after still count.
_MOST_STRINGS = 240

# How often a string stands in an ordinary message, roughly, where it is often; "he" stands in "the", too. Anything
# else is judged by its length.
# A set that stands in nearly every message confirms nothing, and looking for it costs every message something.
_TOO_OFTEN = 0.6
_MOST_SETS = 3
# Of longer strings the beginning is looked for: few texts have it and not the rest, and the automaton is half as large.
_LONGEST = 12

_WORDS = {
    0.8: "he",
    0.5: (
        "i to a me my in is it on of so be do at the and you for are that was with this have not but all her she "
        "him his they had has out"
    ),
    0.3: "your just like what when how can get about because would want feel know don't i'm will from",
    0.2: "them been some time more really there even only being ever over here help need make life one",
}
_OFTEN = {word: share for share, words in _WORDS.items() for word in words.split()}


def needs(pattern: str) -> Needs:
    """The strings `pattern` (RE2 syntax, lower case) cannot match without, rarest set first; empty: it could match
    anything.
    """
    found = _Reader(pattern).read()
    usable = sorted((_shortest(choice) for choice in found if choice and "" not in choice), key=_expense)
    return [choice for choice in usable[:_MOST_SETS] if choice is usable[0] or _expense(choice) < _TOO_OFTEN]


def _shortest(choice: frozenset[str]) -> frozenset[str]:
    """`choice`, cut short, without the strings that hold another of it: they say nothing new."""
    kept: list[str] = []
    for word in sorted({word[:_LONGEST] for word in choice}, key=len):
        if not any(short in word for short in kept):
            kept.append(word)
    return frozenset(kept)


def _expense(choice: AbstractSet[str]) -> float:
    """Roughly how often any of `choice` stands in a message, 0 to 1."""
    return 1 - prod(1 - _share(word.strip()) for word in choice)


def _share(word: str) -> float:
    if len(word) == 1 and word.isalpha():
        return 1.0  # it stands inside of other words, too
    return _OFTEN.get(word) or (0.02 if word.isdigit() else 0.7 * 0.32 ** max(0, len(word) - 1))


@dataclass(slots=True)
class _Part:
    """What one piece of a pattern says: `exact` all strings it matches (None: unknown), `needed` sets it insists on."""

    exact: frozenset[str] | None
    needed: Needs


_NOTHING = frozenset({""})

# Letters that stand for themselves, read in one step; the last one is left out where a sign of repetition follows it.
_PLAIN = re.compile(r"[^\\\[\](){}|.^$?*+]+(?![?*+{])")


class _Reader:
    """A recursive-descent reading of the RE2 syntax the rule book uses."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def read(self) -> Needs:
        part = self._choice()
        if self.at != len(self.pattern):
            raise ValueError(f"unbalanced pattern: {self.pattern!r}")
        return part.needed + ([part.exact] if part.exact else [])

    def _choice(self) -> _Part:
        parts = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            parts.append(self._sequence())
        if len(parts) == 1:
            return parts[0]
        if all(part.exact is not None for part in parts):
            return _Part(frozenset().union(*(part.exact or () for part in parts)), [])
        merged: set[str] = set()
        for part in parts:  # one needed set per branch: any of them will do
            options = part.needed + ([part.exact] if part.exact else [])
            usable = [option for option in options if "" not in option]
            if not usable:
                return _Part(None, [])
            merged |= min(usable, key=_expense)
        return _Part(None, [frozenset(merged)])

    def _sequence(self) -> _Part:
        run: frozenset[str] | None = _NOTHING
        whole = True
        needed: Needs = []
        while self._peek() not in ("", "|", ")"):
            part = self._repeated()
            needed += part.needed
            if part.exact is None or run is None or len(run) * len(part.exact) > _MOST_STRINGS:
                whole = False
                if run is not None and run != _NOTHING:
                    needed.append(run)
                run = part.exact if part.exact is not None else _NOTHING
            else:
                run = frozenset(left + right for left in run for right in part.exact)
        if whole:
            return _Part(run, needed)
        return _Part(None, needed + ([run] if run else []))

    def _repeated(self) -> _Part:
        part = self._piece()
        sign = self._peek()
        if sign in ("?", "*", "+") and sign:
            self.at += 1
        elif sign == "{":
            end = self.pattern.index("}", self.at)
            least = self.pattern[self.at + 1 : end].split(",")[0]
            self.at = end + 1
            sign = "*" if least == "0" else "+"
        else:
            return part
        if self._peek() == "?":
            self.at += 1
        if sign == "?":
            return _Part(part.exact | {""} if part.exact is not None else None, [])
        return _Part(None, [] if sign == "*" else part.needed + ([part.exact] if part.exact else []))

    def _piece(self) -> _Part:
        if plain := _PLAIN.match(self.pattern, self.at):
            self.at = plain.end()
            return _Part(frozenset({plain.group()}), [])
        sign = self.pattern[self.at]
        self.at += 1
        if sign == "(":
            if self.pattern.startswith("?:", self.at):
                self.at += 2
            part = self._choice()
            self.at += 1  # the closing bracket
            return part
        if sign == "[":
            return self._class()
        if sign == "\\":
            escaped = self.pattern[self.at]
            self.at += 1
            if escaped in "bB":
                return _Part(_NOTHING, [])
            if escaped == "s" and self._peek() in ("+", "*", "?"):  # blanks are single in the text that is searched
                single = self._peek() == "+"
                self.at += 1
                return _Part(frozenset({" "} if single else {"", " "}), [])
            if escaped == "d":
                return _Part(frozenset("0123456789"), [])
            return _Part(None, []) if escaped.isalnum() else _Part(frozenset({escaped}), [])
        if sign in "^$":
            return _Part(_NOTHING, [])
        return _Part(None, []) if sign == "." else _Part(frozenset({sign}), [])

    def _class(self) -> _Part:
        end = self.pattern.index("]", self.at + 1)
        inside = self.pattern[self.at : end]
        self.at = end + 1
        plain = inside and not inside.startswith("^") and "\\" not in inside and "-" not in inside and "[" not in inside
        return _Part(frozenset(inside), []) if plain and len(inside) <= 6 else _Part(None, [])

    def _peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""


class Prefilter:
    """The automaton over all needed strings. `seen(text)` gives the numbers of the strings standing in `text`."""

    def __init__(self, wanted: Sequence[Needs], cues: Iterable[str] = ()) -> None:
        """`wanted[n]` are the needs of pattern n (its rarest set first); `cues` are strings others ask about."""
        self.number: dict[str, int] = {}
        self._triggers: dict[int, list[tuple[int, list[frozenset[int]]]]] = {}
        self.always: list[int] = []
        alike: dict[frozenset[int], frozenset[int]] = {}
        for pattern, sets in enumerate(wanted):
            if not sets:
                self.always.append(pattern)
                continue
            confirming = [frozenset(map(self._number, words)) for words in sets[1:]]
            needs = (pattern, [alike.setdefault(each, each) for each in confirming])  # classes of words stand in many
            for word in sets[0]:
                self._triggers.setdefault(self._number(word), []).append(needs)
        for cue in cues:
            self._number(cue)
        self._triggering = frozenset(self._triggers)
        automaton = ahocorasick.Automaton()
        for word, number in self.number.items():
            automaton.add_word(word, number)
        automaton.make_automaton()
        self._iter = automaton.iter if self.number else _nothing

    def _number(self, word: str) -> int:
        return self.number.setdefault(word, len(self.number))

    def seen(self, text: str) -> set[int]:
        """The numbers of all needed strings and cues in `text` (lower case)."""
        if "  " in text or "\n" in text or "\t" in text or "\r" in text:
            text = " ".join(text.split())
        return {number for _, number in self._iter(text)}

    def patterns(self, seen: set[int]) -> list[int]:
        """The patterns that could match a text with these strings, in order."""
        hot = seen & self._triggering
        if not hot and not self.always:
            return []
        found = set(self.always)
        for number in hot:
            for pattern, confirming in self._triggers[number]:
                for words in confirming:
                    if words.isdisjoint(seen):
                        break
                else:
                    found.add(pattern)
        return sorted(found)


def _nothing(text: str) -> Iterator[tuple[int, int]]:
    """What an automaton without words finds; the library has no such automaton."""
    return iter(())
