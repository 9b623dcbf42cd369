"""One pipeline in flight, everything answered once, lost ones resent in order."""

from __future__ import annotations

import asyncio

import hiredis
import pytest

from rooms.pipeline import MISSING, MOST_POSTS, Batch, Pipeline
from rooms.resp import Reply
from tests.support.wire import Wire


class Line:
    """An open pipeline on a wire, and batches that remember how they ended."""

    def __init__(self) -> None:
        self.pipeline = Pipeline()
        self.wire = Wire()
        self.ended: list[tuple[str, list[Reply]]] = []
        self.pipeline.attach(self.wire)
        self.pipeline.open_gate()

    def submit(self, *names: str, within: float = 60.0, first: bool = False) -> None:
        deadline = asyncio.get_running_loop().time() + within
        commands = [name.encode() for name in names]
        self.pipeline.submit(
            Batch(commands, deadline, lambda replies: self.ended.append((names[0], replies)), first=first)
        )


@pytest.fixture
async def line() -> Line:
    return Line()


async def test_what_comes_while_one_is_in_flight_is_the_next_pipeline(line: Line) -> None:
    line.submit("a", "b")
    line.submit("c")
    line.submit("d")
    assert line.wire.written == [b"ab"]
    line.wire.answer(1)
    assert line.ended == []
    line.wire.answer(2)
    assert line.ended == [("a", [1, 2])]
    assert line.wire.written == [b"ab", b"cd"]
    line.wire.answer(None, 4)
    assert line.ended[1:] == [("c", [None]), ("d", [4])]


async def test_a_lost_pipeline_is_resent_whole_and_in_order_before_anything_new(line: Line) -> None:
    line.submit("a", "b")
    line.submit("c")
    line.wire.answer(1)  # half an answer is none
    line.pipeline.detach()
    line.submit("d")
    assert line.ended == []
    again = Wire()
    line.pipeline.attach(again)
    assert again.written == []  # the gate is closed until rooms were compared
    line.pipeline.open_gate()
    assert again.written == [b"abcd"]
    again.answer(1, 2, 3, 4)
    assert [name for name, _ in line.ended] == ["a", "c", "d"]


async def test_the_first_lane_passes_the_closed_gate(line: Line) -> None:
    line.pipeline.detach()
    line.submit("later")
    line.submit("heal", first=True)
    wire = Wire()
    line.pipeline.attach(wire)
    assert wire.written == [b"heal"]
    wire.answer(1)
    assert line.ended == [("heal", [1])]
    line.pipeline.open_gate()
    assert wire.written == [b"heal", b"later"]


async def test_a_deadline_ends_a_batch_in_flight_or_waiting_and_late_replies_are_ignored(line: Line) -> None:
    line.submit("a", within=0.01)
    line.submit("b", within=0.02)
    line.submit("c")
    async with asyncio.timeout(20):
        while len(line.ended) < 2:
            await asyncio.sleep(0)
    assert line.ended == [("a", [MISSING]), ("b", [MISSING])]
    line.wire.answer(1)
    assert line.wire.written == [b"a", b"c"]
    line.wire.answer(3)
    assert line.ended[2:] == [("c", [3])]


async def test_forgotten_scripts_are_registered_and_only_the_failed_commands_are_asked_again(line: Line) -> None:
    line.submit("a", "b", "c")
    line.submit("d")
    line.wire.answer(1, hiredis.ReplyError("NOSCRIPT No matching script."), hiredis.ReplyError("NOSCRIPT"))
    assert line.ended == []
    assert b"LOAD" in line.wire.written[1]
    assert line.wire.written[1].endswith(b"bcd")
    registered = line.wire.written[1].count(b"LOAD")
    line.wire.answer(*[b"sha"] * registered, 2, 3, 4)
    assert line.ended == [("a", [1, 2, 3]), ("d", [4])]


async def test_a_replica_is_left_and_the_commands_go_to_the_next_connection(line: Line) -> None:
    line.submit("a", "b")
    line.wire.answer(1, hiredis.ReplyError("READONLY You can't write against a read only replica."))
    assert line.wire.aborted
    assert line.ended == []
    line.pipeline.detach()
    wire = Wire()
    line.pipeline.attach(wire)
    line.pipeline.open_gate()
    assert wire.written == [b"b"]
    wire.answer(2)
    assert line.ended == [("a", [1, 2])]


async def test_other_errors_are_replies_and_harm_nobody_else(line: Line) -> None:
    line.submit("a")
    line.submit("b")
    full = hiredis.ReplyError("OOM command not allowed")
    line.wire.answer(full)
    line.wire.answer(2)
    assert line.ended == [("a", [full]), ("b", [2])]


async def test_posts_ride_along_and_are_dropped_when_they_cannot(line: Line) -> None:
    line.submit("a")
    for _ in range(MOST_POSTS + 5):
        line.pipeline.post(b"p")
    line.wire.answer(1)
    assert line.wire.written[1] == b"p" * MOST_POSTS
    line.submit("b")
    line.wire.answer(*[0] * MOST_POSTS)
    line.wire.answer(2)
    assert line.ended == [("a", [1]), ("b", [2])]
    line.pipeline.detach()
    line.pipeline.post(b"p")
    assert line.pipeline.counted["posts_dropped"] == 6


async def test_closing_ends_everything_that_waits(line: Line) -> None:
    line.submit("a")
    line.submit("b")
    line.pipeline.end()
    assert line.ended == [("a", [MISSING]), ("b", [MISSING])]
