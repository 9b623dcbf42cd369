"""Helplines, and the card that offers them.

The lines come from `data/helplines.yaml`; its header says how they were found, and nothing here changes a number.
`contacts()` is every listed contact, verified or not: none of them is ever masked as personal data. The card (`card`)
is what a person sees privately when care is owed: at most three verified lines, the emergency number, somebody here
to talk to, and plain words. It never shows a score or "at risk", dials by itself or promises anything.

Which lines: of the person's country first; open before closed or unknown; the person's language; crisis lines for
concern and above, other lines (read `crisis: false`) only at info and concern. A line for a topic or kind of trouble
(maternal, recovery, abuse) goes before a general one where it may. Teens get child and youth lines, text and chat
first, and no adult-only line. A line whose source was read over a year ago leaves the card unless it is its country's
last; over 180 days it is listed by `stale` for the operator. Without a verified line: the directory and "your local
emergency number".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from moderation import hours
from moderation.verdict import Care, CareBand, CareKind

# safety.md 9: an operator is asked to re-read a line at 180 days; after 365 it is off the card.
STALE_DAYS = 180
EXPIRED_DAYS = 365
MOST_LINES = 3

# Kinds and topics of lines that fit a kind of trouble or a room, best first.
FITS: dict[str, tuple[str, ...]] = {
    CareKind.SUICIDE: ("suicide", "crisis"),
    CareKind.SELF_HARM: ("self_harm", "suicide", "crisis"),
    CareKind.INFANT: ("perinatal", "postpartum"),
    CareKind.CHILD: ("child_abuse", "children", "youth"),
    CareKind.ABUSE: ("domestic_violence", "sexual_assault", "crime_victims"),
    CareKind.SUBSTANCE: ("substance_use", "recovery"),
    CareKind.MEDICATION: ("health", "mental_health"),
    CareKind.PSYCHOSIS: ("mental_health", "crisis"),
    CareKind.THIRD_PARTY: ("suicide", "crisis", "families"),
    CareKind.VIOLENCE: ("crisis", "crime_victims"),
    "postpartum": ("perinatal", "postpartum"),
    "recovery": ("substance_use", "recovery"),
    "bipolar": ("bipolar", "mental_health"),
    "autism-parents": ("autism_parents", "autism"),
    "eating": ("eating_disorder",),
    "anxiety": ("anxiety",),
    "depression": ("depression",),
}
# Some listings help with paperwork or other people, not with a night like this.
_NEVER_ON_CARD = frozenset({"report", "directory", "support_groups", "referral_only"})
_TEXT_FIRST = ("chat", "sms", "whatsapp")
_YOUNG = frozenset({"children", "teens", "young_adults", "lgbtq_youth", "under_35"})

SAYS: dict[CareBand, str] = {
    CareBand.INFO: "You did nothing wrong by writing this. In case it's useful, here are people who know about it.",
    CareBand.CONCERN: "You did nothing wrong by writing this. It sounds heavy, and you don't have to carry it alone.",
    CareBand.HIGH: "You did nothing wrong by writing this. We'd like you to have someone with you now.",
    CareBand.IMMINENT: "You did nothing wrong by writing this. In danger right now? The emergency number comes first.",
}
_TOLD = {True: "A person from the team has been told.", False: "This card is only for you; it alerts nobody."}
ABUSE_WARNING = (
    "Calls can stay in a phone's call log and bill. Look at this when you are alone, or use a phone nobody checks."
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to reach one line."""

    line: Mapping[str, Any]
    contact: Mapping[str, Any]
    open: bool | None
    opens_at: datetime | None

    @property
    def crisis(self) -> bool:
        """Whether the line is for crises: as its listing says, else by its kind and topics."""
        return bool(
            self.line.get(
                "crisis_line", self.line["kind"] in ("crisis", "youth", "victim") or "suicide" in self.line["topics"]
            )
        )


