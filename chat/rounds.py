"""Rounds: what a node does by itself, again and again, beside moving events.

    table ─▶ keep, one task for each ─┬─ rest: so many seconds, or less when its bell rings
                                      └─ work ─┬─ done
                                               ├─ the engine is away: the next turn will do it
                                               └─ failed: counted, said in the log by its kind, and on with the next

A round never ends the node and never ends itself: one that stopped in silence would be noticed by whoever waits for
what it did. Each is a task of its own, so one that waits for the engine holds up no other. Nothing depends on a turn
being made in time, or once: several nodes make the same rounds.

What a fault says is not logged, for it may hold words; its kind and place are, when it begins and when it is over,
not at each turn. `warmline_faults_total` counts every one.

To add one: a function of `services`, and its row in `table`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog

from chat import blocking, books, conduct, evening, lantern, overdue, people, talk
from chat.answers import where
from chat.gateway import Gateway
from chat.metrics import Metrics
from chat.services import Services
from chat.shift import BEAT
from moderation.audit import StoreAway
from moderation.helplines import EXPIRED_DAYS
from moderation.verdict import Submission
from rooms.backplane import EngineAway
from rooms.matchmaker import MatchAway
from rooms.topics import Topic

log = structlog.get_logger("warmline.rounds")

SECOND = 1.0
# How often clients may be told of presence (rooms/roster.py says what, and to rooms of which size how often).
TELL = 0.25
# How often a node asks by itself whether tokens were taken back: a word between nodes is lost only with a connection.
LOOK_AGAIN = 30.0
# How often a node sees to what has fallen due on the review desk; the shortest time limit is a minute.
LOOK_AFTER = 1.0
# How often it writes the end of the audit trail into its log.
NOTE_HEAD = 3600.0
# How often the retention of each room is looked after. Exact to the minute is exact enough for "after 30 days".
RETENTION = 30.0
# How often helplines are looked through; they grow old by the day.
READING = 30.0

# Nodes that were started together shall not ask the engine together: each rests this much more or less.
APART = 0.2

# What an engine that is away looks like. The node says so once itself, and whoever asks sees it in `/readyz`.
AWAY = (EngineAway, StoreAway, MatchAway)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What is done again and again, and when. `every`: seconds, None for only when the bell rings."""

    name: str
    every: float | None
    work: Callable[[], Awaitable[object] | None]
    apart: float = 0.0  # rest so much longer or shorter, by chance, as a part of `every`
    steady: bool = False  # counted from when the turn before was due, not from when it was done
    at_once: bool = False  # the first turn comes before the first rest
    bell: asyncio.Event | None = None  # rings for a turn before its time


def table(services: Services, gateway: Gateway, keeper: books.Keeper, missed: asyncio.Event) -> tuple[Round, ...]:
    """Every round of a node. `missed` rings when words between nodes may have been missed."""
    listing = Listing(services)
    return (
        Round(name="presence", every=TELL, work=partial(tell_presence, services), steady=True),
        Round(name="lantern", every=TELL, work=partial(lantern.tell, services)),
        Round(name="deadlines", every=SECOND, work=gateway.tick, steady=True),
        Round(name="filter", every=SECOND, work=partial(mend_filter, services), steady=True),
        Round(name="figures", every=SECOND, work=partial(copy_figures, services, gateway), steady=True),
        Round(name="shift", every=BEAT, work=services.shift.beat, at_once=True),
        Round(name="here", every=evening.SAY, work=partial(evening.here, services), bell=services.company.bell),
        Round(name="pairing", every=evening.OFTEN, work=partial(evening.pairing, services), apart=APART, at_once=True),
        Round(name="desk", every=LOOK_AFTER, work=partial(overdue.look_after, services), apart=APART),
        Round(name="audit", every=NOTE_HEAD, work=partial(note_head, services), at_once=True),
        Round(name="revoked", every=LOOK_AGAIN, work=partial(look_around, services), apart=APART, bell=missed),
        Round(name="retention", every=RETENTION, work=partial(keep_histories, services), apart=APART),
        Round(name="helplines", every=READING, work=listing.look, at_once=True),
        Round(name="books", every=keeper.every, work=keeper.look_again, bell=keeper.called),
    )


async def keep(one: Round, metrics: Metrics) -> None:
    """Make a round's turns until cancelled."""
    due, failing = time.monotonic(), ""
    if one.at_once:
        failing = await turn(one, metrics, failing)
    while True:
        now = time.monotonic()
        due = following(one, due, now)
        await rest(None if one.every is None else due - now, one.bell)
        failing = await turn(one, metrics, failing)


