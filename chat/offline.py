"""What a page needs to show the help card by itself: lines, hours and words for one country, one language, one band.

    GET /help/US-en-adult.json ─▶ {country, emergency, lines, orders, countries, directory, groups, places,
                                  says, choices, answers}

The page keeps it, and so does its service worker: the card then opens with no server, engine or pipeline (F45). The
strings are those of the listing, character by character, as on a card the server makes. `lines` are the ways that may
be shown to who asks for help; `orders` lists them best first for each barrier, as if all were open; which are open now
only the page can say when it is cut off, so each carries its hours: `"always"`, null (nobody knows), or `{zone, spans:
[[weekday, from minute, to minute]], monthly, holidays}` as in hours.py, Monday is 0. Nothing here is about a person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from moderation.card import Barrier, Cards
from moderation.elsewhere import Elsewhere
from moderation.helplines import name_language, read_on
from moderation.hours import Hours
from moderation.offers import Offer, Wish, standing
from moderation.verdict import Care, CareBand

# Of who asks for help we know nothing: every kind of line may be on the card (chat/help.py).
ASKED = Care(CareBand.CONCERN)
DAY = 86_400
# Kinds of lines whose pages lead to groups, peers and organisations too (F46).
GROUPS = frozenset({"support_groups", "referral", "peer_warmline", "perinatal", "family_autism", "directory"})


class Offline:
    """Bodies of `/help/…json`, made once a day for each country, language and band we have."""

    def __init__(self, cards: Cards, wall: Callable[[], float], elsewhere: Elsewhere | None = None) -> None:
        self._cards = cards
        self._wall = wall
        self._elsewhere = elsewhere or Elsewhere.load()
        self._kept: dict[tuple[str | None, str, str], tuple[object, bytes]] = {}

    def body(self, country: str | None, language: str, band: str) -> bytes:
        """The JSON text. A country without lines is as none, a language we do not write is English."""
        lines = self._cards.lines
        known = country if country and (lines.of(country) or lines.emergency(country)) else None
        key = (known, language if language in self._cards.languages else "en", band)
        now = self._wall()
        mark = (id(lines.lines), now // DAY)
        if (kept := self._kept.get(key)) is None or kept[0] != mark:
            told = tell(self._cards, self._elsewhere, *key, now)
            kept = self._kept[key] = (mark, json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
        return kept[1]


def tell(
    cards: Cards, elsewhere: Elsewhere, country: str | None, language: str, band: str, now: float
) -> dict[str, Any]:
    """The content for one country, language and band at `now` (seconds since 1970)."""
    words, young = cards.words(language), band == "teen"
    moment = datetime.fromtimestamp(now, UTC)

    def ranked(barrier: Barrier | None) -> list[Offer]:
        return standing(cards.lines, Wish.behind(ASKED, country, moment, language, young, barrier))

    offers = ranked(None)
    places = {(offer.line["id"], id(offer.contact)): place for place, offer in enumerate(offers)}
    changing = (Barrier.SPEAK, Barrier.TRIED, Barrier.COST, Barrier.UNSURE, Barrier.WATCHED)
    emergency = cards.lines.emergency(country)
    return {
        "country": country,
        "language": language,
        "emergency": {
            "dial": list(emergency["dial"]) if emergency else [],
            "says": words["emergency"]["number" if emergency else "none"],
        },
        "lines": [_line(offer, words) for offer in offers],
        "orders": {
            str(barrier): [places[(offer.line["id"], id(offer.contact))] for offer in ranked(barrier)]
            for barrier in changing
        },
        "countries": cards.lines.countries(),
        "directory": cards.lines.directories(),
        "groups": [
            *elsewhere.groups(country, language, moment.date(), young=young),
            *_with_a_line(cards, country, elsewhere.hosts),
        ],
        "places": elsewhere.places(language, moment.date(), young=young),
        "says": {
            "opening": words["opening"]["help"],
            "told": words["told"]["nobody_teen" if young else "nobody"],
            "quiet": words["quiet"],
            "no_lines": words["no_lines"],
            "question": words["question"],
            "away": words["person"]["away"],
            "dismiss": words["dismiss"],
        },
        "choices": [[str(barrier), words["choices"][barrier]] for barrier in Barrier],
        "answers": {str(barrier): words["answers"][barrier] for barrier in Barrier},
    }


def _with_a_line(cards: Cards, country: str | None, named: Container[str | None]) -> list[dict[str, Any]]:
    """Lines of the country that lead to groups too, but those of organisations that are `named` already."""
    return [
        {**_named(line), "url": line["web"], "topics": [], "read_on": read_on(line).isoformat()}
        for line in cards.lines.of(country)
        if line["kind"] in GROUPS and line.get("web") and urlsplit(line["web"]).hostname not in named
    ]


def _named(line: Mapping[str, Any]) -> dict[str, str]:
    """A line's name, and its language where the listing tells it."""
    lang = name_language(line)
    return {"name": line["name"], "lang": lang} if lang else {"name": line["name"]}


def _line(offer: Offer, words: Any) -> dict[str, Any]:
    contact = offer.contact
    shown: dict[str, Any] = {"line": offer.line["id"], **_named(offer.line), "method": contact["method"]}
    shown |= {name: str(contact[name]) for name in ("dial", "to", "keyword", "url") if contact.get(name)}
    if note := words["notes"].get(contact.get("note")):
        shown["note"] = note
    return {
        **shown,
        "hours": _hours(offer.hours),
        "languages": list(contact.get("languages", ())),
        "crisis": offer.crisis,
        "read_on": read_on(offer.line).isoformat(),
    }


def _hours(hours: Hours) -> Any:
    if hours.always:
        return "always"
    if not hours.known or hours.zone is None:
        return None
    return {"zone": hours.zone.key, "spans": hours.spans, "monthly": hours.monthly, "holidays": hours.holidays}
