"""A very small node: answers every connection with one line about itself. Tests of the parent run this one.

    chat/workers.py starts it by its name, `tests.support.plain_node:serve`, as it would the real one.

The line is `<pid> <engine url> <room count>`. It drains for as long as `drain.window` says; a second SIGTERM ends the
drain. With `gateway.max_frame: 13` it cannot start, with 17 it refuses to.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from chat.datadir import Unusable
from chat.settings import Settings

# Settings that nobody would use, so that tests can ask for a fault through the ordinary road.
BROKEN, REFUSING = 13, 17


async def serve(settings: Settings, *, engine_url: str, ready: Callable[[str], None], reuse_port: bool = False) -> int:
    """As chat.node.serve."""
    if settings.gateway.max_frame == BROKEN:
        raise RuntimeError("asked to fail")
    if settings.gateway.max_frame == REFUSING:
        raise Unusable("asked to refuse; ask for something else")
    signals: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.put_nowait, number)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{os.getpid()} {engine_url} {len(settings.rooms)}\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, settings.gateway.host, settings.gateway.port, reuse_port=reuse_port)
    host, port = server.sockets[0].getsockname()[:2]
    ready(f"http://{host}:{port}")
    await signals.get()
    server.close()
    try:
        async with asyncio.timeout(settings.drain.window):
            await signals.get()
    except TimeoutError:
        pass
    return 0
