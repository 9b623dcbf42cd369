"""The parent: of the embedded engine, and of the workers when there are several.

    code = run(serve(settings, workers=4, say=print))

One worker is the node itself, in this process. More are processes of their own which share the port (the kernel deals
new connections out to them) and the engine; the parent then only watches:

* a worker that dies is started again after 0.1 s, doubling to 5 s while it keeps dying;
* SIGTERM and Ctrl-C are passed on, so that each worker drains; a second one ends the drain at once;
* SIGHUP is passed on too: each worker reads its books again;
* `say` hears the address once, when every worker serves.

Workers are spawned, never forked: a forked one would inherit the pipe that keeps the engine alive. Each has a pipe
from the parent on its stdin, which brings its job (settings, with the secret: not for an argument list) and then
stays open: when it closes the parent is gone, however it went, and the worker ends at once. A drain would only keep
the port from the successor.

Sharing a port hides that somebody else has it, so it is claimed exclusively first. Failure: `Unusable` for what a
person has to put right (the command line's exit code 2); a worker that ends with 2 before it served ends them all.
"""

from __future__ import annotations

import asyncio
import errno
import importlib
import os
import pickle
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from chat import logs
from chat.datadir import Unusable
from chat.settings import Settings
from chat.valkey import EmbeddedEngine
from rooms.backplane import EngineAway

log = structlog.get_logger("chat.workers")

# `module:function` of what a worker runs; tests put a smaller one in its place.
NODE = "chat.node:serve"

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between restarts of one worker
STEADY = 30.0  # a worker that served this long was well: the next pause is the first one again
# Why a port cannot be had, and what to do.
NO_PORT = {
    errno.EADDRINUSE: "gateway.port {port} on {host} is in use by another program; stop it, or set another port",
    errno.EACCES: "gateway.port {port} may not be used by this user; set one above 1023",
    errno.EADDRNOTAVAIL: "gateway.host {host} is not an address of this machine; use 127.0.0.1 or 0.0.0.0",
}
UNUSABLE = 2  # exit code: a person has to put something right


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told through its pipe."""

    number: int
    entry: str
    engine_url: str = field(repr=False)
    settings: Settings


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run `main` on the fastest loop there is."""
    try:
        import uvloop
    except ImportError:
        factory = None
    else:
        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


async def serve(settings: Settings, workers: int, say: Callable[[str], None], entry: str = NODE) -> int:
    """Bring up the engine if it is ours, then one node here or several workers. Returns the exit code.

    Raises Unusable, before anything was started where possible.
    """
    host, port = settings.gateway.host, settings.gateway.port
    claim(host, port, shared=False).close()
    if workers == 1:
        async with engine_for(settings) as url:
            return await live(entry, settings, engine_url=url, ready=say)
    with closing(claim(host, port, shared=True)) as place:  # never listens: it holds the port between restarts
        settings = settings.with_port(place.getsockname()[1])
        async with engine_for(settings) as url:
            return await Crew(settings, url, workers, say, entry).run()


@asynccontextmanager
async def engine_for(settings: Settings) -> AsyncIterator[str]:
    """The engine's address; an embedded one runs, and is watched over, as long as the context lasts."""
    if not settings.embedded:
        yield settings.redis.url
        return
    engine = EmbeddedEngine(settings.data_dir, settings.engine.durability)
    await engine.start()
    log.info("engine_started", pid=engine.pid)
    watching = asyncio.ensure_future(engine.run())
    try:
        yield engine.url
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await engine.stop()


async def live(entry: str, settings: Settings, **told: Any) -> int:
    """Run the node that `entry` names. Raises Unusable where its engine cannot be reached at the start."""
    module, _, name = entry.partition(":")
    node: Callable[..., Coroutine[Any, Any, int]] = getattr(importlib.import_module(module), name)
    try:
        return await node(settings, **told)
    except EngineAway as reason:  # later on a node lives through this; here nobody has been served yet
        remedy = "see engine.log in its directory" if settings.embedded else "start it, or mend redis.url"
        raise Unusable(f"the engine cannot be used ({reason}); {remedy}") from None
    except OSError as error:
        if error.errno not in NO_PORT:
            raise
        # Somebody took the port between our claim and the node's.
        raise Unusable(_no_port(settings.gateway.host, settings.gateway.port, error)) from None


