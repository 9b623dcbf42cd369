"""Strict reading of both codecs, explanations without private words, ready frames."""

from __future__ import annotations

import json
import struct
import time
from datetime import UTC, datetime
from typing import Any, get_args

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import wire
from chat.commands import AnyCommand, Command, Ping, Rooms, Send
from chat.wire import BadFrame, Codec
from rooms.events import Entry, EventId, Kind, Position, RoomKey, UserId
from tests.support.spoken import EXAMPLES, commands

BOTH = pytest.mark.parametrize("codec", list(Codec))
COMMANDS = get_args(AnyCommand)
SECRET = "zebra-lantern-private"  # stands for private words: must be found nowhere in an error


def refusal(codec: Codec, payload: bytes | str) -> BadFrame:
    with pytest.raises(BadFrame) as caught:
        wire.decode(codec, payload)
    return caught.value


def seconds_to_refuse(codec: Codec, payload: bytes | str) -> float:
    """CPU of one refusal: the best of ten, because what else the machine does only ever adds to it."""
    took = []
    for _ in range(10):
        started = time.process_time()
        refusal(codec, payload)
        took.append(time.process_time() - started)
    return min(took)


def sound(codec: Codec, payload: bytes | str) -> None:
    """A payload gives a command whose every field is of its declared type, or BadFrame with nothing behind it."""
    bad = None
    try:
        read = wire.decode(codec, payload)
    except BadFrame as caught:
        bad = caught
    if bad is not None:
        assert bad.__cause__ is None
        assert bad.__context__ is None
        assert bad.says
        assert bad.code in {"bad_request", "unknown_command"}
        return
    assert isinstance(read, COMMANDS)
    assert msgspec.convert(msgspec.to_builtins(read), type(read)) == read


def packed(value: Any) -> bytes:
    return bytes(msgpack.packb(value))


@given(command=commands)
def test_both_codecs_read_equal_commands(command: Command) -> None:
    for codec in Codec:
        assert wire.decode(codec, wire.encode(codec, command)) == command


@given(command=commands)
def test_what_other_libraries_write_is_read_the_same(command: Command) -> None:
    said = msgspec.to_builtins(command)
    assert wire.decode(Codec.JSON, json.dumps(said)) == command
    assert wire.decode(Codec.MSGPACK, packed(said)) == command


@pytest.mark.parametrize(
    ("said", "path", "fix"),
    [
        ({"type": "send", "id": 7, "room": "r", "key": "k", "text": 5}, "text", "must be text"),
        ({"type": "send", "id": 7, "room": "r", "text": SECRET}, "key", "is missing"),
        ({"type": "send", "id": 7, "room": "r1\n", "key": "k", "text": SECRET}, "room", "a room's name"),
        ({"type": "send", "id": 7, "room": "r", "key": SECRET * 4, "text": "x"}, "key", "1 to 64 characters"),
        ({"type": "page", "id": 7, "room": "r", "limit": 101}, "limit", "a whole number from 1 to 100"),
        ({"type": "react", "id": 7, "room": "r", "message": "m", "reaction": "hug", "on": 1}, "on", "true or false"),
        ({"type": "hello", "id": 7, "guest": {"band": SECRET + " - at `$.evil`"}}, "guest.band", '"adult", "teen"'),
        ({"type": "hello", "id": 7, "guest": {"band": "adult", "country": "ie\n"}}, "guest.country", "capital letters"),
        ({"type": "hello", "id": 7, "resume": [{"room": "a"}, {"room": None}]}, "resume[].room", "a room's name"),
        ({"type": "hello", "id": 7, "resume": SECRET}, "resume", "a list of at most 100"),
        ({"type": ["ping"], "id": 7}, "type", "name of a command"),
        ({"id": 7}, "type", "name of a command"),
    ],
)
@BOTH
def test_a_bad_field_is_named_with_its_fix(codec: Codec, said: dict[str, Any], path: str, fix: str) -> None:
    """X19: the path, plain words, the command's number; nothing of what was sent."""
    bad = refusal(codec, json.dumps(said) if codec is Codec.JSON else packed(said))
    assert (bad.path, bad.id, bad.code) == (path, 7, "bad_request")
    assert fix in bad.says


