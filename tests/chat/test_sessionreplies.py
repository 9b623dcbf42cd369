"""Answers about sessions of two say who asked, leave out what is not so, and tell nobody why something ended."""

from __future__ import annotations

import inspect

import msgspec

from chat import sessionreplies as told
from chat import wire
from chat.replies import Reply
from chat.wire import Codec

REPLIES = [
    kind for _, kind in inspect.getmembers(told, inspect.isclass) if issubclass(kind, Reply) and kind is not Reply
]


def test_every_answer_repeats_the_number_of_its_command_and_has_a_name_of_its_own() -> None:
    names = [kind.__struct_config__.tag for kind in REPLIES]
    assert len(set(names)) == len(names) >= 18
    assert all(kind.__struct_fields__[0] == "re" for kind in REPLIES)


def test_what_is_not_so_is_left_out_of_an_answer() -> None:
    said = msgspec.json.decode(wire.encode(Codec.JSON, told.Answered(re=4, offer="o", accepted=False)))
    assert said == {"type": "answered", "re": 4, "offer": "o", "accepted": False}


def test_an_answer_to_leaving_has_no_place_for_a_reason() -> None:
    """T9: neither to the one who goes nor to the one who stays."""
    for kind in (told.SteppedOut, told.Blocked):
        assert set(kind.__struct_fields__) == {"re", "room", "repeated"}
