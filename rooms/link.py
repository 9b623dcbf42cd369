"""The link to one engine node: its commit pipeline, its subscriber, and the proof that both work.

`start` connects once, or raises `EngineAway` with the reason; `run` keeps both connections for as long as it is
awaited, reconnecting with a jittered back-off of at most a second. Being connected proves nothing, so every second a
probe goes out through the pipeline and must come back on the subscriber: two missed mean down, and both connections
are made anew. An engine with a full disk or memory still publishes, so the probe also writes a key: a refused write
makes the link unhealthy, and the connections stay. When the commit connection was lost the subscriber is made anew
too, for they must speak to the same engine, and the pipeline's gate stays closed until the backplane has compared its
rooms.

`away_since` tells since when the link is not whole. A command's time limit never depends on any of this: the
pipeline ends each batch at its own deadline.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import deque
from collections.abc import Awaitable, Callable

import hiredis
import structlog

from rooms import address, envelope, resp
from rooms.events import NodeId
from rooms.pipeline import MISSING, Batch, Pipeline
from rooms.resp import Connection, EngineAway, Reply
from rooms.scripts import pack, scripts
from rooms.subscriber import Subscriber

log = structlog.get_logger(__name__)

PROBE_EVERY = 1.0  # seconds
PROBES_MISSED = 2
PROBE_KEPT = b"10000"  # milliseconds the written key stays: nothing is left of a node that is gone
CONNECT_WITHIN = 1.0  # seconds for connect and handshake: a stopped engine accepts and stays silent
BACKOFF_BASE, BACKOFF_CAP = 0.05, 1.0  # seconds
ANSWER_WITHIN = 2.0  # seconds a command may take, from submission to its last retry


class Link:
    """Commit pipeline, subscriber and probes on one engine."""

    def __init__(self, url: str, node: NodeId | None = None) -> None:
        self._address = address.parse(url)
        self._random = random.Random()
        self._name = f"{node or 'node'}-{secrets.token_hex(6)}"
        self.woken = asyncio.Event()  # something stands among the arrivals
        self.arrivals: deque[object] = deque()
        self.pipeline = Pipeline()
        self.subscriber = Subscriber(envelope.probe_channel(self._name), self.arrivals, self.woken)
        self.generation = 0  # grows with each connection of either kind
        self.away_since: float | None = None  # loop time of the first failure after the last proof
        self.counted = {"connects": 0, "connects_failed": 0, "probes_missed": 0}
        self._commits: Connection | None = None
        self._hears: Connection | None = None
        self._offset: float | None = None  # engine seconds minus loop seconds
        self._sent = 0  # number of the last probe
        self._writable = True  # the last probe's write was not refused
        self._commits_up = asyncio.Event()  # the subscriber connects after it: both speak to the same engine

    @property
    def started(self) -> bool:
        return self._offset is not None

    @property
    def healthy(self) -> bool:
        """A probe came back within the last two intervals (and the slack of a timer), and the engine takes writes."""
        at = self.subscriber.probed_at
        recent = PROBE_EVERY * PROBES_MISSED + 0.25
        return self._writable and at is not None and asyncio.get_running_loop().time() - at < recent

    def engine_now_ms(self) -> int:
        """The engine's clock, estimated from the last probe."""
        if self._offset is None:
            raise EngineAway("the engine has not been reached yet")
        return int((asyncio.get_running_loop().time() + self._offset) * 1000)

    async def start(self) -> None:
        """Connect once and see one probe come back, or raise `EngineAway` with the reason."""
        await self._connect_commits()
        await self._connect_hears()
        self.pipeline.open_gate()
        try:
            async with asyncio.timeout(CONNECT_WITHIN * 2):
                self._probe()
                await self.subscriber.heard.wait()
        except TimeoutError:
            raise EngineAway("the engine answers, but publishes nothing to us") from None

    async def run(self) -> None:
        """Keep both connections and probe them, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep(lambda: self._commits, self._connect_commits, self._lost_commits))
            tasks.create_task(self._keep(lambda: self._hears, self._connect_hears, self._lost_hears))
            tasks.create_task(self._keep_probing())

    def close(self) -> None:
        """Drop both connections; what waits ends unanswered."""
        self._drop()
        self.pipeline.end()

    async def ask(self, commands: list[bytes], *, first: bool = False, within: float = ANSWER_WITHIN) -> list[Reply]:
        """Send packed commands through the pipeline. Raises `EngineAway` when one has no reply in time.

        Error replies are returned as `hiredis.ReplyError` values.
        """
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[list[Reply]] = loop.create_future()

        def finish(replies: list[Reply]) -> None:
            if not answered.done():
                answered.set_result(replies)

        self.pipeline.submit(Batch(commands, loop.time() + within, finish, first=first))
        replies = await answered
        if any(reply is MISSING for reply in replies):
            raise EngineAway("the engine did not answer in time")
        return replies

    async def _keep(
        self,
        current: Callable[[], Connection | None],
        connect: Callable[[], Awaitable[None]],
        lost: Callable[[], None],
    ) -> None:
        failed = 0
        while True:
            connection = current()
            if connection is not None:
                await connection.lost.wait()
                lost()
                continue
            try:
                await connect()
                failed = 0
            except EngineAway as reason:
                failed += 1
                self.counted["connects_failed"] += 1
                self._is_away()
                log.info("engine_away", reason=str(reason), attempt=failed)
                pause = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(failed, 10))
                await asyncio.sleep(pause * self._random.uniform(0.5, 1.0))

    async def _connect_commits(self) -> None:
        asked_at = asyncio.get_running_loop().time()
        connection, replies = await self._connect([(b"TIME",), *_registrations()])
        self._learn_time(replies[0], asked_at)
        self._commits = connection
        self._commits_up.set()
        self.pipeline.attach(connection)

    def _lost_commits(self) -> None:
        self._commits = None
        self._commits_up.clear()
        self.pipeline.detach()
        self.subscriber.recycle()

    async def _connect_hears(self) -> None:
        while True:
            await self._commits_up.wait()
            beside = self._commits
            connection, _ = await self._connect([])
            if beside is self._commits and beside is not None and not beside.lost.is_set():
                break
            connection.abort()  # the other was lost meanwhile: this one may reach an engine of the past
            await asyncio.sleep(0)
        self._hears = connection
        self.subscriber.attach(connection)

    def _lost_hears(self) -> None:
        self._hears = None
        self.subscriber.detach()

    async def _connect(self, then: list[tuple[bytes, ...]]) -> tuple[Connection, list[Reply]]:
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                made = await resp.connect(self._address, then)
        except TimeoutError:
            raise EngineAway("the engine accepts connections but does not answer") from None
        self.generation += 1
        self.counted["connects"] += 1
        return made

    def _is_away(self) -> None:
        if self.away_since is None:
            self.away_since = asyncio.get_running_loop().time()
            self.woken.set()

    def _learn_time(self, reply: Reply, asked_at: float) -> None:
        now = asyncio.get_running_loop().time()
        self._offset = int(reply[0]) + int(reply[1]) / 1e6 - (asked_at + now) / 2

    async def _keep_probing(self) -> None:
        """Send a probe each second; two in a row that do not come back on the same connections end both."""
        missed = 0
        while True:
            on = self.generation if self._whole else None
            if on is not None:
                self._probe()
            await asyncio.sleep(PROBE_EVERY)
            lost = on is not None and on == self.generation and self.subscriber.probed < self._sent
            missed = missed + 1 if lost and not self.subscriber.paused else 0
            self.counted["probes_missed"] += lost
            if missed >= PROBES_MISSED:
                missed = 0
                self._is_away()
                self._drop()

    @property
    def _whole(self) -> bool:
        return self._commits is not None and self._hears is not None and self.subscriber.attached

    def _drop(self) -> None:
        for connection in (self._commits, self._hears):
            if connection is not None:
                connection.abort()

    def _probe(self) -> None:
        self._sent += 1
        asked_at = asyncio.get_running_loop().time()
        channel = envelope.probe_channel(self._name).encode()

        def finish(replies: list[Reply]) -> None:
            self._writable = not isinstance(replies[0], hiredis.ReplyError)
            if isinstance(replies[2], list):
                self._learn_time(replies[2], asked_at)

        number = b"%d" % self._sent
        write = pack(b"SET", channel, number, b"PX", PROBE_KEPT)
        commands = [write, pack(b"SPUBLISH", channel, number), pack(b"TIME")]
        self.pipeline.submit(Batch(commands, asked_at + PROBE_EVERY * PROBES_MISSED, finish, first=True))


def _registrations() -> list[tuple[bytes, ...]]:
    return [(b"SCRIPT", b"LOAD", script.source) for script in scripts().values()]
