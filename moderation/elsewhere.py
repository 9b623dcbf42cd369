"""Where else to turn to: other groups and organisations (F46), other places on the web and their limits (F47).

    data/elsewhere.yaml ──▶ Elsewhere ──▶ groups("US", "es", …)   the country's own first, then those for everywhere
                                     └──▶ places("es", …)         each with what it is good for, and its limits

Every entry says the page it was read on and the day. An entry without either, or without words in one of the
languages, is refused at the start: an empty line on a page of help is worse than none. A year after it was read an
entry is not shown any more. What is for adults is left out for teens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "es")
# As a helpline: what nobody has read again for a year may be gone.
SHOWN_FOR = timedelta(days=365)
EVERYWHERE = "any"


class Elsewhere:
    """All entries of the listing."""

    def __init__(self, listing: Mapping[str, Any]) -> None:
        """`listing` is the parsed file. Raises ValueError for an entry that lacks something."""
        self._groups: list[Mapping[str, Any]] = listing["groups"]
        self._places: list[Mapping[str, Any]] = listing["places"]
        for entries, texts in ((self._groups, ("about",)), (self._places, ("good", "limits"))):
            for entry in entries:
                _whole(entry, texts)
        self.hosts = frozenset(urlsplit(entry.get("url", "")).hostname for entry in self._groups)

    @classmethod
    def load(cls, path: Path = DATA / "elsewhere.yaml") -> Elsewhere:
        """The packaged listing, or another in its place. Raises OSError, ValueError."""
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")))

    def groups(self, country: str | None, language: str, today: date, *, young: bool) -> list[dict[str, Any]]:
        """Of this country, then of everywhere: `{name, url?, about, topics, source, read_on}`."""
        shown = list(_shown(self._groups, today, young))
        own = [entry for entry in shown if entry["country"] == country]
        wide = [entry for entry in shown if entry["country"] == EVERYWHERE]
        return [_group(entry, language) for entry in own + wide]

    def places(self, language: str, today: date, *, young: bool) -> list[dict[str, Any]]:
        """Other places: `{name, url, good, limits, source, read_on}`."""
        return [
            {**_base(entry), "good": entry["good"][language], "limits": entry["limits"][language]}
            for entry in _shown(self._places, today, young)
        ]


def _whole(entry: Mapping[str, Any], texts: tuple[str, ...]) -> None:
    """Raises ValueError where an entry does not say what every entry must."""
    name = entry.get("id")
    if not entry.get("source") or not isinstance(entry.get("read_on"), date):
        raise ValueError(f"elsewhere {name}: says no source or no day on which it was read")
    if not str(entry.get("url", "https:")).startswith("https:"):
        raise ValueError(f"elsewhere {name}: its address is not an https one")
    for text in texts:
        if missing := [one for one in LANGUAGES if not entry[text].get(one)]:
            raise ValueError(f"elsewhere {name}: `{text}` is missing in {', '.join(missing)}")


def _shown(entries: list[Mapping[str, Any]], today: date, young: bool) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        if today - entry["read_on"] < SHOWN_FOR and not (young and entry.get("from_age", 0) >= 18):
            yield entry


def _group(entry: Mapping[str, Any], language: str) -> dict[str, Any]:
    topics = [topic for topic in entry["topics"] if topic != EVERYWHERE]
    return {**_base(entry), "topics": topics, "about": entry["about"][language]}


def _base(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What every entry shows. The source is named by its host: a person reads that, not an address."""
    host = (urlsplit(entry["source"][0]).hostname or "").removeprefix("www.")
    link = {"url": entry["url"]} if entry.get("url") else {}
    return {"name": entry["name"], **link, "source": host, "read_on": entry["read_on"].isoformat()}
