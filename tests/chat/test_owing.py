"""What follows from a step: once for each person, in order, true when it is told, and never holding up the rest."""

from __future__ import annotations

from typing import Any

import pytest

from chat import owing
from chat.tellings import STATES
from rooms import meeting, pairkeys
from rooms.debts import ASIDE, Owed
from rooms.effects import Do, Effect, Event, tell
from rooms.matchmaker import MatchAway
from rooms.scene import No, RowKind
from rooms.waits import Waits
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.pairs import made, putting
from tests.support.raw import Raw
from tests.support.staff import on_duty, waiting
from tests.support.two import changed, listening, seek, together


async def inbox(raw: Any) -> list[dict[str, Any]]:
    page = await raw.ask("page", room="inbox", limit=100)
    events: list[dict[str, Any]] = page["events"]
    return events


def me(node: Any) -> str:
    staff = {"listener", "moderator"}
    (connection,) = [one for one in node.gateway.everyone() if one.identity and staff.isdisjoint(one.identity.roles)]
    assert connection.identity is not None
    return str(connection.identity.user)


@one_flavour
async def test_who_is_not_here_reads_it_in_their_language_when_they_come_back(steady_engine: Engine) -> None:
    """F52: the language is kept with the person's row, by what they said last, for nodes that have never seen them."""
    async with node_on(steady_engine.url) as one, node_on(steady_engine.url) as two, listening(two) as listener:
        async with Raw.upgraded(one.url) as raw:
            token = (await raw.hello(language="es"))["token"]
            room = await together(raw, listener)
        assert (await listener.ask("close", room=room))["type"] == "closed"
        await changed(listener, state="closing")  # who is not here was told before them
        async with Raw.upgraded(one.url) as raw:
            await raw.ask("hello", token=token)
            told = [event for event in await inbox(raw) if event.get("state") == "closing"]
    assert {event["says"] for event in told} == {one.services.pipeline.books.says.say(STATES["closing"], "es")}


@one_flavour
async def test_an_effect_that_is_done_twice_is_one_entry(steady_engine: Engine) -> None:
    """A node can die between doing and crossing off: the next one does it again, under the same id."""
    async with node_on(steady_engine.url) as node, talking(node) as raw:
        owed = Owed("e1", tell(me(node), Event.OFFER_WITHDRAWN, offer="o"))
        assert [await owing.do(node.services, owed) for _ in range(3)] == [True] * 3
        assert await owing.do(node.services, Owed("e2", owed.effect))
        told = await inbox(raw)
    assert [(event["type"], event["offer"]) for event in told] == [("offer_withdrawn", "o")] * 2


@one_flavour
async def test_who_is_there_is_not_told_any_more_when_it_has_changed_but_what_is_announced_is(
    steady_engine: Engine,
) -> None:
    """T15, T10: a stale telling is left out; that somebody is about to join is told all the same, without a list."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        id = (await together(seeker, listener)).removeprefix("session:")
        session = await node.services.matchmaker.find(RowKind.SESSION, id)
        before = len(await inbox(seeker))
        fields = {"session": id, "state": "active", "here": [session.listener], "standing": ("session", id, -1)}
        for number, code in enumerate(("", "coming")):
            effect = tell(session.seeker, Event.SESSION_CHANGED, code=code, **fields)
            assert await owing.do(node.services, Owed(f"stale-{number}", effect))
        (told,) = [event for event in (await inbox(seeker))[before:] if event["type"] == "session_changed"]
    assert told["code"] == "coming"
    assert "who" not in told


@one_flavour
async def test_our_own_fault_holds_up_nobody_but_is_never_the_end_of_words(
    steady_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What carries words, or a door, is tried until it is done; a telling that cannot be made is counted and left."""

    async def broken(services: Any, owed: Owed) -> bool:
        raise KeyError("no such thing")

    async with node_on(steady_engine.url) as node:
        for what in (Do.CARD, Do.DELIVER):
            monkeypatch.setitem(owing.DO, what, broken)
        assert await owing.do(node.services, Owed("c", Effect(Do.CARD, "somebody")))
        with pytest.raises(KeyError):
            await owing.do(node.services, Owed("d", Effect(Do.DELIVER, "somebody")))
        faults = node.metrics.read()["warmline_faults_total{fault=KeyError}"]
    assert faults == 1
    assert {Do.DELIVER, Do.SUMMARY, Do.SHUT, Do.SHRED, Do.FOLLOW, Do.PAGE, Do.FILE} <= owing.KEPT
    assert set(owing.DO) == set(Do)
    assert set(owing.TELLINGS) == set(Event)


