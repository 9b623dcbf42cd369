"""Many listeners, one seeker: all are asked, and all say yes at the same moment, over the wire of three nodes."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from rooms import wanting
from rooms.scene import RowKind
from rooms.seeking import Request
from tests.support.nodes import next_event
from tests.support.pairs import made
from tests.support.raw import Raw
from tests.support.staff import token
from tests.support.trio import Trio

# Handshakes at once while they gather.
DOOR = 20


@dataclass(kw_only=True)
class Outcome:
    """How many had the session; heard, each of their own offer and once, that nobody is needed; and were told of a
    session, the seeker and the listeners. Nobody hears of two, or of both.
    """

    answered: int = 0
    withdrawn: int = 0
    opened: int = 0  # to the seeker
    listening: int = 0  # listeners who were told of one
    refused: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


async def accepted(trio: Trio, many: int) -> Outcome:
    """Bring them together, and let them all accept."""
    outcome, door = Outcome(), asyncio.Semaphore(DOOR)
    async with AsyncExitStack() as stack:

        async def come(number: int) -> Raw:
            async with door:
                raw = await stack.enter_async_context(Raw.upgraded(trio.servers[number % 3].url))
                assert (await raw.ask("hello", token=token("listener", f"l{number}")))["type"] == "welcome"
                assert (await raw.ask("available", topics=["work"]))["type"] == "availability"
                return raw

        listeners = await asyncio.gather(*(come(number) for number in range(many)))
        seeker = await stack.enter_async_context(Raw.upgraded(trio.servers[0].url))
        await seeker.hello("adult")
        request = (await seeker.ask("seek", key="s", topic="sleep"))["request"]  # whom no listener takes on: it waits
        row = await trio.matchmaker.find(RowKind.REQUEST, request)
        await made(trio.matchmaker, lambda scene: scene.put(RowKind.REQUEST, request, _for_all(row)))
        offers = {f"staff-l{number}": f"o{number}" for number in range(many)}
        need = [
            (RowKind.REQUEST, request),
            *((kind, user) for user in offers for kind in (RowKind.LISTENER, RowKind.PERSON)),
        ]
        # A round of matching may have asked some of them before us, or all: whoever asked, it is the one request.
        await trio.matchmaker.change(lambda scene: wanting.ask(scene, request, offers), *need)
        asked = await asyncio.gather(*(next_event(raw, "offered") for raw in listeners))
        loop = asyncio.get_running_loop()
        began = loop.time()
        answers = await asyncio.gather(
            *(
                raw.ask("answer", offer=offered["offer"], accept=True)
                for raw, offered in zip(listeners, asked, strict=True)
            )
        )
        outcome.seconds = loop.time() - began
        outcome.answered = sum(answer["type"] == "answered" for answer in answers)
        outcome.refused = Counter(answer["code"] for answer in answers if answer["type"] == "refused")
        for raw, offered, answer in zip(listeners, asked, answers, strict=True):
            lost = answer["type"] == "refused"
            told = await next_event(raw, "offer_withdrawn" if lost else "session_opened")
            await raw.ask("ping")
            more = [event for event in raw.events if event["type"] in ("offer_withdrawn", "session_opened")]
            outcome.withdrawn += lost and told["offer"] == offered["offer"] and not more
            outcome.listening += (not lost) + sum(event["type"] == "session_opened" for event in more)
        await next_event(seeker, "session_opened")
        await seeker.ask("ping")
        outcome.opened = 1 + sum(event["type"] == "session_opened" for event in seeker.events)
    return outcome


def _for_all(row: Request) -> Request:
    """A request that any of them may take, at once."""
    return replace(row, topic="", width=0)
