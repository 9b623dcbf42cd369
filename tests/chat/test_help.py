"""Help at any time: the card without a message, the barrier question, and a person of the team."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chat.auth import Identity, Scope, sign
from chat.node import Node
from rooms.events import Band, Role, UserId
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import SECRET, next_event, node_on, talking
from tests.support.raw import Raw

LOW = "some nights I think everyone would be better off without me"
SHAPE = {"id", "urgent", "says", "lines", "emergency", "person", "ask", "dismiss"}


def token(node: Node, role: Role, *scopes: Scope, name: str = "r") -> str:
    now = node.services.wall()
    identity = Identity(
        user=UserId(f"staff-{name}"),
        roles=frozenset({role}),
        scopes=frozenset(scopes),
        band=Band.ADULT,
        name=name,
        expires=now + 3600,
    )
    return sign(identity, SECRET.encode(), now)


@asynccontextmanager
async def staff(node: Node, role: Role = Role.MODERATOR, *scopes: Scope) -> AsyncIterator[Raw]:
    """Somebody of the team, connected."""
    async with Raw.upgraded(node.url) as raw:
        welcome = await raw.ask("hello", token=token(node, role, *scopes))
        assert welcome["type"] == "welcome", welcome
        yield raw


@one_flavour
async def test_help_is_there_without_a_room_or_a_message(steady_engine: Engine) -> None:
    """F44: at most three lines, the emergency number, a person, and the question what is in the way."""
    async with node_on(steady_engine.url) as node, talking(node, country="GB") as raw:
        reply = await raw.ask("help")
        nowhere = await raw.ask("help", room="no-such-room")
        teens = await raw.ask("help", room="teens")  # not theirs to see: no oracle, and no less help
    assert reply["type"] == nowhere["type"] == teens["type"] == "help"
    assert set(reply["card"]) == SHAPE
    assert 1 <= len(reply["card"]["lines"]) <= 3
    assert reply["card"]["emergency"]["dial"] == ["999", "112"]
    assert {name: value for name, value in teens["card"].items() if name != "id"} == {
        name: value for name, value in nowhere["card"].items() if name != "id"
    }


@one_flavour
async def test_an_answer_to_the_question_makes_the_card_anew_in_the_reply_and_in_the_inbox(
    steady_engine: Engine,
) -> None:
    """Again and again, and on another node."""
    async with (
        node_on(steady_engine.url) as here,
        node_on(steady_engine.url) as there,
        talking(here, "anxiety", country="GB", language="en") as raw,
        Raw.upgraded(there.url) as laptop,
    ):
        await raw.ask("send", room="anxiety", text=LOW, key="k")
        first = await next_event(raw, "care")
        reply = await raw.ask("care_answer", care=first["card"]["id"], choice="speak")
        event = await next_event(raw, "care")
        again = await raw.ask("care_answer", care=reply["card"]["id"], choice="afraid")
        await next_event(raw, "care")
        page = await raw.ask("join", room="inbox")
        hello = await laptop.ask("hello", token=(await fresh_token(raw, here)))
        elsewhere = await laptop.ask("care_answer", care=first["card"]["id"], choice="cost")
    assert hello["type"] == "welcome"
    assert reply["type"] == "care_answered"
    assert (reply["care"], reply["choice"]) == (first["card"]["id"], "speak")
    assert reply["card"]["lines"][0]["method"] == "sms"
    assert event["card"] == reply["card"]
    assert event["about"] == "anxiety"
    assert "contacts no police" in again["card"]["says"]
    assert [entry["id"] for entry in page["events"]] == [
        first["id"], reply["card"]["id"], again["card"]["id"],
    ]  # fmt: skip
    assert elsewhere["type"] == "care_answered"


async def fresh_token(raw: Raw, node: Node) -> str:
    """A token of the person behind a connection of this node."""
    (person,) = (
        connection.identity for someone in node.hub.people.values() for connection in someone.connections
        if connection.identity is not None
    )  # fmt: skip
    return sign(person, SECRET.encode(), node.services.wall())


@one_flavour
async def test_a_repeated_key_is_the_same_card(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node, country="GB") as raw:
        card = (await raw.ask("help"))["card"]
        ids = {(await raw.ask("care_answer", care=card["id"], choice="cost", key="k"))["card"]["id"] for _ in range(3)}
        await next_event(raw, "care")
        page = await raw.ask("join", room="inbox")
    assert len(ids) == 1
    assert len(page["events"]) == 1


@one_flavour
async def test_only_its_owner_may_answer_a_card_and_only_with_a_choice_there_is(steady_engine: Engine) -> None:
    """R3: another's card is not there."""
    async with node_on(steady_engine.url) as node, talking(node) as mine, talking(node) as other:
        card = (await mine.ask("help"))["card"]
        foreign = await other.ask("care_answer", care=card["id"], choice="speak")
        made_up = await other.ask("care_answer", care="x" * 32, choice="speak")
        odd = await mine.ask("care_answer", care=card["id"], choice="nothing of the kind")
    assert foreign["code"] == made_up["code"] == "not_found"
    assert foreign["says"] == made_up["says"]
    assert (odd["code"], odd["path"]) == ("bad_request", "choice")


