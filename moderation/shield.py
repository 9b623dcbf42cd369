"""The creep shield: who asks many people for what strangers ask who are looking for somebody to get at (F29).

    text, findings ─▶ probes: age, sex, place, picture, contact, alone, secret …    data/probing.yaml, and the filter's
                          │  asked back, or asked out of worry: not counted
                          ▼
    signs of one person, over rooms, sessions and aliases ─▶ score, halved every 30 days ─▶ none · watch · hold

One question is nothing. What counts is the same person asking several people: the first sign towards each partner
weighs most, another kind towards the same one less, the same again hardly anything, so that an awkward talk between two
never adds up. Neither level is a punishment, and neither can become one by itself: WATCH opens a case that explains in
words what was seen, HOLD lets a person of the team look first at what this person addresses to somebody. Both fade.

Pure: times are milliseconds since 1970; persons and partners are opaque. Loading a broken file raises `ProbingError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from moderation.prefilter import Prefilter, needs
from moderation.rules import DATA, BookError, compiled, elastic
from moderation.verdict import Finding

DAY = 86_400_000
# A month is about as long as somebody remembers that they were asked.
HALF_LIFE = 30 * DAY
# Signs older than this weigh less than a sixteenth and are forgotten.
REMEMBERED = 120 * DAY
# Kept at most: far more than HOLD needs, so that nobody can grow the store.
MOST_SIGNS = 200

# Another kind towards a partner who was asked something before; the same kind again.
SAME_PARTNER = 0.6
AGAIN = 0.1
# About what one determined conversation comes to, and somewhat less than two.
WATCH_AT, HOLD_AT = 2.5, 3.25

# Who was asked the same within the last few messages may ask it back.
ASKED_BACK_WITHIN = 12


class Probe(StrEnum):
    """What was asked for."""

    AGE = "age"
    SEX = "sex"
    PLACE = "place"
    PICTURE = "picture"
    CONTACT = "contact"
    ALONE = "alone"
    SECRET = "secret"
    SPECIAL = "special"
    GIFT = "gift"
    PRESSED = "pressed"  # the filter's own finding of grooming


class Level(IntEnum):
    """What follows."""

    NONE = 0
    WATCH = 1
    HOLD = 2

    @property
    def word(self) -> str:
        return self.name.lower()


# What the filter found, as a probe. Labels not named here say nothing about probing.
FINDINGS: Mapping[str, Probe] = {
    "grooming": Probe.PRESSED,
    "off_platform": Probe.CONTACT,
    "sexual": Probe.SEX,
}
_PRESSED_WEIGHS = 2.0
_PRESSED_SAYS = "wrote what the filter took for grooming"


class ProbingError(Exception):
    """The list of probing questions cannot be used as written."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One probe towards one partner."""

    probe: Probe
    partner: str
    at: int
    room: str = ""

    @property
    def row(self) -> str:
        """As the store keeps it: no blank and no text in any part."""
        return f"{self.probe} {self.partner} {self.at} {self.room}"

    @classmethod
    def read(cls, row: str) -> Sign:
        """The reverse of `row`. Raises ValueError."""
        probe, partner, at, room = row.split(" ", 3)
        return cls(Probe(probe), partner, int(at), room)


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of probe, as the file has it."""

    probe: Probe
    weight: float
    says: str
    sources: tuple[str, ...] = field(repr=False)
    pattern: Any = field(repr=False)
    unless: Any = field(repr=False)
    hits: tuple[str, ...] = field(repr=False)
    misses: tuple[str, ...] = field(repr=False)


class Questions:
    """Every kind of probe; what the words of a message ask for."""

    def __init__(self, questions: Sequence[Question], reported: Any) -> None:
        self.questions = tuple(questions)
        self._reported = reported
        # Most messages hold none of the words that any pattern needs, and run no pattern at all.
        each = [(question, source) for question in questions for source in question.sources]
        self._owners = [question.probe for question, _ in each]
        self._prefilter = Prefilter([needs(source) for _, source in each], ())
        self.weights = {question.probe: question.weight for question in questions} | {Probe.PRESSED: _PRESSED_WEIGHS}
        self.says = {question.probe: question.says for question in questions} | {Probe.PRESSED: _PRESSED_SAYS}

    def asked(self, text: str) -> frozenset[Probe]:
        """What this text asks somebody for."""
        plain = " ".join(text.lower().replace("’", "'").split())
        candidates = self._prefilter.patterns(self._prefilter.seen(plain))
        if not candidates:
            return frozenset()
        kinds = {self._owners[number] for number in candidates}
        return frozenset(
            question.probe for question in self.questions if question.probe in kinds and self._asks(question, plain)
        )

    def _asks(self, question: Question, plain: str) -> bool:
        match = question.pattern.search(plain)
        if match is None or (question.unless is not None and question.unless.search(plain) is not None):
            return False
        before = re.split(r"[.!?]", plain[: match.start()])[-1]
        return self._reported.search(before) is None

    def probes(self, text: str, findings: Iterable[Finding] = ()) -> frozenset[Probe]:
        """The same, with what the filter found."""
        found = {FINDINGS[finding.label] for finding in findings if finding.label in FINDINGS}
        return self.asked(text) | found

    def counted(
        self, probes: frozenset[Probe], *, before: Sequence[tuple[str, str]], by: str, worried: bool
    ) -> frozenset[Probe]:
        """What is left after fairness. `before` holds (author, text) of the room's newest messages; `worried` says
        that the partner has just told of something heavy: then "are you alone?" is a good question.
        """
        if worried and probes <= {Probe.ALONE, Probe.PRESSED, Probe.AGE, Probe.PLACE}:
            return frozenset()
        others = (text for author, text in before[-ASKED_BACK_WITHIN:] if author != by)
        asked_first: set[Probe] = set()
        for text in others:
            asked_first |= self.asked(text)
        return probes - asked_first

    def score(self, signs: Iterable[Sign], now: int) -> float:
        """What the signs of one person weigh at `now`."""
        total = 0.0
        known: dict[str, set[Probe]] = {}
        for sign in sorted(signs, key=lambda sign: sign.at):
            asked = known.setdefault(sign.partner, set())
            share = AGAIN if sign.probe in asked else SAME_PARTNER if asked else 1.0
            asked.add(sign.probe)
            total += share * self.weights[sign.probe] * 0.5 ** (max(0, now - sign.at) / HALF_LIFE)
        return total

    def level(self, signs: Sequence[Sign], now: int) -> Level:
        """What follows. Two kinds at least for either, two partners for HOLD: one awkward talk stops nobody."""
        kinds, partners = {sign.probe for sign in signs}, {sign.partner for sign in signs}
        score = self.score(signs, now)
        if score >= HOLD_AT and len(partners) > 1 and len(kinds) > 1:
            return Level.HOLD
        return Level.WATCH if score >= WATCH_AT and len(kinds) > 1 else Level.NONE

    def explained(self, signs: Sequence[Sign], now: int) -> str:
        """What a moderator reads: what was asked, of how many, over how long. No names, no words of anybody."""
        days = max(1, round((now - min((sign.at for sign in signs), default=now)) / DAY))
        rooms = len({sign.room for sign in signs})
        parts = []
        for probe in Probe:
            people = len({sign.partner for sign in signs if sign.probe is probe})
            if people:
                parts.append(f"{self.says[probe]} ({people} {'person' if people == 1 else 'people'})")
        over = f"over {days} {'day' if days == 1 else 'days'}, in {rooms} {'room' if rooms == 1 else 'rooms'}"
        return f"This person {'; '.join(parts)}; {over}. It may be clumsy, not meant: please read first."


def kept(signs: Iterable[Sign], now: int) -> list[Sign]:
    """The signs that still say something, oldest first."""
    return sorted((sign for sign in signs if now - sign.at < REMEMBERED), key=lambda sign: sign.at)[-MOST_SIGNS:]


@cache
def packaged() -> Questions:
    """The packaged questions, read once. Raises ProbingError."""
    return load()


def load(path: Path = DATA / "probing.yaml") -> Questions:
    """The questions of the file. Raises ProbingError, naming the file and the kind."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        reported = compiled(_whole([raw.pop("reported")]), f"{path.name}: reported")
        questions = [_question(Probe(kind), entry, path.name) for kind, entry in raw.items()]
        return Questions(questions, reported)
    except (OSError, yaml.YAMLError, BookError, KeyError, TypeError, ValueError, AttributeError) as broken:
        raise ProbingError(f"{path.name}: {type(broken).__name__}: {broken}") from broken


def _question(probe: Probe, entry: Mapping[str, Any], where: str) -> Question:
    unless = entry.get("unless")
    if vague := [pattern for pattern in entry["any"] if not needs(_whole([pattern]))]:
        raise ValueError(f"{probe}: a pattern needs at least one fixed word: {vague[0]!r}")
    return Question(
        probe=probe,
        weight=float(entry["weight"]),
        says=entry["says"],
        sources=tuple(_whole([pattern]) for pattern in entry["any"]),
        pattern=compiled(_whole(entry["any"]), f"{where}: {probe}"),
        unless=compiled(_whole(unless), f"{where}: {probe}, unless") if unless else None,
        hits=tuple(entry["hits"]),
        misses=tuple(entry["misses"]),
    )


def _whole(patterns: Sequence[str]) -> str:
    """Several patterns as one, at word boundaries where they begin and end with a word."""
    bounded = "|".join(f"{_edge(pattern[:1])}(?:{pattern}){_edge(pattern[-1:])}" for pattern in patterns)
    return elastic(bounded.replace(r"\w+", r"[\w']+"))  # a word keeps its apostrophe


def _edge(sign: str) -> str:
    return "" if sign in "^$?" else r"\b"
