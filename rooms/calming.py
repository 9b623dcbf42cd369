"""A heavy room goes slower for a while, on every node at once; who is in distress does not.

    warm:{<room>}:wave      sorted set   person in this room → when they last disclosed (engine ms)
    warm:{<room>}:eased     string       lives as long as the room is eased: one node makes it, and so begins
    warm:{<room>}:meta      its field `eased`, "until gap": what the commit script goes by
    warm:{<room>}:slow:~<user>           this person is spared every slow mode of the room for a while

What is counted, and when a room is heavy, is not decided here (moderation/contagion.py). The gap and who is spared are
read by the commit script itself, so that no node can be behind; the gap stands where the script looks anyway, so that
a calm room pays nothing. Mark and gap are written by one script (lua/ease.lua): no crash leaves a room that is believed
eased and is not. All of it ends by itself; none of it is a word. Engine trouble is `EngineAway`: then nothing is eased,
and nobody loses anything by that.
"""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis

from rooms import calls, envelope, scripts
from rooms.events import AliasId, RoomKey, UserId
from rooms.resp import EngineAway

# Each once per disclosure: more people than this in one window are a wave whoever else there was.
MOST_ROWS = 200


class Calming:
    """Waves and easings in the engine."""

    def __init__(self, client: Redis) -> None:
        self._client = client  # from `rooms.calls.engine_client`
        self._ease = scripts.read("ease")

    async def disclosed(
        self, room: RoomKey, alias: AliasId | None, user: UserId, at: int, *, window: float, spared: float
    ) -> list[tuple[str, float]]:
        """Somebody disclosed something heavy at `at` (engine ms). Answers who did within `window` seconds, with when
        (seconds). They are spared slow mode for `spared` seconds; without `alias` that is all, and they are not
        counted. Raises EngineAway.
        """
        wave, lasts = envelope.wave(room), int(window * 1000)
        pipe = self._client.pipeline(transaction=False)
        if alias is not None:
            pipe.zadd(wave, {alias: at}, gt=True)
        pipe.zremrangebyscore(wave, "-inf", at - lasts)
        pipe.pexpire(wave, lasts)
        pipe.set(envelope.spared(room, user), "1", px=int(spared * 1000))
        pipe.zrevrange(wave, 0, MOST_ROWS - 1, withscores=True)
        answers = await self._ask(pipe)
        return [(person.decode(), float(score) / 1000) for person, score in answers[-1]]

    async def ease(self, room: RoomKey, now: int, *, gap: float, lasts: float) -> bool:
        """Slow the room down for `lasts` seconds from `now` (engine ms). False when it is so already. Raises
        EngineAway.
        """
        milliseconds = int(lasts * 1000)
        pipe = self._client.pipeline(transaction=False)
        places = [envelope.eased(room), envelope.meta(room)]
        calls.call(pipe, self._ease, places, f"{now + milliseconds} {int(gap * 1000)}", milliseconds)
        return bool((await self._ask(pipe))[0])

    async def _ask(self, pipe: Any) -> list[Any]:
        answers = await calls.run(self._client, pipe, [self._ease])
        if answers is None:
            raise EngineAway("no answer")
        for answer in answers:
            if isinstance(answer, Exception):
                raise EngineAway(type(answer).__name__)
        return answers
