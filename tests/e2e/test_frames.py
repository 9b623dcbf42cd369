"""Frames no honest client sends, and the whole of RFC 6455 as Autobahn asks for it (X9-X15)."""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import sysconfig
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.http11 import Request, Response

from chat.listener import Listener
from chat.ws import Limits, Ws
from tests.support.raw import BINARY, CONT, JSON, MSGPACK, PING, PONG, TEXT, Raw, frame
from tests.support.server import Server

WHOLE = 64 * 1024


@asynccontextmanager
async def others_unaffected(server: Server) -> AsyncIterator[None]:
    """Somebody else's round trips while the block runs: under 100 ms in the median."""
    trips: list[float] = []
    enough = asyncio.Event()

    async def ping(raw: Raw) -> None:
        while not enough.is_set() or len(trips) < 3:
            started = time.monotonic()
            await raw.ask("ping")
            trips.append(time.monotonic() - started)
            await asyncio.sleep(0.02)  # the pace of the measurement

    async with Raw.upgraded(server.url) as raw, asyncio.TaskGroup() as group:
        await raw.hello()
        group.create_task(ping(raw))
        yield
        enough.set()
    assert statistics.median(trips) < 0.1


async def closing(server: Server, *frames: bytes, subprotocol: str = JSON) -> int:
    async with Raw.upgraded(server.url, subprotocol) as raw:
        await raw.send(b"".join(frames))
        return await raw.closed()


async def test_a_frame_over_the_limit_is_too_big_and_costs_no_memory(server: Server) -> None:
    """X9: 64 KiB and a byte, and one that announces 2^62."""
    hostile = [frame(TEXT, b"x" * (WHOLE + 1)), frame(TEXT, b"", size=2**62)]
    for bad in hostile:
        assert await closing(server, bad) == 1009
    before = server.rss()
    for _ in range(20):
        for bad in hostile:
            assert await closing(server, bad) == 1009
    assert server.rss() - before < 1024 * 1024 * 10


async def test_the_longest_frame_allowed_is_read(server: Server) -> None:
    """X9: the limit itself is inside."""
    async with Raw.upgraded(server.url) as raw:
        await raw.hello()
        said = json.dumps({"type": "ping", "id": 9, "x": ""})
        await raw.frame(TEXT, (said[:-2] + "x" * (WHOLE - len(said)) + said[-2:]).encode())
        assert (await raw.answer_to(9))["type"] == "pong"


async def test_compression_is_not_negotiated_and_compressed_frames_are_errors(server: Server) -> None:
    """X10: a bomb never reaches an inflater."""
    squeezer = zlib.compressobj(wbits=-15)
    bomb = squeezer.compress(b"0" * 30_000_000) + squeezer.flush()
    async with Raw.open(server.url) as raw:
        offer = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
        answer = await raw.upgrade(extra=[offer])
        assert "sec-websocket-extensions" not in answer.headers
        await raw.frame(TEXT, bomb, rsv=4)
        assert await raw.closed() == 1002
    small = frame(TEXT, zlib.compressobj(wbits=-15).flush(), rsv=4)
    assert await closing(server, small * 1000) == 1002


@pytest.mark.parametrize(("pieces", "size"), [(400_000, 0), (WHOLE, 1)])
async def test_a_message_in_countless_fragments_is_too_big(server: Server, pieces: int, size: int) -> None:
    """X11."""
    before = server.cpu()
    async with others_unaffected(server):
        flood = frame(TEXT, b"", fin=False) + frame(CONT, b"x" * size, fin=False) * pieces
        assert await closing(server, flood) == 1009
    assert server.cpu() - before < 3


@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"])
async def test_text_that_is_not_utf8_ends_the_connection(server: Server, bad: bytes) -> None:
    """X12: whole, in fragments, and cut inside a character."""
    assert await closing(server, frame(TEXT, b'{"type":"' + bad)) == 1007
    assert await closing(server, frame(TEXT, b'{"x":"', fin=False), frame(CONT, bad)) == 1007