class Helplines:
    """All lines, and the emergency numbers."""

    def __init__(self, listing: Mapping[str, Any]) -> None:
        """`listing` is the parsed file. Raises ValueError for a line without source or checked date."""
        self._lines: list[Mapping[str, Any]] = listing["lines"]
        self._emergency: Mapping[str, Any] = listing["emergency"]
        self._directories = listing.get("fallback_directories", [])
        self._hours: dict[int, hours.Hours] = {}
        for line in self._lines:
            if not line.get("source") or not line.get("checked"):
                raise ValueError(f"helpline {line.get('id')}: says no source or no checked date")
            for contact in line["contacts"]:
                self._hours[id(contact)] = hours.parse(
                    contact.get("hours"), contact.get("tz") or _only_zone(line["country"])
                )

    @classmethod
    def load(cls, path: Path = Path(__file__).parent / "data" / "helplines.yaml") -> Helplines:
        return cls(yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))

    def contacts(self) -> frozenset[str]:
        """Every number people may dial or text, as listed, and every emergency number."""
        listed = {
            str(each[way])
            for line in self._lines
            for each in line["contacts"]
            for way in ("dial", "to", "vanity")
            if each.get(way)
        }
        return frozenset(listed | {number for entry in self._emergency.values() for number in entry["dial"]})

    def hosts(self) -> frozenset[str]:
        """Hosts of the lines' own pages."""
        pages = [
            page
            for line in self._lines
            for page in (line.get("web"), *(each.get("url") for each in line["contacts"]))
            if page
        ]
        return frozenset((urlsplit(page).hostname or "").removeprefix("www.") for page in pages)

    def stale(self, today: date, days: int = STALE_DAYS) -> list[str]:
        """Ids of lines whose source was read more than `days` ago: an operator's task."""
        return [line["id"] for line in self._lines if _age(line, today) > days]

    def card(
        self,
        care: Care,
        *,
        id: str,
        country: str | None,
        language: str | None = "en",
        band: str = "adult",
        topic: str | None = None,
        now: float,
        heard: str = "",
        told: bool = False,
        person: bool = False,
    ) -> dict[str, Any]:
        """The private card, ready for the wire. Pure.

        `now` is seconds since 1970. `heard` says what became of the message, in words; `told` whether a person of the
        team was told; `person` whether one can be talked to here now.
        """
        moment = datetime.fromtimestamp(now, UTC)
        abuse = care.kind in (CareKind.ABUSE, CareKind.CHILD)
        says = [SAYS.get(care.band, SAYS[CareBand.INFO]), heard, _TOLD[told]]
        if abuse:
            says.append(ABUSE_WARNING)
        lines = [_shown(offer) for offer in self._chosen(care, country, language or "en", band, topic or "", moment)]
        if not lines:
            says.append("We have no line we're sure of for where you are. The directory lists lines by country.")
        return {
            "id": id,
            "urgent": care.band >= CareBand.HIGH,
            "collapsed": abuse,
            "says": " ".join(filter(None, says)),
            "lines": lines,
            "emergency": self._emergency_of(country),
            "directory": [] if lines else [{"name": each["name"], "url": each["url"]} for each in self._directories],
            "person": _person(person),
            "ask": ["What is in the way of reaching out right now?"] if care.band >= CareBand.CONCERN else [],
            "dismiss": "Not now",
        }

    def _chosen(
        self, care: Care, country: str | None, language: str, band: str, topic: str, moment: datetime
    ) -> list[Offer]:
        young = band == "teen"
        offers = [
            Offer(line, contact, self._hours[id(contact)].open_at(moment), self._hours[id(contact)].opens_at(moment))
            for line in self._fresh(country, moment.date())
            if line["kind"] not in _NEVER_ON_CARD and _meant_for(line, young)
            for contact in line["contacts"]
            if contact.get("verified") and contact["method"] not in ("web", "email", "tty")
        ]
        if care.band >= CareBand.HIGH:
            offers = [offer for offer in offers if offer.crisis] or [
                offer for offer in offers if offer.line["kind"] == "emotional_support"
            ]
        wanted = (*FITS.get(care.kind or "", ()), *FITS.get(topic, ()))
        offers = [
            offer for offer in offers if offer.line["kind"] != "victim" or set(wanted) & set(offer.line["topics"])
        ]
        ranked = sorted(offers, key=lambda offer: _rank(offer, wanted, language, young, care.band))
        return _one_per_line(ranked)[:MOST_LINES]

    def _fresh(self, country: str | None, today: date) -> list[Mapping[str, Any]]:
        """The country's verified lines read within the year; its newest if that leaves none."""
        local = [line for line in self._lines if line["country"] == country and line["verified"]]
        fresh = [line for line in local if _age(line, today) <= EXPIRED_DAYS]
        return fresh or sorted(local, key=lambda line: _age(line, today))[:1]

    def _emergency_of(self, country: str | None) -> dict[str, Any]:
        entry = self._emergency.get(country or "") or (self._emergency.get("EU_DEFAULT") if country in _EU else None)
        if entry and entry.get("verified"):
            return {"dial": list(entry["dial"]), "says": "In danger right now"}
        return {"dial": [], "says": "In danger right now: your local emergency number"}


