"""What is owed is done in order, at least once, by whoever is there."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import pairkeys
from rooms.debts import AT_ONCE, Owed, pack, unpack
from rooms.effects import Do, Effect
from rooms.matchmaker import Matchmaker
from tests.support.engines import Engine
from tests.support.pairs import made, matching_on, noting, putting


class Doing:
    """Does what is owed by writing it down; may be told to stop at one."""

    def __init__(self, but: str = "") -> None:
        self.done: list[str] = []
        self.ids: list[str] = []
        self.but = but

    async def __call__(self, owed: Owed) -> bool:
        what = str(owed.effect.fields["did"])
        if what == self.but:
            return False
        self.done.append(what)
        self.ids.append(owed.id)
        await asyncio.sleep(0)
        return True


async def owe(node: Matchmaker, *what: str, target: str = "anna") -> None:
    await made(node, putting(owing=tuple((target, noting(one)) for one in what)))


async def until_free(node: Matchmaker, target: str = "anna") -> None:
    """Until somebody else may do what is owed, as a node's round finds out; it is `node`'s then."""
    while target not in (await node.due()).targets:
        await asyncio.sleep(0.05)


async def test_what_is_owed_is_done_in_order_and_then_nothing_is(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        what = [str(i) for i in range(AT_ONCE * 2 + 3)]
        await owe(node, *what)
        await owe(node, "last")
        await owe(node, "another's", target="ben")
        doing = Doing()
        assert await node.debts.deliver("anna", doing) == len(what) + 1
        assert doing.done == [*what, "last"]
        assert len(set(doing.ids)) == len(doing.ids)
        assert await node.debts.deliver("anna", doing) == 0
        assert await steady_engine.ask("ZRANGE", pairkeys.OWED, 0, -1) == [b"ben"]
        assert await steady_engine.ask("HKEYS", pairkeys.DOING) == [b"ben"]


async def test_many_who_write_and_deliver_at_once_do_everything_once_and_in_order(steady_engine: Engine) -> None:
    """Three nodes, and several handlers on each: no two are at one person's debts."""
    async with (
        matching_on(steady_engine.url) as one,
        matching_on(steady_engine.url) as two,
        matching_on(steady_engine.url) as three,
    ):
        doing = Doing()

        async def writing(node: Matchmaker, name: str) -> None:
            for i in range(10):
                await owe(node, f"{name} {i}")
                await node.debts.deliver("anna", doing)

        await asyncio.gather(*(writing(node, f"{i}") for i, node in enumerate((one, two, three, one))))
        while await steady_engine.ask("EXISTS", pairkeys.OWED):
            await one.debts.deliver("anna", doing)  # who was somewhere else when the last came
            await asyncio.sleep(0.01)
        assert len(doing.done) == len(set(doing.ids)) == 40
        for name in "0123":
            assert [what for what in doing.done if what[0] == name] == [f"{name} {i}" for i in range(10)]


async def test_what_a_dead_node_did_not_finish_another_goes_on_with(steady_engine: Engine) -> None:
    """At least once, in order: what was done and not crossed off comes again, under the same id."""
    async with matching_on(steady_engine.url) as dead, matching_on(steady_engine.url) as alive:
        await owe(dead, "first", "second", "third")
        batch = await dead.debts.take("anna")  # and did the first two, and crossed off one, and died
        await dead.debts.done("anna", [batch[0].id])
        doing = Doing()
        assert await alive.debts.deliver("anna", doing) == 0  # the lease is the other's
        await until_free(alive)
        assert await alive.debts.deliver("anna", doing) == 2
        assert doing.ids == [one.id for one in batch[1:]]


async def test_what_cannot_be_done_now_is_tried_again_before_what_comes_after_it(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await owe(node, "first", "second", "third")
        doing = Doing(but="second")
        assert await node.debts.deliver("anna", doing) == 1
        doing.but = ""
        assert await node.debts.deliver("anna", doing) == 2
        assert doing.done == ["first", "second", "third"]


async def test_an_error_while_doing_loses_nothing(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await owe(node, "first", "second")

        async def failing(owed: Owed) -> bool:
            raise ValueError("a fault of ours")

        with pytest.raises(ValueError, match="a fault of ours"):
            await node.debts.deliver("anna", failing)
        doing = Doing()
        assert await node.debts.deliver("anna", doing) == 2
        assert doing.done == ["first", "second"]


async def test_crossing_off_twice_or_out_of_turn_takes_nothing_else_away(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await owe(node, "first", "second")
        first, second = await node.debts.take("anna")
        assert await node.debts.done("anna", [second.id]) == 2
        assert await node.debts.done("anna", [first.id]) == 1
        assert await node.debts.done("anna", [first.id]) == 1
        assert [one.id for one in await node.debts.take("anna")] == [second.id]


async def test_what_only_a_newer_node_knows_waits_for_one(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await owe(node, "first")
        await steady_engine.ask("RPUSH", pairkeys.out("anna"), b'x:0\n{"do":"sing","to":"anna","fields":{}}')
        await owe(node, "last")
        doing = Doing()
        assert await node.debts.deliver("anna", doing) == 1
        assert doing.done == ["first"]
        assert await steady_engine.ask("LLEN", pairkeys.out("anna")) == 2


WORDS = st.text(max_size=20)


@given(
    st.sampled_from(Do), WORDS, st.dictionaries(WORDS, WORDS | st.integers() | st.lists(WORDS, max_size=3), max_size=4)
)
def test_an_effect_is_the_same_after_it_was_stored(do: Do, to: str, fields: dict[str, object]) -> None:
    effect = Effect(do, to, fields)
    assert unpack(pack("mark:0", effect)) == Owed("mark:0", effect)


def test_sets_in_an_effect_are_stored_in_one_order_and_anything_else_is_a_fault() -> None:
    found = unpack(pack("m:0", Effect(Do.PAGE, "", {"people": frozenset({"b", "a"})})))
    assert found is not None
    assert found.effect.fields["people"] == ["a", "b"]
    with pytest.raises(TypeError):
        pack("m:0", Effect(Do.PAGE, "", {"people": object()}))
