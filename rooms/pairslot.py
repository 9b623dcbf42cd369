"""The slot `{match}`: how the scripts of pairs are called, and what time it is for them.

    now, rest = await slot.run("pair_read", keys, args)        # engine milliseconds first, whatever the verb

**Time** is the engine's, never a node's: each call tells the time it saw last and how long ago that was by a clock
that only counts (monotonic), and the script goes by its own clock unless that has jumped meanwhile
(lua/pair_clock.lua). So neither a node whose clock is wrong nor an engine whose clock was set ends anything early.

**Kept.** What must outlive the engine's machine (that somebody is being held) is asked for with `kept`: it is answered
when a replica has it too, where there is one. A replica that is slower than `REPLICATED` is not waited for, since
nobody is to be left without an answer because of it: that is counted, and said in the log.

**Trouble.** An engine that is away, too slow or full is `MatchAway`, without a cause: redis-py puts whole commands into
its exceptions. What a call did is then unknown, so verbs are idempotent, and the one that writes has a deadline. A
script the engine has forgotten is given to it again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from rooms import calls, pairkeys, scripts

VERBS = (
    "pair_read", "pair_write", "pair_due", "pair_seen", "pair_take", "pair_done", "pair_here", "pair_keep", "shut",
    "fence", "pair_aside",
)  # fmt: skip

log = structlog.get_logger("warmline.pairs")

# How long a replica may take to have what must be kept (ms): a page is out within a second of the words.
REPLICATED = 300
# Seconds for which it is known whether the engine has replicas.
ROLE_KNOWN = 5.0

# Calls under way at once, each on a connection: a storm opens no more (an engine's door takes some hundred knocks at a
# time), and one thread of the engine is busy with far fewer.
LINES = 32


class MatchAway(OSError):
    """The engine did not take it, or did not answer."""


class Slot:
    """One node's way to the slot. `ticks` are monotonic seconds."""

    def __init__(self, client: Redis, ticks: Callable[[], float] = time.monotonic) -> None:
        self.client = client  # from `rooms.calls.engine_client`
        self._ticks = ticks
        self._scripts = {name: scripts.read(name) for name in VERBS}
        self._lines = asyncio.Semaphore(LINES)
        self.unsure = 0  # writes that were to be kept and that no replica had in time
        self._role: tuple[bool, float] | None = None  # whether there are replicas, and when that was asked
        self._seen: tuple[int, float] | None = None  # the latest time an answer told, and when that was asked

    async def run(
        self, verb: str, places: Sequence[str], args: Sequence[str | bytes | int], *, kept: bool = False
    ) -> tuple[int, Any]:
        """Call a verb that begins with the clock. The time, and its answer without it. `kept`: answered when a replica
        has it. Raises MatchAway.
        """
        asked = self._ticks()
        answer = await self.call(verb, [pairkeys.CLOCK, *places], [self._witness(asked), *args], kept=kept)
        now = int(answer[0][0])
        if self._seen is None or now >= self._seen[0]:
            self._seen = (now, asked)
        return now, answer

    async def call(
        self, verb: str, places: Sequence[str], args: Sequence[str | bytes | int], *, kept: bool = False
    ) -> Any:
        """Call any verb. Raises MatchAway."""
        script = self._scripts[verb]
        async with self._lines:
            try:
                send = self._kept if kept and await self._has_replicas() else self.client.evalsha
                try:
                    return await send(script.sha, len(places), *places, *args)
                except NoScriptError:
                    await self.client.script_load(script.source)
                    return await send(script.sha, len(places), *places, *args)
            except calls.TROUBLE:
                pass
        raise MatchAway("the engine is away")  # out here: no cause that holds the command

    async def _kept(self, *call: Any) -> Any:
        """Call a script, and wait until a replica has what it wrote: on one connection, for WAIT knows no other's."""
        pipe = self.client.pipeline(transaction=False)
        pipe.evalsha(*call)
        pipe.execute_command("WAIT", 1, REPLICATED)
        answer, replicas = await pipe.execute(raise_on_error=False)
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(replicas, int) or replicas < 1:
            self.unsure += 1
            log.warning("not_replicated", within_ms=REPLICATED)
        return answer

    async def _has_replicas(self) -> bool:
        """Whether a replica follows the engine, as it was some seconds ago: WAIT would wait for none in vain."""
        now = self._ticks()
        if self._role is None or now - self._role[1] > ROLE_KNOWN:
            role: Any = await self.client.role()
            self._role = (role[0] == b"master" and len(role[2]) > 0, now)
        return self._role[0]

    async def ask(self, command: str, *args: Any, **options: Any) -> Any:
        """Send a plain command. Raises MatchAway."""
        async with self._lines:
            try:
                return await getattr(self.client, command)(*args, **options)
            except calls.TROUBLE:
                pass
        raise MatchAway("the engine is away")

    def now_ms(self) -> int:
        """About what time it is for the pairs, without asking: enough for a countdown. 0 before the first answer."""
        if self._seen is None:
            return 0
        seen, at = self._seen
        return seen + max(0, round((self._ticks() - at) * 1000))

    def _witness(self, asked: float) -> str:
        """The time we saw last and what has passed for us since; nothing before the first answer."""
        if self._seen is None:
            return ""
        seen, at = self._seen
        return f"{seen} {max(0, round((asked - at) * 1000))}"
