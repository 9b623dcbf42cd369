"""Where seeking, talking and staying are kept in the engine. Every key name of theirs is said here, once.

Everything that nodes must agree on about pairs shares the hash tag `{match}`, so that one script may move a seeker, a
listener and a session together. A session's own room is an ordinary room and has the keys of one (rooms/envelope.py).
"""

from __future__ import annotations

from rooms.events import RoomKey

CLOCK = "warm:{match}:clock"  # hash last, off: the time the pairs go by (lua/pair_clock.lua)
DUE = "warm:{match}:due"  # sorted set: `<kind>:<id>`, `look:<user>` or `round:<band>` by when to look at it
OWED = "warm:{match}:owed"  # sorted set: target by when somebody else may do what is owed to it
DOING = "warm:{match}:doing"  # hash target → who is at it
HERE = "warm:{match}:here"  # sorted set `<node>:<user>` by the end of the lease
NODES = "warm:{match}:nodes"  # sorted set: node by when it was last heard of
SWEPT = "warm:{match}:swept"  # string: when leases were last looked through
SHIFT = "warm:{match}:shift"  # hash `<node>:<user>` → "until JSON": who of the team is on shift


def row(kind: str, id: str) -> str:
    """Hash rev, row (JSON)."""
    return f"warm:{{match}}:row:{kind}:{id}"


def live(kind: str) -> str:
    """Sorted set: ids of the rows of this kind that are live, by their score."""
    return f"warm:{{match}}:live:{kind}"


def out(target: str) -> str:
    """List "id\\nJSON": what is owed to this target, oldest first."""
    return f"warm:{{match}}:out:{target}"


def wrote(mark: str) -> str:
    """String, for as long as a write may be asked for again: it was made, and when."""
    return f"warm:{{match}}:wrote:{mark}"


def words(of: str) -> str:
    """Hash id → "place\\nJSON": what was written about this request or session and is not in its room. For a day."""
    return f"warm:{{match}}:words:{of}"


def session_room(id: str) -> RoomKey:
    """The room of a session."""
    return RoomKey(f"session/{id}")
