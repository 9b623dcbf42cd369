"""The gateway: websockets on one side, connections, dispatch and the hub on the other.

    bytes ─▶ Ws ─▶ message ─▶ connection.receive ─┐ once per turn of the loop
                                  dispatch.run ◀──┴─ every call that arrived in it
    hub.chunks, hub.private ─▶ flush ─▶ ws.write     one write for each connection and tick

Who comes in is decided before anything is spent on a stranger (admission.py). A refused knock gets a plain HTTP answer
that says why.

The tick stretches with the load by itself: while a flush writes, what comes in gathers and is one batch of the next.
"""

from __future__ import annotations

import asyncio

import structlog
from websockets.http11 import Request, Response

from chat import dispatch, people, wire
from chat.admission import Door, Knock, choose
from chat.budget import BURST, COMMANDS, Budget
from chat.connection import Connection, State
from chat.listener import Listener
from chat.replies import Close
from chat.services import Services
from chat.tickets import Tickets
from chat.web import Site
from chat.ws import Limits, Ws, plain

log = structlog.get_logger("warmline.gateway")

# Writes between two turns of the loop: about two milliseconds of sending. Two turns, one in which what arrived is read
# and one in which it is judged and sent to the engine, so that a long flush is not followed by a wait for the next
# messages. Smaller slices judge in smaller batches, with cold caches: a quarter of this cost a tenth of the deliveries
# in a hundred rooms; larger ones keep one-on-one sessions waiting.
SLICE = 256
# How the tick stretches: how long a flush waits for commits on their way, as a part of the last one's length, and at
# most in seconds. Beyond fifty milliseconds people would feel it.
STRETCH, LONGEST_PAUSE = 0.15, 0.05


