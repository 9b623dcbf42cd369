"""Whole servers, and an engine that fails over to a lagging replica: the tail is healed, or everybody is told."""

from __future__ import annotations

from tests.support.failover import failover
from tests.support.play import play

ROOMS = {"lounge": "adult", "kitchen": "adult"}


async def test_a_replica_that_went_on_without_the_tail_is_forked_and_everyone_is_told() -> None:
    """Run one: somebody else wrote to the promoted replica before our nodes came back, with the same sequence numbers.

    Every client gets `reset` and the new entries; the acknowledged tail is healed behind them.
    """
    async with failover(ROOMS, forked=True, flavour="redis") as stage:
        played = await play(stage, ROOMS, clients=20, rate=80, seconds=4)
    assert played.tally.bad == []
    assert all(person.client.counted["reset"] for person in played.people)


async def test_a_replica_that_merely_lags_is_healed_and_nobody_is_told() -> None:
    """Run two: our nodes come back first and write the missing tail under the same tags."""
    async with failover(ROOMS, forked=False, flavour="valkey") as stage:
        played = await play(stage, ROOMS, clients=20, rate=80, seconds=4)
    assert played.tally.bad == []
    assert (played.tally.reconnects, played.tally.resets) == (0, 0)