@BOTH
def test_an_unknown_command_keeps_its_number(codec: Codec) -> None:
    """X19."""
    bad = refusal(codec, wire.encode(codec, {"type": SECRET, "id": 12, "x": [1, {"y": 2}]}))
    assert (bad.code, bad.id, bad.path) == ("unknown_command", 12, "type")


@BOTH
def test_an_unknown_field_is_ignored(codec: Codec) -> None:
    """X19, X23: roles and prototypes in a message mean nothing."""
    said = {"type": "ping", "id": 3, "role": "moderator", "__proto__": {"a": [1.5, None]}}
    assert wire.decode(codec, wire.encode(codec, said)) == Ping(id=3)


@pytest.mark.parametrize("number", [0, -1, 1.0, True, "1", None, 2**53, 2**63, -(2**63)])
@BOTH
def test_a_number_that_is_none_is_refused(codec: Codec, number: Any) -> None:
    bad = refusal(codec, wire.encode(codec, {"type": "ping", "id": number}))
    assert (bad.path, bad.id) == ("id", None)


@pytest.mark.parametrize(
    "payload",
    [
        '{"type":"ping","id":NaN}',
        '{"type":"ping","id":1e999}',
        '{"type":"ping","id":' + "9" * 10_000 + "}",
        '{"type":"check","id":1,"room":"r","text":"\\ud800"}',
        '{"type":"check","id":1,"room":"r","text":"\ud800"}',
        b'{"type":"check","id":1,"room":"r","text":"\xed\xa0\x80"}',
        b'{"type":"check","id":1,"room":"r","text":"\xc0\xaf"}',
        '{"type":"ping","id":1,"x":' + "[" * 100_000,
        '{"type":"ping","id":1,"x":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"type":"ping","id":1,"x":' + '{"a":' * 100_000,
        "[" * 100_000,
        b"\xef\xbb\xbf" + b'{"type":"ping","id":1}',
        '{"type":"ping","id":1} {}',
        "",
        "null",
        '"ping"',
    ],
    ids=range(16),
)
def test_hostile_json_is_refused_quickly(payload: bytes | str) -> None:
    """X17: deep nesting, NaN, numbers without end, lone surrogates: a refusal in under 5 ms of CPU."""
    sound(Codec.JSON, payload)
    assert seconds_to_refuse(Codec.JSON, payload) < 0.005


PING = b"\xa4type\xa4ping\xa2id\x01"


@pytest.mark.parametrize(
    "payload",
    [
        b"\x83" + PING + b"\xa1x\xd6\xff\x00\x00\x00\x01",  # a timestamp
        b"\x83" + PING + b"\xa1x\xc7\x0c\xff" + b"\xff" * 12,  # a timestamp out of range
        b"\x83" + PING + b"\xa1x\xc7\x00\x05",  # an empty extension
        b"\x83" + PING + b"\xa1x\xc9\xff\xff\xff\xff\x05",  # an extension of 4 GiB
        b"\x83" + PING + b"\xa1x\xdb\xff\xff\xff\xff",  # text of 4 GiB
        b"\x83" + PING + b"\xa1x\xc6\xff\xff\xff\xff",  # bytes of 4 GiB
        b"\x83" + PING + b"\xa1x\xdd\xff\xff\xff\xff",  # a list of 2^32
        b"\xdf\xff\xff\xff\xff" + PING,  # a map of 2^32
        b"\x82" + PING + b"\xc0",  # bytes after the map
        b"\x83" + PING + b"\xa2id\x02",  # a key twice
        b"\x83" + PING + b"\xa1x\x82\xa1a\x01\xa1a\x02",  # a key twice, deeper
        b"\x82\xa4type\xc4\x04ping\xa2id\x01",  # bytes for text
        b"\x82\xc4\x04type\xa4ping\xa2id\x01",  # bytes for a key
        b"\x83" + PING + b"\x01\x01",  # a number for a key
        b"\x83" + PING + b"\xa1x" + b"\x91" * 60_000 + b"\xc0",  # deep
        b"\x83" + PING + b"\xa1x" + b"\x81\xa1a" * 20_000 + b"\xc0",
        b"\x83" + PING + b"\xa1x" + b"\xdc\x01\x00" * 20_000,  # deep, each level announcing as much as it may
        b"\x83" + PING + b"\xa1x\xa1\xff",  # text that is not UTF-8
        b"\x83" + PING + b"\xa1x\xa3\xed\xa0\x80",  # a lone surrogate
        b"\xc1",
        b"",
        b"\x01",
        b"\x90",
        packed({"type": "ping", "id": 2**63}),
    ],
    ids=range(24),
)
def test_hostile_messagepack_is_refused_quickly(payload: bytes) -> None:
    """X16, X17: what the format allows and the protocol does not; a refusal in under 5 ms of CPU."""
    sound(Codec.MSGPACK, payload)
    assert seconds_to_refuse(Codec.MSGPACK, payload) < 0.005


