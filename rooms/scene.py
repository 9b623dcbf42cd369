"""A scene: the rows a step looks at, as they were read in one moment, and what the step makes of them.

    scene = Scene(now, rows)                        # read by the store in one script, with the engine's time
    answer = meeting.accept(scene, offer, by, fresh)      # a pure verb: looks, puts, owes; or returns a No
    scene.changes, scene.owed, scene.bells          # written by the store in one script, if no row has moved meanwhile

A verb asks for rows by kind and id. One that was not read yet raises `Unread`: the store reads it too and runs the
verb again from the start on a new scene. So a verb never has to say beforehand what it will look at, and everything it
looked at is guarded. A verb that returns a `No` is a verb that never happened: nothing it put is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from rooms.durations import CAPS, DURATIONS, Caps, Durations
from rooms.effects import Effect, Event, tell


class RowKind(StrEnum):
    """Kinds of rows. Values are part of key names."""

    PERSON = "person"
    REQUEST = "request"
    OFFER = "offer"
    SESSION = "session"
    LISTENER = "listener"
    HOLD = "hold"
    WAITS = "waits"


class No(StrEnum):
    """Why a step was not made. Values are refusal codes of the wire where there is one."""

    NOT_SO = "bad_request"  # this cannot happen in this state
    NOT_FOUND = "not_found"  # there is no such thing, or not for you
    TAKEN = "taken"  # somebody else was first
    EXPIRED = "expired"
    CLOSED = "closed"
    TOO_SOON = "too_soon"  # enough for today, or not yet
    FORBIDDEN = "forbidden"
    STALE = "stale"  # something was said since


class Row(Protocol):
    """What is kept. Which kind it is and what it is called is told apart by `rows.ref_of`."""


Ref = tuple[RowKind, str]
_Row = TypeVar("_Row")
_T = TypeVar("_T")


class Unread(Exception):
    """A verb looks at a row that was not read. Not an error: the store reads it and runs the verb again."""

    def __init__(self, ref: Ref) -> None:
        super().__init__("a row that was not read")
        self.ref = ref


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the team who is on shift at this moment: connected, and active in the last ten minutes."""

    user: str
    role: str  # responder | moderator | supervisor | operator
    bands: frozenset[str]
    languages: frozenset[str] = frozenset()


class Scene:
    """Rows of one moment. `here`: who is connected anywhere; `on_shift`: who of the team could be asked."""

    def __init__(
        self,
        now: int,
        rows: Mapping[Ref, Any],
        *,
        times: Durations = DURATIONS,
        caps: Caps = CAPS,
        here: frozenset[str] = frozenset(),
        on_shift: tuple[Staff, ...] = (),
    ) -> None:
        self.now = now
        self.times = times
        self.caps = caps
        self.here = here
        self.on_shift = on_shift
        self.changes: dict[Ref, Any] = {}  # as they are to be written; None deletes
        self.owed: list[tuple[str, Effect]] = []  # target, effect; in order
        self.bells: set[str] = set()  # due members to be looked at, at once
        self._rows = rows

    def look(self, kind: RowKind, id: str) -> Any:
        """A row as it stands in this scene, None where there is none. Raises Unread."""
        ref = (kind, id)
        if ref in self.changes:
            return self.changes[ref]
        if ref not in self._rows:
            raise Unread(ref)
        return self._rows[ref]

    def put(self, kind: RowKind, id: str, row: _Row) -> _Row:
        """Write a row."""
        self.changes[kind, id] = row
        return row

    def attempt(self, step: Callable[[Scene], _T | No]) -> _T | No:
        """Make one step of several in this scene; a No leaves nothing of it behind."""
        changes, owed, bells = dict(self.changes), len(self.owed), set(self.bells)
        answer = step(self)
        if isinstance(answer, No):
            self.changes, self.bells = changes, bells
            del self.owed[owed:]
        return answer

    def owe(self, target: str, effect: Effect) -> None:
        """Something is to be done, after everything owed to this target before."""
        self.owed.append((target, effect))

    def tell(self, target: str, to: str, event: Event, **fields: Any) -> None:
        """Owe somebody an event."""
        self.owe(target, tell(to, event, **fields))

    def ring(self, member: str) -> None:
        """Have something looked at, at once."""
        self.bells.add(member)
