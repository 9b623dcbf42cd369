"""A browser's own WebSocket, without our page's scripts: what other people's pages and programs can do with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.browser import Visitors
from tests.support.packed import Packed
from tests.support.server import Server

# Comes in, sits down, and keeps what it is told; `window.ask` sends a command and gives its reply.
TALK = """
async (address) => {
  const socket = new WebSocket(address, "warmline.v1.json");
  const waiting = new Map();
  window.heard = [];
  socket.onmessage = ({data}) => {
    const told = JSON.parse(data);
    if (waiting.has(told.re)) waiting.get(told.re)(told);
    else window.heard.push(told);
  };
  let id = 0;
  window.ask = (type, fields) => new Promise((resolve) => {
    waiting.set(++id, resolve);
    socket.send(JSON.stringify({type, id, ...fields}));
  });
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
  await ask("hello", {guest: {band: "adult"}});
  return (await ask("join", {room: "newcomers", alias: "Brook"})).type;
}
"""
KNOCK = """
(address) => new Promise((resolve) => {
  const socket = new WebSocket(address, "warmline.v1.json");
  socket.onopen = () => resolve("open");
  socket.onclose = ({code}) => resolve(code);
})
"""


async def test_a_browsers_own_websocket_and_a_messagepack_program_talk_in_one_room(
    visitors: Visitors, house: Server
) -> None:
    """JSON and MessagePack mixed: the same events, ids and cursors, in the same order."""
    ana = await visitors.arrive()
    await ana.page.goto(house.url)
    async with Packed.open(house) as ben:
        await ben.ask("hello", guest={"band": "adult"})
        assert await ana.page.evaluate(TALK, house.ws) == "joined"
        assert (await ben.ask("join", room="newcomers", alias="Pine"))["type"] == "joined"
        first = await ana.page.evaluate(
            "ask('send', {room: 'newcomers', key: 'a', text: 'Hello, my first evening here 🌙'})"
        )
        second = await ben.ask("send", room="newcomers", key="b", text="Welcome, glad you came")
        assert [first["state"], second["state"]] == ["delivered", "delivered"]
        told = [await ben.message("Hello, my first evening here 🌙"), await ben.message("Welcome, glad you came")]
        await ana.page.wait_for_function("heard.filter(event => event.type === 'message').length >= 2")
        heard = await ana.page.evaluate("heard.filter(event => event.type === 'message')")
    assert heard == told
    assert [event["id"] for event in told] == [first["id"], second["id"]]
    assert [event["from"]["name"] for event in told] == ["Brook", "Pine"]
    assert await ana.violations() == []


@asynccontextmanager
async def elsewhere() -> AsyncIterator[int]:
    """Somebody else's site, on a port of its own. Its page /sandboxed has no origin: the browser says `null`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        sandbox = b"Content-Security-Policy: sandbox allow-scripts\r\n" if b"/sandboxed" in asked else b""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n" + sandbox + b"\r\nelse")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as site:
        yield site.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "page",
    ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://127.0.0.1:{port}/sandboxed"],
    ids=["another port", "another site", "null"],
)
async def test_a_page_of_another_origin_cannot_open_a_socket(visitors: Visitors, house: Server, page: str) -> None:
    """X1, as a browser does it: `null`, another port, another site. The page learns nothing but 1006."""
    eve = await visitors.arrive()
    before = house.log().count("handshake_refused")
    async with elsewhere() as port:
        await eve.page.goto(page.format(port=port))
        assert await eve.page.evaluate(KNOCK, house.ws) == 1006
    assert house.log().count("handshake_refused") == before + 1
