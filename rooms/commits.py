"""The words of a commit: what is asked of the log, under which guard, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from rooms.events import EventId, Position, Refusal, RoomKey, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Checked inside the script, in engine time."""

    slow_ms: int = 0  # this person's minimum gap in the room, milliseconds; 0 = none; SPARED: not even if it is eased
    deadline_ms: int | None = None  # engine milliseconds; None: the backplane says now + 2 s


NO_GUARD = Guard()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One event to append once and publish.

    `target` makes it an amendment: with `amended` an edit (that body replaces the target's), without it a
    redaction (`body` stands in the target's place, under this commit's kind, and in the place of earlier edits of it).
    """

    room: RoomKey
    id: EventId
    kind: str
    author: UserId
    body: bytes = field(repr=False)
    outcome: bytes = field(default=b"", repr=False)
    guard: Guard = NO_GUARD
    target: EventId | None = None
    amended: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Committed:
    """It is in the log. `repeated`: it already was, and `outcome` is what was kept the first time.

    Or its id was put aside: `aside` then, and there is no place in the log, only the outcome.
    """

    position: Position
    at: int  # engine milliseconds of the first commit
    repeated: bool
    outcome: bytes = field(repr=False)

    @property
    def aside(self) -> bool:
        """Whether this id stands for something that is not in the log."""
        return self.position.seq == 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A guard said no; nothing changed. `retry_after` is in seconds."""

    refusal: Refusal
    retry_after: float | None = None


class Unavailable(Enum):
    """The engine is away, full or too slow. Unknown for at most 2 s after the answer: the caller keeps the key."""

    UNAVAILABLE = "unavailable"


UNAVAILABLE = Unavailable.UNAVAILABLE
Outcome = Committed | Refused | Unavailable
