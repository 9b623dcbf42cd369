"""What an engine can do to a node, done for real: killed, stopped, stalled, full (X46, X54, X55, X56, X59, X60)."""

from __future__ import annotations

import asyncio

import pytest

from rooms.backplane import UNAVAILABLE, Commit, Committed, EngineMark, Outcome
from rooms.events import EventId
from tests.support.disk import small_disk
from tests.support.engines import FLAVOURS, Engine, running
from tests.support.plane import AUTHOR, ROOM, Node, message, pumped
from tests.support.proxy import Proxy

# A commit's deadline is two seconds; the rest is a slow machine.
REFUSED_WITHIN = 2.0 + 2.0


async def insist(node: Node, id: str, within: float = 20.0) -> Committed:
    """Say something as a client does: the same id, until there is an outcome."""
    async with asyncio.timeout(within):
        while True:
            (outcome,) = await node.say(id)
            if isinstance(outcome, Committed):
                return outcome


async def talk(node: Node, name: str, lines: int, said: list[str]) -> None:
    for i in range(lines):
        await insist(node, f"{name}-{i}")
        said.append(f"{name}-{i}")


async def test_an_engine_restarted_while_a_thousand_messages_flow_loses_and_doubles_nothing(engine: Engine) -> None:
    """X46, X54: killed with -9 in the middle and started again; views, history and acknowledgements agree."""
    said: list[str] = []
    async with pumped(engine.url, ROOM) as one, pumped(engine.url, ROOM) as two:
        nodes = (one, two)
        writers = asyncio.gather(*(talk(nodes[w % 2], f"w{w}", 50, said) for w in range(20)))
        await two.until(lambda: len(two.view()) > 300)
        await engine.kill()
        await engine.start()
        await writers
        for node in nodes:
            await node.until(lambda node=node: len(node.view()) == 1000)  # type: ignore[misc]
        history = await one.history()
        assert sorted(history) == sorted(said)
        assert len(set(history)) == 1000
        assert one.view() == two.view() == history
        assert one.resets == two.resets == []


async def test_while_the_engine_is_gone_commits_are_unavailable_and_people_are_told_once(engine: Engine) -> None:
    """X54: no exception, no endless wait; back without a restart of ours."""
    async with pumped(engine.url, ROOM) as node:
        await node.say("m1")
        await engine.kill()
        began = asyncio.get_running_loop().time()
        assert await node.say("m2") == [UNAVAILABLE]
        assert asyncio.get_running_loop().time() - began < REFUSED_WITHIN
        await node.until(lambda: EngineMark.AWAY in node.arrivals)
        assert not node.backplane.healthy
        await engine.start()
        await node.until(lambda: EngineMark.BACK in node.arrivals)
        await insist(node, "m2")
        await node.seen("m2")
        assert await node.history() == ["m1", "m2"]
        assert [mark for mark in node.arrivals if isinstance(mark, EngineMark)] == [EngineMark.AWAY, EngineMark.BACK]


async def test_a_stopped_engine_fails_writes_in_two_seconds_and_comes_back_by_itself(engine: Engine) -> None:
    """X55, six seconds instead of thirty."""
    async with pumped(engine.url, ROOM) as node:
        await node.say("before")
        loop = asyncio.get_running_loop()
        engine.pause()
        stopped_at = loop.time()
        waits: list[float] = []
        outcomes: list[list[Outcome]] = []
        while loop.time() - stopped_at < 6:
            began = loop.time()
            outcomes.append(await node.say(f"during{len(waits)}"))
            waits.append(loop.time() - began)
        assert outcomes == [[UNAVAILABLE]] * len(waits)
        assert max(waits) < REFUSED_WITHIN
        assert not node.backplane.healthy
        engine.resume()
        await node.until(lambda: EngineMark.BACK in node.arrivals)
        await insist(node, "after")
        await node.seen("after")
        assert await node.history() == ["before", "after"]  # what we called unavailable came too late to happen
        assert node.view() == ["before", "after"]
        assert node.resets == []


# Bytes: less than any commit, more than a probe.
COMMIT = 400


async def test_a_stall_in_the_middle_of_a_commit_makes_exactly_one_message() -> None:
    """X56: the counter that was incremented twice. The proxy cuts the connection while the engine sleeps."""
    for flavour in FLAVOURS:
        async with (
            running(flavour, tcp=True, options=("--enable-debug-command", "yes")) as engine,
            Proxy(port=engine.port) as proxy,
            pumped(proxy.url, ROOM) as node,
        ):
            await node.say("m1")
            said, caught = ["m1"], False
            while (
                not caught
            ):  # until a message was cut off in the middle of a sleep: on a slow machine one may end early
                said.append(f"m{len(said) + 1}")
                sleeping = asyncio.create_task(engine.ask("DEBUG", "SLEEP", "1"))
                await fallen_silent(engine)
                carried = proxy.carried
                saying = asyncio.ensure_future(node.say(said[-1]))
                while proxy.carried < carried + COMMIT and not sleeping.done():  # our command goes into its socket too
                    await asyncio.sleep(0.001)
                resent = node.backplane.stats()["resent"]
                caught = not sleeping.done() and not saying.done() and proxy.carried >= carried + COMMIT
                proxy.cut()
                await saying  # committed, or unavailable where the second is over before the engine is back
                await sleeping
                await insist(node, said[-1])
                await node.seen(said[-1])
            assert node.backplane.stats()["resent"] > resent  # it was on its way, unanswered, and went again
            assert node.view() == said == await node.history()


