"""What the embedded engine's own log means: why it did not start, and what a torn file cost.

The engine writes sentences for its makers. Here they become one sentence for whoever runs this server, with the
remedy. Pure: the log's text comes in, words go out. A log that says nothing we know is quoted by its last line.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

_DAMAGED = re.compile(r"Bad file format reading the append only file ([\w.-]+)")
_TRUNCATED = re.compile(r"Truncating the AOF ([\w.-]+) at offset (\d+)")


def why_not(said: str, code: int, *, binary: Path, directory: Path) -> str:
    """One sentence about an engine in `directory` that ended with `code` while starting."""
    if not said:  # 126, 127: no such binary, or no loader for it (musl has none for a glibc binary)
        return (
            f"the embedded engine {binary} does not run on this system (exit code {code}; it needs glibc 2.28); "
            "set redis.url to an engine of your own"
        )
    if damaged := _DAMAGED.search(said):
        # The file itself and not its manifest: the checker of Valkey 9.1 does not know the head of 9.1's own base.
        file = directory / "appendonlydir" / damaged[1].rstrip(".")
        repair = f"exec -a valkey-check-aof {shlex.quote(str(binary))} --fix {shlex.quote(str(file))}"
        return (
            f"the engine's append-only file in {directory} is damaged; copy the directory, then repair it "
            f"with: bash -c {shlex.quote(repair)}"
        )
    if "RDB format version" in said:
        return f"{directory} was written by another or newer engine; choose another data.dir for this one"
    if "No space left" in said:
        return f"the disk of {directory} is full; make room and start again"
    last = said.strip().splitlines()[-1].partition(" # ")[2] or f"exit code {code}"
    return f"the embedded engine ended while starting ({last}); see {directory / 'engine.log'}"


def torn(said: str, sizes: Mapping[str, int]) -> dict[str, int]:
    """Files whose torn tail the engine dropped, and how many bytes; `sizes` are those before the start, by name."""
    return {file: sizes.get(file, int(kept)) - int(kept) for file, kept in _TRUNCATED.findall(said)}
