"""What nodes agree on about pairs: rows moved together or not at all, once, whoever dies in between."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from rooms import helping, meeting, pairkeys, rows, wanting
from rooms.debts import Owed
from rooms.durations import MINUTE
from rooms.held import Hold
from rooms.matchmaker import LEASE, Claim, Made, MatchAway, Matchmaker, NewerRow
from rooms.offering import Offer
from rooms.scene import No, RowKind, Scene
from rooms.seeking import Request, Seeking
from rooms.ties import Person
from tests.support.engines import FLAVOURS, Engine, running
from tests.support.pairs import a_request, clustered, made, matching_on, noting, putting, taking
from tests.support.proxy import Proxy

REQUEST = (RowKind.REQUEST, "r1")


async def test_of_a_thousand_who_accept_at_once_on_three_nodes_exactly_one_wins(steady_engine: Engine) -> None:
    """T1: the others are told so, and what is owed is owed once."""
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(matching_on(steady_engine.url)) for _ in range(3)]
        await made(nodes[0], putting(a_request("r1")))
        outcomes = await asyncio.gather(*(nodes[i % 3].change(taking("r1", f"l{i}"), REQUEST) for i in range(1000)))
        (won,) = [one for one in outcomes if isinstance(one, Made)]
        assert Counter(one for one in outcomes if isinstance(one, No)) == {No.TAKEN: 999}
        assert won.targets == ("seeker",)
        kept = await nodes[1].find(*REQUEST)
        assert kept.session == won.answer
        assert await steady_engine.ask("LLEN", pairkeys.out("seeker")) == 1


async def test_of_eighty_listeners_who_say_yes_to_one_seeker_exactly_one_is_with_them(steady_engine: Engine) -> None:
    """T1 with the verbs of the house: two are told that a session is open, the others that the offer is withdrawn."""
    users = [f"l{i}" for i in range(80)]
    asked = [(kind, user) for user in users for kind in (RowKind.LISTENER, RowKind.PERSON)]
    told: Counter[str] = Counter()

    async def telling(owed: Owed) -> bool:
        told[owed.effect.fields.get("event", owed.effect.do)] += 1
        return True

    async def all_told(node: Matchmaker, outcome: Made[Any] | No) -> None:
        for target in outcome.targets if isinstance(outcome, Made) else ():
            await node.debts.deliver(target, telling)

    async def say_yes(node: Matchmaker, i: int) -> Made[Any] | No:
        return await node.change(
            lambda scene: meeting.accept(scene, f"o{i}", f"l{i}", f"s{i}"), (RowKind.OFFER, f"o{i}")
        )

    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(matching_on(steady_engine.url)) for _ in range(3)]
        await all_told(nodes[0], await nodes[0].change(lambda scene: wanting.seek(scene, Person(user="sam"), "r1")))
        coming = (nodes[0].change(partial(helping.come, who=Person(user=user), profile={})) for user in users)
        await asyncio.gather(*coming)
        offers = {user: f"o{i}" for i, user in enumerate(users)}
        await all_told(nodes[0], await made(nodes[0], lambda scene: wanting.ask(scene, "r1", offers), REQUEST, *asked))
        outcomes = await asyncio.gather(*(say_yes(nodes[i % 3], i) for i in range(80)))
        assert Counter(one for one in outcomes if isinstance(one, No)) == {No.TAKEN: 79}
        for node, outcome in zip(nodes * 27, outcomes, strict=False):
            await all_told(node, outcome)
        assert (told["offered"], told["session_opened"], told["offer_withdrawn"]) == (80, 2, 79)
        busy = [one for one in await nodes[0].live(RowKind.LISTENER) if one.sessions]
        (session,) = await nodes[0].live(RowKind.SESSION)
        assert [one.user for one in busy] == [session.listener]


@pytest.mark.parametrize("flavour", ["valkey", "redis"])
async def test_everything_of_pairs_is_in_one_slot_of_a_cluster(flavour: str) -> None:
    """A script with keys of two slots would be refused; this one takes every verb through."""
    async with clustered(flavour) as engine, matching_on(engine.url) as node:
        owing = (("seeker", noting("one")), ("listener", noting("two")))
        await made(node, putting(a_request("r1"), Person(user="seeker"), owing=owing, bells=("round:adult",)))
        dues = await node.due()
        assert {claim.member for claim in dues.claims} == {"request:r1", "round:adult"}
        for claim in dues.claims:
            await node.seen(claim)
        assert [one.id for one in await node.live(RowKind.REQUEST)] == ["r1"]
        assert await node.attendance.here("n1", ["seeker"]) >= dues.now
        done: list[Any] = []
        assert await node.debts.deliver("listener", lambda owed: _doing(done, owed)) == 1
        assert (await node.look([REQUEST], ["seeker"])).here == {"seeker"}


async def _doing(done: list[Any], owed: Any) -> bool:
    done.append(owed.effect.fields["did"])
    return True


async def test_several_rows_are_written_together_or_not_at_all(steady_engine: Engine) -> None:
    """While others move one of three rows all the time, the three always hold one number."""
    refs = [(RowKind.REQUEST, f"r{i}") for i in range(3)]

    def count(scene: Scene) -> int:
        found = [scene.look(*ref) for ref in refs]
        assert len({one.told for one in found}) == 1, "rows of one moment"
        for one in found:
            scene.put(RowKind.REQUEST, one.id, replace(one, told=one.told + 1))
        return int(found[0].told)

    async with matching_on(steady_engine.url) as one, matching_on(steady_engine.url) as other:
        await made(one, putting(*(a_request(id) for _, id in refs)))
        answers: list[int] = []

        async def counting(node: Matchmaker) -> None:
            answers.extend([(await made(node, count, *refs)).answer for _ in range(20)])

        await asyncio.gather(counting(one), counting(other), counting(one))
        assert sorted(answers) == list(range(60))
        assert {(await one.find(*ref)).told for ref in refs} == {60}


@asynccontextmanager
async def interrupted(
    engine: Engine, step: Callable[[Scene], Any], *, answers: bool = False
) -> AsyncIterator[tuple[Proxy, asyncio.Task[Any]]]:
    """A step that is under way: it was made on rows that were read, and its write is stopped on the road (`answers`:
    what the engine answers to it is). Flows on when the block ends.
    """
    made_once = asyncio.Event()
    async with Proxy(path=str(engine.socket)) as proxy, matching_on(proxy.url) as node:
        await node.change(lambda scene: None)  # it knows the scripts by now
        await node.change(putting(bells=("warm",)))

        def stopping(scene: Scene) -> Any:
            if not made_once.is_set():
                made_once.set()
                proxy.stall(up=not answers)
            return step(scene)

        task = asyncio.ensure_future(node.change(stopping, REQUEST, (RowKind.PERSON, "seeker")))
        await made_once.wait()
        yield proxy, task
        proxy.flow()
        await task


async def test_what_a_step_looked_at_guards_it_even_where_it_writes_something_else(steady_engine: Engine) -> None:
    """T7: a block that is made between the look and the write is seen."""
    looks = 0

    def step(scene: Scene) -> str | No:
        nonlocal looks
        looks += 1
        if scene.look(RowKind.PERSON, "seeker").barred:
            return No.TAKEN
        return taking("r1", "listener")(scene)

    async with matching_on(steady_engine.url) as other:
        await made(other, putting(Person(user="seeker"), a_request("r1")))
        async with interrupted(steady_engine, step) as (_, task):
            await made(other, putting(Person(user="seeker", barred=("listener",))))
        assert task.result() is No.TAKEN
        assert looks == 2
        assert (await other.find(*REQUEST)).state is Seeking.QUEUED


async def test_a_row_that_was_not_named_beforehand_is_read_when_a_step_looks(steady_engine: Engine) -> None:
    """And what it names with it, so that a chain costs few round trips; a new row needs no look."""
    async with matching_on(steady_engine.url) as node:
        offer = Offer(id="o1", request="r1", seeker="seeker", listener="listener", made=1)
        await made(node, putting(a_request("r1", offers=("o1",)), offer, Person(user="seeker", request="r1")))
        tries = 0

        def step(scene: Scene) -> str:
            nonlocal tries
            tries += 1
            request = scene.look(RowKind.REQUEST, scene.look(RowKind.OFFER, "o1").request)
            scene.put(RowKind.OFFER, "o2", replace(offer, id="o2"))
            return str(scene.look(RowKind.PERSON, request.seeker).request)

        assert (await made(node, step)).answer == "r1"
        assert tries == 3  # nothing read; the offer; the offer and all it names
        assert await node.find(RowKind.OFFER, "o2") == replace(offer, id="o2")


async def test_a_new_row_whose_name_is_taken_is_seen_to_be_there(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(a_request("r1", seeker="first")))

        def step(scene: Scene) -> None:
            scene.put(*REQUEST, a_request("r1", seeker="second"))

        await made(node, step)  # the first try takes it to be new
        assert (await node.find(*REQUEST)).seeker == "second"
        assert await steady_engine.ask("HGET", pairkeys.row(*REQUEST), "rev") == b"2"


async def test_a_refusal_writes_nothing(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:

        def step(scene: Scene) -> No:
            putting(a_request("r1"), owing=(("seeker", noting("x")),), bells=("round:adult",))(scene)
            return No.TOO_SOON

        assert await node.change(step) is No.TOO_SOON
        keys = {key.decode() for key in await steady_engine.ask("KEYS", "*")}
    assert keys == {pairkeys.CLOCK}


async def test_a_deleted_row_leaves_nothing_behind(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(a_request("r1")))

        def step(scene: Scene) -> None:
            scene.look(*REQUEST)
            scene.changes[REQUEST] = None

        await made(node, step)
        assert await node.find(*REQUEST) is None
        assert await node.live(RowKind.REQUEST) == []
        assert (await node.due()).claims == ()


async def test_a_write_whose_answer_was_lost_is_made_once(steady_engine: Engine) -> None:
    """X3: the engine did it and the connection was cut; asked again under its mark it says so."""
    looks = 0

    def step(scene: Scene) -> str | No:
        nonlocal looks
        looks += 1
        return taking("r1", "listener")(scene)

    async with matching_on(steady_engine.url) as other:
        await made(other, putting(a_request("r1")))
        async with interrupted(steady_engine, step, answers=True) as (proxy, task):
            while await other.find(*REQUEST) == a_request("r1"):
                await asyncio.sleep(0.005)  # until the engine has done it
            proxy.cut()
        assert task.result().answer == "listener"
        assert looks == 1
        assert await steady_engine.ask("LLEN", pairkeys.out("seeker")) == 1
        assert await steady_engine.ask("HGET", pairkeys.row(*REQUEST), "rev") == b"2"


async def test_a_write_that_comes_too_late_is_not_made(steady_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `MatchAway` nobody is surprised by it: it lay in a socket for longer than anybody waits."""
    looks = 0

    def step(scene: Scene) -> str | No:
        nonlocal looks
        looks += 1
        return taking("r1", "listener")(scene)

    monkeypatch.setattr("rooms.matchmaker.WITHIN", 200)
    async with matching_on(steady_engine.url) as other:
        before = await made(other, putting(a_request("r1")))
        async with interrupted(steady_engine, step) as (_, task):
            while other.now_ms() < before.now + 500:
                await asyncio.sleep(0.05)
        assert isinstance(task.result(), Made)
        assert looks >= 2  # what was too late was made anew, from rows of now