async def rested(engine: Engine, target: str) -> None:
    """The rest of what was put aside is over; nobody is at it."""
    await engine.ask("HDEL", pairkeys.DOING, target)
    await engine.ask("ZADD", pairkeys.OWED, 0, target)


@one_flavour
async def test_what_fails_by_our_fault_is_put_aside_and_shown_to_the_desk_and_the_next_goes_on(
    steady_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words are never dropped: their author hears that they are kept, and they are given on when they can be."""
    real, given = owing.DO[Do.DELIVER], []

    async def broken(services: Any, owed: Owed) -> bool:
        raise KeyError("no such thing")

    async def well(services: Any, owed: Owed) -> bool:
        given.append(owed.id)
        return await real(services, owed)

    async with node_on(steady_engine.url) as node, talking(node) as raw, on_duty(node.url, "moderator") as mod:
        user, services = me(node), node.services
        debts = services.matchmaker.debts
        monkeypatch.setitem(owing.DO, Do.DELIVER, broken)
        words = Effect(Do.DELIVER, user, {"request": "r", "session": "s"})
        owing_both = (("p/a", words), ("p/a", tell(user, Event.OFFER_WITHDRAWN, offer="o")))
        await made(services.matchmaker, putting(owing=owing_both))
        (first, _) = await debts.take("p/a")
        for _ in range(owing.TRIES):
            await owing.settle(services, "p/a")
        kept = await next_event(raw, "notice")
        assert (kept["code"], "still kept" in kept["says"]) == ("kept", True)
        assert (await next_event(raw, "offer_withdrawn"))["offer"] == "o"
        await rested(steady_engine, ASIDE + first.id)
        await owing.settle(services, ASIDE + first.id)  # it still can't be done: no second case
        cases = [one for one in await waiting(mod) if "session.stuck.deliver" in one.get("rules", ())]
        assert len(cases) == 1
        assert services.metrics.read()["warmline_effects_aside_total{what=deliver}"] == 1
        monkeypatch.setitem(owing.DO, Do.DELIVER, well)
        await rested(steady_engine, ASIDE + first.id)
        await owing.settle(services, ASIDE + first.id)
        assert given == [first.id]
        assert await debts.take(ASIDE + first.id) == []


@one_flavour
async def test_a_wait_is_learned_from_once_however_often_it_is_told(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node:
        fields = {"band": "adult", "risk": 0, "place": 1, "waited": 5000, "shown": 9000}
        owed = Owed("m1", Effect(Do.MEASURE, "", fields))
        assert [await owing.do(node.services, owed) for _ in range(2)] == [True, True]
        row = await node.services.matchmaker.find(RowKind.WAITS, "adult/0")
    assert isinstance(row, Waits)
    assert [one.waited for one in row.samples] == [5000]


@one_flavour
async def test_words_of_a_session_are_gone_everywhere_once_they_are_shredded(steady_engine: Engine) -> None:
    """T12: history, resume and the engine hold nothing of them."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await seeker.ask("send", room=room, text="a harbour at dusk", key="k")
        assert await owing.do(node.services, Owed("s1", Effect(Do.SHRED, "", {"of": room.removeprefix("session:")})))
        page = await seeker.ask("page", room=room, limit=100)
        kept = await steady_engine.ask("XRANGE", f"warm:{{{room.replace(':', '/')}}}:log", "-", "+")
    assert page["events"] == []
    assert kept == []


@one_flavour
async def test_what_a_node_that_died_owed_is_done_by_another_within_a_second_or_two(steady_engine: Engine) -> None:
    """The rows and what follows were one write; here nobody of the first node does what follows."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(two) as seeker,
        listening(two) as listener,
    ):
        await seek(seeker)
        offer = (await next_event(listener, "offered"))["offer"]
        made = await one.services.matchmaker.change(
            lambda scene: meeting.accept(scene, offer, "staff-one", "s1"), (RowKind.OFFER, offer)
        )  # and there it died
        assert not isinstance(made, No)
        assert made.targets
        for raw in (seeker, listener):
            assert (await next_event(raw, "session_opened"))["session"] == "s1"
        page = await seeker.ask("page", room="inbox", limit=100)
    assert [event["type"] for event in page["events"]].count("session_opened") == 1


async def test_without_the_store_a_step_is_not_made_and_says_so(engine: Engine) -> None:
    async with node_on(engine.url) as node:
        await engine.kill()
        with pytest.raises(MatchAway):
            await owing.make(node.services, lambda scene: True)
        await owing.settle(node.services, "p/somebody")  # and what is owed waits, without a word
