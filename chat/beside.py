"""Beside the loop: the words of long texts are read by a thread of their own.

    long text ─▶ the thread: readings, numbers, rules (pipeline.read) ─▶ the loop again: judged with a tick's rest

What a text of two thousand characters shows can take twenty milliseconds where it was made for that; everybody else's
words would wait so long. A thread takes turns with the loop, which then has three milliseconds of its own work at the
most. What depends on anything but the words and the books is done in the loop, as ever.

Bounded: `MOST` texts wait at a time. Failure: what is one too many, cannot be read here, or is still waiting when the
node ends is read in the loop; nothing is ever skipped.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from time import thread_time

from moderation.pipeline import LONG, Pipeline
from moderation.verdict import Submission
from moderation.work import Work

# Texts that wait for the thread: a second of its time at the worst.
MOST = 64

Done = Callable[[Work | None], None]


class Beside:
    """The thread of one node."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._waiting = 0
        self._over = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="long texts")  # begun with the first of them

    def takes(self, submission: Submission) -> bool:
        """Whether these words are for the thread."""
        return len(submission.text) >= LONG and self._waiting < MOST and not self._over

    def read(self, submission: Submission, now: float, done: Done) -> None:
        """Read them; `done` is called in the loop with what came of it, None where nothing did."""
        self._waiting += 1
        loop = asyncio.get_running_loop()
        reading = self._thread.submit(self._pipeline.read, submission, now, thread_time)
        reading.add_done_callback(partial(self._hand_over, loop, done))

    def end(self) -> None:
        """Read nothing more; what waits goes back at once."""
        self._over = True
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, done: Done, reading: Future[Work]) -> None:
        """Called in the thread, or where it is ended."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(self._came, done, reading)

    def _came(self, done: Done, reading: Future[Work]) -> None:
        self._waiting -= 1
        done(None if reading.cancelled() or reading.exception() else reading.result())