@one_flavour
async def test_a_wish_for_a_person_is_a_crisis_case_once_however_often_it_is_said(steady_engine: Engine) -> None:
    """F44: before everything else on the desk; nobody there is said plainly."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        first = await raw.ask("help", room="anxiety", person=True)
        again = await raw.ask("care_answer", care=first["card"]["id"], choice="person")
        async with staff(node) as moderator:
            listed = await moderator.ask("cases")
            mine = [case for case in listed["cases"] if case["kind"] == "crisis" and case["room"] == "anxiety"]
            there = await raw.ask("care_answer", care=first["card"]["id"], choice="person")
    assert len(mine) == 1
    for reply in (first, again):
        assert reply["card"]["person"]["available"] is False
        assert "Nobody from our team is here right now" in reply["card"]["person"]["says"]
        assert "has been told" in reply["card"]["says"]
    assert there["card"]["person"]["available"] is True
    assert "has been asked" in there["card"]["person"]["says"]


@one_flavour
async def test_somebody_on_shift_on_another_node_is_there_and_gone_when_they_go(steady_engine: Engine) -> None:
    """T15: what a card says of a person is true at that moment."""
    async with (
        node_on(steady_engine.url) as here,
        node_on(steady_engine.url) as there,
        talking(here) as adult,
        talking(here, band="teen") as teen,
    ):
        before = await adult.ask("help")
        async with staff(there, Role.RESPONDER):
            during = await until(adult, available=True)
            young = await teen.ask("help")
        after = await until(adult, available=False)
    assert before["card"]["person"]["available"] is False
    assert during["card"]["person"]["available"] is True
    assert young["card"]["person"]["available"] is False  # not vetted for teens
    assert after["card"]["person"]["available"] is False


async def until(raw: Raw, *, available: bool) -> dict[str, Any]:
    """Ask until the card says so: another node says who is there once a second."""
    async with asyncio.timeout(10):
        while True:
            reply = await raw.ask("help")
            if reply["card"]["person"]["available"] is available:
                return reply


async def test_help_and_its_question_work_while_the_store_is_away(engine: Engine) -> None:
    """F45: and nothing is said of a person that nobody can know."""
    async with node_on(engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        before = await raw.ask("help")
        await engine.kill()
        async with asyncio.timeout(15):
            away = await raw.ask("help", room="anxiety")
            answer = await raw.ask("care_answer", care=before["card"]["id"], choice="speak")
            person = await raw.ask("care_answer", care=before["card"]["id"], choice="person")
    assert away["card"]["lines"] == before["card"]["lines"]
    assert answer["card"]["lines"][0]["method"] == "sms"
    for reply in (away, person):
        assert reply["card"]["person"] == {
            "available": False,
            "says": "We can't reach anyone here right now. Let's contact a line together.",
        }
    assert "has been told" not in person["card"]["says"]


@one_flavour
async def test_the_card_is_in_the_person_s_language(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node, country="US", language="es") as raw:
        card = (await raw.ask("help"))["card"]
    assert "No has hecho nada malo" in card["says"]
    assert card["ask"][0]["says"] == "No puedo hablar en voz alta"
    assert all("es" in line["languages"] for line in card["lines"])
