"""Opening hours, in the line's own zone: around midnight, around daylight saving, and when nobody knows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    line = hours.parse("daily 16:00-21:00; and most bank holidays", "Asia/Tokyo")
    assert line.open_at(at("Asia/Tokyo", 2026, 11, 10, 20, 0)) is True
    assert line.open_at(at("Asia/Tokyo", 2026, 11, 10, 23, 0)) is False


def test_the_days_of_a_month_are_read_too() -> None:
    line = hours.parse("daily 16:00-21:00; 08:00 on the 10th to 08:00 on the 11th each month", "Asia/Tokyo")
    assert line.open_at(at("Asia/Tokyo", 2026, 11, 10, 7, 59)) is False
    assert line.open_at(at("Asia/Tokyo", 2026, 11, 10, 23, 0)) is True
    assert line.open_at(at("Asia/Tokyo", 2026, 11, 11, 7, 59)) is True
    opens = line.opens_at(at("Asia/Tokyo", 2026, 11, 9, 22, 0))
    assert opens is not None
    assert opens.isoformat() == "2026-11-10T08:00:00+09:00"


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        ((2026, 11, 26), True),  # the fourth Thursday of November
        ((2026, 11, 19), False),
        ((2026, 5, 25), True),  # the last Monday of May
        ((2026, 5, 18), False),
        ((2026, 7, 3), True),  # a Friday that keeps Saturday's fourth
        ((2027, 7, 5), True),  # a Monday that keeps Sunday's
        ((2026, 12, 25), True),
        ((2027, 12, 31), True),  # and over the turn of the year
    ],
)
def test_holidays_fall_where_the_rules_say_and_close_the_line(day: tuple[int, ...], closed: bool) -> None:
    rules = ("11 thu 4", "05 mon last", "07-04", "12-25", "01-01")
    line = hours.parse("Mon-Fri 10:00-24:00", NEW_YORK, rules)
    assert line.open_at(at(NEW_YORK, *day, 12, 0)) is not closed
    opens = line.opens_at(at(NEW_YORK, *day, 9, 0))
    assert opens is not None
    assert (opens.date() > date(*day)) is closed


def test_an_hour_that_the_clock_skips_is_not_there_and_one_that_comes_twice_is_open_twice() -> None:
    early = hours.parse("Sun 01:30-03:15", NEW_YORK)
    spring = early.opens_at(at(NEW_YORK, 2026, 3, 8, 0, 0))
    assert spring is not None
    assert (spring.hour, spring.minute) == (1, 30)
    skipped = hours.parse("Sun 02:15-03:30", NEW_YORK).opens_at(at(NEW_YORK, 2026, 3, 8, 0, 0))
    assert skipped is not None
    assert skipped.isoformat() == "2026-03-08T03:00:00-04:00"  # the clock jumps over its start
    twice = hours.parse("Sun 01:00-01:30", NEW_YORK)
    between = datetime(2026, 11, 1, 1, 45, tzinfo=ZoneInfo(NEW_YORK))
    again = twice.opens_at(between)
    assert again is not None
    assert again.isoformat() == "2026-11-01T01:00:00-05:00"
    assert again.timestamp() > between.timestamp()


ZONES = st.sampled_from([
    "America/New_York", "Europe/London", "Europe/Dublin", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Kolkata",
    "Asia/Tokyo", "Africa/Johannesburg", "America/Sao_Paulo", "Africa/Casablanca", "America/St_Johns",
])  # fmt: skip
CLOCKS = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
PARTS = st.tuples(st.sampled_from(["daily", "Mon-Fri", "Sat", "Sun", "Fri-Mon"]), CLOCKS, CLOCKS)
WRITTEN = st.lists(PARTS.map(lambda part: f"{part[0]} {part[1]}-{part[2]}"), min_size=1, max_size=3).map("; ".join)
# Two years, and often the nights in which clocks change.
SPANS = (
    ("2026-01-01", "2027-12-31"), ("2026-03-07", "2026-03-09"), ("2026-10-24", "2026-10-26"),
    ("2026-10-31", "2026-11-02"),
)  # fmt: skip
MOMENTS = st.one_of(
    [
        st.integers(*(int(datetime.fromisoformat(end).replace(tzinfo=UTC).timestamp()) for end in span)).map(
            lambda second: datetime.fromtimestamp(second, UTC)
        )
        for span in SPANS
    ]
)


@given(WRITTEN, ZONES, MOMENTS, st.floats(0, 1), st.booleans())
def test_the_moment_it_is_said_to_open_is_the_first_at_which_it_is_open(
    written: str, zone: str, moment: datetime, between: float, holidays: bool
) -> None:
    """Over zones, midnights, and clocks put forward and back."""
    line = hours.parse(written, zone, ("01 mon 1", "10-25", "11-01") if holidays else ())
    opens = line.opens_at(moment)
    if line.open_at(moment):
        assert opens is None
    elif opens is not None:
        assert opens > moment
        assert line.open_at(opens) is True
        wait = opens.astimezone(UTC) - moment
        earlier = moment + wait * between
        assert earlier >= opens or line.open_at(earlier) is False
        last_minute = opens.astimezone(UTC) - timedelta(minutes=1)
        assert last_minute <= moment or line.open_at(last_minute) is False


@given(WRITTEN, ZONES, MOMENTS)
def test_open_and_closed_are_those_of_the_wall_clock_there(written: str, zone: str, moment: datetime) -> None:
    """Asked in any zone the answer is the same, and it is what the clock on their wall says."""
    line = hours.parse(written, zone)
    assert line.open_at(moment) is line.open_at(moment.astimezone(ZoneInfo("Pacific/Kiritimati")))
    local = moment.astimezone(ZoneInfo(zone))
    clock, today, yesterday = local.strftime("%H:%M"), local.weekday(), (local.weekday() - 1) % 7
    plainly = False
    for part in written.split("; "):
        days, _, span = part.partition(" ")
        start, end = span.split("-")
        named = {"daily": range(7), "Mon-Fri": range(5), "Sat": [5], "Sun": [6], "Fri-Mon": [4, 5, 6, 0]}[days]
        if start < end:
            plainly |= today in named and start <= clock < end
        else:
            plainly |= (today in named and clock >= start) or (yesterday in named and clock < end)
    assert line.open_at(moment) is plainly
