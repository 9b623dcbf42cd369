"""A ring and its log are brought together, whatever happened between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms.commits import Commit
from rooms.committing import Committing
from rooms.events import EventId
from rooms.healing import Healing
from rooms.history import History
from rooms.ring import LENGTH, Ring
from tests.support.engines import Engine
from tests.support.plane import AUTHOR, ROOM, linked
from tests.support.store import Store

KEYS = [f"warm:{{{ROOM}}}:{what}" for what in ("log", "meta", "ids", "overlay")]


class Ward(Store):
    """A log that can be set back to an earlier state, as a promoted replica is."""

    def __init__(self, engine: Engine, history: History, committing: Committing) -> None:
        super().__init__(history, committing)
        self.engine = engine
        self.healing = Healing(history)

    async def ring(self) -> Ring:
        """A ring that knows the log as it is now."""
        view = await self.history.load(ROOM, LENGTH)
        assert view.tail is not None
        ring = Ring(ROOM)
        ring.load(view.tail, view.rows)
        return ring

    async def remember(self) -> dict[str, bytes | None]:
        return {key: await self.engine.ask("DUMP", key) for key in KEYS}

    async def set_back(self, then: dict[str, bytes | None]) -> None:
        await self.engine.ask("FLUSHALL")
        for key, dump in then.items():
            if dump is not None:
                await self.engine.ask("RESTORE", key, 0, dump)


@pytest.fixture
async def ward(steady_engine: Engine) -> AsyncIterator[Ward]:
    async with linked(steady_engine.url) as link:
        history = History(link, 60_000)
        yield Ward(steady_engine, history, Committing(link, history, 60_000))


async def test_a_ring_that_is_behind_is_told_what_it_missed_in_steps(ward: Ward) -> None:
    await ward.say("m0")
    ring = await ward.ring()
    await ward.say(*(f"m{i}" for i in range(1, 701)))
    mended = await ward.healing.mend(ring)
    assert mended.why is None
    assert [row.entry.id for row in mended.rows] == [f"m{i}" for i in range(1, 701)]


async def test_a_log_that_lost_its_end_gets_it_back_on_the_same_tags(ward: Ward) -> None:
    await ward.say("a", "b")
    then = await ward.remember()
    await ward.say("c", "d")
    ring = await ward.ring()
    await ward.set_back(then)
    mended = await ward.healing.mend(ring)
    assert (mended.why, mended.rows) == (None, ())
    assert await ward.history.ends([ROOM]) == [(ring.position, 1)]
    assert await ward.ids() == ["a", "b", "c", "d"]


async def test_two_rings_heal_together_without_a_fork(ward: Ward) -> None:
    await ward.say("a")
    then = await ward.remember()
    await ward.say("b", "c")
    short = await ward.ring()
    await ward.say("d", "e")
    long = await ward.ring()
    await ward.set_back(then)
    one, two = await asyncio.gather(ward.healing.mend(short), ward.healing.mend(long))
    assert one.why is two.why is None
    assert ward.healing.counted["forks"] == 0
    assert await ward.ids() == ["a", "b", "c", "d", "e"]


async def test_a_log_that_went_another_way_forks_once_and_keeps_everything_once(ward: Ward) -> None:
    """Several rings at once, each with a part of what was lost: every id once, oldest first, one new epoch."""
    await ward.say("a", "b")
    then = await ward.remember()
    await ward.say("c")
    rings = [await ward.ring()]
    await ward.say("d", "e")
    rings += [await ward.ring(), await ward.ring()]
    old = rings[0].epoch
    await ward.set_back(then)
    await ward.say("x", "y", "z")
    mended = await asyncio.gather(*(ward.healing.mend(ring) for ring in rings))
    assert [one.why for one in mended] == ["fork"] * 3
    ids = await ward.ids()
    assert ids[:5] == ["a", "b", "x", "y", "z"]
    assert sorted(ids[5:]) == ["c", "d", "e"]
    assert ids.index("d") < ids.index("e")
    view = await ward.history.up(ROOM, 0)
    assert view.forked == (old,)


async def test_after_a_flush_nothing_is_healed(ward: Ward) -> None:
    """X61: neither into an empty room nor into one that has begun anew."""
    await ward.say("a", "b")
    ring = await ward.ring()
    await ward.engine.ask("FLUSHALL")
    mended = await ward.healing.mend(ring)
    assert mended.why == "lost"
    assert await ward.ids() == []
    await ward.say("c")
    assert (await ward.healing.mend(ring)).why == "lost"
    assert await ward.ids() == ["c"]


async def test_what_retention_removed_is_not_brought_back_by_a_fork(ward: Ward) -> None:
    await ward.say("a", "b", "c")
    await ward.history.trim(ROOM, None, 2)
    then = await ward.remember()
    await ward.say("d")
    ring = await ward.ring()
    await ward.set_back(then)
    await ward.say("x")
    assert (await ward.healing.mend(ring)).why == "fork"
    assert await ward.ids() == ["b", "c", "x", "d"]


@pytest.mark.parametrize("others", [[], ["x"]], ids=["healed", "forked"])
async def test_a_lost_redaction_is_made_again_so_the_words_stay_gone(ward: Ward, others: list[str]) -> None:
    await ward.say("a")
    then = await ward.remember()
    gone = Commit(room=ROOM, id=EventId("r"), kind="redacted", author=AUTHOR, body=b"gone", target=EventId("a"))
    await ward.committing.submit([gone])
    ring = await ward.ring()
    await ward.set_back(then)
    await ward.say(*others)
    await ward.healing.mend(ring)
    assert await ward.ids() == ["a", *others, "r"]
    (entry,) = await ward.history.find(ROOM, [EventId("a")])
    assert entry is not None
    assert (entry.kind, entry.body) == ("redacted", b"gone")
    assert b"words of a" not in repr(await ward.engine.ask("XRANGE", KEYS[0], "-", "+")).encode()
