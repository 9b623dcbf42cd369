"""The listing: exactly what was read, with its source and date, and what a human must look at again."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from moderation.helplines import EXPIRED_DAYS, STALE_DAYS, Helplines, age, name_language, read_on
from moderation.rules import DATA

LISTING: dict[str, Any] = yaml.safe_load((DATA / "helplines.yaml").read_text(encoding="utf-8"))
LINES = Helplines.load()
READ = date(2026, 11, 22)
# sha256 of the listing as it was compiled, without the `checked` dates (see `fingerprint`).
FINGERPRINT = "e075fd4f2b3de7d150fb2ec725e82619ecca980f12f5db9b2eba3779a93aac2a"


def without_dates(listing: dict[str, Any]) -> str:
    """The listing as one text, but for the day on which each line was read."""
    lines = [{name: value for name, value in line.items() if name != "checked"} for line in listing["lines"]]
    return json.dumps(listing | {"lines": lines}, sort_keys=True, default=str, ensure_ascii=False)


def test_every_line_says_its_source_and_when_it_was_read() -> None:
    for line in LISTING["lines"]:
        assert all(source.strip() for source in line["source"])
        assert line["source"]
        assert read_on(line) >= READ


@pytest.mark.parametrize("missing", ["source", "checked"])
def test_a_line_without_source_or_date_is_refused(missing: str) -> None:
    line = {"id": "x", "country": "US", "source": ["y"], "checked": "source read on 2026-11-22", "contacts": []}
    with pytest.raises(ValueError, match="x"):
        Helplines({"lines": [line | {missing: [""] if missing == "source" else ""}], "emergency": {}})
    with pytest.raises(ValueError, match="x"):
        Helplines({"lines": [{name: line[name] for name in line if name != missing}], "emergency": {}})


def test_a_name_is_in_the_language_of_its_line_where_the_listing_tells_that() -> None:
    """F52: a screen reader that speaks English says "Línea de la Vida" in Spanish; where we do not know, it chooses."""
    named = {line["name"]: name_language(line) for line in LISTING["lines"]}
    assert named["Línea de la Vida"] == "es"
    assert named["Zelfmoordlijn 1813"] == "nl"
    assert named["988 Suicide & Crisis Lifeline"] == "en"
    assert named["Inochi no Denwa (いのちの電話)"] == "ja"
    assert named["MOHW Suicide Prevention Line 1925"] is None  # answers in Chinese, and is written in Latin letters
    assert named["NCMH Crisis Hotline"] is None
    assert named["Die Dargebotene Hand / La Main Tendue / Telefono Amico 143"] is None


def test_no_line_differs_from_what_was_read() -> None:
    """A wrong number kills. Whoever re-reads a line changes it, its date, and on purpose the fingerprint here."""
    assert fingerprint(LISTING) == FINGERPRINT


def test_a_changed_number_would_be_seen() -> None:
    changed = copy.deepcopy(LISTING)
    changed["lines"][0]["contacts"][0]["dial"] = "998"
    assert fingerprint(changed) != FINGERPRINT
    later = copy.deepcopy(LISTING)
    later["lines"][0]["checked"] = "source read on 2027-05-01"
    assert fingerprint(later) == FINGERPRINT


def test_short_codes_stay_short_codes() -> None:
    """3114 is not +33 3114: dial strings are text, and never converted."""
    for line in LISTING["lines"]:
        for contact in line["contacts"]:
            for way in ("dial", "to"):
                assert isinstance(contact.get(way, ""), str)
                assert not str(contact.get(way, "")).startswith("+")


def test_only_verified_lines_may_be_on_a_card_and_every_contact_is_known_to_the_masker() -> None:
    assert LINES.of("SE") == []
    assert "90101" in LINES.contacts()
    assert LINES.emergency("ZA") is None
    assert LINES.emergency("SE") == LISTING["emergency"]["EU_DEFAULT"]
    assert LINES.emergency("XX") is None
    assert LINES.emergency(None) is None


@given(st.integers(0, 1000))
def test_a_line_is_a_task_from_day_180_and_overdue_from_day_365(days: int) -> None:
    today = READ + timedelta(days=days)
    tasks = {task.id: task for task in LINES.due(today)}
    assert ("us-988" in LINES.stale(today)) is (days >= STALE_DAYS)
    assert ("us-crisis-text-line" in tasks) is (days >= STALE_DAYS)
    assert any(task.overdue for task in tasks.values()) is (days >= EXPIRED_DAYS)
    for line in LISTING["lines"]:
        assert age(line, today) == days
        if days >= STALE_DAYS:
            assert tasks[line["id"]].source == tuple(line["source"])
            assert tasks[line["id"]].age == days


def test_what_was_never_sure_is_a_task_from_the_first_day() -> None:
    """Unverified lines, hours nobody found, notes of the compilers who doubt."""
    tasks = {task.id: task for task in LINES.due(READ)}
    assert "never verified" in tasks["se-sjalvmordslinjen"].reasons[0]
    assert any("hours" in reason for reason in tasks["us-psi-helpline"].reasons)
    assert any("from memory" in reason for reason in tasks["us-trevor-project"].reasons)
    assert tasks["emergency-ZA"].age is None
    assert not any(task.overdue for task in tasks.values())
    assert "us-maternal-mental-health-hotline" not in tasks


def test_a_line_that_keeps_holidays_is_closed_on_them() -> None:
    """The notes say which line does, holidays.yaml which days those are."""
    (line,) = (line for line in LINES.lines if line["id"] == "us-mha-peer-text")
    hours = LINES.hours_of(line["contacts"][0])
    assert hours.holidays
    assert not LINES.hours_of(LINES.of("US")[5]["contacts"][2]).holidays


def fingerprint(listing: dict[str, Any]) -> str:
    return hashlib.sha256(without_dates(listing).encode()).hexdigest()
