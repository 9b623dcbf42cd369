"""Words kept apart: what somebody wrote while they waited, a summary that is given on, a line after a session.

    keep(request, line) ─▶ lines(request) ─▶ through the pipeline, into the room ─▶ drop(request, these)

They are in no row, list or effect, and gone a day after the first of them at the latest, by the engine itself, whatever
became of everybody. What is said in a session stands in its room; `shut` lets nobody write there any more.

A row and a room are in two slots of the engine, so an end and the shutting can't be one write. Between them stands a
fence, put up before the end is written: no word enters a session that has ended. While it stands, a word is neither
taken nor refused: its author keeps it and asks again, and by then it is known.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from rooms import envelope, pairkeys
from rooms.events import RoomKey
from rooms.pairslot import Slot

# sessions.md: text is gone after a day.
KEPT = 24 * 3600 * 1000
# Somebody who waits may write a lot; more than this a listener would not read either.
MOST = 20
EVERYBODY = "*"
# How long a fence stands if whoever put it up dies (ms): an end is written within two seconds or not at all, and then
# another node shuts the room within a second or two.
FENCED = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something somebody wrote. `notes`: content notes; `name`: under which name they wrote it."""

    id: str
    text: str = field(repr=False)
    at: int
    notes: tuple[str, ...] = ()
    name: str = field(default="", repr=False)


_OF_A_ROOM = (
    envelope.log, envelope.meta, envelope.ids, envelope.overlay, envelope.wave, envelope.eased,
)  # fmt: skip


class Words:
    """Words in the slot of the pairs; and who may write in a session's room."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot

    async def keep(self, of: str, line: Line, *, most: int = MOST, over: bool = False) -> int | None:
        """Keep a line about a request or session, once per id. Its place, from 1; None when so many are kept. `over`:
        in place of what was kept under this id. Raises MatchAway.
        """
        told = {"text": line.text, "at": line.at, "notes": line.notes, "name": line.name}
        args: list[str | int] = [line.id, json.dumps(told, ensure_ascii=False), KEPT, most, "1" if over else ""]
        return int(await self._slot.call("pair_keep", [pairkeys.words(of)], args)) or None

    async def lines(self, of: str) -> list[Line]:
        """What is kept, in the order in which it came. Raises MatchAway."""
        kept = await self._slot.ask("hgetall", pairkeys.words(of))
        found = []
        for id, stored in kept.items():
            place, _, told = stored.partition(b"\n")
            one = json.loads(told)
            line = Line(id=id.decode(), text=one["text"], at=one["at"], notes=tuple(one["notes"]), name=one["name"])
            found.append((int(place), line))
        return [line for _, line in sorted(found, key=lambda one: one[0])]

    async def drop(self, of: str, *ids: str) -> None:
        """Delete these lines: they were given. What was kept meanwhile stays. Raises MatchAway."""
        if ids:
            await self._slot.ask("hdel", pairkeys.words(of), *ids)

    async def shred(self, *of: str) -> None:
        """Delete what is kept about these. Raises MatchAway."""
        if of:
            await self._slot.ask("unlink", *map(pairkeys.words, of))

    async def shut(self, room: RoomKey, who: str = EVERYBODY) -> None:
        """From now on this person, or everybody, writes nothing more in the room: commits are refused as closed. What
        was said can still be taken back. Raises MatchAway.
        """
        await self._slot.call("shut", [envelope.meta(room)], [who])

    async def fence(self, room: RoomKey, mark: str, *who: str) -> None:
        """For a moment these write nothing in the room: their end is about to be written, under this mark. Raises
        MatchAway.
        """
        await self._slot.call("fence", [envelope.meta(room)], [mark, FENCED, *who])

    async def lift(self, room: RoomKey, mark: str) -> None:
        """It was not written after all. Raises MatchAway."""
        await self._slot.call("fence", [envelope.meta(room)], [mark, 0])

    async def forget(self, room: RoomKey) -> None:
        """Delete everything that is kept of a room, also that it was shut. Nodes' rings don't hear of it: that is for
        `Backplane.trim`, long before. Raises MatchAway.
        """
        await self._slot.ask("unlink", *(of(room) for of in _OF_A_ROOM))
