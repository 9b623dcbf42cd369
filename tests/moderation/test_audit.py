"""The audit trail: whoever changes it in the engine leaves a break that is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from moderation import keys
from moderation.audit import Audit, Entry, StoreAway, breaks, plain, sealed
from rooms.calls import engine_client
from tests.support.engines import Engine

SEAL = "the servers' key"


@pytest.fixture
async def audit(steady_engine: Engine) -> AsyncIterator[Audit]:
    client = engine_client(steady_engine.url)
    trail = Audit(client, SEAL)
    for number in range(6):
        await trail.note("claim", at=1_700_000_000_000 + number, case=f"c{number}", by="ada", of="u1", why="release")
    yield trail
    await client.aclose()


async def test_a_trail_that_nobody_touched_is_whole(audit: Audit) -> None:
    """Also when many write to it at once."""
    await asyncio.gather(*(audit.note("lapse", at=number, case="c") for number in range(20)))
    assert await audit.verify() == []
    assert (await audit.head())[0] == 26
    assert [entry.seq for entry in await audit.entries(after=20, limit=3)] == [21, 22, 23]


async def test_an_entry_that_was_taken_out_is_found(audit: Audit, steady_engine: Engine) -> None:
    """Entries are numbered, and each is chained to the one before."""
    await steady_engine.ask("XDEL", keys.TRAIL, "3-0")
    assert await audit.verify() == ["entries 3 to 3 are missing"]


async def test_a_rewritten_trail_is_found(audit: Audit, steady_engine: Engine) -> None:
    """Somebody else's name in an entry, everything else as it was: the entry no longer fits its mac."""
    entries = await audit.entries()
    await steady_engine.ask("DEL", keys.TRAIL)
    for entry in entries:
        by = "nobody" if entry.seq == 4 else entry.by
        await steady_engine.ask(
            "XADD", keys.TRAIL, f"{entry.seq}-0", "at", entry.at, "did", entry.did, "case", entry.case, "by", by,
            "of", entry.of, "why", entry.why, "mac", entry.mac,
        )  # fmt: skip
    assert await audit.verify() == ["entry 4 was changed, or the one before it was"]


async def test_a_cut_end_is_found_by_who_noted_the_head(audit: Audit, steady_engine: Engine) -> None:
    """The head alone can be set back with the entries; one that was noted elsewhere cannot."""
    head = await audit.head()
    fifth = (await audit.entries())[4]
    await steady_engine.ask("XDEL", keys.TRAIL, "6-0")
    assert await audit.verify() == ["the trail ends at 5, but its head says 6"]
    await steady_engine.ask("HSET", keys.TRAIL_HEAD, "seq", 5, "mac", fifth.mac)
    assert await audit.verify() == []
    assert await audit.verify(known=head) == ["entries 6 to 6 were cut off"]


async def test_an_engine_that_is_away_is_no_whole_trail(engine: Engine) -> None:
    client = engine_client(engine.url)
    await engine.kill()
    with pytest.raises(StoreAway):
        await Audit(client, SEAL).verify()
    with pytest.raises(StoreAway):
        await Audit(client, SEAL).note("claim", at=1)
    await client.aclose()


def test_a_line_cannot_be_cut_differently() -> None:
    """No field holds a blank, so no two entries have the same line."""
    assert plain("a b\nc\t") == "a_b_c_"
    assert len(plain("x" * 10_000)) == 200


def test_another_key_makes_another_mac() -> None:
    entry = Entry(1, "1", "claim", "c", "ada", "u", "", sealed(SEAL, "", "1 1 claim c ada u "))
    assert breaks([entry], SEAL, (1, entry.mac)) == []
    assert breaks([entry], "another", (1, entry.mac)) != []
