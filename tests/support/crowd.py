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
from chat.wire import Codec
from rooms import envelope
from rooms.events import Position, RoomKey
from tests.support.engines import Engine
from tests.support.tally import Account, Kept, Saying

# A cap of the client's back-off, an engine that was away for some seconds, and a slow machine.
ANSWER_WITHIN = 60.0
# Connections at once while the crowd gathers.
DOOR = 25
# Nearly all of the replay's waits are of people; 0.2 makes reconnects fit into a test of some seconds.
SCALE = 0.2
_PERSONAL = ("care", "resolved")


class Watched(Client):
    """A client that counts what no connection should do: repeat, pass something over, tell what was forbidden."""

    def __init__(self, addresses: Sequence[str], *, forbidden: Iterable[bytes] = (), **how: Any) -> None:
        self.addresses = list(addresses)
        self.dials = -1
        super().__init__(self.addresses[0], **how)
        self.holes = self.repeats = self.leaks = 0
        self.heard: list[tuple[float, str]] = []
        self.told: Counter[str] = Counter()
        self.replaced: set[str] = set()
        self.progress: asyncio.Event = asyncio.Event()
        self._forbidden = list(forbidden)
        self._paths: dict[tuple[object, str], Position] = {}  # (connection, room) → the last place told on it

    @property
    def url(self) -> str:
        """Read once for each dial: the addresses in turn."""
        self.dials += 1
        return self.addresses[self.dials % len(self.addresses)]

    @url.setter
    def url(self, value: str) -> None:
        pass

    def _decode(self, payload: bytes | str) -> dict[str, Any]:
        raw = payload if isinstance(payload, bytes) else payload.encode()
        self.leaks += any(piece in raw for piece in self._forbidden)
        return super()._decode(payload)

    def _welcomed(self, link: Any, welcome: dict[str, Any], asked: list[dict[str, Any]]) -> None:
        for number, place in enumerate(asked):
            if number < len(welcome["resumed"]) and welcome["resumed"][number]["type"] == "joined":
                self._entered(link, welcome["resumed"][number], place.get("cursor"))
        super()._welcomed(link, welcome, asked)
        self.progress.set()

    def _hear(self, link: Any, told: dict[str, Any]) -> None:
        kind, room = told["type"], told.get("room", "")
        if "re" in told:
            if kind == "joined":
                ask = link.sent.get(told["re"])
                self._entered(link, told, ask.command.get("cursor") if ask is not None else None)
        elif kind in ("lag", "reset"):
            self._paths.pop((link, room), None)  # until the next `joined`
            self.told[kind] += 1
        elif "cursor" in told and kind not in _PERSONAL:
            self._step(link, told)
        else:
            self.told[told["code"] if kind == "notice" else kind] += 1
        super()._hear(link, told)
        self.progress.set()

    def _entered(self, link: object, joined: dict[str, Any], cursor: str | None) -> None:
        """A `joined`: its events run from the cursor that was given to the one it gives."""
        at = Position.parse(cursor) if cursor is not None and joined["recovered"] else None
        if at is not None:
            self._paths[link, joined["room"]] = at
        else:
            self._paths.pop((link, joined["room"]), None)
        for event in joined["events"]:
            if (link, joined["room"]) in self._paths:
                self._compare(link, event)
            self._note(link, event)
        end = Position.parse(joined["cursor"])
        if end is None:
            raise AssertionError(f"joined {joined['room']} with a cursor that is none")
        last = self._paths.get((link, joined["room"]), end)
        self.holes += max(0, end.seq - last.seq)
        self._paths[link, joined["room"]] = end

    def _step(self, link: object, event: dict[str, Any]) -> None:
        """A live event: it follows from the one before on this connection."""
        if (link, event["room"]) in self._paths:
            self._compare(link, event)
            self._note(link, event)
            self.heard.append((time.monotonic(), event["id"]))

    def _compare(self, link: object, event: dict[str, Any]) -> None:
        last, now = self._paths[link, event["room"]], Position.parse(event["cursor"])
        if now is None:
            raise AssertionError("an event with a cursor that is none")
        if now.seq <= last.seq:
            self.repeats += 1
        self.holes += max(0, now.seq - last.seq - 1)

    def _note(self, link: object, event: dict[str, Any]) -> None:
        place = Position.parse(event["cursor"])
        if place is not None:
            self._paths[link, event["room"]] = place

    def _tell(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event["type"] == "replaced":
                self.replaced.add(event["room"])
        super()._tell(events)


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
            resets=client.told["reset"],
            reconnects=client.connections - 1,
        )


@asynccontextmanager
async def crowd(
    addresses: Sequence[str],
    number: int,
    *,
    rooms: Sequence[str],
    bands: Mapping[str, str] | None = None,
    forbidden: Iterable[str] = (),
    seed: int = 1,
    scale: float = SCALE,
) -> AsyncIterator[list[Person]]:
    """`number` people, half in each codec, spread over the addresses; every fourth is in two rooms of their band."""
    pieces = [piece.encode() for piece in forbidden]
    bands = dict(bands or {})
    door = asyncio.Semaphore(DOOR)
    people: list[Person] = []

    async def come(index: int, stack: AsyncExitStack) -> None:
        first = rooms[index % len(rooms)]
        band = bands.get(first, "adult")
        same = [room for room in rooms if bands.get(room, "adult") == band and room != first]
        own = [first, same[index // len(rooms) % len(same)]] if same and index % 4 == 3 else [first]
        start = index % len(addresses)
        client = Watched(
            [*addresses[start:], *addresses[:start]],
            forbidden=pieces,
            guest={"band": band},
            codec=(Codec.JSON, Codec.MSGPACK)[index // len(rooms) % 2],
            rng=random.Random(seed * 10_007 + index),
            scale=scale,
            keep=100_000,
            backlog=16,
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
        found.append(Kept(seq, fields[b"t"].decode(), id, kind, body.get("text", "")))
    return found