def _rank(offer: Offer, wanted: tuple[str, ...], language: str, young: bool, band: CareBand) -> tuple[object, ...]:
    topics = {*offer.line["topics"], offer.line["kind"]}
    fit = next((place for place, topic in enumerate(wanted) if topic in topics), len(wanted))
    method = offer.contact["method"]
    return (
        not (young and offer.line["kind"] == "youth"),
        not (band >= CareBand.CONCERN and offer.crisis and offer.line["kind"] == "crisis" and "suicide" in wanted[:1]),
        fit,
        {True: 0, None: 1, False: 2}[offer.open],
        language not in offer.contact.get("languages", ()),
        not offer.crisis if band >= CareBand.CONCERN else False,
        _TEXT_FIRST.index(method) if young and method in _TEXT_FIRST else len(_TEXT_FIRST),
        "any" not in topics,
        "veterans" in topics,
    )


def _one_per_line(offers: Iterable[Offer]) -> list[Offer]:
    """The best way into each line."""
    best: dict[str, Offer] = {}
    for offer in offers:
        best.setdefault(offer.line["id"], offer)
    return list(best.values())


def _meant_for(line: Mapping[str, Any], young: bool) -> bool:
    audience = set(line["audience"])
    if young:
        return bool(audience & _YOUNG) or (
            "any" in audience and not line.get("age") and "veterans" not in line["topics"]
        )
    return not audience <= {"children", "teens", "lgbtq_youth"} and "veterans" not in audience


def _shown(offer: Offer) -> dict[str, Any]:
    contact = offer.contact
    shown: dict[str, Any] = {"name": offer.line["name"], "method": contact["method"]}
    for field in ("dial", "to", "keyword", "url", "note"):
        if contact.get(field):
            shown[field] = str(contact[field])
    shown["open"] = offer.open is True
    if offer.opens_at:
        shown["opens_at"] = offer.opens_at.isoformat()
    shown["languages"] = list(contact.get("languages", ()))
    shown["crisis"] = offer.crisis
    shown["read_on"] = _read_on(offer.line).isoformat()
    return shown


def _person(available: bool) -> dict[str, Any]:
    if available:
        return {"available": True, "says": "You can talk to a person here now."}
    return {"available": False, "says": "Nobody from our team is here right now. Let's contact a line together."}


def _read_on(line: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(line["checked"])[-10:])


def _age(line: Mapping[str, Any], today: date) -> int:
    return (today - _read_on(line)).days


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


def _only_zone(country: str) -> str | None:
    return _ZONES.get(country)
