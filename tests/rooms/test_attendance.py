"""Who is connected anywhere and who is on shift: leases that machines which stop do not end."""

from __future__ import annotations

from rooms import pairkeys
from rooms.attendance import AT_ONCE, LEASE, SHIFT_LEASE, on_shift
from rooms.matchmaker import Matchmaker
from rooms.scene import Staff
from tests.support.engines import Engine
from tests.support.pairs import matching_on

ANNA = Staff("anna", "responder", frozenset({"adult"}), frozenset({"en"}))
BEN = Staff("ben", "supervisor", frozenset({"adult", "teen"}))


async def looked_for(node: Matchmaker) -> set[str]:
    """Who is to be looked at, now; they are put away."""
    claims = (await node.due()).claims
    for claim in claims:
        await node.seen(claim)
    return {claim.member for claim in claims}


async def pass_time(engine: Engine, ms: int) -> None:
    """As if so much time had passed: the pairs' clock is the engine's and what it is off by."""
    await engine.ask("HINCRBY", pairkeys.CLOCK, "off", ms)


async def pass_watched(engine: Engine, ms: int, node: Matchmaker, *here: str) -> None:
    """Let time pass while a node goes on saying who is with it, twice a second more often than it must."""
    for _ in range(0, ms, 1000):
        await pass_time(engine, 1000)
        await node.attendance.here("alive", here)


async def test_who_comes_is_looked_at_once_and_who_stays_is_not(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await node.attendance.here("n1", ["anna", "ben"])
        assert await looked_for(node) == {"look:anna", "look:ben"}
        await node.attendance.here("n1", ["anna", "ben"])
        assert await looked_for(node) == set()
        assert (await node.attendance.there(["anna", "carl"])).here == {"anna"}


async def test_who_leaves_for_good_is_gone_at_once_and_who_is_cut_off_keeps_a_lease(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await node.attendance.here("n1", ["anna", "ben"])
        await looked_for(node)
        await node.attendance.here("n1", [], left=["anna"])
        assert await looked_for(node) == {"look:anna"}
        assert (await node.attendance.there(["anna", "ben"])).here == {"ben"}


async def test_who_is_on_two_nodes_is_here_until_both_have_lost_them(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await node.attendance.here("n1", ["anna"])
        await node.attendance.here("n2", ["anna"])
        await node.attendance.here("n1", [], left=["anna"])
        assert (await node.attendance.there(["anna"])).here == {"anna"}
        await node.attendance.here("n2", [], left=["anna"])
        assert (await node.attendance.there(["anna"])).here == set()


async def test_people_of_a_node_that_died_are_missed_by_the_others(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await node.attendance.here("dead", ["anna"])
        await looked_for(node)
        await pass_watched(steady_engine, LEASE + 1000, node, "ben")
        assert "look:anna" in await looked_for(node)
        assert (await node.attendance.there(["anna", "ben"])).here == {"ben"}


async def test_nobody_lapses_because_the_engine_or_every_node_was_away(steady_engine: Engine) -> None:
    """T11, X2: nobody could renew; everybody has a whole lease to come back, on whichever node."""
    async with matching_on(steady_engine.url) as before, matching_on(steady_engine.url) as after:
        await before.attendance.here("n1", ["anna"])
        await before.attendance.here("n2", ["ben"])
        await looked_for(before)
        await pass_time(steady_engine, 300_000)
        assert (await after.attendance.there(["anna", "ben"])).here == {"anna", "ben"}
        await after.attendance.here("n3", ["anna"])
        assert await looked_for(after) == {"look:anna"}  # she came to another node
        assert (await after.attendance.there(["anna", "ben"])).here == {"anna", "ben"}
        await pass_watched(steady_engine, LEASE + 1000, after, "anna")
        assert (await after.attendance.there(["anna", "ben"])).here == {"anna"}


async def test_leases_and_rows_survive_an_engine_that_is_killed_and_a_stop_of_it(engine: Engine) -> None:
    """X1, X2: whoever was here before is here after it, and nobody is looked for."""
    async with matching_on(engine.url) as node:
        await node.attendance.here("n1", ["anna"])
        await looked_for(node)
        await engine.kill()
        await engine.start()
        engine.pause()
        engine.resume()
        assert (await node.attendance.there(["anna"])).here == {"anna"}
        await node.attendance.here("n1", ["anna"])
        assert await looked_for(node) == set()


async def test_more_people_than_one_call_takes_are_all_here(steady_engine: Engine) -> None:
    crowd = [f"u{i}" for i in range(AT_ONCE * 2 + 7)]
    async with matching_on(steady_engine.url) as node:
        await node.attendance.here("n1", crowd, staff=[ANNA])
        present = await node.attendance.there([crowd[0], crowd[-1]])
        assert present.here == {crowd[0], crowd[-1]}
        assert present.on_shift == (ANNA,)


async def test_the_team_is_on_shift_for_as_long_as_it_is_said_and_a_little(steady_engine: Engine) -> None:
    """T15: who cannot come any more is not spoken of."""
    async with matching_on(steady_engine.url) as node:
        await node.attendance.here("n1", [], staff=[ANNA])
        await node.attendance.here("n2", [], staff=[BEN])
        assert (await node.attendance.there([])).on_shift == (ANNA, BEN)
        assert (await node.look([])).on_shift == (ANNA, BEN)
        await node.attendance.here("n1", [])
        assert (await node.attendance.there([])).on_shift == (BEN,)
        await pass_time(steady_engine, SHIFT_LEASE)
        async with matching_on(steady_engine.url) as fresh:  # the first knows that no time has passed
            assert (await fresh.attendance.there([])).on_shift == ()


def test_what_a_newer_node_says_of_its_staff_keeps_nobody_from_reading_the_others() -> None:
    kept = [b'9 {"user":"anna","role":"responder","bands":["adult"],"languages":["en"]}', b"9 {}", b"9 [1]"]
    assert on_shift(kept, 8) == (ANNA,)
    assert on_shift(kept, 9) == ()
