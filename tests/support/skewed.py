"""A node whose clock is wrong: the server itself, started with a clock that is so many seconds ahead (or behind).

    python -m tests.support.skewed 120 serve --set redis.url=…

The wall clock is the one thing that is turned; what only counts (monotonic) goes on as on any machine. A node asks for
the wall clock in one way, and `pong` tells what it was told.
"""

from __future__ import annotations

import sys
import time


def main() -> None:
    """`warmline` with a wrong clock; the first word is by how much (seconds)."""
    ahead, right = float(sys.argv.pop(1)), time.time
    time.time = lambda: right() + ahead
    from chat.cli import main as warmline

    warmline()


if __name__ == "__main__":
    main()
