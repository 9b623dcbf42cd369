"""Rounds go on: whatever fails, whoever is away, until they are cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from chat.metrics import Metrics
from chat.rounds import Listing, Round, following, keep, table
from moderation.audit import StoreAway
from rooms.backplane import EngineAway
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import node_on, talking

# Longer than any test: only a bell ends such a rest.
AGES = 3600.0


class Turns:
    """Work that counts its turns and fails as it is told: one fault for each turn, None for a good one."""

    def __init__(self, *faults: Exception | None) -> None:
        self._faults = list(faults)
        self.made = 0
        self._moved = asyncio.Event()

    async def work(self) -> None:
        self.made += 1
        self._moved.set()
        fault = self._faults.pop(0) if self._faults else None
        if fault is not None:
            raise fault

    async def reach(self, number: int) -> None:
        async with asyncio.timeout(10):
            while self.made < number:
                self._moved.clear()
                await self._moved.wait()


@asynccontextmanager
async def kept(turns: Turns, metrics: Metrics, **more: Any) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(keep(Round(name="ours", work=turns.work, **{"every": 0.0, **more}), metrics))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_round_that_fails_goes_on_and_is_logged_by_kind_once_until_it_is_well() -> None:
    """Its words are in no line: they may be somebody's."""
    metrics, turns = Metrics(), Turns(KeyError("a marker"), KeyError("a marker"), ValueError("a marker"), None, None)
    with capture_logs() as lines:
        async with kept(turns, metrics) as task:
            await turns.reach(6)
            assert not task.done()
    told = [(line["event"], line["round"], line.get("fault")) for line in lines]
    assert told == [
        ("round_failed", "ours", "KeyError"),
        ("round_failed", "ours", "ValueError"),
        ("round_recovered", "ours", None),
    ]
    assert lines[0]["where"].startswith("test_rounds.py:")
    assert "marker" not in str(lines)
    figures = metrics.read()
    assert figures["warmline_faults_total{fault=KeyError}"] == 2
    assert figures["warmline_faults_total{fault=ValueError}"] == 1


@pytest.mark.parametrize("away", [EngineAway("x"), StoreAway("x")])
async def test_an_engine_that_is_away_is_no_fault_of_a_round(away: Exception) -> None:
    """The node says it once itself; eleven rounds a second need not."""
    metrics, turns = Metrics(), Turns(away, away)
    with capture_logs() as lines:
        async with kept(turns, metrics):
            await turns.reach(3)
    assert lines == []
    assert not any(name.startswith("warmline_faults_total{") for name in metrics.read())


async def test_a_bell_rings_for_one_turn_before_its_time() -> None:
    turns, bell = Turns(), asyncio.Event()
    async with kept(turns, Metrics(), every=AGES, bell=bell):
        bell.set()
        await turns.reach(1)
        assert not bell.is_set()
        bell.set()
        await turns.reach(2)
    assert turns.made == 2


async def test_a_round_with_a_bell_only_never_comes_by_itself() -> None:
    """Books of a node without files of an operator's: read when they are called for."""
    turns, bell = Turns(OSError("no such disk")), asyncio.Event()
    async with kept(turns, Metrics(), every=None, bell=bell):
        bell.set()
        await turns.reach(1)
        bell.set()
        await turns.reach(2)
    assert turns.made == 2


async def test_what_is_to_come_at_once_does_not_wait_for_its_first_rest() -> None:
    soon, later = Turns(), Turns()
    async with kept(soon, Metrics(), every=AGES, at_once=True), kept(later, Metrics(), every=AGES):
        await soon.reach(1)
    assert (soon.made, later.made) == (1, 0)


def test_a_steady_round_keeps_its_beat_and_does_not_make_up_for_lost_turns() -> None:
    steady = Round(name="ours", every=1.0, work=lambda: None, steady=True)
    assert following(steady, due=10.0, now=10.3) == 11.0
    assert following(steady, due=10.0, now=14.5) == 14.5


def test_nodes_that_were_started_together_drift_apart() -> None:
    """Never by more than they say, and counted from the end of the work: an engine that is slow is not pressed."""
    ours = Round(name="ours", every=10.0, work=lambda: None, apart=0.2)
    pauses = [following(ours, due=0.0, now=100.0) - 100.0 for _ in range(200)]
    assert all(8.0 <= pause <= 12.0 for pause in pauses)
    assert len(set(pauses)) > 100


@one_flavour
async def test_every_round_of_a_node_can_be_made_at_any_moment(steady_engine: Engine) -> None:
    """Each row of the table, once, with somebody there; and none has another's name."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety"):
        rows = table(node.services, node.gateway, node.books, asyncio.Event())
        for one in rows:
            made = one.work()
            if made is not None:
                await made
        figures = node.metrics.read()
    assert len({one.name for one in rows}) == len(rows)
    assert figures["warmline_people"] == 1
    assert figures["warmline_engine_up"] == 1


@one_flavour
async def test_helplines_to_read_again_are_a_number_the_operator_can_watch(steady_engine: Engine) -> None:
    """safety.md 9: a task at 180 days, overdue at 365."""
    read = datetime(2026, 11, 22, tzinfo=UTC).timestamp()
    async with node_on(steady_engine.url) as node:
        seen = []
        for days in (100, 180, 365):
            now = partial(float, read + days * 86_400)
            Listing(dataclasses.replace(node.services, wall=now)).look()
            figures = node.metrics.read()
            seen.append((figures["warmline_helplines_due"] > 50, figures["warmline_helplines_overdue"] > 50))
    assert seen == [(False, False), (True, False), (True, True)]
