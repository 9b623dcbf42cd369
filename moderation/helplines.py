"""Helplines: the listing, and what in it a human must look at again.

    helplines.yaml ──▶ Helplines ──▶ offers.py: which lines for this person ──▶ card.py: the card that shows them
                          └──▶ contact.py: every listed contact, verified or not, is never masked as personal data

The lines come from `data/helplines.yaml`; its header says how they were found, and nothing here changes a number: what
is shown is the string that stands there. A line says its source and the day on which somebody read it (`checked`);
one without either is refused at the start. At 180 days re-reading it is the operator's task (`due`, told by
`warmline helplines check`); at 365 days it leaves the card unless it is the last that could help (offers.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from moderation import hours

# safety.md 9: an operator is asked to re-read a line at 180 days; after 365 it is off the card.
STALE_DAYS = 180
EXPIRED_DAYS = 365

DATA = Path(__file__).parent / "data"
# A line whose notes say so is closed on the holidays of its country (holidays.yaml).
_HOLIDAYS = re.compile(r"closed on (?:public |bank )?holidays", re.IGNORECASE)
# Words of the compilers in a note that ask for a second look.
_DOUBTS = re.compile(r"from memory|memory says|re-check|confirm with|placeholder|\(memory\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Task:
    """One entry a human must check again. `age` is days since its source was read, None where nobody wrote that down.

    `overdue`: read a year ago or more.
    """

    id: str
    country: str
    name: str
    source: tuple[str, ...]
    age: int | None
    reasons: tuple[str, ...]
    overdue: bool


class Helplines:
    """All lines, and the emergency numbers."""

    def __init__(self, listing: Mapping[str, Any], holidays: Mapping[str, list[str]] | None = None) -> None:
        """`listing` is the parsed file. Raises ValueError for a line without source or checked date."""
        self.lines: list[Mapping[str, Any]] = listing["lines"]
        self._emergency: Mapping[str, Any] = listing["emergency"]
        self._directories = listing.get("fallback_directories", [])
        self._hours: dict[int, hours.Hours] = {}
        for line in self.lines:
            if not any(map(str.strip, line.get("source") or [])) or not line.get("checked"):
                raise ValueError(f"helpline {line.get('id')}: says no source or no checked date")
            read_on(line)
            off = (holidays or {}).get(line["country"], ()) if _HOLIDAYS.search(str(line.get("notes", ""))) else ()
            for contact in line["contacts"]:
                zone = contact.get("tz") or _ZONES.get(line["country"])
                self._hours[id(contact)] = hours.parse(contact.get("hours"), zone, off)

    @classmethod
    def load(cls, path: Path = DATA / "helplines.yaml", more: Sequence[Mapping[str, Any]] = ()) -> Helplines:
        """The packaged listing, or another in its place, and `more` lines (own.py). Raises OSError, ValueError."""
        beside = path.parent / "holidays.yaml"
        listing = _read(path)
        listing["lines"] = [*listing["lines"], *more]
        return cls(listing, _read(beside if beside.exists() else DATA / "holidays.yaml"))

    def become(self, other: Helplines) -> None:
        """Everything of `other`, at once: who holds this one has the new listing (chat/books.py)."""
        self.__dict__ = dict(other.__dict__)

    def hours_of(self, contact: Mapping[str, Any]) -> hours.Hours:
        """When a contact of this listing answers."""
        return self._hours[id(contact)]

    def of(self, country: str | None) -> list[Mapping[str, Any]]:
        """The country's lines that may be on a card: those somebody has verified."""
        return [line for line in self.lines if line["country"] == country and line["verified"]]

    def directories(self) -> list[dict[str, str]]:
        """Where to look for a line when we have none."""
        return [{"name": each["name"], "url": each["url"]} for each in self._directories]

    def emergency(self, country: str | None) -> Mapping[str, Any] | None:
        """The verified emergency numbers of a country (`dial`, perhaps `text`), or None."""
        entry = self._emergency.get(country or "") or (self._emergency.get("EU_DEFAULT") if country in _EU else None)
        return entry if entry and entry.get("verified") else None

    def countries(self) -> list[str]:
        """The countries we have something for: a verified way to a line, or an emergency number. Sorted."""
        sure = [line for line in self.lines if line["verified"]]
        named = {line["country"] for line in sure if any(way.get("verified") for way in line["contacts"])}
        return sorted(named | {one for one in {*self._emergency, *_EU} if len(one) == 2 and self.emergency(one)})

    def contacts(self) -> frozenset[str]:
        """Every number people may dial or text, as listed, and every emergency number."""
        listed = {
            str(each[way])
            for line in self.lines
            for each in line["contacts"]
            for way in ("dial", "to", "vanity")
            if each.get(way)
        }
        return frozenset(listed | {number for entry in self._emergency.values() for number in entry["dial"]})

    def hosts(self) -> frozenset[str]:
        """Hosts of the lines' own pages."""
        pages = [
            page
            for line in self.lines
            for page in (line.get("web"), *(each.get("url") for each in line["contacts"]))
            if page
        ]
        return frozenset((urlsplit(page).hostname or "").removeprefix("www.") for page in pages)

    def stale(self, today: date, days: int = STALE_DAYS) -> list[str]:
        """Ids of lines whose source was read `days` ago or longer: an operator's task."""
        return [line["id"] for line in self.lines if age(line, today) >= days]

    def due(self, today: date) -> list[Task]:
        """Everything a human must check again: overdue first, then what grew stale, then what was never sure."""
        tasks = [task for task in (*self._lines_due(today), *self._numbers_due()) if task.reasons]
        return sorted(tasks, key=lambda task: (not task.overdue, -(task.age or 0), task.country, task.id))

    def _lines_due(self, today: date) -> Iterator[Task]:
        for line in self.lines:
            days = age(line, today)
            reasons = []
            if days >= EXPIRED_DAYS:
                reasons.append("read a year ago or more: off the card, unless it is the last that could help")
            elif days >= STALE_DAYS:
                reasons.append(f"read {STALE_DAYS} days ago or more")
            yield Task(
                line["id"], line["country"], line["name"], tuple(line["source"]), days,
                (*reasons, *_doubts(line)), days >= EXPIRED_DAYS,
            )  # fmt: skip

    def _numbers_due(self) -> Iterator[Task]:
        for country, entry in self._emergency.items():
            reasons = () if entry.get("verified") else ("never verified: not on the card",)
            source = (f"evidence: {entry.get('evidence', 'none')}",)
            yield Task(f"emergency-{country}", country, "emergency number", source, None, reasons, False)


