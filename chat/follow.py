"""A room as a client follows it: where it stands, what it has seen, what it holds back. No socket, no clock.

A client's *position* in a room moves only by live events, by `joined` and by resume; an answer to `send` or a page of
history never moves it. Events are told once: whatever arrives twice (a resume while the old connection still
delivers, a page that overlaps) is recognised by its id.

    live event ─▶ own words with a send unanswered? ─yes─▶ held, and all of the room after it ─answer─▶ told, in order
                                  └────no────▶ told

An own message may arrive before the answer to its `send`. It is held until that answer, so that whoever sends learns
the id first. Sends are numbered; a held event waits for no send younger than itself, so a busy writer never starves.
A lost connection drops what is held: the position had not moved past it, so the resume brings it again.
"""

from __future__ import annotations

from collections import deque
from typing import Any

Event = dict[str, Any]


class Followed:
    """One room of one client. Methods return the events that may be told now, in the order of the log."""

    __slots__ = ("_held", "_known", "_pending", "_seen", "alias", "alias_id", "cursor", "name", "quiet", "view")

    def __init__(self, name: str, *, alias: str | None = None, quiet: bool = False, keep: int = 10_000) -> None:
        self.name = name
        self.alias = alias  # the name asked for; None: whatever the server gives
        self.quiet = quiet
        self.alias_id: str | None = None  # who we are here, from the first `joined` on
        self.cursor: str | None = None  # where we stand; None: nowhere, ask for the newest page
        self.view: deque[Event] = deque(maxlen=keep)  # logged events in the order of the log
        self._seen: dict[str, None] = {}  # ids of `view`, oldest first
        self._held: deque[tuple[int, Event]] = deque()  # (youngest send under way when it came, event)
        self._pending: dict[int, None] = {}  # numbers of unanswered sends, ascending
        self._known: set[str] = set()  # ids our answers named, whose events have not come yet

    def joined(self, told: Event, *, resumed: bool) -> tuple[list[Event], bool]:
        """Take a `joined`; `resumed` says a cursor was given. Returns (new events, whether the view was replaced)."""
        replaced = not (resumed and told["recovered"])
        had = bool(self.view)
        if replaced:
            self._forget()
        self._held.clear()
        self.alias_id = told["alias_id"]
        fresh = [event for event in told["events"] if self._see(event)]
        self.cursor = told["cursor"]
        return fresh, replaced and had

    def live(self, event: Event) -> list[Event]:
        """Take one logged event off the connection."""
        own = event["type"] == "message" and event["from"]["alias_id"] == self.alias_id
        if self._held or (own and self._pending and event["id"] not in self._known and event["id"] not in self._seen):
            self._held.append((max(self._pending, default=0), event))
            return []
        return self._pass(event)

    def caught_up(self, events: list[Event]) -> list[Event]:
        """Take a page read after `lag`. The position stays: the `join` that follows moves it."""
        return [event for event in events if self._see(event)]

    def sending(self, number: int) -> None:
        """A send of this room is on its way. Numbers ascend."""
        self._pending[number] = None

    def answered(self, number: int, id: str | None) -> list[Event]:
        """The send has its answer; `id` is the message it became, None where it became none yet."""
        self._pending.pop(number, None)
        if id is not None and id not in self._seen:
            self._known.add(id)
        told: list[Event] = []
        oldest = min(self._pending, default=None)
        while self._held:
            youngest, event = self._held[0]
            own = event["type"] == "message" and event["from"]["alias_id"] == self.alias_id
            if own and event["id"] not in self._known and oldest is not None and oldest <= youngest:
                break
            self._held.popleft()
            told += self._pass(event)
        return told

    def without(self, alias_id: str) -> None:
        """We have blocked somebody: what they said here is not shown any more. Where we stand stays."""
        kept = [event for event in self.view if (event.get("from") or {}).get("alias_id") != alias_id]
        self.view.clear()
        self.view.extend(kept)

    def cut(self) -> None:
        """The connection is lost: what was held will come again, because the position has not moved past it."""
        self._held.clear()

    def reset(self) -> None:
        """The server says this room's log is not what we saw: drop everything but who we are."""
        self._held.clear()
        self._forget()
        self.cursor = None

    def _pass(self, event: Event) -> list[Event]:
        self.cursor = event["cursor"]
        return [event] if self._see(event) else []

    def _see(self, event: Event) -> bool:
        """Put an event in the view; False when it was there already."""
        id = event["id"]
        if id in self._seen:
            return False
        self._known.discard(id)
        self._seen[id] = None
        if len(self._seen) > (self.view.maxlen or 0):
            del self._seen[next(iter(self._seen))]
        self.view.append(event)
        return True

    def _forget(self) -> None:
        self.view.clear()
        self._seen.clear()
        self._known.clear()
