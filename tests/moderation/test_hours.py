"""Opening hours, in the line's own zone: around midnight, around daylight saving, and when nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from moderation import hours

NEW_YORK = "America/New_York"


def at(zone: str, *moment: int) -> datetime:
    year, month, day, hour, minute = moment
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_round_the_clock_is_always_open() -> None:
    assert hours.parse("24/7", None).open_at(datetime(2026, 1, 1, tzinfo=UTC)) is True


def test_no_hours_are_unknown_which_is_not_open() -> None:
    unknown = hours.parse(None, NEW_YORK)
    assert unknown.open_at(datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert unknown.opens_at(datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert hours.parse("Mon-Fri 10:00-22:00", None).open_at(datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("moment", "open"),
    [
        ((2026, 11, 20, 10, 0), True),  # a Friday
        ((2026, 11, 20, 9, 59), False),
        ((2026, 11, 20, 23, 59), True),
        ((2026, 11, 21, 0, 0), False),
        ((2026, 11, 22, 12, 0), False),  # a Sunday
    ],
)
def test_days_and_hours_are_those_of_the_line(moment: tuple[int, ...], open: bool) -> None:
    assert hours.parse("Mon-Fri 10:00-24:00", NEW_YORK).open_at(at(NEW_YORK, *moment)) is open


def test_a_range_may_run_past_midnight() -> None:
    night = hours.parse("Sat 22:00-04:00", NEW_YORK)
    assert night.open_at(at(NEW_YORK, 2026, 11, 22, 3, 59)) is True
    assert night.open_at(at(NEW_YORK, 2026, 11, 22, 4, 0)) is False
    assert night.open_at(at(NEW_YORK, 2026, 11, 21, 3, 0)) is False


def test_several_parts_and_several_ranges() -> None:
    line = hours.parse("Mon-Fri 11:00-13:00, 14:00-18:00; Sat 09:00-16:00", "Africa/Johannesburg")
    assert line.open_at(at("Africa/Johannesburg", 2026, 11, 20, 13, 30)) is False
    assert line.open_at(at("Africa/Johannesburg", 2026, 11, 20, 14, 0)) is True
    assert line.open_at(at("Africa/Johannesburg", 2026, 11, 21, 15, 0)) is True


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ((2026, 3, 7, 23, 0), "2026-03-08T10:00:00-04:00"),  # clocks go forward in that night
        ((2026, 10, 31, 23, 0), "2026-11-01T10:00:00-05:00"),  # and back in this one
        ((2026, 7, 1, 9, 0), "2026-07-01T10:00:00-04:00"),
    ],
)
def test_the_next_opening_is_told_on_the_line_s_own_clock(asked: tuple[int, ...], opens: str) -> None:
    found = hours.parse("daily 10:00-22:00", NEW_YORK).opens_at(at(NEW_YORK, *asked))
    assert found is not None
    assert found.isoformat() == opens


def test_a_part_not_understood_is_left_out() -> None:
    line = hours.parse("daily 16:00-21:00; 08:00 on the 10th to 08:00 on the 11th each month", "Asia/Tokyo")
    assert line.open_at(at("Asia/Tokyo", 2026, 11, 10, 20, 0)) is True
    assert line.open_at(at("Asia/Tokyo", 2026, 11, 10, 23, 0)) is False
