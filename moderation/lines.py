"""Labelled lines: what the filter is taught and tried with, by whom they were written, and which were never looked at.

    taxonomy.yaml: category → what is right for it       lines/<author>.yaml: author → category → lines

Each author wrote alone. A third of every author's lines is *held out*: chosen by a hash of author and text, so that it
stays the same when lines are added, and touched by nobody who writes rules or trains a model. The gap between the two
parts is the honest figure. A line says only what differs from its category; a labelled suite (JSON lines, the same
words) reads into the same `Case`. A label is one author's opinion, not clinical truth: relabel in the files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from moderation.rules import DATA
from moderation.verdict import CareBand

# The loader in C reads six thousand lines in a fifth of the time, where it was built.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# One line in this many is held out, per author.
HELD_OUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One labelled text. `deliver` holds what may become of the words: yes, masked, no."""

    id: str
    category: str
    text: str = field(repr=False)
    deliver: frozenset[str]
    care_at_least: CareBand = CareBand.NONE
    care_at_most: CareBand = CareBand.IMMINENT
    must_mask: tuple[str, ...] = field(default=(), repr=False)
    must_keep: tuple[str, ...] = field(default=(), repr=False)
    heads: frozenset[str] = frozenset()  # what the model is to see
    author: str = ""
    pack: str = "general"
    band: str = "adult"

    @property
    def held_out(self) -> bool:
        """Whether nobody may look at it before the end."""
        digest = hashlib.sha256(f"{self.author}\n{self.text}".encode()).digest()
        return digest[0] % HELD_OUT == 0


class LinesError(Exception):
    """A file of labelled lines cannot be used as written."""


def taxonomy(path: Path = DATA / "taxonomy.yaml") -> Mapping[str, Mapping[str, Any]]:
    """category → {deliver, care, heads}."""
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def written(folder: Path = DATA / "lines") -> Iterator[Case]:
    """Every line of every author, by file name. Raises LinesError."""
    expected = taxonomy()
    for path in sorted(folder.glob("*.yaml")):
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
        for category, lines in raw["lines"].items():
            if category not in expected:
                raise LinesError(f"{path.name}: {category!r} is not in taxonomy.yaml")
            for place, line in enumerate(lines, 1):
                fields = {"text": line} if isinstance(line, str) else line
                yield _case(f"{path.stem}-{category}-{place:02}", category, fields, expected[category], raw["author"])


def suite(path: Path) -> list[Case]:
    """A labelled suite: a JSON object a line. Raises LinesError with file, line, field and remedy, never with words."""
    cases = []
    for number, line in numbered(path):
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as broken:
            raise LinesError(f"{where}: not JSON ({broken}); one object a line is expected") from None
        if not isinstance(row, dict):
            raise LinesError(f'{where}: not an object; write {{"category": …, "text": …, "deliver": ["yes"]}}')
        cases.append(_read(row, where, f"{path.stem}-{number}"))
    if not cases:
        raise LinesError(f"{path}: no cases in it; one JSON object a line is expected")
    return cases


def numbered(path: Path) -> list[tuple[int, str]]:
    """(number, line) of every line with something on it; only a line feed ends one. Raises LinesError."""
    lines = whole(path).split("\n")
    return [(number, line.removesuffix("\r")) for number, line in enumerate(lines, 1) if line.strip()]


def whole(path: Path) -> str:
    """A text file. Raises LinesError when it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as broken:
        line = 1 + path.read_bytes()[: broken.start].count(b"\n")
        raise LinesError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from None
    except OSError as missing:
        raise LinesError(f"{path}: cannot be read ({missing.strerror}); check the path") from None


def _read(row: Mapping[str, Any], where: str, fallback: str) -> Case:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise LinesError(f"{where}: field `text` is missing or empty; put the message there")
    try:
        accepted = _deliver(row.get("deliver", ()))
    except (ValueError, TypeError):
        accepted = frozenset()
    if not accepted:
        raise LinesError(f'{where}: field `deliver` is missing or unknown; give a list of "yes", "masked", "no"')
    least, most = _band(row, "care_at_least", "none", where), _band(row, "care_at_most", "imminent", where)
    if least > most:
        raise LinesError(f"{where}: field `care_at_least` is above `care_at_most`; exchange them")
    return Case(
        id=str(row.get("id", fallback)),
        category=_word(row, "category", "uncategorised", where),
        text=text,
        deliver=accepted,
        care_at_least=least,
        care_at_most=most,
        must_mask=_words(row, "must_mask", where),
        must_keep=_words(row, "must_keep", where),
        pack=_word(row, "pack", "general", where),
        band=_word(row, "band", "adult", where),
    )


def _band(row: Mapping[str, Any], name: str, fallback: str, where: str) -> CareBand:
    words = [band.word for band in CareBand]
    value = fallback if row.get(name) is None else row[name]
    if value not in words:
        raise LinesError(f"{where}: field `{name}` is no care band; use one of {', '.join(words)}")
    return CareBand[str(value).upper()]


def _word(row: Mapping[str, Any], name: str, fallback: str, where: str) -> str:
    value = fallback if row.get(name) is None else row[name]
    if not isinstance(value, str):
        raise LinesError(f"{where}: field `{name}` is no string; put one name there")
    return value


def _words(row: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = [] if row.get(name) is None else row[name]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise LinesError(f"{where}: field `{name}` is no list of strings; put each part of the text between quotes")
    return tuple(value)


def _case(id: str, category: str, fields: Mapping[str, Any], expected: Mapping[str, Any], author: str) -> Case:
    least, most = fields.get("care", expected["care"])
    return Case(
        id=id,
        category=category,
        text=fields["text"],
        deliver=_deliver(fields.get("deliver", expected["deliver"])),
        care_at_least=CareBand[least.upper()],
        care_at_most=CareBand[most.upper()],
        must_mask=tuple(fields.get("mask", ())),
        must_keep=tuple(fields.get("keep", ())),
        heads=frozenset(expected.get("heads", ())),
        author=author,
    )


def _deliver(value: str | bool | Sequence[str | bool]) -> frozenset[str]:
    """YAML reads an unquoted yes and no as true and false; both are understood."""
    values = [value] if isinstance(value, (str, bool)) else value
    named = {("yes" if one else "no") if isinstance(one, bool) else one for one in values}
    if not named <= {"yes", "masked", "no"}:
        raise ValueError("`deliver` takes yes, masked and no")
    return frozenset(named)
