"""One websocket: bytes on one side, whole messages on the other.

`Ws` puts the websockets library's sans-I/O protocol under an asyncio transport. There is no task, queue or future per
connection: messages are handed to the listener's `app` in the very call in which their bytes arrive, and ready frames
are written straight to the transport. What the library does: the handshake, framing, limits, close codes. What stands
here: timers, message assembly, the flood limits, and closing.

    connecting ──request──▶ open ──close()──▶ closing ──▶ lost
        └─ open_timeout ─▶ lost                └─ close_timeout ─▶ lost

A `Listener` (listener.py) owns its websockets and serves their timeouts. Text must be UTF-8 (1007), a
message has at most `max_frame` bytes in at most `MAX_FRAGMENTS` fragments (1009), control frames come at most
`MAX_CONTROL` a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol as Shape
from typing import cast

from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import SEND_EOF, State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

# Honest clients fragment large uploads, which we do not take; 512 fragments of 128 bytes are our largest message.
MAX_FRAGMENTS = 512
# A ping a second is lively; two hundred is a flood.
MAX_CONTROL = 200
# Above this much unsent in our own memory a connection is behind, and its frames go to its outbox.
WRITE_HIGH = 64 * 1024

quiet = logging.getLogger("websockets.server")
quiet.setLevel(logging.WARNING)  # at DEBUG the library logs frames and addresses


class App(Shape):
    """What a listener needs from the program behind it."""

    def answer(self, request: Request, peer: str) -> Response | None:
        """A plain HTTP response, or None to go on with the websocket handshake. `peer`: the socket's other end."""

    def choose(self, offered: list[str]) -> str | None:
        """The subprotocol to speak, or None where none will do (`answer` has refused by then)."""

    def opened(self, ws: Ws) -> None:
        """The handshake is complete."""

    def message(self, ws: Ws, payload: bytes | str) -> None:
        """One whole message; `str` for text."""

    def behind(self, ws: Ws) -> None:
        """More is written than the client takes; whatever is written now waits in our memory."""

    def resumed(self, ws: Ws) -> None:
        """A websocket that was behind has caught up."""

    def lost(self, ws: Ws, code: int) -> None:
        """The websocket is gone; `code` as in RFC 6455, 1006 where none was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a listener allows. Seconds and bytes."""

    open_timeout: float = 10.0
    close_timeout: float = 2.0
    heartbeat: float = 10.0  # a ping this often
    silence: float = 20.0  # without any sign of life: 4112
    stuck: float = 15.0  # without a byte drained while behind: 4108
    max_frame: int = 64 * 1024


class Keeper(Shape):
    """What a websocket needs of the listener that keeps it (listener.py)."""

    app: App
    limits: Limits
    live: dict[Ws, None]
    seconds: int  # since the start
    received: int  # bytes, since the start

    @property
    def choose(self) -> Callable[[ServerProtocol, Sequence[Subprotocol]], Subprotocol | None]:
        """The subprotocol to speak, as the library asks for it."""

    def close_later(self, ws: Ws) -> None:
        """Drop this socket in `close_timeout` seconds, whatever the client does."""


