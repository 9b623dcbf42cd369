"""Which lines for whom: verified ones only, who knows about it, who is open, who can be written to."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from moderation.helplines import EXPIRED_DAYS, Helplines
from moderation.offers import FITS, MOST_LINES, Offer, Wish, choose
from moderation.rules import DATA
from moderation.verdict import Care, CareBand, CareKind

LISTING: dict[str, Any] = yaml.safe_load((DATA / "helplines.yaml").read_text(encoding="utf-8"))
LINES = Helplines.load()
READ = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # a Wednesday, three days after the sources were read
COUNTRIES = sorted({line["country"] for line in LISTING["lines"]})
BANDS = [band for band in CareBand if band]
TEXT = ("chat", "sms", "whatsapp")


def offers(
    band: CareBand, kind: CareKind | None = CareKind.SUICIDE, lines: Helplines = LINES, **more: Any
) -> list[Offer]:
    asked: dict[str, Any] = {"country": "US", "moment": READ} | more
    return choose(lines, Wish(care=Care(band, kind), **asked))


def names(found: list[Offer]) -> list[str]:
    return [offer.line["id"] for offer in found]


WISHES = st.builds(
    Wish,
    care=st.builds(Care, st.sampled_from(BANDS), st.sampled_from([None, *CareKind])),
    country=st.sampled_from([*COUNTRIES, "XX", None]),
    moment=st.integers(0, 800 * 86400).map(lambda seconds: READ + timedelta(seconds=seconds)),
    language=st.sampled_from([None, "en", "es", "fr", "xx"]),
    young=st.booleans(),
    topics=st.lists(st.sampled_from([*FITS, "general", "nowhere"]), max_size=2).map(tuple),
    text_first=st.booleans(),
    free_first=st.booleans(),
    other_first=st.booleans(),
    gentle_first=st.booleans(),
)


@given(WISHES)
def test_whatever_is_asked_only_verified_contacts_of_that_country_are_offered(wish: Wish) -> None:
    """At most three, none twice, and of lines that are for this person; hours nobody knows are not open."""
    found = choose(LINES, wish)
    assert len(found) <= MOST_LINES
    assert len({id(offer.contact) for offer in found}) == len(found)
    for offer in found:
        assert offer.line["verified"]
        assert offer.contact["verified"]
        assert offer.line["country"] == wish.country
        assert offer.line["kind"] not in ("report", "directory", "support_groups")
        assert "veterans" not in offer.line["audience"]
        assert offer.open is not True or offer.contact.get("hours")
        if wish.care.band >= CareBand.HIGH:
            assert offer.crisis
        if wish.young:
            assert offer.line["audience"] not in (["adults"], ["english_speakers"])
        else:
            assert not set(offer.line["audience"]) <= {"children", "teens", "lgbtq_youth"}


@given(WISHES)
def test_nothing_older_than_a_year_is_offered_beside_something_fresher(wish: Wish) -> None:
    """Off the card at 365 days; the last one stays."""
    found = choose(LINES, wish)
    old = (wish.moment.date() - READ.date()).days + 3 >= EXPIRED_DAYS
    assert len(set(names(found))) <= (1 if old else MOST_LINES)


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_country_s_last_line_stays_however_old_it_is(country: str) -> None:
    late = READ + timedelta(days=900)
    for band in (CareBand.CONCERN, CareBand.HIGH):
        now, then = offers(band, country=country), offers(band, country=country, moment=late)
        assert bool(now) is bool(then)


def test_an_expired_line_leaves_while_others_were_re_read() -> None:
    listing = copy.deepcopy(LISTING)
    for line in listing["lines"]:
        if line["id"] != "us-988":
            line["checked"] = "source read on 2027-11-20"
    lines, late = Helplines(listing), READ + timedelta(days=EXPIRED_DAYS)
    assert "us-988" in names(offers(CareBand.HIGH, lines=lines))
    assert "us-988" not in names(offers(CareBand.HIGH, lines=lines, moment=late))
    assert "us-crisis-text-line" in names(offers(CareBand.HIGH, lines=lines, moment=late))


def test_in_a_crisis_the_crisis_line_and_on_a_heavy_day_the_one_that_knows() -> None:
    assert names(offers(CareBand.HIGH))[0] == "us-988"
    assert names(offers(CareBand.CONCERN, CareKind.INFANT))[0] == "us-maternal-mental-health-hotline"
    assert "us-samhsa-national-helpline" in names(offers(CareBand.INFO, CareKind.SUBSTANCE))
    assert "us-victimconnect" in names(offers(CareBand.CONCERN, CareKind.ABUSE))
    assert "us-victimconnect" not in names(offers(CareBand.CONCERN, CareKind.SUICIDE))


def test_a_room_s_own_line_is_on_its_calmer_cards() -> None:
    """F44: the maternal line in the room for parents, the recovery line in recovery, by name or policy pack."""
    for topics in (("postpartum", "general"), ("room-7", "postpartum")):
        assert "us-maternal-mental-health-hotline" in names(offers(CareBand.CONCERN, topics=topics))
    assert "us-maternal-mental-health-hotline" not in names(offers(CareBand.HIGH, topics=("postpartum",)))


@pytest.mark.parametrize("country", ["US", "CA", "GB", "AU", "NZ", "ZA", "JM"])
def test_teens_get_a_line_for_the_young_and_what_can_be_written_to_first(country: str) -> None:
    afternoon = READ - timedelta(hours=3)
    found = offers(CareBand.HIGH, country=country, young=True, moment=afternoon)
    youth = [line["id"] for line in LINES.of(country) if line["kind"] == "youth" and line.get("crisis_line", True)]
    assert not youth or set(youth) & set(names(found))
    by_text = [offer.by_text and offer.open is True for offer in found]
    assert by_text == sorted(by_text, reverse=True)
    assert by_text[0]


def test_who_cannot_speak_aloud_is_offered_what_can_be_written_to() -> None:
    for country in ("US", "GB", "AU", "NL", "SG"):
        assert offers(CareBand.HIGH, country=country, text_first=True)[0].contact["method"] in TEXT
    assert offers(CareBand.HIGH, country="FR", text_first=True)[0].contact["dial"] == "3114"  # a voice, if that is all


def test_an_open_line_comes_before_one_that_sleeps() -> None:
    night = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)  # three in the morning in New York
    by_day = offers(CareBand.INFO, CareKind.MEDICATION, topics=("bipolar",))
    assert by_day[0].line["id"] in ("us-nami-helpline", "us-samhsa-national-helpline")
    first = offers(CareBand.INFO, CareKind.MEDICATION, topics=("bipolar",), moment=night)[0]
    assert first.open is True


def test_a_language_the_person_speaks_comes_first() -> None:
    for offer in offers(CareBand.HIGH, language="es"):
        assert "es" in offer.contact["languages"] or offer.line["id"] == "us-988"
    spoken = offers(CareBand.HIGH, country="JP", language="ja")[0]
    assert "ja" in spoken.contact["languages"]


def test_other_barriers_change_the_order_and_lose_nothing() -> None:
    plain = offers(CareBand.CONCERN)
    other = offers(CareBand.CONCERN, other_first=True)
    assert set(names(plain)) == set(names(other))
    assert names(other)[0] != names(plain)[0]
    assert offers(CareBand.CONCERN, free_first=True)[0].contact["method"] == "chat"
    assert offers(CareBand.CONCERN, gentle_first=True)[0].line["kind"] != "crisis"