async def test_a_character_split_over_fragments_is_whole_again(server: Server) -> None:
    async with Raw.upgraded(server.url) as raw:
        await raw.hello()
        said = '{"type":"ping","id":9,"x":"é"}'.encode()
        cut = said.index(b"\xa9")
        await raw.send(frame(TEXT, said[:cut], fin=False) + frame(PING, b"now") + frame(CONT, said[cut:]))
        assert (await raw.read()).opcode == PONG
        assert (await raw.answer_to(9))["type"] == "pong"


async def test_the_wrong_kind_of_frame_ends_the_connection(server: Server) -> None:
    """X13: binary where JSON is spoken, text where MessagePack is."""
    assert await closing(server, frame(BINARY, b'{"type":"ping","id":1}')) == 1003
    assert await closing(server, frame(TEXT, b"{}"), subprotocol=MSGPACK) == 1003


@pytest.mark.parametrize(
    "bad",
    [
        frame(TEXT, b"{}", masked=False),
        frame(TEXT, b"{}", rsv=2),
        frame(0x3, b""),
        frame(0xB, b""),
        frame(CONT, b"x"),
        frame(PING, b"x" * 126),
        frame(PING, b"x", fin=False),
        frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"),
    ],
    ids=[
        "unmasked",
        "reserved bit",
        "reserved opcode",
        "reserved control",
        "nothing to continue",
        "long ping",
        "split ping",
        "interleaved",
    ],
)
async def test_a_broken_frame_is_a_protocol_error(server: Server, bad: bytes) -> None:
    assert await closing(server, bad) == 1002


@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_a_flood_of_control_frames_is_cut_off_cheaply(server: Server, opcode: int) -> None:
    """X14: the socket is dropped; a fifth of a second of CPU was allowed, ten times that is the ceiling."""
    before = server.cpu()
    async with others_unaffected(server), Raw.upgraded(server.url) as raw:
        await raw.hello()
        await raw.send(frame(opcode, b"x") * 200_000)
        await raw.closed()
    assert server.cpu() - before < 2


class Echo:
    """What Autobahn's cases talk to: the gateway's own listener and limits, saying back what it hears."""

    def answer(self, request: Request, peer: str) -> Response | None:
        return None

    def choose(self, offered: list[str]) -> str | None:
        return None

    def opened(self, ws: Ws) -> None:
        pass

    def message(self, ws: Ws, payload: bytes | str) -> None:
        ws.send(payload)

    def behind(self, ws: Ws) -> None:
        pass

    def resumed(self, ws: Ws) -> None:
        pass

    def lost(self, ws: Ws, code: int) -> None:
        pass


async def test_autobahns_cases_pass_on_the_gateways_own_listener(tmp_path: Path) -> None:
    """X15: only 7.1.5 deviates, by design of the websocket library. No category 9 (64 KiB frames), 12, 13 (deflate)."""
    listener = Listener(Echo(), Limits())
    sock = socket.create_server(("127.0.0.1", 0))
    sock.setblocking(False)
    await listener.listen(sock)
    out = ["-x", "9.*", "-x", "12.*", "-x", "13.*", "-o", str(tmp_path)]
    command = Path(sysconfig.get_path("scripts"), "kosoku")

    async def seconds() -> None:
        while True:
            await asyncio.sleep(1)
            listener.tick()

    clock = asyncio.ensure_future(seconds())
    try:
        async with asyncio.timeout(300):
            run = await asyncio.create_subprocess_exec(
                str(command), *out, f"ws://127.0.0.1:{sock.getsockname()[1]}/",
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            said, _ = await run.communicate()
    finally:
        clock.cancel()
        await listener.aclose()
    (report,) = tmp_path.rglob("index.json")
    cases = next(iter(json.loads(report.read_text()).values()))
    assert len(cases) > 200, said.decode()
    failed = {name for name, case in cases.items() if "FAILED" in (case["behavior"], case["behaviorClose"])}
    assert failed <= {"7.1.5"}
