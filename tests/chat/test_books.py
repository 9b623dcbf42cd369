"""Books change while people talk: the next message is judged by the new rule, and a bad book changes nothing."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from chat.books import look
from chat.node import Node
from chat.settings import Moderation
from moderation import books as shelf
from moderation.sheets import BooksRefused
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import node_on, talking
from tests.support.raw import Raw
from tests.support.server import serving

RULE = """
- id: ours.oils
  label: spam
  says: {{en: This looks like selling., es: Esto parece una venta.}}
  any: ['{word} oil']
  hits: [{word} oil]
  misses: [olive]
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="wl-") as name:
        (Path(name) / "rules").mkdir()
        yield Path(name)


def write(folder: Path, content: str, name: str = "rules/ours.yaml") -> None:
    """As careful operators do: the whole file at once."""
    (folder / "new").write_text(content)
    (folder / "new").rename(folder / name)


def judged_with(folder: Path) -> Moderation:
    return Moderation(dir=str(folder), reload=0.05, budget_ms=20_000)


async def until(true: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


async def state_of(raw: Raw, text: str, key: str) -> tuple[str, Any]:
    answer = await raw.ask("send", room="anxiety", text=text, key=key)
    return answer.get("state") or answer["code"], answer.get("findings")


def refused(node: Node) -> float:
    return node.metrics.read()["warmline_books_refused"]


@one_flavour
async def test_the_next_message_is_judged_by_the_new_rule(steady_engine: Engine, folder: Path) -> None:
    """No restart, no connection lost: the same person says the same words before and after."""
    async with (
        node_on(steady_engine.url, moderation=judged_with(folder)) as node,
        talking(node, "anxiety", language="es") as raw,
    ):
        version = node.services.pipeline.books.version
        before = await state_of(raw, "try this snake oil", "a")
        write(folder, RULE.format(word="snake"))
        await until(lambda: node.services.pipeline.books.version != version)
        after = await state_of(raw, "try this snake oil", "b")
        checked = await raw.ask("check", room="anxiety", text="try this snake oil")
        policy = node.services.pipeline.packs["general"].version
        numbers = node.metrics.read()
    assert before == ("delivered", None)
    assert after[0] == "stopped"
    assert after[1][0]["says"] == "Esto parece una venta."
    assert checked["action"] == "block"
    assert policy.startswith("general/")
    assert "+" in policy
    assert numbers[f"warmline_books_info{{version={policy.partition('/')[2]}}}"] == 1
    assert len([name for name in numbers if name.startswith("warmline_books_info")]) == 1


@one_flavour
async def test_a_bad_book_is_refused_and_the_old_one_stays(
    steady_engine: Engine, folder: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log says file, line and rule; readiness stays green and says so too; mending it is enough (F45)."""
    write(folder, RULE.format(word="snake"))
    async with node_on(steady_engine.url, moderation=judged_with(folder)) as node, talking(node, "anxiety") as raw:
        with caplog.at_level(logging.ERROR):
            write(folder, RULE.format(word="snake").replace("any: ['", "any: ['(?=secret words)"))
            await until(lambda: refused(node) == 1)
        still = await state_of(raw, "try this snake oil", "a")
        status, body = await asyncio.to_thread(_ready, node.url)
        write(folder, RULE.format(word="palm"))
        await until(lambda: refused(node) == 0)
        mended = [await state_of(raw, f"try this {word} oil", word) for word in ("snake", "palm")]
    said = caplog.text + capsys.readouterr().out
    assert still[0] == "stopped"
    assert (status, body["ok"], body["books"]) == (200, True, "refused")
    assert "rules/ours.yaml:5 ours.oils any" in said
    assert "secret words" not in said
    assert [state for state, _ in mended] == ["delivered", "stopped"]


def _ready(url: str) -> tuple[int, dict[str, Any]]:
    with urlopen(url + "/readyz", timeout=5) as answer:
        return answer.status, json.loads(answer.read())


@one_flavour
async def test_a_node_that_begins_on_a_bad_folder_serves_with_the_packaged_books(
    steady_engine: Engine, folder: Path
) -> None:
    """A worker that is started again must find people a server, whatever somebody is typing into a file."""
    write(folder, "- {id: broken")
    async with node_on(steady_engine.url, moderation=judged_with(folder)) as node, talking(node, "anxiety") as raw:
        assert refused(node) == 1
        assert (await state_of(raw, "go and kill yourself", "a"))[0] == "stopped"
        assert (await state_of(raw, "I am so tired tonight", "b"))[0] == "delivered"


@one_flavour
async def test_helplines_of_an_operator_are_never_masked_from_the_moment_they_are_read(
    steady_engine: Engine, folder: Path
) -> None:
    line = (
        "- {id: us-ours, country: US, name: Our own line, kind: crisis, verified: true, checked: 2026-11-20,\n"
        '   source: [our own desk], contacts: [{method: phone, dial: "555-0142-999", hours: 24/7, verified: true}]}\n'
    )
    async with node_on(steady_engine.url, moderation=judged_with(folder)) as node, talking(node, "anxiety") as raw:
        before = await state_of(raw, "call 555-0142-999 tonight", "a")
        write(folder, line, "helplines.yaml")
        await until(lambda: "555-0142-999" in node.services.helplines.contacts())
        after = await state_of(raw, "call 555-0142-999 tonight", "b")
    assert (before[0], after[0]) == ("masked", "delivered")


@one_flavour
async def test_reading_books_does_not_hold_up_the_loop(steady_engine: Engine, folder: Path) -> None:
    """They are read in a thread; only the change itself is made between two ticks."""
    async with node_on(steady_engine.url, moderation=judged_with(folder)) as node:
        longest, stop = 0.0, False

        async def watch() -> None:
            nonlocal longest
            while not stop:
                begun = time.monotonic()
                await asyncio.sleep(0)
                longest = max(longest, time.monotonic() - begun)

        watching = asyncio.ensure_future(watch())
        version = node.services.pipeline.books.version
        write(folder, RULE.format(word="snake"))
        await until(lambda: node.services.pipeline.books.version != version)
        stop = True
        await watching
    print(f"longest pause of the loop: {longest * 1000:.1f} ms")
    assert longest < 1.0  # a busy machine, and reading takes longer than that on it


async def test_sighup_reads_the_books_of_every_worker(folder: Path) -> None:
    """Through the parent, at once: the looks are an hour apart here."""
    sets = {"moderation.dir": str(folder), "moderation.reload": "3600", "moderation.budget_ms": "20000"}
    async with serving(folder, sets=sets, options=("--workers", "2")) as server:
        write(folder, RULE.format(word="snake"))
        os.kill(server.pid, signal.SIGHUP)
        await until(lambda: server.log().count("books_adopted") >= 2)
        async with Raw.upgraded(server.url) as raw:
            await raw.hello("adult")
            await raw.ask("join", room="newcomers")
            answer = await raw.ask("send", room="newcomers", text="try this snake oil", key="k")
    assert answer["code"] == "stopped"


def test_a_file_that_is_written_looks_different(folder: Path) -> None:
    """Size and time of every book, whatever its folder; other files count for nothing."""
    write(folder, "[]")
    first = look([folder])
    (folder / "notes.txt").write_text("x")
    assert look([folder]) == first
    write(folder, "[ ]")
    assert look([folder]) != first
    assert len(look([folder, folder / "nowhere"])) == 1


def test_a_pack_that_a_room_needs_cannot_be_taken_away(folder: Path) -> None:
    (folder / "packs").mkdir()
    with pytest.raises(BooksRefused, match=r"packs/ours\.yaml: is missing, and a room uses it"):
        shelf.load(folder=folder, needed=["ours", "general"])
