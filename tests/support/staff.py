"""Members of staff on a node, and what they do at the desk.

async with on_duty(node.url, "moderator") as mod:
    case = await first_case(mod)
    await mod.ask("claim", case=case["case"])
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chat.auth import Identity, Scope, sign
from chat.node import Node
from rooms.events import Band, Role, UserId
from rooms.topics import FIRST_POSTS
from tests.support.nodes import SECRET, node_on, talking
from tests.support.raw import Raw

# Words that a person should look at in an adult room of the general pack, and a version of them nobody minds.
DOUBTFUL = "can we talk on telegram instead"
# Words that bring a person at once.
URGENT = "tell me the easiest way to end it"


def token(role: str, name: str = "", *, vetted: bool = False, secret: str = SECRET, band: str = "adult") -> str:
    """A pass for a member of staff."""
    now = time.time()
    identity = Identity(
        user=UserId(f"staff-{name or role}"),
        roles=frozenset({Role(role)}),
        scopes=frozenset({Scope.TEEN_VETTED}) if vetted else frozenset(),
        band=Band(band),
        expires=now + 3600,
    )
    return sign(identity, secret.encode(), now - 10)


@asynccontextmanager
async def on_duty(url: str, role: str, name: str = "", **how: Any) -> AsyncIterator[Raw]:
    """A member of staff who has said hello."""
    async with Raw.upgraded(url) as raw:
        welcome = await raw.ask("hello", token=token(role, name, **how))
        assert welcome["type"] == "welcome", welcome
        yield raw


@asynccontextmanager
async def looking_after(url: str, room: str, name: str = "host", role: str = "moderator") -> AsyncIterator[Raw]:
    """A host in a teen room, as soon as everybody there may know of them."""
    async with on_duty(url, role, name, vetted=True) as raw:
        joined = await raw.ask("join", room=room)
        assert (joined["type"], joined["hosted"]) == ("joined", True), joined
        async with asyncio.timeout(10):
            while not any(member["role"] == role for member in (await raw.ask("members", room=room))["members"]):
                await asyncio.sleep(0.01)
        yield raw


async def not_new(node: Node, user: str, room: str = "teen/teens") -> None:
    """Somebody whose first posts in a teen room were released long ago."""
    for number in range(FIRST_POSTS):
        await node.services.firsts.released(user, room, f"old-{number}")


async def waiting(raw: Raw) -> list[dict[str, Any]]:
    """What the desk shows this one, the most urgent first."""
    listed = await raw.ask("cases", limit=100)
    assert listed["type"] == "cases", listed
    rows: list[dict[str, Any]] = listed["cases"]
    return rows


async def decide(raw: Raw, case: str, resolution: str, **more: Any) -> dict[str, Any]:
    """Claim a case and decide it."""
    claimed = await raw.ask("claim", case=case)
    assert claimed["type"] == "claimed", claimed
    return await raw.ask("resolve", case=case, resolution=resolution, **more)


@asynccontextmanager
async def at_the_desk(engine_url: str, **guest: Any) -> AsyncIterator[tuple[Node, Raw, Raw]]:
    """An evening's least: a node, somebody in its room "anxiety", and a moderator on duty."""
    async with (
        node_on(engine_url) as node,
        talking(node, "anxiety", **guest) as one,
        on_duty(node.url, "moderator") as mod,
    ):
        yield node, one, mod


@asynccontextmanager
async def with_a_witness(engine_url: str, **guest: Any) -> AsyncIterator[tuple[Node, Raw, Raw, Raw]]:
    """The same with another in the room, who may report what is said there: node, author, witness, moderator."""
    async with (
        node_on(engine_url) as node,
        talking(node, "anxiety") as author,
        talking(node, "anxiety", **guest) as witness,
        on_duty(node.url, "moderator") as mod,
    ):
        yield node, author, witness, mod
