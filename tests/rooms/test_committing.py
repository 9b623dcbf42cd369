"""Commits are packed right, answered in order, and never raise for engine trouble."""

from __future__ import annotations

import asyncio

import pytest

from rooms.commits import UNAVAILABLE, Commit, Committed
from rooms.committing import Committing
from rooms.events import EventId, RoomKey, UserId
from rooms.history import History
from rooms.link import Link
from tests.support.engines import Engine
from tests.support.plane import AUTHOR, ROOM, linked, message


async def test_outcomes_come_in_the_order_of_the_commits_over_many_rooms(steady_engine: Engine) -> None:
    async with linked(steady_engine.url) as link:
        committing = Committing(link, History(link, 60_000), 60_000)
        rooms = [RoomKey(f"adult/r{i % 7}") for i in range(100)]
        outcomes = await committing.submit([message(f"m{i}", room) for i, room in enumerate(rooms)])
        places = [outcome.position for outcome in outcomes if isinstance(outcome, Committed)]
        assert [place.seq for place in places] == [i // 7 + 1 for i in range(100)]
        assert committing.counted["commits"] == 100


async def test_any_bytes_may_be_said(steady_engine: Engine) -> None:
    async with linked(steady_engine.url) as link:
        history = History(link, 60_000)
        committing = Committing(link, history, 60_000)
        bodies = [b"", b"\r\n$5\r\n", bytes(range(256)), b"\n" * 3, b"x" * 60_000]
        await committing.submit([message(f"m{i}", body=body) for i, body in enumerate(bodies)])
        redact = Commit(room=ROOM, id=EventId("r"), kind="redacted", author=AUTHOR, body=bytes(range(256)),
                        target=EventId("m1"))  # fmt: skip
        await committing.submit([redact])
        bodies[1] = bytes(range(256))
        view = await history.up(ROOM, 0)
        assert [row.entry.body for row in view.rows] == [*bodies, bytes(range(256))]


async def test_what_would_break_the_header_is_a_mistake_of_ours(steady_engine: Engine) -> None:
    async with linked(steady_engine.url) as link:
        committing = Committing(link, History(link, 60_000), 60_000)
        bad = Commit(room=ROOM, id=EventId("m1"), kind="message", author=UserId("two words"), body=b"")
        with pytest.raises(ValueError, match="blank"):
            committing.submit([bad])


async def test_before_the_start_and_for_nothing_the_answer_is_immediate() -> None:
    link = Link("unix:///nowhere/engine.sock")
    committing = Committing(link, History(link, 60_000), 60_000)
    assert committing.submit([message("m1")]).result() == [UNAVAILABLE]
    assert committing.submit([]).result() == []


async def test_the_dedupe_window_is_what_was_asked_for(steady_engine: Engine) -> None:
    async with linked(steady_engine.url) as link:
        committing = Committing(link, History(link, 30_000), 30_000)
        await committing.submit([message("m1")])
        left = await steady_engine.ask("PTTL", f"warm:{{{ROOM}}}:d:m1")
        assert 25_000 < left <= 30_000


async def test_a_caller_who_stops_waiting_harms_nobody(steady_engine: Engine) -> None:
    async with linked(steady_engine.url) as link:
        committing = Committing(link, History(link, 60_000), 60_000)
        gone = committing.submit([message("m1")])
        gone.cancel()
        (outcome,) = await committing.submit([message("m2")])
        assert isinstance(outcome, Committed)
        (known,) = await committing.lookup(ROOM, [EventId("m1")])
        assert known is not None
        await asyncio.sleep(0)


async def test_an_id_that_was_put_aside_is_answered_and_never_appended(steady_engine: Engine) -> None:
    """A repeat is told what was said first, by every node, until the id is given back."""
    async with linked(steady_engine.url) as link, linked(steady_engine.url) as other:
        here = Committing(link, History(link, 60_000), 60_000)
        there = Committing(other, History(other, 60_000), 60_000)
        m1 = EventId("m1")
        first = await here.put_aside(ROOM, m1, b"held", 60_000, over=False)
        again = await there.put_aside(ROOM, m1, b"other words", 60_000, over=False)
        (commit,) = await there.submit([message("m1")])
        (known,) = await there.lookup(ROOM, [m1])
        assert isinstance(commit, Committed)
        assert known is not None
        assert (first.aside, first.repeated) == (True, False)
        assert [(one.aside, one.repeated, one.outcome) for one in (again, commit, known)] == [(True, True, b"held")] * 3
        await there.put_aside(ROOM, m1, b"", 0, over=True)
        (given_back,) = await here.submit([message("m1")])
        assert isinstance(given_back, Committed)
        assert (given_back.aside, given_back.repeated) == (False, False)


async def test_what_is_in_the_log_cannot_be_put_aside(steady_engine: Engine) -> None:
    """Whoever comes too late is told where it is, whether they ask to replace or to give back."""
    async with linked(steady_engine.url) as link:
        committing = Committing(link, History(link, 60_000), 60_000)
        (there,) = await committing.submit([message("m1")])
        assert isinstance(there, Committed)
        for over, outcome in ((False, b"held"), (True, b"refused"), (True, b"")):
            late = await committing.put_aside(ROOM, EventId("m1"), outcome, 60_000, over=over)
            assert (late.aside, late.position, late.repeated) == (False, there.position, True)


async def test_what_was_put_aside_is_forgotten_after_its_time(steady_engine: Engine) -> None:
    async with linked(steady_engine.url) as link:
        committing = Committing(link, History(link, 60_000), 60_000)
        await committing.put_aside(ROOM, EventId("m1"), b"held", 30_000, over=False)
        left = await steady_engine.ask("PTTL", f"warm:{{{ROOM}}}:d:m1")
        assert 25_000 < left <= 30_000
