"""The words the server says of sessions of two: the reply to each command of sessioncommands.py.

What happens to a person there (`waiting`, `offered`, `session_opened` ...) is an event of their inbox, made by owing.py
and written down in docs/protocol.md; these are only the answers to what somebody asked for.
"""

from __future__ import annotations

from typing import Any

from chat.replies import Reply


class Waiting(Reply, frozen=True, kw_only=True):
    request: str
    place: int
    eta: dict[str, float]  # p50, p90: seconds
    says: str = ""
    repeated: bool = False


class Availability(Reply, frozen=True, kw_only=True):
    state: str
    caps: dict[str, float]  # the fuel gauge, 0 to 1
    until: str | None = None
    says: str | None = None


class Answered(Reply, frozen=True, kw_only=True):
    offer: str
    accepted: bool
    room: str | None = None
    session: str | None = None
    repeated: bool = False


class Closed(Reply, frozen=True, kw_only=True):
    room: str
    until: str | None = None  # until when it can be undone
    says: str | None = None
    repeated: bool = False


class Undone(Reply, frozen=True, kw_only=True):
    room: str


class StillHere(Reply, frozen=True, kw_only=True, tag="still"):
    room: str


class Extended(Reply, frozen=True, kw_only=True):
    room: str
    until: str | None = None  # None: the other has not said so yet


class Transferring(Reply, frozen=True, kw_only=True):
    room: str
    until: str | None = None


class SteppedOut(Reply, frozen=True, kw_only=True, tag="stepped_out"):
    room: str
    repeated: bool = False


class Blocked(Reply, frozen=True, kw_only=True):
    room: str
    repeated: bool = False


class Unblocked(Reply, frozen=True, kw_only=True):
    room: str


class BlockList(Reply, frozen=True, kw_only=True, tag="blocks"):
    blocks: list[dict[str, Any]]
    next: str | None = None  # there are more: `before` of the next page


class Past(Reply, frozen=True, kw_only=True):
    sessions: list[dict[str, Any]]


class Thanks(Reply, frozen=True, kw_only=True):
    session: str
    says: str
    line: str | None = None  # what became of the line: delivered | masked | held | refused
    findings: list[dict[str, Any]] | None = None


class Wished(Reply, frozen=True, kw_only=True, tag="again"):
    session: str


class FollowedUp(Reply, frozen=True, kw_only=True, tag="follow_up"):
    on: bool
    at: str | None = None


class Settled(Reply, frozen=True, kw_only=True):
    room: str
    state: str  # waiting | settled | left


class HandingOver(Reply, frozen=True, kw_only=True, tag="handover"):
    room: str
    step: str
    line: str | None = None
    next: list[dict[str, Any]] | None = None
    until: str | None = None  # until when a confirmation can be taken back
    says: str | None = None


class Raised(Reply, frozen=True, kw_only=True):
    room: str


class Taken(Reply, frozen=True, kw_only=True):
    case: str
    room: str
    waits: bool = False  # the person has not said yes yet


class StoodDown(Reply, frozen=True, kw_only=True, tag="stood_down"):
    case: str


class JoinedOk(Reply, frozen=True, kw_only=True, tag="joined_ok"):
    room: str
    choice: str


class Supervising(Reply, frozen=True, kw_only=True):
    room: str


class Aged(Reply, frozen=True, kw_only=True):
    case: str
    state: str  # done | after: somebody stays with them now, and it is so when that is over


class SessionList(Reply, frozen=True, kw_only=True, tag="sessions"):
    sessions: list[dict[str, Any]]
