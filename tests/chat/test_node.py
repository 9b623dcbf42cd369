"""A whole node: readiness that tells the truth, draining, several nodes as one server."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any
from urllib.request import urlopen

import pytest

from chat.datadir import Unusable
from chat.node import Node
from chat.settings import Auth
from tests.support.engines import Engine
from tests.support.nodes import next_event, node_on, settings, talking
from tests.support.raw import Raw


async def get(url: str) -> tuple[int, Any]:
    def fetch() -> tuple[int, Any]:
        try:
            with urlopen(url, timeout=5) as answer:
                return answer.status, json.loads(answer.read())
        except OSError as error:
            return getattr(error, "code", 0), None

    return await asyncio.to_thread(fetch)


async def test_two_nodes_are_one_server(steady_engine: Engine) -> None:
    """What is said on one is heard on the other, in the same order for all (X44 in small)."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, "anxiety") as ann,
        talking(two, "anxiety") as ben,
    ):
        for n in range(20):
            await (ann if n % 2 else ben).ask("send", room="anxiety", text=f"m{n}", key=f"k{n}")
        heard = [[(await next_event(raw, "message"))["cursor"] for _ in range(20)] for raw in (ann, ben)]
    assert heard[0] == heard[1]


async def test_ready_means_that_a_probe_came_back(engine: Engine) -> None:
    """With the engine gone `/readyz` turns red, `/livez` does not; it recovers by itself, and sends work again."""
    async with node_on(engine.url) as node, talking(node, "anxiety") as raw:
        assert (await get(node.url + "/readyz"))[0] == 200
        await engine.kill()
        async with asyncio.timeout(10):
            away = await next_event(raw, "notice")
            while (await get(node.url + "/readyz"))[0] == 200:
                await asyncio.sleep(0.05)
        assert (await get(node.url + "/livez"))[0] == 200
        refused = await raw.ask("send", room="anxiety", text="are you there", key="k")
        await engine.start()
        async with asyncio.timeout(15):
            back = await next_event(raw, "notice")
            while (await get(node.url + "/readyz"))[0] != 200:
                await asyncio.sleep(0.05)
        sent = await raw.ask("send", room="anxiety", text="are you there", key="k")
    assert (away["code"], back["code"]) == ("engine_away", "engine_back")
    assert (refused["code"], refused["retry"]) == ("unavailable", "later")
    assert sent["state"] == "delivered"


async def test_a_node_with_another_secret_refuses_to_start(steady_engine: Engine) -> None:
    """Aliases and ids would not be those the rooms were written with."""
    async with node_on(steady_engine.url):
        other = Node(settings(auth=Auth(secret="another secret of at least thirty-two bytes")), steady_engine.url)
        with pytest.raises(Unusable, match="secret"):
            await other.start()
        await other.aclose()


async def test_draining_asks_to_move_serves_meanwhile_and_then_closes_with_1012(steady_engine: Engine) -> None:
    """SIGTERM in small: `reconnect` with a ticket that opens another node's door, nothing lost on the way (X52)."""
    async with node_on(steady_engine.url) as other:
        node = Node(settings(), steady_engine.url)
        await node.start()
        running = asyncio.create_task(node.run())
        async with talking(node, "anxiety") as raw:
            node.stop()
            moved = await next_event(raw, "reconnect")
            assert (await get(other.url + "/readyz"))[0] == 200
            sent = await raw.ask("send", room="anxiety", text="still here", key="k")
            async with Raw.open(other.url) as next_one:
                answer = await next_one.upgrade(subprotocol=f"warmline.v1.json, warmline.ticket.{moved['ticket']}")
            code = await raw.closed()
        async with asyncio.timeout(10):
            await running
        await node.aclose()
    assert sent["state"] == "delivered"
    assert 0 <= moved["after_ms"] <= moved["grace_ms"]
    assert answer.status == 101
    assert code == 1012


async def test_a_command_that_comes_in_the_last_moment_is_dropped_in_silence(steady_engine: Engine) -> None:
    """Bytes may arrive while connections are being cut: no error, and no work begun that nobody ends."""
    async with node_on(steady_engine.url) as node, talking(node):
        begun = asyncio.Event()
        node.spawn(_begin(begun))
        await begun.wait()
    late = _begin(asyncio.Event())
    assert node.spawn(late) is None
    assert inspect.getcoroutinestate(late) == inspect.CORO_CLOSED


async def _begin(begun: asyncio.Event) -> None:
    begun.set()


async def test_metrics_count_without_naming_anybody(steady_engine: Engine) -> None:
    """No room, person, alias or text is in a label or value (X68)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", name="Marigold") as raw:
        await raw.ask("send", room="anxiety", text="a marker sentence", key="k")
        metrics = (await asyncio.to_thread(lambda: urlopen(node.url + "/metrics", timeout=5).read())).decode()
    assert "warmline_" in metrics
    assert not any(word in metrics for word in ("marker", "Marigold", "anxiety"))


async def test_a_filter_that_was_too_slow_once_is_tried_again_without_a_visitor(steady_engine: Engine) -> None:
    """`/readyz` turns red, and green again by itself: a balancer sends nobody meanwhile."""
    async with node_on(steady_engine.url) as node:
        node.services.pipeline.healthy = False
        assert (await get(node.url + "/readyz"))[0] == 503
        async with asyncio.timeout(10):
            while (await get(node.url + "/readyz"))[0] != 200:
                await asyncio.sleep(0.05)


async def test_a_plain_answer_has_one_length(steady_engine: Engine) -> None:
    """HEAD and GET alike: no header twice."""
    async with node_on(steady_engine.url) as node:
        for method in ("GET", "HEAD"):
            async with Raw.open(node.url) as raw:
                await raw.send(f"{method} /livez HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                head = (await raw.rest()).split(b"\r\n\r\n")[0].lower()
            assert head.count(b"content-length:") == 1, head
