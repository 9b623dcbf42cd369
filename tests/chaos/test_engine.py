"""The engine dies, stops, forgets and runs out of disk while people talk. Nothing is shown that is not kept."""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from chat.wire import Codec
from tests.support.crowd import Person, Watched, read_logs, settled
from tests.support.disk import small_disk
from tests.support.engines import Engine, running
from tests.support.play import play
from tests.support.sentences import UNKIND
from tests.support.server import Server
from tests.support.stages import folder, node, one_node, two_nodes
from tests.support.tally import Saying, reckon

ROOMS = {"lounge": "adult", "kitchen": "adult"}
# A commit's deadline is two seconds; the rest is a slow machine.
REFUSED_WITHIN = 2.0 + 2.0
LAST_PAGE = "a word for the last page of the file"


async def test_a_killed_engine_is_brought_back_and_no_retry_is_said_twice() -> None:
    """X54: kill -9 of the embedded engine; its supervisor restarts it, everybody stays connected."""
    async with one_node(ROOMS, strike="engine") as stage:
        played = await play(stage, ROOMS, clients=24, rate=120, seconds=5)
    assert played.tally.bad == []
    assert (played.tally.reconnects, played.tally.resets) == (0, 0)


async def test_a_restarted_engine_leaves_no_hole_in_a_thousand_messages() -> None:
    """X46: an external engine is killed with -9 and started again while 1,000 messages flow over two nodes."""
    async with two_nodes(ROOMS, flavour="redis") as stage:

        async def strike() -> None:
            await stage.engine.kill()
            await stage.engine.start()

        stage.strike = strike
        played = await play(stage, ROOMS, clients=40, rate=250, seconds=5)
    assert played.tally.bad == []
    assert played.tally.delivered > 900
    assert (played.tally.reconnects, played.tally.resets) == (0, 0)


# By hand: a few people, one node, an engine of the test's own.


@asynccontextmanager
async def few(addresses: list[str], number: int = 4) -> AsyncIterator[list[Person]]:
    """Some people in the lounge, of both codecs, spread over the addresses."""
    async with AsyncExitStack() as stack:
        people = []
        for index in range(number):
            address, codec = addresses[index % len(addresses)], (Codec.JSON, Codec.MSGPACK)[index % 2]
            client = await stack.enter_async_context(Watched([address], codec=codec, seed=index))
            await client.join("lounge")
            people.append(Person(client, ["lounge"]))
        yield people


def _ready(url: str) -> int:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code


async def becomes(server: Server, status: int, *, within: float) -> float:
    """Wait for that status of /readyz; returns the seconds it took."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while await asyncio.to_thread(_ready, server.url) != status:
            await asyncio.sleep(0.05)  # health is asked for, it is not told
    return time.monotonic() - began


async def told(person: Person, kind: str) -> None:
    """Until this person's client was told something of the kind (a type, or the code of a notice)."""
    while not person.client.counted[kind]:
        person.client.progress.clear()
        await person.client.progress.wait()


async def agree(people: list[Person], engine: Engine) -> None:
    """Everybody was answered the truth, and sees it."""
    logs = await read_logs(engine, ["lounge"])
    assert await settled(people, logs)
    assert reckon([person.account() for person in people], logs).bad == []


async def test_a_stopped_engine_fails_writes_in_two_seconds_and_heals_by_itself() -> None:
    """X55: SIGSTOP; `unavailable` instead of a hanging send, /readyz red, everybody stays connected; then it heals.

    Stopped for as long as that takes to see, some seconds instead of thirty: longer than every deadline in between.
    """
    async with (
        folder() as place,
        running("redis") as engine,
        node(place, "a", ROOMS, redis_url=engine.url) as server,
        few([server.ws]) as people,
        asyncio.timeout(60),
    ):
        for person in people:
            await person.say("lounge", "a word before")
        engine.pause()
        began = time.monotonic()
        answers = await asyncio.gather(
            *(person.client.send("lounge", "a word meanwhile", key=f"k{n}") for n, person in enumerate(people)),
            people[0].client.send("lounge", UNKIND),
        )
        assert time.monotonic() - began < REFUSED_WITHIN
        assert [answer.get("code") for answer in answers] == ["unavailable"] * (len(people) + 1)
        await becomes(server, 503, within=5.0)
        await told(people[0], "engine_away")
        retried = [
            asyncio.create_task(person.say("lounge", "a word meanwhile", key=f"k{n}"))
            for n, person in enumerate(people)
        ]
        engine.resume()
        await becomes(server, 200, within=5.0)
        await told(people[0], "engine_back")
        await asyncio.gather(*retried)
        assert (await people[0].client.send("lounge", UNKIND))["code"] == "stopped"
        assert [person.client.connections for person in people] == [1] * len(people)
        await agree(people, engine)


async def test_forgotten_scripts_are_brought_again_unnoticed() -> None:
    """X61: SCRIPT FLUSH by an operator, in the middle of a conversation."""
    async with two_nodes(ROOMS, flavour="redis") as stage:

        async def strike() -> None:
            await stage.engine.ask("SCRIPT", "FLUSH")

        stage.strike = strike
        played = await play(stage, ROOMS, clients=12, rate=100, seconds=2)
    assert played.tally.bad == []
    assert (played.tally.reconnects, played.tally.resets) == (0, 0)


async def test_a_flushed_engine_gives_the_room_a_new_epoch_and_everyone_a_reset() -> None:
    """X61: FLUSHALL by an operator: the log is gone, that is said, and the conversation goes on."""
    async with two_nodes(ROOMS, flavour="valkey") as stage, few(stage.addresses) as people, asyncio.timeout(60):
        for person in people:
            await person.say("lounge", "a word that will be lost")
        before = people[0].client.position("lounge")
        await stage.engine.ask("FLUSHALL")
        for person in people:
            person.said.clear()
            await person.say("lounge", "a word afterwards")
        for person in people:
            await told(person, "reset")
        await agree(people, stage.engine)
        after = people[0].client.position("lounge")
        assert before is not None
        assert after is not None
        assert before.split(".")[0] != after.split(".")[0]


@pytest.mark.parametrize("flavour", ["redis", "valkey"])
async def test_a_full_disk_refuses_and_shows_nothing_that_is_not_kept(flavour: str) -> None:
    """X59: no space under the append-only file; heals when there is room, and kill -9 of the engine loses nothing."""
    async with (
        small_disk(8) as disk,
        folder() as place,
        running(flavour, disk.path) as engine,
        node(place, "a", ROOMS, redis_url=engine.url) as server,
        few([server.ws]) as people,
        asyncio.timeout(90),
    ):
        writer = people[0]
        await writer.say("lounge", "a word before")
        disk.fill(engine)
        answer = None
        while answer is None or answer["type"] == "sent":  # what fits into the last page of the file is kept
            answer = await writer.client.send("lounge", LAST_PAGE)
            if answer["type"] == "sent":
                writer.said.append(Saying("lounge", LAST_PAGE, 0.0, 0.0, answer))
        assert answer["code"] == "unavailable"
        await becomes(server, 503, within=5.0)
        disk.empty(engine)
        await becomes(server, 200, within=10.0)
        for person in people:
            await person.say("lounge", "a word afterwards")
        await agree(people, engine)
        await engine.kill()
        await engine.start()
        await agree(people, engine)
        assert [person.client.connections for person in people] == [1] * len(people)
