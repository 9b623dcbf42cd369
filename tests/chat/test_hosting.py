"""Teen rooms: a host, or only reading; first posts released in order; a disclosure is for the team."""

from __future__ import annotations

import asyncio
from typing import Any

from chat.client import Client, Codec
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.raw import Raw
from tests.support.staff import URGENT, decide, looking_after, not_new, on_duty, waiting
from tests.support.two import changed, on_shift

# Passive thoughts: concern, no page.
LOW = "some nights I think everyone would be better off without me"
# Said of nothing heavy.
LIGHT = ("hi all", "maths was long", "our dog learned to sit", "i drew a bird", "it rained on me", "see you tomorrow")


async def says(raw: Raw, text: str, key: str = "") -> dict[str, Any]:
    return await raw.ask("send", room="teens", text=text, key=key or text[:60])


async def until_hosted(raw: Raw, state: str) -> dict[str, Any]:
    """The notice that a host has come ("hosted") or gone ("unhosted")."""
    async with asyncio.timeout(20):
        while (notice := await next_event(raw, "notice"))["code"] != state:
            pass
    return notice


async def release(host: Raw, *texts: str) -> None:
    """The oldest that wait, one after the other."""
    for text in texts:
        row = min(await waiting(host), key=lambda case: str(case["at"]))
        claimed = await host.ask("claim", case=row["case"])
        assert claimed["words"]["text"] == text
        assert (await host.ask("resolve", case=row["case"], resolution="release"))["type"] == "decided"


@one_flavour
async def test_without_a_host_a_teen_room_is_for_reading_and_says_so_kindly(steady_engine: Engine) -> None:
    """On whichever node the host is; when they come and when they go, all there are told, each in their language."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, band="teen") as raw,
        talking(one, "teens", band="teen", language="es") as ana,
    ):
        assert (await raw.ask("join", room="teens"))["hosted"] is False
        refused = await says(raw, "hi all")
        assert (refused["code"], refused["retry"]) == ("closed", "later")
        assert "ask for help" in refused["says"]
        async with looking_after(two.url, "teens") as host:
            told = [(await until_hosted(each, "hosted"))["says"] for each in (raw, ana)]
            assert [words[:8] for words in told] == ["Somebody", "Ya hay a"]
            assert (await says(raw, "hi all"))["state"] == "held"
            assert (await host.ask("send", room="teens", text="welcome", key="w"))["state"] == "delivered"
            await host.ask("leave", room="teens")
            await until_hosted(raw, "unhosted")
        assert (await says(raw, "still there?"))["code"] == "closed"
        assert await texts_of(raw, "teens") == ["welcome"]


@one_flavour
async def test_who_is_no_checked_grown_up_is_no_host(steady_engine: Engine) -> None:
    """A moderator under 18, a responder, a listener: none of them opens the room."""
    async with node_on(steady_engine.url) as node, talking(node, "teens", band="teen") as raw:
        for role, how in (
            ("moderator", {"band": "teen"}), ("responder", {"vetted": True}), ("listener", {"vetted": True}),
        ):  # fmt: skip
            async with on_duty(node.url, role, f"no-host-{role}", **how) as other:
                assert (await other.ask("join", room="teens"))["hosted"] is False
                assert (await says(raw, "hi", f"{role}"))["code"] == "closed"
                assert (await says(other, "hi", "o"))["code"] == "closed"


@one_flavour
async def test_the_first_five_posts_are_released_by_a_host_in_order_and_the_sixth_goes_at_once(
    steady_engine: Engine,
) -> None:
    """Held on one node, released through another; each told; refused ones count for nothing."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        looking_after(two.url, "teens") as host,
        talking(one, "teens", band="teen") as raw,
    ):
        first, second = await says(raw, LIGHT[0]), await says(raw, LIGHT[1])
        assert (first["state"], second["state"]) == ("held", "held")
        assert "reads the first few messages" in first["says"]
        claimed = await host.ask("claim", case=second["id"])
        early = await host.ask("resolve", case=second["id"], resolution="release")
        assert (claimed["type"], early["code"]) == ("claimed", "too_soon")
        await release(host, *LIGHT[:2])
        assert [(await next_event(raw, "resolved"))["state"] for _ in range(2)] == ["delivered"] * 2
        rude = await says(raw, "we all had soup")
        await decide(host, rude["id"], "refuse")
        for text in LIGHT[2:5]:
            assert (await says(raw, text))["state"] == "held"
        await release(host, *LIGHT[2:5])
        assert [(await says(raw, text))["state"] for text in LIGHT[5:]] == ["delivered"]
        assert await texts_of(raw, "teens") == list(LIGHT)
        assert (await says(raw, LIGHT[0]))["state"] == "delivered"  # the same key: as it became


