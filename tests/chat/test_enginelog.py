"""The engine's sentences become ours: one, with the remedy. Real logs of real damage are read in test_valkey.py."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from chat.enginelog import torn, why_not

BINARY = Path("/opt/a place/valkey-server")
DATA = Path("/srv/its data/engine")


def said(*sentences: str) -> str:
    return "".join(f"7:M 01 Jan 2026 00:00:00.000 # {sentence}\n" for sentence in sentences)


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("", "does not run on this system (exit code 127; it needs glibc 2.28); set redis.url"),
        (said("Can't handle RDB format version 99"), "written by another or newer engine; choose another data.dir"),
        (said("Write error: No space left on device"), "is full; make room and start again"),
        (said("something new", "something newer"), "ended while starting (something newer); see /srv/its data/engine"),
        ("7:M no sentence at all", "ended while starting (exit code 127)"),
    ],
)
def test_each_known_cause_is_one_sentence_with_its_remedy(log: str, sentence: str) -> None:
    """X63, X64."""
    told = why_not(log, 127, binary=BINARY, directory=DATA)
    assert sentence in told
    assert "\n" not in told


def test_the_repair_of_a_damaged_file_can_be_pasted_into_a_shell() -> None:
    """X64: paths with spaces stay whole, through both shells."""
    log = said("Bad file format reading the append only file a.1.incr.aof: make a backup of your AOF file")
    command = why_not(log, 1, binary=BINARY, directory=DATA).partition("repair it with: ")[2]
    words = command.replace("exec -a valkey-check-aof", "printf %s,")
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout == f"{BINARY},--fix,{DATA}/appendonlydir/a.1.incr.aof,"


def test_what_a_torn_tail_cost_is_counted_in_bytes() -> None:
    """X64."""
    log = said("!!! Warning: short read while loading!!!", "!!! Truncating the AOF a.aof at offset 90 !!!")
    assert torn(log, {"a.aof": 113, "b.aof": 7}) == {"a.aof": 23}
    assert torn(said("Ready to accept connections"), {"a.aof": 113}) == {}
    assert torn(log, {}) == {"a.aof": 0}
