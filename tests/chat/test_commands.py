"""What the types of commands promise on their own, before any handler."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given

from chat import commands as c
from tests.support.spoken import EXAMPLES, commands


def read(said: dict[str, Any]) -> c.AnyCommand:
    command: c.AnyCommand = msgspec.convert(said, type=c.AnyCommand)
    return command


@given(command=commands)
def test_a_command_survives_being_told_in_plain_values(command: c.AnyCommand) -> None:
    assert read(msgspec.to_builtins(command)) == command


def test_every_command_is_named_in_lower_case_and_only_once() -> None:
    names = [kind.__struct_config__.tag for kind in get_args(c.AnyCommand)]
    words = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower() for kind in get_args(c.AnyCommand)]
    assert names == words  # CareAnswer is care_answer
    assert len(set(names)) == len(names)
    assert {type(each) for each in EXAMPLES} == set(get_args(c.AnyCommand))


@pytest.mark.parametrize("name", ["postpartum", "recovery/2", "session:a1", "teen-commons", "a" * 128])
def test_a_room_may_be_named_so(name: str) -> None:
    assert read({"type": "leave", "id": 1, "room": name}) == c.Leave(id=1, room=name)


@pytest.mark.parametrize("name", ["", "r1\n", "a b", "/etc", "..", "a" * 129, "ró", "{a}", "a\x00", "-a"])
def test_a_room_may_not_be_named_so(name: str) -> None:
    """X19: no line ends, no braces (they are hash tags of the engine), nothing that looks like a path."""
    with pytest.raises(msgspec.ValidationError):
        read({"type": "leave", "id": 1, "room": name})


@pytest.mark.parametrize("kind", ["send", "edit", "redact"])
def test_what_changes_the_log_needs_a_key(kind: str) -> None:
    said = {"type": kind, "id": 1, "room": "a", "text": "x", "message": "m"}
    with pytest.raises(msgspec.ValidationError, match="`key`"):
        read(said)
    assert read({**said, "key": "k"}).id == 1


def test_only_typing_may_go_without_a_number() -> None:
    assert read({"type": "typing", "room": "a"}) == c.Typing(room="a")
    for command in EXAMPLES:
        said = msgspec.to_builtins(command)
        del said["id"]
        if not isinstance(command, c.Typing):
            with pytest.raises(msgspec.ValidationError, match="`id`"):
                read(said)


def test_a_command_cannot_be_changed_once_read() -> None:
    with pytest.raises(AttributeError):
        c.Send(id=1, room="a", text="x", key="k").text = "y"  # type: ignore[misc]


def test_reactions_are_words_of_support() -> None:
    """F6, R7: nothing that scores a message."""
    assert {"hug", "with_you"} <= c.REACTIONS
    assert not c.REACTIONS & {"like", "dislike", "up", "down", "laugh", "angry"}
