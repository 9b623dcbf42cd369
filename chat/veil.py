"""A veil: two people of a room who don't see each other, because one of them has blocked the other (F10, T7); or, in a
session, words that are for the responder alone (entrusting.py).

    entries of the room ─▶ sift ─▶ without theirs, and without what others did to theirs
    who came and went   ─▶ thin ─▶ without them, and counted without them

The one who was blocked must not be able to tell it from somebody who left: what they have said before stays, and may
be answered; what is left out leaves no hole, no number that doesn't add up, and no answer to something that was never
heard. Old words that were changed later seem taken back: the new ones are not for them, the old ones are gone. Who has
blocked somebody sees nothing of them, of before as little. What was on a screen before and is taken back later goes
there too: that is its author's right.

Pure: whom a veil is between is kept by rooms/apart.py, and it is put over a connection by blocking.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from chat import wire
from rooms.events import AliasId, Entry, EventId, Kind, UserId
from rooms.roster import Change


@dataclass(frozen=True, slots=True)
class Veil:
    """Whom somebody doesn't see in one room, and since when (engine ms). Equal ones are one audience of the hub.

    `wholly`: of whom nothing is seen, not what they said before either: those whom they have blocked themself.
    `apart`: nor what was said to somebody else alone (entrusting.py).
    """

    since: tuple[tuple[UserId, int], ...] = field(default=(), repr=False)
    wholly: frozenset[UserId] = field(default=frozenset(), repr=False)
    apart: bool = False

    def __bool__(self) -> bool:
        return bool(self.since) or self.apart

    @property
    def users(self) -> frozenset[UserId]:
        return frozenset(user for user, _ in self.since)


NOTHING = Veil()

# What is for one alone, and what was done to it: all of it says so (amends.py), also when its words are gone.
_OF_WORDS = frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REDACTED, Kind.REACTED})


def sift(veil: Veil, entries: Iterable[Entry], known: Iterable[Entry]) -> list[Entry]:
    """The entries that may be seen. `known`: what the room remembers, in which those that others answer are found."""
    entries, known = list(entries), list(known)
    if not veil:
        return entries
    seeing = _Seeing(veil, {one.id: one for one in (*known, *entries)})
    return [left for one in entries if (left := seeing.of(one)) is not None]


def is_for_one(one: Entry) -> bool:
    """Whether an entry is for somebody of the room alone."""
    return one.kind in _OF_WORDS and "to" in wire.unbody(one.body)


class _Seeing:
    """What is seen through a veil of a stretch of a room. `near`: the entries in which answered ones are found."""

    def __init__(self, veil: Veil, near: dict[EventId, Entry]) -> None:
        self._since, self._wholly = dict(veil.since), veil.wholly
        theirs = [one for one in near.values() if one.author in self._since]
        self._newer = {one.id for one in theirs if one.at >= self._since[one.author]}
        self._newer |= {one.id for one in near.values() if veil.apart and is_for_one(one)}
        self._early = {one.id for one in theirs if one.author not in self._wholly and self._as_it_was(one)}
        self._hidden = ({one.id for one in theirs} | self._newer) - self._early

    def of(self, one: Entry) -> Entry | None:
        """An entry as it may be seen, or None."""
        if one.id in self._hidden and not self._takes_back(one):
            return None
        if one.kind not in _OF_WORDS:
            return one
        body = wire.unbody(one.body)
        target = body.get("message")
        if one.kind == Kind.REDACTED:
            return None if target in self._newer else one
        if one.kind == Kind.REACTED:
            return None if target in self._hidden else one
        if one.kind == Kind.EDITED:  # one of theirs has the newest words of a message that may not be here
            return one if one.author not in self._since or target in self._early else None
        if body.get("reply_to") in self._hidden:
            del body["reply_to"]
            return replace(one, body=wire.body(body))
        return one

    def _as_it_was(self, one: Entry) -> bool:
        """Whether something of theirs is of before the block, with the words it had then."""
        return max(one.at, _changed(one)) < self._since[one.author]

    def _takes_back(self, one: Entry) -> bool:
        """Whether it is the word that takes something of theirs back, not what is left in the place of it."""
        return (
            one.kind == Kind.REDACTED and one.author in self._since and wire.unbody(one.body).get("message") != one.id
        )


def _changed(one: Entry) -> int:
    """When the words of a message were changed last (ms); 0 where they are the first ones."""
    at = wire.unbody(one.body).get("edited_at") if one.kind == Kind.MESSAGE else None
    return int(datetime.fromisoformat(at).timestamp() * 1000) if at else 0


def thin(veil: Veil, change: Change, aliases: frozenset[AliasId], here: int, last: int) -> Change | None:
    """Who came and went, without those behind the veil: they wear `aliases`, and `here` of them are in the room.

    `last`: the version this audience was told last, so that what is left out leaves no hole. None: nobody else moved.
    """
    if change.joined is None or change.left is None:
        return replace(change, from_=last, present=change.present - here)
    joined = tuple(one for one in change.joined if one.alias not in aliases)
    left = tuple(alias for alias in change.left if alias not in aliases)
    if not joined and not left:
        return None
    return replace(change, from_=last, present=change.present - here, joined=joined, left=left)
