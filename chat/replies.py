"""The words the server says: replies, client events, refusal codes and close codes of protocol.md.

Every command gets exactly one reply, which repeats the command's `id` as `re`; an event has no `re`. Fields that are
None are left out of the frame.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any

from msgspec import Struct, structs


class Code(StrEnum):
    """Refusal codes, the whole list."""

    BAD_REQUEST = "bad_request"
    UNKNOWN_COMMAND = "unknown_command"
    NOT_READY = "not_ready"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NOT_MEMBER = "not_member"
    ROOM_FULL = "room_full"
    WRONG_BAND = "wrong_band"
    TOO_SOON = "too_soon"
    RATE_LIMITED = "rate_limited"
    TOO_LONG = "too_long"
    STOPPED = "stopped"
    MUTED = "muted"
    CLOSED = "closed"
    TAKEN = "taken"
    EXPIRED = "expired"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class Close(IntEnum):
    """Close codes. 40xx: stop. 41xx: back off. 42xx: reconnect now."""

    DONE = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    WRONG_FRAME = 1003
    BAD_UTF8 = 1007
    TOO_BIG = 1009
    INTERNAL = 1011
    RESTART = 1012
    OVERLOADED = 1013
    MALFORMED = 4000
    UNAUTHORIZED = 4001
    NO_HELLO = 4002
    BANNED = 4003
    REPLACED = 4009
    EXPIRED = 4100
    STATE_LOST = 4101
    SLOW = 4108
    SILENT = 4112
    RATE_LIMITED = 4129
    MOVE = 4200


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag=str.lower):
    """Anything the server says."""


class Reply(Said, frozen=True, kw_only=True):
    """What every reply has: the number of the command it answers; None where a frame had none to repeat."""

    re: int | None


class Refused(Reply, frozen=True, kw_only=True):
    code: str
    says: str
    retry: str  # never | later | now
    retry_after: float | None = None
    path: str | None = None
    findings: list[dict[str, Any]] | None = None
    suggestion: str | None = None
    repeated: bool = False
    room: str | None = None  # only in `welcome.resumed`, where there is no `re` to tell which it is

    def saying(self, says: str) -> Refused:
        """The same in other words: those of the reader's language."""
        return structs.replace(self, says=says)


class Welcome(Reply, frozen=True, kw_only=True):
    roles: list[str]
    scopes: list[str]
    band: str
    token: str
    expires: str
    node: str
    heartbeat: float
    limits: dict[str, Any]
    now: list[Any]
    resumed: list[Any]


class Pong(Reply, frozen=True, kw_only=True):
    at: str


class RoomList(Reply, frozen=True, kw_only=True, tag="rooms"):
    rooms: list[dict[str, Any]]


class Joined(Reply, frozen=True, kw_only=True):
    room: str
    alias: str
    alias_id: str
    rules: str
    present: int
    version: int
    events: list[Any]
    cursor: str
    recovered: bool
    of: str | None = None
    why: str | None = None
    members: list[dict[str, Any]] | None = None
    hosted: bool | None = None  # of a teen room: whether somebody who looks after it is there


class Left(Reply, frozen=True, kw_only=True):
    room: str


class Sent(Reply, frozen=True, kw_only=True):
    room: str
    id: str
    at: str
    state: str  # delivered | masked | held
    kept: str  # stored | replicated
    cursor: str | None = None  # None only while held: a held message has no place yet
    text: str | None = None
    findings: list[dict[str, Any]] | None = None
    says: str | None = None
    suggestion: str | None = None
    repeated: bool = False


class Checked(Reply, frozen=True, kw_only=True):
    action: str
    care: dict[str, Any]
    findings: list[dict[str, Any]]
    text: str | None = None
    suggestion: str | None = None
    says: str | None = None


class Redacted(Reply, frozen=True, kw_only=True):
    room: str
    message: str
    cursor: str
    repeated: bool = False


class Reacted(Reply, frozen=True, kw_only=True):
    room: str
    message: str
    reaction: str
    on: bool
    cursor: str
    repeated: bool = False


