"""Sheets: a YAML file somebody wrote by hand, read so that every complaint can name its line.

    read(path, folder) ──▶ Lined mappings, lists and plain values        or  SheetError(Fault)

A `Lined` is a dict that knows the line of itself and of each of its keys. A key that stands twice is refused (YAML
would quietly take the last), and so is a file too large to have been written by hand. `Fault` is one complaint: file,
line, rule, field, and what to do about it. Books with faults are never used (`BooksRefused`).

`Row` asks one mapping for its fields, field by field; what is wrong is added to `faults` and a harmless value given,
so that everything wrong with a file is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from moderation.rules import BookError

# Ten thousand lines: more than anybody writes by hand, and read in well under a second.
MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a book: where, and what to do about it. Never holds anybody's message."""

    file: str
    line: int = 0
    rule: str = ""
    field: str = ""
    says: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(filter(None, (place, self.rule, f"`{self.field}`" if self.field else "", self.says)))


class BooksRefused(BookError):
    """Books cannot be used. `faults` holds everything that is wrong with them, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Lined(dict[str, Any]):
    """A mapping that knows its line, and the line of each key (the first line of a file is 1)."""

    line: int = 0
    lines: dict[str, int]

    def at(self, key: str) -> int:
        """The line of a key, or of the mapping where the key is missing."""
        return self.lines.get(key, self.line)


class _Loader(yaml.SafeLoader):
    """Safe YAML with lines, and without keys that stand twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Iterator[Lined]:
    found = Lined()
    found.line, found.lines = node.start_mark.line + 1, {}
    yield found
    loader.flatten_mapping(node)
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"{key} stands twice; keep one of them", key_node.start_mark
            )
        found.lines[key] = key_node.start_mark.line + 1
        found[key] = loader.construct_object(value_node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read(path: Path, name: str) -> Any:
    """What stands in a file, None for an empty one; `name` is what complaints call it. Raises BooksRefused."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BooksRefused([Fault(file=name, says=f"is larger than {MOST_BYTES} bytes; divide it into several")])
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except OSError as missing:
        says = f"cannot be read ({missing.strerror}); give the server's user the right to read it"
        raise BooksRefused([Fault(file=name, says=says)]) from None
    except UnicodeDecodeError:
        raise BooksRefused([Fault(file=name, says="is not UTF-8; save it as UTF-8")]) from None
    except (yaml.YAMLError, RecursionError) as broken:
        mark = getattr(broken, "problem_mark", None)
        problem = getattr(broken, "problem", None) or "cannot be understood"
        says = f"not YAML: {problem}; put texts with colons, quotes or # in them into single quotes"
        raise BooksRefused([Fault(file=name, line=mark.line + 1 if mark else 0, says=says)]) from None


def unknown(word: str, known: Iterable[str]) -> str:
    """What to say of a word nobody knows: which was probably meant, or which there are."""
    there = sorted(known)
    near = get_close_matches(word, there, n=1, cutoff=0.6)
    return f"{word!r} is not known; " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(there)}")


# A sentence may be written in one language, or as {en: …, es: …}; English is the one that must be there.
Tongues = dict[str, dict[str, str]]


class Row:
    """One mapping of a sheet, asked for its fields. Wrong ones become faults."""

    def __init__(self, entry: Lined, *, file: str, name: str, faults: list[Fault], tongues: Tongues) -> None:
        self.entry = entry
        self.file = file
        self.name = name
        self._faults = faults
        self._tongues = tongues  # language → English sentence → sentence

    def fault(self, field: str, says: str) -> None:
        place = self.entry.at(field)
        self._faults.append(Fault(file=self.file, line=place, rule=self.name, field=field, says=says))

    def only(self, keys: Iterable[str], needed: Iterable[str] = ()) -> None:
        """Nothing but these keys, and at least those needed."""
        for key in self.entry:
            if key not in set(keys):
                self.fault(key, f"the key {unknown(key, keys)}")
        for key in needed:
            if self.entry.get(key) in (None, "", [], {}):
                self.fault(key, "is missing; write it")

    def text(self, key: str, default: str = "") -> str:
        value = self.entry.get(key, default)
        if isinstance(value, str):
            return value
        self.fault(key, f"must be text, not {value!r}; put it in quotes")
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text is a list of one."""
        value = self.entry.get(key) or []
        value = [value] if isinstance(value, str) else value
        if isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value):
            return tuple(value)
        self.fault(key, "must be a list of texts; put each in quotes, with a dash before it")
        return ()

    def number(self, key: str, default: float) -> float:
        value = self.entry.get(key, default)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self.fault(key, f"must be a number from 0 to 1, not {value!r}")
        return default

    def mapping(self, key: str) -> Lined:
        value = self.entry.get(key)
        if isinstance(value, Lined):
            return value
        if value is not None:
            self.fault(key, "must be a map; write `name: value` on lines of their own below it")
        empty = Lined()
        empty.line, empty.lines = self.entry.at(key), {}
        return empty

    def below(self, key: str) -> Row:
        """The row of a mapping inside this one."""
        entry = self.mapping(key)
        return Row(entry, file=self.file, name=self.name, faults=self._faults, tongues=self._tongues)

    def spoken(self, key: str, value: Any = None) -> str:
        """A sentence for authors: its English words; other languages go to the catalogue."""
        value = self.entry.get(key, "") if value is None else value
        if isinstance(value, str):
            return value
        if isinstance(value, dict) and value.get("en") and all(isinstance(words, str) for words in value.values()):
            for language, words in value.items():
                if language != "en":
                    self._tongues.setdefault(language, {})[value["en"]] = words
            return str(value["en"])
        self.fault(key, "must be a sentence, or one for each language: {en: …, es: …}")
        return ""
