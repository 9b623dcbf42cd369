"""Opening hours: is a line open at a moment, in its own time zone.

Understood: `24/7`, and `;`-separated parts: `Mon-Fri 10:00-22:00`, `Sat 09:00-16:00`, `daily 11:00-23:00`,
`Mon-Fri 11:00-13:00, 14:00-18:00`, `08:00 on the 10th to 08:00 on the 11th each month`. 24:00 is the end of the day; a
range that ends before it begins runs past midnight. A part that is not understood is left out (a line is rather said
closed than open). No hours at all are unknown, which is not open.

Everything is read off the wall clock of the line's zone, so that daylight saving moves with it: an hour that happens
twice is open twice, one that is skipped is not there. On a holiday a line that keeps them is closed all day; which days
those are is data (`holidays.yaml`), and so is which lines keep them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_PART = re.compile(
    r"(?P<days>daily|[A-Za-z]{3}(?:-[A-Za-z]{3})?)\s+(?P<ranges>\d{2}:\d{2}-\d{2}:\d{2}(?:\s*,\s*\d{2}:\d{2}-\d{2}:\d{2})*)"
)
_MONTHLY = re.compile(
    r"(\d{2}):(\d{2}) on the (\d{1,2})(?:st|nd|rd|th) to (\d{2}):(\d{2}) on the (\d{1,2})(?:st|nd|rd|th) each month"
)
DAY = 24 * 60
# A line that opens later than this is not told as "opens at": nobody waits a fortnight.
AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Hours:
    """When a line answers. `spans` are (weekday, from minute, to minute), `monthly` (from day, minute, to day,
    minute); a `to` minute may pass the end of the day. `holidays` are the rules of the days on which it is closed.
    """

    always: bool
    spans: tuple[tuple[int, int, int], ...]
    zone: ZoneInfo | None
    monthly: tuple[tuple[int, int, int, int], ...] = ()
    holidays: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return self.always or (bool(self.spans or self.monthly) and self.zone is not None)

    def open_at(self, moment: datetime) -> bool | None:
        """Whether it is open at `moment` (aware); None where nobody knows."""
        if self.always:
            return True
        if not self.known:
            return None
        local = moment.astimezone(self.zone)
        if self.holidays and is_holiday(local.date(), self.holidays):
            return False
        minute = local.hour * 60 + local.minute
        weekly = any(
            (local.weekday() == day and start <= minute < end)
            or ((local.weekday() - 1) % 7 == day and start <= minute + DAY < end)
            for day, start, end in self.spans
        )
        now = (local.day, minute)
        return weekly or any((first, start) <= now < (last, end) for first, start, last, end in self.monthly)

    def opens_at(self, moment: datetime) -> datetime | None:
        """The next moment it is open, in its own zone; None if it is open now, always open, unknown or far away."""
        if self.open_at(moment) is not False or self.zone is None:
            return None
        return _next_opening(self, moment.astimezone(UTC).replace(second=0, microsecond=0))


@lru_cache(1024)
def _next_opening(hours: Hours, minute: datetime) -> datetime | None:
    """The first moment after `minute` (UTC, a whole one) at which it is open. Asked often in the same minute."""
    if hours.zone is None:
        return None
    today = minute.astimezone(hours.zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(AHEAD_DAYS + 1)):
        later = sorted(start for start in _starts(hours, day, hours.zone) if start > minute)
        if (found := next((start for start in later if hours.open_at(start)), None)) is not None:
            return found.astimezone(hours.zone)
    return None


def _starts(hours: Hours, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """Every moment (UTC) of a day at which it may open: each start, twice where the hour happens twice; midnight, where
    a holiday ends inside a night; and where the clock jumps over a start.
    """
    minutes = {start for weekday, start, _ in hours.spans if weekday == day.weekday()}
    minutes |= {start for first, start, _, _ in hours.monthly if first == day.day}
    for minute in (0, *minutes):
        wall = datetime.combine(day, time(minute // 60 % 24, minute % 60), zone)
        yield from (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if (jump := _jump(day, zone)) is not None:
        yield jump


def _jump(day: date, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) of the day at which the clock is put forward or back; None on all other days."""
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    before, after = start.astimezone(zone).utcoffset(), end.astimezone(zone).utcoffset()
    if before == after:
        return None
    while end - start > timedelta(minutes=1):
        middle = start + (end - start) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            start = middle
        else:
            end = middle
    return end


def parse(written: str | None, zone: str | None, holidays: Collection[str] = ()) -> Hours:
    """Hours from the words of the helpline file. `holidays`: rules of the days on which it is closed."""
    if not written:
        return Hours(False, (), None)
    if written.strip() == "24/7":
        return Hours(True, (), None)
    spans: list[tuple[int, int, int]] = []
    monthly: list[tuple[int, int, int, int]] = []
    for part in written.split(";"):
        if match := _PART.fullmatch(part.strip()):
            for days in _days(match["days"]):
                spans += [(days, start, end) for start, end in _ranges(match["ranges"])]
        elif match := _MONTHLY.fullmatch(part.strip()):
            hour, minute, first, to_hour, to_minute, last = map(int, match.groups())
            monthly.append((first, hour * 60 + minute, last, to_hour * 60 + to_minute))
    return Hours(False, tuple(spans), ZoneInfo(zone) if zone else None, tuple(monthly), tuple(holidays))


def is_holiday(day: date, rules: Collection[str]) -> bool:
    """Whether a rule names this day: `12-25`, or `11 thu 4` (the fourth Thursday of November), `05 mon last`.

    A fixed day that falls on a weekend is also kept on the nearest working day, as offices do.
    """
    return any(_falls_on(rule, day) for rule in rules)


def _falls_on(rule: str, day: date) -> bool:
    if "-" in rule:
        wanted = tuple(map(int, rule.split("-")))
        near = day + timedelta(days={4: 1, 0: -1}.get(day.weekday(), 0))  # Friday keeps Saturday's, Monday Sunday's
        return wanted == (day.month, day.day) or (near.weekday() >= 5 and wanted == (near.month, near.day))
    month_name, weekday, which = rule.split()
    if (day.month, day.weekday()) != (int(month_name), DAYS.index(weekday)):
        return False
    if which == "last":
        return day.day + 7 > calendar.monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 + 1 == int(which)


def _days(written: str) -> list[int]:
    if written == "daily":
        return list(range(7))
    names = [DAYS.index(day.lower()) for day in written.split("-") if day.lower() in DAYS]
    if not names:
        return []
    first, last = names[0], names[-1]
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _ranges(written: str) -> list[tuple[int, int]]:
    ranges = []
    for start_hour, start_minute, end_hour, end_minute in _RANGE.findall(written):
        start, end = int(start_hour) * 60 + int(start_minute), int(end_hour) * 60 + int(end_minute)
        ranges.append((start, end if end > start else end + DAY))
    return ranges
