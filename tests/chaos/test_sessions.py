"""Nodes die with kill -9 while people seek, talk and rest: nobody is lost, no word is, every deadline fires once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from rooms.scene import RowKind
from tests.support.accepting import accepted
from tests.support.pastdue import Case, timed, write
from tests.support.trio import Trio, three_nodes, together, told
from tests.support.working import Evening

# T3 says one second; the other is a slow machine that starts three nodes at once.
FIRES_WITHIN = 1.0 + 1.0
AHEAD = 1_500
START_WITHIN = 35.0


@pytest.fixture(scope="module")
async def trio() -> AsyncIterator[Trio]:
    """One for all, for starting nodes is what takes long. What a test leaves must not be in the way of the next."""
    async with three_nodes() as three:
        yield three


async def test_nodes_killed_at_random_cost_nobody_their_place_their_words_or_a_second_session(trio: Trio) -> None:
    """T1, T3, T4: nodes are killed and started again while six people seek and six listen."""
    evening = Evening(trio, seekers=6, listeners=6, kills=2)
    await evening.play()
    assert evening.faults == []
    assert (evening.killed, evening.served) == (2, 6)


async def test_of_many_who_accept_one_offer_over_three_nodes_one_has_the_session_and_all_others_hear_so(
    trio: Trio,
) -> None:
    """T1 over the wire, the small form of `python -m tests.bench.accepts`."""
    outcome = await accepted(trio, 30)
    assert (outcome.answered, outcome.withdrawn, outcome.opened) == (1, 29, 1)
    assert outcome.refused == {"taken": 29}


async def test_deadlines_that_fell_due_while_every_node_was_dead_fire_once_each(trio: Trio) -> None:
    """T3: one row of each timed state; all three nodes killed before it is due, started again after."""
    now = (await trio.matchmaker.due()).now
    cases = timed(now + AHEAD)
    await write(trio.matchmaker, cases)
    await trio.kill(0, 1, 2)
    before = {case.name: await trio.matchmaker.find(*case.ref) for case in cases}
    assert before == {case.name: case.row for case in cases}
    watching = asyncio.create_task(fired(trio, cases))
    await trio.start(0)  # the first that is back sees to all of it
    ready = time.monotonic()
    when = await watching
    await trio.start(1, 2)
    assert [case.name for case in cases if case.name not in when] == []
    assert {name: round(at - ready, 2) for name, at in when.items() if at - ready > FIRES_WITHIN} == {}
    again = {case.name: await trio.matchmaker.find(*case.ref) for case in cases}
    assert [case.name for case in cases if not case.fired(again[case.name])] == []


async def test_a_listener_whose_node_dies_in_the_middle_of_a_transfer_leaves_the_seeker_at_the_head() -> None:
    """T13: the seeker has said yes, nobody has taken over yet, and the giver is gone with their node."""
    async with (
        three_nodes(sessions={"listener_gone": 1}, count=2) as two,
        two.seeker(node=1) as seeker,
        two.listener("giver", node=0) as giver,
    ):
        room = await together(seeker, giver)
        assert (await giver.ask("transfer", room=room, summary="A hard week."))["type"] == "transferring"
        await told(seeker, lambda event: event.get("code") == "transfer_asked")
        assert (await seeker.ask("transfer", room=room, summary="A hard week."))["type"] == "transferring"
        await two.kill(0)
        waiting = await told(seeker, lambda event: event["type"] == "waiting" and "next" in event["says"])
        session = await two.matchmaker.find(RowKind.SESSION, room.partition(":")[2])
    assert waiting["place"] == 1
    assert (session.state, session.why) == ("ended", "lost")


async def fired(trio: Trio, cases: list[Case]) -> dict[str, float]:
    """When each was seen to (seconds, monotonic)."""
    when: dict[str, float] = {}
    end = time.monotonic() + START_WITHIN
    while len(when) < len(cases) and time.monotonic() < end:
        for case in cases:
            if case.name not in when and case.fired(await trio.matchmaker.find(*case.ref)):
                when[case.name] = time.monotonic()
        await asyncio.sleep(0.05)  # nodes of other processes: asking again is the only sign
    return when
