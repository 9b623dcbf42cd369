"""The private card: to the author alone, on all their devices, whatever became of the words."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from chat import care, easing, help
from chat.care import UNSHOWN, care_for
from chat.settings import Limits
from moderation.card import Cards, Desk
from moderation.cases import CaseKind
from moderation.verdict import Action, Submission
from rooms.events import EventId
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.sentences import CARE, UNKIND
from tests.support.staff import URGENT

LOW = "some nights I think everyone would be better off without me"


@one_flavour
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


@one_flavour
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


@one_flavour
async def test_the_same_message_sent_again_gives_no_second_card(steady_engine: Engine) -> None:
    """One key, one card: a retry is the same event."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        for _ in range(3):
            await raw.ask("send", room="anxiety", text=LOW, key="k")
        page = await raw.ask("join", room="inbox")
    assert len(page["events"]) == 1


@one_flavour
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


@one_flavour
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


@one_flavour
async def test_a_card_never_says_delivered_of_a_message_that_came_too_soon(steady_engine: Engine) -> None:
    """What the engine may still refuse is left to the reply; who is in distress does not wait at all (R1)."""
    mild = "I drank again last night"
    async with (
        node_on(steady_engine.url, limits=Limits(enabled=True)) as node,
        talking(node, "slow", country="GB") as raw,
    ):
        first = await raw.ask("send", room="slow", text="good evening all", key="a")
        soon = await raw.ask("send", room="slow", text=mild, key="b")
        card = await next_event(raw, "care")
        low = await raw.ask("send", room="slow", text=LOW, key="c")
        other = await next_event(raw, "care")
    assert (first["type"], soon["code"], low["type"]) == ("sent", "too_soon", "sent")
    assert "delivered" not in card["card"]["says"]
    assert "delivered" in other["card"]["says"]


@one_flavour
async def test_a_card_of_somebody_who_may_not_write_says_that_nobody_saw_it(steady_engine: Engine) -> None:
    """A refusal never silences help (R1), and help tells the truth about the refusal."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        (connection,) = node.gateway.everyone()
        place = connection.rooms["anxiety"]
        verdict = node.services.pipeline.judge(Submission(LOW, lane="l", author="a"), 0.0)
        for name, heard in (("one", UNSHOWN), ("two", "")):
            commits = care_for(node.services, connection, place, "anxiety", EventId(name), verdict, heard=heard)
            await node.services.backplane.submit(commits)
        cards = [(await next_event(raw, "care"))["card"]["says"] for _ in range(2)]
    assert "not shown" in cards[0]
    assert "delivered" not in cards[0]
    assert "was delivered" in cards[1]


ACUTE = "I have the pills in front of me and I am going to take them tonight"


async def cards_of(raw: Raw) -> list[dict[str, Any]]:
    """Every card of a person so far, from their inbox."""
    page = await raw.ask("page", room="inbox", limit=100)
    return [event["card"] for event in page["events"] if event["type"] == "care"]


@one_flavour
async def test_one_card_is_enough_for_the_same_trouble_and_a_raised_band_shows_again(steady_engine: Engine) -> None:
    """Nobody is shown a card for every sentence; what got worse is answered anew."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        for number in range(4):
            await raw.ask("send", room="anxiety", text=f"{LOW} ({number})", key=f"k{number}")
        first = await next_event(raw, "care")
        await raw.ask("send", room="anxiety", text=ACUTE, key="worse")
        worse = await next_event(raw, "care")
        await raw.ask("send", room="anxiety", text=f"{LOW} (after)", key="after")
        await raw.ask("join", room="inbox")
        cards = await cards_of(raw)
    assert first["card"]["urgent"] is False
    assert worse["card"]["urgent"] is True
    assert [card["id"] for card in cards[:2]] == [first["id"], worse["id"]]
    assert all(card["urgent"] for card in cards[1:])  # silence, or a milder word, lowers nothing


@one_flavour
async def test_the_same_trouble_through_another_node_gives_no_second_card(steady_engine: Engine) -> None:
    """The card's own id is what makes it one: nothing need be remembered between nodes."""
    async with (
        node_on(steady_engine.url) as here,
        node_on(steady_engine.url) as there,
        Raw.upgraded(here.url) as phone,
        Raw.upgraded(there.url) as laptop,
    ):
        welcome = await phone.hello(country="GB")
        await laptop.ask("hello", token=welcome["token"])
        moment = here.services.wall()
        for node in (here, there):  # one clock for both, so that no half hour ends between the two messages
            node.services = node.gateway.services = dataclasses.replace(node.services, wall=lambda: moment)
        for raw in (phone, laptop):
            await raw.ask("join", room="anxiety")
        await phone.ask("send", room="anxiety", text=LOW, key="a")
        await laptop.ask("send", room="anxiety", text=f"{LOW}, again", key="b")
        await phone.ask("join", room="inbox")
        cards = await cards_of(phone)
    assert len(cards) == 1


