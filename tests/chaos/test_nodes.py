"""Nodes die, leave and come back in the middle of a conversation; nothing acknowledged is lost or said twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.support.crowd import Watched
from tests.support.play import play
from tests.support.stages import one_node, two_nodes

# All of grown-ups: a teen room is for reading without a host (chat/hosting.py).
ROOMS = {"lounge": "adult", "kitchen": "adult", "yard": "adult"}


async def test_a_killed_node_costs_its_people_a_reconnect_and_nothing_else() -> None:
    """X51: kill -9 of one of two nodes under load."""
    async with two_nodes(ROOMS, flavour="valkey", strike="node") as stage:
        played = await play(stage, ROOMS, clients=36, rate=120, seconds=5)
    assert played.tally.bad == []
    assert played.tally.delivered > 200
    assert played.tally.reconnects >= 18
    assert played.tally.resets == 0


async def test_a_drained_node_asks_its_people_over_and_ends_with_0() -> None:
    """X52: SIGTERM; `reconnect` to everyone, exit code 0, nothing lost or doubled, nobody is cut off without a word."""
    async with two_nodes(ROOMS, flavour="redis", strike="drain") as stage:
        played = await play(stage, ROOMS, clients=36, rate=120, seconds=5)
        asked = [person for person in played.people if person.client.counted["reconnect"]]
    assert played.tally.bad == []
    assert len(asked) == 18
    assert all(person.client.connections == 2 for person in asked)


async def test_a_killed_server_takes_its_engine_along_and_comes_back_with_everything() -> None:
    """X53: the engine is gone within a second of kill -9 of the server; a restart has everything acknowledged."""
    async with one_node(ROOMS, strike="server") as stage:
        played = await play(stage, ROOMS, clients=24, rate=100, seconds=5)
    assert played.tally.bad == []
    assert played.tally.reconnects >= 24
    assert played.tally.resets == 0


@pytest.fixture
async def watched() -> AsyncIterator[tuple[Watched, AsyncExitStack]]:
    """A watcher on one node, and ten people on another that is going to die. Closing the stack kills that one."""
    async with two_nodes(ROOMS, strike="node") as stage, AsyncExitStack() as people:
        first, second = stage.addresses
        watcher = await people.enter_async_context(Watched([second]))
        await watcher.join("lounge")
        for number in range(10):
            client = await people.enter_async_context(Watched([first], seed=number))
            await client.join("lounge")
        await _present(watcher, 11)
        await stage.strike()
        yield watcher, people


async def _present(watcher: Watched, number: int) -> None:
    """Until the watcher has heard that so many are here."""
    async for event in watcher.events():
        if event["type"] == "presence" and event["present"] == number:
            return


async def test_the_ghosts_of_a_killed_node_are_gone_within_ten_seconds(
    watched: tuple[Watched, AsyncExitStack],
) -> None:
    """X51: its lease lapses, the first sweep that sees it says who left."""
    watcher, _ = watched
    async with asyncio.timeout(10 + 2):  # ten seconds, and a slow machine
        await _present(watcher, 1)
    assert (await watcher.members("lounge"))["present"] == 1
