"""Where moderation keeps things in the engine. Every key name is said here, once.

Everything shares the hash tag `{review}`, so that one script may move a case, queue it and note it.
"""

from __future__ import annotations

DUE = "warm:{review}:due"  # sorted set: case id by the engine's milliseconds at which something falls due
TRAIL = "warm:{review}:trail"  # stream: the audit trail; what was done by whom about what; never the words
TRAIL_HEAD = "warm:{review}:trail:head"  # hash seq, mac: where the trail ends


def case(id: str) -> str:
    """Hash rev, row (a `Case`, JSON), words (a `Words`, JSON; gone before the rest)."""
    return f"warm:{{review}}:case:{id}"


def queue(band: str) -> str:
    """Sorted set: ids of cases of this band that nobody has decided, by score."""
    return f"warm:{{review}}:queue:{band}"


def ended(band: str) -> str:
    """Sorted set: ids of cases of this band that have ended, by when."""
    return f"warm:{{review}}:ended:{band}"


def cases_of(person: str) -> str:
    """Set: ids of this person's cases that have not ended."""
    return f"warm:{{review}}:of:{person}"


def about(kind: str, what: str) -> str:
    """String: the open case of this kind about this thing."""
    return f"warm:{{review}}:about:{kind}:{what}"


def merged(id: str) -> str:
    """Set: ids of cases that wait for the answer of this one."""
    return f"warm:{{review}}:merged:{id}"


# Standing: what is kept about one person, under the person's own tag (as chat/accounts.py keeps the rest of them), so
# that it can be told and erased with everything else of theirs.


def sanctions(person: str) -> str:
    """Hash: sanction id → the sanction, JSON."""
    return f"warm:{{p/{person}}}:sanctions"


def reported(person: str) -> str:
    """Hash: report id → the report about this person, JSON."""
    return f"warm:{{p/{person}}}:reported"


def reporter(person: str) -> str:
    """Hash right, wrong, at, and `r:<report id>` for each outcome that is in them."""
    return f"warm:{{p/{person}}}:reporter"


def spent(person: str, what: str) -> str:
    """Sorted set: what a person has used of a daily limit, by when."""
    return f"warm:{{p/{person}}}:spent:{what}"


def firsts(person: str, room: str) -> str:
    """Set: ids of this person's posts in a room that a host has released, while they are new there."""
    return f"warm:{{p/{person}}}:firsts:{room}"


def signs(person: str) -> str:
    """Sorted set: what the creep shield has counted, by when."""
    return f"warm:{{p/{person}}}:signs"


def alert(person: str) -> str:
    """String: the level of the shield that moderators were last told of."""
    return f"warm:{{p/{person}}}:alert"