@one_flavour
async def test_posts_sent_in_one_breath_keep_their_order_when_nobody_is_new(steady_engine: Engine) -> None:
    """Each asks the store until this node knows; none overtakes another meanwhile, in both codecs."""
    async with node_on(steady_engine.url) as node, looking_after(node.url, "teens") as host:
        for codec in Codec:
            async with Client(f"{node.url}/ws".replace("http", "ws"), guest={"band": "teen"}, codec=codec) as client:
                assert (await client.join("teens")).hosted is True
                (user,) = [user for user in node.hub.people if not user.startswith("staff-")]
                await not_new(node, user)
                texts = [f"{codec.name} number {number}" for number in range(30)]
                replies = await asyncio.gather(*(client.send("teens", text) for text in texts))
                assert {reply["state"] for reply in replies} == {"delivered"}
                assert [text for text in await texts_of(host, "teens") if text.startswith(codec.name)] == texts


@one_flavour
async def test_a_disclosure_is_held_from_the_room_and_answered_at_once_by_a_card(steady_engine: Engine) -> None:
    """Also of somebody who is not new; the others there see nothing, the host can read it."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "teens", band="teen", country="GB") as raw,
        looking_after(node.url, "teens") as host,
    ):
        await until_hosted(raw, "hosted")
        (user,) = [user for user in node.hub.people if not user.startswith("staff-")]
        await not_new(node, user)
        assert (await says(raw, "hi all"))["state"] == "delivered"
        sent = await says(raw, LOW)
        card = (await next_event(raw, "care"))["card"]
        (row,) = await waiting(host)
        assert sent["state"] == "held"
        assert "You did nothing wrong" in sent["says"]
        assert card["lines"]
        assert "teen.disclosure" in row["rules"]
        assert await texts_of(host, "teens") == ["hi all"]


@one_flavour
async def test_a_disclosure_without_a_host_is_never_turned_away(steady_engine: Engine) -> None:
    """The card, the responder called, the words kept on the desk; and the person is stayed with."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "teens", band="teen", country="GB") as raw,
        on_duty(node.url, "responder", "vera", vetted=True) as responder,
    ):
        await on_shift(node)
        sent = await says(raw, URGENT)
        card = (await next_event(raw, "care"))["card"]
        called = await next_event(responder, "alerted")
        claimed = await responder.ask("claim", case=called["case"])
        assert (sent["state"], sent["id"]) == ("held", called["case"])
        assert card["lines"]
        assert claimed["words"]["text"]
        assert (await responder.ask("take", case=called["case"]))["type"] == "taken"
        await changed(raw, code="team_here")


@one_flavour
async def test_an_edit_is_no_way_past_the_host(steady_engine: Engine) -> None:
    """New: read first. Nobody there: not now. A disclosure in an edit: not for the room either (X33)."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "teens", band="teen") as raw,
        looking_after(node.url, "teens") as host,
    ):
        await until_hosted(raw, "hosted")
        first = await says(raw, "hi all")
        await release(host, "hi all")
        change = {"room": "teens", "message": first["id"]}
        assert (await raw.ask("edit", **change, text="hello all", key="e1"))["state"] == "held"
        (user,) = [user for user in node.hub.people if not user.startswith("staff-")]
        await not_new(node, user)
        assert (await raw.ask("edit", **change, text=LOW, key="e2"))["state"] == "held"
        await host.ask("leave", room="teens")
        await until_hosted(raw, "unhosted")
        assert (await raw.ask("edit", **change, text="hello you", key="e3"))["code"] == "closed"
        assert await texts_of(raw, "teens") == ["hi all"]


@one_flavour
async def test_see_before_send_says_what_a_teen_room_would_do(steady_engine: Engine) -> None:
    """F22: `check` is told that it would be read first; and nothing is kept."""
    async with (
        node_on(steady_engine.url) as node,
        looking_after(node.url, "teens") as host,
        talking(node, "teens", band="teen", language="es") as raw,
    ):
        light, low = [await raw.ask("check", room="teens", text=text) for text in ("hola a todos", LOW)]
        assert (light["action"], low["action"]) == ("hold", "hold")
        assert light["says"].startswith("Quien cuida de esta sala")
        assert await waiting(host) == []
