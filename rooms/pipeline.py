"""The commit pipeline: one pipeline in flight per engine node; what arrives meanwhile is the next.

A `Batch` is some packed commands that belong together. It is finished exactly once: with a reply per command, or,
when its deadline passes first, with `MISSING` where no reply came. After a lost connection everything unanswered is
resent in order, before anything new. Two lanes: `first` (healing, probes) goes out even while the gate is closed;
`next` waits for the gate, which opens once this node has compared its rooms with the engine.

Replies that mean "not done, ask again" are asked again: NOSCRIPT after registering the scripts, READONLY and its kin
on the next connection. Anything else, errors included, is the batch's reply.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

import hiredis

from rooms.resp import Connection, Reply, error_code
from rooms.scripts import registrations

# A pipeline stops growing here: 1,000 commits are 20 ms of the engine's time, which a probe can wait.
MOST_COMMANDS = 1000

# Lossy commands (typing, presence) waiting for the next pipeline; beyond it they are dropped and counted.
MOST_POSTS = 1000

# Replies after which the same command is right, but on another connection.
ELSEWHERE = frozenset({"READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "MOVED", "TRYAGAIN"})


class _Missing:
    """No reply came."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()

Finish = Callable[[list[Reply]], None]


class Batch:
    """Commands that belong together, and what to do with their replies."""

    __slots__ = ("commands", "deadline", "done", "finish", "first", "replies")

    def __init__(self, commands: list[bytes], deadline: float, finish: Finish, *, first: bool = False) -> None:
        self.commands = commands
        self.deadline = deadline  # loop time, seconds
        self.finish = finish
        self.replies: list[Reply] = []  # as long as `commands` once some are answered
        self.done = False
        self.first = first  # goes out even while the gate is closed

    def end(self) -> None:
        """Finish, once, with what is there."""
        if not self.done:
            self.done = True
            self.finish(self.replies or [MISSING] * len(self.commands))


