"""Nothing reaches another client unjudged.

A recording wrapper stands around the real pipeline of a real node: it passes every submission on and notes the words
that the verdict allowed. Whatever commands a person sends, with whatever words in whatever field, each human-written
string that arrives at somebody else must be one that a verdict allowed to be shown.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat.auth import KIND_WORDS, THINGS
from chat.commands import THEMES
from chat.node import Node
from moderation.pipeline import Pipeline
from moderation.verdict import Action, Submission, Verdict
from tests.support.engines import Engine
from tests.support.nodes import node_on, talking
from tests.support.raw import Raw
from tests.support.sentences import UNKIND

# Fields of what a client hears that a person wrote. Anything else in an event is ours.
WRITTEN = {"text", "name", "alias", "note", "line", "summary"}

MASKED = "write to rosa.miller@example.org"
WORDS = st.sampled_from(
    [
        "hello", "a hard night again", MASKED, "call me on +44 7700 900123",
        UNKIND, "you are a waste of space, get lost", "zażółć gęślą jaźń", "🕯️ here",
        "some nights I think everyone would be better off without me", "d o n t  c o m e  b a c k", "thank you both",
    ]
)  # fmt: skip
TEXTS = st.one_of(WORDS, WORDS, st.lists(WORDS, min_size=2, max_size=3).map(" ".join), st.text(max_size=60))
COMMANDS = st.one_of(
    st.tuples(st.sampled_from(["send", "send", "edit"]), TEXTS),
    st.tuples(st.sampled_from(["send", "edit"]), TEXTS),
    st.tuples(st.just("check"), TEXTS),
    st.tuples(st.just("join"), TEXTS),
    st.tuples(st.just("hello"), TEXTS),
    st.tuples(st.just("react"), TEXTS),
    st.tuples(st.just("notes"), TEXTS),
    st.tuples(st.just("reply_to"), TEXTS),
    st.tuples(st.just("typing"), TEXTS),
)


class Recording:
    """The real pipeline, and a note of every text it allowed."""

    def __init__(self, real: Pipeline) -> None:
        self._real = real
        self.allowed: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def judge_all(self, submissions: Sequence[Submission], now: float) -> list[Verdict]:
        verdicts = self._real.judge_all(submissions, now)
        for verdict in verdicts:
            if verdict.action in (Action.ALLOW, Action.MASK) and verdict.text is not None:
                self.allowed.add(verdict.text)
        return verdicts

    def judge(self, submission: Submission, now: float) -> Verdict:
        return self.judge_all([submission], now)[0]


def written(told: Any, field: str = "") -> Iterator[str]:
    """Every human-written string in something the server said."""
    if isinstance(told, dict):
        if told.get("type") in ("care", "notice", "refused", "checked"):
            return  # our own words, or said to the author alone
        for name, value in told.items():
            yield from written(value, name)
    elif isinstance(told, list):
        for value in told:
            yield from written(value, field)
    elif isinstance(told, str) and field in WRITTEN:
        yield told


async def act(raw: Raw, what: str, text: str, number: int, mine: list[str]) -> None:
    """Send one command that carries `text` in one of its fields."""
    key = f"k{number}"
    if what == "send":
        sent = await raw.ask("send", room="anxiety", text=text, key=key)
        if sent["type"] == "sent" and sent["state"] != "held":
            mine.append(sent["id"])
    elif what == "edit" and mine:
        await raw.ask("edit", room="anxiety", message=mine[-1], text=text, key=key)
    elif what == "check":
        await raw.ask("check", room="anxiety", text=text)
    elif what == "join":
        await raw.ask("join", room="anxiety", alias=text)
    elif what == "hello":
        await raw.ask("hello", guest={"band": "adult", "name": text})
    elif what == "react" and mine:
        await raw.ask("react", room="anxiety", message=mine[-1], reaction=text, on=True, key=key)
    elif what == "notes":
        await raw.ask("send", room="anxiety", text="with a note", key=key, notes=[text])
    elif what == "reply_to":
        for target in (text, *mine[-1:]):
            await raw.ask("send", room="anxiety", text="an answer", key=key + target[:9], reply_to=target)
    elif what == "typing":
        await raw.say("typing", room="anxiety", text=text)


async def hear_all(raw: Raw) -> list[dict[str, Any]]:
    """Everything said to a client until now, and what a newcomer would read."""
    heard = [await raw.ask("page", room="anxiety", limit=100), await raw.ask("members", room="anxiety")]
    heard += raw.events
    return heard


def record(node: Node) -> Recording:
    """Put the recording around the node's own pipeline."""
    recording = Recording(node.services.pipeline)
    services = dataclasses.replace(node.services, pipeline=recording)  # type: ignore[arg-type]
    node.services = node.gateway.services = services
    return recording


async def test_what_reaches_another_client_was_allowed_by_a_verdict(engine: Engine) -> None:
    """A property over every command that carries text, through a real node and a real engine."""
    async with node_on(engine.url) as node:
        recording = record(node)
        loop = asyncio.get_running_loop()
        before: list[str] = []  # ids of earlier examples' messages: they stay in the room's history

        async def play(script: list[tuple[str, str]]) -> None:
            async with talking(node, "anxiety") as other, talking(node, "anxiety") as one:
                mine: list[str] = []
                for number, (what, text) in enumerate(script):
                    await act(one, what, text, number, mine)
                heard = await hear_all(other)
                before.extend(mine)
            for event in heard:
                assert THEMES.issuperset(found_in(event, "notes"))
                assert set(before).issuperset(found_in(event, "reply_to"))
                for text in written(event):
                    assert text in recording.allowed or made_by_us(text), json.dumps(event)

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @example([("send", MASKED), ("edit", MASKED)])  # what is masked must not travel as it was written
        @example([("join", MASKED), ("hello", MASKED), ("send", "hello"), ("edit", UNKIND)])
        @given(st.lists(COMMANDS, min_size=1, max_size=10))
        def examples(script: list[tuple[str, str]]) -> None:
            asyncio.run_coroutine_threadsafe(play(script), loop).result(60)

        await asyncio.to_thread(examples)


def made_by_us(name: str) -> bool:
    """Whether a name is one of those the server gives to who chose none."""
    first, _, second = name.partition(" ")
    return first in KIND_WORDS and second in THINGS


def found_in(told: Any, field: str) -> list[str]:
    """Every string in the fields of that name, in anything told."""
    if isinstance(told, list):
        return [text for value in told for text in found_in(value, field)]
    if not isinstance(told, dict):
        return []
    own = told.get(field) or []
    own = [own] if isinstance(own, str) else list(own)
    return own + [text for value in told.values() for text in found_in(value, field)]
