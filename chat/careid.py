"""Card ids: a card's name carries, sealed, what its card was about.

    id = base64url( nonce 8 │ context 7, hidden │ mark 9 )         32 characters, opaque to everybody else

An answer to a card (`care_answer`) has to make a new card for the same trouble, only for the card's owner, again and
again, on any node, and also while the store is away. So nothing about a card is looked up: its id is enough. The nonce
is a keyed hash of the person and an *occasion*: the same occasion has the same id, so that the log shows its card once.
The context (kind, band, room) is hidden under a key of nonce and person, and the mark proves that this server made the
id for this person. An id of another person, or a changed one, opens to None.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from chat.auth import derive
from moderation.verdict import Care, CareBand, CareKind
from rooms.events import EventId, RoomKey, UserId

_KINDS: tuple[CareKind | None, ...] = (None, *CareKind)
_NONCE, _CONTEXT, _MARK = 8, 7, 9


@dataclass(frozen=True, slots=True)
class About:
    """What a card is about. `room` is `room_mark` of a room, or five zero bytes for none."""

    care: Care
    asked: bool = False  # the person asked for help; no message was meant
    room: bytes = bytes(5)


def room_mark(room: RoomKey) -> bytes:
    """Five bytes that find a room among the server's own again."""
    return hmac.digest(b"care room", room.encode(), "sha256")[:5]


def seal(secret: bytes, user: UserId, about: About, occasion: str) -> EventId:
    """The id of the card about this, on this occasion, for this person."""
    key = derive(secret, "care id")
    shown = bytes([_KINDS.index(about.care.kind) | about.asked << 7, about.care.band]) + about.room
    nonce = _hash(key, b"nonce", user, shown + occasion.encode())[:_NONCE]
    hidden = _mixed(shown, _hash(key, b"hide", user, nonce))
    mark = _hash(key, b"mark", user, nonce + hidden)[:_MARK]
    return EventId(base64.urlsafe_b64encode(nonce + hidden + mark).decode())


def open_id(secret: bytes, user: UserId, id: str) -> About | None:
    """What the card of that id is about, if it is this person's; else None."""
    try:
        raw = base64.b64decode(id.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _NONCE + _CONTEXT + _MARK:
        return None
    key = derive(secret, "care id")
    nonce, hidden, mark = raw[:_NONCE], raw[_NONCE:-_MARK], raw[-_MARK:]
    if not hmac.compare_digest(mark, _hash(key, b"mark", user, nonce + hidden)[:_MARK]):
        return None
    shown = _mixed(hidden, _hash(key, b"hide", user, nonce))
    return About(Care(CareBand(shown[1]), _KINDS[shown[0] & 0x7F]), bool(shown[0] >> 7), shown[2:])


def _hash(key: bytes, purpose: bytes, user: UserId, of: bytes) -> bytes:
    return hmac.digest(key, purpose + b"\0" + user.encode() + b"\0" + of, "sha256")


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))
