"""Presence on real engines: one script for a room and window, one person counted once, no ghosts, no flicker."""

from __future__ import annotations

import asyncio
import time

import pytest

from chat.node import ended
from rooms import envelope
from rooms.leases import DEAD_AFTER
from rooms.resp import EngineAway
from rooms.roster import unpack_lists
from rooms.seats import GRACE
from tests.support.ear import Ear
from tests.support.engines import Engine, running
from tests.support.present import OTHER, ROOM, aliases, die, nodes, person


async def test_everyone_of_a_window_is_one_script_and_one_diff_on_every_node(steady_engine: Engine) -> None:
    async with nodes(steady_engine, 2) as (here, there), Ear.on(steady_engine.url, ROOM) as ear:
        for number in range(50):
            here.arrive(person(number), ROOM, 0.0)
        await here.flush(0.0)
        assert (here.awake(ROOM), there.awake(ROOM)) == (50, 0)  # told, and not heard back yet
        (diff,) = await ear.catch_up(here, there)
        assert here.awake(ROOM) == there.awake(ROOM) == 50
        assert here.stats()["scripts"] == 1
        assert (diff.since, diff.present) == (0, 50)
        assert aliases(here) == aliases(there) == {person(number).alias for number in range(50)}
        assert here.roster(ROOM).version == there.roster(ROOM).version == diff.version
        ((room, change),) = there.due(1.0)
        assert (room, change.present) == (ROOM, 50)
        assert change.joined is not None
        assert len(change.joined) == 50


async def test_a_person_is_counted_once_however_many_nodes_and_connections_they_have(steady_engine: Engine) -> None:
    anna = person(1)
    async with nodes(steady_engine, 2) as (here, there), Ear.on(steady_engine.url, ROOM) as ear:
        here.arrive(anna, ROOM, 0.0)
        here.arrive(anna, ROOM, 0.0)
        there.arrive(anna, ROOM, 0.0)
        await here.flush(0.0)
        await there.flush(0.0)
        assert len(await ear.catch_up(here, there)) == 1
        here.depart(anna.user, ROOM, 0.0, grace=False)
        await here.flush(0.0)
        here.depart(anna.user, ROOM, 0.0, grace=False)
        await here.flush(0.0)
        assert await ear.catch_up(here, there) == []
        assert here.is_here(anna.user, ROOM)
        there.depart(anna.user, ROOM, 0.0, grace=False)
        await there.flush(0.0)
        (diff,) = await ear.catch_up(here, there)
        assert unpack_lists(diff.body) == ([], [anna.user])
        assert not here.is_here(anna.user, ROOM)


async def test_a_storm_costs_one_script_for_the_room_and_window(steady_engine: Engine) -> None:
    """2,000 people reconnect within a second (X49): four windows, four scripts, no body over 16 kB."""
    async with nodes(steady_engine, 2) as (here, there), Ear.on(steady_engine.url, ROOM) as ear:
        for window in range(4):
            for number in range(window * 500, window * 500 + 500):
                here.arrive(person(number), ROOM, 0.0)
            await here.flush(window * 0.25)
        diffs = await ear.catch_up(here, there)
        assert here.stats()["scripts"] == 4
        assert ear.longest < 16_000
        assert diffs[-1].present == there.roster(ROOM).present == 2000
        assert there.stats().get("holes", 0) == 0
        assert there.due(10.0)[0][1].joined is None  # clients of a large room hear a count and a sample


async def test_a_crowd_over_the_bound_of_a_script_is_told_in_the_next_window(steady_engine: Engine) -> None:
    async with nodes(steady_engine, 1) as (here,), Ear.on(steady_engine.url, ROOM) as ear:
        for number in range(1500):
            here.arrive(person(number), ROOM, 0.0)
        assert here.present(ROOM) == 1500
        await here.flush(0.0)
        await ear.catch_up(here)
        assert (here.roster(ROOM).present, here.present(ROOM)) == (1000, 1500)
        await here.flush(0.25)
        await ear.catch_up(here)
        assert here.roster(ROOM).present == 1500


