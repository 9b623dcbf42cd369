"""The wire: bytes of a frame to one typed command, and words of the server to ready frames, in both codecs.

`decode` turns the payload of one websocket message into a command of `chat.commands`, or raises `BadFrame`. There is
one schema: JSON is read by msgspec, MessagePack by msgpack under tight limits and then checked by msgspec against the
same types, so both codecs give equal commands for equal content. Unknown fields are ignored; everything known is
strict (no text for numbers, no bytes for text). A JSON object that names a key twice is read with the last one, as
JSON parsers do; a MessagePack map that does is refused.

`encode` gives the payload of a reply or event, `frame` puts the websocket header before a payload, `ready` does both:
what it returns can be written to any number of sockets as it is. `event_payload` is the fast road from a log entry to
a payload, paid once per room, codec and event; `embed` lets such payloads stand inside a reply without being decoded.

Failure: only `BadFrame` leaves `decode`, whatever the bytes. It carries the path of the bad field, plain words that
name the fix, and the command's id where one could be read; never a piece of the payload, not even as its cause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from struct import pack
from typing import Any, TypeVar, get_args

import msgpack
import msgspec

from chat import fields
from chat.commands import AnyCommand, Command, Id
from rooms.events import OF_A_ROOM, Entry


class Codec(StrEnum):
    """The two codecs; values are the names of the websocket subprotocols."""

    JSON = "warmline.v1.json"
    MSGPACK = "warmline.v1.msgpack"


class BadFrame(Exception):
    """A frame that is no valid command. `str()` is what to tell the client; no payload is held anywhere in it."""

    def __init__(self, path: str, says: str, id: int | None = None, code: str = "bad_request") -> None:
        super().__init__(says)
        self.path = path  # "text", "resume[0].room"; "" for the frame as a whole
        self.says = says
        self.id = id  # the command's number, where it could be read
        self.code = code  # bad_request | unknown_command


# Longest list and map of one MessagePack frame. The decoder reserves what a header announces before it reads the
# items, up to 1,024 levels deep: these bounds keep the worst 64 KiB frame at about 2 MB for under a millisecond.
# `hello.resume`, the longest list we know, holds 100.
_MAX_LIST = 256
_MAX_MAP = 64

_JSON, _MSGPACK = Codec.JSON, Codec.MSGPACK  # module names: reading a member off an enum class is ten times slower
_read_json: Callable[[bytes | str], AnyCommand] = msgspec.json.Decoder(AnyCommand).decode
_check: Callable[[Any, Any], AnyCommand] = msgspec.convert
_write_json = msgspec.json.Encoder().encode
_write_msgpack = msgspec.msgpack.Encoder().encode
_COMMANDS: Mapping[str, type[Command]] = {str(kind.__struct_config__.tag): kind for kind in get_args(AnyCommand)}

_NOT_JSON = "the frame is not valid JSON: send one JSON object in UTF-8, not nested deeply"
_NOT_MSGPACK = (
    "the frame is not MessagePack as spoken here: send one map and nothing after it, with each key once and as text, "
    "no extension types (times are text), not nested deeply"
)
_NOT_A_MAP = "the frame must be one object with `type` and `id`"


def decode(codec: Codec, payload: bytes | str) -> AnyCommand:
    """Read one command. Raises `BadFrame`, and nothing else, for whatever is none."""
    try:
        if codec is _JSON:
            return _read_json(payload)
        read = _unpack(payload)
        return _check(read, _named(read))
    except msgspec.ValidationError as why:
        fault: str | None = str(why)  # may quote the payload: only field names and `missing` are taken out of it
    except (msgspec.DecodeError, ValueError, TypeError, OverflowError, RecursionError):
        fault = None
    # Raised out here so that neither __context__ nor __cause__ leads to an exception that holds the payload.
    raise _explain(codec, payload, fault)


def encode(codec: Codec, value: Any) -> bytes:
    """The payload of a reply or event (a struct of `chat.replies`, or a dict)."""
    return _write_json(value) if codec is _JSON else _write_msgpack(value)


def frame(codec: Codec, payload: bytes) -> bytes:
    """The payload as a whole websocket frame of a server: unmasked, final, text or binary (RFC 6455 5.2)."""
    size, opcode = len(payload), 0x81 if codec is _JSON else 0x82
    if size < 126:
        return pack("!BB", opcode, size) + payload
    if size < 65536:
        return pack("!BBH", opcode, 126, size) + payload
    return pack("!BBQ", opcode, 127, size) + payload


def ready(codec: Codec, value: Any) -> bytes:
    """Encode and frame."""
    return frame(codec, encode(codec, value))


def event(entry: Entry, room_name: str) -> dict[str, Any]:
    """The client event a log entry stands for; `room_name` is the short name clients know."""
    told = _head(entry, room_name)
    told.update(msgspec.msgpack.decode(entry.body))
    return told


def event_payload(codec: Codec, entry: Entry, room_name: str) -> bytes:
    """`encode(codec, event(entry, room_name))`, without decoding the body where it can be spliced in."""
    if codec is _JSON:
        return _write_json(event(entry, room_name))
    first, at = entry.body[0], 1
    if first & 0xF0 == 0x80:
        count = first & 0x0F
    elif first == 0xDE:
        count, at = int.from_bytes(entry.body[1:3], "big"), 3
    else:
        raise ValueError(f"the body of entry {entry.id} is not a map")
    head = _head(entry, room_name)
    count += len(head)
    size = pack("!B", 0x80 | count) if count < 16 else pack("!BH", 0xDE, count)
    return size + _write_msgpack(head)[1:] + entry.body[at:]


def event_frame(codec: Codec, entry: Entry, room_name: str) -> bytes:
    """A log entry as a whole ready frame."""
    return frame(codec, event_payload(codec, entry, room_name))


def body(told: Mapping[str, Any]) -> bytes:
    """The body of a log entry: a client event without what the entry says itself (rooms/events.py, `Entry`)."""
    return _write_msgpack(told)


def unbody(body: bytes) -> dict[str, Any]:
    """A body we wrote, as a map again."""
    told: dict[str, Any] = msgspec.msgpack.decode(body)
    return told


def embed(payload: bytes) -> msgspec.Raw:
    """A payload that may stand in a list of a reply of the same codec and is written as it is."""
    return msgspec.Raw(payload)


def timestamp(ms: int) -> str:
    """Milliseconds since 1970 as RFC 3339 in UTC: `2026-03-01T12:00:00.123Z`."""
    second, rest = divmod(ms, 1000)
    return f"{_second(second)}.{rest:03d}Z"


@lru_cache(maxsize=4096)  # a hot room asks for the same second thousands of times, a page of history for a few hundred
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _head(entry: Entry, room_name: str) -> dict[str, Any]:
    place = entry.at_place
    if entry.kind in OF_A_ROOM:  # the body names its room, and no map names a key twice
        head: dict[str, Any] = {"type": entry.kind}
    else:
        head = {"type": entry.kind, "room": room_name}
    return head | {
        "id": entry.id,
        "cursor": f"{place.epoch}.{place.seq}.{place.tag}",
        "at": timestamp(entry.at),
    }


# --- reading MessagePack ---


def _unpack(payload: bytes | str) -> Any:
    if isinstance(payload, str):
        raise TypeError("a text frame on the binary codec")
    return msgpack.unpackb(
        payload,
        raw=False,
        strict_map_key=True,
        object_pairs_hook=_each_key_once,
        ext_hook=_no_extension,
        max_array_len=_MAX_LIST,
        max_map_len=_MAX_MAP,
        max_ext_len=0,  # reaches timestamps too, which never come to ext_hook
    )


def _named(read: Any) -> Any:
    """The one type to check against: checking against the union of all is built anew each time (13 µs)."""
    name = read.get("type") if isinstance(read, dict) else None
    return _COMMANDS.get(name, AnyCommand) if isinstance(name, str) else AnyCommand


def _each_key_once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key stands twice")
    return read


def _no_extension(code: int, body: bytes) -> Any:
    raise ValueError("an extension type")


# --- explaining what was wrong (off the fast road: a connection gets few of these) ---


class _HasId(msgspec.Struct):
    id: Id


class _HasType(msgspec.Struct):
    type: str


def _explain(codec: Codec, payload: bytes | str, fault: str | None) -> BadFrame:
    """Name the field and the fix. `fault` is msgspec's own sentence, None when the bytes were not even readable."""
    head = _peek(codec, payload, _HasId)
    id = None if head is None else head.id
    if fault is None:
        return BadFrame("", _NOT_JSON if codec is _JSON else _NOT_MSGPACK, id)
    kind = _peek(codec, payload, _HasType)
    if kind is None:
        if fault.startswith("Expected `object`"):
            return BadFrame("", _NOT_A_MAP, id)
        if fault.endswith("- at `key` in `$`"):
            return BadFrame("", "every key must be text", id)
        return BadFrame("type", "`type` must be the name of a command, as text", id)
    if kind.type not in _COMMANDS:
        says = "no such command: see the list in the protocol, and mind the spelling"
        return BadFrame("type", says, id, "unknown_command")
    path, says = fields.fix(_COMMANDS[kind.type], fault)
    return BadFrame(path, says or _NOT_A_MAP, id)


_Peeked = TypeVar("_Peeked", bound=msgspec.Struct)


def _peek(codec: Codec, payload: bytes | str, shape: type[_Peeked]) -> _Peeked | None:
    """One field of a frame that is wrong elsewhere, if it can be read. Skips the rest without building it."""
    try:
        if codec is _JSON:
            return msgspec.json.decode(payload, type=shape)
        return msgspec.msgpack.decode(payload, type=shape) if isinstance(payload, bytes) else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
