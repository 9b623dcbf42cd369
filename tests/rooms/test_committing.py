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
