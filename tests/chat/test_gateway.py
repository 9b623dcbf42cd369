"""The door, the heartbeat and the writing of a gateway, through a real node."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from chat.budget import BURST
from chat.settings import Gateway, Limits, Moderation
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import BINARY, TEXT, Answer, Raw, frame


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://{host}", 101), ("https://chat.example.org", 101), ("https://chat.example.org.evil.example", 403),
        ("null", 403), ("https://chat.example.org:8443", 403), ("http://evil.example", 403),
    ],
)  # fmt: skip
@one_flavour
async def test_only_our_own_page_and_listed_origins_come_in(steady_engine: Engine, origin: str, status: int) -> None:
    """Compared whole, never by prefix (X1)."""
    gateway = Gateway(port=0, origins=("https://chat.example.org",))
    async with node_on(steady_engine.url, gateway=gateway) as node, Raw.open(node.url) as raw:
        answer = await raw.upgrade(extra=[("Origin", origin.format(host=raw.host))])
    assert answer.status == status


@one_flavour
async def test_a_crowd_at_the_door_is_told_when_to_come_back(steady_engine: Engine) -> None:
    """Beyond the handshakes of a second: 503 with Retry-After, before anything was spent on them."""
    gateway = Gateway(port=0, handshakes=2)
    async with node_on(steady_engine.url, gateway=gateway, limits=Limits()) as node:
        answers = []
        for _ in range(6):
            async with Raw.open(node.url) as raw:
                answers.append(await raw.upgrade())
    refused = [answer for answer in answers if answer.status == 503]
    assert answers[0].status == 101
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)


@one_flavour
async def test_who_never_says_hello_is_shown_out(steady_engine: Engine) -> None:
    """4002 after `hello_timeout` (X7)."""
    gateway = Gateway(port=0, hello_timeout=1.0)
    async with node_on(steady_engine.url, gateway=gateway) as node, Raw.upgraded(node.url) as raw:
        assert await raw.closed() == 4002


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@one_flavour
async def test_a_frame_of_the_wrong_kind_closes_with_1003(steady_engine: Engine, opcode: int) -> None:
    """Text for JSON, binary for MessagePack (X13)."""
    subprotocol = "warmline.v1.msgpack" if opcode == TEXT else "warmline.v1.json"
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url, subprotocol) as raw:
        await raw.frame(opcode, b"{}")
        assert await raw.closed() == 1003


@one_flavour
async def test_a_reader_who_stopped_reading_is_cut_off_and_nobody_else_waits(steady_engine: Engine) -> None:
    """A bounded outbox: beyond it the connection is aborted and counted under 4108; others hear everything."""
    async with (
        node_on(steady_engine.url, moderation=Moderation(budget_ms=30_000)) as node,
        talking(node, "anxiety") as writer,
        talking(node, "anxiety") as stuck,
        talking(node, "anxiety") as well,
    ):
        stuck.reader._transport.pause_reading()  # type: ignore[attr-defined]
        text = "x" * 1800  # long, and nothing that a filter could ever mind
        for n in range(60):
            numbers = [
                await writer.say("send", room="anxiety", text=f"{n}.{k} {text}", key=f"{n}.{k}") for k in range(16)
            ]
            for number in numbers:
                await writer.answer_to(number)
            writer.events.clear()
            heard = [await next_event(well, "message") for _ in numbers]
            assert [one["text"].split()[0] for one in heard] == [f"{n}.{k}" for k in range(16)]
            if node.metrics.read().get("warmline_closes_total{code=4108}"):
                break
        assert node.metrics.read()["warmline_closes_total{code=4108}"] == 1
        async with asyncio.timeout(20):
            assert (await well.ask("ping"))["type"] == "pong"


@one_flavour
async def test_a_burst_of_typing_does_not_stop_the_reading(steady_engine: Engine) -> None:
    """Dropped for its number and answered by nobody, it must not leave the connection unread for ever (X50)."""
    async with node_on(steady_engine.url, limits=Limits()) as node, talking(node, "anxiety") as raw:
        typing = frame(TEXT, b'{"type":"typing","room":"anxiety"}')
        for _ in range(4):
            await raw.send(typing * 40)
            async with asyncio.timeout(20):
                assert (await raw.ask("ping"))["type"] == "pong"


@one_flavour
async def test_all_connections_of_a_person_share_one_budget(steady_engine: Engine) -> None:
    """Three tabs may not say three times as much."""
    async with node_on(steady_engine.url, limits=Limits()) as node, Raw.upgraded(node.url) as one:
        welcome = await one.hello()
        async with Raw.upgraded(node.url) as two:
            await two.ask("hello", token=welcome["token"])
            numbers = [await one.say("ping") for _ in range(int(BURST))]
            replies = [await one.answer_to(number) for number in numbers]
            other = [await two.ask("ping") for _ in range(10)]
    assert sum(reply["type"] == "pong" for reply in replies) >= BURST - 5
    assert "rate_limited" in {reply.get("code") for reply in other}


@one_flavour
async def test_a_client_that_asks_for_pages_and_reads_none_is_cut_off(steady_engine: Engine) -> None:
    """Its answers do not pile up in our memory: beyond the bound it is aborted (4108)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        for n in range(40):
            await raw.ask("send", room="anxiety", text="x" * 1900, key=f"k{n}")
        raw.reader._transport.pause_reading()  # type: ignore[attr-defined]
        closes = "warmline_closes_total{code=4108}"
        for _ in range(400):
            await raw.say("page", room="anxiety", limit=100)
            if node.metrics.read().get(closes):
                break
            await asyncio.sleep(0.005)
        assert node.metrics.read().get(closes) == 1


@pytest.mark.parametrize("header", ["If-None-Match", "Host", "Sec-WebSocket-Key", "Upgrade"])
@pytest.mark.parametrize("path", ["/", "/ws"])
@one_flavour
async def test_a_header_said_twice_is_answered(
    steady_engine: Engine, path: str, header: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer of some kind, no traceback, no abrupt end (X6)."""
    async with node_on(steady_engine.url) as node, Raw.open(node.url) as raw:
        answer = await raw.upgrade(path=path, extra=[(header, "1"), (header, "2")])
    assert answer.status in (101, 200, 400, 426)
    assert "Traceback" not in caplog.text


@one_flavour
async def test_one_address_behind_a_proxy_is_told_to_wait_while_others_come_in(steady_engine: Engine) -> None:
    """429 with Retry-After for that address alone; without a named proxy nobody is anybody; nothing of it is logged."""
    async with node_on(
        steady_engine.url, gateway=Gateway(port=0, per_address=2, proxies=("127.0.0.0/8",)), limits=Limits()
    ) as node:
        with capture_logs() as lines:
            answers = [await knock(node.url, "203.0.113.7") for _ in range(4)]
            other = await knock(node.url, "203.0.113.8")
        counted = node.metrics.read()
    assert [answer.status for answer in answers] == [101, 101, 429, 429]
    assert int(answers[2].headers["retry-after"]) >= 1
    assert other.status == 101
    assert "203.0.113" not in str(lines) + str(counted)
    assert counted["warmline_turned_away_total{status=429}"] == 2
    for changes in ({"gateway": Gateway(port=0, per_address=2), "limits": Limits()}, {"limits": Limits(enabled=False)}):
        async with node_on(steady_engine.url, **changes) as node:
            assert {(await knock(node.url, "203.0.113.7")).status for _ in range(4)} == {101}


async def knock(url: str, address: str) -> Answer:
    """One handshake that says it comes from there."""
    async with Raw.open(url) as raw:
        return await raw.upgrade(extra=[("X-Forwarded-For", address)])
