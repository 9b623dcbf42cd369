"""Words on their way to other people: every message ends in exactly one of delivered, masked, held, refused."""

from __future__ import annotations

import asyncio
import json

from chat.settings import Limits, Moderation
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.raw import TEXT, frame
from tests.support.sentences import UNKIND

MINE = "You can reach me at rosa.miller@example.org if you like"


@one_flavour
async def test_unkind_words_are_stopped_with_the_reason_and_reach_nobody(steady_engine: Engine) -> None:
    """`stopped`, with findings and spans; the log and the other person never see them."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        refused = await one.ask("send", room="anxiety", text=UNKIND, key="a")
        await one.ask("send", room="anxiety", text="a kind word", key="b")
        heard = await next_event(two, "message")
        kept = await texts_of(two, "anxiety")
    assert (refused["type"], refused["code"], refused["retry"]) == ("refused", "stopped", "never")
    assert refused["says"]
    assert refused["findings"][0]["rule"]
    assert heard["text"] == "a kind word"
    assert kept == ["a kind word"]


@one_flavour
async def test_a_contact_detail_is_masked_and_the_author_is_told(steady_engine: Engine) -> None:
    """What is fanned out has the address taken out, and `sent` says how it reads now (F25)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        sent = await one.ask("send", room="anxiety", text=MINE, key="a")
        heard = await next_event(two, "message")
    assert sent["state"] == "masked"
    assert "rosa" not in heard["text"]
    assert heard["text"] == sent["text"]
    assert heard["masked"] is True
    start, end = sent["findings"][0]["span"]
    assert "rosa" in MINE[start:end]


@one_flavour
async def test_a_disclosure_is_delivered_and_only_its_author_gets_the_card(steady_engine: Engine) -> None:
    """Care is private: a card in the author's own inbox, no mark on the message (R1, R3)."""
    text = "some nights I think everyone would be better off without me"
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety", country="US") as one,
        talking(node, "anxiety") as two,
    ):
        sent = await one.ask("send", room="anxiety", text=text, key="a")
        card = await next_event(one, "care")
        heard = await next_event(two, "message")
        await two.ask("ping")
    assert sent["state"] == "delivered"
    assert heard["text"] == text
    assert set(heard) == {"type", "room", "id", "cursor", "at", "from", "text"}
    assert card["card"]["lines"]
    assert not [event for event in two.events if event["type"] == "care"]


@one_flavour
async def test_words_split_over_messages_that_come_in_one_breath_are_read_together(steady_engine: Engine) -> None:
    """Three messages in one packet are judged in one batch, each knowing those before it (X32)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        words = [
            frame(
                TEXT, json.dumps({"type": "send", "id": 100 + n, "room": "anxiety", "text": text, "key": text}).encode()
            )
            for n, text in enumerate(("go", "kill", "yourself"))
        ]
        await one.send(b"".join(words))
        replies = [await one.answer_to(100 + n) for n in range(3)]
        kept = await texts_of(two, "anxiety")
    assert [reply["type"] for reply in replies] == ["sent", "sent", "refused"]
    assert kept == ["go", "kill"]


@one_flavour
async def test_words_split_over_edits_are_read_together(steady_engine: Engine) -> None:
    """What an edit says counts as said (X32)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        sent = [await one.ask("send", room="anxiety", text=text, key=text) for text in ("one", "two", "three")]
        edits = [
            await one.ask("edit", room="anxiety", message=message["id"], text=text, key=text)
            for message, text in zip(sent, ("go", "kill", "yourself"), strict=True)
        ]
    assert [reply["type"] for reply in edits] == ["sent", "sent", "refused"]


async def test_many_stopped_messages_in_an_outage_do_not_wait_for_each_other(engine: Engine) -> None:
    """Each is answered within the two seconds that a lookup may take, not one after the other (X55)."""
    async with node_on(engine.url) as node, talking(node, "anxiety") as one:
        engine.pause()
        try:
            async with asyncio.timeout(6):
                numbers = [await one.say("send", room="anxiety", text=UNKIND, key=f"k{n}") for n in range(8)]
                replies = [await one.answer_to(number) for number in numbers]
        finally:
            engine.resume()
    assert {reply["code"] for reply in replies} == {"unavailable"}


@one_flavour
async def test_the_same_key_has_one_effect_and_the_first_outcome(steady_engine: Engine) -> None:
    """A retry is answered as the first time, `repeated`, even with other words."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        first = await one.ask("send", room="anxiety", text="once", key="k")
        again = await one.ask("send", room="anxiety", text="once", key="k")
        other = await one.ask("send", room="anxiety", text=UNKIND, key="k")
        kept = await texts_of(one, "anxiety")
    assert "repeated" not in first
    assert again["repeated"] is True
    assert {(one["id"], one["cursor"], one["state"]) for one in (first, again, other)} == {
        (first["id"], first["cursor"], "delivered")
    }
    assert kept == ["once"]


@one_flavour
async def test_check_says_what_send_would_and_keeps_nothing(steady_engine: Engine) -> None:
    """See before send (F22)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        checked = [await one.ask("check", room="anxiety", text=text) for text in ("hello", MINE, UNKIND)]
        kept = await texts_of(one, "anxiety")
    assert [one["action"] for one in checked] == ["allow", "mask", "block"]
    assert checked[0]["care"] == {"band": "none"}
    assert "rosa" not in checked[1]["text"]
    assert kept == []


@one_flavour
async def test_a_slow_room_says_how_long_to_wait(steady_engine: Engine) -> None:
    """Slow mode is kept by the engine, for all nodes and devices; a retry of the same key is not a second message."""
    async with node_on(steady_engine.url, limits=Limits()) as node, talking(node, "slow") as one:
        first = await one.ask("send", room="slow", text="first", key="a")
        again = await one.ask("send", room="slow", text="first", key="a")
        second = await one.ask("send", room="slow", text="second", key="b")
    assert first["state"] == again["state"] == "delivered"
    assert (second["code"], second["retry"]) == ("too_soon", "later")
    assert 50 < second["retry_after"] <= 60


@one_flavour
async def test_a_filter_that_is_too_slow_holds_and_says_so(steady_engine: Engine) -> None:
    """Fail closed: nothing passes unjudged, nothing is lost, the author is told, a retry is the same (F45, X36)."""
    hurried = Moderation(budget_ms=0.0001)
    async with (
        node_on(steady_engine.url, moderation=hurried) as node,
        talking(node, "anxiety") as one,
        talking(node, "anxiety") as two,
    ):
        held = await one.ask("send", room="anxiety", text="is anyone there", key="a")
        again = await one.ask("send", room="anxiety", text="is anyone there", key="a")
        kept = await texts_of(two, "anxiety")
    assert (held["type"], held["state"]) == ("sent", "held")
    assert "cursor" not in held
    assert held["says"]
    assert again["id"] == held["id"]
    assert again["repeated"] is True
    assert kept == []
