"""A person on this node: their connections, the budget those share, and their last words for the filter.

    first connection ──▶ Person ──last one gone──▶ Lately, for `LINGER` ──back in time──▶ the same Person
                                                       └─ else forgotten

Who reconnects is the same person: a word cut in pieces by a reconnect is still read whole (X32), and a spent budget
stays spent. On another node the last words are read again from the room (joining.py).

These are private words: they live in this process only, never in a repr or a log, and no longer than `LINGER` after
their author has gone. Bounded: the longest gone are forgotten first, beyond `MOST` people or `MOST_CHARACTERS`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rooms.events import EventId, RoomKey, UserId

if TYPE_CHECKING:
    from chat.budget import Budget
    from chat.connection import Connection

# How many of a person's own last messages in a room the filter may look back on (safety.md, contract 5).
RECENT = 20
# Seconds a person is remembered after the last connection has gone: longer than anyone waits to get round a filter,
# shorter than an evening.
LINGER = 600.0
# People remembered so, and characters of theirs: an hour of comings and goings of a full node, 40 MB at most.
MOST = 10_000
MOST_CHARACTERS = 10_000_000
# Said at a time nobody knows any more.
LONG_AGO = -1e9


class Person:
    """Someone connected to this node, by one or several connections, which share their budgets."""

    __slots__ = ("budget", "cards", "checks", "connections", "recent")

    def __init__(self, budget: Budget, checks: Budget) -> None:
        self.budget = budget
        self.checks = checks
        self.connections: dict[Connection, None] = {}
        # Cards shown lately: (room, kind, band, what became of the words) → (the card's id, until when, monotonic).
        self.cards: dict[tuple[Any, ...], tuple[EventId, float]] = {}
        # Own last messages by room and id, with when (monotonic) and whether here; private words, never logged.
        self.recent: dict[RoomKey, dict[EventId, tuple[str, float, bool]]] | None = None

    def said(self, room: RoomKey, id: EventId, text: str, at: float = LONG_AGO, *, here: bool = True) -> None:
        """Remember what this person said in a room, for the filter's sliding window. A retry is not said again."""
        if self.recent is None:
            self.recent = {}
        words = self.recent.setdefault(room, {})
        words[id] = (text, *words[id][1:]) if id in words else (text, at, here)
        if len(words) > RECENT:
            del words[next(iter(words))]

    def recall(self, room: RoomKey, said: Iterable[tuple[EventId, str]], when: Iterable[float] = ()) -> None:
        """What the room says they said last, oldest first, and when, where this node does not know any better."""
        if not self.knows(room):
            times = iter(when)
            for id, text in said:
                self.said(room, id, text, next(times, LONG_AGO), here=False)

    def knows(self, room: RoomKey) -> bool:
        """Whether anything this person said in a room is remembered."""
        return self.recent is not None and room in self.recent

    def words(self, room: RoomKey) -> tuple[str, ...]:
        """This person's last messages in a room, oldest first."""
        return tuple(text for text, _, _ in self._last(room))

    def since(self, room: RoomKey, now: float) -> tuple[float, ...]:
        """How many seconds ago each of them was said."""
        return tuple(now - at for _, at, _ in self._last(room))

    def recalled(self, room: RoomKey) -> int:
        """How many of them, the oldest, the room told us of."""
        return sum(not here for _, _, here in self._last(room))

    def _last(self, room: RoomKey) -> Iterable[tuple[str, float, bool]]:
        return self.recent[room].values() if self.recent and room in self.recent else ()

    @property
    def characters(self) -> int:
        """How many characters are remembered."""
        return sum(len(text) for words in (self.recent or {}).values() for text, _, _ in words.values())


class Lately:
    """Those who have just gone. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._gone: OrderedDict[UserId, tuple[Person, float, int]] = OrderedDict()  # with when, and their characters
        self._characters = 0

    def __len__(self) -> int:
        return len(self._gone)

    def keep(self, user: UserId, person: Person, now: float) -> None:
        """The last connection of this person has gone."""
        self.back(user, now)
        size = person.characters
        self._gone[user] = (person, now, size)
        self._characters += size
        self.forget(now)

    def back(self, user: UserId, now: float) -> Person | None:
        """This person as they were, if they have come back in time."""
        if (kept := self._gone.pop(user, None)) is None:
            return None
        person, since, size = kept
        self._characters -= size
        return person if now - since < LINGER else None

    def forget(self, now: float) -> None:
        """Let go of those who have been gone for too long, or are too many."""
        while self._gone:
            user, (_, since, size) = next(iter(self._gone.items()))
            if now - since < LINGER and len(self._gone) <= MOST and self._characters <= MOST_CHARACTERS:
                return
            del self._gone[user]
            self._characters -= size