def following(one: Round, due: float, now: float) -> float:
    """When the next turn is due; `due` is when the one before it was. A stalled process does not make up for turns."""
    every = one.every or 0.0
    if one.steady:
        return max(due + every, now)
    return now + every * random.uniform(1 - one.apart, 1 + one.apart)


async def rest(seconds: float | None, bell: asyncio.Event | None) -> None:
    """Wait so long, or until the bell rings."""
    if bell is None:
        await asyncio.sleep(seconds or 0.0)
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await bell.wait()
    bell.clear()


async def turn(one: Round, metrics: Metrics, failing: str) -> str:
    """One turn. Returns the kind of fault it ended in, or ""; `failing` is what the one before it returned."""
    try:
        made = one.work()
        if made is not None:
            await made
    except AWAY:
        return failing
    except Exception as fault:  # one round, not the node
        kind = type(fault).__name__
        metrics.failed(kind)
        if kind != failing:
            log.error("round_failed", round=one.name, fault=kind, where=where(fault))
        return kind
    if failing:
        log.info("round_recovered", round=one.name)
    return ""


# what is done


def tell_presence(services: Services) -> None:
    """Tell clients what has changed of who is in their rooms."""
    for room, change in services.presence.due(time.monotonic()):
        talk.tell_presence(services, room, change)


def try_filter(services: Services) -> None:
    """One judgement that is nobody's; the pipeline's `healthy` says how it went."""
    services.pipeline.glance(Submission(text="good evening, all", lane="", author="", dry=True), 0.0)


def mend_filter(services: Services) -> None:
    """A filter that is not well is asked by ourselves: nobody may be sent here while the node is not ready."""
    if not services.pipeline.healthy:
        try_filter(services)
    services.turns.second.mend()


def copy_figures(services: Services, gateway: Gateway) -> None:
    """Bring the metrics to what the layers below have counted since the start, by the names of `metrics.COPIED`."""
    hub, plane, presence = services.hub, services.backplane.stats(), services.presence.stats()
    services.metrics.observe(
        people=len(hub.people),
        rooms=len(hub.rooms),
        engine=services.backplane.healthy,
        delivered=hub.delivered,
        sent_bytes=gateway.sent,
        received_bytes=gateway.listener.received,
        batches_resent=plane["resent"],
        repairs=plane["repairs"],
        heals=plane["healed_entries"],
        forks=plane["forks"],
        presence_scripts=presence.get("scripts", 0),
        presence_readings=presence.get("readings", 0),
        nodes_reaped=presence.get("reaped", 0),
    )
    services.metrics.stages_took(services.pipeline.take_laps())
    services.metrics.second_waits(services.turns.second.waiting, healthy=services.turns.second.healthy)


async def note_head(services: Services) -> None:
    """Write the end of the audit trail into the log, outside of the engine: so that an end cut off can be shown."""
    entries, mac = await services.review.audit.head()
    log.info("audit_head", entries=entries, mac=mac)


async def look_around(services: Services) -> None:
    """Ask whether the tokens of those here are still good, what is in force against them, who is apart, what burns."""
    lantern.look_again(services)
    await people.look_again(services)
    await conduct.look_around(services)
    await blocking.look_again(services)


async def keep_histories(services: Services) -> None:
    """Keep each topic room's history as long as it says, and no longer. Any node may do it; twice is once."""
    for topic in services.catalogue:
        if topic.retention or topic.retention_length:
            await _trim(services, topic)


async def _trim(services: Services, topic: Topic) -> None:
    cutoff = services.backplane.engine_now_ms() - int(topic.retention * 1000) if topic.retention else None
    with contextlib.suppress(EngineAway):  # one room; the others may be on another engine node
        await services.backplane.trim(topic.key, older_than_ms=cutoff, longer_than=topic.retention_length or None)


class Listing:
    """Lines that a human must read again are the operator's task: a number to watch, and a word when it grows."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._due = 0  # lines to be read again, when it was last looked

    def look(self) -> None:
        """Count those whose day has come."""
        services = self._services
        today = datetime.fromtimestamp(services.wall(), UTC).date()
        due, late = len(services.helplines.stale(today)), len(services.helplines.stale(today, EXPIRED_DAYS))
        if due > self._due:
            log.warning("helplines_due", due=due, overdue=late, see="warmline helplines check")
        self._due = due
        services.metrics.helplines(due, late)