class Gateway:
    """The app behind a `Listener`."""

    def __init__(self, services: Services, site: Site, tickets: Tickets, bell: asyncio.Event) -> None:
        settings = services.settings.gateway
        self.services = services
        self.site = site
        self.tickets = tickets
        self.listener = Listener(
            self,
            Limits(
                open_timeout=settings.open_timeout,
                heartbeat=settings.heartbeat,
                silence=settings.silence,
                max_frame=settings.max_frame,
            ),
        )
        self.draining = False
        self.bell = bell  # the hub's: there is something to flush
        self._strangers: dict[Ws, Connection] = {}  # upgraded, no hello yet
        self._arrived: list[Connection] = []  # with something unread
        self._scheduled = False
        limited = services.settings.limits.enabled
        self._door = Door(settings, tickets, limited=limited)
        self._limited = limited
        self.sent = 0  # bytes written by `flush` since the start

    # the door

    def answer(self, request: Request, peer: str) -> Response | None:
        """Plain HTTP, a refusal, or None: go on with the handshake."""
        path = request.path.partition("?")[0]
        if path != "/ws" or request.method != "GET":
            tags = request.headers.get_all("If-None-Match")  # `get` would raise for a header said twice
            packing = ", ".join(request.headers.get_all("Accept-Encoding"))
            page = self.site.answer(request.method, request.path, ", ".join(tags) or None, packing)
            return plain(page.status, _phrase(page.status), page.headers, page.body)
        turned = self._door.refusal(
            knock_of(request, peer),
            draining=self.draining,
            here=len(self.listener.live),
            wall=self.services.wall(),
            now=self.services.ticks(),
        )
        if turned is None:
            return None
        self.services.metrics.turned_away(turned.status)
        log.info("handshake_refused", status=turned.status)
        fields = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), *turned.headers]
        return plain(turned.status, _phrase(turned.status), fields, turned.says.encode())

    def choose(self, offered: list[str]) -> str | None:
        """The first codec offered that we speak."""
        return choose(offered)

    def opened(self, ws: Ws) -> None:
        """A stranger is in the hall; hello is due within `hello_timeout`."""
        rate = COMMANDS if self._limited else 0.0
        subprotocol = ws.subprotocol
        if subprotocol is None:
            raise AssertionError("the door let in a websocket without a subprotocol")
        connection = Connection(wire.Codec(subprotocol), Budget(rate, BURST), ws)
        ws.connection = connection
        self._strangers[ws] = connection
        self.services.metrics.connected(1)

    # in

    def message(self, ws: Ws, payload: bytes | str) -> None:
        """One message of a client. Read in its turn, with all that arrived in this turn of the loop."""
        connection = ws.connection
        if not isinstance(connection, Connection):
            return
        if isinstance(payload, str) is not (connection.codec is wire.Codec.JSON):
            ws.fail(Close.WRONG_FRAME, "text frames for JSON, binary frames for MessagePack")
            return
        connection.receive(payload)
        if connection.full:
            ws.pause()
        self._arrived.append(connection)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._run)

    def _run(self) -> None:
        """Start everything that arrived."""
        self._scheduled = False
        arrived, self._arrived = self._arrived, []
        now = self.services.ticks()
        calls = []
        for connection in dict.fromkeys(arrived):
            started = connection.start(now)
            calls += started
            if not started or connection.outbox or connection.closing:
                self.services.hub.touch(connection)  # so that reading goes on, even if nothing came of what was read
        if calls:
            dispatch.run(self.services, calls)

    # out

    async def flush_forever(self) -> None:
        """Write what the hub has, a slice at a time, whenever the bell rings.

        After a flush that took long, what came in meanwhile is read, judged and committed first, for a part of that
        length at most, and leaves as one chunk. With nothing on its way to the engine there is no wait.
        """
        ticks, took = self.services.ticks, 0.0
        while True:
            await self.bell.wait()
            until = ticks() + min(took * STRETCH, LONGEST_PAUSE)
            await turn()
            while (self._scheduled or self.services.backplane.waiting) and ticks() < until:
                await turn()
            self.bell.clear()
            began = ticks()
            await self.flush()
            took = ticks() - began

    async def flush(self) -> None:
        """One tick of writing."""
        hub = self.services.hub
        for place, (connection, chunk) in enumerate(hub.chunks(), 1):
            connection.ws.write(chunk)
            self.sent += len(chunk)
            if place % SLICE == 0:
                await turn()
        for place, (connection, waiting) in enumerate(hub.private(), 1):
            if waiting:
                connection.ws.write(waiting)
                self.sent += len(waiting)
            self._advance(connection)
            if place % SLICE == 0:
                await turn()
        slow, hub.slow = hub.slow, []
        for connection in dict.fromkeys(slow):
            if connection.state is not State.CLOSED:
                connection.ws.abort(Close.SLOW)

    def _advance(self, connection: Connection) -> None:
        """What an answered command makes possible: the next one, reading again, closing."""
        ws = connection.ws
        if connection.closing is not None:
            # Whose token is not good any more does not stay by not reading what is still to be said.
            if not connection.outbox or connection.closing[0] is Close.EXPIRED:
                ws.close(*connection.closing)
            return
        if connection.state is State.OPEN:
            self._strangers.pop(ws, None)
        if connection.unread:
            self._arrived.append(connection)
            if not self._scheduled:
                self._scheduled = True
                asyncio.get_running_loop().call_soon(self._run)
        if not connection.full:
            ws.unpause()

    def behind(self, ws: Ws) -> None:
        """The client reads more slowly than its room talks."""
        if isinstance(ws.connection, Connection):
            ws.connection.paused = True

    def resumed(self, ws: Ws) -> None:
        """It has caught up with what was in the socket; its outbox is next."""
        if isinstance(ws.connection, Connection):
            ws.connection.paused = False
            self.services.hub.touch(ws.connection)

    def lost(self, ws: Ws, code: int) -> None:
        """The websocket is gone."""
        connection, ws.connection = ws.connection, None
        self._strangers.pop(ws, None)
        if not isinstance(connection, Connection):
            return
        people.depart(self.services, connection)
        self.services.metrics.connected(-1)
        self.services.metrics.closed(int(code))

    # time

    def tick(self) -> None:
        """Once a second: timeouts, tokens that run out, words kept long enough, strangers without a hello."""
        self.listener.tick()
        wall = self.services.wall()
        self.services.hub.lately.forget(self.services.ticks())
        for connection in self.everyone():
            if connection.expire(wall):
                self.services.hub.touch(connection)
        patience = self.services.settings.gateway.hello_timeout
        for ws in [ws for ws in self._strangers if self.listener.seconds - ws.since > patience]:
            del self._strangers[ws]
            ws.close(Close.NO_HELLO, "no hello in time")

    def everyone(self) -> list[Connection]:
        """Every open conversation."""
        return [ws.connection for ws in self.listener.live if isinstance(ws.connection, Connection)]


async def turn() -> None:
    """Let the rest of the node have its turn: reading, and then what was read."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


_PHRASES = {
    200: "OK", 304: "Not Modified", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    414: "URI Too Long", 429: "Too Many Requests", 503: "Service Unavailable",
}  # fmt: skip


def _phrase(status: int) -> str:
    return _PHRASES.get(status, "Unknown")


def knock_of(request: Request, peer: str) -> Knock:
    """A handshake as admission.py reads it; `peer` is the address of the socket."""
    headers = request.headers
    offered = ",".join(headers.get_all("Sec-WebSocket-Protocol"))
    return Knock(
        path=request.path,
        peer=peer,
        origins=headers.get_all("Origin"),
        hosts=headers.get_all("Host"),
        offered=[name.strip() for name in offered.split(",") if name.strip()],
        forwarded=headers.get_all("X-Forwarded-For"),
    )
