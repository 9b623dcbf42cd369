"""The client's line to the server: one queue of commands over however many connections it takes.

    put ─▶ queue ─▶ write (16 unanswered at most) ─▶ connection ─▶ read ─▶ the app: settled, told
              ▲                                          │ lost, or asked to move
              └──────── what was left unanswered ◀───────┘ dial: connect, hello, welcome ─▶ the app: welcomed

What a lost connection left unanswered goes back to the front, in order, before anything new. A command bound to a
connection (`Ask.link`) fails with it instead. Asked to `reconnect`, the line dials first and leaves the old
connection when its commands are answered; from the new welcome on, only the new connection's events count.

Failure: a connection that cannot be had or is lost is dialled again for ever, with full jitter. Close codes 40xx, a
hello refused for good, and `aclose` stop the line: everything waiting then fails with `Stopped`. A fault in the app
or here stops it too, as `Stopped("fault", ...)` with the fault as its cause.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from chat.dialler import LOST, Backoff, Dialler, Later, Stopped
from chat.follow import Event

IN_FLIGHT = 16  # protocol.md: the server does not read the 17th before a reply leaves
STOPPING = frozenset({1000, 1002, 1003, 1007, 1009})  # done, or a bug of ours
STALE = frozenset({4001, 4002, 4100})  # another token may help
STATE_LOST = 4101


class LinkLost(Exception):
    """The connection a command was bound to is gone."""


@dataclass(slots=True, eq=False)
class Ask:
    """One command on its way to its one answer."""

    command: Event
    answer: asyncio.Future[Event] | None  # None: typing, which has none
    number: int
    link: Link | None = None  # set: means nothing on another connection, fails with it

    def fail(self, why: Exception) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(why)


class Link:
    """One connection: what was sent on it and not answered yet."""

    __slots__ = ("last_id", "over", "ready", "retired", "sent", "since", "ws")

    def __init__(self, ws: ClientConnection, since: float) -> None:
        self.ws = ws
        self.since = since
        self.sent: dict[int, Ask] = {}
        self.last_id = 1  # hello was 1
        self.ready = False  # commands may leave on it
        self.retired = False  # a newer connection tells the events now
        self.over: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()  # close code, reason


class App(Protocol):
    """Whose line it is. All but `renew` are called in the order of the frames and must not wait."""

    def hello(self) -> Event:
        """The hello to say now, without its number."""

    def welcomed(self, link: Link, welcome: Event, hello: Event) -> None:
        """This hello was answered so; events of `link` follow."""

    def told(self, link: Link, event: Event) -> None:
        """One event."""

    def settled(self, ask: Ask, answer: Event | None) -> None:
        """One answer; None: nobody waits for one any more."""

    def cut(self) -> None:
        """The connection is gone, or about to be replaced."""

    def forget(self) -> None:
        """The server's state of us is gone (4101): positions mean nothing any more."""

    async def renew(self) -> bool:
        """Get another token. False: there is no way to."""

    def stopped(self) -> None:
        """The line has stopped."""


