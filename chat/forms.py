"""The forms of what clients send: what every command has, and the bounds of the fields that many share.

The commands themselves are in commands.py and, for sessions of two, in sessioncommands.py. A field is bounded here when
no honest client can exceed it; what deserves a kinder answer than `bad_request` is left to the handlers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

# 2**53 - 1: what every JSON client can count to (MessagePack would carry more, JSON clients could not).
Id = Annotated[int, Meta(ge=1, le=9007199254740991)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
RoomName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern=r"\A[A-Za-z0-9][A-Za-z0-9_.:/-]*\Z",
        description="a room's name as `rooms` gives it (letters, digits and _ . : / -)",
    ),
]
Key = Annotated[str, Meta(min_length=1, max_length=64)]
Cursor = Annotated[str, Meta(max_length=80)]
EventName = Annotated[str, Meta(min_length=1, max_length=64)]
Token = Annotated[str, Meta(min_length=1, max_length=4096)]
Text = Annotated[str, Meta(max_length=65536)]
Limit = Annotated[int, Meta(ge=1, le=100)]
Language = Annotated[str, Meta(min_length=2, max_length=35)]
Country = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z", description="a country's two capital letters (ISO 3166)")]
Word = Annotated[str, Meta(min_length=1, max_length=40)]
Notes = Annotated[list[Word], Meta(max_length=8)]
Time = Annotated[str, Meta(max_length=40)]

# What a report is about: moderation's own list.
Ground = Literal[
    "harassment", "hate", "threat", "sexual", "grooming", "encouraging_harm", "selling", "scam", "spam", "doxxing",
    "impersonation", "other",
]  # fmt: skip


class Command(Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """What every command has: a number that its reply repeats."""

    id: Id


# Content notes an author may put on a message (F7). A fixed list: free words would reach readers unjudged.
THEMES = frozenset(
    {
        "suicide", "self_harm", "abuse", "sexual_violence", "violence", "eating", "substances", "loss", "birth",
        "medical", "psychosis",
    }
)  # fmt: skip
