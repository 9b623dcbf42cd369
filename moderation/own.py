"""An operator's own folder (`moderation.dir`): rules, packs, lists of words and helplines beside the packaged ones.

    rules/*.yaml       as data/rules, each rule with its own hits and misses      ┐
    packs/*.yaml       own packs, or more for a packaged one of that name         ├──▶ Own ──▶ books.py
    words.yaml         a word or phrase and what happens: no pattern needed       │
    helplines.yaml     more lines, each verified, with source and checked date    ┘

    # words.yaml
    - words: [miracle cure, snake oil]
      then: hold                        # mask, hold, block, or `never stop`
      says: {en: …, es: …}              # what its author is told; there is a sentence for those who write none
      packs: [recovery]                 # only there; everywhere without it

Packaged files are never changed from here, and some things are not for sale: what R5 keeps out everywhere cannot be
let in by a pack, care for a person in danger cannot be capped, and `never stop` frees a word, never an attack around
it. Everything is checked as it is read (`sheets.py`) and everything wrong is told at once, with file, line and remedy;
then nothing of the folder is used. What a rule does to real sentences is tried in `trial.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moderation.ownpacks import Knowledge, lines_of, pack_of
from moderation.rules import BookError, Rule, Written, usable
from moderation.sheets import BooksRefused, Fault, Lined, Row, Tongues, read, unknown
from moderation.text import Views
from moderation.verdict import NO_CARE, Care, CareBand, CareKind

SHEETS = ("words.yaml", "helplines.yaml")
FOLDERS = ("rules", "packs")
# More files than this is somebody's whole disk.
MOST_FILES = 200

RULE = ("id", "label", "score", "says", "care", "unless", "softer", "suggest", "any", "hits", "misses")
NEEDED = ("id", "label", "says", "any", "hits", "misses")
WORDS = ("words", "then", "says", "packs", "misses")
NEVER = "never stop"
THEN = ("mask", "hold", "block", NEVER)

# What authors are told of a word on a list where the operator wrote nothing. In every catalogue (data/says).
TOLD = {
    "mask": "The people who run this place leave this word out here.",
    "hold": "The people who run this place look at messages with this word first.",
    "block": "The people who run this place don't show messages with this word.",
}

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")
_CAPITAL = re.compile(r"(?<!\\)[A-Z]")
_WORD = re.compile(r"[\w' -]+\Z")


@dataclass(frozen=True, slots=True)
class Own:
    """What an operator's folder holds. `places` says where each rule stands; `edition` changes with any byte of it."""

    rules: tuple[Rule, ...] = ()
    listed: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # rule of a list → (then, packs)
    allowed: tuple[str, ...] = ()
    packs: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    lines: tuple[Mapping[str, Any], ...] = ()
    tongues: Tongues = field(default_factory=dict)
    places: Mapping[str, Fault] = field(default_factory=dict)
    edition: str = ""


def load(folder: Path, written: Written, knowledge: Knowledge) -> Own:
    """Everything in `folder`. Raises BooksRefused with every fault of its files."""
    return _Reading(folder, written, knowledge).finish()


def files(folder: Path) -> list[tuple[str, Path]]:
    """The files that count, by the name complaints use. Raises BooksRefused for one that is in the wrong place."""
    if not folder.is_dir():
        raise BooksRefused([Fault(file=str(folder), says="is no folder; make it, or leave moderation.dir empty")])
    found, faults = [], []
    for path in sorted([*folder.glob("*"), *(file for name in FOLDERS for file in (folder / name).glob("*"))]):
        name = path.relative_to(folder).as_posix()
        if path.name.startswith(".") or path.suffix not in (".yaml", ".yml") or not path.is_file():
            continue
        if path.suffix == ".yml":
            faults.append(Fault(file=name, says="is not read; end its name with .yaml"))
        elif path.parent == folder and name not in SHEETS:
            says = f"there is no such book; known are {', '.join(SHEETS)} and files in {' and '.join(FOLDERS)}"
            faults.append(Fault(file=name, says=says))
        else:
            found.append((name, path))
    if len(found) > MOST_FILES:
        faults.append(Fault(file=str(folder), says=f"has more than {MOST_FILES} files; put several into one"))
    if faults:
        raise BooksRefused(faults)
    return found