class Line:
    """See the module. One reader task for each connection, one writer, one that keeps it all up."""

    def __init__(self, dialler: Dialler, app: App, backoff: Backoff) -> None:
        self.link: Link | None = None  # the connection that tells us events
        self.ending: Stopped | None = None
        self.up = asyncio.Event()  # welcomed once, or stopped
        self._dialler, self._app, self._backoff = dialler, app, backoff
        self._leaving: Link | None = None  # the one before, while its last commands are answered
        self._queue: deque[Ask] = deque()
        self._work = asyncio.Event()  # the writer may have something to do
        self._dialling = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    # life

    def start(self) -> None:
        self.spawn(self._run())
        self.spawn(self._write())

    async def aclose(self) -> None:
        """Say goodbye and end."""
        self.stop(Stopped("closed", "the client was closed"))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        link, self.link = self.link, None
        if link is not None:
            await link.ws.close()

    def stop(self, why: Stopped) -> Stopped:
        """End for good: the first reason counts, and is returned."""
        if self.ending is not None:
            return self.ending
        self.ending = why
        links = [link for link in (self._leaving, self.link) if link is not None]
        waiting = [*self._queue, *(ask for link in links for ask in link.sent.values())]
        self._queue.clear()
        for ask in waiting:
            ask.fail(why)
        self.up.set()
        self._app.stopped()
        return why

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the line, until it is closed."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None and not isinstance(fault, Stopped):
            self.stop(Stopped("fault", f"the client failed: {type(fault).__name__}")).__cause__ = fault

    # commands out

    def put(self, ask: Ask) -> None:
        """Queue a command; it leaves in its turn. Raises `Stopped`."""
        if self.ending is not None:
            raise self.ending
        self._queue.append(ask)
        self._work.set()

    def give_up(self, ask: Ask) -> None:
        """Take a command back if it has not left: then it never happened."""
        if ask in self._queue:
            self._queue.remove(ask)
            self._app.settled(ask, None)

    async def _write(self) -> None:
        """The one writer: the queue leaves in order, as long as the window is open."""
        while True:
            await self._work.wait()
            link = self.link
            if link is None or not link.ready or not self._queue or len(link.sent) >= IN_FLIGHT:
                self._work.clear()
                continue
            ask = self._queue.popleft()
            if ask.link is not None and ask.link is not link:
                ask.fail(LinkLost())
                continue
            link.last_id += 1
            if ask.answer is not None:
                link.sent[link.last_id] = ask
            with contextlib.suppress(ConnectionClosed):  # the reader sees it too, and puts back what was sent
                await self._dialler.transmit(link.ws, {**ask.command, "id": link.last_id})

    def _put_back(self, link: Link) -> None:
        """What a connection left unanswered goes to the front of the queue, in order."""
        asks, link.sent = list(link.sent.values()), {}
        for ask in reversed(asks):
            if ask.link is not None:
                ask.fail(LinkLost())
            elif ask.answer is not None and ask.answer.cancelled():
                self._app.settled(ask, None)
            else:
                self._queue.appendleft(ask)
        self._work.set()

    # frames in

    async def _read(self, link: Link) -> None:
        """The one reader of a connection, until it closes."""
        try:
            while True:
                self._hear(link, self._dialler.decode(await link.ws.recv(decode=False)))
        except ConnectionClosed as closed:
            link.over.set_result((closed.rcvd.code, closed.rcvd.reason) if closed.rcvd is not None else (1006, ""))

    def _hear(self, link: Link, told: Event) -> None:
        if "re" in told:
            ask = link.sent.pop(told["re"], None)
            if ask is not None:
                self._app.settled(ask, told)
                self._work.set()
        elif not link.retired:  # else the newer connection tells it too
            if told["type"] == "reconnect":
                self.spawn(self._move(link, told))
            self._app.told(link, told)

    # connections

    async def _run(self) -> None:
        """Connect, watch the connection to its end, decide what its close code means, again."""
        wait = 0.0
        while True:
            link = await self._connected(wait)
            code, reason = await link.over
            moved = self.link is not link
            if not moved:
                self._app.cut()
                self.link = None
            self._put_back(link)
            wait = 0.0 if moved else await self._after(code, reason, time.monotonic() - link.since)

    async def _connected(self, wait: float) -> Link:
        """A connection that stands, dialling as often as it takes."""
        while True:
            await asyncio.sleep(wait)
            async with self._dialling:
                if self.link is not None:
                    return self.link  # a move was quicker
                try:
                    link = await self._dial()
                except Later as later:
                    wait = later.retry_after + self._backoff.wait()
                    continue
            link.ready = True
            self._work.set()
            return link

    async def _after(self, code: int, reason: str, lasted: float) -> float:
        """How long to wait after this close code; raises `Stopped` for those that end it (40xx)."""
        if not (code in STALE and await self._app.renew()) and (4000 <= code < 4100 or code in STOPPING):
            raise self.stop(Stopped(code, reason or "the server closed the connection for good"))
        if code == STATE_LOST:
            self._app.forget()
        if 4200 <= code < 4300:
            return 0.0
        asked = float(reason) if reason.replace(".", "", 1).isdigit() else 0.0  # 1013, 4129: seconds, where given
        return asked + self._backoff.wait(lasted)

    async def _dial(self, ticket: str | None = None) -> Link:
        """Connect, say hello, be welcomed. Raises `Later`, or `Stopped` where hello is refused for good."""
        ws = await self._opened(ticket)
        try:
            hello = self._app.hello()
            answer = await self._dialler.greet(ws, hello)
        except LOST as lost:
            ws.transport.abort()
            if isinstance(lost, ConnectionClosed) and lost.rcvd is not None:
                raise Later(await self._after(lost.rcvd.code, lost.rcvd.reason, 0.0)) from None
            raise Later from None
        except BaseException:
            ws.transport.abort()
            raise
        if answer["type"] != "welcome":
            await ws.close()
            renewed = answer["code"] in ("expired", "unauthorized") and await self._app.renew()
            if answer["retry"] == "never" and not renewed:
                raise self.stop(Stopped(answer["code"], answer["says"]))
            raise Later(float(answer.get("retry_after") or 0.0))
        link = Link(ws, time.monotonic())
        if self.link is not None:
            self.link.retired = True
            self._leaving = self.link
            self._app.cut()
        self.link = link
        self._app.welcomed(link, answer, hello)
        self.spawn(self._read(link))
        self.up.set()
        return link

    async def _opened(self, ticket: str | None) -> ClientConnection:
        """The websocket. Raises `Later`, or `Stopped` where the door is shut for good."""
        try:
            return await self._dialler.open(ticket)
        except Stopped as shut:
            raise self.stop(shut) from None

    async def _move(self, old: Link, told: Event) -> None:
        """`reconnect`: make before break. The old connection delivers until the new one is welcomed."""
        await asyncio.sleep(told["after_ms"] / 1000)
        async with self._dialling:
            if self.link is not old:
                return
            try:
                new = await self._dial(told.get("ticket"))
            except Later:
                return  # the old connection ends in time, and the ordinary way begins
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(told["grace_ms"] / 1000):
                while not old.over.done() and (waiting := [ask.answer for ask in old.sent.values() if ask.answer]):
                    ends: list[asyncio.Future[Any]] = [*waiting, old.over]
                    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        await old.ws.close()
        self._leaving = None
        self._put_back(old)
        new.ready = True
        self._work.set()
