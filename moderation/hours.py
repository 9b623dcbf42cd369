"""Opening hours: is a line open at a moment, in its own time zone.

Understood: `24/7`, and `;`-separated parts of days and ranges: `Mon-Fri 10:00-22:00; Sat 09:00-16:00`, `daily
11:00-23:00`, `Mon-Fri 11:00-13:00, 14:00-18:00`. 24:00 is the end of the day; a range that ends before it begins runs
past midnight. A part that is not understood is left out (a line is rather said closed than open). No hours at all are
unknown, which is not open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_PART = re.compile(
    r"(?P<days>daily|[A-Za-z]{3}(?:-[A-Za-z]{3})?)\s+(?P<ranges>\d{2}:\d{2}-\d{2}:\d{2}(?:\s*,\s*\d{2}:\d{2}-\d{2}:\d{2})*)"
)
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """When a line answers. `spans` are (weekday, from minute, to minute); `to` may pass the end of the day."""

    always: bool
    spans: tuple[tuple[int, int, int], ...]
    zone: ZoneInfo | None

    @property
    def known(self) -> bool:
        return self.always or (bool(self.spans) and self.zone is not None)

    def open_at(self, moment: datetime) -> bool | None:
        """Whether it is open at `moment` (aware); None where nobody knows."""
        if self.always:
            return True
        if not self.spans or self.zone is None:
            return None
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(
            (local.weekday() == day and start <= minute < end)
            or ((local.weekday() - 1) % 7 == day and start <= minute + DAY < end)
            for day, start, end in self.spans
        )

    def opens_at(self, moment: datetime) -> datetime | None:
        """The next time it opens after `moment`, in its own zone; None if it is open, always open or unknown."""
        if self.open_at(moment) is not False or self.zone is None:
            return None
        local = moment.astimezone(self.zone)
        starts = []
        for ahead in range(8):
            date = (local + timedelta(days=ahead)).date()
            for day, start, _ in self.spans:
                if date.weekday() == day:  # built from the wall clock, so that daylight saving shifts with it
                    starts.append(
                        datetime(date.year, date.month, date.day, start // 60 % 24, start % 60, tzinfo=self.zone)
                    )
        return min((start for start in starts if start > local), default=None)


def parse(written: str | None, zone: str | None) -> Hours:
    """Hours from the words of the helpline file."""
    if not written:
        return Hours(False, (), None)
    if written.strip() == "24/7":
        return Hours(True, (), None)
    spans: list[tuple[int, int, int]] = []
    for part in written.split(";"):
        match = _PART.fullmatch(part.strip())
        if match:
            for days in _days(match["days"]):
                spans += [(days, start, end) for start, end in _ranges(match["ranges"])]
    return Hours(False, tuple(spans), ZoneInfo(zone) if zone else None)


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
