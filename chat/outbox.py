"""What waits to be written to one connection.

Most of the time an outbox is empty: a connection that is clear gets its room's shared chunk straight away. Something
waits here when it is said to one connection alone, or when its socket is behind. Frames wait in lanes, and a drain
joins them in lane order: control, then replies and one-on-one, then room messages, then presence and typing. Within a
lane the order is the order of arrival. What came from a room is marked with it, so that it can be taken back: replies
overtake room messages, and the answer to a `join` already has them.

An outbox is bounded by bytes. Above `LOSSY_LIMIT` the lossy lane is dropped (presence and typing are repaired by
their versions); above `SLOW_LIMIT` the connection is slow: who owns it cuts it off with 4108, and its client resumes.
"""

from __future__ import annotations

from enum import IntEnum
from operator import itemgetter

from rooms.events import RoomKey

# Presence and typing are worth nothing to someone who is this far behind.
LOSSY_LIMIT = 64 * 1024
# A phone that is a megabyte behind will catch up faster from the log than from our memory.
SLOW_LIMIT = 1024 * 1024


class Lane(IntEnum):
    """Priority; smaller leaves first."""

    CONTROL = 0
    REPLY = 1
    ROOM = 2
    LOSSY = 3


class Outbox:
    """A bounded, laned queue of ready frames. Truthy while something waits."""

    __slots__ = ("_frames", "size")

    def __init__(self) -> None:
        self._frames: list[tuple[Lane, bytes, RoomKey | None]] = []
        self.size = 0  # bytes waiting

    def __bool__(self) -> bool:
        return bool(self._frames)

    @property
    def slow(self) -> bool:
        """Whether more waits than we are ready to keep for one person."""
        return self.size > SLOW_LIMIT

    def push(self, lane: Lane, frame: bytes, room: RoomKey | None = None) -> None:
        """Queue a frame, or a chunk of several of one `room`, in its lane; drops the lossy lane when far behind."""
        if self.size > LOSSY_LIMIT:
            if lane is Lane.LOSSY:
                return
            self._keep([one for one in self._frames if one[0] is not Lane.LOSSY])
        self._frames.append((lane, frame, room))
        self.size += len(frame)

    def take_back(self, room: RoomKey) -> None:
        """Forget what waits of one room."""
        if self._frames:
            self._keep([one for one in self._frames if one[2] != room])

    def drain(self) -> bytes:
        """Everything that waits, as one piece of bytes, in lane order."""
        frames, self._frames, self.size = self._frames, [], 0
        if len(frames) == 1:
            return frames[0][1]
        frames.sort(key=itemgetter(0))
        return b"".join(frame for _, frame, _ in frames)

    def _keep(self, frames: list[tuple[Lane, bytes, RoomKey | None]]) -> None:
        self._frames = frames
        self.size = sum(len(frame) for _, frame, _ in frames)