def claim(host: str, port: int, *, shared: bool) -> socket.socket:
    """A socket bound to the port. Not `shared`: fails if anybody has it, sharing or not. Raises Unusable."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise Unusable(f"gateway.host {host} is not known here; use 127.0.0.1, or 0.0.0.0 for every address") from None
    place = socket.socket(family, kind)
    try:
        # REUSEADDR overlooks connections that linger after their listener is gone, never a listener.
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT if shared else socket.SO_REUSEADDR, 1)
        place.bind(address)
    except OSError as error:
        place.close()
        raise Unusable(_no_port(host, port, error)) from None
    return place


def _no_port(host: str, port: int, error: OSError) -> str:
    says = NO_PORT.get(error.errno or 0, f"gateway.port {{port}} on {{host}} cannot be used ({error.strerror})")
    return says.format(host=host, port=port)


class Crew:
    """The workers of one parent. State is per worker: its process while it runs, whether it has served."""

    def __init__(self, settings: Settings, engine_url: str, size: int, say: Callable[[str], None], entry: str) -> None:
        self._jobs = [Job(number, entry, engine_url, settings) for number in range(1, size + 1)]
        self._say = say
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self._up: set[int] = set()  # numbers of workers that are ready now
        self._served: set[int] = set()  # numbers of workers that have been ready at least once
        self._signals = 0
        self._stopping = asyncio.Event()
        self._code = 0

    async def run(self) -> int:
        """Watch over all workers until a signal has ended them."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        if not os.isatty(0):
            loop.add_signal_handler(signal.SIGHUP, self._read_again)
        try:
            async with asyncio.TaskGroup() as group:
                for job in self._jobs:
                    group.create_task(self._watch(job))
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)
        return self._code

    def _read_again(self) -> None:
        """Pass SIGHUP on: every worker reads its books again (books.py)."""
        for number in self._up:  # one that is starting reads them anyway
            with suppress(ProcessLookupError):
                self._running[number].send_signal(signal.SIGHUP)

    def _end(self) -> None:
        """Pass SIGTERM on, each time we hear one: the first drains, the second ends."""
        self._signals += 1
        self._stopping.set()
        for process in self._running.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)

    async def _watch(self, job: Job) -> None:
        """Keep one worker running."""
        clock = asyncio.get_running_loop().time
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            since = clock()
            code = await self._live(job)
            if self._stopping.is_set():
                self._code = self._code or max(code, 0)
                return
            if code == UNUSABLE and job.number not in self._served:
                self._code = UNUSABLE
                self._end()
                return
            pause = FIRST_PAUSE if clock() - since > STEADY else pause
            log.error("worker_died", worker=job.number, code=code, restart_in=pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _live(self, job: Job) -> int:
        """One life of a worker, from its start to its exit code."""
        # -P: the working directory is no place to import from.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "chat.workers",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C goes to us; we pass it on
        )  # fmt: skip
        self._running[job.number] = process
        try:
            if process.stdin is None or process.stdout is None:
                raise AssertionError("both pipes were asked for")
            with suppress(ConnectionError):
                process.stdin.write(_packed(job))
                await process.stdin.drain()
            if self._signals:  # came while it was being started
                process.send_signal(signal.SIGTERM)
            if address := (await process.stdout.readline()).decode().strip():
                self._ready(job, address)
            return await process.wait()
        finally:
            del self._running[job.number]
            self._up.discard(job.number)
            if process.returncode is None:  # we are being ended by an error of our own
                process.kill()

    def _ready(self, job: Job, address: str) -> None:
        log.info("worker_ready", worker=job.number)
        self._up.add(job.number)
        before = len(self._served)
        self._served.add(job.number)
        if before < len(self._served) == len(self._jobs):
            self._say(address)


def _packed(job: Job) -> bytes:
    content = pickle.dumps(job)
    return len(content).to_bytes(8, "big") + content


def work(pipe: int, out: int) -> int:
    """A worker's life: read the job from `pipe`, serve, tell the address on `out`; end when `pipe` does."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the node listens for it
    with os.fdopen(os.dup(pipe), "rb") as source:
        size = int.from_bytes(source.read(8), "big")
        content = source.read(size)
    if not size or len(content) < size:
        return 1  # the parent ended before we had begun
    job: Job = pickle.loads(content)  # our parent's words, through a pipe nobody else has
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()
    logs.configure(job.settings.log, node=f"worker-{job.number}")

    def ready(address: str) -> None:
        os.write(out, address.encode() + b"\n")

    try:
        return run(live(job.entry, job.settings, engine_url=job.engine_url, ready=ready, reuse_port=True))
    except Unusable as error:
        print(f"warmline: {error}", file=sys.stderr)  # noqa: T201
        return UNUSABLE


def _end_with(pipe: int) -> None:
    """Wait for the end of the parent and follow it, whatever the loop is doing."""
    while os.read(pipe, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    from chat.workers import work as start  # so that a Job's type has one name, here and in the parent

    told = os.dup(1)
    os.dup2(2, 1)  # what anybody prints belongs to the log
    raise SystemExit(start(0, told))
