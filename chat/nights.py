"""Is it night where somebody is? Asked for one kind of remark only: "sleep on it" (F31a).

Nobody tells us their zone, only perhaps their country. In a country with several zones it is night when it is night in
all of its zones; of a country that is not listed, and of nobody's, we do not know, and then it is not: a remark that
is not made does no harm.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

# Hours of the night, local time: when most people sleep and big decisions are made by those who do not.
FROM, TO = 22, 6

# First and last zone of the mainland, west to east; one where there is only one.
ZONES: dict[str, tuple[str, ...]] = {
    "AR": ("America/Argentina/Buenos_Aires",), "AT": ("Europe/Vienna",), "AU": ("Australia/Perth", "Australia/Sydney"),
    "BE": ("Europe/Brussels",), "BR": ("America/Manaus", "America/Sao_Paulo"),
    "CA": ("America/Vancouver", "America/Halifax"), "CH": ("Europe/Zurich",), "CL": ("America/Santiago",),
    "CO": ("America/Bogota",), "DE": ("Europe/Berlin",), "DK": ("Europe/Copenhagen",), "ES": ("Europe/Madrid",),
    "FI": ("Europe/Helsinki",), "FR": ("Europe/Paris",), "GB": ("Europe/London",), "GR": ("Europe/Athens",),
    "IE": ("Europe/Dublin",), "IL": ("Asia/Jerusalem",), "IN": ("Asia/Kolkata",), "IT": ("Europe/Rome",),
    "JP": ("Asia/Tokyo",), "KE": ("Africa/Nairobi",), "KR": ("Asia/Seoul",), "LB": ("Asia/Beirut",),
    "MX": ("America/Tijuana", "America/Mexico_City"), "MY": ("Asia/Kuala_Lumpur",), "NG": ("Africa/Lagos",),
    "NL": ("Europe/Amsterdam",), "NO": ("Europe/Oslo",), "NZ": ("Pacific/Auckland",), "PE": ("America/Lima",),
    "PL": ("Europe/Warsaw",), "PT": ("Europe/Lisbon",), "SE": ("Europe/Stockholm",), "SG": ("Asia/Singapore",),
    "TW": ("Asia/Taipei",), "US": ("America/Los_Angeles", "America/New_York"), "ZA": ("Africa/Johannesburg",),
}  # fmt: skip

# The answer is kept for so many seconds: nobody counts minutes here.
_STEP = 600


def is_night(country: str | None, now: float) -> bool:
    """Whether it is night all over `country` at `now` (seconds since 1970); False where we do not know."""
    return country in ZONES and _night(country, int(now // _STEP))


@lru_cache(maxsize=256)
def _night(country: str, step: int) -> bool:
    moment = datetime.fromtimestamp(step * _STEP, UTC)
    hours = [moment.astimezone(ZoneInfo(zone)).hour for zone in ZONES[country]]
    return all(hour >= FROM or hour < TO for hour in hours)
