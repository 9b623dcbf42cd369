"""Rooms are kept over lost connections, lag, resets and refusals, against a peer that does all of it on purpose."""

from __future__ import annotations

from tests.support.scripted import Talk, client_of, ids, joined, message, until


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
