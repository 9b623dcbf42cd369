"""Flood: too much, or the same thing again and again, from one person in one place.

One window per (author, lane): the last messages with their time. `look` answers whether this message is one too many,
and counts it unless it is `dry`. A `key` is counted once, and a retry is judged as it was the first time, so retrying
never makes things worse. The caller drops the answer where care is owed: a disclosure is never refused for its speed.

Bounded: a window keeps `_KEPT` messages, and the least recently used windows go when there are more than
`MOST_WINDOWS`.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

from moderation.verdict import Finding, Submission

BURST = 10  # messages …
BURST_SECONDS = 10.0  # … in this time: faster than anyone types, slower than three short lines of excitement
REPEATS = 4  # the same words …
REPEAT_SECONDS = 60.0  # … in this time; twice is a mistake, three times is asking to be heard
MOST_WINDOWS = 20_000  # about 30 MB when all are full; people active in the last minutes are far fewer
_KEPT = 24


@dataclass(frozen=True, slots=True)
class _Said:
    at: float
    key: str
    words: int  # hash of the text; never leaves the process


class Flood:
    """The windows of this process."""

    def __init__(self) -> None:
        self._windows: OrderedDict[tuple[str, str], deque[_Said]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def look(self, submission: Submission, soft: str, now: float) -> Finding | None:
        """One finding if this message is one too many. Counts it, unless `submission.dry` or its key was counted
        before.
        """
        place = (submission.author, submission.lane)
        window = self._windows.get(place)
        if window is None:
            if not submission.dry:
                self._windows[place] = deque((_Said(now, submission.key, hash(soft)),), maxlen=_KEPT)
                if len(self._windows) > MOST_WINDOWS:
                    self._windows.popitem(last=False)
            return None
        before = list(window)
        known = next(
            (index for index, said in enumerate(before) if submission.key and said.key == submission.key), None
        )
        if known is not None:
            now, before = before[known].at, before[:known]
        elif not submission.dry:
            window.append(_Said(now, submission.key, hash(soft)))
            self._windows.move_to_end(place)
        return _too_many(before, hash(soft), len(submission.text), now)


def _too_many(before: list[_Said], words: int, length: int, now: float) -> Finding | None:
    recent = sum(1 for said in before if now - said.at < BURST_SECONDS)
    if recent >= BURST:
        return Finding(
            "flood.burst", "flood", (0, length), "That's a lot of messages at once. Give people a moment to read."
        )
    same = sum(1 for said in before if said.words == words and now - said.at < REPEAT_SECONDS)
    if same >= REPEATS - 1:
        return Finding("flood.repeat", "flood", (0, length), "You've said this a few times now; people have seen it.")
    return None
