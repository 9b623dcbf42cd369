"""A moment: rows as one script read them, with the time, who is here and who is on shift; a scene is made of it.

What a step *looks at* is noted, for only that is guarded when its outcome is written: rows that were read because they
are named in others (so that a step does not ask for them one by one, a round trip each) stop nobody.

`here` answers only about people who were asked about; anybody else is `Unread`, as a row is, and is asked about then.
A row with a word that only newer nodes know is `NewerRow`, as soon as a step looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rooms import pairkeys, rows
from rooms.attendance import on_shift
from rooms.durations import Caps, Durations
from rooms.pairslot import MatchAway, Slot
from rooms.scene import Ref, RowKind, Scene, Staff, Unread

# Which rows the fields of a row name.
_NAMED: Mapping[str, tuple[RowKind, ...]] = {
    "request": (RowKind.REQUEST,),
    "offers": (RowKind.OFFER,),
    "session": (RowKind.SESSION,),
    "sessions": (RowKind.SESSION,),
    "giver": (RowKind.SESSION,),
    "seeker": (RowKind.PERSON, RowKind.HOLD),
    "listener": (RowKind.PERSON, RowKind.LISTENER),
}

_OF_PERSON = (RowKind.PERSON, RowKind.LISTENER, RowKind.HOLD)


class NewerRow(MatchAway):
    """A row says something that only newer nodes know. It is theirs to move."""


class Looked(dict[Ref, Any]):
    """Rows by kind and id, None where there is none. `at`: those that were looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.at: set[Ref] = set()
        self.unreadable: set[Ref] = set()

    def __getitem__(self, ref: Ref) -> Any:
        if ref in self.unreadable:
            raise NewerRow("a row of a newer version")
        self.at.add(ref)
        return super().__getitem__(ref)


class Here(frozenset[str]):
    """Who is here, of those who were asked about."""

    asked: frozenset[str] = frozenset()

    def __contains__(self, user: object) -> bool:
        if user not in self.asked:
            raise Unread((RowKind.PERSON, str(user)))
        return super().__contains__(user)


class Moment:
    """What one reading found. `stored`: revision and bytes of every row that was asked for."""

    def __init__(self, now: int, real: int, here: Here, staff: tuple[Staff, ...]) -> None:
        self.now = now
        self.real = real  # the engine's own time
        self.here = here
        self.staff = staff
        self.rows = Looked()
        self.stored: dict[Ref, tuple[bytes, bytes]] = {}

    def scene(self, times: Durations, caps: Caps) -> Scene:
        """The scene a step is made on."""
        return Scene(self.now, self.rows, times=times, caps=caps, here=self.here, on_shift=self.staff)

    def join(self, other: Moment) -> None:
        """Add what another reading found, a moment later."""
        self.rows.update(other.rows)
        self.rows.unreadable |= other.rows.unreadable
        self.stored |= other.stored
        asked = self.here.asked | other.here.asked
        self.here = Here({*self.here, *other.here})
        self.here.asked = asked

    def named(self) -> Iterable[Ref]:
        """Rows that these rows name, and the others of a person of whom there is one."""
        for ref, row in self.rows.items():
            if row is not None and ref[0] in _OF_PERSON:
                yield from beside(ref)
            for name, kinds in _NAMED.items() if row is not None else ():
                found = getattr(row, name, None) or ()
                for id in (found,) if isinstance(found, str) else found:
                    yield from ((kind, id) for kind in kinds)


def beside(ref: Ref) -> Iterable[Ref]:
    """A row, and with one of a person's the others of theirs: whoever looks at one will look at another."""
    return [ref] if ref[0] not in _OF_PERSON else [(kind, ref[1]) for kind in _OF_PERSON]


async def read(slot: Slot, refs: Iterable[Ref], users: Iterable[str] = ()) -> Moment:
    """Read rows, and whether these people (and whoever has a person's row among them) are here. Raises MatchAway."""
    refs = list(refs)
    people = sorted({*users, *(id for kind, id in refs if kind is RowKind.PERSON)})
    places = [pairkeys.HERE, pairkeys.NODES, pairkeys.SHIFT, *(pairkeys.row(kind, id) for kind, id in refs)]
    now, (head, stored, there) = await slot.run("pair_read", places, people)
    here = Here(user for user, is_there in zip(people, there, strict=True) if is_there)
    here.asked = frozenset(people)
    moment = Moment(now, int(head[1]), here, on_shift(head[2:], now))
    for place, ref in enumerate(refs):
        revision, row = stored[2 * place], stored[2 * place + 1]
        moment.stored[ref] = (revision, row)
        try:
            moment.rows[ref] = rows.unpack(ref[0], row) if row else None
        except rows.BadRow:
            moment.rows[ref] = None
            moment.rows.unreadable.add(ref)
    return moment
