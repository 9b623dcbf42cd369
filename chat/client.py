"""The asyncio client of Warmline: SDK, tests, load generator and benchmarks use this one.

    async with Client("ws://127.0.0.1:8765/ws", guest={"band": "adult", "name": "Ana"}) as client:
        joined = await client.join("postpartum")              # Joined: alias, rules, who is here, the newest page
        sent = await client.send("postpartum", "long night")  # the server's answer: {"type": "sent", ...} or "refused"
        async for event in client.events():                   # everything the server tells, as dicts
            print(event["type"], event.get("text"))

Commands return the server's answer as a dict, also when it is a refusal (`answer["type"] == "refused"`, with `code`,
`says`, `retry`); only `join` raises `Refused`, because a script can seldom go on without its room.
`client.view(room)` holds the logged events seen, once each, in the order of the log (the newest `keep`).

How it keeps its promises. Every command waits in the one queue of the `Line` (chat/line.py) and leaves in order, at
most 16 unanswered at a time. What a lost connection left unanswered is sent again on the next one, a `send` with the
same key: so it happens once, and `send` returns only with an outcome. The rooms are kept by `Places` (chat/places.py);
one `hello` resumes them all, as the same person (the token of the first welcome is kept in memory, and refreshed before
it expires). Asked to `reconnect`, it opens the new connection while the old one still delivers.

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
import random
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import msgspec

from chat.dialler import Backoff, Dialler, Stopped
from chat.follow import Event
from chat.line import Ask, Line, Link
from chat.places import Places
from chat.replies import Joined
from chat.wire import Codec

__all__ = ["Client", "Codec", "Event", "Refused", "Stopped"]

# A timer of years overflows some loops' clocks; asking once in twenty days costs nothing.
_FRESH_WITHIN = 20 * 86_400.0


class Refused(Exception):
    """A room could not be joined. `answer` is the whole refusal."""

    def __init__(self, answer: Event) -> None:
        super().__init__(answer["code"])
        self.code: str = answer["code"]
        self.answer = answer


class Client:
    """One person's client. Use as an async context manager; one task may read `events()`, any number may send."""

    def __init__(
        self,
        url: str | Sequence[str],
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
        tap: Callable[[bytes], None] | None = None,
    ) -> None:
        """`url`: where to connect; several are dialled in turn. `guest` ({"band": ..., "name"?: ...}) or `token`.
        `scale` shrinks every wait of ours (tests); `keep` events a room and `backlog` unread events are held;
        `renew` fetches a new token where the old one is no longer taken; `tap` sees every payload as it came."""
        if (guest is None) == (token is None):
            raise ValueError("give either guest or token")
        self.welcome: Event = {}  # the last welcome
        self.token = token  # kept from the first welcome on: the same person after every reconnect
        self.connections = 0  # welcomes so far
        self._guest = dict(guest) if guest is not None else None
        self._rng, self._scale = rng or random.Random(), scale
        dialler = Dialler(url, codec, origin=origin, keepalive=keepalive, tap=tap)
        self._line = Line(dialler, self, Backoff(self._rng, scale))
        self._patience, self._tab, self._renew = patience, tab, renew
        self._places = Places(keep=keep, ask=self._ask, pause=self._pause, spawn=self._line.spawn, tell=self._tell)
        self._number = 0
        self._told: deque[Event] = deque()
        self._backlog, self._missed = backlog, 0
        self._heard = asyncio.Event()
        self._refresher: asyncio.TimerHandle | None = None

    # life

    async def __aenter__(self) -> Self:
        self._line.start()
        try:
            async with asyncio.timeout(self._patience):
                await self._line.up.wait()
        except TimeoutError:
            self._line.stop(Stopped("unreachable", f"no welcome within {self._patience:g} s"))
        if self._line.ending is not None:
            await self.aclose()
            raise self._line.ending
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Say goodbye and end. Whatever still waits for an answer raises `Stopped`."""
        await self._line.aclose()

    def drop(self) -> None:
        """Lose the connection as a failing network would, without a goodbye (tests)."""
        if self._line.link is not None:
            self._line.link.ws.transport.abort()

    # what people do

    async def join(
        self, room: str, *, cursor: str | None = None, alias: str | None = None, quiet: bool = False
    ) -> Joined:
        """Enter a room, or return to it at a cursor. Raises `Refused`."""
        answer = await self.ask("join", room=room, cursor=cursor, alias=alias, quiet=quiet or None)
        if answer["type"] != "joined":
            raise Refused(answer)
        return msgspec.convert(answer, Joined)

    async def open(self, room: str, *, cursor: str | None = None) -> Joined:
        """Enter the room of a session, or return to it. From then on it is kept like any other. Raises `Refused`."""
        return await self.join(room, cursor=cursor)

    async def seek(self, *, key: str | None = None, **wish: Any) -> Event:
        """Ask for a listener: `waiting`. What is said to `waiting` from then on is kept for whoever comes."""
        return await self.ask("seek", key=key or self.key(), **wish)

    async def answer(self, offer: str, *, accept: bool) -> Event:
        """A listener's yes or no: `answered`, with the room of the session after a yes."""
        return await self.ask("answer", offer=offer, accept=accept)

    async def leave(self, room: str) -> Event:
        """Go out of a room; its view goes too."""
        return await self.ask("leave", room=room)

    async def send(
        self,
        room: str,
        text: str,
        *,
        key: str | None = None,
        reply_to: str | None = None,
        to_responder: bool = False,
        patient: bool = False,
    ) -> Event:
        """Say something, once, however often the connection breaks meanwhile: `sent` or `refused`.

        `to_responder`: for whoever of the team is with us, and nobody else; addresses stay as they are. `patient` sends
        again, with the same key, while the refusal says that later will do.
        """
        key = key or self.key()
        while True:
            answer = await self.ask(
                "send", room=room, text=text, key=key, reply_to=reply_to, to_responder=to_responder or None
            )
            if not patient or answer["type"] != "refused" or answer["retry"] == "never":
                return answer
            await self._pause(answer)

    async def check(self, room: str, text: str) -> Event:
        """What would become of these words; nothing is stored."""
        return await self.ask("check", room=room, text=text)

    async def edit(self, room: str, message: str, text: str, *, key: str | None = None) -> Event:
        return await self.ask("edit", room=room, message=message, text=text, key=key or self.key())

    async def redact(self, room: str, message: str, *, key: str | None = None) -> Event:
        return await self.ask("redact", room=room, message=message, key=key or self.key())

    async def react(self, room: str, message: str, reaction: str, *, on: bool = True) -> Event:
        return await self.ask("react", room=room, message=message, reaction=reaction, on=on, key=self.key())

    async def block(self, room: str, alias_id: str | None = None) -> Event:
        """Never again with this person: `blocked`. A session ends; in a topic room what they said leaves the view."""
        return await self.ask("block", room=room, alias_id=alias_id, key=self.key())

    async def unblock(self, room: str, alias_id: str) -> Event:
        """See somebody of a topic room again, unless they have blocked us too: `unblocked`."""
        return await self.ask("unblock", room=room, alias_id=alias_id, key=self.key())

    async def blocks(self, *, before: str | None = None) -> Event:
        """Whom we have blocked ourselves, the newest first: `blocks {blocks, next?}`; `before` is the `next` before."""
        return await self.ask("blocks", before=before)

    async def past(self) -> Event:
        """The sessions this listener gave in the last week: `past {sessions}`."""
        return await self.ask("past")

    async def follow_up(self, *, on: bool = True) -> Event:
        """Be asked how we are, tomorrow, once; or not after all: `follow_up`."""
        return await self.ask("follow_up", on=on, key=self.key())

    async def withdraw(self, message: str, *, instead: str | None = None) -> Event:
        """Take a held message back; `instead` is the id of what was said in its place."""
        return await self.ask("withdraw", request=message, instead=instead)

    async def page(self, room: str, *, before: str | None = None, after: str | None = None, limit: int = 50) -> Event:
        """A stretch of history, ascending. Moves nothing."""
        return await self.ask("page", room=room, before=before, after=after, limit=limit)

    async def members(self, room: str, *, after: str | None = None, limit: int = 100) -> Event:
        return await self.ask("members", room=room, after=after, limit=limit)

    async def rooms(self) -> Event:
        return await self.ask("rooms")

    async def ping(self) -> Event:
        return await self.ask("ping")

    async def lantern(
        self, room: str, *, lit: bool | None = None, watching: bool | None = None, answering: bool = False
    ) -> Event:
        """The night lantern of a topic room: `lantern_is {awake?, lights?, lit, watching, answered, until?}`.

        `lit` lights our light or puts it out; `watching` opts in to see that lights of others burn, on this connection;
        `answering` answers all of them, without a name. None of them: only look. Events of type `lantern` tell what
        changes. A new connection watches nothing: ask again.
        """
        return await self.ask("lantern", room=room, lit=lit, watching=watching, answering=answering or None)

    def typing(self, room: str) -> None:
        """Lossy: forgotten where there is no connection."""
        if self._line.link is not None and self._line.link.ready:
            self._line.put(Ask({"type": "typing", "room": room}, None, 0))

    async def ask(self, type: str, **fields: Any) -> Event:
        """Any command, by its name and fields (None is left out). Returns its answer."""
        command = {"type": type, **{name: value for name, value in fields.items() if value is not None}}
        return await self._ask(command)

    def key(self) -> str:
        """A key for a command that must happen once."""
        return secrets.token_urlsafe(12)

    def view(self, room: str) -> list[Event]:
        """The logged events of a room seen so far, once each, in the order of the log."""
        return self._places.view(room)

    def position(self, room: str) -> str | None:
        """Where this client stands in a room."""
        return self._places.cursor(room)

    async def events(self) -> AsyncIterator[Event]:
        """Everything told, in order, until the client ends (`Stopped`; quietly after `aclose`)."""
        while True:
            while self._told:
                if self._missed:
                    missed, self._missed = self._missed, 0
                    yield {"type": "overflow", "missed": missed}
                yield self._told.popleft()
            if self._line.ending is not None:
                if self._line.ending.code == "closed":
                    return
                raise self._line.ending
            self._heard.clear()
            await self._heard.wait()

    async def _ask(self, command: Event, link: Link | None = None) -> Event:
        self._number += 1
        answer: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        ask = Ask(command, answer, self._number, link)
        self._line.put(ask)
        self._places.sending(ask)
        try:
            return await answer
        except asyncio.CancelledError:
            self._line.give_up(ask)
            raise

    # what the line wants of us

    def hello(self) -> Event:
        """Who we are and every room to return to."""
        me = {"token": self.token} if self.token is not None else {"guest": self._guest}
        about = {"name": "warmline-python", "version": "1", **({"tab": self._tab} if self._tab else {})}
        return {"type": "hello", **me, "resume": self._places.wanted(), "client": about}

    def welcomed(self, link: Link, welcome: Event, hello: Event) -> None:
        """Be who we were, where we were."""
        self.welcome = welcome
        self.connections += 1
        self._keep_token(welcome)
        self._places.returned(link, hello["resume"], welcome["resumed"])
        self._tell(welcome["now"])

    def told(self, link: Link, event: Event) -> None:
        """One event."""
        self._places.told(link, event)

    def settled(self, ask: Ask, answer: Event | None) -> None:
        """Draw what follows from an answer, then hand it over."""
        self._places.settled(ask, answer)
        if answer is not None and answer["type"] == "refreshed":
            self._keep_token(answer)
        if answer is not None and ask.answer is not None and not ask.answer.done():
            ask.answer.set_result(answer)

    def cut(self) -> None:
        """What rooms held back will come again with the resume."""
        self._places.cut()

    def forget(self) -> None:
        """Begin every room anew."""
        self._places.forget()

    async def renew(self) -> bool:
        """Fetch another token, where we were given a way."""
        if self._renew is None:
            return False
        self.token = await self._renew()
        return True

    def stopped(self) -> None:
        """Wake whoever reads `events()`."""
        if self._refresher is not None:
            self._refresher.cancel()
        self._heard.set()

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            if len(self._told) >= self._backlog:
                self._told.popleft()
                self._missed += 1
            self._told.append(event)
        if events:
            self._heard.set()

    async def _pause(self, refusal: Event) -> None:
        """Wait as long as a refusal asks for, and a little more so that not everybody comes back at once."""
        await asyncio.sleep(float(refusal.get("retry_after") or 0.0) + self._rng.uniform(0, 0.5) * self._scale)

    # token

    def _keep_token(self, told: Event) -> None:
        """Keep the token, and ask for a fresh one when four fifths of its life are over."""
        self.token = told["token"]
        if self._refresher is not None:
            self._refresher.cancel()
        left = datetime.fromisoformat(told["expires"]).timestamp() - time.time()
        after = min(max(left * 0.8, 1.0), _FRESH_WITHIN)
        self._refresher = asyncio.get_running_loop().call_later(after, lambda: self._line.spawn(self._refresh()))

    async def _refresh(self) -> None:
        await self._ask({"type": "refresh", "token": self.token})
