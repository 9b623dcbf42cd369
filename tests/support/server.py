"""A real `warmline serve` process for tests: started, told apart by its pid, measured, ended by signal.

    async with serving(tmp_path) as server:                     # embedded engine, a free port
        Client(server.ws, guest={"band": "adult"})
    async with serving(tmp_path, redis_url=engine.url, sets={"limits.enabled": "false"}) as server:
        await server.kill()                                     # kill -9 by pid, waits
        await server.start()                                    # again, same directory and port

The server runs from the tree the tests are in. What it prints goes to `server.log()`; nothing is parsed but the line
`ready url=…`. Rate limits stay on unless the test lifts them.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.support.processes import ROOT, children

READY = re.compile(rb"^ready url=(http://\S+)", re.MULTILINE)
# Half a second on a quiet machine; the embedded engine and a cold cache may take longer.
START_WITHIN = 30.0
# A drain of the default window and a little; after that the test fails and the process is killed.
END_WITHIN = 30.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

# On a busy machine a filter over its budget would hold what tests expect delivered (F45).
PATIENT = {"moderation.budget_ms": "20000"}
# For tests that say a great deal.
OPEN = {**PATIENT, "limits.enabled": "false"}


@dataclass(kw_only=True)
class Server:
    """One server process on one data directory."""

    directory: Path
    sets: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    ahead: float = 0.0  # seconds by which its clock is wrong (tests/support/skewed.py)
    url: str = ""  # http://host:port, from the ready line
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    output: BinaryIO | None = field(default=None, repr=False)
    read_from: int = 0  # where this start's output begins

    @property
    def ws(self) -> str:
        """The websocket address."""
        return self.url.replace("http", "ws", 1) + "/ws"

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def pid(self) -> int:
        if self.process is None:
            raise AssertionError("the server is not running")
        return self.process.pid

    async def start(self) -> None:
        """Start and wait for the ready line. A second start uses the port of the first."""
        if self.process is not None:
            raise AssertionError("the server is running already")
        await self.spawn()
        async with asyncio.timeout(START_WITHIN):
            while (found := READY.search(self.log().encode()[self.read_from :])) is None:
                if self.process is None or self.process.returncode is not None:
                    raise AssertionError(f"the server did not start:\n{self.log()[self.read_from :]}")
                await asyncio.sleep(0.02)  # another process: its output is the only sign
        self.url = found.group(1).decode()
        self.sets["gateway.port"] = str(self.port)

    async def spawn(self) -> None:
        """Start the process without waiting for anything."""
        file = self.directory / "server.log"
        self.output = file.open("ab")
        self.read_from = file.stat().st_size
        sets = [word for key, value in self.sets.items() for word in ("--set", f"{key}={value}")]
        entry = ["-m", "tests.support.skewed", str(self.ahead)]
        if not self.ahead:
            entry = ["-c", "from chat.cli import main; main()"]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *entry, "serve", *self.options, *sets,
            cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=self.output, stderr=self.output,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip

    def log(self) -> str:
        """Everything printed so far, standard output and error together."""
        file = self.directory / "server.log"
        return file.read_text(errors="replace") if file.exists() else ""

    # ending it

    async def kill(self) -> None:
        """kill -9 of the server's first process, by its pid; waits until it is gone."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM; waits for the drain and returns the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        try:
            if process.returncode is None:
                process.send_signal(how)
            async with asyncio.timeout(END_WITHIN):
                return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            if self.output is not None:
                self.output.close()

    def pause(self) -> None:
        """SIGSTOP the node's process; its connections stay open and nothing answers."""
        os.kill(self.node_pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.node_pid, signal.SIGCONT)

    # measuring it

    @property
    def node_pid(self) -> int:
        """The process that holds the listener: a child, where a parent supervises it."""
        family = [self.pid, *children(self.pid)]
        return next((pid for pid in family if self.port in listening(pid)), self.pid)

    def rss(self) -> int:
        """Resident bytes of the node's process."""
        return int(Path(f"/proc/{self.node_pid}/statm").read_text().split()[1]) * PAGE

    def cpu(self) -> float:
        """Seconds of CPU the node's process has used."""
        fields = Path(f"/proc/{self.node_pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def listening(pid: int) -> set[int]:
    """TCP ports of IPv4 this process listens on."""
    try:
        own = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    except OSError:
        return set()
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own}


@asynccontextmanager
async def serving(
    directory: Path | None = None,
    *,
    redis_url: str = "",
    sets: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
    ahead: float = 0.0,
) -> AsyncIterator[Server]:
    """A started server on `directory` (default: a temporary one); killed at the end if it still runs."""
    own = None if directory else Path(tempfile.mkdtemp(prefix="wl-"))  # short: a socket path has 107 bytes
    place = own or directory or Path()
    words = {"gateway.port": "0", "data.dir": str(place / "d"), "drain.window": "1"}
    if redis_url:
        words["redis.url"] = redis_url
    server = Server(directory=place, sets={**words, **(sets or {})}, options=options, ahead=ahead)
    try:
        await server.start()
        yield server
    finally:
        await server.kill()
        if own:
            shutil.rmtree(own, ignore_errors=True)


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[Server]:
    """One server with the embedded engine for the whole run, limits on. Do not harm it."""
    async with serving(sets=PATIENT) as lasting:
        yield lasting


@pytest.fixture(scope="session")
async def open_server() -> AsyncIterator[Server]:
    """The same without limits. Do not harm it."""
    async with serving(sets=OPEN) as lasting:
        yield lasting
