"""Persons: what the engine keeps about one, under one tag of their own (`warm:{p/<user>}:…`).

A guest costs the engine nothing until there is something to remember: a person is a random id inside a token that we
signed. What is kept so far:

    revoked   hash   since → seconds, t:<token id> → expiry     tokens that were taken back
    names     hash   room → the name chosen there               none: the two kind words of chat/auth.py
    band      string teen or child, as the team has said        none: as the token says

Blocks, mutes, devices, settings and the recovery phrase each get a key of this tag and a line here. Everything of a
person is under the tag, so that `erase` and `export` can be complete. Keys of persons and of rooms never meet in one
script.

What is taken back is written first and then told to all nodes, which end the conversations under those tokens. A node
that did not hear it asks by itself twice a minute (`look_again` in people.py).

Answers `EngineAway` as an exception: a token whose revocation cannot be looked up lets nobody in. Nobody's id leaves
the server, and names stay out of logs.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from chat.auth import LEEWAY, Identity
from rooms import calls, envelope
from rooms.events import RoomKey, UserId
from rooms.resp import EngineAway
from rooms.scripts import Script

# Names of rooms a person has not chosen anything in for so long are forgotten with the person's other traces.
NAMES_KEPT = 90 * 86400

_SOURCE = (Path(__file__).parent / "lua" / "revoke.lua").read_bytes()
REVOKE = Script("revoke", _SOURCE, hashlib.sha1(_SOURCE, usedforsecurity=False).hexdigest())


# How nodes tell each other of a revocation, on the channel of all nodes.
REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Revocation:
    """What was taken back: one token by its name, or every token of a person signed until `since`."""

    user: UserId
    since: float | None = None
    token_id: str = ""

    def covers(self, identity: Identity) -> bool:
        """Whether this identity's token is among them; the same rule as `Accounts.revoked`."""
        if identity.user != self.user:
            return False
        return identity.token_id == self.token_id if self.since is None else identity.issued <= self.since

    def pack(self) -> bytes:
        """As it travels between nodes."""
        return f"{self.user} {'' if self.since is None else self.since} {self.token_id}".encode()

    @classmethod
    def unpack(cls, body: bytes) -> Revocation:
        """The reverse of `pack`. Raises ValueError for what it cannot have made."""
        user, since, token_id = body.decode().split(" ", 2)
        return cls(UserId(user), float(since) if since else None, token_id)


def person_key(user: UserId, what: str) -> str:
    """A key of one person. The only place that says how they are called."""
    return f"warm:{{p/{user}}}:{what}"


class Accounts:
    """Persons in the engine."""

    def __init__(self, client: Redis) -> None:
        self._client = client  # from `rooms.calls.engine_client`

    async def new_person(self) -> UserId:
        """An id nobody has: 128 random bits, 22 url-safe characters. Nothing is written."""
        return UserId(secrets.token_urlsafe(16))

    async def revoked(self, identity: Identity) -> bool:
        """Whether this token was taken back, by itself or with all others of its time. Raises EngineAway.

        Tokens carry whole seconds: one signed in the very second of a revocation counts as older.
        """
        return (await self.revoked_among([identity]))[0]

    async def revoked_among(self, identities: Sequence[Identity]) -> list[bool]:
        """The same for many tokens in one breath, in order. Raises EngineAway."""
        if not identities:
            return []
        pipe = self._client.pipeline(transaction=False)
        for identity in identities:
            pipe.hmget(person_key(identity.user, "revoked"), ["since", f"t:{identity.token_id}"])
        return [
            itself is not None or (since is not None and identity.issued <= float(since))
            for identity, (since, itself) in zip(identities, await self._answers(pipe), strict=True)
        ]

    async def at_the_door(self, identity: Identity) -> tuple[bool, str]:
        """(whether this token was taken back, the band the team has said is this person's or ""), in one breath: every
        hello asks. Raises EngineAway.
        """
        pipe = self._client.pipeline(transaction=False)
        pipe.hmget(person_key(identity.user, "revoked"), ["since", f"t:{identity.token_id}"])
        pipe.get(person_key(identity.user, "band"))
        (since, itself), band = await self._answers(pipe)
        gone = itself is not None or (since is not None and identity.issued <= float(since))
        return gone, "" if band is None else str(band.decode())

    async def revoke(self, identity: Identity, now: float, longest: float = 0.0) -> None:
        """Take this one token back (log out here), and what it was refreshed to: that has the same name and lives for
        `longest` seconds more at most. `now` is seconds since 1970. Raises EngineAway.
        """
        till = max(identity.expires, now + longest)
        await self._revoke(identity.user, f"t:{identity.token_id}", till, now, till)

    async def revoke_all(self, user: UserId, now: float, longest: float) -> None:
        """Take back every token signed until `now`; `longest` is how many seconds one lives. Raises EngineAway."""
        await self._revoke(user, "since", now, now, now + longest)

    async def _revoke(self, user: UserId, field: str, value: float, now: float, till: float) -> None:
        pipe = self._client.pipeline(transaction=False)
        args = (f"{value:.3f}", f"{now:.3f}", f"{till + LEEWAY:.3f}")
        calls.call(pipe, REVOKE, [person_key(user, "revoked")], field, *args)
        since = value if field == "since" else None
        told = Revocation(user, since=since, token_id=field.removeprefix("t:") if since is None else "")
        pipe.execute_command("SPUBLISH", envelope.ALL_NODES, envelope.control(REVOKED, told.pack()))
        await self._ask(pipe)

    async def name_in(self, user: UserId, room: RoomKey) -> str | None:
        """The name this person chose in `room`. Raises EngineAway."""
        pipe = self._client.pipeline(transaction=False)
        pipe.hget(person_key(user, "names"), room)
        name = await self._ask(pipe)
        return None if name is None else name.decode()

    async def choose_name(self, user: UserId, room: RoomKey, name: str) -> None:
        """Keep the (judged) name of this person in `room`. Raises EngineAway."""
        pipe = self._client.pipeline(transaction=False)
        pipe.hset(person_key(user, "names"), room, name)
        pipe.expire(person_key(user, "names"), NAMES_KEPT)
        await self._ask(pipe)

    async def set_band(self, user: UserId, band: str) -> None:
        """Somebody of the team has said whose band this is, whatever a token says: teen, child, or "": as the token
        says. Raises EngineAway.
        """
        pipe = self._client.pipeline(transaction=False)
        if band:
            pipe.set(person_key(user, "band"), band)
        else:
            pipe.delete(person_key(user, "band"))
        await self._ask(pipe)

    async def band_of(self, user: UserId) -> str:
        """The same: "" where nobody has said so. Raises EngineAway."""
        pipe = self._client.pipeline(transaction=False)
        pipe.get(person_key(user, "band"))
        band = await self._ask(pipe)
        return "" if band is None else str(band.decode())

    async def _ask(self, pipe: Any) -> Any:
        """The first answer of a pipeline that may be repeated. Raises EngineAway, without the command in it."""
        return (await self._answers(pipe))[0]

    async def _answers(self, pipe: Any) -> list[Any]:
        """Every answer, likewise."""
        answers = await calls.run(self._client, pipe, [REVOKE])
        if answers is None:
            raise EngineAway("no answer")
        for answer in answers:
            if isinstance(answer, Exception):
                raise EngineAway(type(answer).__name__)
        return answers
