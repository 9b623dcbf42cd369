"""The Lua scripts of rooms: one verb per file in `lua/`, registered once, called by their hash.

A line `-- include: name` is replaced by that file, so that what several verbs share is written once. A script that
the engine has forgotten (SCRIPT FLUSH, a failover) answers NOSCRIPT; the pipeline registers all of them again and
resends what failed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from rooms import envelope
from rooms.events import RoomKey

FOLDER = Path(__file__).parent / "lua"
VERBS = ("commit", "aside", "lookup", "mint", "rows", "find", "heal", "fork", "trim")
KEYS = 6

# Rooms whose ready-packed keys are kept: about 500 bytes each, and a node is busy in far fewer at once.
PACKED_ROOMS = 2048


@dataclass(frozen=True, slots=True)
class Script:
    """One verb, as the engine runs it."""

    name: str
    source: bytes = field(repr=False)
    sha: str = field(repr=False)


def read(name: str) -> Script:
    """Load `lua/<name>.lua` with what it includes."""
    text = (FOLDER / f"{name}.lua").read_text("utf-8")
    text = re.sub(r"^-- include: (\w+)$", lambda m: (FOLDER / f"{m[1]}.lua").read_text("utf-8"), text, flags=re.M)
    source = text.encode()
    return Script(name, source, hashlib.sha1(source, usedforsecurity=False).hexdigest())


@cache
def scripts() -> dict[str, Script]:
    """Every verb by name."""
    return {name: read(name) for name in VERBS}


def pack(*args: bytes) -> bytes:
    """One command in the engine's wire format."""
    return b"*%d\r\n" % len(args) + b"".join(b"$%d\r\n%b\r\n" % (len(a), a) for a in args)


@lru_cache(PACKED_ROOMS * 2)
def opening(verb: str, room: RoomKey) -> bytes:
    """What every call of a verb in a room begins with, without the leading count: EVALSHA, keys and the channel."""
    keys = [named(room).encode() for named in _KEYS]
    parts = [b"EVALSHA", scripts()[verb].sha.encode(), b"%d" % KEYS, *keys, envelope.channel(room).encode()]
    return b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in parts)


_KEYS = (
    envelope.log,
    envelope.meta,
    envelope.ids,
    envelope.overlay,
    envelope.dedupe_stem,
    envelope.slow_stem,
)

# EVALSHA, hash, number of keys, the keys, the channel.
OPENING = 4 + KEYS


def call(verb: str, room: RoomKey, *args: bytes) -> bytes:
    """Pack one call of a verb; `args` follow the channel."""
    rest = b"".join(b"$%d\r\n%b\r\n" % (len(a), a) for a in args)
    return b"*%d\r\n%b%b" % (OPENING + len(args), opening(verb, room), rest)


def registrations() -> list[bytes]:
    """The commands that make the engine know every verb."""
    return [pack(b"SCRIPT", b"LOAD", script.source) for script in scripts().values()]
