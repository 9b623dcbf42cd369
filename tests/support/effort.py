"""Work counted instead of timed: how many functions were called, of Python's own and of ours.

A busy machine changes no count, so a test can bound it. What one call does inside a pattern is not seen: for that,
`python -m tests.bench.filter` measures.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls(run: Callable[[], object]) -> int:
    """How many functions `run` calls, all the way down. Nothing else may be watching this thread's calls."""
    count = 0

    def seen(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count
