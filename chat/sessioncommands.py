"""The words of sessions of two: what seekers, listeners and the team may say, one frozen type for each command.

    seek · choose · withdraw (commands.py) · close · undo · extend · transfer · feedback · again       the two of them
    block · unblock · blocks                                                                          anybody
    available · away · answer · past                                                                         listeners
    still · settle · handover · join_ok                                                               who is held
    raise · take · stand_down · supervise · sessions                                                  the team

What travels to somebody else before they have met is a word of a fixed list (`TOPICS`, `TAGS`, themes): free words go
through the filter, and only in a room. `line`, `summary` and the line of a feedback are free words, and are judged.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from chat.forms import THEMES, Command, Cursor, EventName, Ground, Key, Language, Notes, RoomName, Text, Time, Word

Tags = Annotated[list[Word], Meta(max_length=20)]
Languages = Annotated[list[Language], Meta(max_length=10)]

# What somebody wants to talk about. A fixed list: a listener reads it before they have met.
TOPICS = frozenset(
    {
        "anxiety", "depression", "bipolar", "birth", "parenting", "autism", "recovery", "loss", "loneliness", "family",
        "relationship", "school", "work", "money", "illness", "abuse", "eating", "identity", "sleep", "other",
    }
)  # fmt: skip

# Who somebody would rather talk to, and what a listener says of themselves: what they lived through, and who they are.
TAGS = (TOPICS - {"other"}) | THEMES | {"woman", "man", "nonbinary", "parent", "carer", "lgbtq", "veteran", "over_60"}

CareKind = Literal[
    "suicide", "self_harm", "infant", "child", "abuse", "violence", "third_party", "substance", "medication",
    "psychosis",
]  # fmt: skip


class Seek(Command, frozen=True, kw_only=True):
    """I need someone. Everything may be left out. `line` is kept as the first words; `prefer` is strict."""

    key: Key
    line: Text | None = None
    topic: Word | None = None
    intensity: Annotated[int, Meta(ge=1, le=5)] | None = None
    language: Language | None = None
    prefer: Tags = field(default_factory=list)
    notes: Notes = field(default_factory=list)


class Choose(Command, frozen=True, kw_only=True):
    """After a long wait: go on waiting, be told when somebody is free, or stop."""

    request: EventName
    choice: Literal["wait", "tell_me", "stop"]
    key: Key | None = None


class Available(Command, frozen=True, kw_only=True):
    """A listener is there. What is left out stays as it was said last; `mood` is for the listener's own good only."""

    topics: Tags | None = None
    tags: Tags | None = None
    languages: Languages | None = None
    refuses: Notes | None = None
    capacity: Annotated[int, Meta(ge=1, le=2)] | None = None
    until: Time | None = None
    mood: Literal["low", "ok"] | None = None
    key: Key | None = None


class Away(Command, frozen=True, kw_only=True, rename={"for_": "for"}):
    for_: Literal["break"] | None = None
    key: Key | None = None


class Answer(Command, frozen=True, kw_only=True):
    """Yes or no to an offer. A reason is asked of nobody, and kept nowhere."""

    offer: EventName
    accept: bool
    reason: Word | None = None
    key: Key | None = None


class Open(Command, frozen=True, kw_only=True):
    """Enter the room of a session."""

    room: RoomName
    cursor: Cursor | None = None


class Close(Command, frozen=True, kw_only=True):
    """End a session, gently: it can be undone for a moment. `exit`: the quick exit, which says nothing."""

    room: RoomName
    why: Literal["done", "need_to_go", "not_helping", "other", "exit"] | None = None
    key: Key | None = None


class Undo(Command, frozen=True, kw_only=True):
    """Not yet: a close, or a handover that was confirmed."""

    room: RoomName
    key: Key | None = None


class Still(Command, frozen=True, kw_only=True):
    """One tap: still here."""

    room: RoomName
    key: Key | None = None


class Extend(Command, frozen=True, kw_only=True):
    """A quarter of an hour more, if both want it."""

    room: RoomName
    key: Key | None = None


class Transfer(Command, frozen=True, kw_only=True):
    """To another listener. The listener proposes; the seeker's own is the consent, with the summary as they want it.

    `to: ""` from the seeker is a no.
    """

    room: RoomName
    to: Annotated[str, Meta(max_length=64)] | None = None
    summary: Text | None = None
    key: Key | None = None


