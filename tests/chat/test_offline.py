"""The help card's own data: exact strings, whole in every country and language, nothing about anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat.offline import Offline
from moderation.card import Cards
from moderation.helplines import Helplines

NOW = 1_795_000_000.0


@pytest.fixture(scope="module")
def cards() -> Cards:
    return Cards.load(Helplines.load())


def told(cards: Cards, country: str | None, language: str = "en", band: str = "adult") -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Offline(cards, lambda: NOW).body(country, language, band))
    return content


def test_every_string_to_dial_is_the_own_of_the_listing_and_somebody_verified_it(cards: Cards) -> None:
    """F44: dial strings exact; what nobody verified is not there."""
    for country in {line["country"] for line in cards.lines.lines}:
        verified = {
            (line["name"], contact["method"], str(contact.get("dial") or contact.get("to") or contact.get("url")))
            for line in cards.lines.of(country)
            for contact in line["contacts"]
            if contact.get("verified")
        }
        for line in told(cards, country)["lines"]:
            assert (line["name"], line["method"], line.get("dial") or line.get("to") or line.get("url")) in verified


def test_who_cannot_speak_gets_lines_to_write_to_first(cards: Cards) -> None:
    content = told(cards, "US")
    first = [content["lines"][place]["method"] for place in content["orders"]["speak"][:3]]
    assert set(first) <= {"sms", "chat", "whatsapp"}
    assert content["lines"][0]["method"] == "phone"


def test_every_order_names_every_line_once(cards: Cards) -> None:
    for country in ("US", "GB", "MX", "DE", None):
        content = told(cards, country)
        for order in content["orders"].values():
            assert sorted(order) == list(range(len(content["lines"])))


def test_an_unknown_country_has_the_directory_and_an_unknown_language_english(cards: Cards) -> None:
    content = told(cards, "XX", "tlh")
    assert (content["country"], content["language"], content["lines"]) == (None, "en", [])
    assert content["directory"]
    assert content["emergency"]["dial"] == []
    assert told(cards, "MX", "es")["says"]["question"].startswith("¿")


def test_teens_and_adults_have_lines_of_their_own(cards: Cards) -> None:
    adult, teen = (told(cards, "GB", band=band) for band in ("adult", "teen"))
    assert [line["name"] for line in adult["lines"]] != [line["name"] for line in teen["lines"]]


def test_it_is_made_once_a_day_and_anew_when_the_listing_changes() -> None:
    listing = Helplines.load()
    offline = Offline(Cards.load(listing), lambda: NOW)
    first = offline.body("US", "en", "adult")
    assert offline.body("US", "en", "adult") is first
    listing.become(Helplines.load(more=[{**listing.of("US")[0], "id": "own", "name": "Our own line"}]))
    assert b"Our own line" in offline.body("US", "en", "adult")


def test_groups_and_other_places_come_along_in_the_words_of_the_language(cards: Cards) -> None:
    """F46, F47: no server is needed to read them, and nothing is named twice."""
    adult, teen = told(cards, "US", "es"), told(cards, "US", "es", "teen")
    names = [group["name"] for group in adult["groups"]]
    assert len(names) == len(set(names))
    assert any("NAMI" in name for name in names)
    assert all(group.get("url", "https:").startswith("https:") and group["read_on"] for group in adult["groups"])
    assert any(place["name"] == "Reddit" and "Cualquiera puede leerlo" in place["limits"] for place in adult["places"])
    assert len(teen["groups"]) < len(adult["groups"])
    assert told(cards, None)["groups"] != []


def test_the_countries_named_are_those_there_is_something_for(cards: Cards) -> None:
    """A page lets somebody choose none for which the card would be empty."""
    countries = told(cards, None)["countries"]
    assert countries == sorted(set(countries))
    assert {"US", "GB", "MX", "FI"} <= set(countries)  # FI: 112, which the listing has for all of the EU
    assert "XX" not in countries
    for country in countries:
        contents = [told(cards, country, band=band) for band in ("adult", "teen")]  # Jamaica: the young only
        assert [content["country"] for content in contents] == [country, country]
        assert any(content["lines"] or content["emergency"]["dial"] for content in contents)
