"""The second opinion at work: one thread that reads what the filter is unsure of.

    ask ─┬─ read before: the scores at once             (by what the text hashes to; no text is kept)
         ├─ room in the queue ─▶ the thread ─▶ scores, back in the loop
         └─ full · not read in time · broken ─▶ ASIDE: who asked is held

Reading takes some milliseconds without Python's lock, so the loop goes on beside it. The thread first loads the
encoder, which the start of a node does not wait for: what is asked meanwhile waits its time in the queue. Where the
runtime cannot be had at all, the filter goes on with the small model alone and says so in the log.

Bounded: at most `waiting` texts in the queue, each for at most `seconds`, and `REMEMBERED` scores. Failure: one text
that cannot be read is put aside alone; a thread that ended, or files that cannot be used, put all aside until `mend`
has begun anew. `trouble` says what is wrong; nothing here raises.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import hashlib
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

import structlog

from chat.metrics import Metrics
from moderation.opinion import Adviser
from moderation.pipeline import Pipeline
from moderation.work import Unsure

log = structlog.get_logger("warmline.second")

Scores = tuple[float, ...]
# In the place of scores: there is no second opinion on this.
ASIDE: Scores = ()
# Scores kept for texts that come again: some two megabytes.
REMEMBERED = 4096
# Seconds between two tries to begin anew, where files cannot be used or the thread has ended.
ANEW = 10.0
# Seconds the thread has for leaving: it may just be loading, or have a text in hand.
LEAVES = 5.0


class NotYet(Exception):
    """The second opinion is asked in the loop, and is not loaded."""


@dataclass(slots=True, eq=False)
class Asked:
    """One text on its way to the thread and back."""

    text: str = field(repr=False)
    small: Scores
    mark: bytes
    answered: Callable[[Scores], None] | None  # None once it was called
    late: asyncio.TimerHandle | None = None


class Second:
    """The thread of one node, its queue, and what it has read lately."""

    def __init__(self, pipeline: Pipeline, metrics: Metrics, *, enabled: bool, waiting: int, seconds: float) -> None:
        """Takes the place of what the pipeline would load and ask in the loop."""
        self._pipeline = pipeline
        self._metrics = metrics
        self._waiting, self._seconds = waiting, seconds
        self._load = pipeline.opinion if enabled else None
        self._opinion: Adviser | None = None
        pipeline.opinion = self._loaded if self._load else None
        self._queue: deque[Asked] = deque()
        self._open: dict[Asked, None] = {}  # without an answer yet: the queue, and what the thread has in hand
        self._alive = False  # as far as the loop knows
        self._there = threading.Condition()  # something is in the queue, or it is over
        self._over = False
        self._thread: threading.Thread | None = None
        self._tried = 0.0  # monotonic seconds
        self._known: OrderedDict[bytes, Scores] = OrderedDict()
        self._key = secrets.token_bytes(16)
        self.trouble = "" if self._load else "off" if enabled else "disabled"

    @property
    def healthy(self) -> bool:
        """Whether what was asked last was answered, as far as anything is asked."""
        return self.trouble in ("", "off", "disabled")

    @property
    def waiting(self) -> int:
        """Texts in the queue."""
        return len(self._queue)

    # ------------------------------------------------------------------ in the loop

    def begin(self) -> None:
        """Start the thread. To be called in the loop that asks."""
        if self._load is None:
            log.warning("second_opinion_off", why=self.trouble, means="the small model judges alone")
            return
        self._loop = asyncio.get_running_loop()
        self._tried, self._alive = monotonic(), True
        self._thread = threading.Thread(target=self._live, name="second opinion", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Let the thread end; who still waits is put aside. It is waited for, `LEAVES` at most: a thread that is in the
        runtime while the interpreter ends would bring the process down with an abort.
        """
        with self._there:
            self._over = True
            self._there.notify_all()
        self._give_up(ASIDE, "ended")
        if self._thread is not None:
            self._thread.join(LEAVES)

    def mend(self) -> None:
        """Once a second: begin anew where the thread has ended; ask something where the last answer was none."""
        if self._load is None or self._over or self._thread is None:
            return
        if not self._alive and monotonic() - self._tried >= ANEW:
            self.begin()
        elif self.trouble and not self._queue and self._alive:
            self._put(Asked("good evening, all", (0.5,) * 8, b"", None))

    def ask(self, unsure: Unsure, answered: Callable[[Scores], None]) -> Scores | None:
        """The scores where they are known, ASIDE where there will be none; None: `answered` is called, once, later."""
        mark = hashlib.blake2b(unsure.text.encode("utf-8", "replace"), digest_size=16, key=self._key).digest()
        if (known := self._known.get(mark)) is not None:
            self._known.move_to_end(mark)
            self._metrics.unsure("known")
            return known
        self._metrics.second_waits(len(self._queue))
        if not self._alive or len(self._queue) >= self._waiting:
            self._went_wrong("saturated" if self._alive else "broken")
            return ASIDE
        self._put(Asked(unsure.text, unsure.small, mark, answered))
        return None

    def _put(self, asked: Asked) -> None:
        asked.late = self._loop.call_later(self._seconds, self._too_late, asked)
        self._open[asked] = None
        with self._there:
            self._queue.append(asked)
            self._there.notify()

    def _too_late(self, asked: Asked) -> None:
        with self._there:
            if asked in self._queue:
                self._queue.remove(asked)
        if asked.answered is not None:
            self._went_wrong("slow" if self._opinion else "loading")
        self._answer(asked, ASIDE)

    def _read(self, asked: Asked, scores: Scores, seconds: float) -> None:
        """The thread has read one, or tried to."""
        if scores:
            if self.trouble and not self._queue:
                log.info("second_opinion_recovered", was=self.trouble)
                self.trouble = ""
            self._metrics.stages_took([("second", seconds)])
            self._known[asked.mark] = scores
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        if asked.answered is None:
            return  # it was too late
        if scores:
            self._metrics.unsure("read")
        else:
            self._went_wrong("failed")
        self._answer(asked, scores)

    def _answer(self, asked: Asked, scores: Scores) -> None:
        answered, asked.answered = asked.answered, None
        self._open.pop(asked, None)
        if asked.late is not None:
            asked.late.cancel()
        if answered is not None:
            answered(scores)

    def _went_wrong(self, why: str) -> None:
        """Who asks is put aside; said in the log when it begins."""
        self._metrics.unsure(why)
        if not self.trouble:
            log.warning("second_opinion_missing", why=why, waiting=len(self._queue))
        self.trouble = why

    def _give_up(self, scores: Scores | None, why: str) -> None:
        """The thread will read nothing more: everybody who waits has these scores, or with None the small model's."""
        self._alive = False
        with self._there:
            self._queue.clear()
        for asked in list(self._open):
            if asked.answered is not None and scores is not None:
                self._went_wrong(why)
            self._answer(asked, asked.small if scores is None else scores)

    def _loaded(self) -> Adviser:
        if self._opinion is None:
            raise NotYet
        return self._opinion

    def _goes_without(self, fault: str) -> None:
        """The runtime cannot be imported here: from now on nothing is uncertain, who waits has the small one's."""
        self._load, self._pipeline.opinion, self.trouble = None, None, "off"
        log.error("second_opinion_off", why=fault, means="the small model judges alone")
        self._give_up(None, fault)

    def _is_loaded(self, opinion: Adviser) -> None:
        self._opinion = opinion
        log.info("second_opinion_ready", seconds=round(monotonic() - self._tried, 2))

    def _has_ended(self, fault: str) -> None:
        """The thread is no more: by an error of ours, or because the files cannot be used."""
        if not self._over:
            self._metrics.failed(fault)
            log.error("second_opinion_broken", fault=fault)
            self.trouble = "broken"
            self._give_up(ASIDE, "broken")

    # ------------------------------------------------------------------ in the thread

    def _live(self) -> None:
        """Load, then read what is asked, one text after the other, until it is over."""
        fault = "ended"
        try:
            load = self._load
            opinion = self._opinion or (load() if load else None)
            if opinion is not None:
                give_back()
                self._tell(partial(self._is_loaded, opinion))
                self._read_on(opinion)
        except ImportError as missing:
            self._tell(partial(self._goes_without, type(missing).__name__))
            return
        except BaseException as broken:
            fault = type(broken).__name__
        self._tell(partial(self._has_ended, fault))

    def _read_on(self, opinion: Adviser) -> None:
        while True:
            with self._there:
                while not self._queue and not self._over:
                    self._there.wait()
                if self._over:
                    return
                asked = self._queue.popleft()
            began = monotonic()
            scores = ASIDE
            try:
                scores = tuple(opinion.scores([asked.text], [asked.small])[0].tolist())
            except Exception as broken:  # this text, not the thread; what a fault says may hold words
                log.error("second_opinion_failed", fault=type(broken).__name__)
            self._tell(partial(self._read, asked, scores, monotonic() - began))

    def _tell(self, what: Callable[[], Any]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:  # the loop is closed: nobody waits
            self._over = True


def give_back() -> None:
    """Hand what loading took and needs no more to the system, where the C library knows how: some twenty megabytes."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
