"""Committing: events packed for the commit script, and what came of them.

One `submit` is one batch and one future; the pipeline sends what is there as soon as the one in flight is answered.
A repeat after a lost pipeline meets the dedupe key in the script and comes back with the first outcome. What the
engine refuses (full memory, full disk, a script it cannot run) has not happened and is `UNAVAILABLE`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import hiredis
import structlog

from rooms.commits import UNAVAILABLE, Commit, Committed, Outcome, Refused
from rooms.events import EventId, Position, Refusal, RoomKey
from rooms.history import History
from rooms.link import ANSWER_WITHIN, Link
from rooms.pipeline import Batch
from rooms.resp import EngineAway, Reply, error_code
from rooms.scripts import OPENING, call, opening

log = structlog.get_logger(__name__)

# The arguments after the channel: nine of a plain commit, three more of an amendment.
PLAIN, AMENDING = OPENING + 9, OPENING + 12

# One argument, and the nine of a plain commit, the sixth packed already: one formatting instead of nine.
_ONE = b"$%d\r\n%b\r\n"
_PLAIN = _ONE * 5 + b"%b" + _ONE * 3


class Committing:
    """Commits on one link. `dedupe_ms`: how long a repeat is recognised at least."""

    def __init__(self, link: Link, history: History, dedupe_ms: int) -> None:
        self._link = link
        self._history = history
        window = b"%d" % dedupe_ms
        self._dedupe = b"$%d\r\n%b\r\n" % (len(window), window)
        self.counted = {"commits": 0, "engine_refusals": 0}

    def submit(self, commits: list[Commit]) -> asyncio.Future[list[Outcome]]:
        """Commit in order. The future has one outcome per commit and never an exception for engine trouble."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[Outcome]] = loop.create_future()
        if not self._link.started or not commits:
            done.set_result([UNAVAILABLE] * len(commits))
            return done
        deadline = self._link.engine_now_ms() + int(ANSWER_WITHIN * 1000)
        commands = [self._packed(commit, deadline) for commit in commits]
        self.counted["commits"] += len(commits)

        def finish(replies: list[Reply]) -> None:
            if not done.done():
                done.set_result([self._outcome(*pair) for pair in zip(replies, commits, strict=True)])

        self._link.pipeline.submit(Batch(commands, loop.time() + ANSWER_WITHIN, finish))
        return done

    async def lookup(self, room: RoomKey, ids: Sequence[EventId]) -> list[Committed | None]:
        """What became of ids that may have been committed before; None for those that were not."""
        (reply,) = await self._link.ask([call("lookup", room, *(event.encode() for event in ids))])
        if isinstance(reply, hiredis.ReplyError):
            raise EngineAway(f"the engine refused: {error_code(reply)}")
        return [_committed(found, b"") if found else None for found in reply]

    async def put_aside(self, room: RoomKey, id: EventId, outcome: bytes, keep_ms: int, *, over: bool) -> Committed:
        """Answer repeats of an id with an outcome, without an entry; see `Backplane.put_aside`."""
        args = (id.encode(), outcome, b"%d" % keep_ms, b"1" if over else b"")
        (reply,) = await self._link.ask([call("aside", room, *args)])
        if isinstance(reply, hiredis.ReplyError):
            raise EngineAway(f"the engine refused: {error_code(reply)}")
        return _committed(reply, outcome)

    def _packed(self, commit: Commit, deadline: int) -> bytes:
        event, kind, author = commit.id.encode("ascii"), commit.kind.encode("ascii"), commit.author.encode("ascii")
        if b" " in event + kind + author or b"\n" in event + kind + author:
            raise ValueError("an id, a kind or an author with a blank would break the log's header")
        guard = commit.guard
        fresh = self._history.fresh_epoch(commit.room).encode()
        slow = b"%d" % guard.slow_ms
        until = b"%d" % (guard.deadline_ms or deadline)
        body, outcome = commit.body, commit.outcome
        plain = _PLAIN % (
            len(event), event, len(kind), kind, len(author), author, len(body), body, len(outcome), outcome,
            self._dedupe, len(fresh), fresh, len(slow), slow, len(until), until,
        )  # fmt: skip
        if commit.target is None:
            return b"*%d\r\n%b%b" % (PLAIN, opening("commit", commit.room), plain)
        how = b"redact" if commit.amended is None else b"edit"
        last = b"".join(_ONE % (len(a), a) for a in (how, commit.target.encode(), commit.amended or b""))
        return b"*%d\r\n%b%b%b" % (AMENDING, opening("commit", commit.room), plain, last)

    def _outcome(self, reply: Reply, commit: Commit) -> Outcome:
        if type(reply) is bytes:
            if reply[:2] in (b"k ", b"r "):
                return _committed(reply, commit.outcome)
            why, _, left = reply.partition(b" ")
            if why == b"too_soon":
                return Refused(Refusal.TOO_SOON, int(left) / 1000)
            if why == b"closed":
                return Refused(Refusal.CLOSED)
            if why == b"not_found":
                return Refused(Refusal.NOT_FOUND)
        elif isinstance(reply, hiredis.ReplyError):
            self.counted["engine_refusals"] += 1
            log.warning("commit_refused_by_engine", code=error_code(reply))
        return UNAVAILABLE


def _committed(reply: bytes, ours: bytes) -> Committed:
    """Read "k epoch seq tag at" (new: the outcome is ours) or "r epoch seq tag at\\noutcome" (it was there)."""
    repeated = reply[0] == ord("r")
    if repeated:
        reply, _, ours = reply.partition(b"\n")
    _, epoch, seq, tag, at = reply.decode().split(" ")
    return Committed(Position(epoch, int(seq), tag), int(at), repeated, ours)