async def test_a_lost_connection_keeps_its_place_for_the_grace_and_a_leave_does_not(steady_engine: Engine) -> None:
    async with nodes(steady_engine, 1) as (here,), Ear.on(steady_engine.url, ROOM) as ear:
        for number in (1, 2, 3):
            here.arrive(person(number), ROOM, 0.0)
        await here.flush(0.0)
        here.depart(person(1).user, ROOM, 10.0, grace=True)
        here.depart(person(2).user, ROOM, 10.0, grace=True)
        here.depart(person(3).user, ROOM, 10.0, grace=False)
        await here.flush(10.0)
        here.arrive(person(2), ROOM, 12.0)
        await here.flush(10.0 + GRACE - 0.1)
        await ear.catch_up(here)
        assert aliases(here) == {person(1).alias, person(2).alias}
        await here.flush(10.0 + GRACE)
        await ear.catch_up(here)
        assert aliases(here) == {person(2).alias}


async def test_another_name_is_told_as_a_change_of_the_same_person(steady_engine: Engine) -> None:
    async with nodes(steady_engine, 1) as (here,), Ear.on(steady_engine.url, ROOM) as ear:
        here.arrive(person(1), ROOM, 0.0)
        await here.flush(0.0)
        here.arrive(person(1, "Golden Teapot"), ROOM, 0.0)
        await here.flush(0.25)
        diffs = await ear.catch_up(here)
        assert [diff.present for diff in diffs] == [1, 1]
        assert [member.name for member in here.roster(ROOM).members] == ["Golden Teapot"]


async def test_the_people_of_a_dead_node_are_removed_with_one_diff_for_a_room(steady_engine: Engine) -> None:
    """X51. Two sweepers see it at once: only one of them cleans up."""
    async with nodes(steady_engine, 3) as (dead, one, two), Ear.on(steady_engine.url, ROOM) as ear:
        for number in range(5):
            dead.arrive(person(number), ROOM, 0.0)
            dead.arrive(person(number), OTHER, 0.0)
        one.arrive(person(0), ROOM, 0.0)
        await dead.flush(0.0)
        await one.flush(0.0)
        await ear.catch_up(one, two)
        await die(steady_engine, dead)
        for now in (100.0, 100.0 + DEAD_AFTER - 0.1):
            await asyncio.gather(one.sweep(now), two.sweep(now))
        assert await ear.catch_up(one, two) == []
        await asyncio.gather(one.sweep(100.0 + DEAD_AFTER), two.sweep(100.0 + DEAD_AFTER))
        assert len(await ear.catch_up(one, two)) == 1
        assert aliases(one) == aliases(two) == {person(0).alias}
        assert await steady_engine.ask("HLEN", envelope.roster(OTHER)) == 0
        assert await steady_engine.ask("SISMEMBER", envelope.NODES, dead.node) == 0


async def test_ghosts_are_gone_within_ten_seconds_of_a_kill() -> None:
    """X51, engine.md: with everything running by itself at its real pace."""
    async with running("valkey") as engine, nodes(engine, 2) as (dead, alive), Ear.on(engine.url, ROOM) as ear:
        living = asyncio.ensure_future(alive.run())
        dying = asyncio.ensure_future(dead.run())
        dead.arrive(person(1), ROOM, time.monotonic())
        await ear.hear()
        await dead.renew(0.0)
        await ended([dying])  # it renews no more: the worst moment to die
        killed = time.monotonic()
        while (await ear.hear()).present:
            pass
        await ended([living])
        assert time.monotonic() - killed <= 10.0 + 5.0  # and a crowded machine


async def test_a_lapsed_lease_is_taken_again_without_a_word(steady_engine: Engine) -> None:
    """After a pause of the engine every lease has lapsed (X55): no presence storm."""
    async with nodes(steady_engine, 2) as (here, there), Ear.on(steady_engine.url, ROOM) as ear:
        here.arrive(person(1), ROOM, 0.0)
        await here.flush(0.0)
        await ear.catch_up(here, there)
        before, scripts = here.node, here.stats()["scripts"]
        await die(steady_engine, here)
        await there.sweep(100.0)
        await here.renew(101.0)
        await here.flush(101.0)
        await there.sweep(110.0)
        await there.sweep(120.0)
        assert await ear.catch_up(here, there) == []
        assert (here.node, here.stats()["scripts"]) == (before, scripts)


async def test_a_node_that_was_declared_dead_goes_on_under_a_new_id(steady_engine: Engine) -> None:
    """It was stopped for long and its people had been removed: they come back, and the old id leaves nothing."""
    async with nodes(steady_engine, 2) as (here, there), Ear.on(steady_engine.url, ROOM) as ear:
        here.arrive(person(1), ROOM, 0.0)
        await here.flush(0.0)
        await die(steady_engine, here)
        old = here.node
        await there.sweep(100.0)
        await there.sweep(100.0 + DEAD_AFTER)
        await ear.catch_up(here, there)
        assert aliases(there) == set()
        await here.renew(200.0)
        await ear.catch_up(here, there)
        assert here.node != old
        assert aliases(here) == aliases(there) == {person(1).alias}
        assert await steady_engine.ask("HKEYS", envelope.roster(ROOM)) == [f"{here.node}:{person(1).user}".encode()]


