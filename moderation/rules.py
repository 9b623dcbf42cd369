"""The rule book: what to look for, as data.

A book is a folder of YAML files. `words.yaml` names classes of words; a pattern says `<insult>` for any of them. Each
other file is a family of rules:

    - id: harassment.you_are            one of a kind, `<family>.<name>`
      label: harassment                 what the policy pack acts on
      score: 1.0                        how sure a hit is; scores of one label add up to 1 at most
      says: This reads as an attack on someone here.
      care: {band: high, kind: suicide} what is owed to the author, whatever happens to the words
      unless: [quoted, negated]         gates that drop a hit
      softer: {past: info}              gates that lower its care
      suggest: I feel hurt by that.     a version that says it another way
      any: [pattern, …]                 RE2 over lower-case, undisguised text; a blank matches any white space; one pair
                                        of plain brackets: what stands in them is found, and masked, not the rest
      hits: [text, …]                   this rule must find these …
      misses: [text, …]                 … and must stay silent on these (a test checks both)

Patterns are RE2, so no text can make one slow, and none is run unless the words it needs were seen (`prefilter.py`).
A pattern that could match without any particular word is refused at load. Every problem is a `BookError` naming the
file and the rule. `read` takes a folder as it is written, `bind` makes a book of it and of an operator's own rules
(own.py), `load` does both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

import re2
import yaml

from moderation.gates import CLOSED, PARTS, Gates, Matcher, Surroundings
from moderation.prefilter import Needs, Prefilter, needs
from moderation.text import SIGNS, STRETCHES, Lexicon
from moderation.verdict import NO_CARE, Care, CareBand, CareKind

DATA = Path(__file__).parent / "data"

# A pattern of one rule is tried at this many places before it is given up: gates may drop the first few.
_MOST_PLACES = 6
# What is masked is masked wherever it stands; more numbers than this are no message any more.
_MOST_MASKS = 200
# Memory RE2 may use for one pattern's automaton: grown only by patterns that run, and far less than this; a tighter
# limit makes it fall back to an engine twenty times slower.
_PATTERN_MEMORY = 8 << 20
# What parts the strings of a set of needs, and the sets, where they are kept.
_OR, _AND = "\x01", "\x00"
# Where one sentence stops and the next begins, keeping the blank with the first.
SENTENCE = re.compile(r"(?<=[.!?])(?=\s)|(?<=\n)")
# What a pattern may take in only to know that a clause begins there; a span begins with the first word.
_EDGE = " \t\r\n.,!?;:~)\"'"
_CLASS = re.compile(r"<([a-z_]+)>")


# Words of one and two letters that joined letters are cut into ("g o i n a h o l e").
_SMALL = "a i am an as at be by do go he if in is it me my no of on or so to up us we u ur"


class BookError(Exception):
    """A rule book cannot be used as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing to look for."""

    id: str
    label: str
    score: float
    says: str
    care: Care
    unless: tuple[str, ...]
    softer: tuple[tuple[str, CareBand], ...]
    suggest: str
    patterns: tuple[str, ...] = field(repr=False)
    hits: tuple[str, ...] = field(repr=False)
    misses: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule matched `start:end` of the view it read; `care` is what its gates left of the rule's care."""

    rule: Rule
    start: int
    end: int
    care: Care


@dataclass(frozen=True, slots=True)
class Written:
    """A folder of rules as read, its patterns not compiled yet."""

    rules: tuple[Rule, ...]
    gates: Gates
    classes: Mapping[str, str] = field(repr=False)


