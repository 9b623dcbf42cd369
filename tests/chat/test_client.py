"""The client against a peer that says what a healthy server cannot be asked for; with real servers: tests/e2e."""

from __future__ import annotations

import pytest

from chat.client import Refused
from tests.support.scripted import GUEST, Talk, client_of, ids, until


async def test_an_unanswered_send_goes_again_with_its_key_until_it_has_an_outcome() -> None:
    """X43: two cuts between send and answer, one message."""
    keys: list[str] = []

    async def cut(talk: Talk) -> None:
        await talk.welcome()
        if len(keys) == 0:
            await talk.join()
        keys.append((await talk.command("send"))["key"])
        talk.abort()

    async def answer(talk: Talk) -> None:
        await talk.welcome()
        command = await talk.command("send")
        keys.append(command["key"])
        await talk.sent(command, "m1", repeated=True)

    async with client_of(cut, cut, answer) as (client, _):
        await client.join("a")
        assert (await client.send("a", "hi"))["id"] == "m1"
    assert len(keys) == 3
    assert len(set(keys)) == 1


async def test_one_hello_resumes_every_room_as_the_same_person() -> None:
    async def first(talk: Talk) -> None:
        hello = await talk.welcome()
        assert hello["guest"] == GUEST
        await talk.join("a")
        await talk.join("b", cursor="e.7.")
        await talk.message(1, "m1")
        talk.abort()

    async def second(talk: Talk) -> None:
        hello = await talk.welcome()
        assert (hello["token"], "guest" in hello) == ("token-1", False)
        places = {place["room"]: place for place in hello["resume"]}
        assert places["a"] == {"room": "a", "cursor": "e.1.", "alias": "heron", "quiet": True}
        assert places["b"]["cursor"] == "e.7."
        await talk.message(2, "m2")

    async with client_of(first, second) as (client, _):
        await client.join("a", alias="heron", quiet=True)
        await client.join("b")
        while len(ids(client)) < 2:
            await until(client, "message")
        assert ids(client) == ["m1", "m2"]


async def test_a_room_that_refuses_raises_and_a_refused_send_is_an_answer() -> None:
    async def script(talk: Talk) -> None:
        await talk.welcome()
        for code in ("not_found", "not_member", "too_soon"):
            command = await talk.command()
            retry = "later" if code == "too_soon" else "never"
            await talk.say(type="refused", re=command["id"], code=code, says="", retry=retry, retry_after=0.01)
        again = await talk.command("send")
        assert again["key"] == command["key"]
        await talk.sent(again, "m1")

    async with client_of(script) as (client, _):
        with pytest.raises(Refused, match="not_found"):
            await client.join("nowhere")
        assert (await client.send("a", "hi"))["code"] == "not_member"
        assert (await client.send("a", "hi", patient=True))["id"] == "m1"


async def test_events_nobody_reads_are_dropped_oldest_first_and_counted() -> None:
    async def script(talk: Talk) -> None:
        await talk.welcome()
        await talk.join("a")
        for seq in range(1, 8):
            await talk.message(seq, f"m{seq}")
        await talk.say(type="pong", re=(await talk.command("ping"))["id"], at="t")

    async with client_of(script, backlog=3) as (client, _):
        await client.join("a")
        await client.ping()
        told = client.events()
        assert await anext(told) == {"type": "overflow", "missed": 4}
        assert (await anext(told))["id"] == "m5"
        assert len(ids(client)) == 7
