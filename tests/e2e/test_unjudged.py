"""Nothing reaches another client unjudged.

The real pipeline of a real node notes the words that each of its verdicts allowed, on every way in which a verdict is
made: at once, after a second opinion, or without one. Whatever commands a person sends, with whatever words in
whatever field, each human-written string that arrives at somebody else must be one that a verdict allowed to be shown.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat.auth import KIND_WORDS, THINGS
from chat.commands import THEMES
from chat.node import Node
from moderation.pipeline import Pipeline
from moderation.verdict import Action, Submission, Verdict
from moderation.work import Unsure, Work
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.sentences import UNKIND
from tests.support.staff import on_duty
from tests.support.staff import waiting as cases
from tests.support.two import accept, changed, event_where, listening, quick, seek

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


class Recording(Pipeline):
    """The real pipeline, and a note of every text it allowed, whichever way it was asked."""

    allowed: set[str]
    noted: int  # verdicts, so that a way around this shows

    def note(self, verdict: Verdict) -> Verdict:
        self.noted += 1
        if verdict.action in (Action.ALLOW, Action.MASK) and verdict.text is not None:
            self.allowed.add(verdict.text)
        return verdict

    def judge_all(self, submissions: Sequence[Submission], now: float) -> list[Verdict]:
        return [self.note(verdict) for verdict in super().judge_all(submissions, now)]

    def first_all(self, submissions: Sequence[Submission | Work], now: float) -> list[Verdict | Unsure]:
        found = super().first_all(submissions, now)
        return [self.note(one) if isinstance(one, Verdict) else one for one in found]

    def settled(self, unsure: Unsure, scores: Sequence[float] = ()) -> Verdict:
        return self.note(super().settled(unsure, scores))

    def aside(self, unsure: Unsure) -> Verdict:
        before = set(self.allowed)  # it settles first, and may hold what that would have shown
        verdict = super().aside(unsure)
        self.allowed = before
        return self.note(verdict)


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
    """Let the node's own pipeline note what it allows: every part of the node that knows it is recorded."""
    judge: Any = node.services.pipeline
    judge.__class__ = Recording
    judge.allowed, judge.noted = set(), 0
    assert isinstance(judge, Recording)
    return judge


# Examples are drawn in a thread while the node goes on beside it, and its rounds have chances of their own.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
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
            assert recording.noted

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @example([("send", MASKED), ("edit", MASKED)])  # what is masked must not travel as it was written
        @example([("join", MASKED), ("hello", MASKED), ("send", "hello"), ("edit", UNKIND)])
        @given(st.lists(COMMANDS, min_size=1, max_size=10))
        def examples(script: list[tuple[str, str]]) -> None:
            asyncio.run_coroutine_threadsafe(play(script), loop).result(60)

        await asyncio.to_thread(examples)


# Plain words, and words that must not travel as they are.
SAID = (
    "hello, a hard night again", MASKED, UNKIND, "call me on +44 7700 900123", "d o n t  c o m e  b a c k", "thank you",
)  # fmt: skip


@one_flavour
async def test_what_is_carried_into_a_session_was_allowed_by_a_verdict(steady_engine: Engine) -> None:
    """T5: words queued while nobody was there, what is said, a summary that goes on, a line to the team."""
    async with (
        node_on(steady_engine.url, sessions=quick(undo=0.2)) as node,
        talking(node) as seeker,
        listening(node, "a") as first,
        on_duty(node.url, "listener", "b") as second,
        on_duty(node.url, "moderator") as mod,
    ):
        recording = record(node)
        heard: list[dict[str, Any]] = []
        await seek(seeker, line=SAID[0])
        for number, text in enumerate(SAID):
            await seeker.ask("send", room="waiting", text=text, key=f"w{number}")
        room = (await accept(first))["room"]
        await next_event(seeker, "session_opened")
        heard += [await raw.ask("open", room=room) for raw in (first, seeker)]
        for raw in (first, seeker):
            for number, text in enumerate(SAID):
                await raw.ask("send", room=room, text=text, key=f"s{number}")
        heard.append(await first.ask("page", room=room, limit=100))
        proposed = [await first.ask("transfer", room=room, summary=text) for text in SAID]
        heard.append(await changed(seeker, code="transfer_asked"))
        consented = [await seeker.ask("transfer", room=room, summary=text) for text in (UNKIND, MASKED)]
        assert [one["type"] for one in consented] == ["refused", "transferring"], (proposed, consented)
        await second.ask("available")
        onward = (await accept(second))["room"]
        heard.append(await second.ask("open", room=onward))
        if not [event for event in heard[-1]["events"] if event["type"] == "message"]:
            heard.append(await next_event(second, "message"))
        session = room.partition(":")[2]
        await second.ask("send", room=onward, text="I am here.", key="b")
        await event_where(seeker, "session_closed", lambda event: event["session"] == session)
        thanks = await seeker.ask("feedback", session=session, line=MASKED, safe=False)
        assert thanks["line"] == "masked"
        (case,) = [one for one in await cases(mod) if one["kind"] == "concern"]
        heard.append(await mod.ask("claim", case=case["case"]))
        for event in [*heard, *first.events, *second.events, *seeker.events, *mod.events]:
            for text in written(event):
                assert text in recording.allowed or made_by_us(text), json.dumps(event)
        shown = [text for event in heard for text in written(event)]
        assert any("removed" in text for text in shown)  # masked words did arrive: something was looked at
        assert recording.noted > 4 * len(SAID)


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
