"""What a message that worries the model is about: which of the kinds of care, and how much care at most.

    the model brings care ─▶ words of dying? ─▶ suicide
                         ├─▶ cues of exactly one kind ─▶ that kind, and no more care than its `most`
                         └─▶ none, or of two kinds ─▶ open: what a rule found in these words, else suicide (crisis.py)
                               └─ told of somebody else, without a word of danger ─▶ no more care than `others` says

The model says *that* something is heavy; rules know what theirs is about. The kind chooses the card's lines and one of
its sentences, and a wrong one is worse than the plain one, so every doubt ends in the plain one. Cues are data
(`data/kinds.yaml`): each kind has texts it must find and texts it must not, and loading tries them all.

Only a message the model already brings care for is read, a few in a hundred; one pass of a prefilter then says which
patterns could match at all. Pure. A file that cannot be used is a `KindsError`, naming file and kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from moderation.prefilter import Prefilter, needs
from moderation.rules import DATA, BookError, compiled, elastic
from moderation.verdict import Care, CareBand, CareKind

# The loader in C is ten times as fast, where it was built.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN, _OTHERS = "plain", "others"
_ABOUT, _OWN, _DANGER = "about", "own", "danger"


class KindsError(Exception):
    """The list of cues cannot be used as written."""


@dataclass(frozen=True, slots=True)
class _Cue:
    """Patterns of one name in one; `unless` drops what they find."""

    name: str
    pattern: Any = field(repr=False)
    unless: Any = field(repr=False)


class Kinds:
    """The cues, ready to be asked."""

    def __init__(self, written: Mapping[str, Mapping[str, Any]], where: str) -> None:
        """`written` is the file as read. Raises BookError, KeyError, ValueError."""
        named = {name: entry for name, entry in written.items() if name != _OTHERS}
        self._cues = [
            _Cue(
                name,
                compiled(_whole(entry["any"]), f"{where}: {name}"),
                compiled(_whole(entry["unless"]), f"{where}: {name}, unless") if "unless" in entry else None,
            )
            for name, entry in named.items()
        ]
        self._most = {
            CareKind(name): CareBand[entry["most"].upper()] for name, entry in named.items() if name != _PLAIN
        }
        each = [(place, source) for place, entry in enumerate(named.values()) for source in entry["any"]]
        self._owners = [place for place, _ in each]
        self._prefilter = Prefilter([needs(_whole([source])) for _, source in each])
        others = written[_OTHERS]
        self._others = {part: compiled(_whole(others[part]), f"{where}: {part}") for part in (_ABOUT, _OWN, _DANGER)}
        self._others_most = CareBand[others["most"].upper()]

    def found(self, text: str) -> frozenset[str]:
        """The names of all cues in a text (lower case): kinds, and "plain" for words of dying."""
        could = {self._owners[number] for number in self._prefilter.patterns(self._prefilter.seen(text))}
        cues = [cue for place, cue in enumerate(self._cues) if place in could]
        return frozenset(
            cue.name
            for cue in cues
            if cue.pattern.search(text) and not (cue.unless is not None and cue.unless.search(text))
        )

    def of_others(self, text: str) -> bool:
        """Whether a text tells of somebody else, and of no harm."""
        about, own, danger = (self._others[part] for part in (_ABOUT, _OWN, _DANGER))
        return bool(about.search(text)) and not own.search(text) and not danger.search(text)

    def care(self, band: CareBand, text: str) -> Care:
        """The care for a text (lower case) that the model finds this heavy; its kind is None where nothing tells."""
        found = self.found(text)
        if _PLAIN in found:
            return Care(band, CareKind.SUICIDE)
        if CareKind.CHILD in found:  # who tells of abuse and of being a child has said one thing
            found -= {CareKind.ABUSE}
        if len(found) == 1:
            kind = CareKind(next(iter(found)))
            return Care(min(band, self._most[kind]), kind)
        return Care(min(band, self._others_most) if not found and self.of_others(text) else band)


@lru_cache(maxsize=4)
def load(path: Path = DATA / "kinds.yaml") -> Kinds:
    """The cues of the file, tried. Raises KindsError."""
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
        kinds = Kinds(written, path.name)
    except (OSError, yaml.YAMLError, BookError, KeyError, TypeError, ValueError, AttributeError) as broken:
        raise KindsError(f"{path.name}: {type(broken).__name__}: {broken}") from broken
    for name, entry in written.items():
        wrong = [text for text in entry["hits"] if not _finds(kinds, name, text)]
        wrong += [text for text in entry["misses"] if _finds(kinds, name, text)]
        if wrong:
            raise KindsError(f"{path.name}: {name}: not as its hits and misses say: {wrong[0]!r}")
    return kinds


def _finds(kinds: Kinds, name: str, text: str) -> bool:
    plain = " ".join(text.lower().split())
    return kinds.of_others(plain) if name == _OTHERS else name in kinds.found(plain)


def _whole(patterns: Sequence[str]) -> str:
    """Several patterns as one, each between word boundaries."""
    return elastic("|".join(rf"\b(?:{pattern})\b" for pattern in patterns))
