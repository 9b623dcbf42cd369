"""Servers as processes of their own: started by their command, spoken to through their pipes, ended by their pid."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chat.datadir import alive

ROOT = Path(__file__).parents[2]

# A node imports for a second on a busy machine and starts an engine; a broken one should not hang the run.
READY_WITHIN = 30.0


@dataclass
class Served:
    """A running server: its process, the address it told, what it said on stderr so far."""

    process: asyncio.subprocess.Process
    url: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def ended(self, within: float = 20.0) -> int:
        """Its exit code."""
        async with asyncio.timeout(within):
            return await self.process.wait()


@asynccontextmanager
async def started(*words: str, environ: dict[str, str] | None = None) -> AsyncIterator[Served]:
    """Run a Python program that tells `ready url=…`; it is killed at the end if it still runs."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("WARMLINE_")} | (environ or {})
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=env, cwd=ROOT
    )
    served = Served(process)
    listening = asyncio.ensure_future(_keep(process, served.errors))
    try:
        if process.stdout is None:
            raise AssertionError("stdout was asked for")
        async with asyncio.timeout(READY_WITHIN):
            line = (await process.stdout.readline()).decode()
        if not line.startswith("ready url="):
            await listening
            raise AssertionError(f"it did not become ready: {line!r} {''.join(served.errors)}")
        served.url = line.removeprefix("ready url=").strip()
        yield served
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        listening.cancel()


async def _keep(process: asyncio.subprocess.Process, lines: list[str]) -> None:
    if process.stderr is not None:
        while line := await process.stderr.readline():
            lines.append(line.decode(errors="replace"))


async def gone(*pids: int, within: float = 10.0) -> None:
    """Wait until none of the processes runs any more."""
    async with asyncio.timeout(within):
        while any(alive(pid) for pid in pids):
            await asyncio.sleep(0.005)  # nobody tells us about processes that are not our children


def children(pid: int) -> list[int]:
    """Pids of all descendants that run now."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for word in file.read_text().split():
            found += [int(word), *children(int(word))]
    return found