def read_on(line: Mapping[str, Any]) -> date:
    """The day on which somebody read the line's source. Raises ValueError for words without a date."""
    return date.fromisoformat(str(line["checked"])[-10:])


def name_language(line: Mapping[str, Any]) -> str | None:
    """The language of a line's name, so that a screen reader says it rightly; None where the listing does not tell.

    A line that answers in one language is named in it, if its name is in that language's letters; one that answers in
    English first is named in English. Of any other the listing says nothing: "NCMH Crisis Hotline" answers in Tagalog.
    """
    spoken = [each["languages"] for each in line["contacts"] if each.get("languages")]
    if not spoken:
        return None
    first = str(spoken[0][0])
    if first != "en" and {one for each in spoken for one in each} != {first}:
        return None
    letters = _LETTERS.get(first)
    return None if letters and not re.search(letters, line["name"]) else first


def age(line: Mapping[str, Any], today: date) -> int:
    """Days since the line's source was read."""
    return (today - read_on(line)).days


def _doubts(line: Mapping[str, Any]) -> list[str]:
    """What the listing itself says is not sure about a line."""
    if not line["verified"]:
        return ["never verified: not on the card"]
    doubts = []
    for contact in line["contacts"]:
        where = f"{contact['method']} {contact.get('dial') or contact.get('to') or contact.get('url', '')}"
        if not contact.get("verified"):
            doubts.append(f"{where}: never verified, not on the card")
        elif _DOUBTS.search(str(contact.get("note", ""))):
            doubts.append(f"{where}: {contact['note']}")
        elif contact["method"] != "web" and not contact.get("hours"):
            doubts.append(f"{where}: its hours are not known")
    if _DOUBTS.search(str(line.get("notes", ""))):
        doubts.append(f"notes: {line['notes']}")
    return doubts


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


# Letters of languages that have their own: a name without one of them is not in that language.
_LETTERS = {
    "ar": "[\u0600-\u06ff]", "el": "[\u0370-\u03ff]", "he": "[\u0590-\u05ff]", "hi": "[\u0900-\u097f]",
    "ja": "[\u3040-\u30ff\u4e00-\u9fff]", "ko": "[\uac00-\ud7af]", "ru": "[\u0400-\u04ff]", "th": "[\u0e00-\u0e7f]",
    "uk": "[\u0400-\u04ff]", "zh": "[\u4e00-\u9fff]",
}  # fmt: skip

# Where 112 works although the listing has no entry of its own.
_EU = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DK", "EE", "FI", "GR", "HR", "HU", "IT", "LT", "LU", "LV", "MT", "PL", "PT", "RO",
     "SE", "SI", "SK"]
)  # fmt: skip

# Countries with one time zone, for lines that give hours without one.
_ZONES = {
    "GB": "Europe/London", "IE": "Europe/Dublin", "NZ": "Pacific/Auckland", "IN": "Asia/Kolkata",
    "SG": "Asia/Singapore", "JP": "Asia/Tokyo", "ZA": "Africa/Johannesburg", "DE": "Europe/Berlin",
    "FR": "Europe/Paris", "NL": "Europe/Amsterdam",
}  # fmt: skip
