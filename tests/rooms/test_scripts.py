"""Scripts: whole, registered under the hash we call them by, with a legend on top."""

from __future__ import annotations

import hashlib

import hiredis
import pytest

from rooms import scripts
from rooms.events import RoomKey
from rooms.scripts import FOLDER, OPENING, VERBS, call, pack, read, registrations
from tests.support.engines import Engine

ROOM = RoomKey("adult/postpartum")


def test_what_several_verbs_share_is_included_once() -> None:
    source = read("commit").source
    assert b"-- include:" not in source
    assert source.count(b"local function append(") == 1
    assert read("commit").sha == hashlib.sha1(source).hexdigest()


@pytest.mark.parametrize("name", [*VERBS, "log"])
def test_every_script_begins_with_what_it_does_and_a_legend(name: str) -> None:
    text = (FOLDER / f"{name}.lua").read_text("utf-8")
    assert text.startswith("-- ")
    assert "\n-- KEYS" in text
    assert "\n-- ARGV" in text
    assert name == "log" or "\n-- returns" in text


async def test_the_engine_registers_each_verb_under_our_hash(steady_engine: Engine) -> None:
    for name in VERBS:
        script = scripts.scripts()[name]
        assert await steady_engine.ask("SCRIPT", "LOAD", script.source) == script.sha.encode()
    assert len(registrations()) == len(VERBS)


def test_calls_are_packed_as_the_engine_reads_them() -> None:
    assert pack(b"GET", b"a\r\nb") == hiredis.pack_command(("GET", b"a\r\nb"))  # type: ignore[arg-type]
    reader = hiredis.Reader()
    reader.feed(call("fork", ROOM, b"old", b"new"))
    words = reader.gets()
    assert len(words) == OPENING + 2
    assert words[:3] == [b"EVALSHA", scripts.scripts()["fork"].sha.encode(), b"6"]
    assert words[3] == b"warm:{adult/postpartum}:log"
    assert words[-3:] == [b"warm:{adult/postpartum}:ch", b"old", b"new"]
