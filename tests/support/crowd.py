"""A crowd of real clients that talk, and that note what came on the wire before the client's own care makes it good.

    async with crowd([a.ws, b.ws], 40, rooms=["r1", "r2"]) as people:
        await chatter(people, lines, rate=100, seconds=5, rng=random.Random(1))
        logs = await read_logs(engine, ["r1", "r2"])
        await settled(people, logs)
    tally = reckon([person.account() for person in people], logs)

A person knows every address and dials them in turn, their own first. They talk one sentence at a time, each until it
has an outcome (the client keeps the key over reconnects; what may be tried again is tried again), bounded by
`ANSWER_WITHIN`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec

from chat.client import Client
from chat.follow import Event
from chat.line import Ask, Link
from chat.wire import Codec
from rooms import envelope
from rooms.events import Position, RoomKey
from tests.support.engines import Engine
from tests.support.tally import Account, Kept, Saying

# A cap of the client's back-off, an engine that was away for some seconds, and a slow machine.
ANSWER_WITHIN = 30.0
# Connections at once while the crowd gathers.
DOOR = 25
# Nearly all of the replay's waits are of people; 0.2 makes reconnects fit into a test of some seconds.
SCALE = 0.2
_PERSONAL = ("care", "resolved")


class Watched(Client):
    """A client that counts what no connection should do: repeat, pass something over, tell what was forbidden."""

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        band: str = "adult",
        codec: Codec = Codec.JSON,
        seed: int = 1,
        scale: float = SCALE,
        forbidden: Iterable[str] = (),
    ) -> None:
        rng = random.Random(seed)
        super().__init__(addresses, guest={"band": band}, codec=codec, rng=rng, scale=scale, keep=100_000)
        self.holes = self.repeats = self.leaks = 0
        self.heard: list[tuple[float, str]] = []  # (when, id) of live messages
        self.counted: Counter[str] = Counter()  # events that are not logged, by type; notices by code
        self.replaced: set[str] = set()  # rooms whose view was started anew
        self.progress: asyncio.Event = asyncio.Event()  # pulsed by whatever is told
        self._forbidden = [piece.encode() for piece in forbidden]
        self._paths: dict[tuple[object, str], Position] = {}  # (connection, room) → the last place told on it

    def welcomed(self, link: Link, welcome: Event, hello: Event) -> None:
        for place, answer in zip(hello["resume"], welcome["resumed"], strict=False):
            if answer["type"] == "joined":
                self._entered(link, answer, place.get("cursor"))
        super().welcomed(link, welcome, hello)
        self.progress.set()

    def told(self, link: Link, event: Event) -> None:
        kind, room = event["type"], event.get("room", "")
        self._look(event)
        if kind in ("lag", "reset"):
            self._paths.pop((link, room), None)  # until the next `joined`
            self.counted[kind] += 1
            if kind == "reset":
                self.replaced.add(room)
        elif "cursor" in event and kind not in _PERSONAL:
            if (link, room) in self._paths:
                self._step(link, event)
                self.heard.append((time.monotonic(), event["id"]))
        else:
            self.counted[event["code"] if kind == "notice" else kind] += 1
        super().told(link, event)
        self.progress.set()

    def settled(self, ask: Ask, answer: Event | None) -> None:
        if answer is not None and answer["type"] == "joined":
            self._entered(ask.link or self._line.link, answer, ask.command.get("cursor"))
        super().settled(ask, answer)
        self.progress.set()

    def _entered(self, link: object, joined: Event, cursor: str | None) -> None:
        """A `joined`: its events run from the cursor that was given to the one it gives."""
        room = joined["room"]
        self._paths.pop((link, room), None)
        if cursor is not None and joined["recovered"]:
            self._paths[link, room] = _place(cursor)
        for event in joined["events"]:
            self._look(event)
            self._step(link, event)
        end = _place(joined["cursor"])
        self.holes += max(0, end.seq - self._paths.get((link, room), end).seq)
        self._paths[link, room] = end

    def _step(self, link: object, event: Event) -> None:
        """An event follows from the one before it on this connection."""
        now = _place(event["cursor"])
        last = self._paths.get((link, event["room"]))
        if last is not None:
            self.repeats += now.seq <= last.seq
            self.holes += max(0, now.seq - last.seq - 1)
        self._paths[link, event["room"]] = now

    def _look(self, event: Event) -> None:
        if self._forbidden:
            whole = msgspec.json.encode(event)
            self.leaks += any(piece in whole for piece in self._forbidden)

    def _tell(self, events: list[Event]) -> None:
        self.replaced |= {event["room"] for event in events if event["type"] == "replaced"}
        super()._tell(events)


def _place(cursor: str) -> Position:
    place = Position.parse(cursor)
    if place is None:
        raise AssertionError("the server gave a cursor that is none")
    return place


class Person:
    """One client, the rooms it is in, and what it said."""

    def __init__(self, client: Watched, rooms: Sequence[str]) -> None:
        self.client = client
        self.rooms = list(rooms)
        self.said: list[Saying] = []

    async def say(self, room: str, text: str, *, key: str | None = None) -> dict[str, Any] | None:
        """Say it until there is an outcome; None if none came in time."""
        began, answer = time.monotonic(), None
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                answer = await self.client.send(room, text, key=key, patient=True)
        except TimeoutError:
            pass
        self.said.append(Saying(room, text, began, time.monotonic(), answer))
        return answer

    def account(self) -> Account:
        client = self.client
        return Account(
            said=self.said,
            views={room: [event["id"] for event in client.view(room)] for room in self.rooms},
            replaced=frozenset(client.replaced),
            heard=client.heard,
            holes=client.holes,
            repeats=client.repeats,
            leaks=client.leaks,
            resets=client.counted["reset"],
            reconnects=client.connections - 1,
        )


@asynccontextmanager
async def crowd(
    addresses: Sequence[str],
    number: int,
    *,
    rooms: Sequence[str],
    bands: Mapping[str, str] | None = None,
    forbidden: Sequence[str] = (),
    seed: int = 1,
    scale: float = SCALE,
) -> AsyncIterator[list[Person]]:
    """`number` people, half in each codec, spread over the addresses; every fifth is in two rooms of their band."""
    bands = dict(bands or {})
    door = asyncio.Semaphore(DOOR)
    people: list[Person] = []

    async def come(index: int, stack: AsyncExitStack) -> None:
        first = rooms[index % len(rooms)]
        band = bands.get(first, "adult")
        same = [room for room in rooms if bands.get(room, "adult") == band and room != first]
        own = [first, same[index // len(rooms) % len(same)]] if same and index % 5 == 3 else [first]
        start = index % len(addresses)
        client = Watched(
            [*addresses[start:], *addresses[:start]],
            band=band,
            codec=(Codec.JSON, Codec.MSGPACK)[index // len(rooms) % 2],
            seed=seed * 10_007 + index,
            scale=scale,
            forbidden=forbidden,
        )
        async with door, asyncio.timeout(30):
            await stack.enter_async_context(client)
            for room in own:
                await client.join(room)
        people.append(Person(client, own))

    async with AsyncExitStack() as stack:
        async with asyncio.TaskGroup() as group:
            for index in range(number):
                group.create_task(come(index, stack))
        people.sort(key=lambda person: person.rooms)
        yield people


async def chatter(
    people: Sequence[Person], lines: Iterable[str], *, rate: float, seconds: float, rng: random.Random
) -> None:
    """Everybody talks for so long, each after pauses of their own; all together `rate` sentences a second."""
    supply = iter(lines)
    pause = len(people) / rate
    end = time.monotonic() + seconds

    async def talk(person: Person, rng: random.Random) -> None:
        wait = rng.uniform(0, pause)
        while time.monotonic() + wait < end:
            await asyncio.sleep(wait)  # the pace of the replay: nothing is waited for
            line = next(supply, None)
            if line is None:
                return
            await person.say(rng.choice(person.rooms), line)
            wait = rng.expovariate(1 / pause)

    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(talk(person, random.Random(rng.random())))


async def settled(people: Sequence[Person], logs: Mapping[str, Sequence[Kept]], *, within: float = 20.0) -> bool:
    """Until everybody stands at the end of the logs. False when the time is over: the tally says who misses what."""
    try:
        async with asyncio.timeout(within):
            for person in people:
                for room in person.rooms:
                    while not _stands(person.client, room, logs[room][-1].seq if logs[room] else 0):
                        person.client.progress.clear()
                        await person.client.progress.wait()
        return True
    except TimeoutError:
        return False


def _stands(client: Watched, room: str, seq: int) -> bool:
    place = Position.parse(client.position(room) or "")
    return place is not None and place.seq >= seq


async def read_logs(
    engine: Engine, rooms: Sequence[str], bands: Mapping[str, str] | None = None
) -> dict[str, list[Kept]]:
    """Every entry of each room's log, straight from the engine."""
    return {room: await read_log(engine, RoomKey(f"{(bands or {}).get(room, 'adult')}/{room}")) for room in rooms}


async def read_log(engine: Engine, room: RoomKey) -> list[Kept]:
    """One room's log (rooms/envelope.py says its form)."""
    found = []
    for place, flat in await engine.ask("XRANGE", envelope.log(room), "-", "+"):
        fields = dict(zip(flat[::2], flat[1::2], strict=True))
        id, kind, _ = fields[b"m"].decode().split(" ")
        body = msgspec.msgpack.decode(fields[b"b"])
        seq = int(place.partition(b"-")[0])
        found.append(Kept(seq, fields[b"t"].decode(), id, kind, body.get("text", ""), int(fields[b"a"]), body))
    return found
