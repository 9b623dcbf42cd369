"""The private card: to the author alone, on all their devices, whatever became of the words."""

from __future__ import annotations

import asyncio

from tests.support.engines import Engine
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw

LOW = "some nights I think everyone would be better off without me"


async def test_the_card_reaches_every_device_of_its_author_and_nobody_else(steady_engine: Engine) -> None:
    """It travels through the author's inbox, across nodes."""
    async with (
        node_on(steady_engine.url) as here,
        node_on(steady_engine.url) as there,
        talking(there, "anxiety") as other,
        Raw.upgraded(here.url) as phone,
        Raw.upgraded(there.url) as laptop,
    ):
        welcome = await phone.hello(country="GB")
        await laptop.ask("hello", token=welcome["token"])
        await phone.ask("join", room="anxiety")
        await phone.ask("send", room="anxiety", text=LOW, key="k")
        cards = [await next_event(raw, "care") for raw in (phone, laptop)]
        await next_event(other, "message")
        await other.ask("ping")
    assert cards[0] == cards[1]
    assert not [event for event in other.events if event["type"] == "care"]


async def test_a_card_can_be_fetched_after_a_reload(steady_engine: Engine) -> None:
    """The inbox is a room like any other: resumed in hello, paged (R3)."""
    async with node_on(steady_engine.url) as node:
        async with Raw.upgraded(node.url) as raw:
            welcome = await raw.hello(country="GB")
            await raw.ask("join", room="anxiety")
            await raw.ask("send", room="anxiety", text=LOW, key="k")
            card = await next_event(raw, "care")
        async with Raw.upgraded(node.url) as raw:
            again = await raw.ask("hello", token=welcome["token"], resume=[{"room": "inbox"}])
    (inbox,) = again["resumed"]
    assert [event["id"] for event in inbox["events"]] == [card["id"]]
    assert inbox["events"][0]["card"] == card["card"]


async def test_the_same_message_sent_again_gives_no_second_card(steady_engine: Engine) -> None:
    """One key, one card: a retry is the same event."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        for _ in range(3):
            await raw.ask("send", room="anxiety", text=LOW, key="k")
        page = await raw.ask("join", room="inbox")
    assert len(page["events"]) == 1


async def test_the_card_says_what_became_of_the_message_and_has_lines_with_exact_dial_strings(
    steady_engine: Engine,
) -> None:
    """At most three lines, an emergency number, and no score of any kind."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        await raw.ask("send", room="anxiety", text=LOW, key="k")
        card = (await next_event(raw, "care"))["card"]
    assert 1 <= len(card["lines"]) <= 3
    assert "116 123" in str(card["lines"]) or "85258" in str(card["lines"])
    assert "delivered" in card["says"]
    assert not any(word in str(card).lower() for word in ("score", "at risk"))


async def test_an_inbox_is_forgotten_by_the_engine_a_month_after_its_person_was_last_here(
    steady_engine: Engine,
) -> None:
    """Every key of it: a visitor who never returns leaves nothing behind for ever."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        await raw.ask("send", room="anxiety", text=LOW, key="k")
        await next_event(raw, "care")
        keys = [key for key in await steady_engine.ask("KEYS", "warm:{inbox/*") if not key.endswith(b":ch")]
        left = {key: await steady_engine.ask("PTTL", key) for key in keys}
    assert any(key.endswith(b":log") for key in keys)
    assert all(0 < milliseconds <= 30 * 86_400_000 for milliseconds in left.values()), left


async def test_the_card_comes_even_when_nothing_can_be_saved(engine: Engine) -> None:
    """Help fails open (F45): the message is refused for now, the card is handed over and does not say "delivered"."""
    async with node_on(engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        await engine.kill()
        refused = await raw.ask("send", room="anxiety", text=LOW, key="k")
        away = await next_event(raw, "care")
        await engine.start()
        async with asyncio.timeout(15):
            sent = refused
            while sent["type"] == "refused":
                sent = await raw.ask("send", room="anxiety", text=LOW, key="k")
        kept = await next_event(raw, "care")
    assert refused["code"] == "unavailable"
    assert away["card"]["lines"]
    assert "delivered" not in away["card"]["says"]
    assert "cursor" not in away
    assert sent["state"] == "delivered"
    assert kept["id"] == away["id"]