class PageOf(Reply, frozen=True, kw_only=True, tag="page"):
    room: str
    events: list[Any]
    more: bool
    cursor: str
    truncated: bool = False


class MemberList(Reply, frozen=True, kw_only=True, tag="members"):
    room: str
    members: list[dict[str, Any]]
    present: int
    version: int
    more: bool


class Refreshed(Reply, frozen=True, kw_only=True):
    token: str
    expires: str


class Withdrawn(Reply, frozen=True, kw_only=True):
    request: str
    repeated: bool = False


class CaseList(Reply, frozen=True, kw_only=True, tag="cases"):
    cases: list[dict[str, Any]]  # no words, no names
    more: bool
    cursor: str


class Claimed(Reply, frozen=True, kw_only=True):
    case: dict[str, Any]
    words: dict[str, Any]
    until: str
    resolutions: list[str]
    notes: list[str]
    before: list[dict[str, Any]] | None = None  # what was decided about this person; None: not beside this case


class Decided(Reply, frozen=True, kw_only=True):
    case: str
    state: str
    resolution: str
    repeated: bool = False


class HandedOn(Reply, frozen=True, kw_only=True, tag="handed_on"):
    case: str
    repeated: bool = False


class CaseChanged(Said, frozen=True, kw_only=True, tag="case_changed"):
    """For moderators: look again. No words."""

    case: str
    kind: str
    state: str
    band: str
    rank: int
    escalated: int = 0


class Helped(Reply, frozen=True, kw_only=True, tag="help"):
    card: dict[str, Any]


class CareAnswered(Reply, frozen=True, kw_only=True, tag="care_answered"):
    care: str
    choice: str
    card: dict[str, Any]


class Alerted(Said, frozen=True, kw_only=True):
    """For the team: somebody should look in. No words."""

    kind: str
    room: str
    band: str
    since: str
    case: str | None = None


class Reported(Reply, frozen=True, kw_only=True):
    report: str
    says: str
    note: str | None = None  # what became of it: delivered | masked | held | refused
    findings: list[dict[str, Any]] | None = None
    repeated: bool = False


class Concerned(Reply, frozen=True, kw_only=True):
    concern: str
    says: str
    note: str | None = None
    findings: list[dict[str, Any]] | None = None


class Appealed(Reply, frozen=True, kw_only=True):
    sanction: str
    says: str
    note: str | None = None
    findings: list[dict[str, Any]] | None = None
    repeated: bool = False


class Sanctioned(Reply, frozen=True, kw_only=True):
    sanction: str
    step: str
    until: str | None = None
    repeated: bool = False


class Presence(Said, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A diff of who is here: apply it to version `from_`, or ask `members`."""

    room: str
    from_: int
    version: int
    present: int
    joined: list[dict[str, Any]] | None = None
    left: list[str] | None = None


class TypingNow(Said, frozen=True, kw_only=True, tag="typing", rename={"from_": "from"}):
    """Who is typing: alias ids, at most three; `several` says there are more."""

    room: str
    from_: list[str]
    several: bool = False


class LanternNow(Said, frozen=True, kw_only=True, tag="lantern"):
    """The night lantern as one connection sees it. No alias and no id, ever: numbers, and what is one's own."""

    room: str
    lit: bool
    watching: bool
    answered: int
    awake: int | None = None  # None where they are few
    lights: int | None = None  # of others; None while not watching
    until: str | None = None


class LanternIs(Reply, frozen=True, kw_only=True, tag="lantern_is"):
    """The same, as an answer."""

    room: str
    lit: bool
    watching: bool
    answered: int
    awake: int | None = None
    lights: int | None = None
    until: str | None = None


class Lag(Said, frozen=True, kw_only=True):
    room: str
    cursor: str


class Reset(Said, frozen=True, kw_only=True):
    room: str
    why: str


class Notice(Said, frozen=True, kw_only=True):
    code: str
    says: str
    room: str | None = None


class Reconnect(Said, frozen=True, kw_only=True):
    after_ms: int
    grace_ms: int
    ticket: str
