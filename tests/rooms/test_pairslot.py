"""The slot of the pairs: trouble has one name, and time is the engine's, made fit for deadlines."""

from __future__ import annotations

import asyncio

import pytest

from rooms import pairkeys
from rooms.calls import engine_client
from rooms.pairslot import LINES, MatchAway, Slot
from tests.support.engines import Engine

READ = [pairkeys.HERE, pairkeys.NODES, pairkeys.SHIFT]
TWO_MINUTES = 120_000


class Wrist:
    """A clock that only counts, and only when it is told to: a node's monotonic one."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def engine_ms(engine: Engine) -> int:
    seconds, micros = await engine.ask("TIME")
    return int(seconds) * 1000 + int(micros) // 1000


async def step_the_clock(engine: Engine, by: int) -> None:
    """Set the engine's clock, as the pairs see it: theirs is TIME and what it is off by."""
    await engine.ask("HINCRBY", pairkeys.CLOCK, "off", by)


async def now(slot: Slot) -> int:
    return (await slot.run("pair_read", READ, []))[0]


async def test_the_time_is_the_engine_s_whatever_a_node_thinks(steady_engine: Engine) -> None:
    """T11: a node's wall clock is asked nowhere."""
    client = engine_client(steady_engine.url)
    slot = Slot(client, Wrist())
    before = await engine_ms(steady_engine)
    first = await now(slot)
    assert before <= first <= await engine_ms(steady_engine)
    await client.aclose()


async def test_a_clock_that_is_set_back_is_not_followed_and_goes_on(steady_engine: Engine) -> None:
    """T11, X13: also after a failover to a machine that is behind. Deadlines neither come back nor stand still."""
    client = engine_client(steady_engine.url)
    slot, other = Slot(client, Wrist()), Slot(client)
    first = await now(slot)
    await step_the_clock(steady_engine, -TWO_MINUTES)
    second = await now(other)
    assert 0 <= second - first < 1000
    left = await engine_ms(steady_engine)
    while await engine_ms(steady_engine) < left + 20:
        await asyncio.sleep(0.005)
    assert await now(slot) - second >= 20
    await client.aclose()


async def test_a_clock_that_jumps_ahead_ends_nothing_early(steady_engine: Engine) -> None:
    """T11: whoever was awake says how much time has really passed, and it is so for everybody."""
    client = engine_client(steady_engine.url)
    wrist = Wrist()
    awake, fresh = Slot(client, wrist), Slot(client)
    first = await now(awake)
    await step_the_clock(steady_engine, TWO_MINUTES)
    wrist.seconds += 0.2
    second = await now(awake)
    assert 0 <= second - first < 1000
    assert 0 <= await now(fresh) - second < 1000
    await client.aclose()


async def test_time_in_which_nobody_was_there_has_passed(steady_engine: Engine) -> None:
    """T3: every node was down for two minutes: what fell due meanwhile is due at the first look."""
    client = engine_client(steady_engine.url)
    first = await now(Slot(client))
    await step_the_clock(steady_engine, TWO_MINUTES)
    assert await now(Slot(client)) - first >= TWO_MINUTES
    await client.aclose()


async def test_a_wait_that_was_real_has_passed(steady_engine: Engine) -> None:
    """A node that was quiet for two minutes and counted them."""
    client = engine_client(steady_engine.url)
    wrist = Wrist()
    slot = Slot(client, wrist)
    first = await now(slot)
    await step_the_clock(steady_engine, TWO_MINUTES)
    wrist.seconds += TWO_MINUTES / 1000
    assert await now(slot) - first >= TWO_MINUTES
    await client.aclose()


async def test_what_the_clock_is_off_by_melts_away(steady_engine: Engine) -> None:
    client = engine_client(steady_engine.url)
    real = await engine_ms(steady_engine)
    await steady_engine.ask("HSET", pairkeys.CLOCK, "last", real - 10_000 - 5_000, "off", -10_000)
    await now(Slot(client))
    off = int(await steady_engine.ask("HGET", pairkeys.CLOCK, "off"))
    assert -10_000 < off <= -9_970  # five seconds have passed: some twenty-five milliseconds
    await client.aclose()


async def test_a_storm_of_calls_opens_few_connections(steady_engine: Engine) -> None:
    client = engine_client(steady_engine.url)
    slot = Slot(client)
    before = int(await connections(steady_engine))
    times = await asyncio.gather(*(now(slot) for _ in range(500)))
    assert len(times) == 500
    assert int(await connections(steady_engine)) - before <= LINES
    await client.aclose()


async def connections(engine: Engine) -> int:
    clients = await engine.ask("INFO", "clients")
    return int(clients.split(b"connected_clients:")[1].split(b"\r\n")[0])


async def test_an_engine_that_refuses_is_away_and_its_command_is_not_told() -> None:
    client = engine_client("unix:///nowhere/engine.sock")
    with pytest.raises(MatchAway) as caught:
        await Slot(client).call("pair_keep", [pairkeys.words("r1")], ["id", "private", 1, 1, ""])
    assert "private" not in repr(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(MatchAway):
        await Slot(client).ask("get", "key")
    await client.aclose()
