"""Draining: a node empties itself without losing anybody.

    not ready, no new sockets ─▶ each client: `reconnect`, with a ticket, at a moment of its own
                              ─▶ served meanwhile: the client opens its new connection before it leaves this one
    end of the window         ─▶ what waits for the filter is judged and kept (turns.py)
                              ─▶ who is still here is closed with 1012, and has a moment to hear it

The moments are spread over the first half of the window, or of a ticket's life where that is shorter: the other nodes
get a stream and not a wave, and a ticket is still good when it is used. Where everybody has gone, or somebody who is
in a hurry rings (`hurried`), nothing is waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets

import structlog

from chat.gateway import Gateway
from chat.outbox import Lane
from chat.replies import Close, Reconnect
from chat.tickets import LIFE, wrapped

log = structlog.get_logger("warmline.drain")

# Seconds for the last goodbyes to be written.
GOODBYE = 2.0


async def drain(gateway: Gateway, window: float, hurried: asyncio.Event) -> None:
    """Ask everyone to move within `window` seconds, each at a moment of their own; close who is still here then."""
    gateway.draining = True
    gateway.listener.stop()
    log.info("draining", connections=len(gateway.everyone()), window=window)
    ask_to_move(gateway, window)
    await emptied(gateway, window, hurried, look=0.05)
    await judged(gateway, hurried)
    for connection in gateway.everyone():
        connection.close(Close.RESTART, "the server restarts")
        gateway.services.hub.touch(connection)
    await emptied(gateway, GOODBYE, hurried, look=0.02)


def ask_to_move(gateway: Gateway, window: float) -> None:
    """Tell each client when to go, and give it the ticket that opens another node's door."""
    for connection in gateway.everyone():
        ticket = gateway.tickets.make(secrets.token_hex(12), gateway.services.wall())
        after = int(random.uniform(0, min(window, LIFE) * 0.5) * 1000)
        moved = Reconnect(after_ms=after, grace_ms=int(window * 1000), ticket=wrapped(ticket))
        connection.say(Lane.CONTROL, moved)
        gateway.services.hub.touch(connection)


async def judged(gateway: Gateway, hurried: asyncio.Event) -> None:
    """Wait until what was received is judged, and on its way to the engine no more: also of who has gone already."""
    services = gateway.services
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE):
            while not hurried.is_set() and (len(services.turns) or services.backplane.waiting):
                await asyncio.sleep(0.02)


async def emptied(gateway: Gateway, seconds: float, hurried: asyncio.Event, *, look: float) -> None:
    """Wait until nobody is here, `seconds` at most; `look`: seconds between two looks."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not hurried.is_set() and gateway.listener.live:
                await asyncio.sleep(min(look, seconds))
