"""Every command gets exactly one reply, whatever happens to it."""

from __future__ import annotations

import json
import typing

import pytest

from chat import commands as say
from chat.dispatch import CALLED, HANDLERS, SPOKEN
from rooms.presence import Presence
from rooms.topics import Topic
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import ROOMS, node_on, talking
from tests.support.raw import TEXT, frame


def test_every_command_has_exactly_one_way_to_be_handled() -> None:
    """A new command without a row in the table is found here."""
    known = set(typing.get_args(say.AnyCommand))
    ways: list[set[typing.Any]] = [set(HANDLERS), set(CALLED), set(SPOKEN), {say.Typing, say.Ping}]
    assert set().union(*ways) == known
    assert [way for way in known if sum(way in each for each in ways) > 1] == [say.Send]  # an answer is looked up


@one_flavour
async def test_sixteen_commands_in_flight_are_answered_once_and_in_order(steady_engine: Engine) -> None:
    """Fast and slow ones mixed, words and walls between them."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        numbers = []
        for n in range(4):
            numbers.append(await raw.say("send", room="anxiety", text=f"m{n}", key=f"k{n}"))
            numbers.append(await raw.say("page", room="anxiety", limit=1))
            numbers.append(await raw.say("ping"))
            numbers.append(await raw.say("send", room="nowhere", text="x", key="x"))
        replies: list[dict[str, typing.Any]] = []
        while len(replies) < len(numbers):
            said = await raw.told()
            if "re" in said:
                replies.append(said)
    assert [one["re"] for one in replies] == numbers
    pages = [one["events"][0]["text"] for one in replies if one["type"] == "page"]
    assert pages == ["m0", "m1", "m2", "m3"]


@one_flavour
async def test_an_unknown_command_is_refused_and_the_connection_stays(steady_engine: Engine) -> None:
    """`unknown_command`, never a close."""
    async with node_on(steady_engine.url) as node, talking(node) as raw:
        refused = await raw.ask("levitate", line="someone to talk to", key="k")
        pong = await raw.ask("ping")
    assert refused["code"] == "unknown_command"
    assert pong["type"] == "pong"


@one_flavour
async def test_our_own_fault_is_answered_internal_and_logged_without_words(
    steady_engine: Engine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler that raises costs one reply; no text of the person stands in the log (X68)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        monkeypatch.delattr(Presence, "roster")  # a bug of ours: whoever asks who is here raises
        refused = await raw.ask("members", room="anxiety")
        pong = await raw.ask("ping")
        monkeypatch.undo()
    assert (refused["code"], refused["retry"]) == ("internal", "later")
    assert pong["type"] == "pong"
    out = capfd.readouterr().out
    assert "handler_failed" in out
    assert "AttributeError" in out
    assert "no attribute" not in out  # the exception's text is not logged: it might have held words


@one_flavour
async def test_our_own_fault_with_one_message_costs_no_other_command_of_the_same_tick(
    steady_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came in the same packet is answered, before and after it."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        monkeypatch.delattr(Presence, "roster")  # a bug of ours: the names in a room cannot be looked up
        commands: list[tuple[str, dict[str, str]]] = [
            ("ping", {}),
            ("send", {"room": "anxiety", "text": "hello", "key": "k"}),
            ("ping", {}),
        ]
        frames = [
            frame(TEXT, json.dumps({"type": type, "id": 100 + n} | more).encode())
            for n, (type, more) in enumerate(commands)
        ]
        await raw.send(b"".join(frames))
        replies = [await raw.answer_to(100 + n) for n in range(3)]
        monkeypatch.undo()
    assert [reply["type"] for reply in replies] == ["pong", "refused", "pong"]
    assert replies[1]["code"] == "internal"


@one_flavour
async def test_a_reply_that_cannot_be_said_costs_one_reply_and_not_the_node(steady_engine: Engine) -> None:
    """Half a character in a room's title: no codec can carry it, and everybody else goes on."""
    rooms = (*ROOMS, Topic(id="broken", title="\ud800"))
    async with node_on(steady_engine.url, rooms=rooms) as node, talking(node, "anxiety") as raw:
        refused = await raw.ask("rooms")
        sent = await raw.ask("send", room="anxiety", text="hello", key="k")
        faults = node.metrics.read()["warmline_refusals_total{code=internal}"]
    assert (refused["type"], refused["code"]) == ("refused", "internal")
    assert sent["state"] == "delivered"
    assert faults == 1
