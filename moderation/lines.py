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
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        for category, lines in raw["lines"].items():
            if category not in expected:
                raise LinesError(f"{path.name}: {category!r} is not in taxonomy.yaml")
            for place, line in enumerate(lines, 1):
                fields = {"text": line} if isinstance(line, str) else line
                yield _case(f"{path.stem}-{category}-{place:02}", category, fields, expected[category], raw["author"])


def suite(path: Path) -> list[Case]:
    """A labelled suite: a JSON object a line. Raises LinesError with the line's number."""
    cases = []
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip():
            continue
        try:
            fields = json.loads(row)
            cases.append(_read(fields, f"{path.stem}-{number}"))
        except (ValueError, KeyError, TypeError) as broken:
            raise LinesError(f"{path.name}:{number}: {type(broken).__name__}: {broken}") from None
    return cases


def _read(fields: Mapping[str, Any], fallback: str) -> Case:
    return Case(
        id=fields.get("id", fallback),
        category=fields["category"],
        text=fields["text"],
        deliver=_deliver(fields["deliver"]),
        care_at_least=CareBand[fields.get("care_at_least", "none").upper()],
        care_at_most=CareBand[fields.get("care_at_most", "imminent").upper()],
        must_mask=tuple(fields.get("must_mask", ())),
        must_keep=tuple(fields.get("must_keep", ())),
        pack=fields.get("pack", "general"),
        band=fields.get("band", "adult"),
    )


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
    named = {{True: "yes", False: "no"}.get(one, one) if isinstance(one, bool) else one for one in values}
    if not named <= {"yes", "masked", "no"}:
        raise ValueError("`deliver` takes yes, masked and no")
    return frozenset(named)
