"""The asyncio client of Warmline: SDK, tests, load generator and benchmarks use this one.

    async with Client("ws://127.0.0.1:8080/ws", guest={"band": "adult", "name": "Ana"}) as client:
        joined = await client.join("postpartum")              # Joined: alias, rules, who is here, the newest page
        sent = await client.send("postpartum", "long night")  # the server's answer: {"type": "sent", ...} or "refused"
        async for event in client.events():                   # everything the server tells, as dicts
            print(event["type"], event.get("text"))

Commands return the server's answer as a dict, also when it is a refusal (`answer["type"] == "refused"`, with `code`,
`says`, `retry`); only `join` raises `Refused`, because a script can seldom go on without its room. `client.view(room)`
holds the logged events seen, once each, in the order of the log (the newest `keep`).

How it keeps its promises. Every command waits in one queue and leaves in order, at most 16 unanswered at a time. What
a lost connection left unanswered goes to the front of the queue and is sent again on the next one, a `send` with the
same key: so it happens once, and `send` returns only with an outcome. Each room is a `Followed` (chat/follow.py); one
`hello` resumes them all, as the same person (the token of the first welcome is kept in memory, and refreshed before it
expires). Asked to `reconnect`, it opens the new connection while the old one still delivers.

What the client adds to the events it passes on:
`replaced {room, why}`  the missed part could not be given; the view now starts anew with the newest page
`left {room, code}`     a room could not be returned to
`overflow {missed}`     nobody read `events()` for so long that the oldest were dropped (the views are complete)

Failure: lost connections are retried for ever with full jitter (base 0.5 s, cap 30 s, started over after 30 s of
stability). Close codes 40xx, a refused hello, or `aclose()` end it: then everything waiting and `events()` raise
`Stopped`, which carries code and words. A server not reached within `patience` at the start raises `Stopped` too.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from chat import wire
from chat.follow import Event, Followed
from chat.replies import Joined
from chat.wire import Codec

IN_FLIGHT = 16  # protocol.md: the server does not read the 17th before a reply leaves
# A resume brings 512 KiB of events at most; the rest of a welcome is small.
MAX_FRAME = 2 * 1024 * 1024
# Connection reset or refused, upgrade refused, answer too slow: the network, not us.
_LOST = (OSError, InvalidHandshake, ConnectionClosed, TimeoutError)
_PERSONAL = frozenset({"care", "resolved"})  # events of the inbox, whatever room they are about
_STOPPING = frozenset({1000, 1002, 1003, 1007, 1009})  # done, or a bug of ours


class Stopped(Exception):
    """The client has ended for good. `code`: a close code, a refusal code of hello, or a word of ours."""

    def __init__(self, code: int | str, says: str) -> None:
        super().__init__(f"{code}: {says}")
        self.code = code
        self.says = says


class Refused(Exception):
    """A room could not be joined. `answer` is the whole refusal."""

    def __init__(self, answer: Event) -> None:
        super().__init__(answer["code"])
        self.code: str = answer["code"]
        self.answer = answer


class LinkLost(Exception):
    """The connection a command was bound to is gone. Seen only inside the client."""


class _Later(Exception):
    """Could not connect now."""

    def __init__(self, retry_after: float = 0.0) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Backoff:
    """Full jitter: a random wait up to base * 2^n, at most `cap`. Seconds, all multiplied by `scale`."""

    BASE, CAP, STABLE = 0.5, 30.0, 30.0

    def __init__(self, rng: random.Random, scale: float = 1.0) -> None:
        self._rng = rng
        self._scale = scale
        self._failures = 0

    def wait(self, lasted: float = 0.0) -> float:
        """The next wait; `lasted` is how long the connection before it stood."""
        if lasted >= self.STABLE * self._scale:
            self._failures = 0
        bound = min(self.CAP, self.BASE * 2 ** min(self._failures, 16))
        self._failures += 1
        return self._rng.uniform(0, bound) * self._scale


@dataclass(slots=True, eq=False)
class _Ask:
    """One command on its way to its one answer."""

    command: Event
    answer: asyncio.Future[Event] | None  # None: typing, which has none
    number: int
    link: _Link | None = None  # set: means nothing on another connection, fails with it


class _Link:
    """One connection: what was sent on it and not answered yet."""

    __slots__ = ("last_id", "over", "ready", "retired", "sent", "since", "ws")

    def __init__(self, ws: ClientConnection, since: float) -> None:
        self.ws = ws
        self.since = since
        self.sent: dict[int, _Ask] = {}
        self.last_id = 1  # hello was 1
        self.ready = False  # commands may leave on it
        self.retired = False  # a newer connection tells the events now
        self.over: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()  # close code, reason


class Client:
    """One person's client. Use as an async context manager; one task may read `events()`, any number may send."""

    def __init__(
        self,
        url: str,
        *,
        guest: Mapping[str, Any] | None = None,
        token: str | None = None,
        codec: Codec = Codec.JSON,
        rng: random.Random | None = None,
        scale: float = 1.0,
        keep: int = 10_000,
        backlog: int = 10_000,
        patience: float = 30.0,
        tab: str | None = None,
        origin: str | None = None,
        keepalive: float | None = 20.0,
        renew: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        """`guest` ({"band": ..., "name"?: ...}) or `token`. `scale` shrinks every wait of ours (tests); `keep` events a
        room and `backlog` unread events are held; `renew` fetches a new token where the old one is no longer taken."""
        if (guest is None) == (token is None):
            raise ValueError("give either guest or token")
        self.url = url
        self.codec = codec
        self.welcome: Event = {}  # the last welcome
        self.token = token  # kept from the first welcome on: the same person after every reconnect
        self.connections = 0  # welcomes so far
        self._guest = dict(guest) if guest is not None else None
        self._rng = rng or random.Random()
        self._backoff = Backoff(self._rng, scale)
        self._scale, self._keep, self._patience = scale, keep, patience
        self._tab, self._origin, self._keepalive, self._renew = tab, origin, keepalive, renew
        self._rooms: dict[str, Followed] = {"inbox": Followed("inbox", keep=keep)}
        self._queue: deque[_Ask] = deque()
        self._number = 0
        self._link: _Link | None = None
        self._dialling = asyncio.Lock()
        self._work = asyncio.Event()  # the writer may have something to do
        self._up = asyncio.Event()  # welcomed, or stopped
        self._stopped: Stopped | None = None
        self._told: deque[Event] = deque()
        self._backlog, self._missed = backlog, 0
        self._heard = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refresher: asyncio.TimerHandle | None = None

    # life

    async def __aenter__(self) -> Self:
        self._spawn(self._run())
        self._spawn(self._write())
        try:
            async with asyncio.timeout(self._patience):
                await self._up.wait()
        except TimeoutError:
            self._stop(Stopped("unreachable", f"no welcome within {self._patience:g} s"))
        if self._stopped is not None:
            await self.aclose()
            raise self._stopped
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Say goodbye and end. Whatever still waits for an answer raises `Stopped`."""
        self._stop(Stopped("closed", "the client was closed"))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        link, self._link = self._link, None
        if link is not None:
            await link.ws.close()

    def cut(self) -> None:
        """Drop the connection as a failing network would, without a goodbye (tests)."""
        if self._link is not None:
            self._link.ws.transport.abort()

    # what people do

    async def join(
        self, room: str, *, cursor: str | None = None, alias: str | None = None, quiet: bool = False
    ) -> Joined:
        """Enter a room, or return to it at a cursor. Raises `Refused`."""
        answer = await self.ask("join", room=room, cursor=cursor, alias=alias, quiet=quiet or None)
        if answer["type"] != "joined":
            raise Refused(answer)
        return msgspec.convert(answer, Joined)

    async def leave(self, room: str) -> Event:
        """Go out of a room; its view goes too."""
        return await self.ask("leave", room=room)

    async def send(
        self, room: str, text: str, *, key: str | None = None, reply_to: str | None = None, patient: bool = False
    ) -> Event:
        """Say something, once, however often the connection breaks meanwhile: `sent` or `refused`.

        `patient` sends again, with the same key, while the refusal says that later will do.
        """
        key = key or self.key()
        while True:
            answer = await self.ask("send", room=room, text=text, key=key, reply_to=reply_to)
            if not patient or answer["type"] != "refused" or answer["retry"] == "never":
                return answer
            await asyncio.sleep(_seconds(answer) + self._rng.uniform(0, 0.5) * self._scale)

    async def check(self, room: str, text: str) -> Event:
        """What would become of these words; nothing is stored."""
        return await self.ask("check", room=room, text=text)

    async def edit(self, room: str, message: str, text: str, *, key: str | None = None) -> Event:
        return await self.ask("edit", room=room, message=message, text=text, key=key or self.key())

    async def redact(self, room: str, message: str, *, key: str | None = None) -> Event:
        return await self.ask("redact", room=room, message=message, key=key or self.key())

    async def react(self, room: str, message: str, reaction: str, *, on: bool = True) -> Event:
        return await self.ask("react", room=room, message=message, reaction=reaction, on=on, key=self.key())

    async def page(self, room: str, *, before: str | None = None, after: str | None = None, limit: int = 50) -> Event:
        """A stretch of history, ascending. Moves nothing."""
        return await self.ask("page", room=room, before=before, after=after, limit=limit)

    async def members(self, room: str, *, after: str | None = None, limit: int = 100) -> Event:
        return await self.ask("members", room=room, after=after, limit=limit)

    async def rooms(self) -> Event:
        return await self.ask("rooms")

    async def ping(self) -> Event:
        return await self.ask("ping")

    def typing(self, room: str) -> None:
        """Lossy: forgotten where there is no connection."""
        if self._link is not None and self._link.ready:
            self._put(_Ask({"type": "typing", "room": room}, None, 0))

    async def ask(self, type: str, **fields: Any) -> Event:
        """Any command, by its name and fields (None is left out). Returns its answer."""
        command = {"type": type, **{name: value for name, value in fields.items() if value is not None}}
        return await self._ask(command)

    def key(self) -> str:
        """A key for a command that must happen once."""
        return secrets.token_urlsafe(12)

    def view(self, room: str) -> list[Event]:
        """The logged events of a room seen so far, once each, in the order of the log."""
        followed = self._rooms.get(room)
        return list(followed.view) if followed else []

    def position(self, room: str) -> str | None:
        """Where this client stands in a room."""
        followed = self._rooms.get(room)
        return followed.cursor if followed else None

    async def events(self) -> AsyncIterator[Event]:
        """Everything told, in order, until the client ends (`Stopped`; quietly after `aclose`)."""
        while True:
            while self._told:
                if self._missed:
                    missed, self._missed = self._missed, 0
                    yield {"type": "overflow", "missed": missed}
                yield self._told.popleft()
            if self._stopped is not None:
                if self._stopped.code == "closed":
                    return
                raise self._stopped
            self._heard.clear()
            await self._heard.wait()

    # commands out

    async def _ask(self, command: Event, link: _Link | None = None) -> Event:
        if self._stopped is not None:
            raise self._stopped
        self._number += 1
        answer: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        ask = _Ask(command, answer, self._number, link)
        followed = self._rooms.get(command.get("room", ""))
        if command["type"] == "send" and followed is not None:
            followed.sending(ask.number)
        self._put(ask)
        try:
            return await answer
        except asyncio.CancelledError:
            if ask in self._queue:  # it never left: it never happened
                self._queue.remove(ask)
                self._settle(ask, None)
            raise

    def _put(self, ask: _Ask) -> None:
        self._queue.append(ask)
        self._work.set()

    async def _write(self) -> None:
        """The one writer: the queue leaves in order, as long as the window is open."""
        while True:
            await self._work.wait()
            link = self._link
            if link is None or not link.ready or not self._queue or len(link.sent) >= IN_FLIGHT:
                self._work.clear()
                continue
            ask = self._queue.popleft()
            if ask.link is not None and ask.link is not link:
                self._fail(ask, LinkLost())
                continue
            link.last_id += 1
            if ask.answer is not None:
                link.sent[link.last_id] = ask
            with contextlib.suppress(ConnectionClosed):  # the reader sees it too, and puts back what was sent
                await self._transmit(link.ws, {**ask.command, "id": link.last_id})

    async def _transmit(self, ws: ClientConnection, command: Event) -> None:
        await ws.send(wire.encode(self.codec, command), text=self.codec is Codec.JSON)

    # frames in

    async def _read(self, link: _Link) -> None:
        """The one reader of a connection, until it closes."""
        try:
            while True:
                self._hear(link, self._decode(await link.ws.recv(decode=False)))
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd is not None else 1006
            link.over.set_result((code, closed.rcvd.reason if closed.rcvd is not None else ""))

    def _decode(self, payload: bytes | str) -> Event:
        read = msgspec.json.decode(payload) if self.codec is Codec.JSON else msgspec.msgpack.decode(payload)  # type: ignore[arg-type]
        if not isinstance(read, dict):
            raise AssertionError("the server sent a frame that is no map")
        return read

    def _hear(self, link: _Link, told: Event) -> None:
        if "re" in told:
            ask = link.sent.pop(told["re"], None)
            if ask is not None:
                self._settle(ask, told)
                self._work.set()
            return
        if link.retired:
            return  # the newer connection tells it too
        kind = told["type"]
        if kind == "reconnect":
            self._spawn(self._move(link, told))
        elif kind == "lag":
            self._spawn(self._catch_up(link, told))
        elif kind == "reset":
            self._spawn(self._start_over(link, told))
        elif kind == "moved" and (followed := self._rooms.pop(told["room"], None)) is not None:
            followed.name, followed.cursor = told["to"], told["cursor"]
            self._rooms[told["to"]] = followed
        elif "cursor" in told:
            followed = self._rooms.get("inbox" if kind in _PERSONAL else told["room"])
            if followed is not None:
                self._tell(followed.live(told))
            return
        self._tell([told])

    def _settle(self, ask: _Ask, answer: Event | None) -> None:
        """Draw what follows from an answer, then hand it over. None: the command never left."""
        command = ask.command
        followed = self._rooms.get(command.get("room", ""))
        kind = answer["type"] if answer is not None else ""
        if command["type"] == "send" and followed is not None:
            id = answer["id"] if answer is not None and kind == "sent" and answer["state"] != "held" else None
            self._tell(followed.answered(ask.number, id))
        elif answer is not None and kind == "joined":
            fresh = self._enter(command, answer)
            self._tell(fresh if ask.link is not None else [])  # else they are in what `join` returns
        elif answer is not None and kind == "left":
            self._rooms.pop(command["room"], None)
        elif answer is not None and kind == "refreshed":
            self._keep_token(answer)
        if answer is not None and ask.answer is not None and not ask.answer.done():
            ask.answer.set_result(answer)

    def _enter(self, wanted: Event, joined: Event) -> list[Event]:
        """Take our place in a room; what is new is returned, a replaced view is told."""
        name = joined["room"]
        followed = self._rooms.get(name)
        if followed is None:
            alias, quiet = wanted.get("alias"), bool(wanted.get("quiet"))
            followed = self._rooms[name] = Followed(name, alias=alias, quiet=quiet, keep=self._keep)
        fresh, replaced = followed.joined(joined, resumed=wanted.get("cursor") is not None)
        if replaced:
            self._tell([{"type": "replaced", "room": name, "why": joined.get("why")}])
        return fresh

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            if len(self._told) >= self._backlog:
                self._told.popleft()
                self._missed += 1
            self._told.append(event)
        if events:
            self._heard.set()

    # rooms that need catching up

    async def _catch_up(self, link: _Link, lag: Event) -> None:
        """`lag`: pull what is missing page by page, then join where the last page ends."""
        name, cursor, more = lag["room"], lag["cursor"], True
        followed = self._rooms.get(name)
        with contextlib.suppress(LinkLost):  # the next connection's resume does the same
            while more and followed is not None:
                page = await self._ask({"type": "page", "room": name, "after": cursor, "limit": 100}, link)
                if page["type"] != "page":
                    break
                self._tell(followed.caught_up(page["events"]))
                cursor, more = page["cursor"], page["more"]
            await self._rejoin(link, name, cursor)

    async def _start_over(self, link: _Link, reset: Event) -> None:
        """`reset`: what we saw is not what the log holds; begin again without a cursor."""
        followed = self._rooms.get(reset["room"])
        if followed is not None:
            followed.reset()
            with contextlib.suppress(LinkLost):
                await self._rejoin(link, reset["room"], None)

    async def _rejoin(self, link: _Link, name: str, cursor: str | None) -> None:
        followed = self._rooms.get(name)
        if followed is None:
            return
        command = {"type": "join", **_place(followed), "cursor": cursor}
        while True:
            answer = await self._ask({field: value for field, value in command.items() if value is not None}, link)
            if answer["type"] == "joined":
                return
            if answer["retry"] == "never":
                self._lose(name, answer)
                return
            await asyncio.sleep(_seconds(answer) + self._rng.uniform(0, 0.5) * self._scale)

    def _lose(self, name: str, refusal: Event) -> None:
        self._rooms.pop(name, None)
        self._tell([{"type": "left", "room": name, "code": refusal["code"]}])

    # connections

    async def _run(self) -> None:
        """Connect, watch the connection to its end, decide what its close code means, again."""
        wait = 0.0
        while True:
            link = await self._connected(wait)
            code, reason = await link.over
            self._put_back(link)
            if self._link is not link:
                wait = 0.0
                continue  # we had moved already
            self._link = None
            wait = await self._after(code, reason, time.monotonic() - link.since)

    async def _connected(self, wait: float) -> _Link:
        """A connection that stands, dialling as often as it takes."""
        while True:
            await asyncio.sleep(wait)
            async with self._dialling:
                if self._link is not None:
                    return self._link  # a move was quicker
                try:
                    link = await self._dial()
                    link.ready = True
                    self._work.set()
                    return link
                except _Later as later:
                    wait = later.retry_after + self._backoff.wait()

    async def _after(self, code: int, reason: str, lasted: float) -> float:
        """How long to wait after this close code; raises `Stopped` for those that end it (40xx)."""
        if code in (4001, 4002, 4100) and self._renew is not None:
            self.token, self._guest = await self._renew(), None
        elif 4000 <= code < 4100 or code in _STOPPING:
            raise self._stop(Stopped(code, reason or "the server closed the connection for good"))
        if code == 4101:
            for followed in self._rooms.values():
                followed.reset()
        if 4200 <= code < 4300:
            return 0.0
        told = float(reason) if reason.replace(".", "", 1).isdigit() else 0.0  # 1013, 4129: seconds, where given
        return told + self._backoff.wait(lasted)

    async def _dial(self, ticket: str | None = None) -> _Link:
        """Connect, say hello, return to every room. Raises `_Later`, or stops the client where hello is refused."""
        offered = [Subprotocol(self.codec)] + ([Subprotocol(f"warmline.ticket.{ticket}")] if ticket else [])
        try:
            ws = await connect(
                self.url,
                subprotocols=offered,
                origin=self._origin,  # type: ignore[arg-type]
                compression=None,
                max_size=MAX_FRAME,
                ping_interval=self._keepalive,
                ping_timeout=self._keepalive,
                close_timeout=1.0,
                proxy=None,
            )
        except InvalidStatus as refused:
            after = refused.response.headers.get("Retry-After", "")
            if refused.response.status_code in (400, 401, 403, 404):
                raise self._stop(Stopped(refused.response.status_code, "the server refused the websocket")) from None
            raise _Later(float(after) if after.isdigit() else 0.0) from None
        except _LOST:
            raise _Later from None
        try:
            wanted = [room for room in self._rooms.values() if room.name == "inbox" or room.alias_id is not None][:100]
            asked = [_place(room) for room in wanted]
            async with asyncio.timeout(20.0):
                await self._transmit(ws, self._hello(asked))
                answer = self._decode(await ws.recv(decode=False))
                while answer.get("re") != 1:
                    answer = self._decode(await ws.recv(decode=False))
        except _LOST as lost:
            ws.transport.abort()
            if isinstance(lost, ConnectionClosed) and lost.rcvd is not None:
                raise _Later(await self._after(lost.rcvd.code, lost.rcvd.reason, 0.0)) from None
            raise _Later from None
        except BaseException:
            ws.transport.abort()
            raise
        if answer["type"] != "welcome":
            await self._not_welcome(ws, answer)
        link = _Link(ws, time.monotonic())
        self._welcomed(link, answer, asked)
        return link

    async def _not_welcome(self, ws: ClientConnection, answer: Event) -> None:
        """Hello was refused: later, or never."""
        await ws.close()
        if answer["retry"] == "never":
            if answer["code"] in ("expired", "unauthorized") and self._renew is not None:
                self.token, self._guest = await self._renew(), None
            else:
                raise self._stop(Stopped(answer["code"], answer["says"]))
        raise _Later(_seconds(answer))

    def _hello(self, resume: list[Event]) -> Event:
        me = {"token": self.token} if self.token is not None else {"guest": self._guest}
        about = {"name": "warmline-python", "version": "1", **({"tab": self._tab} if self._tab else {})}
        return {"type": "hello", "id": 1, **me, "resume": resume, "client": about}

    def _welcomed(self, link: _Link, welcome: Event, asked: list[Event]) -> None:
        """One step from welcome to live: rooms resumed, the old connection retired, this one read."""
        if self._link is not None:
            self._link.retired = True
        for followed in self._rooms.values():
            followed.cut()
        self._link = link
        self.connections += 1
        self.welcome = welcome
        self._keep_token(welcome)
        self._spawn(self._read(link))
        answers = welcome["resumed"]
        for number, place in enumerate(asked):
            answer = answers[number] if number < len(answers) else {"type": "refused", "retry": "now"}
            if answer["type"] == "joined":
                self._tell(self._enter(place, answer))
            elif answer["retry"] == "never":
                self._lose(place["room"], answer)
            else:
                self._spawn(self._return(link, place["room"], place.get("cursor")))
        self._tell([event for event in welcome["now"] if isinstance(event, dict)])
        self._up.set()

    async def _return(self, link: _Link, name: str, cursor: str | None) -> None:
        """A room the hello could not bring back: join it on its own."""
        with contextlib.suppress(LinkLost):
            await self._rejoin(link, name, cursor)

    async def _move(self, old: _Link, told: Event) -> None:
        """`reconnect`: make before break. The old connection delivers until the new one is welcomed."""
        await asyncio.sleep(told["after_ms"] / 1000)
        async with self._dialling:
            if self._link is not old:
                return
            try:
                new = await self._dial(told.get("ticket"))
            except _Later:
                return  # the old connection ends in time, and the ordinary way begins
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(told["grace_ms"] / 1000):
                while waiting := [ask.answer for ask in old.sent.values() if ask.answer]:
                    ends: list[asyncio.Future[Any]] = [*waiting, old.over]
                    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                    if old.over.done():
                        break
        await old.ws.close()
        self._put_back(old)
        new.ready = True
        self._work.set()

    def _put_back(self, link: _Link) -> None:
        """What a connection left unanswered goes to the front of the queue, in order."""
        asks, link.sent = list(link.sent.values()), {}
        if self._link is link:
            for followed in self._rooms.values():
                followed.cut()
        for ask in reversed(asks):
            if ask.link is not None:
                self._fail(ask, LinkLost())
            elif ask.answer is not None and ask.answer.cancelled():
                self._settle(ask, None)
            else:
                self._queue.appendleft(ask)
        self._work.set()

    # token

    def _keep_token(self, told: Event) -> None:
        """Keep the token, and ask for a fresh one when four fifths of its life are over."""
        self.token = told["token"]
        if self._refresher is not None:
            self._refresher.cancel()
        left = datetime.fromisoformat(told["expires"]).timestamp() - time.time()
        after = min(max(left * 0.8, 1.0), 86_400.0 * 20)
        self._refresher = asyncio.get_running_loop().call_later(after, lambda: self._spawn(self._fresh()))

    async def _fresh(self) -> None:
        await self._ask({"type": "refresh", "token": self.token})

    # tasks

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None and not isinstance(fault, Stopped):
            self._stop(Stopped("fault", f"the client failed: {type(fault).__name__}"))
            self._stopped.__cause__ = fault  # type: ignore[union-attr]

    def _fail(self, ask: _Ask, why: Exception) -> None:
        if ask.answer is not None and not ask.answer.done():
            ask.answer.set_exception(why)

    def _stop(self, why: Stopped) -> Stopped:
        """End for good: the first reason counts, and is returned."""
        if self._stopped is not None:
            return self._stopped
        self._stopped = why
        if self._refresher is not None:
            self._refresher.cancel()
        waiting = [*self._queue, *(self._link.sent.values() if self._link is not None else ())]
        self._queue.clear()
        for ask in waiting:
            self._fail(ask, why)
        self._up.set()
        self._heard.set()
        return why


def _seconds(refusal: Event) -> float:
    """How long a refusal asks to wait."""
    return float(refusal.get("retry_after") or 0.0)


def _place(room: Followed) -> Event:
    """Where to return to, as `resume` and `join` want it."""
    wanted = {"room": room.name, "cursor": room.cursor, "alias": room.alias, "quiet": room.quiet or None}
    return {field: value for field, value in wanted.items() if value is not None}
