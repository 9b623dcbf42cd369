"""The queue on three real nodes, small and quick: what the simulator leaves out is the way through an engine."""

from __future__ import annotations

import time

from chat.client import Client
from tests.support.staff import token
from tests.support.trio import Trio, kind, three_nodes, told
from tests.support.working import QUICK, Evening

LISTENERS = 8
CALLS = 10


async def evening(seekers: int) -> None:
    """Seekers come ten a second to eight listeners who rest for a fifth of a second; then responders are called."""
    async with three_nodes(sessions={**QUICK, "seeker_day": 1000}) as trio:
        play = Evening(trio, seekers=seekers, listeners=LISTENERS, kills=0, pause=0.1)
        await play.play()
        waited = sorted(seconds for seconds, _ in play.waits)
        within = sum(seconds <= shown for seconds, shown in play.waits)
        print(f"three nodes, {seekers} seekers in {seekers / 10:g} s, {LISTENERS} listeners: {play.served} served")
        if waited:
            p50, p90 = waited[len(waited) // 2], waited[int(0.9 * len(waited))]
            print(f"  waited p50 {p50:.2f} s, p90 {p90:.2f} s; within the shown p90: {within} of {len(waited)}")
        print(f"  {play.looked} looks for a session too many; faults: {play.faults or 'none'}")
        pages = sorted([await paged(trio, number) for number in range(CALLS)])
        print(f"  from a disclosure to the page, over two nodes: p50 {pages[CALLS // 2]:.3f} s, most {pages[-1]:.3f} s")


async def paged(trio: Trio, number: int) -> float:
    """Seconds until a responder on another node is called to somebody."""
    async with (
        Client(trio.addresses[0], token=token("responder", "rae"), scale=0.1) as responder,
        trio.seeker(node=1) as seeker,
    ):
        await responder.ask("ping")
        while not (await trio.matchmaker.attendance.there([])).on_shift:
            await responder.ask("ping")
        began = time.monotonic()
        await seeker.ask("help", person=True)
        await told(responder, kind("alerted"))
        return time.monotonic() - began
