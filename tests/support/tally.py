"""The last reckoning of a replay: acknowledgements, the log and what every client saw, compared. Pure.

Three parties tell the same story, or somebody is wrong:

    what people were answered   every `sent` names a message that stands in the log, once, with the answered words
    what the engine keeps       each room's log: contiguous, chained by tags, nothing in it nobody was answered for
    what people saw             each view is a tail of that log, in its order, without holes

`reckon` counts each way in which they differ. A message is *lost* when it was acknowledged and is missing from the
log, or stands in the log and is missing from somebody's view; *doubled* when the log holds it twice, holds one nobody
was answered for, or a view or a connection told it twice; *out of order* when a view or a connection goes back;
*leaked* when words that must reach nobody are in a log or came in a frame; *altered* when the log has other words
than the answer.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry of a log, as read from the engine."""

    seq: int
    tag: str
    id: str
    kind: str
    text: str = field(repr=False)
    at: int = 0  # when it was committed (ms)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Saying:
    """One `send`: when it was called and answered (seconds, one clock for all), and with what. None: no answer came."""

    room: str
    text: str = field(repr=False)
    began: float
    ended: float
    answer: Answer | None = field(repr=False)


@dataclass(kw_only=True)
class Account:
    """What one client has to say about its replay."""

    said: Sequence[Saying]
    views: Mapping[str, Sequence[str]]  # room → ids in the order the client has them
    replaced: frozenset[str] = frozenset()  # rooms whose view was started anew: only a tail of the log is owed
    heard: Sequence[tuple[float, str]] = ()  # (when, id) of every live message
    holes: int = 0  # on the wire: sequence numbers passed over within one connection
    repeats: int = 0  # on the wire: sequence numbers told twice within one connection
    leaks: int = 0  # frames that held forbidden words
    resets: int = 0
    reconnects: int = 0


@dataclass(kw_only=True)
class Tally:
    """The figures. `bad` says which of those that must be 0 are not."""

    delivered: int = 0
    masked: int = 0
    held: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    lost: int = 0
    doubled: int = 0
    unordered: int = 0
    leaked: int = 0
    altered: int = 0
    why: Counter[str] = field(default_factory=Counter)  # in which way messages were lost or doubled
    broken: int = 0  # entries of a log whose sequence or tag does not follow from the one before
    resets: int = 0
    reconnects: int = 0
    heard: int = 0
    ack: tuple[float, float] = (0.0, 0.0)  # p50, p99 in milliseconds: from `send` to its answer
    delivery: tuple[float, float] = (0.0, 0.0)  # from `send` to another person's client

    @property
    def bad(self) -> list[str]:
        zero = ("unanswered", "lost", "doubled", "unordered", "leaked", "altered", "broken")
        return [name for name in zero if getattr(self, name)]

    def __str__(self) -> str:
        refused = ", ".join(f"{code} {count}" for code, count in sorted(self.refused.items()))
        lines = [
            f"delivered      {self.delivered}",
            f"masked         {self.masked}",
            f"held           {self.held}",
            f"refused        {self.refused.total()}{f' ({refused})' if refused else ''}",
            f"unanswered     {self.unanswered}",
            f"lost           {self.lost}",
            f"doubled        {self.doubled}",
            f"out of order   {self.unordered}",
            f"leaked         {self.leaked}",
            f"altered        {self.altered}",
            f"broken chain   {self.broken}",
            f"heard          {self.heard} live events",
            f"answer   ms    p50 {self.ack[0]:.1f}  p99 {self.ack[1]:.1f}",
            f"delivery ms    p50 {self.delivery[0]:.1f}  p99 {self.delivery[1]:.1f}",
            f"resets         {self.resets}",
            f"reconnects     {self.reconnects}",
        ]
        lines += [f"               {what}: {count}" for what, count in sorted(self.why.items()) if count]
        return "\n".join(lines)


