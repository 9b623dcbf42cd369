"""The words a client may say: one frozen type for each command of protocol.md.

The types are msgspec structs because one declaration then serves both codecs, validation with the path of the bad
field, and the generated schema. A field is bounded here when no honest client can exceed it; what deserves a kinder
answer than `bad_request` (a text too long, a room unknown) is left to the handlers. What fields share is in forms.py,
the commands of sessions of two are in sessioncommands.py.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from chat.forms import (
    THEMES,
    Command,
    Country,
    Cursor,
    EventName,
    Ground,
    Id,
    Key,
    Language,
    Limit,
    Name,
    Notes,
    RoomName,
    Text,
    Time,
    Token,
)
from chat.sessioncommands import AnySessionCommand

__all__ = [
    "REACTIONS",
    "THEMES",
    "AnyCommand",
    "Command",
    "Cursor",
    "EventName",
    "Ground",
    "Id",
    "Key",
    "RoomName",
    "Text",
]

# The ladder, and what a person can be sanctioned for: moderation's own lists.
LadderStep = Literal["notice", "slow", "mute", "suspension", "ban"]
Offence = Literal[
    "harassment", "hate", "threat", "sexual", "grooming", "probing", "encouraging_harm", "selling", "scam", "spam",
    "doxxing", "impersonation", "evasion",
]  # fmt: skip


class Guest(Struct, frozen=True, kw_only=True):
    """Who a guest says they are. The band is declared, never asked for twice."""

    band: Literal["adult", "teen"]
    name: Name | None = None
    language: Language | None = None
    country: Country | None = None


class ResumeAt(Struct, frozen=True, kw_only=True):
    """A room to return to. `alias` and `quiet` as in `join`."""

    room: RoomName
    cursor: Cursor | None = None
    alias: Name | None = None
    quiet: bool = False


class ClientInfo(Struct, frozen=True, kw_only=True):
    """What the client calls itself; `tab` replaces an older connection of the same tab (4009)."""

    name: Annotated[str, Meta(max_length=64)] = ""
    version: Annotated[str, Meta(max_length=32)] = ""
    tab: Annotated[str, Meta(max_length=64)] | None = None


class AppealAtTheDoor(Struct, frozen=True, kw_only=True):
    """Who may not come in asks for a second look with the hello."""

    sanction: EventName
    note: Text


class Hello(Command, frozen=True, kw_only=True):
    guest: Guest | None = None
    token: Token | None = None
    phrase: Annotated[str, Meta(max_length=400)] | None = None
    resume: Annotated[list[ResumeAt], Meta(max_length=100)] = field(default_factory=list)
    client: ClientInfo | None = None
    appeal: AppealAtTheDoor | None = None


class Ping(Command, frozen=True, kw_only=True):
    pass


class Rooms(Command, frozen=True, kw_only=True):
    band: Literal["adult", "teen"] | None = None
    language: Language | None = None


class Join(Command, frozen=True, kw_only=True):
    room: RoomName
    cursor: Cursor | None = None
    quiet: bool = False
    alias: Name | None = None


class Leave(Command, frozen=True, kw_only=True):
    room: RoomName


class Send(Command, frozen=True, kw_only=True):
    room: RoomName
    text: Text
    key: Key
    reply_to: EventName | None = None
    notes: Notes = field(default_factory=list)
    to_responder: bool = False


class Check(Command, frozen=True, kw_only=True):
    room: RoomName
    text: Text


class Edit(Command, frozen=True, kw_only=True):
    room: RoomName
    message: EventName
    text: Text
    key: Key


class Redact(Command, frozen=True, kw_only=True):
    room: RoomName
    message: EventName
    key: Key


class React(Command, frozen=True, kw_only=True):
    room: RoomName
    message: EventName
    reaction: Annotated[str, Meta(min_length=1, max_length=20)]
    on: bool
    key: Key | None = None


class Typing(Command, frozen=True, kw_only=True):
    """The one command without a reply; `id` may be left out."""

    room: RoomName
    id: Id | None = None  # type: ignore[assignment]


class Lantern(Command, frozen=True, kw_only=True):
    """The night lantern of a topic room: my light, whether I see others', an answer to all I see. None: only look."""

    room: RoomName
    lit: bool | None = None
    watching: bool | None = None
    answering: bool = False


