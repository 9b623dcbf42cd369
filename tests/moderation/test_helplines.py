"""Helplines and the card: exact numbers, verified lines only, hours of the line, words that keep their promise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml

from moderation.helplines import EXPIRED_DAYS, MOST_LINES, Helplines
from moderation.rules import DATA
from moderation.verdict import Care, CareBand, CareKind

LISTING: dict[str, Any] = yaml.safe_load((DATA / "helplines.yaml").read_text(encoding="utf-8"))
LINES = Helplines.load()
READ = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # a Wednesday, three days after the sources were read
COUNTRIES = sorted({line["country"] for line in LISTING["lines"]})
BANDS = [band for band in CareBand if band]


def card(
    owed: CareBand, kind: CareKind = CareKind.SUICIDE, *, lines: Helplines = LINES, **context: Any
) -> dict[str, Any]:
    asked: dict[str, Any] = {"id": "c1", "country": "US", "now": READ.timestamp()} | context
    return lines.card(Care(owed, kind), **asked)


def shown(card: dict[str, Any]) -> list[str]:
    return [line["name"] for line in card["lines"]]


def test_every_line_says_its_source_and_when_it_was_read() -> None:
    for line in LISTING["lines"]:
        assert line["source"]
        assert line["checked"] == "source read on 2026-11-22"
    with pytest.raises(ValueError, match="checked"):
        Helplines({"lines": [{"id": "x", "source": ["y"], "contacts": []}], "emergency": {}})


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("young", ["adult", "teen"])
def test_a_card_shows_only_verified_contacts_exactly_as_listed_and_at_most_three(country: str, young: str) -> None:
    """A wrong number kills: every dial string on any card stands in the listing, marked verified, in that country."""
    verified = {
        (line["name"], str(contact.get("dial") or contact.get("to") or contact.get("url")))
        for line in LISTING["lines"] if line["country"] == country and line["verified"]
        for contact in line["contacts"] if contact["verified"]
    }  # fmt: skip
    for band in BANDS:
        for kind in CareKind:
            made = card(band, kind, country=country, band=young)
            assert len(made["lines"]) <= MOST_LINES
            for line in made["lines"]:
                assert (line["name"], line.get("dial") or line.get("to") or line.get("url")) in verified


def test_in_a_crisis_only_crisis_lines_and_otherwise_the_one_that_knows_comes_first() -> None:
    assert all(line["crisis"] for band in (CareBand.HIGH, CareBand.IMMINENT) for line in card(band)["lines"])
    assert shown(card(CareBand.HIGH))[0] == "988 Suicide & Crisis Lifeline"
    assert "Maternal" in shown(card(CareBand.INFO, CareKind.INFANT, topic="postpartum"))[0]
    maternal = card(CareBand.INFO, CareKind.INFANT)["lines"][0]
    assert maternal["crisis"] is False


def test_no_known_hours_is_not_open() -> None:
    psi = next(line for line in card(CareBand.INFO, CareKind.INFANT)["lines"] if "Postpartum" in line["name"])
    assert psi["open"] is False


def test_a_country_without_a_verified_line_gets_the_directory_and_honest_words() -> None:
    made = card(CareBand.HIGH, country="SE")
    assert made["lines"] == []
    assert made["directory"]
    assert made["emergency"]["dial"] == ["112"]
    nowhere = card(CareBand.HIGH, country=None)
    assert nowhere["emergency"]["dial"] == []
    assert "your local emergency number" in nowhere["emergency"]["says"]


def test_an_emergency_number_that_is_not_verified_is_not_shown() -> None:
    assert card(CareBand.IMMINENT, country="ZA")["emergency"]["dial"] == []


def test_teens_get_a_youth_line_first_by_text_and_no_adult_only_line() -> None:
    first = card(CareBand.HIGH, country="US", band="teen")["lines"][0]
    assert first["method"] in ("chat", "sms", "whatsapp")
    adult_only = {line["name"] for line in LISTING["lines"] if line["audience"] == ["adults"]}
    for country in COUNTRIES:
        assert not adult_only & set(shown(card(CareBand.INFO, country=country, band="teen")))
    assert shown(card(CareBand.HIGH, country="GB", band="teen"))[0] == "PAPYRUS HOPELINE"


def test_abuse_is_shown_collapsed_with_a_warning_about_call_logs() -> None:
    made = card(CareBand.HIGH, CareKind.ABUSE)
    assert made["collapsed"]
    assert "call log" in made["says"]
    assert not card(CareBand.HIGH)["collapsed"]


def test_a_stale_line_is_an_operators_task_and_an_expired_one_leaves_the_card() -> None:
    """Unless it is the country's last."""
    read = date(2026, 11, 22)
    assert LINES.stale(read) == []
    assert "us-988" in LINES.stale(date(2027, 6, 1))
    later = READ.timestamp() + (EXPIRED_DAYS + 10) * 86_400
    assert len(card(CareBand.HIGH, now=later)["lines"]) == 1
    assert len(card(CareBand.HIGH)["lines"]) > 1


def test_the_card_never_promises_blames_or_scores() -> None:
    for band in BANDS:
        for kind in CareKind:
            words = str(card(band, kind)).lower()
            assert "you did nothing wrong" in words
            for never in ("at risk", "score", "we promise", "secret", "tell your parents", "police"):
                assert never not in words


def test_the_words_about_who_was_told_are_true() -> None:
    told, alone = card(CareBand.HIGH, told=True, person=True), card(CareBand.HIGH)
    assert "has been told" in told["says"]
    assert told["person"]["available"]
    assert "alerts nobody" in alone["says"]
    assert "Let's contact a line together" in alone["person"]["says"]


def test_spanish_gets_spanish() -> None:
    made = card(CareBand.HIGH, language="es")
    assert any("es" in line["languages"] for line in made["lines"])
