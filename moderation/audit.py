"""The audit trail: what was done about which case, by whom and when. Appended to, never changed, never with words.

    entry n:  at  did  case  by  of  why  mac          mac = keyed(mac of entry n - 1 .. entry n)

Each entry is chained to the one before with a key that only the servers have (`auth.secret`, derived). Whoever can
write to the engine but does not have the key can neither change an entry, nor take one out, nor add one, without
`breaks` saying where. The end of the trail could be cut off and its head set back; so the head is told (`head`), nodes
log it, and `breaks` takes one that was noted elsewhere.

`did` is a step of a case (moderation/cases.py), `open`, or a word of another part of moderation. `by` is the member of
staff, empty for time and for the author; `of` the person concerned; `why` a resolution, a reason or rule ids. A `claim`
is also a reading of the words (R8).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from moderation import keys

# Read at once; an entry is some 150 bytes.
PAGE = 500


class StoreAway(OSError):
    """The engine did not take it, or did not answer."""


Read = TypeVar("Read")


def readable(read: Callable[[bytes], Read], rows: Iterable[bytes]) -> list[Read]:
    """What of some rows this node can read: a newer one may have written words that are not known here yet."""
    found = []
    for row in rows:
        with suppress(KeyError, TypeError, ValueError):
            found.append(read(row))
    return found


# Number and mac of an entry: where the trail ends, or ended.
Head = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail. `at` is milliseconds of the engine's clock."""

    seq: int
    at: str
    did: str
    case: str
    by: str
    of: str
    why: str
    mac: str

    @property
    def line(self) -> str:
        """What is sealed."""
        return " ".join((str(self.seq), self.at, self.did, self.case, self.by, self.of, self.why))


def sealed(seal: str, before: str, line: str) -> str:
    """The mac of a line after the entry whose mac is `before`: SHA-1 keyed within and without, as the engine has it."""
    inner = hashlib.sha1(f"{seal}{before} {line}".encode()).hexdigest()
    return hashlib.sha1(f"{seal}{inner}".encode()).hexdigest()


def breaks(entries: Iterable[Entry], seal: str, head: Head, known: Head | None = None) -> list[str]:
    """Where the trail is not as it was written, in plain words; empty when it is whole. `known` is an older head."""
    found, before, last = [], "", 0
    for entry in entries:
        if entry.seq != last + 1:
            found.append(f"entries {last + 1} to {entry.seq - 1} are missing")
        elif sealed(seal, before, entry.line) != entry.mac:
            found.append(f"entry {entry.seq} was changed, or the one before it was")
        if known is not None and entry.seq == known[0] and entry.mac != known[1]:
            found.append(f"entry {entry.seq} is not the one that was noted")
        before, last = entry.mac, entry.seq
    if (last, before) != head:
        found.append(f"the trail ends at {last}, but its head says {head[0]}")
    if known is not None and known[0] > last:
        found.append(f"entries {last + 1} to {known[0]} were cut off")
    return found


def script(client: Redis, name: str) -> Any:
    """A script of `lua/`, with what it includes, ready to be called."""
    folder = resources.files("moderation").joinpath("lua")
    text = folder.joinpath(f"{name}.lua").read_text("utf-8")
    whole = re.sub(
        r"^-- include: (\w+)$", lambda m: folder.joinpath(f"{m[1]}.lua").read_text("utf-8"), text, flags=re.M
    )
    return client.register_script(whole)


def plain(word: object) -> str:
    """A word as a line may hold it: no blanks, bounded."""
    return re.sub(r"\s+", "_", str(word))[:200]


class Audit:
    """The trail in the engine. `seal` is the servers' key for it."""

    def __init__(self, client: Redis, seal: str) -> None:
        self._client = client
        self.seal = seal
        self._note = script(client, "note")

    async def note(self, did: str, *, at: int, case: str = "", by: str = "", of: str = "", why: str = "") -> int:
        """Add an entry that is no step of a case; its number. Raises StoreAway."""
        words = [plain(word) for word in (at, did, case, by, of, why)]
        try:
            return int(await self._note(keys=[keys.TRAIL, keys.TRAIL_HEAD], args=[self.seal, *words]))
        except (RedisError, OSError):
            pass
        raise StoreAway("the audit trail cannot be written")

    async def head(self) -> Head:
        """Number and mac of the newest entry; (0, "") before the first. Raises StoreAway."""
        seq, mac = await self._ask("hmget", keys.TRAIL_HEAD, ["seq", "mac"])
        return (int(seq), mac.decode()) if seq else (0, "")

    async def entries(self, after: int = 0, limit: int = PAGE) -> list[Entry]:
        """The entries after a number, ascending. Raises StoreAway."""
        rows = await self._ask("xrange", keys.TRAIL, f"({after}-0" if after else "-", "+", limit)
        return [_entry(id, fields) for id, fields in rows]

    async def verify(self, known: Head | None = None) -> list[str]:
        """Read the whole trail and say where it was changed; empty when nowhere. Raises StoreAway."""
        found: list[Entry] = []
        while True:
            before = len(found)
            while page := await self.entries(found[-1].seq if found else 0):
                found += page
            head = await self.head()
            if head[0] <= len(found) or len(found) == before:  # else something was added just now
                return breaks(found, self.seal, head, known)

    async def _ask(self, command: str, *args: Any) -> Any:
        try:
            return await getattr(self._client, command)(*args)
        except (RedisError, OSError):
            pass
        raise StoreAway("the audit trail cannot be read")


def _entry(id: bytes, fields: dict[bytes, bytes]) -> Entry:
    told = {name.decode(): value.decode() for name, value in fields.items()}
    return Entry(
        int(id.split(b"-")[0]), *(told.get(name, "") for name in ("at", "did", "case", "by", "of", "why", "mac"))
    )
