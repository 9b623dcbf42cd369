"""An evening's work over the wire: people who seek, write while they wait, talk and part; listeners; nodes that die.

    evening = Evening(trio, seekers=10, listeners=5, kills=3)
    await evening.play()
    assert evening.faults == []

At the end the logs in the engine, the rows and what every client saw are compared. Bounded: it ends in any case, and
who was not served by then is a fault.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from typing import Any

from chat.client import Client, Refused
from rooms.scene import RowKind
from tests.support.trio import Event, Trio, kind, told

# An evening in which nobody rests for long, and nobody is lost for being cut off a while.
QUICK: dict[str, Any] = {
    "wrap_up": 0.2, "cool_down": 0.2, "cool_down_heavy": 0.3, "undo": 0.4, "offer": 4, "decline_rest": 1,
    "sessions_day": 1000, "talk_day": 80_000, "talk_week": 600_000, "pair_week": 1000,
}  # fmt: skip
LASTS = 75.0
# Words that were kept are in the room by then, and in the view of who wrote them.
ARRIVES = 20.0
WAITED = ("It has been a long week for me.", "I hardly sleep at the moment.", "I would like to tell somebody.")
SAID = ("Thank you for being here.", "It helps to say it out loud.", "I feel a little lighter now.")


class Evening:
    """One evening. `faults` says what went wrong, in words."""

    def __init__(
        self, trio: Trio, *, seekers: int, listeners: int, kills: int, seed: int = 1, pause: float = 1.0
    ) -> None:
        self.trio = trio
        self.seekers, self.listeners, self.kills, self.pause = seekers, listeners, kills, pause
        self.rng = random.Random(seed)
        self.faults: list[str] = []
        self.served = self.killed = 0
        self.words = 0
        self.waits: list[tuple[float, float]] = []  # seconds waited, and the p90 that was shown
        self.looked = 0
        self.over = asyncio.Event()

    async def play(self) -> None:
        """Everybody at once; then the reckoning."""
        helpers = [asyncio.create_task(self.listens(number)) for number in range(self.listeners)]
        helpers += [asyncio.create_task(self.watches())]
        try:
            async with asyncio.timeout(LASTS), asyncio.TaskGroup() as group:
                group.create_task(self.strikes())
                for number in range(self.seekers):
                    group.create_task(self.seeks(number))
        except TimeoutError:
            self.faults.append(f"{self.seekers - self.served} were not served in time")
        finally:
            self.over.set()
            for task in helpers[:-1]:
                task.cancel()
            outcomes = await asyncio.gather(*helpers, return_exceptions=True)
        self.faults += [repr(one) for one in outcomes if isinstance(one, Exception)]
        await self.fairness()

    async def strikes(self) -> None:
        """kill -9 of a node, and it is started again; the next one falls while the first may still be starting."""
        for _ in range(self.kills):
            await asyncio.sleep(self.rng.uniform(0.2, self.pause * 2))  # the pace of the play: nothing is waited for
            number = self.rng.randrange(3)
            await self.trio.kill(number)
            self.killed += 1
            await self.trio.start(number)

    async def watches(self) -> None:
        """Nobody has two sessions, and nothing is without a clock, at any moment (T1, T2)."""
        still: set[str] = set()
        while not self.over.is_set():
            self.looked += 1
            for user in await self.trio.matchmaker.live(RowKind.SESSION) and await self.trio.doubled():
                self.faults.append(f"{user} has a session too many")
            before, still = still, await self.trio.clockless()
            self.faults += [f"{member} waits for nothing" for member in before & still]
            await asyncio.sleep(0.05)  # how often it is looked: nothing is waited for

    async def listens(self, number: int) -> None:
        """Says yes to everything, and greets."""
        async with self.trio.listener(f"w{number}") as client:
            await client.ask("available")
            async for event in client.events():
                if event["type"] == "offered":
                    answered = await client.answer(event["offer"], accept=True)
                    if answered["type"] == "answered":
                        await self.greets(client, answered["room"])
                elif event["type"] == "availability" and event["state"] in ("away", "offline"):
                    await client.ask("available")

    async def greets(self, client: Client, room: str) -> None:
        try:
            await client.open(room)
        except Refused:
            return  # over before they were in
        await client.send(room, "Hello, I am listening.", patient=True)

    async def seeks(self, number: int) -> None:
        """Asks, writes, is found, talks, ends it; then what they saw is compared with the log."""
        async with self.trio.seeker() as client:
            await asyncio.sleep(number * self.pause)  # they come one after the other: nothing is waited for
            began = time.monotonic()
            waiting = await client.seek(line=WAITED[0])
            kept = [await client.send("waiting", text, patient=True) for text in WAITED[1:]]
            if bad := [one for one in kept if one["type"] != "sent"]:
                self.faults.append(f"words were not kept: {bad[0].get('code')}")
            opened = await told(client, kind("session_opened"))
            room, session = opened["room"], opened["session"]
            self.waits.append((time.monotonic() - began, waiting["eta"]["p90"]))
            await client.open(room)
            said = [await client.send(room, text, patient=True) for text in SAID]
            if bad := [one for one in said if one["type"] != "sent"]:
                self.faults.append(f"words were not said: {bad[0].get('code')}")
            await self.caught_up(client, room, session)
            await client.ask("close", room=room)
            await self.reckon(client, waiting["request"], room, session)
            self.served += 1

    async def caught_up(self, client: Client, room: str, session: str) -> None:
        """Until all that was written while waiting has arrived, here too."""
        wanted = {*WAITED, *SAID}
        try:
            async with asyncio.timeout(ARRIVES):
                while not wanted <= {event.get("text") for event in client.view(room)}:
                    await asyncio.sleep(0.05)  # what others deliver: the view is the only sign
        except TimeoutError:
            log = {text for _, text in await self.trio.said(session)}
            view = {event.get("text") for event in client.view(room)}
            self.faults.append(f"not in the log: {sorted(wanted - log)}, not in the view: {sorted(wanted - view)}")

    async def reckon(self, client: Client, request: str, room: str, session: str) -> None:
        """The log has each word once and in order, and the view is that log (T4)."""
        log = await self.trio.said(session)
        texts = [text for _, text in log]
        for words in (WAITED, SAID):
            found = [text for text in texts if text in words]
            if found != list(words):
                self.faults.append(f"{request}: said {Counter(found)} in this order: {len(found)} of {len(words)}")
        seen = [event["id"] for event in client.view(room) if event["type"] == "message"]
        if seen != [id for id, _ in log]:
            self.faults.append(f"{request}: saw {len(seen)} of {len(log)}, or in another order")
        self.words += len(texts)
        rows = [one for one in await self.rows() if one["request"] == request]
        if len(rows) != 1:
            self.faults.append(f"{request}: {len(rows)} sessions")

    async def fairness(self) -> None:
        """Nobody waited more than three times the usual behind somebody who came later (T14)."""
        waits = sorted((one["since"], one["began"]) for one in await self.rows() if one["since"])
        usual = sorted(began - since for since, began in waits)[len(waits) // 2] if waits else 0
        for place, (since, began) in enumerate(waits):
            later = [other for other in waits[place + 1 :] if other[1] < began]
            if later and began - since > 3 * usual:
                self.faults.append(f"{began - since} ms, usual are {usual}, behind {len(later)} who came later")

    async def rows(self) -> list[Event]:
        """Every session there is or was, as its row says."""
        ids = {
            key.rpartition(b":")[2].decode() for key in await self.trio.engine.ask("KEYS", "warm:{match}:row:session:*")
        }
        found = [await self.trio.matchmaker.find(RowKind.SESSION, id) for id in sorted(ids)]
        asked = {one.request: await self.trio.matchmaker.find(RowKind.REQUEST, one.request) for one in found if one}
        since = {id: row.since if row is not None else 0 for id, row in asked.items()}
        return [
            {"request": one.request, "id": one.id, "began": one.began, "since": since[one.request]}
            for one in found
            if one is not None
        ]
