"""At the door: who may upgrade, what a stranger can and cannot do before hello (X1-X8)."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.support.raw import CLOSE, JSON, MSGPACK, TEXT, Raw
from tests.support.server import Server, serving

TOKEN = "eyJhbGciOiJIUzI1NiJ9.zebra-lantern.signature"


@pytest.fixture(scope="module")
async def hasty() -> AsyncIterator[Server]:
    """A server that waits one second for handshakes and for hello."""
    sets = {"gateway.open_timeout": "1", "gateway.hello_timeout": "1", "limits.enabled": "false"}
    async with serving(sets=sets) as server:
        yield server


def refusals(server: Server) -> int:
    return server.log().count("handshake_refused")


async def metrics(server: Server) -> bytes:
    async with Raw.open(server.url) as raw:
        return (await raw.upgrade("/metrics", without=["Upgrade", "Connection"])).body


async def ok(server: Server, origin: str | None = None) -> bool:
    async with Raw.open(server.url) as raw:
        return (await raw.upgrade(extra=[("Origin", origin)] if origin else [])).status == 101


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1.evil.example",
        "https://good.example.evil",
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "file://",
        "http://127.0.0.1:{port}@evil.example",
        "http://evil.example#http://127.0.0.1:{port}",
        "http://127.0.0.1:{port}/",
    ],
)
async def test_a_page_of_another_origin_may_not_connect(server: Server, origin: str) -> None:
    """X1: 403, one log line without the address of the page, and nothing of a conversation is begun."""
    before = refusals(server)
    async with Raw.open(server.url) as raw:
        answer = await raw.upgrade(extra=[("Origin", origin.format(port=server.port))])
        await raw.frame(TEXT, b'{"type":"hello","id":1,"guest":{"band":"adult"}}')
        assert await raw.rest() == b""
    assert answer.status == 403
    assert refusals(server) == before + 1
    assert "evil.example" not in server.log()


async def test_two_origins_are_one_too_many(server: Server) -> None:
    """X1."""
    async with Raw.open(server.url) as raw:
        assert (await raw.upgrade(extra=[("Origin", server.url), ("Origin", server.url)])).status == 400


async def test_our_own_page_and_programs_may_connect(server: Server) -> None:
    """X1, X2: a browser on our page sends our origin; a program sends none."""
    assert await ok(server, server.url)
    assert await ok(server)


async def test_where_an_origin_is_required_programs_are_refused() -> None:
    """X2."""
    async with serving(sets={"gateway.require_origin": "true"}) as strict:
        async with Raw.open(strict.url) as raw:
            assert (await raw.upgrade()).status == 403
        assert await ok(strict, strict.url)


@pytest.mark.parametrize("offer", [None, "chat", "warmline.v2.json", "warmline.v1.jsonx", "warmline.ticket.abc", ","])
async def test_without_a_known_subprotocol_the_known_ones_are_named(server: Server, offer: str | None) -> None:
    """X3."""
    async with Raw.open(server.url) as raw:
        answer = await raw.upgrade(subprotocol=offer)
    assert answer.status == 400
    assert JSON.encode() in answer.body
    assert MSGPACK.encode() in answer.body


@pytest.mark.parametrize("offer", [f"chat, {MSGPACK}, {JSON}", MSGPACK])
async def test_the_first_known_subprotocol_is_spoken(server: Server, offer: str) -> None:
    async with Raw.open(server.url) as raw:
        assert (await raw.upgrade(subprotocol=offer)).headers["sec-websocket-protocol"] == MSGPACK


@pytest.mark.parametrize(
    "path", [f"/ws?token={TOKEN}", f"/ws?x={TOKEN}", f"/?token={TOKEN}", f"/livez?access_token={TOKEN}"]
)
async def test_a_token_in_the_address_is_refused_and_written_nowhere(server: Server, path: str) -> None:
    """X4."""
    async with Raw.open(server.url) as raw:
        answer = await raw.upgrade(path)
    assert answer.status == 400
    assert b"zebra-lantern" not in answer.body
    assert answer.headers.get("referrer-policy", "no-referrer") == "no-referrer"
    told = await metrics(server)
    assert b"warmline_turned_away_total" in told
    assert b"zebra-lantern" not in told
    assert "zebra-lantern" not in server.log()


# Ten thousand, or as many as this process may open.
CROWD = min(10_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)


async def test_half_open_handshakes_keep_nobody_out() -> None:
    """X5: an honest caller is let in while all of them are still half open, not when they have been shown out."""
    sets = {"gateway.open_timeout": "90", "limits.enabled": "false"}
    async with serving(sets=sets) as patient, AsyncExitStack() as stack, asyncio.timeout(60):
        many = [await stack.enter_async_context(Raw.open(patient.url)) for _ in range(CROWD)]
        for raw in many:
            raw.writer.write(b"GET /ws HTTP/1.1\r\nHost: ")
        assert await ok(patient, patient.url)
        assert not any(raw.reader.at_eof() for raw in many)


async def test_half_open_handshakes_end_in_time(hasty: Server) -> None:
    """X5: one of them dribbles. `open_timeout` is one second."""
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        many = [await stack.enter_async_context(Raw.open(hasty.url)) for _ in range(CROWD)]
        for raw in many[1:]:
            raw.writer.write(b"GET /ws HTTP/1.1\r\nHost: ")
        ended = asyncio.ensure_future(many[0].rest())
        for letter in b"GET /ws HTTP/1.1\r\nHost: dribbled":
            await many[0].send(bytes([letter]))
            if (await asyncio.wait([ended], timeout=0.4))[0]:  # the dribbler's pace
                break
        assert await ended == b""
        for raw in many[1:]:
            assert await raw.rest() == b""


@pytest.mark.parametrize(
    ("raw_bytes", "statuses"),
    [
        (b"GET /ws HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n", {431}),
        (b"GET /ws HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", {431}),
        (b"GET /ws HTTP/1.1\r\n" + b"y" * 200_000, {0, 400, 431}),
        (b"POST /ws HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", {0, 405}),
        (b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", {405}),
        (b"DELETE /livez HTTP/1.1\r\nHost: h\r\n\r\n", {0, 405}),
        (b"GET /\r\n", {0, 400}),
        (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", {0, 400, 505}),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {0, 400, 405}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500, {0, 400}),
        (b"\x00" * 4096, {0, 400}),
        (b"GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", {400, 426}),
    ],
    ids=[
        "200 headers",
        "20 kB header",
        "endless line",
        "POST with body",
        "POST",
        "DELETE",
        "HTTP/0.9",
        "HTTP/2",
        "PRI",
        "TLS",
        "NULs",
        "no key",
    ],
)
async def test_what_is_no_honest_request_is_turned_away_without_a_traceback(
    hasty: Server, raw_bytes: bytes, statuses: set[int]
) -> None:
    """X6: 431, 405, or closed without a word."""
    async with Raw.open(hasty.url) as raw:
        await raw.send(raw_bytes)
        assert (await raw.response()).status in statuses
        await raw.rest()
    assert "Traceback" not in hasty.log()
    assert await ok(hasty)


async def test_who_never_says_hello_is_shown_out(hasty: Server) -> None:
    """X7: 4002, when `hello_timeout` has passed; one second here instead of ten."""
    async with Raw.open(hasty.url) as raw:
        await raw.upgrade()
        started = time.monotonic()
        assert await raw.closed() == 4002
        assert 0.5 < time.monotonic() - started < 10


async def test_before_hello_nothing_else_is_answered(server: Server) -> None:
    """X7."""
    async with Raw.upgraded(server.url) as raw:
        for command in ("rooms", "ping"):
            assert (await raw.ask(command))["code"] == "not_ready"
        assert (await raw.hello())["type"] == "welcome"
        assert (await raw.hello())["code"] == "not_ready"


@pytest.mark.parametrize(
    "path",
    ["/..%2f..%2fetc/passwd", "/../config.yaml", "//", "//etc/passwd", "/%2e%2e/config.yaml", "/ws/../livez", "/%",
     "/static/../../config.yaml", "/index.html%00.js", "/\x00", "/ws/", "/WS", "/./index.html", "/index.html/"],
)  # fmt: skip
async def test_no_spelling_of_a_path_leaves_the_web_folder(server: Server, path: str) -> None:
    """X8."""
    async with Raw.open(server.url) as raw:
        answer = await raw.upgrade(path, without=["Upgrade", "Connection"])
    assert answer.status == 404
    assert b"root:" not in answer.body
    assert b"gateway" not in answer.body


async def test_a_path_of_eight_kilobytes_is_too_long(server: Server) -> None:
    """X8."""
    async with Raw.open(server.url) as raw:
        assert (await raw.upgrade("/" + "a" * 8192, without=["Upgrade", "Connection"])).status == 414
        assert (await raw.read()).opcode == CLOSE
