"""Long texts are read by a thread of their own, and whatever happens there nothing is skipped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from chat.beside import MOST, Beside
from moderation.pipeline import LONG
from moderation.verdict import Submission
from moderation.work import Work
from tests.support.doubting import doubting

LETTER = Submission("so it rained. " * LONG, lane="l", author="a")


class Patient:
    """Reads as a pipeline does, but not before it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.threads: set[str] = set()
        self._pipeline = doubting({})

    def read(self, submission: Submission, now: float, stopwatch: Callable[[], float]) -> Work:
        self.may.wait(10)
        self.threads.add(threading.current_thread().name)
        return self._pipeline.read(submission, now, stopwatch)


async def test_it_takes_what_is_long_and_only_so_many() -> None:
    """The bound keeps memory and the last one's patience."""
    patient: Any = Patient()
    beside = Beside(patient)
    came: list[Work | None] = []
    for _ in range(MOST):
        assert beside.takes(LETTER)
        beside.read(LETTER, 0.0, came.append)
    assert not beside.takes(LETTER)
    patient.may.set()
    async with asyncio.timeout(10):
        while len(came) < MOST:
            await asyncio.sleep(0.001)
    assert beside.takes(LETTER)
    assert not beside.takes(Submission("so it rained", lane="l", author="a"))
    assert all(each is not None and each.held is None for each in came)
    assert len(patient.threads) == 1
    assert threading.main_thread().name not in patient.threads
    beside.end()


async def test_what_it_cannot_read_comes_back_unread() -> None:
    """The loop reads it then, and holds it for what is wrong."""
    broken: Any = type("Broken", (), {"read": lambda self, *_: 1 / 0})()
    beside = Beside(broken)
    came: asyncio.Future[Work | None] = asyncio.get_running_loop().create_future()
    beside.read(LETTER, 0.0, came.set_result)
    assert await asyncio.wait_for(came, 10) is None
    beside.end()


async def test_once_ended_it_takes_nothing_and_gives_back_what_waits() -> None:
    """Every `done` is called once."""
    patient: Any = Patient()
    beside = Beside(patient)
    came: list[Work | None] = []
    for _ in range(5):
        beside.read(LETTER, 0.0, came.append)
    patient.may.set()
    beside.end()
    assert not beside.takes(LETTER)
    async with asyncio.timeout(10):
        while len(came) < 5:
            await asyncio.sleep(0.001)
    assert len(came) == 5
