"""The second opinion over the wire: who is doubted waits a moment, nobody else does, and nobody passes unread."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chat.node import Node
from chat.settings import Moderation
from moderation import opinion
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking, texts_of

ODD = "send me a pic, i won't tell your mum"  # the model's guess, and nothing else
PACK = 'name: general\nversion: "1"\nsecond: {model.groom: [0.1, 1.0]}\n'


class Gate:
    """Reads when it is let, and finds nothing but danger where it reads "tonight"."""

    def __init__(self, *, open: bool = True) -> None:
        self.open = threading.Event()
        if open:
            self.open.set()

    def scores(self, texts: list[str], small: Any) -> Any:
        assert self.open.wait(20)
        return np.array([[0.0] * 5 + [0.99 if "tonight" in text else 0.0, 0.0, 0.0] for text in texts])


@asynccontextmanager
async def doubting_node(
    engine: Engine, gate: Gate, folder: Path, patch: pytest.MonkeyPatch, **changes: Any
) -> AsyncIterator[Node]:
    """A node whose books call the model's guess of ODD uncertain, with `gate` for a second opinion."""
    (folder / "packs").mkdir()
    (folder / "packs" / "general.yaml").write_text(PACK)
    patch.setattr(opinion, "packaged", lambda: lambda: gate)
    told = Moderation(dir=str(folder), **changes)
    async with node_on(engine.url, moderation=told) as node:
        yield node


@one_flavour
async def test_who_is_doubted_waits_with_what_they_say_afterwards_and_nobody_else(
    steady_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order is kept for each person and room; `check` and edits wait likewise (X33)."""
    gate = Gate(open=False)
    async with (
        doubting_node(steady_engine, gate, tmp_path, monkeypatch, second_seconds=20) as node,
        talking(node, "anxiety", "recovery") as one,
        talking(node, "anxiety") as two,
    ):
        numbers = [await one.say("send", room="anxiety", text=text, key=text) for text in (ODD, "and then", "at last")]
        numbers.append(await one.say("check", room="anxiety", text=ODD))
        elsewhere = await one.say("send", room="recovery", text="good night", key="elsewhere")
        other = await two.ask("send", room="anxiety", text="thank you all", key="other")
        assert other["state"] == "delivered"
        while await texts_of(two, "anxiety") != ["thank you all"]:
            pass
        gate.open.set()
        replies = [await one.answer_to(number) for number in (*numbers, elsewhere)]
        kept = await texts_of(two, "anxiety")
        changed = await one.ask("edit", room="anxiety", message=replies[1]["id"], text=f"{ODD} ok", key="e")
    assert [reply.get("state", reply.get("action")) for reply in replies] == [
        *["delivered"] * 3, "allow", "delivered",
    ]  # fmt: skip
    assert kept == ["thank you all", ODD, "and then", "at last"]
    assert changed["state"] == "delivered"


@one_flavour
@pytest.mark.parametrize("comes_back", [True, False])
async def test_without_an_answer_in_time_it_is_held_and_shown_when_the_filter_has_looked_again(
    steady_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, comes_back: bool
) -> None:
    """F45, X36: calm words, a repeat of the key is the same, `/readyz` says so, and time releases it, also where a
    second opinion is still missing then: the model alone doubts it.
    """
    gate = Gate(open=False)
    async with (
        doubting_node(steady_engine, gate, tmp_path, monkeypatch, second_seconds=0.05, release_after=1.0) as node,
        talking(node, "anxiety") as one,
        talking(node, "anxiety") as two,
    ):
        await one.ask("join", room="inbox")
        held = await one.ask("send", room="anxiety", text=ODD, key="a")
        again = await one.ask("send", room="anxiety", text=ODD, key="a")
        plain = await one.ask("send", room="anxiety", text="good night", key="b")
        assert (held["state"], again["state"], again["id"]) == ("held", "held", held["id"])
        assert held["says"].startswith("We're checking this one")
        assert plain["state"] == "delivered"
        assert await texts_of(two, "anxiety") == ["good night"]
        ready = await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(f"{node.url}/readyz", timeout=5)))
        assert (ready["ok"], ready["second"]) == (True, "slow")
        assert node.metrics.read()["warmline_unsure_total{answer=slow}"] >= 1
        if comes_back:
            gate.open.set()
        told = await next_event(one, "resolved")
        assert (told["state"], told["message"]) == ("delivered", held["id"])
        assert await texts_of(two, "anxiety") == ["good night", ODD]
        gate.open.set()


@one_flavour
async def test_care_that_only_the_second_opinion_sees_is_paid(
    steady_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crisis heads are read once more as well: the card comes, and the words are delivered (R1)."""
    text = f"{ODD}, not tonight"
    async with (
        doubting_node(steady_engine, Gate(), tmp_path, monkeypatch) as node,
        talking(node, "anxiety", country="US") as one,
    ):
        await one.ask("join", room="inbox")
        sent = await one.ask("send", room="anxiety", text=text, key="a")
        card = await next_event(one, "care")
    assert sent["state"] == "delivered"
    assert card["card"]["lines"]


@one_flavour
async def test_a_node_that_drains_waits_for_what_is_being_read(
    steady_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing received is lost, also of somebody who has gone already."""
    gate = Gate(open=False)
    async with (
        node_on(steady_engine.url) as other,
        talking(other, "anxiety") as watcher,
        doubting_node(steady_engine, gate, tmp_path, monkeypatch, second_seconds=20) as node,
    ):
        async with talking(node, "anxiety") as one:
            await one.say("send", room="anxiety", text=ODD, key="a")
            while not len(node.services.turns):
                await asyncio.sleep(0.01)
        while node.gateway.everyone():
            await asyncio.sleep(0.01)
        node.stop()
        while not node.gateway.draining:
            await asyncio.sleep(0.01)
        gate.open.set()
        assert (await next_event(watcher, "message"))["text"] == ODD


@one_flavour
async def test_it_can_be_switched_off(steady_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        doubting_node(steady_engine, Gate(open=False), tmp_path, monkeypatch, second=False) as node,
        talking(node, "anxiety") as one,
    ):
        held = await one.ask("send", room="anxiety", text=ODD, key="a")
        ready = await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(f"{node.url}/readyz", timeout=5)))
    assert held["state"] == "held"
    assert "We're checking" not in held["says"]
    assert ready["second"] == "disabled"