@one_flavour
async def test_who_may_be_in_danger_is_on_the_desk_before_the_card_says_so(steady_engine: Engine) -> None:
    """Contract 2: a person is told; the card says it, and whether anybody is there (T15)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        await raw.ask("send", room="anxiety", text=ACUTE, key="k")
        card = (await next_event(raw, "care"))["card"]
        (identity,) = (one.identity for person in node.hub.people.values() for one in person.connections)
        assert identity is not None
        cases = [case for case in await node.services.review.queue(limit=500) if case.user == identity.user]
    assert card["urgent"] is True
    assert all(line["crisis"] for line in card["lines"])
    assert {case.kind for case in cases} == {CaseKind.CRISIS}
    assert ("has been told" in card["says"]) or ("only the team sees it" in card["says"])
    assert card["person"]["available"] is False


@one_flavour
async def test_what_was_stopped_silences_no_help(steady_engine: Engine) -> None:
    """R1: a refusal and a card, both."""
    words = f"{UNKIND} and {LOW}"
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        refused = await raw.ask("send", room="anxiety", text=words, key="k")
        card = (await next_event(raw, "care"))["card"]
    assert refused["type"] == "refused" or refused["state"] == "held"
    assert card["lines"]
    assert "You did nothing wrong" in card["says"]


@one_flavour
async def test_a_teen_s_card_starts_with_what_can_be_written_to_and_promises_no_secrecy(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node, "teens", band="teen", country="CA") as raw:
        await raw.ask("send", room="teens", text=LOW, key="k")
        card = (await next_event(raw, "care"))["card"]
    assert card["lines"][0]["name"] == "Kids Help Phone"
    assert card["lines"][0]["method"] == "sms"
    assert "secret" not in card["says"]
    assert "may have to bring help" in card["says"]


async def test_somebody_in_danger_does_not_wait_for_an_engine_that_hangs(engine: Engine) -> None:
    """X55, F45: the card comes all the same, with its lines and the emergency number; nobody is said to be told."""
    async with node_on(engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        engine.pause()
        try:
            await raw.say("send", room="anxiety", text=ACUTE, key="k")
            async with asyncio.timeout(3):
                card = (await next_event(raw, "care"))["card"]
        finally:
            engine.resume()
    assert card["urgent"] is True
    assert card["lines"]
    assert card["emergency"]["dial"]
    assert "has been told" not in card["says"]
    assert "delivered" not in card["says"]


@one_flavour
async def test_who_may_not_speak_and_is_in_danger_is_brought_before_the_team_whatever_the_words(
    steady_engine: Engine,
) -> None:
    """Words that would be held are no case of their own where their author is muted: the person is (R1)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        (connection,) = node.gateway.everyone()
        place, user = connection.rooms["anxiety"], next(iter(node.hub.people))
        verdict = node.services.pipeline.judge(Submission(URGENT, lane="l", author="a"), 0.0)
        for heard in ("", UNSHOWN):
            commits = care_for(node.services, connection, place, "anxiety", EventId(f"m{heard}"), verdict, heard=heard)
            if commits:
                await node.services.backplane.submit(commits)
            await next_event(raw, "care")
            on_desk = [case.kind for case in await node.services.review.of(user)]
            assert on_desk == ([CaseKind.CRISIS] if heard else [])
    assert verdict.action is Action.HOLD


@one_flavour
async def test_what_is_done_beside_a_message_never_ends_the_node(steady_engine: Engine) -> None:
    """A card that cannot be made is counted as a fault, wherever it was wanted; nothing is raised."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        (connection,) = node.gateway.everyone()
        place = connection.rooms["anxiety"]
        assert connection.identity is not None
        assert place.topic is not None
        verdict = node.services.pipeline.judge(Submission(ACUTE, lane="l", author="a"), 0.0)
        soon = dataclasses.replace(node.services.easing, people=0.5)
        wordless = dataclasses.replace(node.services, cards=Cards(node.services.helplines, {}), easing=soon)
        await care.bring(wordless, connection, place, "anxiety", EventId("m1"), verdict)
        await easing.weigh(wordless, connection.identity, place, place.topic, verdict.care)
        await help.keep(wordless, connection.identity, {})
        (case,) = await node.services.review.of(connection.identity.user)
        faults = node.metrics.read()
        assert (await raw.ask("ping"))["type"] == "pong"
    assert case.kind is CaseKind.CRISIS
    assert faults["warmline_faults_total{fault=KeyError}"] >= 3  # the card of a handover wants its words too


@one_flavour
async def test_who_is_there_is_said_where_they_are_stayed_with_and_the_card_refers_to_it(steady_engine: Engine) -> None:
    """T15: the card is written once; `session_changed` is true at each moment. The same line is not read twice."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        await raw.ask("send", room="anxiety", text=CARE, key="u")
        stay = await next_event(raw, "session_changed")
        cards = [(await next_event(raw, "care"))["card"] for _ in range(2)]  # their words', and the way to a line
        asked = await raw.ask("help")
    assert stay["code"] == "nobody_here"
    staying = node.services.cards.words("en")["person"][Desk.STAYING]
    assert [card["person"] for card in cards] == [{"available": False, "says": staying}] * 2
    assert not [card for card in cards if stay["says"] in card["says"]]
    assert asked["card"]["person"]["says"] == stay["says"]  # who asks is answered