async def test_a_node_that_was_only_marked_dead_comes_back_without_anyone_leaving(steady_engine: Engine) -> None:
    async with nodes(steady_engine, 2) as (here, there), Ear.on(steady_engine.url, ROOM) as ear:
        here.arrive(person(1), ROOM, 0.0)
        await here.flush(0.0)
        await ear.catch_up(here, there)
        await steady_engine.ask("SET", envelope.node_key(here.node, "dead"), "1")  # its reaper died at this point
        await here.renew(200.0)
        assert await ear.catch_up(here, there) == []
        assert await steady_engine.ask("HKEYS", envelope.roster(ROOM)) == [f"{here.node}:{person(1).user}".encode()]


async def test_after_the_store_was_emptied_everyone_is_announced_again(engine: Engine) -> None:
    """X61: FLUSHALL and SCRIPT FLUSH; versions go on upwards."""
    async with nodes(engine, 2) as (here, there), Ear.on(engine.url, ROOM) as ear:
        here.arrive(person(1), ROOM, 0.0)
        await here.flush(0.0)
        await ear.catch_up(here, there)
        before = there.roster(ROOM).version
        await engine.ask("FLUSHALL")
        await engine.ask("SCRIPT", "FLUSH")
        await here.renew(2.0)
        await here.flush(2.0)
        (diff,) = await ear.catch_up(here, there)
        assert diff.version > before
        await there.copies.mend()
        assert aliases(there) == {person(1).alias}
        assert there.roster(ROOM).version == diff.version


async def test_changes_wait_while_the_engine_is_away(engine: Engine) -> None:
    """X54: nothing raises, nothing is lost, and who came and went meanwhile was never there."""
    async with nodes(engine, 1) as (here,):
        here.arrive(person(1), ROOM, 0.0)
        await here.flush(0.0)
        await engine.kill()
        here.depart(person(1).user, ROOM, 1.0, grace=False)
        for number in (2, 3):
            here.arrive(person(number), ROOM, 1.0)
        here.depart(person(3).user, ROOM, 1.0, grace=False)
        await here.flush(1.0)
        await here.renew(1.0)
        await here.sweep(1.0)
        await here.copies.compare()
        await here.copies.mend()
        with pytest.raises(EngineAway):
            await here.load(OTHER)
        assert here.stats()["troubles"] > 0
        await engine.start()
        await here.renew(3.0)
        await here.flush(3.0)
        assert await engine.ask("HKEYS", envelope.people(ROOM)) == [person(2).user.encode()]
        await here.load(OTHER)
        assert here.roster(OTHER).present == 0


async def test_a_sweep_begins_to_count_when_the_engine_answers_again(engine: Engine) -> None:
    """Dead is missing at two sweeps after the engine answers, not before and after (engine.md)."""
    async with nodes(engine, 2) as (here, there):
        there.arrive(person(1), ROOM, 0.0)
        await there.flush(0.0)
        await die(engine, there)
        await here.sweep(100.0)
        await engine.kill()
        await here.sweep(102.0)
        await engine.start()
        await here.sweep(110.0)
        assert await engine.ask("HLEN", envelope.people(ROOM)) == 1
        await here.sweep(110.0 + DEAD_AFTER)
        assert await engine.ask("HLEN", envelope.people(ROOM)) == 0


async def test_a_node_that_retires_takes_its_people_with_it_unless_they_are_elsewhere(steady_engine: Engine) -> None:
    """X52: who has moved to another node before the drain ends does not flicker."""
    async with nodes(steady_engine, 2) as (old, new), Ear.on(steady_engine.url, ROOM) as ear:
        for number in (1, 2):
            old.arrive(person(number), ROOM, 0.0)
        new.arrive(person(1), ROOM, 0.0)
        await old.flush(0.0)
        await new.flush(0.0)
        await ear.catch_up(new)
        await old.retire()
        (diff,) = await ear.catch_up(new)
        assert unpack_lists(diff.body) == ([], [person(2).user])
        assert aliases(new) == {person(1).alias}
