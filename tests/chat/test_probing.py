"""The creep shield in running nodes: counted over rooms, connections and nodes; held, explained, and fair (F29)."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from chat import probing
from chat.node import Node
from moderation import keys
from moderation.cases import Case, CaseKind
from moderation.shield import Level, Probe, Sign
from rooms.events import UserId
from tests.chat.test_sanctioning import LOW, on_duty, say
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw


async def counted(node: Node, user: UserId, most: int) -> list[Sign]:
    """This person's signs, as soon as there are `most`: counting waits for nobody."""
    async with asyncio.timeout(10):
        while True:
            known = await node.services.standing.signed(user, (), node.services.backplane.engine_now_ms())
            if len(known) >= most:
                return known


async def shields(node: Node) -> list[Case]:
    """Open ones. What goes into another is there for a moment before that one knows of it."""
    return [case for case in await node.services.review.queue() if case.kind is CaseKind.SHIELD and not case.into]


async def alerted(node: Node, level: str, against: UserId) -> Case:
    """The case of the shield about somebody, as soon as it has come to this level."""
    async with asyncio.timeout(10):
        while True:
            for case in await shields(node):
                if case.against == against and f"shield.{level}" in case.rules:
                    return case
            await asyncio.sleep(0.001)


def counting() -> list[asyncio.Task[None]]:
    """What this process counts just now. A question that was answered is among it, or has been counted."""
    return [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == probing.count.__name__]


def only(node: Node) -> UserId:
    (user,) = node.hub.people
    return user


async def asks(raw: Raw, text: str, whom: dict[str, Any], key: str, room: str = "anxiety") -> dict[str, Any]:
    return await raw.ask("send", room=room, text=text, key=key, reply_to=whom["id"])


@one_flavour
async def test_a_prober_is_watched_then_held_over_rooms_and_nodes_and_explained_to_moderators(
    steady_engine: Engine,
) -> None:
    """Three people in two rooms through two nodes; the fourth is asked nothing before a person has read it."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(node_on(steady_engine.url))
        two = await stack.enter_async_context(node_on(steady_engine.url))
        prober = await stack.enter_async_context(Raw.upgraded(one.url))
        token = (await prober.hello())["token"]
        user = only(one)
        await prober.ask("join", room="anxiety")
        peers = [await stack.enter_async_context(talking(two, "anxiety", "recovery")) for _ in range(4)]
        mod = await stack.enter_async_context(on_duty(two))
        words = [await say(peer, f"evening from me too {n}", key=f"p{n}") for n, peer in enumerate(peers)]
        first = await asks(prober, "how old are you?", words[0], "1")
        await asks(prober, "are you a girl or a boy? got a selfie?", words[1], "2")
        await counted(two, user, 3)
        watched = await alerted(two, "watch", user)
        other = await stack.enter_async_context(Raw.upgraded(two.url))
        await other.ask("hello", token=token)
        await other.ask("join", room="recovery")
        there = await say(peers[2], "and here", room="recovery", key="r")
        await asks(other, "what's your insta?", there, "3", room="recovery")
        await counted(two, user, 4)
        held = await asks(other, "how old are you then?", there, "4", room="recovery")
        plain = await say(other, "it is a quiet night", room="recovery", key="5")
        case = await alerted(two, "hold", user)
        claimed = await mod.ask("claim", case=case.id)
    assert first["state"] == "delivered"
    assert watched.against == user
    assert held["state"] == "held"
    assert "reads this first" in held["says"]
    assert plain["state"] == "delivered"
    assert case.id == watched.id
    assert "asked how old someone is" in claimed["words"]["note"]
    assert "text" not in claimed["words"]


@one_flavour
async def test_asking_back_and_worrying_count_for_nothing(steady_engine: Engine) -> None:
    """Who was asked first, and who answers pain with "are you alone?"."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as newcomer,
    ):
        user = only(node)
        async with talking(node, "anxiety") as other:
            question = await say(other, "how old are you?")
            await next_event(newcomer, "message")
            await asks(newcomer, "19, how old are you?", question, "1")
            low = await say(other, LOW, key="low")
            await next_event(newcomer, "message")
            await asks(newcomer, "oh no. are you on your own?", low, "2")
            await asks(newcomer, "got a selfie?", question, "3")  # this one counts: by then the others were looked at
            known = await counted(node, user, 1)
    assert [sign.probe for sign in known] == [Probe.PICTURE]