async def test_without_an_engine_it_says_so_and_tells_nothing(steady_engine: Engine) -> None:
    async with matching_on("unix:///nowhere/engine.sock") as node:
        with pytest.raises(MatchAway) as caught:
            await node.change(putting(a_request("r1", seeker="a private id")))
    assert caught.value.__cause__ is None
    assert "private" not in str(caught.value)


# ------------------------------------------------------------------ what falls due


def updating(scene: Scene) -> str | No:
    """A step of time: the next word about the wait."""
    request = scene.look(*REQUEST)
    at = rows.due_at(request, scene.times)
    if at is None or at > scene.now:
        return No.TOO_SOON
    scene.put(*REQUEST, replace(request, told=(scene.now - request.since) // MINUTE))
    scene.owe("seeker", noting("update"))
    return "told"


async def test_what_falls_due_is_seen_to_exactly_once_by_three_who_look(steady_engine: Engine) -> None:
    """T3: also where two of them take it one after the other because the first was slower than its lease."""
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(matching_on(steady_engine.url)) for _ in range(3)]
        await made(nodes[0], putting(a_request("r1", choose_by=-1)))
        taken = await asyncio.gather(*(node.due() for node in nodes))
        claims = [claim for dues in taken for claim in dues.claims]
        assert [claim.member for claim in claims] == ["request:r1"]
        outcomes = await asyncio.gather(*(node.attend(claims[0], updating) for node in nodes))
        assert [one.answer for one in outcomes if isinstance(one, Made)] == ["told"]
        assert outcomes.count(No.TOO_SOON) == 2
        assert await steady_engine.ask("LLEN", pairkeys.out("seeker")) == 1
        dues = await nodes[0].due()
        assert dues.claims == ()
        assert 0 < (dues.next_at or 0) - dues.now <= MINUTE


async def test_who_takes_something_due_and_dies_is_followed_by_another(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as dead, matching_on(steady_engine.url) as alive:
        await made(dead, putting(a_request("r1", choose_by=-1), bells=("round:adult",)))
        assert len((await dead.due()).claims) == 2
        assert (await alive.due()).claims == ()
        assert [claim.member for claim in await until_due(alive)] == ["request:r1", "round:adult"]


async def until_due(node: Matchmaker) -> tuple[Claim, ...]:
    """Look as a node's round does, until something is due."""
    while not (claims := (await node.due()).claims):
        await asyncio.sleep(LEASE / 5000)
    return tuple(sorted(claims, key=lambda claim: claim.member))


async def test_a_bell_that_is_rung_while_somebody_is_at_it_is_heard(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(bells=("round:adult",)))
        (claim,) = (await node.due()).claims
        await made(node, putting(bells=("round:adult",)))
        await node.seen(claim)
        assert [claim.member for claim in (await node.due()).claims] == ["round:adult"]
        (claim,) = await until_due(node)
        await node.attend(claim, lambda scene: None)
        assert (await node.due()).next_at is None


async def test_what_was_taken_and_is_not_due_after_all_waits_for_its_time(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        before = await made(node, putting(a_request("r1", since=0, choose_by=-1)))
        (claim,) = (await node.due()).claims
        await made(node, putting(a_request("r1", since=before.now, choose_by=-1)))  # moved, by somebody
        assert await node.attend(claim, updating) is No.TOO_SOON
        assert (await node.due()).next_at == before.now + MINUTE


@pytest.mark.parametrize("by", [-120_000, 120_000])
async def test_a_clock_that_is_two_minutes_off_ends_nothing_early(steady_engine: Engine, by: int) -> None:
    """T11: set back, or set ahead: what would fall due in a minute falls due in a minute."""
    async with matching_on(steady_engine.url) as node, matching_on(steady_engine.url) as other:
        before = await made(node, putting())
        await made(node, putting(a_request("r1", since=before.now, choose_by=-1)))
        await steady_engine.ask("HINCRBY", pairkeys.CLOCK, "off", by)
        assert (await node.due()).claims == ()
        dues = await other.due()
        assert dues.claims == ()
        assert 0 <= (dues.next_at or 0) - dues.now <= MINUTE
        assert abs(node.now_ms() - dues.now) < 1000


async def test_due_times_and_lists_are_what_the_rows_say_whatever_became_of_them(steady_engine: Engine) -> None:
    """There is no moment at which they disagree: rows are written, moved and deleted at random by three nodes."""
    chance = random.Random(4)
    ids = [f"r{i}" for i in range(8)]
    states = [Seeking.QUEUED, Seeking.CALLBACK_OFFERED, Seeking.MATCHED, Seeking.CLOSED]

    def step(scene: Scene) -> None:
        for id in chance.sample(ids, 3):
            before = scene.look(RowKind.REQUEST, id)
            if before is not None and chance.random() < 0.3:
                scene.changes[RowKind.REQUEST, id] = None
            else:
                since = scene.now + chance.randrange(MINUTE)
                scene.put(RowKind.REQUEST, id, a_request(id, since=since, state=chance.choice(states)))

    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(matching_on(steady_engine.url)) for _ in range(3)]
        for _ in range(10):
            await asyncio.gather(*(node.change(step) for node in nodes))
            found = {id: await nodes[0].find(RowKind.REQUEST, id) for id in ids}
            due = await scores(steady_engine, pairkeys.DUE)
            live = await scores(steady_engine, pairkeys.live(RowKind.REQUEST))
            at = {f"request:{id}": rows.due_at(row) for id, row in found.items() if row is not None}
            assert due == {member: when for member, when in at.items() if when is not None}
            listed = {id: rows.live_at(row) for id, row in found.items() if row is not None}
            assert live == {id: score for id, score in listed.items() if score is not None}


async def scores(engine: Engine, key: str) -> dict[str, float]:
    """A sorted set."""
    flat = await engine.ask("ZRANGE", key, 0, -1, "WITHSCORES")
    return {member.decode(): float(score) for member, score in zip(flat[::2], flat[1::2], strict=True)}


# ------------------------------------------------------------------ engines and nodes that die


async def test_an_engine_that_is_killed_loses_no_row_no_deadline_and_no_effect(engine: Engine) -> None:
    """X1, T3: what was written is there again, and due at once; on an engine that writes before it answers, as ours
    (an `everysec` one whose disk is busy may answer two seconds before it writes).
    """
    await engine.ask("CONFIG", "SET", "appendfsync", "always")
    async with matching_on(engine.url) as node:
        owing = (("seeker", noting("first")), ("seeker", noting("second")))
        await made(node, putting(a_request("r1", choose_by=-1), Person(user="seeker", request="r1"), owing=owing))
        await engine.kill()
        with pytest.raises(MatchAway):
            await node.due()
        await engine.start()
        async with matching_on(engine.url) as after:  # and every node was killed too
            assert (await after.find(RowKind.PERSON, "seeker")).request == "r1"
            assert [one.id for one in await after.live(RowKind.REQUEST)] == ["r1"]
            assert [claim.member for claim in await until_due(after)] == ["request:r1"]
            done: list[str] = []
            while not await after.debts.deliver("seeker", lambda owed: _doing(done, owed)):
                await asyncio.sleep(0.05)  # the dead writer's second
            assert done == ["first", "second"]


async def test_an_engine_that_stood_still_does_nothing_late_and_nobody_lapses() -> None:
    """X2, T11: a write that lay in its socket for longer than anybody waits is not made when it wakes."""
    async with running("valkey") as engine, matching_on(engine.url) as node, matching_on(engine.url) as after:
        await made(node, putting(a_request("r1")))
        await node.attendance.here("n1", ["seeker"])
        await node.seen((await node.due()).claims[0])

        def step(scene: Scene) -> str | No:
            engine.pause()
            return taking("r1", "listener")(scene)

        with pytest.raises(MatchAway):
            await node.change(step, REQUEST)
        engine.resume()
        assert await after.attendance.here("n2", []) > 0
        assert "look:seeker" not in {claim.member for claim in (await after.due()).claims}
        assert (await after.attendance.there(["seeker"])).here == {"seeker"}
        assert (await after.find(*REQUEST)).state is Seeking.QUEUED
        assert await engine.ask("EXISTS", pairkeys.out("seeker")) == 0


@asynccontextmanager
async def followed(flavour: str) -> AsyncIterator[tuple[Engine, Engine, Proxy]]:
    """A master, its replica, and the way between them."""
    async with (
        running(flavour, tcp=True) as master,
        running(flavour, tcp=True) as replica,
        Proxy(port=master.port) as between,
    ):
        await replica.follow(master, port=between.port)
        yield master, replica, between


HELD = Hold(user="sam", case="c1", since=1)


@pytest.mark.parametrize("flavour", FLAVOURS)
async def test_that_somebody_is_held_is_answered_once_a_replica_has_it_and_outlives_the_master(
    flavour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T3, X58: the replica lags, the master dies the moment it has answered, the replica goes on."""
    monkeypatch.setattr("rooms.pairslot.REPLICATED", 10_000)
    async with followed(flavour) as (master, replica, between):
        async with matching_on(master.url) as node:
            await made(node, putting(a_request("r1")))
            between.stall()
            holding = asyncio.create_task(made(node, putting(HELD)))
            await made(node, putting(a_request("r2")))  # which waits for nobody
            assert not holding.done()
            between.flow()
            await holding
            await master.kill()
        await replica.promote()
        async with matching_on(replica.url) as node:
            assert await node.find(RowKind.HOLD, "sam") == HELD
            assert (await node.due()).next_at is not None


async def test_that_two_are_never_brought_together_again_is_answered_once_a_replica_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T7, X58: a block that was answered outlives the master; what else is known of a person waits for nobody."""
    monkeypatch.setattr("rooms.pairslot.REPLICATED", 10_000)
    async with followed("valkey") as (master, replica, between):
        async with matching_on(master.url) as node:
            between.stall()
            await made(node, putting(Person(user="bo")))
            blocking = asyncio.create_task(made(node, putting(Person(user="sam", barred=("lee",)))))
            await made(node, putting(a_request("r2")))
            assert not blocking.done()
            between.flow()
            await blocking
            await master.kill()
        await replica.promote()
        async with matching_on(replica.url) as node:
            assert (await node.find(RowKind.PERSON, "sam")).barred == ("lee",)


async def test_a_replica_that_is_too_slow_keeps_nobody_waiting_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.pairslot.REPLICATED", 50)
    async with followed("valkey") as (master, _, between), matching_on(master.url) as node:
        between.stall()
        await made(node, putting(HELD))
        assert node.slot.unsure == 1
        assert await node.find(RowKind.HOLD, "sam") == HELD


async def test_without_a_replica_nothing_is_waited_for(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(HELD))
        assert node.slot.unsure == 0
        assert b"cmdstat_wait:" not in await steady_engine.ask("INFO", "commandstats")


async def test_scripts_the_engine_forgot_are_given_to_it_again(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(a_request("r1")))
        await steady_engine.ask("SCRIPT", "FLUSH")
        assert (await made(node, taking("r1", "listener"), REQUEST)).answer == "listener"


async def test_what_a_full_engine_refuses_has_not_happened() -> None:
    """X33: a write is refused as a whole."""
    async with running("valkey") as engine, matching_on(engine.url) as node:
        await made(node, putting(a_request("r1")))
        await engine.ask("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(MatchAway):
            await node.change(taking("r1", "listener"), REQUEST)
        await engine.ask("CONFIG", "SET", "maxmemory", "0")
        assert (await node.find(*REQUEST)).state is Seeking.QUEUED
        assert await engine.ask("EXISTS", pairkeys.out("seeker")) == 0


# ------------------------------------------------------------------ newer nodes


async def test_what_a_newer_node_wrote_into_a_row_survives_an_older_one(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(a_request("r1")))
        key = pairkeys.row(*REQUEST)
        stored = await steady_engine.ask("HGET", key, "row")
        await steady_engine.ask("HSET", key, "row", stored[:-1] + b',"hue":{"of":"later"}}')

        def step(scene: Scene) -> None:
            scene.put(*REQUEST, replace(scene.look(*REQUEST), risk=2))

        await made(node, step)
        after = await steady_engine.ask("HGET", key, "row")
        assert b'"hue":{"of":"later"}' in after
        kept: Request = await node.find(*REQUEST)
        assert kept.risk == 2


async def test_a_row_in_a_state_that_only_newer_nodes_know_is_left_to_them(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(a_request("r1", choose_by=-1), a_request("r2", choose_by=-1)))
        key = pairkeys.row(*REQUEST)
        stored = await steady_engine.ask("HGET", key, "row")
        await steady_engine.ask("HSET", key, "row", stored.replace(b'"queued"', b'"dreaming"'))
        with pytest.raises(NewerRow):
            await node.change(taking("r1", "listener"))
        with pytest.raises(NewerRow):
            await node.find(*REQUEST)
        assert [one.id for one in await node.live(RowKind.REQUEST)] == ["r2"]
        claims = {claim.member: claim for claim in (await node.due()).claims}
        with pytest.raises(NewerRow):
            await node.attend(claims["request:r1"], updating)
        await node.seen(claims["request:r1"])
        assert "request:r1" in {claim.member for claim in await until_due(node)}


async def test_many_rows_are_read_in_as_many_scripts_as_are_short(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        for start in range(0, 1200, 400):
            await made(node, putting(*(a_request(f"r{i:04}", since=i) for i in range(start, start + 400))))
        found = await node.live(RowKind.REQUEST, limit=1200)
        assert [one.since for one in found] == list(range(1200))
        scene = await node.look([(RowKind.REQUEST, f"r{i:04}") for i in range(1200)], ["nobody"])
        assert scene.look(RowKind.REQUEST, "r1199").since == 1199
        assert "nobody" not in scene.here


async def test_one_reading_of_the_queue_serves_all_who_ask_at_about_the_same_time(steady_engine: Engine) -> None:
    """And the next moment it is read anew; an engine that was away is asked again."""
    clock = [100.0]
    async with matching_on(steady_engine.url, ticks=lambda: clock[0]) as one:
        await made(one, putting(a_request("r1")))
        assert [row.id for row in await one.lately(RowKind.REQUEST)] == ["r1"]
        await made(one, putting(a_request("r2", "other")))
        assert [row.id for row in await one.lately(RowKind.REQUEST)] == ["r1"]
        clock[0] += 1.0
        both = await asyncio.gather(one.lately(RowKind.REQUEST), one.lately(RowKind.REQUEST))
        assert [{row.id for row in rows} for rows in both] == [{"r1", "r2"}] * 2