class Book:
    """The compiled rules, their prefilter and their lexicon."""

    def __init__(
        self, rules: tuple[Rule, ...], gates: Gates, classes: Mapping[str, str], words: Lexicon, cues: tuple[str, ...]
    ) -> None:
        self.rules = rules
        self.by_id = {rule.id: rule for rule in rules}
        self.lexicon = words
        self.gates = gates
        self._patterns: list[tuple[Rule, Matcher]] = []
        wanted: list[Needs] = []
        for rule in rules:
            for written in rule.patterns:
                sets, pattern = usable(written, classes, rule.id)
                wanted.append(sets)
                self._patterns.append((rule, pattern))
        self.prefilter = Prefilter(wanted, (*SIGNS, *STRETCHES, *cues))

    def hits(
        self,
        text: str,
        seen: set[int],
        idle: frozenset[str] = frozenset(),
        every: frozenset[str] = frozenset(),
    ) -> list[Hit]:
        """What the rules find in one view, given the strings the prefilter saw in it. Each rule at most once, but all
        that rules of `every` find; `idle` rules are left out.
        """
        candidates = self.prefilter.patterns(seen)
        if not candidates:
            return []
        found: dict[str, list[Hit]] = {}
        around = Surroundings(text)
        # RE2 reads bytes. Of plain letters each is one, and nothing has to be counted back.
        read = text.encode() if text.isascii() else text
        for number in candidates:
            rule, pattern = self._patterns[number]
            if rule.id in idle or (rule.id in found and rule.id not in every):
                continue
            matches = pattern.finditer(read)
            first = next(matches, None)
            if first is None:  # nearly always
                continue
            most = _MOST_MASKS if rule.id in every else _MOST_PLACES
            places = self._places(rule, islice(chain((first,), matches), most), around)
            if hits := list(places) if rule.id in every else list(islice(places, 1)):
                found.setdefault(rule.id, []).extend(hits)
        return [hit for hits in found.values() for hit in hits]

    def _places(self, rule: Rule, matches: Iterable[Any], around: Surroundings) -> Iterator[Hit]:
        """Those of the places where a pattern matches at which no gate of the rule drops it."""
        for match in matches:
            start, end = match.span(1) if match.re.groups and match.group(1) else match.span()
            start += len(around.text[start:end]) - len(around.text[start:end].lstrip(_EDGE))
            if not any(self.gates.open(gate, around, start, end) for gate in rule.unless):
                yield Hit(rule, start, end, self._softened(rule, around, start, end))

    def _softened(self, rule: Rule, around: Surroundings, start: int, end: int) -> Care:
        care = rule.care
        for gate, band in rule.softer:
            if band < care.band and self.gates.open(gate, around, start, end):
                care = Care(band, care.kind) if band else NO_CARE
        return care


def usable(written: str, classes: Mapping[str, str], where: str) -> tuple[Needs, Matcher]:
    """What a pattern needs, and the pattern itself. Raises BookError."""
    source = _expand(written, classes, where)
    pattern = compiled(source, where)
    try:
        sets = _needs(source)
    except (ValueError, IndexError) as odd:
        raise BookError(f"{where}: a pattern the prefilter cannot read: {written!r}") from odd
    if not sets:
        raise BookError(f"{where}: a pattern needs at least one fixed word: {written!r}")
    if pattern.groups > 1:
        raise BookError(f"{where}: a pattern has one pair of plain brackets at most, others begin with (?: {written!r}")
    return sets, pattern


def compiled(source: str, where: str) -> Matcher:
    """An RE2 pattern, or BookError. `source` has no classes left in it."""
    try:
        return _compiled(source)
    except re2.error as broken:
        raise BookError(f"{where}: not an RE2 pattern: {source!r}: {broken}") from broken


# A book that is read again while people talk (chat/books.py) is mostly what it was: only what is new costs anything.
@lru_cache(maxsize=4096)
def _compiled(source: str) -> Matcher:
    options = re2.Options()
    options.max_mem = _PATTERN_MEMORY
    options.log_errors = False
    pattern: Matcher = re2.compile(source, options)
    return pattern


def _needs(source: str) -> Needs:
    return [frozenset(choice.split(_OR)) for choice in _needed(source).split(_AND) if choice]


@lru_cache(maxsize=4096)
def _needed(source: str) -> str:
    """What a pattern needs, as one string: kept as sets they would take twenty times the room."""
    return _AND.join(map(_OR.join, needs(source)))


