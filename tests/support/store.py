"""The log of one room as rooms/history.py keeps it, and a way to write it; no ring, no subscriber."""

from __future__ import annotations

from rooms.commits import Committed
from rooms.committing import Committing
from rooms.events import Position
from rooms.history import History
from tests.support.plane import ROOM, message


class Store:
    """A history and a way to write it."""

    def __init__(self, history: History, committing: Committing) -> None:
        self.history = history
        self.committing = committing

    async def say(self, *ids: str) -> list[Position]:
        outcomes = await self.committing.submit([message(id) for id in ids])
        return [outcome.position for outcome in outcomes if isinstance(outcome, Committed)]

    async def ids(self) -> list[str]:
        return [row.entry.id for row in (await self.history.up(ROOM, 0)).rows]
