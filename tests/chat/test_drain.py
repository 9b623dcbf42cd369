"""A node that ends asks everybody to move, serves them meanwhile, and waits for nobody longer than it said."""

from __future__ import annotations

import asyncio

from chat.drain import ask_to_move, drain
from chat.tickets import LIFE
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking

# Longer than any test: who waits for its end has not understood.
AGES = 3600.0


@one_flavour
async def test_each_is_asked_to_move_at_a_moment_of_its_own_while_its_ticket_is_good(steady_engine: Engine) -> None:
    """However long the window: a ticket that has run out when it is used opens nothing (X52)."""
    async with node_on(steady_engine.url) as node, talking(node) as one, talking(node) as two:
        moments = []
        for _ in range(20):
            ask_to_move(node.gateway, AGES)
            moments += [await next_event(raw, "reconnect") for raw in (one, two)]
    assert all(0 <= moved["after_ms"] <= LIFE * 500 for moved in moments)
    assert {moved["grace_ms"] for moved in moments} == {int(AGES * 1000)}
    assert len({moved["after_ms"] for moved in moments}) > 10
    assert len({moved["ticket"] for moved in moments}) == len(moments)


@one_flavour
async def test_a_house_that_is_empty_is_not_waited_in(steady_engine: Engine) -> None:
    """The window is how long people may take, not how long it takes."""
    async with node_on(steady_engine.url) as node:
        async with talking(node) as raw:
            draining = asyncio.create_task(drain(node.gateway, AGES, asyncio.Event()))
            await next_event(raw, "reconnect")
            assert (await raw.ask("ping"))["type"] == "pong"
        async with asyncio.timeout(10):
            await draining
        assert node.trouble() == "draining"


@one_flavour
async def test_at_the_end_of_the_window_the_rest_are_closed_with_1012(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as raw:
        draining = asyncio.create_task(drain(node.gateway, 0.0, asyncio.Event()))
        assert await raw.closed() == 1012
        async with asyncio.timeout(10):
            await draining


@one_flavour
async def test_who_is_in_a_hurry_waits_for_nobody(steady_engine: Engine) -> None:
    """A second SIGTERM, in the middle of the window."""
    hurried = asyncio.Event()
    async with node_on(steady_engine.url) as node, talking(node) as raw:
        draining = asyncio.create_task(drain(node.gateway, AGES, hurried))
        await next_event(raw, "reconnect")
        hurried.set()
        async with asyncio.timeout(10):
            await draining
        assert await raw.closed() == 1012
