"""The client against a peer that says what a healthy server cannot be asked for; with real servers: tests/e2e."""

from __future__ import annotations

import pytest

from chat.client import Client, Refused
from tests.support.scripted import GUEST, Talk, client_of, joined, message, until


def ids(client: Client, room: str = "a") -> list[str]:
    return [event["id"] for event in client.view(room)]


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


async def test_missed_events_of_a_resume_are_told_and_a_lost_stretch_is_said() -> None:
    """X45."""

    async def first(talk: Talk) -> None:
        await talk.welcome()
        await talk.join("a")
        await talk.message(1, "m1")
        talk.abort()

    async def second(talk: Talk) -> None:
        await talk.welcome([joined("inbox"), joined("a", "e.3.", events=[message(2, "m2"), message(3, "m3")])])
        talk.abort()

    async def third(talk: Talk) -> None:
        page = joined("a", "e.900.", recovered=False, why="trimmed", events=[message(900, "m900")])
        await talk.welcome([joined("inbox"), page])

    async with client_of(first, second, third) as (client, _):
        await client.join("a")
        assert (await until(client, "replaced"))["why"] == "trimmed"
        assert ids(client) == ["m900"]


async def test_a_room_that_cannot_be_returned_to_is_told_and_one_that_may_later_is_joined() -> None:
    async def first(talk: Talk) -> None:
        await talk.welcome()
        await talk.join("a")
        await talk.join("b")
        talk.abort()

    async def second(talk: Talk) -> None:
        refusals = [
            {"type": "refused", "re": None, "code": code, "says": "", "retry": retry}
            for code, retry in [("not_found", "never"), ("unavailable", "later")]
        ]
        await talk.welcome([joined("inbox"), *refusals])
        assert (await talk.join("b", events=[message(1, "m1", room="b")]))["cursor"] == "e.0."

    async with client_of(first, second) as (client, _):
        await client.join("a")
        await client.join("b")
        assert (await until(client, "left"))["room"] == "a"
        while not ids(client, "b"):
            await until(client, "message")


async def test_lag_is_caught_up_by_pages_and_a_join_at_the_last_cursor() -> None:
    async def script(talk: Talk) -> None:
        await talk.welcome()
        await talk.join("a")
        await talk.message(1, "m1")
        await talk.say(type="lag", room="a", cursor="e.1.")
        for seq, more in ((2, True), (3, False)):
            page = await talk.command("page")
            assert page["after"] == f"e.{seq - 1}."
            events = [message(seq, f"m{seq}")]
            await talk.say(type="page", re=page["id"], room="a", events=events, more=more, cursor=f"e.{seq}.")
        assert (await talk.join("a", cursor="e.4.", events=[message(4, "m4")]))["cursor"] == "e.3."
        await talk.message(5, "m5")

    async with client_of(script) as (client, _):
        await client.join("a")
        while ids(client)[-1:] != ["m5"]:
            await until(client, "message")
        assert ids(client) == ["m1", "m2", "m3", "m4", "m5"]


async def test_a_reset_room_is_dropped_and_joined_without_a_cursor() -> None:
    async def script(talk: Talk) -> None:
        await talk.welcome()
        await talk.join("a")
        await talk.message(1, "lost")
        await talk.say(type="reset", room="a", why="fork")
        assert "cursor" not in await talk.join("a", cursor="f.1.", events=[message(1, "m1")])

    async with client_of(script) as (client, _):
        await client.join("a")
        await until(client, "reset")
        await until(client, "message")
        assert ids(client) == ["m1"]


async def test_invalidated_state_drops_the_cursors() -> None:
    async def first(talk: Talk) -> None:
        await talk.welcome()
        await talk.join("a", cursor="e.5.")
        await talk.ws.close(4101)

    async def second(talk: Talk) -> None:
        hello = await talk.welcome()
        assert all("cursor" not in place for place in hello["resume"])
        await talk.message(1, "m1")

    async with client_of(first, second) as (client, _):
        await client.join("a")
        await until(client, "message")


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
