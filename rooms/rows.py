"""Rows: what is kept of seeking, talking and staying, as the store sees it: kinds, names, bytes, due times, live lists.

    kind       row         its id        live while
    person     Person      the person    -
    request    Request     its own       it waits, or its seeker chooses    (score: since)
    offer      Offer       its own       -
    session    Session     its own       it has not ended                   (score: began)
    listener   Listener    the person    they could be asked                (score: free since)
    hold       Hold        the person    it has not ended                   (score: since)

    waits      Waits       band/risk     -

A row is JSON of its fields. A field this version does not know is left out, one it misses has its default, so that two
versions of the server can run side by side for as long as an update takes; a *word* it does not know (a state of a
newer version) is `BadRow`, and the row is left to those who know it. No row holds a word anybody wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from rooms import held, listening, offering, seeking, session
from rooms.durations import DURATIONS, Durations
from rooms.held import Hold
from rooms.listening import Listener
from rooms.offering import Offer
from rooms.scene import Ref, RowKind
from rooms.seeking import Request
from rooms.session import Session
from rooms.ties import Person
from rooms.waits import Waits

AnyRow = Person | Request | Offer | Session | Listener | Hold | Waits
TYPES: Mapping[RowKind, type[Any]] = {
    RowKind.PERSON: Person,
    RowKind.REQUEST: Request,
    RowKind.OFFER: Offer,
    RowKind.SESSION: Session,
    RowKind.LISTENER: Listener,
    RowKind.HOLD: Hold,
    RowKind.WAITS: Waits,
}
_NAMED_BY_PERSON = frozenset({RowKind.PERSON, RowKind.LISTENER, RowKind.HOLD})
_KINDS = {kind: name for name, kind in TYPES.items()}


class BadRow(ValueError):
    """A row that no version we know of has written. Its text never holds the row."""


def ref_of(row: AnyRow) -> Ref:
    """Kind and id."""
    kind = _KINDS[type(row)]
    return kind, row.user if kind in _NAMED_BY_PERSON else row.id  # type: ignore[union-attr]


def pack(row: AnyRow) -> bytes:
    """A row as it is stored."""
    return msgspec.json.encode(row)


def unpack(kind: RowKind, stored: bytes) -> AnyRow:
    """The reverse of `pack`. Raises BadRow."""
    try:
        row: AnyRow = msgspec.json.decode(stored, type=TYPES[kind])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise BadRow("a row of another version") from None
    return row


def member(ref: Ref) -> str:
    """What a row is called among the due times."""
    return f"{ref[0]}:{ref[1]}"


def parse(member: str) -> Ref | None:
    """The reverse of `member`; None for what is no row (`round:<band>`, `look:<user>`)."""
    kind, colon, id = member.partition(":")
    return (RowKind(kind), id) if colon and kind in set(RowKind) else None


@dataclass(frozen=True, slots=True)
class _Sort:
    """When something falls due of a row, and its score in the live list."""

    due: Callable[[Any, Durations], int | None]
    live: Callable[[Any], int | None]


def _never(row: Any) -> None:
    return None


def _first(fall: tuple[int, Any] | None) -> int | None:
    return fall[0] if fall else None


_SORTS: Mapping[RowKind, _Sort] = {
    RowKind.PERSON: _Sort(lambda row, times: row.ask_at or None, _never),
    RowKind.REQUEST: _Sort(
        lambda row, times: _first(seeking.due(row, times)),
        lambda row: row.since if row.state not in (seeking.Seeking.CLOSED, seeking.Seeking.MATCHED) else None,
    ),
    RowKind.OFFER: _Sort(lambda row, times: offering.due(row, times), _never),
    RowKind.SESSION: _Sort(
        lambda row, times: _first(session.due(row, times)),
        lambda row: row.began if row.state in session.LIVE else None,
    ),
    RowKind.LISTENER: _Sort(
        lambda row, times: _first(listening.due(row, times)),
        lambda row: row.free_since if row.state not in listening.RESTFUL else None,
    ),
    RowKind.HOLD: _Sort(
        lambda row, times: held.due(row, times)[0],
        lambda row: row.since if row.state in held.OPEN else None,
    ),
    RowKind.WAITS: _Sort(lambda row, times: None, _never),
}


def due_at(row: AnyRow, times: Durations = DURATIONS) -> int | None:
    """When somebody must look at this row (ms), or None."""
    return _SORTS[_KINDS[type(row)]].due(row, times)


def live_at(row: AnyRow) -> int | None:
    """Its score among the live rows of its kind, or None."""
    return _SORTS[_KINDS[type(row)]].live(row)
