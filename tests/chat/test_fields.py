"""What the schema library complains of is said with the field's path and the fix, and with nobody's words."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from chat.commands import AnyCommand, Command, Hello, Join, Page, React, Send
from chat.fields import fix


def complaint(command: type[Command], said: dict[str, Any]) -> str:
    """What the library itself says about it."""
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(said, command)
    return str(caught.value)


@pytest.mark.parametrize(
    ("command", "said", "path", "words"),
    [
        (Send, {"text": 5}, "text", "must be text"),
        (Join, {"room": None}, "room", "must be a room's name"),
        (Page, {"room": "r", "limit": 0}, "limit", "must be a whole number from 1 to 100"),
        (React, {"room": "r", "message": "m", "reaction": "hug", "on": "yes"}, "on", "must be true or false"),
        (Hello, {"guest": {"band": "old"}}, "guest.band", 'must be one of "adult", "teen"'),
        (Hello, {"resume": [{"room": "a"}, {"room": "b", "cursor": 7}]}, "resume[].cursor", "must be"),
        (Hello, {"resume": {}}, "resume", "must be a list of at most 100 items"),
        (Hello, {"guest": []}, "guest", "must be an object"),
    ],
)
def test_a_wrong_value_is_named_by_path_and_by_what_the_field_takes(
    command: type[Command], said: dict[str, Any], path: str, words: str
) -> None:
    fault = complaint(command, {"type": command.__struct_config__.tag, "id": 1, **said})
    found, says = fix(command, fault)
    assert found == path
    assert says.startswith(f"`{path}` ")
    assert words in says


def test_a_field_that_is_not_there_is_said_to_be_missing() -> None:
    path, says = fix(Send, complaint(Send, {"type": "send", "id": 1, "room": "r", "text": "hi"}))
    assert path == "key"
    assert "is missing: it must be" in says


@pytest.mark.parametrize(
    "fault", ["Expected `object`, got `int`", "Expected `int` - at `$.zebra`", "zebra lantern", "", "x - at `$[0]`"]
)
def test_a_complaint_about_nothing_of_ours_names_nothing(fault: str) -> None:
    """X19: a path is made of the schema's own names only, whatever stands in the complaint."""
    for command in get_args(AnyCommand):
        assert fix(command, fault) == ("", "")
