"""A master dies with acknowledged messages its replica has not got (issue 2, both runs)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from rooms.backplane import Committed
from tests.support.engines import FLAVOURS, Engine, running
from tests.support.plane import ROOM, Node, pumped
from tests.support.proxy import Proxy

LOST = 5


@dataclass
class House:
    """A master and its replica with a proxy between them, and two nodes that reach the engine through another."""

    master: Engine
    replica: Engine
    front: Proxy
    nodes: tuple[Node, Node]

    @property
    def acknowledged(self) -> list[str]:
        return [f"kept{i}" for i in range(20)] + [f"lost{i}" for i in range(LOST)]


@pytest.fixture(params=FLAVOURS)
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """Twenty messages replicated, five more acknowledged after the replication link was cut; the master is dead."""
    async with (
        running(request.param, tcp=True) as master,
        running(request.param, tcp=True) as replica,
        Proxy(port=master.port) as between,
        Proxy(port=master.port) as front,
        pumped(front.url, ROOM) as one,
        pumped(front.url, ROOM) as two,
    ):
        await replica.follow(master, port=between.port)
        house = House(master, replica, front, (one, two))
        for id in house.acknowledged[:20]:
            assert isinstance((await one.say(id))[0], Committed)
        async with asyncio.timeout(10):
            while await replica.ask("HGET", f"warm:{{{ROOM}}}:meta", "seq") != b"20":
                await asyncio.sleep(0.01)  # WAIT knows only what its own connection wrote
        between.refuse = True
        between.cut()
        for id in house.acknowledged[20:]:
            assert isinstance((await two.say(id))[0], Committed)
        for node in house.nodes:
            await node.seen(house.acknowledged[-1])
        front.refuse = True
        await master.kill()
        await replica.promote()
        yield house


async def test_entries_written_before_the_nodes_return_fork_the_log_and_the_acknowledged_tail_is_healed(
    house: House,
) -> None:
    """Run one. As many new entries as were lost: epoch and sequence are the same, only the tags differ."""
    new = [f"new{i}" for i in range(LOST)]
    async with pumped(house.replica.url) as other:
        for id in new:
            await other.say(id)
    house.front.refuse = False
    house.front.aim(port=house.replica.port)
    for node in house.nodes:
        await node.until(lambda node=node: [reset.why for reset in node.resets] == ["fork"])  # type: ignore[misc]
        assert (await node.say("after"))[0] is not None
    for node in house.nodes:
        await node.until(lambda node=node: "after" in ring(node))  # type: ignore[misc]
        history = await node.history()
        assert sorted(history) == sorted([*house.acknowledged, *new, "after"])
        assert history[:20] == house.acknowledged[:20]
        assert [id for id in history if id.startswith("lost")] == house.acknowledged[20:]
        assert ring(node) == history
        assert len(node.resets) == 1


async def test_nodes_that_return_first_heal_on_the_same_tags_and_nobody_is_told(house: House) -> None:
    """Run two. Positions, tags and cursors stay as they were."""
    one, two = house.nodes
    before = one.backplane.position(ROOM)
    house.front.refuse = False
    house.front.aim(port=house.replica.port)
    assert isinstance((await one.say("after"))[0], Committed)
    for node in house.nodes:
        await node.seen("after")
        assert node.resets == []
        assert node.view() == [*house.acknowledged, "after"]
    assert await two.history() == [*house.acknowledged, "after"]
    recovery = await two.backplane.recover(ROOM, before)
    assert recovery.recovered
    assert [entry.id for entry in recovery.entries] == ["after"]
    healed = [node.backplane.stats()["healed_entries"] for node in house.nodes]
    assert sum(healed) >= LOST


async def test_a_healed_message_is_still_the_same_message_when_its_author_retries(house: House) -> None:
    """The dedupe keys come back with the entries."""
    house.front.refuse = False
    house.front.aim(port=house.replica.port)
    one, _ = house.nodes
    await one.say("after")
    (again,) = await one.say(house.acknowledged[-1])
    assert isinstance(again, Committed)
    assert again.repeated
    assert again.position.seq == len(house.acknowledged)
    assert (await house.replica.ask("PTTL", f"warm:{{{ROOM}}}:d:{house.acknowledged[-1]}")) > 0


def ring(node: Node) -> list[str]:
    return [entry.id for entry in node.backplane.ring(ROOM)]