async def fallen_silent(engine: Engine) -> None:
    """Until the engine lets a question wait: it sleeps."""
    while (await asyncio.wait([question := asyncio.create_task(engine.ask("PING"))], timeout=0.1))[0]:
        await asyncio.sleep(0)
    question.cancel()
    await asyncio.wait([question])


async def test_a_subscriber_killed_again_and_again_is_repaired_from_the_log(engine: Engine) -> None:
    """The pub/sub link dies every 100 ms under load: nothing lost or doubled, at most one log read per kill."""
    said: list[str] = []
    kills = 0
    async with pumped(engine.url, ROOM) as writer, pumped(engine.url, ROOM) as reader:
        writers = asyncio.gather(*(talk(writer, f"w{w}", 100, said) for w in range(10)))
        reads = reader.backplane.stats()["log_reads"]
        while not writers.done():
            await engine.ask("CLIENT", "KILL", "TYPE", "pubsub")
            kills += 1
            await asyncio.sleep(0.1)
        await writers
        for node in (writer, reader):
            await node.until(lambda node=node: len(node.view()) == 1000)  # type: ignore[misc]
        assert reader.view() == writer.view() == await writer.history()
        assert reader.resets == []
        assert reader.backplane.stats()["log_reads"] - reads <= 2 * kills + 2


@pytest.mark.parametrize("flavour", FLAVOURS)
async def test_a_full_disk_shows_nothing_that_is_not_kept_and_heals_when_there_is_space(flavour: str) -> None:
    """X59: the append-only file cannot grow."""
    async with small_disk(2) as disk, running(flavour, disk.path) as engine, pumped(engine.url, ROOM) as node:
        await insist(node, "before")
        disk.fill(engine)
        acknowledged = ["before"]
        async with asyncio.timeout(20):
            refused = 0
            while refused < 3:
                id = f"m{len(acknowledged)}-{refused}"
                (outcome,) = await node.backplane.submit([message(id, body=b"x" * 2000)])
                if isinstance(outcome, Committed):
                    acknowledged.append(id)
                else:
                    assert outcome is UNAVAILABLE
                    refused += 1
        assert node.backplane.stats()["engine_refusals"] >= 3
        seen = len(node.view())
        assert set(node.view()) <= set(acknowledged)
        disk.empty(engine)
        await insist(node, "after")
        await node.seen("after")
        assert seen <= len(acknowledged)
        assert node.view() == [*acknowledged, "after"] == await node.history()


@pytest.mark.parametrize("flavour", FLAVOURS)
async def test_a_full_memory_refuses_new_words_and_still_lets_old_ones_go(flavour: str) -> None:
    """X60: `maxmemory` reached: nothing half done, nothing shown; redaction and retention still work."""
    async with running(flavour) as engine, pumped(engine.url, ROOM) as node:
        await node.say("m1", "m2", "m3")
        await node.seen("m3")
        await engine.ask("CONFIG", "SET", "maxmemory", "1")
        assert await node.say("m4") == [UNAVAILABLE]
        redact = Commit(room=ROOM, id=EventId("r1"), kind="redacted", author=AUTHOR, body=b"gone", target=EventId("m1"))
        (gone,) = await node.backplane.submit([redact])
        assert isinstance(gone, Committed)
        assert await node.backplane.trim(ROOM, longer_than=3) == 1
        await node.seen("r1")
        assert node.view() == ["m1", "m2", "m3", "r1"]
        await engine.ask("CONFIG", "SET", "maxmemory", "0")
        await insist(node, "m4")
        assert await node.history() == ["m2", "m3", "r1", "m4"]


async def test_a_partition_both_ways_is_noticed_and_caught_up(engine: Engine) -> None:
    """X57 at the link, three seconds: both connections stay open and carry nothing."""
    async with (
        Proxy(path=str(engine.socket)) as proxy,
        pumped(proxy.url, ROOM) as cut_off,
        pumped(engine.url, ROOM) as other,
    ):
        await cut_off.say("m1")
        proxy.stall()
        await cut_off.until(lambda: EngineMark.AWAY in cut_off.arrivals, within=6)
        assert not cut_off.backplane.healthy
        await other.say("m2", "m3")
        proxy.flow()
        await cut_off.until(lambda: EngineMark.BACK in cut_off.arrivals)
        await insist(cut_off, "m4")
        await other.seen("m4")
        await cut_off.seen("m4")
        assert cut_off.view() == other.view() == ["m1", "m2", "m3", "m4"]
        assert cut_off.resets == []
