"""Where moderation keeps things in the engine. Every key name is said here, once.

Everything shares the hash tag `{review}`, so that one script may hold a message, queue it and note it.
"""

from __future__ import annotations

HELD = "warm:{review}:held"  # hash: id → the held message, JSON
QUEUE = "warm:{review}:queue"  # sorted set: id by urgency, the most urgent first, then the oldest
AUDIT = "warm:{review}:audit"  # stream: what was decided by whom about what; never the words


def held_of(author: str) -> str:
    """Set: ids of this author's held messages."""
    return f"warm:{{review}}:of:{author}"
