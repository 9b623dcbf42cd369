"""Other groups and places: whole in every language, with source and day, the country's own first, gone when stale."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
import yaml

from moderation.elsewhere import DATA, LANGUAGES, Elsewhere

TODAY = date(2026, 11, 23)
NAMED = {"NAMI", "Mental Health America", "Postpartum Support International", "DBSA", "Autism Speaks"}


@pytest.fixture(scope="module")
def listing() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DATA / "elsewhere.yaml").read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_organisations_and_places_people_ask_for_are_there_with_source_and_day(language: str) -> None:
    """F46, F47: each by name, with what it is, where that was read and when."""
    books = Elsewhere.load()
    groups = books.groups("US", language, TODAY, young=False)
    for named in NAMED:
        assert any(named in group["name"] for group in groups), named
    places = books.places(language, TODAY, young=False)
    assert {"Reddit", "Facebook groups", "7 Cups", "Wisdo", "TalkLife"} == {place["name"] for place in places}
    assert all(entry["source"] and entry["read_on"] <= TODAY.isoformat() for entry in (*groups, *places))
    assert all(place["good"] and place["limits"] for place in places)


def test_a_countrys_own_stand_first_and_where_there_are_none_the_ones_for_everywhere_remain() -> None:
    books = Elsewhere.load()
    spain = [group["name"] for group in books.groups("ES", "es", TODAY, young=False)]
    nowhere = [group["name"] for group in books.groups(None, "es", TODAY, young=False)]
    assert spain[0] == "Confederación SALUD MENTAL ESPAÑA"
    assert spain[-len(nowhere) :] == nowhere
    assert "SMART Recovery" in nowhere


def test_a_teen_is_not_sent_where_only_adults_are_let_in() -> None:
    books = Elsewhere.load()
    adult, teen = ({group["name"] for group in books.groups("US", "en", TODAY, young=young)} for young in (False, True))
    assert teen < adult
    assert not any("DBSA" in name for name in teen)


def test_what_nobody_read_again_for_a_year_is_not_shown() -> None:
    assert Elsewhere.load().groups("US", "en", date(2027, 11, 24), young=False) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("source", []), ("read_on", None), ("url", "http://example.org/"), ("about", {"en": "only one language"})],
)
def test_an_entry_that_lacks_something_is_refused_at_the_start(listing: dict[str, Any], field: str, value: Any) -> None:
    broken = copy.deepcopy(listing)
    broken["groups"][0][field] = value
    with pytest.raises(ValueError, match="us-nami"):
        Elsewhere(broken)


def test_the_topics_are_those_the_page_has_words_for(listing: dict[str, Any]) -> None:
    known = {"any", "anxiety", "depression", "bipolar", "birth", "parenting", "autism", "recovery", "loss", "family"}
    assert {topic for group in listing["groups"] for topic in group["topics"]} <= known
