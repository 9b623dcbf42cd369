"""The composition root: build everything one process needs, run it in one task group, end it kindly.

    pump      what the backplane hears ─▶ hub, presence, desk    (pump.py)      ┐ these move events: one that ends in
    flush     what the hub has ─▶ clients                        (gateway.py)   ├ a fault ends the process
    backplane.run, presence.run     the engine's side            (rooms/)       ┘
    rounds    timeouts, the review desk, retention, books, ...   (rounds.py)      a fault is counted, and on they go
    drain     everyone moves to another node                     (drain.py)       at the end

Ending: SIGTERM makes the node not ready, stops accepting, and drains it (drain.py). A second SIGTERM ends at once. A
loop of the first kind that dies is a bug: the task group ends the process with exit code 1, and the supervisor or the
operator's service manager starts a new one; nothing acknowledged lives in this process only.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from chat import books, rounds
from chat.accounts import Accounts
from chat.auth import derive, fingerprint
from chat.beside import Beside
from chat.company import Company
from chat.datadir import Unusable
from chat.drain import drain
from chat.gateway import Gateway
from chat.hub import Hub
from chat.metrics import Metrics
from chat.offline import Offline
from chat.pump import pump_forever
from chat.second import Second
from chat.services import Services
from chat.settings import Settings
from chat.shift import Shift
from chat.tickets import Tickets
from chat.turns import Turns
from chat.web import Site, static_files
from moderation import pipeline, shield
from moderation.card import Cards
from moderation.firsts import Firsts
from moderation.review import Review
from moderation.standing import Standing
from rooms.apart import Apart
from rooms.backplane import Backplane, EngineAway
from rooms.calls import engine_client
from rooms.calming import Calming
from rooms.events import NodeId
from rooms.lights import Lanterns
from rooms.matchmaker import Matchmaker
from rooms.presence import Presence
from rooms.topics import Catalogue

log = structlog.get_logger("warmline.node")

# Rooms opened at once when a node starts: the engine is asked in one breath, and answers before its patience ends.
OPENING = 200


async def serve(settings: Settings, *, engine_url: str, ready: Callable[[str], None], reuse_port: bool = False) -> int:
    """Run one node until it is told to end, by SIGTERM or SIGINT. Returns the exit code.

    Calls `ready` with the address once it serves. Raises `Unusable` when the engine cannot be reached or belongs to a
    server with another secret.
    """
    node = Node(settings, engine_url)
    loop = asyncio.get_running_loop()
    try:
        await node.start(reuse_port=reuse_port)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, node.stop)
        if not os.isatty(0):  # on a terminal it means that the terminal is gone, and so are we
            loop.add_signal_handler(signal.SIGHUP, node.books.call)
        ready(node.url)
        await node.run()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)
        await node.aclose()
    return 0


class Node:
    """One running process of the server."""

    def __init__(self, settings: Settings, engine_url: str) -> None:
        secret = settings.auth.secret.encode()
        self.settings = settings
        self.name = NodeId(secrets.token_hex(8))
        self.metrics = Metrics()
        self.tickets = Tickets(secret)
        self.bell = asyncio.Event()
        self.hub = Hub(self.bell.set, lambda room: self.backplane.ring(room))
        self.redis = engine_client(engine_url)
        self.backplane = Backplane(engine_url, self.name, dedupe=settings.limits.dedupe)
        self.presence = Presence(self.redis, self.name)
        self.group: asyncio.TaskGroup | None = None  # from the moment it runs
        self.url = ""
        self._stopping = asyncio.Event()
        self._hurried = asyncio.Event()  # told twice to end
        self._missed = asyncio.Event()  # words between nodes may have been missed
        first = books.first(settings)
        judge = pipeline.load(
            stopwatch=time.monotonic,
            budget=settings.moderation.budget_ms / 1000,
            flood=settings.limits.enabled,
            books=first.books,
        )
        lines = first.books.helplines
        filter_ = settings.moderation
        self.second = Second(
            judge,
            self.metrics,
            enabled=filter_.second,
            waiting=filter_.second_waiting,
            seconds=filter_.second_seconds,
        )
        self.beside = Beside(judge)
        self.books = books.Keeper(settings, pipeline=judge, helplines=lines, metrics=self.metrics, first=first)
        self.services = Services(
            settings=settings,
            secret=secret,
            catalogue=Catalogue(settings.rooms),
            hub=self.hub,
            backplane=self.backplane,
            presence=self.presence,
            apart=Apart(self.redis),
            lights=Lanterns(self.redis, self.backplane.engine_now_ms),
            pipeline=judge,
            turns=Turns(judge, self.second, self.beside, self.metrics, time.monotonic),
            helplines=lines,
            cards=Cards.load(lines),
            shift=Shift(self.redis, self.name, lambda user: user in self.hub.people, time.monotonic),
            calming=Calming(self.redis),
            easing=settings.contagion.easing,
            review=Review(self.redis, derive(secret, "audit").hex(), settings.moderation.times),
            standing=Standing(self.redis, shield.packaged()),
            firsts=Firsts(self.redis),
            accounts=Accounts(self.redis),
            matchmaker=Matchmaker(self.redis, times=settings.sessions.times, caps=settings.sessions.caps),
            company=Company(asyncio.Event()),
            metrics=self.metrics,
            node=self.name[:8],
            wall=time.time,
            ticks=time.monotonic,
            fresh=lambda: secrets.token_urlsafe(16),
            spawn=self.spawn,
        )
        site = Site(
            static_files(),
            live=lambda: None,
            ready=self.trouble,
            metrics=self.metrics.render,
            remark=self.remark,
            lines=Offline(self.services.cards, time.time).body,
        )
        self.gateway = Gateway(self.services, site, self.tickets, self.bell)

    def spawn(self, work: Coroutine[Any, Any, None]) -> object:
        """Run a handler in the node's task group. After its end nothing is begun any more: nobody waits for a reply."""
        if self.group is None:
            raise AssertionError("a command came before the node ran")
        try:
            return self.group.create_task(work)
        except RuntimeError:  # the group is ending, and the connections with it
            work.close()
            return None

    def trouble(self) -> str | None:
        """What is wrong, in a word, or None: the node may take people (F49)."""
        if self.gateway.draining:
            return "draining"
        if not self.backplane.healthy:
            return "engine"
        if not self.services.pipeline.healthy:
            return "filter"
        return None

    def remark(self) -> dict[str, object]:
        """What is worth knowing of a node that serves."""
        missing = self.second.trouble
        return self.books.remark() | ({"second": missing} if missing else {})

    async def start(self, *, reuse_port: bool = False) -> None:
        """Reach the engine, check that it is ours, then listen. Raises Unusable."""
        self.second.begin()  # loads beside all this
        try:
            await self.backplane.start()
            if not await self.backplane.claim_secret(fingerprint(self.services.secret)):
                raise Unusable("auth.secret is not the one this engine's rooms were written with; set the old one")
            await self._open_rooms()
        except EngineAway as away:
            raise Unusable(f"the engine does not answer: {away}; check redis.url") from None
        rounds.try_filter(
            self.services
        )  # the first judgement of a process costs more than a message may: let it be nobody's
        gateway = self.settings.gateway
        sock = bind(gateway.host, gateway.port, reuse_port=reuse_port)
        await self.gateway.listener.listen(sock)
        host, port = sock.getsockname()[:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def _open_rooms(self) -> None:
        """Hear every topic room from the start: a join then waits for nothing, and `rooms` knows who is there."""
        topics = list(self.services.catalogue)
        for some in (topics[at : at + OPENING] for at in range(0, len(topics), OPENING)):
            await asyncio.gather(*(self.backplane.open(topic.key) for topic in some))
            await asyncio.gather(*(self.presence.load(topic.key) for topic in some))
            await self.services.apart.read([topic.key for topic in some])

    async def run(self) -> None:
        """Serve until `stop`, then drain."""
        table = rounds.table(self.services, self.gateway, self.books, self._missed)
        works = (
            self.backplane.run(),
            self.presence.run(),
            pump_forever(self.services, self.gateway, self._missed),
            self.gateway.flush_forever(),
            *(rounds.keep(one, self.metrics) for one in table),
        )
        async with asyncio.TaskGroup() as self.group:
            loops = [self.group.create_task(work) for work in works]
            await self._stopping.wait()
            await drain(self.gateway, self.settings.drain.window, self._hurried)
            await ended(loops)
        log.info("stopped")

    def stop(self) -> None:
        """End kindly. Called a second time: at once."""
        if self._stopping.is_set():
            self._hurried.set()
        self._stopping.set()

    async def aclose(self) -> None:
        """Let go of everything, in the opposite order of `start`."""
        await self.gateway.listener.aclose()
        self.second.end()
        self.beside.end()
        await self.presence.retire()
        await self.backplane.aclose()
        await self.redis.aclose()


async def ended(loops: list[asyncio.Task[None]]) -> None:
    """Cancel, until it is done: redis-py was seen to swallow a cancellation that met it while it connected."""
    while pending := [loop for loop in loops if not loop.done()]:
        for loop in pending:
            loop.cancel()
        await asyncio.wait(pending, timeout=0.05)


def bind(host: str, port: int, *, reuse_port: bool) -> socket.socket:
    """A bound listening socket. Without `reuse_port` a taken port raises OSError, as it should."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock
