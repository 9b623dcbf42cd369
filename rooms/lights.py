"""Lights: the night lantern in the engine, so that all nodes and devices see the same one (F5; rooms/lantern.py).

    warm:{<room>}:lights             hash   person → "until answered" (engine ms, people); "" → version
    warm:{<room>}:answers:<person>   set    who has answered this person's light: once each

One hash tag, one verb a script: lua/lantern_light, lantern_out, lantern_answer; lua/presence_change puts out the light
of whoever leaves the room for good, in the very step in which everybody hears that they left. All of it ends by itself.
Who answered is kept only so that nobody counts twice, goes with the light, and is never read by anybody.

Each node keeps a `Window` of the rooms it was asked about; `mark` says that one is to be read anew, and `read` does it.
Every verb brings back the whole hash, so that who did something sees it done; who only looks shares a reading with all
who look at that moment, for a thousand come into a room together. Failure: the engine away is `EngineAway`; what was
known stays known and goes out in its time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Any

from redis.asyncio import Redis

from rooms import calls, envelope, scripts
from rooms.events import NodeId, RoomKey, UserId
from rooms.lantern import LASTS, LINGERS, Light, Lights, Window
from rooms.resp import EngineAway
from rooms.scripts import Script

# Questions to the engine at once: enough for a busy night, and a crowd opens no more connections than this.
AT_ONCE = 16


class Lanterns:
    """The lights of every room this node was asked about."""

    def __init__(self, client: Redis, clock: Callable[[], int], lasts: float = LASTS) -> None:
        self._client = client  # from `rooms.calls.engine_client`
        self._clock = clock  # engine ms
        self.lasts = lasts  # seconds
        self.lingers = LINGERS  # ms; none: a test that has no time
        self.later: dict[RoomKey, int] = {}  # to be told as changed by then (engine ms), with who left there
        self.windows: dict[RoomKey, Window] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._looks: dict[RoomKey, asyncio.Future[None]] = {}  # readings under way
        self._light = scripts.read("lantern_light")
        self._out = scripts.read("lantern_out")
        self._answer = scripts.read("lantern_answer")

    def window(self, room: RoomKey) -> Window:
        """What is known of a room; nothing, and stale, where nobody asked yet."""
        return self.windows.setdefault(room, Window())

    def mark(self, room: RoomKey) -> None:
        """The engine may know better."""
        self.window(room).stale = True

    async def light(self, room: RoomKey, user: UserId) -> bool:
        """Light this person's light, or let it burn anew. True: it was out. Raises EngineAway."""
        keys = [envelope.lights(room), envelope.answers(room, user)]
        return bool(await self._do(room, self._light, keys, user, int(self.lasts * 1000)))

    async def put_out(self, room: RoomKey, user: UserId) -> bool:
        """Put this person's light out. False: it was out. Raises EngineAway."""
        return bool(await self._do(room, self._out, _of_one(room, user), user, ""))

    async def leave(self, room: RoomKey, user: UserId, node: NodeId) -> bool:
        """Put out the light of who leaves the room through this node and is there through no other. True: it burned.

        Nobody here is told by this: that they left is told first. Raises EngineAway.
        """
        pipe = self._client.pipeline(transaction=False)
        calls.call(pipe, self._out, _of_one(room, user), user, node)
        return bool((await self._ask(pipe, [self._out]))[0])

    async def answer(self, room: RoomKey, user: UserId) -> int:
        """Answer every light of whoever is not apart from this person: how many hear of it now. Raises EngineAway."""
        keys = [envelope.lights(room), envelope.apart(room), envelope.answers_stem(room)]
        return int(await self._do(room, self._answer, keys, user))

    async def look(self, room: RoomKey) -> None:
        """Read one room; those who look at once share a reading. Raises EngineAway, to all of them."""
        if (reading := self._looks.get(room)) is None:
            reading = self._looks[room] = asyncio.ensure_future(self.read([room]))
            reading.add_done_callback(lambda _: self._looks.pop(room))
        await asyncio.shield(reading)

    async def read(self, rooms: Collection[RoomKey]) -> None:
        """Read rooms anew. Raises EngineAway; they are stale then as before."""
        pipe = self._client.pipeline(transaction=False)
        for room in rooms:
            self.window(room).stale = False  # before it is asked: who marks it meanwhile means something newer
            pipe.hgetall(envelope.lights(room))
        try:
            answers = await self._ask(pipe, [])
        except EngineAway:
            for room in rooms:
                self.mark(room)
            raise
        for room, found in zip(rooms, answers, strict=True):
            self._take(room, found)

    async def _do(self, room: RoomKey, script: Script, keys: list[str], *args: str | int) -> Any:
        pipe = self._client.pipeline(transaction=False)
        calls.call(pipe, script, keys, *args)
        pipe.hgetall(envelope.lights(room))
        done, found = await self._ask(pipe, [script])
        self._take(room, found)
        return done

    def _take(self, room: RoomKey, found: dict[bytes, bytes]) -> None:
        version, lights = unpack(found)
        self.window(room).read(version, lights, self._clock())

    async def _ask(self, pipe: Any, used: list[Script]) -> list[Any]:
        try:
            async with asyncio.timeout(calls.TIMEOUT):
                await self._gate.acquire()
        except TimeoutError:
            raise EngineAway("too many questions wait") from None
        try:
            answers = await calls.run(self._client, pipe, used)
        finally:
            self._gate.release()
        if answers is None:
            raise EngineAway("no answer")
        for answer in answers:
            if isinstance(answer, Exception):
                raise EngineAway(type(answer).__name__)
        return answers


def _of_one(room: RoomKey, user: UserId) -> list[str]:
    """What putting out one light looks at."""
    return [envelope.lights(room), envelope.answers(room, user), envelope.people(room), envelope.roster(room)]


def unpack(found: dict[bytes, bytes]) -> tuple[int, Lights]:
    """The version and the lights of a room's hash."""
    lights: dict[UserId, Light] = {}
    for name, value in found.items():
        if name:
            until, _, answered = value.decode().partition(" ")
            lights[UserId(name.decode())] = Light(int(until), int(answered))
    return int(found.get(b"", 0)), lights