class Ws(asyncio.Protocol):
    """One websocket of a listener."""

    __slots__ = (
        "_control",
        "_fragments",
        "_parts",
        "_protocol",
        "_reading",
        "_text",
        "_told",
        "app",
        "behind_since",
        "close_code",
        "connection",
        "heard",
        "is_open",
        "listener",
        "owed",
        "since",
        "transport",
        "write",
    )

    def __init__(self, listener: Keeper) -> None:
        self.listener = listener
        self.app = listener.app
        self.is_open = False
        self.connection: object | None = None  # what the app keeps with us
        self.transport: asyncio.Transport = cast(
            asyncio.Transport, None
        )  # set by connection_made, before anything else
        self.write: Callable[[bytes], None] = _nowhere  # of the transport; only while open
        self.since = self.heard = listener.seconds
        self.behind_since: int | None = None
        self.owed = 0  # bytes unsent when the listener last looked; only while behind
        self.close_code = 1006
        self._protocol = ServerProtocol(
            max_size=listener.limits.max_frame, select_subprotocol=listener.choose, logger=quiet
        )
        self._parts: bytearray | None = None  # a fragmented message on its way
        self._fragments = 0
        self._text = False
        self._told = False  # the app knows of us, and will hear when we are gone
        self._reading = True
        self._control = (0, 0)  # (second, control frames in it)

    # what asyncio says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=WRITE_HIGH)
        self.listener.live[self] = None

    def data_received(self, data: bytes) -> None:
        self.heard = self.listener.seconds
        self.listener.received += len(data)
        protocol = self._protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame):
                self._frame(event)
            elif isinstance(event, Request):
                self._request(event)
        self._write_out()

    def eof_received(self) -> bool:
        self._protocol.receive_eof()
        self._write_out()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.listener.live.pop(self, None)
        self.write = _nowhere
        self.is_open = False
        if self._told:
            rcvd = self._protocol.close_rcvd
            self.app.lost(self, self.close_code if self.close_code != 1006 or rcvd is None else rcvd.code)

    def pause_writing(self) -> None:
        self.behind_since = self.listener.seconds
        self.owed = self.unsent
        if self.is_open:
            self.app.behind(self)

    def resume_writing(self) -> None:
        self.behind_since = None
        if self.is_open:
            self.app.resumed(self)

    # what the app does

    @property
    def subprotocol(self) -> str | None:
        """What was agreed in the handshake."""
        return self._protocol.subprotocol

    @property
    def unsent(self) -> int:
        """Bytes written and not yet taken by the kernel."""
        return self.transport.get_write_buffer_size()

    @property
    def reading(self) -> bool:
        """Whether we listen to the client at all."""
        return self._reading

    def pause(self) -> None:
        """Stop reading: the client has enough unanswered."""
        if self._reading and not self.transport.is_closing():
            self._reading = False
            self.transport.pause_reading()

    def unpause(self) -> None:
        """Read again."""
        if not self._reading and not self.transport.is_closing():
            self._reading = True
            self.transport.resume_reading()

    def send(self, payload: bytes | str) -> None:
        """One message, not on the fast road: text for `str`."""
        if self._protocol.state is not State.OPEN:
            return
        if isinstance(payload, str):
            self._protocol.send_text(payload.encode())
        else:
            self._protocol.send_binary(payload)
        self._write_out()

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye; the socket closes when the client answers or `close_timeout` has passed."""
        self.close_code = code
        if self._protocol.state is State.OPEN:
            self.is_open = False
            self.write = _nowhere
            self._protocol.send_close(code, reason)
            self._write_out()
        elif self._protocol.state is State.CONNECTING:
            self.transport.abort()
        self.listener.close_later(self)

    def abort(self, code: int) -> None:
        """Drop the socket without waiting for anything. Counted under `code`, seen by the client as 1006."""
        self.close_code = code
        self.transport.abort()

    def fail(self, code: int, reason: str) -> None:
        """The client broke the protocol: close at once."""
        self.close_code = code
        self.is_open = False
        self.write = _nowhere
        if self._protocol.state is State.OPEN:
            self._protocol.fail(code, reason)
        self._write_out()
        self.listener.close_later(self)

    # inside

    def _request(self, request: Request) -> None:
        name = self.transport.get_extra_info("peername")
        response = self.app.answer(request, str(name[0]) if isinstance(name, tuple) else "")
        if response is None:
            response = self._protocol.accept(request)
        self._protocol.send_response(response)
        if self._protocol.state is State.OPEN:
            self._write_out()
            self.is_open = True
            self.write = self.transport.write
            self._told = True
            self.app.opened(self)

    def _frame(self, frame: Frame) -> None:
        if not self.is_open:
            return
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if frame.fin:
                self._whole(frame.data, opcode is Opcode.TEXT)
            else:
                self._parts = bytearray(frame.data)
                self._text = opcode is Opcode.TEXT
                self._fragments = 1
        elif opcode is Opcode.CONT:
            self._fragments += 1
            if self._parts is None or self._fragments > MAX_FRAGMENTS:
                self.fail(1009, "too many fragments")
                return
            self._parts += frame.data
            if frame.fin:
                parts, self._parts = bytes(self._parts), None
                self._whole(parts, self._text)
        elif opcode is not Opcode.CLOSE:
            second, count = self._control
            now = self.listener.seconds
            self._control = (now, count + 1 if second == now else 1)
            if self._control[1] > MAX_CONTROL:
                self.abort(1008)

    def _whole(self, payload: bytes | bytearray | memoryview, text: bool) -> None:
        if not text:
            self.app.message(self, bytes(payload))
            return
        try:
            message = str(payload, "utf-8")
        except UnicodeDecodeError:
            message = None
        if message is None:  # outside the except block: the exception would carry the words
            self.fail(1007, "text must be UTF-8")
        else:
            self.app.message(self, message)

    def _write_out(self) -> None:
        protocol = self._protocol
        for piece in protocol.data_to_send():
            if piece is SEND_EOF or piece == b"":
                self._half_close()
            elif not self.transport.is_closing():
                self.transport.write(piece)
        if protocol.state is not State.OPEN and self.is_open:
            self.is_open = False  # the client closed, or broke the protocol
            self.write = _nowhere
            sent = protocol.close_sent
            if sent is not None and protocol.close_rcvd is None:
                self.close_code = sent.code
            self.listener.close_later(self)

    def _half_close(self) -> None:
        if not self.transport.is_closing():
            with contextlib.suppress(OSError, RuntimeError, NotImplementedError):
                if self.transport.can_write_eof():
                    self.transport.write_eof()
        self.listener.close_later(self)


def plain(status: int, phrase: str, headers: list[tuple[str, str]], body: bytes) -> Response:
    """A plain HTTP response, closing the connection after it."""
    fields = Headers(headers)
    if "Content-Length" not in fields:  # a HEAD says how long the body would be
        fields["Content-Length"] = str(len(body))
    fields["Connection"] = "close"
    return Response(status, phrase, fields, body)


def _nowhere(_: bytes) -> None:
    """Where writes go while a websocket is not open."""