def _expand(written: str, classes: Mapping[str, str], where: str) -> str:
    """Classes put in, blanks made elastic, word boundaries put around."""

    def words(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in classes:
            raise BookError(f"{where}: no class of words is called <{name}>")
        return classes[name]

    body = _CLASS.sub(words, written).replace(r"\w+", r"[\w']+")  # a word keeps its apostrophe
    opening = "" if "^" in body[:8] or body.startswith(("(?:£", "((?:£", "£")) else r"\b"
    # A word that may follow ends like a word; any other part that may follow says itself where it ends.
    loose = body.endswith(("*", "\\W", ".", "?")) and not body.endswith(r"[\w']+)?")
    closing = "" if "$" in body[-30:] or loose else r"\b"
    return elastic(f"{opening}(?:{body}){closing}")


def elastic(pattern: str) -> str:
    """`pattern` with each blank matching any white space: one or more, or as many as the sign after it says."""
    return re.sub(r" (?![?*+{])", r"\\s+", pattern).replace(" ?", r"\s*").replace(" ", r"\s")


def load(folder: Path = DATA / "rules", cues: tuple[str, ...] = ()) -> Book:
    """Read and compile every file of `folder`. `cues` are strings other stages want to hear about (lower case)."""
    return bind(read(folder), cues)


def read(folder: Path = DATA / "rules") -> Written:
    """Every file of `folder`. Raises BookError."""
    classes: dict[str, str] = {}
    for name, words in _read(folder / "words.yaml").items():
        classes[name] = (
            "(?:" + "|".join(_CLASS.sub(lambda match: classes[match.group(1)], str(word)) for word in words) + ")"
        )
    written = _read(folder / "gates.yaml")
    gates = Gates(
        {
            name: {part: _gate(parts[part], classes, name) for part in (*PARTS, CLOSED) if part in parts}
            for name, parts in written.items()
        }
    )
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in ("words.yaml", "gates.yaml"):
            rules += [_rule(entry, path.name, gates) for entry in _read(path)]
    return Written(tuple(rules), gates, classes)


def bind(written: Written, cues: tuple[str, ...] = (), own: Sequence[Rule] = ()) -> Book:
    """A book of what was read and of an operator's `own` rules. Raises BookError."""
    rules = (*written.rules, *own)
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise BookError(f"rule ids occur twice: {sorted({name for name in ids if ids.count(name) > 1})}")
    lexicon: set[str] = set()
    said = [rule for rule in rules if not rule.label.startswith("hint.")]  # nobody disguises what is only a remark
    for source in (*written.classes.values(), *(pattern for rule in said for pattern in rule.patterns)):
        lexicon.update(
            word for word in re.findall(r"[a-z]+", re.sub(r"\\[a-z]|\[[^]]*\]|<[a-z_]+>", " ", source)) if len(word) > 2
        )
    words = Lexicon.of((*lexicon, *_SMALL.split()))
    return Book(rules, written.gates, written.classes, words, cues)


def _gate(patterns: list[str], classes: Mapping[str, str], name: str) -> Matcher:
    sources = (_CLASS.sub(lambda match: classes[match.group(1)], each) for each in patterns)
    return compiled(elastic("|".join(sources)), f"gate {name}")


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as broken:
        raise BookError(f"{path.name}: cannot be read: {broken}") from broken


def _rule(entry: Mapping[str, Any], where: str, gates: Gates) -> Rule:
    name = f"{where}: {entry.get('id', 'a rule without id')}"
    missing = [key for key in ("id", "label", "says", "any", "hits", "misses") if not entry.get(key)]
    if missing:
        raise BookError(f"{name}: lacks {', '.join(missing)}")
    unless, softer = tuple(entry.get("unless", ())), dict(entry.get("softer", {}))
    unknown = (set(unless) | set(softer)) - gates.names
    if unknown:
        raise BookError(f"{name}: no gate is called {', '.join(sorted(unknown))}")
    return Rule(
        id=entry["id"],
        label=entry["label"],
        score=float(entry.get("score", 1.0)),
        says=entry["says"],
        care=_care(entry.get("care")),
        unless=unless,
        softer=tuple((gate, CareBand[band.upper()]) for gate, band in softer.items()),
        suggest=entry.get("suggest", ""),
        patterns=tuple(entry["any"]),
        hits=tuple(entry["hits"]),
        misses=tuple(entry["misses"]),
    )


def _care(written: Mapping[str, str] | None) -> Care:
    return Care(CareBand[written["band"].upper()], CareKind(written["kind"])) if written else NO_CARE
