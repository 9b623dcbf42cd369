"""Is it night where somebody is: by country, in its own zones, and never where nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chat.nights import ZONES, is_night


def at(hour: int, minute: int = 0, *, month: int = 1) -> float:
    return datetime(2026, month, 15, hour, minute, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("country", "now", "night"),
    [
        ("GB", at(2), True),
        ("GB", at(21, 50), False),
        ("GB", at(22), True),
        ("GB", at(21, 10, month=7), True),  # summer time: ten past ten there
        ("GB", at(5, 50, month=7), False),
        ("IN", at(20), True),
        ("NZ", at(12), True),
        ("US", at(5), False),  # midnight in New York, nine in the evening in Los Angeles
        ("US", at(8), True),
    ],
)
def test_it_is_night_when_it_is_night_in_all_zones_of_a_country(country: str, now: float, night: bool) -> None:
    assert is_night(country, now) is night


@pytest.mark.parametrize("country", [None, "", "XX"])
def test_where_nobody_knows_it_is_not_night(country: str | None) -> None:
    assert not any(is_night(country, at(hour)) for hour in range(24))


def test_every_zone_exists() -> None:
    assert all(ZoneInfo(zone).key == zone for zones in ZONES.values() for zone in zones)