class Pipeline:
    """At most one pipeline in flight on the connection attached now."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._open = False  # the gate of the `next` lane
        self._first: deque[Batch] = deque()
        self._next: deque[Batch] = deque()
        self._posts: list[bytes] = []
        self._flight: list[tuple[Batch, list[int] | None]] = []  # batch, and which commands (None: all)
        self._replies: list[Reply] = []
        self._expected = 0  # replies the pipeline in flight will have; 0: nothing in flight
        self._timer: asyncio.TimerHandle | None = None
        self._soon = False  # a flush of posts is scheduled
        self.counted = {"pipelines": 0, "commands": 0, "resent": 0, "noscript": 0, "expired": 0, "posts_dropped": 0}

    @property
    def waiting(self) -> int:
        """Batches not finished yet."""
        return len(self._first) + len(self._next) + len(self._flight)

    @property
    def is_open(self) -> bool:
        return self._open and self._connection is not None

    def attach(self, connection: Connection) -> None:
        """Work on a fresh connection. The gate stays as it is."""
        self._connection = connection
        connection.sink = self._arrived
        self._send()

    def detach(self) -> None:
        """The connection is gone: what was in flight goes back to the front, in order. The gate closes."""
        self._connection = None
        self._open = False
        flight, self._flight = self._flight, []
        self._expected = 0
        self._replies = []
        self._posts.clear()
        unfinished = [batch for batch, _ in flight if not batch.done]
        self.counted["resent"] += len(unfinished)
        self._back(unfinished)

    def open_gate(self) -> None:
        """Let the `next` lane go."""
        self._open = True
        self._send()

    def submit(self, batch: Batch) -> None:
        """Put a batch into its lane; it leaves at once if nothing is in flight."""
        (self._first if batch.first else self._next).append(batch)
        if self._timer is None:
            self._watch(batch.deadline)
        if not self._expected:
            self._send()

    def post(self, command: bytes) -> None:
        """Send a command with the next pipeline and forget it. Dropped while the engine is away."""
        if not self.is_open or len(self._posts) >= MOST_POSTS:
            self.counted["posts_dropped"] += 1
            return
        self._posts.append(command)
        if not self._soon:
            self._soon = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._soon = False
        if not self._expected:
            self._send()

    def _send(self) -> None:
        connection = self._connection
        if connection is None or self._expected:
            return
        chunks: list[bytes] = []
        self._collect(self._first, chunks)
        if self._open:
            self._collect(self._next, chunks)
            chunks += self._posts
            self._posts = []
        if chunks:
            self._expected = len(chunks)
            self.counted["pipelines"] += 1
            self.counted["commands"] += len(chunks)
            connection.write(b"".join(chunks))

    def _collect(self, lane: deque[Batch], chunks: list[bytes]) -> None:
        while lane and len(chunks) < MOST_COMMANDS:
            batch = lane.popleft()
            if batch.done:
                continue
            if not batch.replies:
                chunks += batch.commands
                self._flight.append((batch, None))
            else:
                which = [i for i, reply in enumerate(batch.replies) if reply is MISSING]
                chunks += [batch.commands[i] for i in which]
                self._flight.append((batch, which))

    def _arrived(self, replies: list[Reply]) -> None:
        self._replies = self._replies + replies if self._replies else replies
        if len(self._replies) < self._expected:
            return
        replies, flight = self._replies, self._flight
        self._replies, self._flight, self._expected = [], [], 0
        at, again, lost, forgotten = 0, [], False, False
        for batch, which in flight:
            size = len(batch.commands) if which is None else len(which)
            asked_again = self._take(batch, which, replies[at : at + size])
            at += size
            if asked_again:
                again.append(batch)
                forgotten = forgotten or "NOSCRIPT" in asked_again
                lost = lost or bool(asked_again & ELSEWHERE)
            else:
                batch.end()
        if again:
            self._again(again, forgotten, lost)
        self._send()

    def _take(self, batch: Batch, which: list[int] | None, replies: list[Reply]) -> set[str]:
        """Put replies into their places; return the codes of those that must be asked again."""
        codes: set[str] = set()
        for i, reply in enumerate(replies):
            if type(reply) is hiredis.ReplyError:
                code = error_code(reply)
                if code == "NOSCRIPT" or code in ELSEWHERE:
                    codes.add(code)
                    replies[i] = MISSING
        if which is None:
            batch.replies = replies
        else:
            for i, reply in zip(which, replies, strict=True):
                batch.replies[i] = reply
        return codes

    def _again(self, batches: list[Batch], forgotten: bool, lost: bool) -> None:
        """Resend before anything new; on this connection if the scripts were all that was missing."""
        self._back(batches)
        self.counted["resent"] += len(batches)
        if lost and self._connection is not None:
            self._connection.abort()
            self._connection = None
        elif forgotten:
            self.counted["noscript"] += 1
            scripts = registrations()
            within = asyncio.get_running_loop().time() + 2
            self._first.appendleft(Batch(scripts, within, lambda replies: None, first=True))

    def _back(self, batches: list[Batch]) -> None:
        """Put batches back to the front of their lanes, in order."""
        for batch in reversed(batches):
            (self._first if batch.first else self._next).appendleft(batch)

    def _watch(self, deadline: float) -> None:
        self._timer = asyncio.get_running_loop().call_at(deadline, self._expire)

    def _expire(self) -> None:
        """End every batch whose deadline has passed, in its lane or in flight, and look again at the next one."""
        self._timer = None
        now = asyncio.get_running_loop().time()
        pending = [batch for batch, _ in self._flight if not batch.done]
        pending += [batch for lane in (self._first, self._next) for batch in lane if not batch.done]
        for batch in pending:
            if batch.deadline <= now:
                self.counted["expired"] += 1
                batch.end()
        for lane in (self._first, self._next):
            while lane and lane[0].done:
                lane.popleft()
        if left := [batch.deadline for batch in pending if not batch.done]:
            self._watch(max(min(left), now + 0.01))

    def end(self) -> None:
        """Finish everything as it stands: we are closing."""
        if self._timer is not None:
            self._timer.cancel()
        for batch in [*(batch for batch, _ in self._flight), *self._first, *self._next]:
            batch.end()
        self._first.clear()
        self._next.clear()
