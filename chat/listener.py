"""A listening socket, its websockets, and the second hand that serves all their timeouts.

Thousands of connections have thousands of deadlines: a handshake to finish, a ping to answer, a socket to drain, a
close to complete. One `tick` a second looks at all of them; there is no timer for a connection. What stands behind
the websockets is the `app` (chat/ws.py says what it must answer): the gateway, or an echo in the protocol tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from typing import cast

from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from chat.ws import App, Limits, Ws

# The kernel may hold this much unsent; more would hide slowness from us.
NOTSENT_LOWAT = 16 * 1024
PING = b"\x89\x00"


class Listener:
    """A listening socket, its websockets, and the second hand that serves all their timeouts."""

    def __init__(self, app: App, limits: Limits) -> None:
        self.app = app
        self.limits = limits
        self.live: dict[Ws, None] = {}
        self.seconds = 0  # since the start; moved by `tick`
        self.received = 0  # bytes, since the start
        self._closing: dict[Ws, int] = {}  # websocket → the second it is dropped at
        self._servers: list[asyncio.AbstractServer] = []

        def choose(_: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
            return cast(Subprotocol | None, app.choose(list(offered)))

        self.choose = choose  # a function, not a method: the library binds it to each of its protocols

    async def listen(self, sock: socket.socket, backlog: int = 4096) -> None:
        """Accept on a bound socket until `stop`."""
        with contextlib.suppress(OSError, AttributeError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOTSENT_LOWAT)  # inherited by what it accepts
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(lambda: Ws(self), sock=sock, backlog=backlog))

    def stop(self) -> None:
        """Accept nobody any more; who is here stays."""
        for server in self._servers:
            server.close()

    def close_later(self, ws: Ws) -> None:
        """Drop this socket in `close_timeout` seconds, whatever the client does."""
        self._closing.setdefault(ws, self.seconds + max(1, round(self.limits.close_timeout)))

    def tick(self) -> None:
        """A second has passed: pings, silence, half-open handshakes, sockets that will not close."""
        self.seconds += 1
        now, limits = self.seconds, self.limits
        for ws, at in list(self._closing.items()):
            if ws not in self.live:
                del self._closing[ws]
            elif now >= at:
                del self._closing[ws]
                ws.transport.abort()
        turn = max(1, round(limits.heartbeat))
        for ws in list(self.live):
            if not ws.is_open:
                if now - ws.since > limits.open_timeout and ws not in self._closing:
                    ws.transport.abort()
                continue
            if ws.behind_since is not None and ws.unsent < ws.owed:
                ws.heard = ws.behind_since = now  # a client that takes bytes lives, however slowly
                ws.owed = ws.unsent
            elif not ws.reading:
                ws.heard = now  # its signs of life stand unread, and that is our doing
            if now - ws.heard > limits.silence:
                ws.abort(4112)
            elif ws.behind_since is not None and now - ws.behind_since > limits.stuck:
                ws.abort(4108)
            elif (now - ws.since) % turn == 0 and ws.behind_since is None:
                ws.write(PING)

    async def aclose(self) -> None:
        """Stop listening and drop everyone."""
        self.stop()
        for ws in list(self.live):
            ws.transport.abort()
        for server in self._servers:
            await server.wait_closed()
