"""A veil: two people of a room who don't see each other, because one of them has blocked the other (F10, T7); or, in a
session, words that are for the responder alone (entrusting.py).

    entries of the room ─▶ sift ─▶ without theirs, and without what others did to theirs
    who came and went   ─▶ thin ─▶ without them, and counted without them

The one who was blocked must not be able to tell it from a quiet evening: what is left out leaves no hole, no number
that doesn't add up, and no answer to something that was never heard. What was on a screen before the block and is
taken back later goes there too: that is its author's right.

Pure: whom a veil is between is kept by rooms/apart.py, and it is put over a connection by blocking.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from chat import wire
from rooms.events import AliasId, Entry, EventId, Kind, UserId
from rooms.roster import Change


@dataclass(frozen=True, slots=True)
class Veil:
    """Whom somebody doesn't see in one room, and since when (engine ms). Equal ones are one audience of the hub.

    `apart`: nor what was said to somebody else alone (entrusting.py).
    """

    since: tuple[tuple[UserId, int], ...] = field(default=(), repr=False)
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
    since = dict(veil.since)
    secret = {one.id: True for one in (*known, *entries) if veil.apart and is_for_one(one)}
    theirs = {one.id: one.at >= since[one.author] for one in (*known, *entries) if one.author in since} | secret
    open_ = [one for one in entries if one.id not in secret]
    return [left for one in open_ if (left := _seen(one, since, theirs)) is not None]


def is_for_one(one: Entry) -> bool:
    """Whether an entry is for somebody of the room alone."""
    return one.kind in _OF_WORDS and "to" in wire.unbody(one.body)


def _seen(one: Entry, since: dict[UserId, int], theirs: dict[EventId, bool]) -> Entry | None:
    """An entry as it may be seen, or None. `theirs`: entries of those behind the veil, and whether they are newer."""
    if one.kind == Kind.REDACTED:
        target = wire.unbody(one.body).get("message", "")
        return None if theirs.get(target, False) or target == one.id else one
    if one.author in since:
        return None
    if one.kind not in (Kind.REACTED, Kind.MESSAGE):
        return one
    body = wire.unbody(one.body)
    if one.kind == Kind.REACTED:
        return None if body.get("message") in theirs else one
    if body.get("reply_to") in theirs:
        del body["reply_to"]
        return replace(one, body=wire.body(body))
    return one


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