class _Reading:
    """One reading of the folder. Faults gather; `finish` raises them together."""

    def __init__(self, folder: Path, written: Written, knowledge: Knowledge) -> None:
        self._folder = folder
        self._written = written
        self._knows = knowledge
        self._faults: list[Fault] = []
        self._tongues: Tongues = {}
        self._rules: list[Rule] = []
        self._places: dict[str, Fault] = {}
        self._listed: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._allowed: list[str] = []

    def finish(self) -> Own:
        found = files(self._folder)
        read_in = {name: content for name, path in found if (content := self._read(name, path)) is not None}
        digest = hashlib.sha256()
        for name, path in found:
            digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
        packs = {name: content for name, content in read_in.items() if name.startswith("packs/")}
        self._knows = self._knows.with_packs(tuple(Path(name).stem for name in packs))
        for name, content in read_in.items():
            if name.startswith("rules/"):
                self._take_rules(name, content)
            elif name == "words.yaml":
                self._take_words(name, content)
        labels = self._knows.labels | {rule.label for rule in self._rules}
        own_packs = {Path(name).stem: pack_of(self._row(name, raw), self._knows, labels) for name, raw in packs.items()}
        lines = lines_of(self._rows("helplines.yaml", read_in.get("helplines.yaml")), self._knows)
        self._unknown_labels({label for pack in own_packs.values() for label in pack.get("actions", {})})
        if self._faults:
            raise BooksRefused(sorted(self._faults, key=lambda fault: (fault.file, fault.line)))
        return Own(
            rules=tuple(self._rules),
            listed=self._listed,
            allowed=tuple(self._allowed),
            packs=own_packs,
            lines=tuple(lines),
            tongues=self._tongues,
            places=self._places,
            edition=digest.hexdigest()[:8] if found else "",
        )

    def _read(self, name: str, path: Path) -> Any:
        try:
            return read(path, name)
        except BooksRefused as refused:
            self._faults += refused.faults
            return None

    def _row(self, file: str, entry: Any, name: str = "") -> Row:
        if not isinstance(entry, Lined):
            self._faults.append(Fault(file=file, rule=name, says="must be a map; write `name: value` on each line"))
            entry = Lined()
            entry.lines = {}
        return Row(entry, file=file, name=name, faults=self._faults, tongues=self._tongues)

    def _rows(self, file: str, content: Any) -> list[Row]:
        if content is None:
            return []
        if not isinstance(content, list):
            self._faults.append(Fault(file=file, says="must be a list; begin each entry with a dash"))
            return []
        return [self._row(file, entry, f"entry {place}") for place, entry in enumerate(content, 1)]

    # ------------------------------------------------------------------ rules

    def _take_rules(self, file: str, content: Any) -> None:
        if Path(file).name in ("words.yaml", "gates.yaml"):
            says = "classes of words and gates are Warmline's own; write the words into the pattern, (?:one|other)"
            self._faults.append(Fault(file=file, says=says))
            return
        for row in self._rows(file, content):
            row.name = str(row.entry.get("id") or row.name)
            before = len(self._faults)
            rule = self._rule(row)
            if len(self._faults) == before:
                self._keep(rule, row)

    def _keep(self, rule: Rule, row: Row) -> None:
        if rule.id in self._places or rule.id in self._knows.rules:
            row.fault("id", "there is a rule of that id already; choose another")
            return
        self._places[rule.id] = Fault(file=row.file, line=row.entry.line, rule=rule.id, says="")
        self._rules.append(rule)

    def _rule(self, row: Row) -> Rule:
        row.only(RULE, NEEDED)
        if not _ID.match(row.text("id")):
            row.fault("id", "must be like family.name, in small letters, figures and _")
        care = row.below("care")
        unless, softer = row.texts("unless"), row.mapping("softer")
        for gate in (*unless, *softer):
            if gate not in self._written.gates.names:
                row.fault(
                    "unless" if gate in unless else "softer", f"the gate {unknown(gate, self._written.gates.names)}"
                )
        patterns = row.texts("any")
        for pattern in patterns:
            self._try(pattern, row)
        return Rule(
            id=row.text("id"),
            label=row.text("label"),
            score=row.number("score", 1.0),
            says=row.spoken("says"),
            care=self._care(care) if "care" in row.entry else NO_CARE,
            unless=unless,
            softer=tuple((gate, self._band(row, "softer", band)) for gate, band in softer.items()),
            suggest=row.spoken("suggest"),
            patterns=patterns,
            hits=row.texts("hits"),
            misses=row.texts("misses"),
        )

    def _try(self, pattern: str, row: Row) -> None:
        if _CAPITAL.search(pattern):
            row.fault("any", f"patterns are read over small letters; write this one without capitals: {pattern!r}")
            return
        try:
            usable(pattern, self._written.classes, row.name)
        except BookError as broken:
            says = str(broken).removeprefix(f"{row.name}: ")
            row.fault("any", f"{says}; RE2 has no look-around and no back references, see docs/moderation.md")

    def _care(self, row: Row) -> Care:
        row.only(("band", "kind"), ("band", "kind"))
        kind = row.text("kind")
        if kind not in list(CareKind):
            row.fault("kind", unknown(kind, list(CareKind)))
            return NO_CARE
        return Care(self._band(row, "band", row.text("band")), CareKind(kind))

    def _band(self, row: Row, field: str, word: Any) -> CareBand:
        bands = {band.word: band for band in CareBand}
        if word not in bands:
            row.fault(field, unknown(str(word), bands))
        return bands.get(word, CareBand.NONE)

    def _unknown_labels(self, acted_on: set[str]) -> None:
        """A rule whose label no pack knows would do nothing at all: most likely a slip."""
        known = self._knows.labels | acted_on
        for rule in self._rules:
            family = rule.label.split(".", 1)[0]
            if rule.id not in self._listed and not {rule.label, family} & known:
                place = self._places[rule.id]
                says = f"{unknown(rule.label, known)}; or name it in `actions` of a pack of yours"
                self._faults.append(Fault(file=place.file, line=place.line, rule=rule.id, field="label", says=says))

    # ------------------------------------------------------------------ words

    def _take_words(self, file: str, content: Any) -> None:
        for place, row in enumerate(self._rows(file, content), 1):
            row.name = f"words.{place}"
            row.only(WORDS, ("words", "then"))
            then, words, packs = row.text("then"), row.texts("words"), row.texts("packs")
            if then not in THEN:
                row.fault("then", f"{unknown(then, THEN)}")
            for pack in packs:
                if pack not in self._knows.packs:
                    row.fault("packs", f"the pack {unknown(pack, self._knows.packs)}")
            if then == NEVER:
                self._allowed += words
                continue
            rule = self._listed_rule(row, then, words)
            if rule is not None:
                self._listed[rule.id] = (then, packs)
                self._keep(rule, row)

    def _listed_rule(self, row: Row, then: str, words: Sequence[str]) -> Rule | None:
        patterns = []
        for word in words:
            plain = " ".join(Views(word).soft.text.split())
            if not _WORD.match(word) or sum(letter.isalpha() for letter in plain) < 2:
                row.fault("words", f"{word!r} must be a word or phrase of letters, two at least; or write a rule")
                continue
            patterns.append(" ".join(re.escape(part) for part in plain.split()))
        if not patterns or then not in THEN:
            return None
        return Rule(
            id=row.name,
            label=row.name,
            score=1.0,
            says=row.spoken("says") or TOLD[then],
            care=NO_CARE,
            unless=(),
            softer=(),
            suggest="",
            patterns=tuple(patterns),
            hits=tuple(words),
            misses=row.texts("misses"),
        )
