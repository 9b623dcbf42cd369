"""Reports and concerns: how much a report weighs, and what it may do. A count alone never sanctions (F27).

    reports on one person ─▶ voices (who is not independent is one voice) ─▶ weight below 1 ─▶ urgency of a case

A report weighs what its reporter's earlier ones were worth: as often right as wrong is a half, and nobody is ever all
or nothing. Several people who came in one wave, or who sit together in other rooms as well and report within minutes
of each other, are *one voice*, the best of theirs. Voices add up towards 1 and never reach it, so the hundredth moves
hardly anything. What comes of all this is an `Urgency`, which only says how soon a person looks: there is no road
from here to a sanction, and nothing about the reported person changes. Nobody is punished for reporting either; a
reporter who is often wrong weighs less, and the weight comes back with time.

A **concern** is another thing: "I'm worried about them". It weighs nothing, counts against nobody, can be no proof,
and is limited for each sender and each target, so that it cannot be used to hound anybody.

Pure: times are milliseconds since 1970; persons and rooms are opaque.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

MINUTE = 60_000
DAY = 86_400_000

# Reports this close together may be one wave; people who happen to be upset by the same message are slower.
WAVE = 3 * MINUTE
# Guests who came in so close to each other, and are so new, are one wave as well: it takes a second to be a new guest.
CAME_TOGETHER = 10 * MINUTE
NEW = 60 * MINUTE
# Half the weight for somebody who has just come: there is nothing to know them by.
NEWCOMER = 0.5
# Nobody is believed blindly, and nobody is written off.
LEAST, MOST = 0.1, 0.9
# What was right or wrong half a year ago counts half.
FORGETS = 180 * DAY
# Past reports are looked at for so long when a new one comes.
REMEMBERED = 30 * DAY

# What one person may send in a day, and what may be sent about one person before the rest joins the open case.
REPORTS_A_DAY = 30
CONCERNS_A_DAY = 5
CONCERNS_ABOUT = 3
# What one person may add in a day to what they have told already: a long evening's worth, and no flood.
FURTHER_A_DAY = 20


class Ground(StrEnum):
    """What a report says it is about. The last is for what has no word here; a person reads it."""

    HARASSMENT = "harassment"
    HATE = "hate"
    THREAT = "threat"
    SEXUAL = "sexual"
    GROOMING = "grooming"
    ENCOURAGING_HARM = "encouraging_harm"
    SELLING = "selling"
    SCAM = "scam"
    SPAM = "spam"
    DOXXING = "doxxing"
    IMPERSONATION = "impersonation"
    OTHER = "other"


class Urgency(IntEnum):
    """How soon a case is looked at; smaller is sooner. Crisis stands above all of these (F26)."""

    SOON = 0
    NORMAL = 1
    LATER = 2


# Where one credible voice is enough to be looked at before the rest: somebody can come to harm meanwhile.
GRAVE = frozenset({Ground.GROOMING, Ground.THREAT, Ground.ENCOURAGING_HARM, Ground.DOXXING, Ground.SEXUAL})
# Two voices of average standing, or one that has been right before.
HEAVY = 0.6
# Below this only a wave of strangers has spoken.
LIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Record:
    """What a reporter's reports came to: how many were right and wrong, faded to `at`."""

    right: float = 0.0
    wrong: float = 0.0
    at: int = 0

    def faded(self, now: int) -> Record:
        """The same, as far as it still counts at `now`."""
        left = 0.5 ** (max(0, now - self.at) / FORGETS)
        return Record(self.right * left, self.wrong * left, now)

    def after(self, upheld: bool, now: int) -> Record:
        """With one more outcome."""
        past = self.faded(now)
        return Record(past.right + upheld, past.wrong + (not upheld), now)

    def trust(self, now: int) -> float:
        """Between LEAST and MOST; a half for somebody who has never reported."""
        past = self.faded(now)
        return min(MOST, max(LEAST, (past.right + 1) / (past.right + past.wrong + 2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One person's word about another, with what says how independent it is.

    `came` is when the reporter first came here, `rooms` are the others they were in besides the room of the report,
    `trust` is their record's at the time.
    """

    id: str
    by: str
    room: str
    ground: Ground
    at: int
    came: int
    trust: float = 0.5
    message: str = ""
    rooms: frozenset[str] = frozenset()

    @property
    def weight(self) -> float:
        return self.trust * (NEWCOMER if _is_new(self) else 1.0)


def one_voice(one: Report, other: Report) -> bool:
    """Whether two reports are not independent of each other."""
    if one.by == other.by:
        return True
    if abs(one.at - other.at) > WAVE:
        return False
    if _is_new(one) and _is_new(other) and abs(one.came - other.came) <= CAME_TOGETHER:
        return True
    return bool(one.rooms & other.rooms)


def _is_new(report: Report) -> bool:
    return report.at - report.came < NEW


def voices(reports: Sequence[Report]) -> list[list[Report]]:
    """The reports by voice. Dependence is passed on: a friend's friend in the same wave is of the same voice.

    Each is compared with its nearest only, never with all: whoever else it depends on depends on those too.
    """
    ordered = sorted(reports, key=lambda report: (report.at, report.id))
    heads = list(range(len(ordered)))  # of each report an earlier one of the same voice, or itself
    nearest = _Nearest(ordered)
    for place in range(len(ordered)):
        for other in nearest.of(place):
            heads[_head(heads, other)] = _head(heads, place)
    groups: dict[int, list[Report]] = {}
    for place, report in enumerate(ordered):
        groups.setdefault(_head(heads, place), []).append(report)
    return list(groups.values())


def _head(heads: list[int], place: int) -> int:
    while heads[place] != place:
        heads[place] = place = heads[heads[place]]
    return place


class _Nearest:
    """Of reports in the order of time: those before one that it depends on by itself, as few as say it all."""

    def __init__(self, ordered: Sequence[Report]) -> None:
        self._ordered = ordered
        self._by: dict[str, int] = {}  # the last of each reporter
        self._in: dict[str, int] = {}  # the last of somebody who sits in this room
        self._new: list[tuple[int, int]] = []  # of newcomers within the wave: when they came, and their place; sorted
        self._first = 0  # nobody before is within the wave

    def of(self, place: int) -> list[int]:
        """The places one report is joined to. Ask in order, once for each."""
        report = self._ordered[place]
        found = [self._by[report.by]] if report.by in self._by else []
        self._by[report.by] = place
        for room in report.rooms:
            last = self._in.get(room)
            if last is not None and report.at - self._ordered[last].at <= WAVE:
                found.append(last)
            self._in[room] = place
        return found + (self._came_together(place) if _is_new(report) else [])

    def _came_together(self, place: int) -> list[int]:
        """The newcomers of this wave who came just before and just after this one."""
        report = self._ordered[place]
        while report.at - self._ordered[self._first].at > WAVE:
            gone = self._ordered[self._first]
            if _is_new(gone):
                self._new.remove((gone.came, self._first))
            self._first += 1
        mine = (report.came, place)
        where = bisect(self._new, mine)
        beside = self._new[max(0, where - 1) : where + 1]
        self._new.insert(where, mine)
        return [other for came, other in beside if abs(came - report.came) <= CAME_TOGETHER]


def weight(reports: Sequence[Report]) -> float:
    """What all of them weigh together: 0 for none, below 1 for however many."""
    silent = 1.0
    for group in voices(reports):
        silent *= 1.0 - max(report.weight for report in group)
    return 1.0 - silent


def urgency(reports: Sequence[Report]) -> Urgency:
    """How soon somebody should look."""
    total = weight(reports)
    grave = [report for report in reports if report.ground in GRAVE]
    if total >= HEAVY or weight(grave) >= 0.5:
        return Urgency.SOON
    return Urgency.NORMAL if total >= LIGHT or grave else Urgency.LATER


def told_apart(reports: Sequence[Report]) -> str:
    """What a moderator reads of the weight: in words, and without anybody's name."""
    groups = voices(reports)
    people = len({report.by for report in reports})
    if len(groups) == people:
        return f"{people} {'person' if people == 1 else 'people, independent of each other'}"
    return f"{people} people, but only {len(groups)} independent {'voice' if len(groups) == 1 else 'voices'}"


def recent(reports: Iterable[Report], now: int) -> list[Report]:
    """Those that still say something."""
    return [report for report in reports if now - report.at < REMEMBERED]


class Outcome(StrEnum):
    """What became of a report, as its reporter is told."""

    ACTED = "acted"
    NOTHING_FOUND = "nothing_found"
    CARED_FOR = "cared_for"  # the words were somebody's pain; they were looked after, and nobody was told off


SAYS: Mapping[Outcome, str] = {
    Outcome.ACTED: "Thank you. We looked at what you reported and acted on it.",
    Outcome.NOTHING_FOUND: "Thank you. We looked at what you reported; it was not against the rules of this place.",
    Outcome.CARED_FOR: "Thank you. Someone from the team has looked in. Being in pain gets nobody into trouble here.",
}
# Only these two say something about the reporter's judgement; pain that was taken for an offence does not.
SAYS_RIGHT: Mapping[Outcome, bool] = {Outcome.ACTED: True, Outcome.NOTHING_FOUND: False}
