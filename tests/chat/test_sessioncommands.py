"""What may be said about a session of two: everything to ask for help may be left out, and lists are fixed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chat import sessioncommands as say
from chat.commands import AnyCommand
from chat.forms import THEMES
from moderation.verdict import CareKind


def read(**said: Any) -> Any:
    return msgspec.convert({"id": 1, **said}, AnyCommand)


def test_asking_for_somebody_needs_nothing_but_a_key() -> None:
    """F11: who can't find words is heard as well."""
    assert read(type="seek", key="k") == say.Seek(id=1, key="k")
    with pytest.raises(msgspec.ValidationError, match="`key`"):
        read(type="seek")


def test_a_break_is_said_with_the_wire_s_own_word() -> None:
    assert read(type="away", **{"for": "break"}) == say.Away(id=1, for_="break")
    assert msgspec.to_builtins(say.Away(id=1, for_="break"))["for"] == "break"


def test_what_a_listener_reads_before_they_meet_is_of_fixed_lists() -> None:
    """T5: free words would reach somebody unjudged."""
    assert THEMES <= say.TAGS
    assert say.TOPICS - {"other"} <= say.TAGS
    assert all(word.isidentifier() and word.islower() for word in say.TAGS | say.TOPICS)


def test_raise_knows_the_kinds_of_care_there_are_and_no_band_below_concern() -> None:
    kinds = set(say.CareKind.__args__)  # type: ignore[attr-defined]
    assert kinds == {str(kind) for kind in CareKind}
    with pytest.raises(msgspec.ValidationError):
        read(type="raise", room="session:a", kind="suicide", band="none")


def test_a_supervisor_gives_a_reason_of_the_list() -> None:
    """F20: no free words travel from staff to people."""
    assert read(type="supervise", room="session:a", reason="nursery").reason == "nursery"
    with pytest.raises(msgspec.ValidationError):
        read(type="supervise", room="session:a", reason="because I want to")