def test_a_text_frame_is_nothing_to_the_binary_codec() -> None:
    assert refusal(Codec.MSGPACK, '{"type":"ping","id":1}').path == ""


def test_the_last_of_two_equal_json_keys_counts_but_never_makes_another_type() -> None:
    assert wire.decode(Codec.JSON, '{"type":"rooms","id":1,"band":"teen","id":2}') == Rooms(id=2, band="teen")
    assert refusal(Codec.JSON, '{"type":"ping","type":"rooms","id":1}').path == "type"


@given(payload=st.binary(max_size=300))
def test_random_bytes_never_pass_nor_crash(payload: bytes) -> None:
    """X18."""
    for codec in Codec:
        sound(codec, payload)


@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["type", "id", "room"]), inner),
    )
)
def test_random_content_never_passes_nor_crashes(payload: Any) -> None:
    """X18."""
    try:
        sound(Codec.MSGPACK, packed(payload))
        sound(Codec.JSON, msgspec.json.encode(payload))
    except UnicodeEncodeError:
        pass  # hypothesis wrote a lone surrogate: no encoder takes it


@pytest.mark.parametrize("command", EXAMPLES, ids=lambda each: type(each).__name__)
@BOTH
def test_every_prefix_and_every_flipped_bit_is_a_command_or_a_refusal(codec: Codec, command: Command) -> None:
    """X18."""
    payload = wire.encode(codec, command)
    for end in range(len(payload)):
        refusal(codec, payload[:end])
    for bit in range(len(payload) * 8):
        changed = bytearray(payload)
        changed[bit // 8] ^= 1 << bit % 8
        sound(codec, bytes(changed))


@given(data=st.data(), command=commands, codec=st.sampled_from(Codec))
def test_random_frames_damaged_anywhere_are_a_command_or_a_refusal(
    data: st.DataObject, command: Command, codec: Codec
) -> None:
    """X18."""
    payload = bytearray(wire.encode(codec, command))
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    sound(codec, bytes(payload))


@pytest.mark.parametrize(
    "payload",
    [
        '{"type":"send","id":1,"room":"r","key":"k","text":"' + SECRET,
        '{"type":"send","id":1,"room":"' + SECRET + ' x","key":"k","text":"' + SECRET + '"}',
        '{"type":"' + SECRET + '","id":1}',
        '{"type":"hello","id":1,"token":{"' + SECRET + '":1}}',
        '{"type":"hello","id":1,"guest":{"band":"' + SECRET + '"}}',
        packed({"type": "send", "id": 1, "room": "r", "text": SECRET}) + SECRET.encode(),
        packed({"type": "send", "id": 1, "room": "r", "key": SECRET * 9, "text": SECRET}),
        b"\x82\xa4type\xbe" + SECRET.encode() + b"\xff" * 9,
    ],
    ids=range(8),
)
def test_an_error_holds_nothing_of_the_payload(payload: bytes | str) -> None:
    bad = refusal(Codec.JSON if isinstance(payload, str) else Codec.MSGPACK, payload)
    assert SECRET not in f"{bad!s}{bad!r}{bad.args}{bad.path}{bad.says}{vars(bad)}"
    assert bad.__cause__ is None
    assert bad.__context__ is None


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70_000])
@BOTH
def test_a_frame_has_the_header_of_its_size(codec: Codec, size: int) -> None:
    framed = wire.frame(codec, b"x" * size)
    assert framed[0] == (0x81 if codec is Codec.JSON else 0x82)
    if size < 126:
        assert (framed[1], len(framed)) == (size, size + 2)
    elif size < 65536:
        assert (framed[1], struct.unpack("!H", framed[2:4])[0], len(framed)) == (126, size, size + 4)
    else:
        assert (framed[1], struct.unpack("!Q", framed[2:10])[0], len(framed)) == (127, size, size + 10)
    assert framed.endswith(b"x" * size)


