"""A disk that can be full under an engine, and has room again.

As root: a file system of a test's own, and something to fill it with (ENOSPC). Elsewhere, or with TESTS_MOUNT=no: a
limit on how long the engine's files may grow, set on the living process and lifted again (EFBIG). The engine sees the
same either way: a write to its append-only file that fails, in the middle of its work.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.engines import Engine
from tests.support.stages import folder


@dataclass(frozen=True, slots=True)
class Disk:
    """Where an engine keeps its files. `mounted`: a file system of its own."""

    path: Path
    mounted: bool

    def fill(self, engine: Engine) -> None:
        """Leave no byte for the engine's append-only file."""
        if self.mounted:
            _take_every_byte(self._ballast)
            return
        longest = max(file.stat().st_size for file in self.path.rglob("*.aof"))
        resource.prlimit(engine.pid, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))

    def empty(self, engine: Engine) -> None:
        """There is room again."""
        if self.mounted:
            self._ballast.unlink()
        else:
            everything = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(engine.pid, resource.RLIMIT_FSIZE, everything)

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast"


@asynccontextmanager
async def small_disk(megabytes: int) -> AsyncIterator[Disk]:
    """A place that can be full: a file system of that size, or a folder where we may not mount one."""
    async with folder() as place:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
        may = os.geteuid() == 0 and os.environ.get("TESTS_MOUNT") != "no"
        mounted = may and subprocess.run(command, check=False, capture_output=True).returncode == 0
        try:
            yield Disk(place, mounted)
        finally:
            if mounted:
                subprocess.run(["umount", "-l", str(place)], check=True)


def _take_every_byte(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
