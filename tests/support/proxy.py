"""A TCP proxy that is in the way: between a test and whatever it talks to, with the faults of a bad network.

    async with Proxy(host="127.0.0.1", port=engine.port) as proxy:   # or path="…/engine.sock"
        proxy.port                    # listens on 127.0.0.1
        proxy.delay = 0.05            # seconds added to each chunk, both ways
        proxy.stall()                 # black hole: connections stay open, nothing moves; `proxy.flow()` ends it
        proxy.stall(down=False)       # one way only: what the client sends is lost in the dark, answers still come
        proxy.trickle = 1000          # bytes per second towards the client
        proxy.cut()                   # abort every connection now
        proxy.aim(port=other.port)    # new connections go elsewhere; cuts the old ones
        proxy.refuse = True           # new connections are aborted at once

Bytes that arrive during a stall wait and are delivered afterwards, as a network that comes back would.
"""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType

CHUNK = 65536


class Proxy:
    """One listening port, one target, and switches."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, path: str | None = None) -> None:
        self.delay = 0.0
        self.trickle = 0  # bytes per second towards the client; 0: as fast as it goes
        self.refuse = False
        self.accepted = 0  # connections taken so far
        self.carried = 0  # bytes handed on to the target
        self.port = 0  # once entered
        self._target: tuple[str, int, str | None] = (host, port, path)
        self._up, self._down = asyncio.Event(), asyncio.Event()  # set while bytes may flow that way
        self._up.set()
        self._down.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def stall(self, *, up: bool = True, down: bool = True) -> None:
        """Let nothing through: `up` towards the target, `down` towards the client."""
        if up:
            self._up.clear()
        if down:
            self._down.clear()

    def flow(self) -> None:
        """End a stall; what waited goes through."""
        self._up.set()
        self._down.set()

    def cut(self) -> None:
        """Abort every connection, both sides."""
        for writer in list(self._writers):
            writer.transport.abort()

    def aim(self, *, host: str = "127.0.0.1", port: int = 0, path: str | None = None) -> None:
        """Send new connections to another target, and cut the old ones."""
        self._target = (host, port, path)
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.accepted += 1
        try:
            if not self.refuse:
                await self._join(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._writers.discard(writer)
            self._tasks.discard(task)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port, path = self._target
        if path is not None:
            theirs, target = await asyncio.open_unix_connection(path)
        else:
            theirs, target = await asyncio.open_connection(host, port)
        self._writers.add(target)
        try:
            up = asyncio.create_task(self._move(reader, target, self._up, slow=False))
            down = asyncio.create_task(self._move(theirs, writer, self._down, slow=True))
            try:
                await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                up.cancel()
                down.cancel()
                await asyncio.gather(up, down, return_exceptions=True)
        finally:
            target.transport.abort()
            self._writers.discard(target)

    async def _move(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, may: asyncio.Event, *, slow: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(max(1, self.trickle // 10) if slow and self.trickle else CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if slow and self.trickle:
                    await asyncio.sleep(0.1)
                await may.wait()
                writer.write(piece)
                if not slow:
                    self.carried += len(piece)
                await writer.drain()