def entry(body: dict[str, Any]) -> Entry:
    place = Position("e1abc", 4711, "0123456789abcdef")
    return Entry(
        RoomKey("adult/a"), place, EventId("A" * 22), Kind.MESSAGE, UserId("person-7"), 1_770_000_000_007, packed(body)
    )


@given(
    body=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
            lambda key: key not in {"type", "room", "id", "cursor", "at"}
        ),
        st.text(st.characters(exclude_categories=["Cs"])) | st.booleans() | st.integers(0, 9),
        max_size=20,
    )
)
def test_the_fast_road_tells_the_same_event(body: dict[str, Any]) -> None:
    told = wire.event(entry(body), "a")
    assert told == {
        "type": "message",
        "room": "a",
        "id": "A" * 22,
        "cursor": "e1abc.4711.0123456789abcdef",
        "at": "2026-02-02T02:40:00.007Z",
        **body,
    }
    assert msgspec.json.decode(wire.event_payload(Codec.JSON, entry(body), "a")) == told
    assert msgpack.unpackb(wire.event_payload(Codec.MSGPACK, entry(body), "a")) == told


def test_an_event_says_nothing_of_its_author() -> None:
    """F33: the person's id stays in the log."""
    for codec in Codec:
        assert b"person-7" not in wire.event_payload(codec, entry({"text": "hi"}), "a")


@BOTH
def test_an_embedded_payload_is_written_as_it_is(codec: Codec) -> None:
    told = wire.embed(wire.event_payload(codec, entry({"text": "hi"}), "a"))
    reply = wire.encode(codec, {"type": "page", "events": [told, told]})
    read = json.loads(reply) if codec is Codec.JSON else msgpack.unpackb(reply)
    assert [each["text"] for each in read["events"]] == ["hi", "hi"]


@given(ms=st.integers(0, 4_102_444_800_000))
def test_a_timestamp_is_utc_with_milliseconds(ms: int) -> None:
    said = wire.timestamp(ms)
    assert len(said) == 24
    assert round((datetime.fromisoformat(said) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000) == ms


def test_reading_and_writing_stay_cheap() -> None:
    """Seen: 0.8 µs JSON, 2.3 µs MessagePack, 1.8 and 1.5 µs for an event; the ceiling is ten times that, in CPU."""
    said = Send(id=77, room="postpartum", key="k-8f7a6b5c-0001", text="I hear you, and the nights do get lighter. " * 3)
    sent = {codec: wire.encode(codec, said) for codec in Codec}
    logged = entry({"from": {"alias_id": "a" * 16, "name": "Quiet Heron", "role": "peer"}, "text": said.text})
    started = time.process_time()
    for _ in range(2000):
        for codec in Codec:
            wire.decode(codec, sent[codec])
            wire.event_payload(codec, logged, "postpartum")
    assert (time.process_time() - started) / 2000 * 1e6 < 65