@one_flavour
async def test_somebody_in_distress_is_never_held_by_the_shield_and_staff_are_not_counted(
    steady_engine: Engine,
) -> None:
    """Whatever was counted before (R1)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as prober, on_duty(node, "anxiety") as mod:
        (user,) = [user for user in node.hub.people if user != "m" * 22]
        now = node.services.backplane.engine_now_ms()
        signs = [Sign(probe, f"p{n}", now, "adult/anxiety") for n in range(4) for probe in (Probe.AGE, Probe.PICTURE)]
        await node.services.standing.signed(user, signs, now)
        question = await say(mod, "may I ask how old are you?", key="mod")
        low = await asks(prober, LOW, question, "1")
        held = await asks(prober, "how old are you?", question, "2")
        checked = await prober.ask("check", room="anxiety", text="how old are you?")
        mine = await say(prober, "it is late", key="3")
        edited = await prober.ask("edit", room="anxiety", message=mine["id"], text="got a selfie?", key="e")
        level = node.services.standing.level(user)
        of_staff = await node.services.standing.signed("m" * 22, (), now)
    assert level is Level.HOLD
    assert low["state"] == "delivered"
    assert (held["state"], checked["action"], mine["state"], edited["state"]) == ("held", "hold", "delivered", "held")
    assert of_staff == []


@one_flavour
async def test_the_store_cannot_tell_who_was_asked(steady_engine: Engine) -> None:
    """Partners are hashes that differ for each person who asks (F33)."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as one,
    ):
        first = only(node)
        async with talking(node, "anxiety") as two, talking(node, "anxiety") as asked:
            (second, partner) = [user for user in node.hub.people if user != first]
            word = await say(asked, "evening all")
            await asks(one, "got a selfie?", word, "1")
            await asks(two, "how old are you?", word, "2")
            tokens = [(await counted(node, user, 1))[0].partner for user in (first, second)]
    assert tokens[0] != tokens[1]
    assert partner not in tokens


@one_flavour
async def test_a_repeat_counts_once_and_a_plea_for_nothing(steady_engine: Engine) -> None:
    """Whoever has spoken between the two; and who is in distress may ask to be called (R1)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        user = only(node)
        async with talking(node, "anxiety") as first, talking(node, "anxiety") as second:
            await say(first, "good evening", key="f")
            for text, key in (
                ("how old are you?", "q"),
                ("I want to die, please can someone call me, what's your number", "plea"),
            ):
                await say(one, text, key=key)
            await counted(node, user, 1)
            await say(second, "good evening too", key="s")
            again = await say(one, "how old are you?", key="q")
            await say(one, "got a selfie?", key="last")
            known = await counted(node, user, 2)
    assert again["repeated"]
    assert sorted(sign.probe for sign in known) == [Probe.AGE, Probe.PICTURE]


@one_flavour
async def test_an_edit_asks_nothing_anew_and_hides_nothing(steady_engine: Engine) -> None:
    """The same question in better words is the same question, whoever has spoken since; a further one is counted, and
    of whom the message was for.
    """
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as asker,
        talking(node, "anxiety") as one,
        talking(node, "anxiety") as two,
    ):
        user = next(iter(node.hub.people))
        said = await say(one, "evening from me too")
        sent = await asks(asker, "how old are you?", said, "1")
        await counted(node, user, 1)
        await say(two, "hello from here", key="t")
        edit = {"room": "anxiety", "message": sent["id"]}
        better = await asker.ask("edit", **edit, text="oh, how old are you then?", key="2")
        await asyncio.gather(*counting())
        same = await counted(node, user, 1)
        await asker.ask("edit", **edit, text="how old are you? which town do you live in?", key="3")
        more = await counted(node, user, 2)
    assert better["state"] == "delivered"
    assert [sign.probe for sign in same] == [Probe.AGE]
    assert Probe.PLACE in {sign.probe for sign in more}
    assert [sign.probe for sign in more].count(Probe.AGE) == 1
    assert len({sign.partner for sign in more}) == 1


@one_flavour
async def test_what_moderators_could_not_be_told_they_are_told_with_the_next_question(steady_engine: Engine) -> None:
    """The store takes the signs and not the case: the level is not marked as known before its case is there."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as prober:
        user = only(node)
        async with talking(node, "anxiety") as peer:
            now, standing = node.services.backplane.engine_now_ms(), node.services.standing
            signs = [Sign(probe, f"p{n}", now, "adult/anxiety") for n, probe in enumerate((Probe.AGE, Probe.PICTURE))]
            await standing.signed(user, signs, now)
            place = keys.about(CaseKind.SHIELD, user)
            await steady_engine.ask("RPUSH", place, "not what a case is about")
            first = await say(peer, "good evening")
            await asks(prober, "how old are you?", first, "1")
            await asyncio.gather(*counting())
            before = await shields(node), await standing.alerted(user)
            await steady_engine.ask("DEL", place)
            await asks(prober, "got a selfie?", first, "2")
            await asyncio.gather(*counting())
            (case,), after = await shields(node), await standing.alerted(user)
    assert before == ([], Level.NONE)
    assert (case.against, case.rules[0]) == (user, f"shield.{Level(after).word}")
