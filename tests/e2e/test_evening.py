"""A moderator's evening over the wire: twenty cases, two moderators, two nodes, and one of the nodes is killed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from chat.auth import THINGS, derive
from moderation.audit import Audit
from rooms.calls import engine_client
from tests.support.engines import running
from tests.support.nodes import SECRET, next_event, texts_of
from tests.support.raw import Raw
from tests.support.server import OPEN, Server, serving
from tests.support.staff import DOUBTFUL, URGENT, token

ROOM = "newcomers"
CASES = 20
SETS = {**OPEN, "auth.secret": SECRET}


@dataclass(slots=True)
class Author:
    """Somebody who wrote one message that was held."""

    raw: Raw
    token: str
    text: str
    case: str = ""


@dataclass(slots=True)
class Moderator:
    """Somebody who takes whatever is next, and shows every second message."""

    name: str
    decided: dict[str, str] = field(default_factory=dict)
    taken: int = 0  # cases another one was faster at

    async def arrive(self, stack: AsyncExitStack, server: Server) -> Raw:
        raw = await stack.enter_async_context(Raw.upgraded(server.url))
        welcome = await raw.ask("hello", token=token("moderator", self.name))
        assert welcome["type"] == "welcome", welcome
        return raw

    async def next_case(self, raw: Raw) -> str | None:
        """Claim the next case that nobody else has; None when there is none left."""
        rows = (await raw.ask("cases", limit=100))["cases"]
        for row in rows:
            if row["state"] == "open" or row["mine"]:
                claimed = await raw.ask("claim", case=row["case"])
                if claimed["type"] == "claimed":
                    assert claimed["words"]["text"]
                    return str(row["case"])
                assert claimed["code"] in ("taken", "closed"), claimed
                self.taken += 1
        return None

    def choice(self, case: str) -> str:
        return "release" if sum(map(ord, case)) % 2 else "refuse"

    async def work(self, raw: Raw, most: int = CASES) -> None:
        """Decide cases until there are none, or enough."""
        while len(self.decided) < most and (case := await self.next_case(raw)) is not None:
            answer = await raw.ask("resolve", case=case, resolution=self.choice(case))
            assert answer["type"] == "decided", answer
            self.decided[case] = answer["resolution"]


@asynccontextmanager
async def author(stack: AsyncExitStack, server: Server, text: str) -> AsyncIterator[Author]:
    raw = await stack.enter_async_context(Raw.upgraded(server.url))
    welcome = await raw.hello()
    await raw.ask("join", room=ROOM)
    yield Author(raw, welcome["token"], text)


async def back(stack: AsyncExitStack, server: Server, who: Author) -> None:
    """Come back over another node, with everything that was missed in the inbox."""
    raw = await stack.enter_async_context(Raw.upgraded(server.url))
    welcome = await raw.ask("hello", token=who.token, resume=[{"room": "inbox"}, {"room": ROOM}])
    who.raw = raw
    raw.events += [event for event in welcome["resumed"][0]["events"] if event["type"] == "resolved"]


async def test_a_moderators_evening() -> None:
    """F26, F31: each case is decided once, each author is told once, each message is there once or not at all, and
    the trail verifies, though a node was killed with a claim, a decision and ten authors on it (X51).
    """
    async with running("valkey") as engine, AsyncExitStack() as stack:
        one = await stack.enter_async_context(serving(redis_url=engine.url, sets=SETS))
        two = await stack.enter_async_context(serving(redis_url=engine.url, sets=SETS))
        authors: list[Author] = []
        for number in range(CASES):
            words = URGENT if number == 13 else f"{DOUBTFUL}, says the {THINGS[number]}"
            who = await stack.enter_async_context(author(stack, (one, two)[number % 2], words))
            sent = await who.raw.ask("send", room=ROOM, text=who.text, key="evening")
            assert (sent["type"], sent["state"]) == ("sent", "held"), sent
            who.case = sent["id"]
            authors.append(who)

        ada, ben = Moderator("ada"), Moderator("ben")
        hers, his = await ada.arrive(stack, one), await ben.arrive(stack, two)
        first = (await hers.ask("cases"))["cases"][0]
        await asyncio.gather(ada.work(hers, most=4), ben.work(his, most=4))

        claimed = await ada.next_case(hers)  # she has one case, and a decision about it is on its way
        assert claimed is not None
        await hers.say("resolve", case=claimed, resolution=ada.choice(claimed))
        await one.kill()

        again = await ada.arrive(stack, two)
        found = await again.ask("resolve", case=claimed, resolution=ada.choice(claimed))
        assert found["type"] == "decided" or found["code"] == "closed", found  # it arrived, or it did not
        ada.decided[claimed] = ada.choice(claimed)
        for who in authors[0::2]:
            await back(stack, two, who)
        await asyncio.gather(ada.work(again), ben.work(his))

        told = {}
        for who in authors:
            event = await next_event(who.raw, "resolved")
            assert event["message"] == who.case
            told[who.case] = event["state"]
            repeat = await who.raw.ask("send", room=ROOM, text=who.text, key="evening")
            assert (repeat["type"] == "sent") == (event["state"] == "delivered"), repeat
            inbox = await who.raw.ask("page", room="inbox", limit=100)
            assert sum(entry["type"] == "resolved" for entry in inbox["events"]) == 1

        kept = Counter(await texts_of(authors[1].raw, ROOM))
        client = engine_client(engine.url)
        audit = Audit(client, derive(SECRET.encode(), "audit").hex())
        trail = await audit.entries()
        broken = await audit.verify()
        await client.aclose()

    decided = {**ada.decided, **ben.decided}
    assert first["case"] == authors[13].case  # who may be in danger came first
    assert set(decided) == {who.case for who in authors}
    assert not set(ada.decided) & set(ben.decided)
    assert Counter(entry.case for entry in trail if entry.did == "decide") == Counter(decided.keys())
    assert told == {case: "delivered" if choice == "release" else "refused" for case, choice in decided.items()}
    assert kept == Counter(who.text for who in authors if decided[who.case] == "release")
    assert broken == []
    assert "telegram" not in str(trail)
