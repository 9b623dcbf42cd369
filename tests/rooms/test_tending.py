"""After a reconnect every room is compared, what moved is mended, and only then commits flow."""

from __future__ import annotations

import asyncio

import pytest

from rooms.backplane import Committed
from rooms.events import RoomKey
from tests.support.engines import Engine
from tests.support.plane import ROOM, message, pumped


async def test_a_reconnect_reads_only_the_rooms_that_moved(engine: Engine) -> None:
    rooms = [RoomKey(f"adult/r{i}") for i in range(50)]
    async with pumped(engine.url, *rooms) as node:
        await node.backplane.submit([message("m1", room) for room in rooms])
        await node.until(lambda: all(node.view(room) for room in rooms))
        before = dict(node.backplane.stats())
        await engine.ask("CLIENT", "KILL", "TYPE", "pubsub")
        async with asyncio.timeout(10):
            while node.backplane.stats()["comparisons"] == before["comparisons"]:
                await asyncio.sleep(0.01)  # a comparison that finds nothing hands nothing up
        assert node.backplane.stats()["log_reads"] == before["log_reads"]
        assert node.backplane.stats()["repairs"] == before["repairs"]


async def test_what_was_published_while_nobody_listened_is_read_once_per_room_and_node(engine: Engine) -> None:
    async with pumped(engine.url, ROOM) as node, pumped(engine.url) as other:
        await node.say("m1")
        await node.seen("m1")
        reads = node.backplane.stats()["log_reads"]
        node.backplane._link.subscriber.recycle()  # the socket breaks; what follows is published to nobody here
        await other.say(*(f"m{i}" for i in range(2, 12)))
        await node.seen("m11")
        assert node.view() == [f"m{i}" for i in range(1, 12)]
        assert node.backplane.stats()["log_reads"] - reads <= 2
        assert node.resets == []


async def test_what_was_trimmed_while_nobody_listened_is_shown_no_longer(engine: Engine) -> None:
    """The notice of a trim is published once; the comparison after a reconnect sees where the log begins (X70)."""
    async with pumped(engine.url, ROOM) as node, pumped(engine.url) as other:
        await node.say(*(f"m{i}" for i in range(1, 11)))
        await node.seen("m10")
        compared = node.backplane.stats()["comparisons"]
        node.backplane._link.subscriber.recycle()
        assert await other.backplane.trim(ROOM, longer_than=3) == 7
        async with asyncio.timeout(10):
            while node.backplane.stats()["comparisons"] == compared:
                await asyncio.sleep(0.01)  # a comparison that finds nothing hands nothing up
        assert [entry.id for entry in node.backplane.ring(ROOM)] == ["m8", "m9", "m10"]


async def test_a_fork_made_elsewhere_reaches_a_node_that_noticed_nothing(engine: Engine) -> None:
    """The notice on the room's channel is enough: no reconnect, no message."""
    async with pumped(engine.url, ROOM) as node, pumped(engine.url) as other:
        await node.say("m1")
        await node.seen("m1")
        old = node.backplane.position(ROOM)
        new = await other.backplane._history.fork(ROOM, old.epoch)
        await node.until(lambda: [reset.why for reset in node.resets] == ["fork"])
        assert node.backplane.position(ROOM).epoch == new
        recovery = await node.backplane.recover(ROOM, old)
        assert (recovery.recovered, recovery.why) == (False, "fork")
        (outcome,) = await node.say("m2")
        assert isinstance(outcome, Committed)
        await node.seen("m2")


async def test_commits_wait_for_the_comparison_and_then_all_go(engine: Engine) -> None:
    async with pumped(engine.url, ROOM) as node:
        await node.say("m1")
        await engine.ask("CLIENT", "KILL", "TYPE", "normal")
        outcomes = await asyncio.gather(*(node.say(f"n{i}") for i in range(20)))
        assert all(isinstance(outcome, Committed) for (outcome,) in outcomes)
        await node.seen("n19")
        assert node.view() == ["m1", *(f"n{i}" for i in range(20))] == await node.history()


@pytest.mark.parametrize("gap", range(12))
async def test_the_subscriber_ends_up_on_the_engine_that_takes_the_commits(steady_engine: Engine, gap: int) -> None:
    """Both connections lost, the subscriber's some turns of the loop earlier: commits flow again in any case."""
    async with pumped(steady_engine.url, ROOM) as node:
        link = node.backplane._link
        link.subscriber.recycle()
        for _ in range(gap):
            await asyncio.sleep(0)
        assert link._commits is not None
        link._commits.abort()
        (outcome,) = await node.say("m1")
        assert isinstance(outcome, Committed)
        await node.seen("m1")
        assert node.resets == []
