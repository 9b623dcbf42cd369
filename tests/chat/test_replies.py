"""What the types of replies promise: every one survives both codecs, names itself, leaves out what is absent."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import replies, sessionreplies, wire
from chat.replies import Close, Code, Refused, Reply, Said, Sent
from chat.wire import Codec

SAID: list[type[Said]] = [
    kind
    for words in (replies, sessionreplies)
    for _, kind in inspect.getmembers(words, inspect.isclass)
    if issubclass(kind, Said) and kind not in (Said, Reply)
]
text = st.text(st.characters(exclude_categories=["Cs"]))
content = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text
FIELDS: dict[Any, st.SearchStrategy[Any]] = {
    str: text,
    bool: st.booleans(),
    int: st.integers(0, 2**53),
    float: st.floats(0, 1e9),
    list[str]: st.lists(text, max_size=3),
    list[Any]: st.lists(content, max_size=3),
    dict[str, Any]: st.dictionaries(text, content, max_size=3),
    dict[str, float]: st.dictionaries(text, st.floats(0, 1e9), max_size=3),
    list[dict[str, Any]]: st.lists(st.dictionaries(text, content, max_size=3), max_size=3),
}
FIELDS |= {kind | None: st.none() | made for kind, made in FIELDS.items()}
said = st.sampled_from(SAID).flatmap(
    lambda kind: st.builds(kind, **{name: FIELDS[hint] for name, hint in get_type_hints(kind).items()})
)


@given(told=said)
def test_whatever_the_server_says_comes_back_equal_from_both_codecs(told: Said) -> None:
    assert msgspec.json.decode(wire.encode(Codec.JSON, told), type=type(told)) == told
    assert msgspec.msgpack.decode(wire.encode(Codec.MSGPACK, told), type=type(told)) == told


@given(told=said)
def test_a_foreign_messagepack_reader_sees_what_json_says(told: Said) -> None:
    assert msgpack.unpackb(wire.encode(Codec.MSGPACK, told)) == msgspec.json.decode(wire.encode(Codec.JSON, told))


@pytest.mark.parametrize("kind", SAID, ids=lambda kind: kind.__name__)
def test_everything_said_names_its_type_in_lower_case(kind: type[Said]) -> None:
    name = kind.__struct_config__.tag
    assert isinstance(name, str)
    assert name == name.lower()
    assert ("re" in kind.__struct_fields__) == issubclass(kind, Reply)


def test_what_is_absent_is_left_out_but_re_never_is() -> None:
    told = msgspec.json.decode(
        wire.encode(Codec.JSON, Refused(re=None, code=Code.BAD_REQUEST, says="no", retry="never"))
    )
    assert told == {"type": "refused", "re": None, "code": "bad_request", "says": "no", "retry": "never"}
    sent = Sent(re=3, room="a", id="m", at="t", state="held", kept="stored")
    assert msgspec.json.decode(wire.encode(Codec.JSON, sent)).keys() == {
        "type",
        "re",
        "room",
        "id",
        "at",
        "state",
        "kept",
    }


def test_presence_and_typing_say_from_on_the_wire() -> None:
    diff = replies.Presence(room="a", version=4, present=2, from_=3)
    assert msgspec.json.decode(wire.encode(Codec.JSON, diff))["from"] == 3
    assert msgspec.to_builtins(replies.TypingNow(room="a", from_=["x"]))["from"] == ["x"]


def test_close_codes_fall_into_their_families() -> None:
    """40xx stop, 41xx back off, 42xx reconnect now; every code fits a close frame."""
    assert {code for code in Close if 4100 <= code < 4200} >= {
        Close.EXPIRED,
        Close.SLOW,
        Close.SILENT,
        Close.RATE_LIMITED,
    }
    assert all(1000 <= code <= 1014 or 4000 <= code < 4300 for code in Close)
    assert len(set(Code)) == 20
