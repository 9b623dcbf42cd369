"""What a browser asks of anybody but this machine, seen where it leaves: a proxy that lets nothing through.

    async with watching() as flag:                    # a flag for Chromium's command line
        …                                             # requests to this machine pass it by
        asked()                                       # ["elsewhere.example:443"]: and forgotten

Events of a page say what the page asked for; this is beneath them: it sees service workers, sockets, hints to connect
ahead and whatever else, and answers 502. The browser's own errands (its update, its sign-in) are told apart by name.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

# Chromium's own errands, to its makers; what pages fetch from the same makers (fonts, libraries, maps) is none of them.
_OWN = re.compile(r"^(?!(?:fonts|ajax|maps|www)\.googleapis)(?:[\w-]+\.)*(?:google|googleapis|gvt1|gvt2)\.com$")
_asked: list[str] = []


def asked() -> list[str]:
    """Whom the browser wanted to reach since this was asked last, but for what a test tried."""
    told = [where for where in _asked if where not in tried()]
    _asked[:] = tried()
    return told


def tried() -> list[str]:
    """Hosts of names that nobody can have: a test tries this watch with them, and a browser may knock there twice."""
    return [where for where in _asked if where.partition(":")[0].endswith(".invalid")]


def note(request: bytes) -> None:
    """Keep the host of a proxy's request line, unless it is one of the browser's own errands."""
    words = request.decode("latin-1").split()
    target = words[1] if len(words) > 1 else ""
    where = target if words[:1] == ["CONNECT"] else urlsplit(target).netloc
    if where and not _OWN.match(where.rpartition(":")[0] or where):
        _asked.append(where)


@asynccontextmanager
async def watching() -> AsyncIterator[str]:
    """Watch until the end. Gives the flag that leads a Chromium here."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        note(await reader.readline())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    try:
        yield f"--proxy-server=127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