class Page(Command, frozen=True, kw_only=True):
    room: RoomName
    before: Cursor | None = None
    after: Cursor | None = None
    limit: Limit = 50


class Members(Command, frozen=True, kw_only=True):
    room: RoomName
    after: Annotated[str, Meta(max_length=64)] | None = None
    limit: Limit = 100


class Refresh(Command, frozen=True, kw_only=True):
    token: Token


class Help(Command, frozen=True, kw_only=True):
    """The care card, any time. `person`: and somebody of the team is asked to come."""

    room: RoomName | None = None
    person: bool = False


class CareAnswer(Command, frozen=True, kw_only=True, tag="care_answer"):
    """What is in the way. `care` is the id of the card that asked (`id` is the command's own number)."""

    care: EventName
    choice: Annotated[str, Meta(min_length=1, max_length=20)]
    key: Key | None = None


class Withdraw(Command, frozen=True, kw_only=True):
    """Take back what waits: a held message, by its id. `instead`: the id of what was written in its place."""

    request: EventName
    instead: EventName | None = None
    key: Key | None = None


class Cases(Command, frozen=True, kw_only=True):
    state: Literal["waiting", "ended"] = "waiting"
    after: Annotated[str, Meta(max_length=120)] | None = None
    limit: Limit = 50


class Claim(Command, frozen=True, kw_only=True):
    case: EventName
    key: Key | None = None


class Resolve(Command, frozen=True, kw_only=True):
    """`note` is a word of a fixed list: no free words travel from staff to people. `into`: the case to merge into."""

    case: EventName
    resolution: Annotated[str, Meta(max_length=40)]
    note: Annotated[str, Meta(max_length=40)] | None = None
    into: EventName | None = None
    key: Key | None = None


class HandOn(Command, frozen=True, kw_only=True, tag="hand_on"):
    case: EventName
    note: Annotated[str, Meta(max_length=40)] | None = None
    key: Key | None = None


class Report(Command, frozen=True, kw_only=True):
    """Somebody harms others: the message, or the person."""

    room: RoomName
    reason: Ground
    message: EventName | None = None
    alias_id: EventName | None = None
    note: Text | None = None
    key: Key | None = None


class Concern(Command, frozen=True, kw_only=True):
    """Worried about somebody. It counts against nobody."""

    room: RoomName
    alias_id: EventName
    note: Text | None = None
    key: Key | None = None


class Appeal(Command, frozen=True, kw_only=True):
    """Ask for a second look at a decision about oneself."""

    sanction: EventName
    note: Text
    key: Key | None = None


class Sanction(Command, frozen=True, kw_only=True):
    """A moderator's decision, on a case they hold or on a message. `until` may only be sooner than the ladder's end."""

    room: RoomName
    step: LadderStep
    reason: Offence
    case: EventName | None = None
    message: EventName | None = None
    alias_id: EventName | None = None
    until: Time | None = None
    key: Key | None = None


AnyCommand = (
    Hello
    | Ping
    | Rooms
    | Join
    | Leave
    | Send
    | Check
    | Edit
    | Redact
    | React
    | Typing
    | Lantern
    | Page
    | Members
    | Refresh
    | Report
    | Concern
    | Appeal
    | Sanction
    | Withdraw
    | Cases
    | Claim
    | Resolve
    | HandOn
    | Help
    | CareAnswer
    | AnySessionCommand
)

# What people may answer a message with: support, never a score (F6, R7).
REACTIONS = frozenset({"hug", "heart", "with_you", "same_here", "thank_you", "strength", "candle", "proud"})
