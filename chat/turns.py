"""Who waits behind whom: words are judged in the order in which one person wrote them in one place.

    words ─▶ does their author wait there? ─ yes ─▶ behind, in line
                    │ no
                    ├─ long ─▶ in line; read beside the loop (beside.py), then:
                    └▶ first half of the filter ─┬─ a verdict ─▶ said, with the others of the tick
                                                 └─ unsure ─▶ in line; second opinion asked (second.py)
    an answer ─▶ the line moves up: said, and what came after it is judged now

Only who waits for one of the two has a line. Everybody else, and the same person in another room, is not touched.
What comes later in a line is not judged before its turn, so that it is read with all that was said before it (X32).

A line is as long as the commands its author has open, sixteen a connection, and lasts a second for each at most: the
second opinion answers or puts aside, and who reads beside the loop reads on or gives back. Failure: what cannot be
settled is held, and the line goes on; a node that dies has said nothing yet, and the same key is judged again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from chat.beside import Beside
from chat.metrics import Metrics
from chat.second import ASIDE, Scores, Second
from moderation.pipeline import FAULT_SAYS, Pipeline
from moderation.verdict import Action, Submission, Verdict
from moderation.work import Unsure, Work

# What is called with words and their verdicts, in order.
Then = Callable[[Sequence[tuple[Any, Verdict]]], None]


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """Words whose judge waits for the verdict."""

    submission: Submission


@dataclass(slots=True, eq=False)
class Turn:
    """One that is judged, or waits to be. `one` has a `submission`."""

    one: Any
    submission: Submission
    place: Hashable
    then: Then
    unsure: Unsure | None = None  # None: not judged yet
    scores: Scores | None = None  # None: none yet
    away: bool = False  # read beside the loop, just now
    came: bool = False  # from there, with or without `read`
    read: Work | None = None

    @property
    def ready(self) -> bool:
        return self.unsure is not None and (self.scores is not None or not self.unsure.asks)


class Turns:
    """The lines of one node."""

    def __init__(
        self, pipeline: Pipeline, second: Second, beside: Beside, metrics: Metrics, ticks: Callable[[], float]
    ) -> None:
        self.second = second
        self.beside = beside
        self._pipeline = pipeline
        self._metrics = metrics
        self._ticks = ticks
        self._lines: dict[Hashable, deque[Turn]] = {}

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def judge(self, words: Sequence[Any], then: Then, now: float) -> None:
        """Judge one tick's words. `then` is called with those that have a verdict now, and again for each of the others
        when it has one.
        """
        free = []
        for one in words:
            turn = Turn(one, one.submission, (one.submission.author, one.submission.lane), then)
            if (line := self._lines.get(turn.place)) is not None:
                before = [each.submission for each in line if each.unsure is not None]
                turn.submission = after(turn.submission, before)
                line.append(turn)
            else:
                free.append(turn)
        if free:
            self._first(free, now)

    async def judged(self, submission: Submission, *, in_line: bool = True) -> Verdict:
        """The verdict on words that come alone. `in_line`: behind what their author said there before."""
        done: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()

        def then(found: Sequence[tuple[Any, Verdict]]) -> None:
            if not done.done():
                done.set_result(found[0][1])

        if in_line:
            self.judge([Alone(submission)], then, self._ticks())
        else:
            self._first([Turn(Alone(submission), submission, object(), then)], self._ticks())
        return await done

    def _first(self, turns: Sequence[Turn], now: float) -> None:
        """The first half of the filter over turns that wait for nobody; what is long, and what its author said there
        after it, waits until it is read.
        """
        near, rest = self._parted(turns)
        began = self._ticks()
        submissions = in_turn([turn.submission for turn in near])
        read = [turn.read or submission for turn, submission in zip(near, submissions, strict=True)]
        found = self._pipeline.first_all(read, now)
        self._metrics.judging_took(self._ticks() - began)
        known: list[tuple[Turn, Verdict]] = []
        lines: dict[Hashable, None] = {}
        for turn, first in zip(near, found, strict=True):
            if isinstance(first, Verdict):
                known.append((turn, first))
                continue
            turn.unsure = first
            lines[turn.place] = None
            self._lines.setdefault(turn.place, deque()).append(turn)
            if first.asks:
                turn.scores = self.second.ask(first, partial(self._answered, turn))
        for turn in rest:
            turn.submission = after(turn.submission, [one.submission for one in near if one.place == turn.place])
            line = self._lines.setdefault(turn.place, deque())
            line.append(turn)
            if len(line) == 1:
                self._send_away(turn, now)
        tell(known)
        for place in lines:
            self._move_up(place)

    def _parted(self, turns: Sequence[Turn]) -> tuple[list[Turn], list[Turn]]:
        """Those to judge now, and those who wait: the long ones, and who comes behind one."""
        near: list[Turn] = []
        rest: list[Turn] = []
        behind: set[Hashable] = set()
        for turn in turns:
            if turn.place in behind or (not turn.came and self.beside.takes(turn.submission)):
                behind.add(turn.place)
                rest.append(turn)
            else:
                near.append(turn)
        return near, rest

    def _send_away(self, turn: Turn, now: float) -> None:
        turn.away = True
        self.beside.read(turn.submission, now, partial(self._came, turn))

    def _came(self, turn: Turn, read: Work | None) -> None:
        """A long one is read: judged now, and with it who waited for nothing else."""
        turn.away, turn.came, turn.read = False, True, read
        self._first(self._lines.pop(turn.place), self._ticks())

    def _answered(self, turn: Turn, scores: Scores) -> None:
        turn.scores = scores
        self._move_up(turn.place)

    def _move_up(self, place: Hashable) -> None:
        """Say what has its answer, as far as the first that has none; judge those who waited for nothing else."""
        line = self._lines[place]
        known: list[tuple[Turn, Verdict]] = []
        while line and line[0].ready:
            turn = line.popleft()
            known.append((turn, self._settled(turn)))
        rest = line if line and line[0].unsure is None and not line[0].away else ()
        if not line or rest:
            del self._lines[place]
        tell(known)
        if rest:
            self._first(rest, self._ticks())

    def _settled(self, turn: Turn) -> Verdict:
        unsure = turn.unsure
        if unsure is None:
            raise AssertionError("nothing is settled before it is judged")
        try:
            if unsure.asks and turn.scores == ASIDE:
                return self._pipeline.aside(unsure)
            return self._pipeline.settled(unsure, turn.scores or ())
        except Exception as broken:  # a line that stands still would keep its author from ever being answered
            self._metrics.failed(type(broken).__name__)
            return Verdict(Action.HOLD, says=FAULT_SAYS, faulty=True)


def tell(known: Sequence[tuple[Turn, Verdict]]) -> None:
    """Hand verdicts on, those that go the same way together."""
    ways: dict[Then, list[tuple[Any, Verdict]]] = {}
    for turn, verdict in known:
        ways.setdefault(turn.then, []).append((turn.one, verdict))
    for then, found in ways.items():
        then(found)


def after(submission: Submission, before: Sequence[Submission]) -> Submission:
    """The same, knowing what its author said just before it."""
    said = tuple(each.text for each in before if not each.dry)
    return replace(submission, recent=(*submission.recent, *said)) if said else submission


def in_turn(submissions: Sequence[Submission]) -> list[Submission]:
    """What to judge, each knowing what its author said just before it in the same tick (X32)."""
    said: dict[tuple[str, str], tuple[str, ...]] = {}
    found = []
    for judged in submissions:
        author = (judged.author, judged.lane)
        before = said.get(author, ())
        if not judged.dry:
            said[author] = (*before, judged.text)
        found.append(replace(judged, recent=(*judged.recent, *before)) if before else judged)
    return found
