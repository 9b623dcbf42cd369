"""Nodes die with kill -9 while people seek, talk and rest: nobody is lost, no word is, every deadline fires once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import pytest

from chat.client import Client
from rooms import pairkeys, rows
from rooms.durations import MINUTE
from rooms.events import RoomKey
from rooms.matchmaker import LATELY
from rooms.scene import RowKind
from tests.support.accepting import accepted
from tests.support.crowd import read_log
from tests.support.overhearing import overheard
from tests.support.pastdue import Case, Told, foretold, sign, timed, write
from tests.support.raw import JSON, MSGPACK
from tests.support.trio import Trio, kind, three_nodes, together, told
from tests.support.working import Evening

# "Within 1 s of due or of start" (ms of the engine's clock).
FIRES_WITHIN = 1_000
# When the first batch falls due: while every node is dead; and the second: after all three are there again.
DEAD, BACK = 1_500, 13_000
# Rows are written this long before they fall due (ms).
AHEAD = 1_500
PATIENCE = 40.0
OPENED = kind("session_opened")
OF_A_ROW = ("user", "seeker", "listener")


@pytest.fixture(scope="module")
async def trio() -> AsyncIterator[Trio]:
    """One for all, for starting nodes is what takes long. What a test leaves must not be in the way of the next."""
    async with three_nodes() as three:
        yield three


async def test_what_listeners_do_and_that_their_node_dies_cannot_be_told_from_outside_over_three_nodes(
    trio: Trio,
) -> None:
    """T7, T9: nobody was there; one said no; one was asked, and their node was killed at some moment of that. The next
    one says yes, and every byte of the two devices of who asks, in two codecs, is the same, ids and times aside.
    """
    chance = random.Random(9)
    heard = [await asked(trio, who, chance) for who in ("nobody", "declines", "dies")]
    for codec in (JSON, MSGPACK):
        assert heard[1][codec] == heard[0][codec], f"a no can be told ({codec})"
        assert heard[2][codec] == heard[0][codec], f"a node that died can be told ({codec})"
        assert all(heard[0][codec].values())


async def asked(trio: Trio, who: str, chance: random.Random) -> dict[str, dict[str, list[bytes]]]:
    """One evening, as the two devices of a seeker heard it; `who` is there first, on a node of their own."""
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(overheard(trio.servers[0].url, JSON, guest={"band": "adult"}))
        desk = await stack.enter_async_context(overheard(trio.servers[2].url, MSGPACK, token=phone.welcome["token"]))
        first = await stack.enter_async_context(trio.listener(f"{who}-first", node=1))
        for device in (phone, desk):
            device.forget()
        if who != "nobody":
            await first.ask("available")
        await phone.ask("seek", key="once")
        found = asyncio.gather(*(device.until(OPENED) for device in (phone, desk)))  # and meanwhile they are alive
        blow: Awaitable[None] | None = None
        if who != "nobody":
            offered = await told(first, kind("offered"))
            if who == "declines":
                assert not (await first.answer(offered["offer"], accept=False))["accepted"]
            else:
                await asyncio.sleep(chance.uniform(0, 0.5))  # the moment of the blow: nothing is waited for
                await trio.kill(1)
                blow = asyncio.create_task(first.aclose())
        second = await stack.enter_async_context(trio.listener(f"{who}-second", node=2))
        await second.ask("available")
        offered = await told(second, kind("offered"))
        room = (await second.answer(offered["offer"], accept=True))["room"]
        await second.open(room)
        await found
        for device in (phone, desk):
            await device.ask("open", room=room)
        await second.send(room, "I am here.")
        for device in (phone, desk):
            await device.until(lambda event: event.get("text") == "I am here.")
        await phone.ask("send", room=room, text="Thank you.", key="t")
        for device in (phone, desk):
            await device.until(lambda event: event.get("text") == "Thank you.")
        for device in (phone, desk):
            await device.until(lambda event: event.get("state") == "active")
        assert (await phone.ask("step_out", room=room))["type"] == "stepped_out"
        for device in (phone, desk):
            await device.until(lambda event: event["type"] == "session_closed")
        if blow is not None:
            await blow
            await trio.start(1)
    await asyncio.sleep(LATELY)  # for so long a node may count who has gone among those who wait
    return {device.codec: device.streams() for device in (phone, desk)}


async def test_nodes_killed_at_random_cost_nobody_their_place_their_words_or_a_second_session(trio: Trio) -> None:
    """T1, T2, T3, T4, T14: nodes are killed and started again while six people seek and six listen."""
    evening = Evening(trio, seekers=6, listeners=6, kills=2)
    await evening.play()
    assert evening.faults == []
    assert (evening.killed, evening.served) == (2, 6)


async def test_of_many_who_accept_one_offer_over_three_nodes_one_has_the_session_and_all_others_hear_so(
    trio: Trio,
) -> None:
    """T1 over the wire, the small form of `python -m tests.bench.accepts`: one session, 29 `offer_withdrawn`."""
    outcome = await accepted(trio, 30)
    assert (outcome.answered, outcome.withdrawn, outcome.opened, outcome.listening) == (1, 29, 1, 1)
    assert outcome.refused == {"taken": 29}


async def test_every_node_killed_in_the_middle_of_each_timed_state_costs_no_deadline_and_fires_none_twice(
    trio: Trio,
) -> None:
    """T2, T3: two rows of each timed state. All nodes are killed in the middle of them; one falls due while they are
    dead, the other when all three are there again. Each fires once, within a second of being due or of the start, and
    people are told of it once, as the pure machine says.
    """
    now = (await trio.matchmaker.due()).now
    missed, later = timed(now + DEAD, stem="a-"), timed(now + BACK, stem="b-")
    for batch in (missed, later):
        await write(trio.matchmaker, batch)
    await trio.kill(0, 1, 2)
    before = await rows_of(trio, [*missed, *later])
    assert before == {case.name: case.row for case in (*missed, *later)}
    await trio.until(now + DEAD)
    await trio.start(0)  # the first that is back sees to all that was missed
    ready = await trio.time()
    await met(trio, missed, ready)
    untouched = await rows_of(trio, later)
    if await trio.time() < now + BACK:
        assert untouched == {case.name: case.row for case in later}, "nothing is early"
    watching = asyncio.create_task(met(trio, later, max(now + BACK, ready)))
    await trio.start(1, 2)
    await watching


async def test_nodes_whose_clocks_are_two_minutes_off_end_nothing_early() -> None:
    """T11: two behind, right, two ahead. A talk across the outer two goes on, both keep their seats; one row of each
    timed state fires when it is due, once, not a moment before, though the one that is right is killed; also where the
    engine's own clock is set by as much.
    """
    async with (
        three_nodes(ahead=(-120, 0, 120)) as trio,
        trio.seeker(node=0) as seeker,
        trio.listener("ahead", node=2) as listener,
    ):
        room = await together(seeker, listener)
        clocks = [await clock_of(client) for client in (seeker, listener)]
        assert 235 < clocks[1] - clocks[0] < 245
        at = await trio.time() + AHEAD
        cases = timed(at)
        await write(trio.matchmaker, cases)
        untouched = await rows_of(trio, cases)
        if await trio.time() < at:
            assert untouched == {case.name: case.row for case in cases}
        await asyncio.sleep(random.Random(11).uniform(0, 0.5))  # the moment of the blow: nothing is waited for
        await trio.kill(1)  # the one that is right: those that are off see to it
        await met(trio, cases, at)
        await trio.start(1)
        later = timed(await trio.time() + MINUTE, stem="later-")
        await write(trio.matchmaker, later)
        for by in (2 * MINUTE, -2 * MINUTE):
            await trio.engine.ask("HINCRBY", pairkeys.CLOCK, "off", by)
            await asyncio.sleep(0.6)  # rounds of all three pass: that nothing happens has no sign
            assert await rows_of(trio, later) == {case.name: case.row for case in later}
        for client, text in ((seeker, "Still here."), (listener, "So am I.")):
            assert (await client.send(room, text))["type"] == "sent"
        session = await trio.matchmaker.find(RowKind.SESSION, room.partition(":")[2])
        assert (session.state, session.seeker_gone, session.listener_gone) == ("active", 0, 0)


async def clock_of(client: Client) -> float:
    """What time it is for the node of this client (seconds)."""
    return datetime.fromisoformat((await client.ask("ping"))["at"]).timestamp()


async def met(trio: Trio, cases: list[Case], since: int) -> None:
    """Each of these has fired once, in time, and was told of once, in time: a second, and what the nodes waited for a
    processor of this machine, which is nothing where nothing else runs.
    """
    at, queued = rows.due_at(cases[0].row) or 0, trio.queued()
    when = await fired(trio, cases)
    assert [case.name for case in cases if case.name not in when] == []
    await trio.paid()
    told = await tellings(trio, cases)
    expected = foretold(cases, at)
    assert Counter({sign: len(times) for sign, times in told.items() if sign in expected}) == expected
    within = FIRES_WITHIN + trio.queued() - queued
    late = {name: moment - since for name, moment in when.items() if moment - since > within}
    late |= {str(sign): times[0] - since for sign, times in told.items() if times[0] - since > within}
    assert late == {}
    early = [sign for sign, times in told.items() if times[0] < at]
    assert early == []


async def test_a_listener_whose_node_dies_in_the_middle_of_a_transfer_leaves_the_seeker_at_the_head() -> None:
    """T13: the seeker has said yes, nobody has taken over yet, and the giver is gone with their node."""
    async with (
        three_nodes(sessions={"listener_gone": 1}) as three,
        three.seeker(node=1) as seeker,
        three.listener("giver", node=0) as giver,
    ):
        room = await together(seeker, giver)
        assert (await giver.ask("transfer", room=room, summary="A hard week."))["type"] == "transferring"
        await told(seeker, lambda event: event.get("code") == "transfer_asked")
        assert (await seeker.ask("transfer", room=room, summary="A hard week."))["type"] == "transferring"
        await asyncio.sleep(random.Random(13).uniform(0, 0.5))  # the moment of the blow: nothing is waited for
        await three.kill(0)
        waiting = await told(seeker, lambda event: event["type"] == "waiting" and "next" in event["says"])
        session = await three.matchmaker.find(RowKind.SESSION, room.partition(":")[2])
    assert waiting["place"] == 1
    assert (session.state, session.why) == ("ended", "lost")


async def rows_of(trio: Trio, cases: list[Case]) -> dict[str, Any]:
    scene = await trio.matchmaker.look([case.ref for case in cases])
    return {case.name: scene.look(*case.ref) for case in cases}


async def fired(trio: Trio, cases: list[Case]) -> dict[str, int]:
    """When each was seen to have been done (ms)."""
    when: dict[str, int] = {}
    end = time.monotonic() + PATIENCE
    while len(when) < len(cases) and time.monotonic() < end:
        found = await rows_of(trio, cases)
        now = await trio.time()
        when |= {case.name: now for case in cases if case.name not in when and case.fired(found[case.name])}
        await asyncio.sleep(0.05)  # nodes of other processes: asking again is the only sign
    return when


async def tellings(trio: Trio, cases: list[Case]) -> dict[Told, list[int]]:
    """What each of those people was told, and when (ms), from their inboxes."""
    users = {getattr(row, name, "") for case in cases for row in (case.row, *case.beside) for name in OF_A_ROW}
    found: dict[Told, list[int]] = {}
    for user in sorted(users - {""}):
        for one in await read_log(trio.engine, RoomKey(f"inbox/{user}")):
            found.setdefault(sign(user, one.kind, one.body), []).append(one.at)
    return found
