"""The client's queue over failing connections, against a peer that fails on purpose."""

from __future__ import annotations

import asyncio

import pytest

from chat.dialler import Stopped
from tests.support.scripted import Talk, client_of, ids, joined, message, until


async def test_sends_left_unanswered_go_again_in_their_order_before_anything_new() -> None:
    async def cut(talk: Talk) -> None:
        await talk.welcome()
        await talk.join()
        for _ in range(3):
            await talk.command("send")
        talk.abort()

    async def answer(talk: Talk) -> None:
        await talk.welcome()
        for number in range(4):
            command = await talk.command("send")
            assert command["text"] == str(number)
            await talk.sent(command, f"m{number}")

    async with client_of(cut, answer) as (client, _):
        await client.join("a")
        async with asyncio.TaskGroup() as group:
            for number in range(4):
                group.create_task(client.send("a", str(number)))


async def test_at_most_sixteen_commands_are_unanswered() -> None:
    async def script(talk: Talk) -> None:
        await talk.welcome()
        first = [await talk.command("ping") for _ in range(16)]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):  # nothing more may come: there is no event for that
                await talk.ws.recv()
        await talk.say(type="pong", re=first[0]["id"], at="t")
        await talk.command("ping")
        for number in range(first[1]["id"], first[0]["id"] + 20):
            await talk.say(type="pong", re=number, at="t")

    async with client_of(script) as (client, _):
        await asyncio.gather(*(client.ping() for _ in range(20)))


async def test_asked_to_reconnect_it_moves_before_it_leaves() -> None:
    """The old connection delivers and answers until the new one has taken over; nothing twice, nothing lost."""
    moved = asyncio.Event()

    async def old(talk: Talk) -> None:
        await talk.welcome()
        await talk.join("a")
        await talk.message(1, "m1")
        unanswered = await talk.command("send")
        await talk.say(type="reconnect", after_ms=1, grace_ms=5000, ticket="t1")
        await moved.wait()
        await talk.message(3, "m3")  # the new connection has told it, or will
        await talk.sent(unanswered, "m3")
        await talk.ended()

    async def new(talk: Talk) -> None:
        await talk.welcome([joined("inbox"), joined("a", "e.2.", events=[message(2, "m2")])])
        moved.set()
        await talk.message(3, "m3")
        command = await talk.command("send")
        assert command["text"] == "second"
        await talk.sent(command, "m4")

    async with client_of(old, new) as (client, peer):
        await client.join("a")
        await client.send("a", "first")
        await client.send("a", "second")
        assert ids(client) == ["m1", "m2", "m3"]
        assert client.connections == len(peer.talks) == 2
        assert "warmline.ticket.t1" in peer.talks[1].ws.request.headers["Sec-WebSocket-Protocol"]  # type: ignore[union-attr]


@pytest.mark.parametrize("code", [4000, 4003, 4009, 1002, 1009])
async def test_codes_that_stop_end_the_client(code: int) -> None:
    async def script(talk: Talk) -> None:
        await talk.welcome()
        await talk.command("ping")
        await talk.ws.close(code)

    async with client_of(script) as (client, peer):
        with pytest.raises(Stopped) as stopped:
            await client.ping()
        assert stopped.value.code == code
        with pytest.raises(Stopped):
            await until(client, "never")
        assert len(peer.talks) == 1


@pytest.mark.parametrize("code", [1001, 1011, 1012, 1013, 4100, 4108, 4112, 4129, 4200])
async def test_every_other_code_reconnects(code: int) -> None:
    async def first(talk: Talk) -> None:
        await talk.welcome()
        await talk.command("ping")
        await talk.ws.close(code)

    async def second(talk: Talk) -> None:
        await talk.welcome()
        await talk.say(type="pong", re=(await talk.command("ping"))["id"], at="t")

    async with client_of(first, second) as (client, _):
        await client.ping()
        assert client.connections == 2


async def test_a_refused_hello_stops_at_the_door() -> None:
    async def script(talk: Talk) -> None:
        await talk.command("hello")
        await talk.say(type="refused", re=1, code="wrong_band", says="adults only", retry="never")

    with pytest.raises(Stopped, match="wrong_band"):
        async with client_of(script):
            raise AssertionError("there was no welcome")


async def test_closing_ends_what_waits_and_the_events() -> None:
    async def script(talk: Talk) -> None:
        await talk.welcome()
        await talk.ended()

    async with client_of(script) as (client, _):
        waiting = asyncio.ensure_future(client.ping())
        await asyncio.sleep(0)
        await client.aclose()
        with pytest.raises(Stopped, match="closed"):
            await waiting
        assert [event async for event in client.events()] == []
