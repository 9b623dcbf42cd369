"""The composition root: build everything one process needs, run it in one task group, end it kindly.

    pump        backplane.take ─▶ hub.deliver, presence.absorb       the only loop that moves events upward
    flush       gateway.flush_forever                                 the only loop that writes to clients
    seconds     timeouts, what clients are told of presence            the second hand
    retention   what rooms keep, and no longer
    desk        what falls due on the review desk
    shift       who of the team is there, on any node
    revocations tokens taken back while this node heard nothing
    books       rules, packs and helplines that changed on disk, or SIGHUP
    backplane.run, presence.run                                       the engine's side

Ending: SIGTERM makes the node not ready, stops accepting, asks each client to `reconnect` at a moment of its own
within the drain window and goes on serving meanwhile (the client opens its new connection before it leaves this one),
then closes with 1012. A second SIGTERM ends at once. A loop that dies is a bug: the task group ends the process with
exit code 1, and the supervisor or the operator's service manager starts a new one; nothing acknowledged lives in this
process only.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import random
import secrets
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import structlog

from chat import books, conduct, desk, easing, overdue, people, settling, talk
from chat.accounts import REVOKED, Accounts, Revocation
from chat.auth import derive, fingerprint
from chat.connection import State
from chat.datadir import Unusable
from chat.gateway import Gateway
from chat.hub import Hub
from chat.metrics import Metrics
from chat.outbox import Lane
from chat.replies import Close, Notice, Reconnect, Reset
from chat.services import Services
from chat.settings import Settings
from chat.shift import BEAT, Shift
from chat.tickets import LIFE, Tickets
from chat.web import Site, static_files
from moderation import pipeline, shield
from moderation.card import Cards
from moderation.helplines import EXPIRED_DAYS
from moderation.review import Review
from moderation.standing import Standing
from moderation.verdict import Submission
from rooms.backplane import Backplane, Control, EngineAway, EngineMark, PresenceDiff, RoomReset, TypingBlip
from rooms.calls import engine_client
from rooms.calming import Calming
from rooms.events import Entry, NodeId, RoomKey
from rooms.presence import Presence
from rooms.topics import Catalogue, Topic

log = structlog.get_logger("warmline.node")

# Rooms opened at once when a node starts: the engine is asked in one breath, and answers before its patience ends.
OPENING = 200

# How often a node asks by itself whether tokens were taken back: a word between nodes is lost only with a connection.
LOOK_AGAIN = 30.0

# How often a node sees to what has fallen due on the review desk; the shortest time limit is a minute.
LOOK_AFTER = 1.0
# How often it writes the end of the audit trail into its log.
NOTE_HEAD = 3600.0

# How often the retention of each room is looked after. Exact to the minute is exact enough for "after 30 days".
RETENTION_EVERY = 30.0

ENGINE = {
    EngineMark.AWAY: ("engine_away", "We can't save messages just now. Stay, nothing you wrote is lost."),
    EngineMark.BACK: ("engine_back", "Messages are saved again."),
}


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
        self.hub = Hub(self.bell.set)
        self.redis = engine_client(engine_url)
        self.backplane = Backplane(engine_url, self.name, dedupe=settings.limits.dedupe)
        self.presence = Presence(self.redis, self.name)
        self.group: asyncio.TaskGroup | None = None  # from the moment it runs
        self.url = ""
        self._stopping = asyncio.Event()
        self._hurried = False  # told twice to end
        self._due = 0  # helplines to be read again
        self._missed = asyncio.Event()  # words between nodes may have been missed
        first = books.first(settings)
        judge = pipeline.load(
            stopwatch=time.monotonic,
            budget=settings.moderation.budget_ms / 1000,
            flood=settings.limits.enabled,
            books=first.books,
        )
        lines = first.books.helplines
        self.books = books.Keeper(settings, pipeline=judge, helplines=lines, metrics=self.metrics, first=first)
        self.services = Services(
            settings=settings,
            secret=secret,
            catalogue=Catalogue(settings.rooms),
            hub=self.hub,
            backplane=self.backplane,
            presence=self.presence,
            pipeline=judge,
            helplines=lines,
            cards=Cards.load(lines),
            shift=Shift(self.redis, self.name, lambda user: user in self.hub.people, time.monotonic),
            calming=Calming(self.redis),
            easing=settings.contagion.easing,
            review=Review(self.redis, derive(secret, "audit").hex(), settings.moderation.times),
            standing=Standing(self.redis, shield.load()),
            accounts=Accounts(self.redis),
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
            remark=self.books.remark,
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

    async def start(self, *, reuse_port: bool = False) -> None:
        """Reach the engine, check that it is ours, then listen. Raises Unusable."""
        try:
            await self.backplane.start()
            if not await self.backplane.claim_secret(fingerprint(self.services.secret)):
                raise Unusable("auth.secret is not the one this engine's rooms were written with; set the old one")
            await self._open_rooms()
        except EngineAway as away:
            raise Unusable(f"the engine does not answer: {away}; check redis.url") from None
        self._try_filter()  # the first judgement of a process costs more than a message may: let it be nobody's
        gateway = self.settings.gateway
        sock = bind(gateway.host, gateway.port, reuse_port=reuse_port)
        await self.gateway.listener.listen(sock)
        host, port = sock.getsockname()[:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def _try_filter(self) -> None:
        """One judgement that is nobody's; `healthy` says how it went."""
        self.services.pipeline.judge(Submission(text="good evening, all", lane="", author="", dry=True), 0.0)

    async def _open_rooms(self) -> None:
        """Hear every topic room from the start: a join then waits for nothing, and `rooms` knows who is there."""
        topics = list(self.services.catalogue)
        for some in (topics[at : at + OPENING] for at in range(0, len(topics), OPENING)):
            await asyncio.gather(*(self.backplane.open(topic.key) for topic in some))
            await asyncio.gather(*(self.presence.load(topic.key) for topic in some))

    async def run(self) -> None:
        """Serve until `stop`, then drain."""
        works = (
            self.backplane.run(),
            self.presence.run(),
            self.pump(),
            self.gateway.flush_forever(),
            self.seconds(),
            self.retention(),
            self.revocations(),
            self.desk(),
            self.shift(),
            self.books.run(),
        )
        async with asyncio.TaskGroup() as self.group:
            loops = [self.group.create_task(work) for work in works]
            await self._stopping.wait()
            await self.drain()
            await ended(loops)
        log.info("stopped")

    def stop(self) -> None:
        """End kindly. Called a second time: at once."""
        if self._stopping.is_set():
            self._hurried = True
        self._stopping.set()

    async def aclose(self) -> None:
        """Let go of everything, in the opposite order of `start`."""
        await self.gateway.listener.aclose()
        await self.presence.retire()
        await self.backplane.aclose()
        await self.redis.aclose()

    async def pump(self) -> None:
        """Move what the backplane hears to where it belongs. The only loop that moves events upward."""
        while True:
            await self.backplane.wait()
            typing: dict[RoomKey, list[str]] = {}
            for arrival in self.backplane.take():
                if isinstance(arrival, Entry):
                    self.hub.deliver(arrival)
                    if conduct.concerns(arrival):
                        self.spawn(conduct.look_again(self.services, arrival))
                elif isinstance(arrival, PresenceDiff):
                    self.presence.absorb(arrival)
                elif isinstance(arrival, TypingBlip):
                    typing.setdefault(arrival.room, []).append(arrival.body.decode())
                elif isinstance(arrival, RoomReset):
                    self._reset(arrival)
                elif isinstance(arrival, EngineMark):
                    self._engine(arrival)
                elif isinstance(arrival, Control):
                    self._control(arrival)
            for room, aliases in typing.items():
                talk.tell_typing(self.services, room, list(dict.fromkeys(aliases)))

    def _reset(self, arrival: RoomReset) -> None:
        """What clients know of this room is not what the log says: they drop it and join anew."""
        local = self.hub.rooms.get(arrival.room)
        self.metrics.reset(arrival.why)
        log.warning("room_reset", why=arrival.why)
        if local is not None:
            self.hub.tell(arrival.room, Reset(room=local.name, why=arrival.why), Lane.CONTROL)

    def _control(self, word: Control) -> None:
        """What another node, or this one, told all nodes. Words of a newer version are not ours to understand."""
        if word.room is None and word.verb == REVOKED:
            with contextlib.suppress(ValueError):
                people.taken_back(self.services, Revocation.unpack(word.body))
        elif word.room is None and word.verb == settling.CHANGED:
            desk.told(self.services, word.body)
        elif word.room is None and word.verb == easing.HEAVY:
            easing.alert(self.services, word.body)

    def _engine(self, mark: EngineMark) -> None:
        """The store went away, or is back: say so (F45). What was taken back meanwhile is asked for."""
        if mark is EngineMark.BACK:
            self._missed.set()
        code, says = ENGINE[mark]
        log.warning(code)
        for connection in self.gateway.everyone():
            if connection.state is State.OPEN:
                connection.say(Lane.CONTROL, Notice(code=code, says=says))
                self.hub.touch(connection)

    async def drain(self) -> None:
        """Ask everyone to move, each at a moment of their own; close who is still here at the end of the window."""
        self.gateway.draining = True
        self.gateway.listener.stop()
        window = self.settings.drain.window
        everyone = self.gateway.everyone()
        log.info("draining", connections=len(everyone), window=window)
        for connection in everyone:
            ticket = self.tickets.make(secrets.token_hex(12), time.time())
            after = int(random.uniform(0, min(window, LIFE) * 0.5) * 1000)
            moved = Reconnect(after_ms=after, grace_ms=int(window * 1000), ticket=_wrap(ticket))
            connection.say(Lane.CONTROL, moved)
            self.hub.touch(connection)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(window):
                while not self._hurried and self.gateway.listener.live:
                    await asyncio.sleep(min(0.05, window))
        for connection in self.gateway.everyone():
            connection.close(Close.RESTART, "the server restarts")
            self.hub.touch(connection)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                while not self._hurried and self.gateway.listener.live:
                    await asyncio.sleep(0.02)

    async def seconds(self) -> None:
        """The second hand: timeouts, and what clients should be told of presence."""
        gateway, beat = self.gateway, 0.25
        due = time.monotonic()
        ticks = 0
        while True:
            due = max(due + beat, time.monotonic())  # a stalled process does not make up for lost seconds
            await asyncio.sleep(due - time.monotonic())
            ticks += 1
            if ticks % 4 == 0:
                gateway.tick()
                if not self.services.pipeline.healthy:
                    self._try_filter()  # nobody may be sent here while we are not ready: ask ourselves
                self.metrics.observe(
                    people=len(self.hub.people), rooms=len(self.hub.rooms), delivered=self.hub.delivered,
                    engine=self.backplane.healthy, **self._counted(),
                )  # fmt: skip
                self.metrics.stages_took(self.services.pipeline.take_laps())
            for room, change in self.presence.due(time.monotonic()):
                talk.tell_presence(self.services, room, change)

    def _counted(self) -> dict[str, int]:
        """What the layers below have counted since the start, by the names of `metrics.COPIED`."""
        plane, presence = self.backplane.stats(), self.presence.stats()
        return {
            "sent_bytes": self.gateway.sent,
            "received_bytes": self.gateway.listener.received,
            "batches_resent": plane["resent"],
            "repairs": plane["repairs"],
            "heals": plane["healed_entries"],
            "forks": plane["forks"],
            "presence_scripts": presence.get("scripts", 0),
            "presence_readings": presence.get("readings", 0),
            "nodes_reaped": presence.get("reaped", 0),
        }

    async def desk(self) -> None:
        """See to what falls due on the review desk. Any node may; each thing is done once."""
        noted = 0.0
        while True:
            await asyncio.sleep(LOOK_AFTER * random.uniform(0.8, 1.2))
            try:
                await overdue.look_after(self.services)
                if time.monotonic() >= noted:  # outside of the engine: so that an end that is cut off can be shown
                    noted = time.monotonic() + NOTE_HEAD
                    entries, mac = await self.services.review.audit.head()
                    log.info("audit_head", entries=entries, mac=mac)
            except OSError:  # the engine is away: what is due stays due
                continue
            except Exception as fault:  # one case, not the node
                self.metrics.failed(type(fault).__name__)
                log.error("desk_failed", fault=type(fault).__name__)

    async def revocations(self) -> None:
        """Ask now and then, and whenever the engine is back, whether the tokens of those here are still good."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN * random.uniform(0.8, 1.2)):
                    await self._missed.wait()
            self._missed.clear()
            with contextlib.suppress(EngineAway, OSError):  # the next round will do it
                await people.look_again(self.services)
                await conduct.look_around(self.services)

    async def shift(self) -> None:
        """Say who of the team is here, and hear of the others. An engine that is away is asked again."""
        while True:
            await self.services.shift.beat()
            await asyncio.sleep(BEAT)

    async def retention(self) -> None:
        """Keep each topic room's history as long as it says, and no longer. Any node may do it; twice is once."""
        while True:
            self._helplines_due()
            await asyncio.sleep(RETENTION_EVERY * random.uniform(0.8, 1.2))
            for topic in self.services.catalogue:
                if topic.retention or topic.retention_length:
                    await self._keep(topic)

    def _helplines_due(self) -> None:
        """Lines that a human must read again are the operator's task: a number to watch, and a word when it grows."""
        today = datetime.fromtimestamp(self.services.wall(), UTC).date()
        due = len(self.services.helplines.stale(today))
        overdue = len(self.services.helplines.stale(today, EXPIRED_DAYS))
        if due > self._due:
            log.warning("helplines_due", due=due, overdue=overdue, see="warmline helplines check")
        self._due = due
        self.metrics.helplines(due, overdue)

    async def _keep(self, topic: Topic) -> None:
        cutoff = self.backplane.engine_now_ms() - int(topic.retention * 1000) if topic.retention else None
        with contextlib.suppress(EngineAway):  # the next round will do it
            await self.backplane.trim(topic.key, older_than_ms=cutoff, longer_than=topic.retention_length or None)


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


def _wrap(ticket: str) -> str:
    """A ticket as it is offered: base64url without padding, a legal subprotocol name."""
    return base64.urlsafe_b64encode(ticket.encode()).rstrip(b"=").decode()