class StepOut(Command, frozen=True, kw_only=True, tag="step_out"):
    """Leave a session at once: no reason, no penalty. `report`: and tell the team of the other."""

    room: RoomName
    report: Ground | None = None
    note: Text | None = None
    key: Key | None = None


class Block(Command, frozen=True, kw_only=True):
    """Never meet this person again. A session ends, in a room of many neither sees the other; they learn nothing."""

    room: RoomName
    alias_id: EventName | None = None
    key: Key | None = None


class Unblock(Command, frozen=True, kw_only=True):
    """See each other again in a room of many, unless the other has said so too. Matched they are never."""

    room: RoomName
    alias_id: EventName
    key: Key | None = None


class Blocks(Command, frozen=True, kw_only=True):
    """Whom I have blocked myself. `before`: the `next` of the page before."""

    before: Annotated[str, Meta(max_length=64)] | None = None


class Past(Command, frozen=True, kw_only=True):
    """The sessions this listener gave in the last week."""


class Feedback(Command, frozen=True, kw_only=True):
    """How it was, from either. Everything may be left out; `line` goes to the team only, and is judged."""

    session: EventName
    heard: bool | None = None
    feel: Literal["better", "same", "worse"] | None = None
    safe: bool | None = None
    heavy: bool | None = None
    ok: bool | None = None
    debrief: bool | None = None
    line: Text | None = None
    key: Key | None = None


class Again(Command, frozen=True, kw_only=True):
    """I would talk to this person again. Only if both say so does either hear of it."""

    session: EventName
    key: Key | None = None


class FollowUp(Command, frozen=True, kw_only=True, tag="follow_up"):
    """Check on me tomorrow: once, in the inbox. `on: false` takes it back."""

    on: bool = True
    key: Key | None = None


class Settle(Command, frozen=True, kw_only=True):
    """The person: I'm OK. Of the team: agreed. `seen`: the cursor up to which whoever says it has read."""

    room: RoomName
    seen: Cursor = ""
    key: Key | None = None


class Handover(Command, frozen=True, kw_only=True):
    """The way to a line, step by step. `line`: the name of the line, as the card has it."""

    room: RoomName
    step: Literal["accept", "dialling", "confirmed", "not_reached", "decline"]
    line: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    key: Key | None = None


class JoinOk(Command, frozen=True, kw_only=True, tag="join_ok"):
    """Whether somebody of the team may join: the person's own word."""

    room: RoomName
    choice: Literal["yes", "not_yet", "only_listener"]
    key: Key | None = None


class Raise(Command, frozen=True, kw_only=True):
    """Somebody here may be in danger. Of the team also: less than it was thought."""

    room: RoomName
    kind: CareKind
    band: Literal["concern", "high", "imminent"]
    alias_id: EventName | None = None
    key: Key | None = None


class Take(Command, frozen=True, kw_only=True):
    """I'll go to them."""

    case: EventName
    key: Key | None = None


class StandDown(Command, frozen=True, kw_only=True, tag="stand_down"):
    """Not me any more; or nobody need come; or, after a day away, no contact (it takes two)."""

    case: EventName
    why: Literal["relieved", "not_needed", "no_contact"] = "relieved"
    key: Key | None = None


class Supervise(Command, frozen=True, kw_only=True):
    """Read a session, visibly: both are told before any word can be read."""

    room: RoomName
    reason: Literal["nursery", "concern", "report", "training", "held"]
    key: Key | None = None


class Sessions(Command, frozen=True, kw_only=True):
    """Which sessions somebody of the team may join without a case."""


class Age(Command, frozen=True, kw_only=True):
    """How old somebody is, as far as it matters: said by who was checked, of a case of theirs."""

    case: EventName
    is_: Literal["adult", "teen", "child"] = field(name="is")
    key: Key | None = None


AnySessionCommand = (
    Seek
    | Choose
    | Available
    | Away
    | Answer
    | Open
    | Close
    | Undo
    | Still
    | Extend
    | Transfer
    | StepOut
    | Block
    | Unblock
    | Blocks
    | Past
    | Feedback
    | Again
    | FollowUp
    | Settle
    | Handover
    | JoinOk
    | Raise
    | Take
    | StandDown
    | Supervise
    | Sessions
    | Age
)