def reckon(accounts: Sequence[Account], logs: Mapping[str, Sequence[Kept]], forbidden: Iterable[str] = ()) -> Tally:
    """Compare everybody's account with the logs. `forbidden`: pieces of text that must be in no log."""
    tally = Tally()
    texts = {room: {entry.id: entry.text for entry in log} for room, log in logs.items()}
    answered = _answers(tally, accounts, texts)
    for room, log in logs.items():
        _log(tally, log, answered.get(room, set()))
    for entry in (entry for log in logs.values() for entry in log):
        tally.leaked += any(piece in entry.text for piece in forbidden)
    for account in accounts:
        _account(tally, account, logs)
    _latencies(tally, accounts)
    return tally


def _answers(tally: Tally, accounts: Sequence[Account], texts: Mapping[str, Mapping[str, str]]) -> dict[str, set[str]]:
    """Count the answers and hold them against the logs; returns the acknowledged ids of each room."""
    answered: dict[str, set[str]] = {}
    for saying in (saying for account in accounts for saying in account.said):
        answer = saying.answer
        if answer is None:
            tally.unanswered += 1
        elif answer["type"] == "refused":
            tally.refused[answer["code"]] += 1
        elif answer["state"] == "held":
            tally.held += 1
            tally.leaked += answer["id"] in texts[saying.room]
        else:
            tally.delivered += answer["state"] == "delivered"
            tally.masked += answer["state"] == "masked"
            answered.setdefault(saying.room, set()).add(answer["id"])
            kept = texts[saying.room].get(answer["id"])
            _lose(tally, "acknowledged, not in the log", kept is None)
            tally.altered += kept is not None and kept != answer.get("text", saying.text)
    return answered


def _lose(tally: Tally, why: str, count: int) -> None:
    tally.lost += count
    tally.why[why] += count


def _double(tally: Tally, why: str, count: int) -> None:
    tally.doubled += count
    tally.why[why] += count


def _log(tally: Tally, log: Sequence[Kept], answered: set[str]) -> None:
    """A log alone: every message once, none that nobody was answered for, each following from the one before."""
    messages = Counter(entry.id for entry in log if entry.kind == "message")
    _double(tally, "twice in a log", messages.total() - len(messages))
    if not tally.unanswered:  # else it may be one of those
        _double(tally, "in the log, never answered", len(messages.keys() - answered))
    for before, entry in pairwise(log):
        tag = hashlib.sha1((before.tag + entry.id).encode(), usedforsecurity=False).hexdigest()[:16]
        tally.broken += entry.seq != before.seq + 1 or entry.tag != tag


def _account(tally: Tally, account: Account, logs: Mapping[str, Sequence[Kept]]) -> None:
    """One client: each view is a tail of the log (all of it, where the view was never replaced)."""
    _lose(tally, "passed over on a connection", account.holes)
    _double(tally, "twice on a connection", account.repeats)
    tally.leaked += account.leaks
    tally.resets += account.resets
    tally.reconnects += account.reconnects
    tally.heard += len(account.heard)
    for room, view in account.views.items():
        place = {entry.id: index for index, entry in enumerate(logs[room])}
        known = [place[id] for id in view if id in place]
        _double(tally, "twice in a view", len(view) - len(set(view)))
        tally.unordered += sum(after < before for before, after in pairwise(known))
        first = known[0] if room in account.replaced and known else 0
        _lose(tally, "in the log, missing from a view", len(place) - first - len(set(known)))
        _lose(tally, "in a view, missing from the log", len(view) - len(known))


def _latencies(tally: Tally, accounts: Sequence[Account]) -> None:
    began: dict[str, tuple[float, int]] = {}
    waits = []
    for number, account in enumerate(accounts):
        for saying in account.said:
            if saying.answer is not None and saying.answer["type"] == "sent":
                began[saying.answer["id"]] = (saying.began, number)
                waits.append(saying.ended - saying.began)
    trips = []
    for number, account in enumerate(accounts):
        for when, id in account.heard:
            if id in began and began[id][1] != number:
                trips.append(when - began[id][0])
    tally.ack, tally.delivery = _percentiles(waits), _percentiles(trips)


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    if not seconds:
        return 0.0, 0.0
    ordered = sorted(seconds)
    return tuple(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 for part in (0.5, 0.99))  # type: ignore[return-value]
