"""Asking for somebody and being there for somebody: what is taken, what is kindly refused, and what a repeat is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chat import answers, pairing
from chat.sessionsettings import Sessions
from chat.tellings import AVAILABILITY
from rooms.durations import DAY
from rooms.listening import Spent
from rooms.scene import No, RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.pairs import made, putting
from tests.support.staff import URGENT, on_duty
from tests.support.two import accept, changed, event_where, listening, quick, seek, talked, together


@one_flavour
@pytest.mark.parametrize(
    ("command", "fields", "path"),
    [
        ("seek", {"key": "k", "topic": "call me on 555"}, "topic"),
        ("seek", {"key": "k", "prefer": ["somebody from my street"]}, "prefer"),
        ("seek", {"key": "k", "notes": ["secrets"]}, "notes"),
        ("available", {"tags": ["write me at home"]}, "tags"),
        ("available", {"refuses": ["everything"]}, "refuses"),
        ("available", {"until": "this evening"}, "until"),
    ],
)
async def test_what_is_read_before_they_meet_is_of_the_lists(
    steady_engine: Engine, command: str, fields: dict[str, Any], path: str
) -> None:
    """T5: no free word reaches anybody on this way; the answer names what is taken."""
    async with node_on(steady_engine.url) as node, on_duty(node.url, "listener") as raw:
        answer = await raw.ask(command, **fields)
    assert (answer["type"], answer["code"], answer["path"]) == ("refused", "bad_request", path)
    assert "555" not in answer["says"]


@one_flavour
async def test_listening_is_for_who_was_trained(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as guest:
        answer = await guest.ask("available")
        nothing = await guest.ask("away")
    assert (answer["type"], answer["code"]) == ("refused", "forbidden")
    assert nothing["code"] == "not_found"


@one_flavour
async def test_who_is_low_today_is_thanked_and_not_asked(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, on_duty(node.url, "listener", "one") as raw:
        low = await raw.ask("available", mood="low")
        better = await raw.ask("available", mood="ok")
        gone = await raw.ask("away", **{"for": "break"})
    assert low["state"] != "available"
    assert "Today is for you" in low["says"]
    assert better["state"] == "available"
    assert gone["state"] == "on_break"


@one_flavour
async def test_two_sessions_a_day_are_enough_and_other_doors_are_named(steady_engine: Engine) -> None:
    """Caps of a seeker; who may be in danger is never told that (the hold's tests)."""
    sessions = Sessions(seeker_day=1, pair_week=9)
    async with (
        node_on(steady_engine.url, sessions=sessions) as node,
        talking(node, country="GB") as raw,
        listening(node) as lee,
    ):
        room = await together(raw, lee)
        beside = await raw.ask("seek", key="again")
        await raw.ask("step_out", room=room)
        enough = await raw.ask("seek", key="more")
        card = await next_event(raw, "care")
    assert card["card"]["lines"]
    assert (beside["type"], beside["code"]) == ("refused", "taken")
    assert (enough["type"], enough["code"], enough["retry"]) == ("refused", "too_soon", "later")
    assert "lines" in enough["says"]


@one_flavour
@pytest.mark.parametrize("language", ["en", "es-MX"])
async def test_a_refusal_is_said_in_the_language_of_who_reads_it(steady_engine: Engine, language: str) -> None:
    """F52: by whatever handler, for it is put into words where every reply leaves."""
    sessions = Sessions(seeker_day=1, pair_week=9)
    async with (
        node_on(steady_engine.url, sessions=sessions) as node,
        talking(node, language=language) as raw,
        listening(node) as lee,
    ):
        room = await together(raw, lee)
        said = [
            await raw.ask("seek", key="again"),
            await raw.ask("available"),
            await raw.ask("undo", room="session:none"),
            await raw.ask("block", room="anxiety", alias_id="nobody"),
        ]
        await raw.ask("step_out", room=room)
        said.append(await raw.ask("seek", key="more"))
        say = node.services.pipeline.books.says.say
    english = [pairing.BESIDE, pairing.NO_LISTENER, pairing.SAYS[No.NOT_FOUND][1], answers.JOIN_FIRST, pairing.ENOUGH]
    assert [told["says"] for told in said] == [say(sentence, language) for sentence in english]
    assert (english[0] == said[0]["says"]) is (language == "en")


@one_flavour
async def test_an_answer_to_somebody_else_s_offer_is_not_found_and_a_repeat_is_the_same_session(
    steady_engine: Engine,
) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        on_duty(node.url, "listener", "two") as other,
    ):
        await seek(seeker)
        offer = (await next_event(listener, "offered"))["offer"]
        stolen = await other.ask("answer", offer=offer, accept=True)
        first = await listener.ask("answer", offer=offer, accept=True)
        second = await listener.ask("answer", offer=offer, accept=True)
        no = await listener.ask("answer", offer=offer, accept=False)
    assert stolen["code"] == "not_found"
    assert (second["session"], second["repeated"]) == (first["session"], True)
    assert no["type"] == "refused"


@one_flavour
async def test_after_a_long_wait_one_may_wait_on_be_told_or_stop(steady_engine: Engine) -> None:
    """F11: and who wanted to be told hears it when somebody is free, in their old place."""
    async with (
        node_on(steady_engine.url, sessions=quick(call_back=0.2, update=30.0)) as node,
        talking(node) as seeker,
        on_duty(node.url, "listener", "one") as listener,
    ):
        request = (await seek(seeker))["request"]
        asks = await event_where(seeker, "waiting", lambda event: bool(event.get("choose")))
        assert (asks["choose"], asks["alternatives"]) == (["wait", "tell_me", "stop"], ["room", "line", "write"])
        told = await seeker.ask("choose", request=request, choice="tell_me")
        assert told["type"] == "waiting"
        assert (await seeker.ask("choose", request=request, choice="tell_me"))["repeated"]
        await listener.ask("available")
        ready = await event_where(seeker, "waiting", lambda event: bool(event.get("ready")))
        assert ready["request"] == request
        assert (await accept(listener))["accepted"]
        assert (await seeker.ask("choose", request=request, choice="stop"))["type"] == "refused"


def test_every_no_has_a_code_and_words_and_only_waiting_helps_against_one() -> None:
    assert set(pairing.SAYS) == set(No)
    answers = {no: pairing.declined(1, no, "room") for no in No}
    assert {no for no, answer in answers.items() if answer.retry == "later"} == {No.TOO_SOON}
    assert all("block" not in answer.says for answer in answers.values())


@one_flavour
async def test_the_wait_is_promised_once_and_measured_against_that(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as one, talking(node) as two:
        first, second = await seek(one), await seek(two)
        rows = [await node.services.matchmaker.find(RowKind.REQUEST, each["request"]) for each in (first, second)]
    assert [row.place for row in rows] == [first["place"], second["place"]] == [1, 2]
    assert all(row.shown > 0 for row in rows)


async def given(node: Any, listener: Any, *, heavy: bool = False) -> None:
    """A session from the first word to its end."""
    async with talking(node) as seeker:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        if heavy:
            await seeker.ask("send", room=room, text=URGENT, key="u")
            await changed(listener, state="stay")
        await seeker.ask("close", room=room)
        if not heavy:
            await seeker.ask("step_out", room=room)
        await next_event(listener, "session_closed")


async def somebody_else_is_asked(node: Any, listener: Any) -> None:
    """The next who asks for somebody is put to another, and nothing is put to this one."""
    async with talking(node) as seeker, listening(node, "another") as other:
        await seek(seeker, key="next")
        await next_event(other, "offered")
    assert (await listener.ask("ping"))["type"] == "pong"
    assert not [event for event in listener.events if event["type"] == "offered"]


@one_flavour
async def test_while_resting_nobody_is_asked_and_coming_again_says_until_when(steady_engine: Engine) -> None:
    """WRAP_UP, then COOL_DOWN: neither can be skipped."""
    async with node_on(steady_engine.url, sessions=quick(wrap_up=0.3)) as node, listening(node) as listener:
        await given(node, listener)
        wrap_up = await listener.ask("available")
        cool_down = await listener.ask("available")
        while cool_down["state"] == "wrap_up":  # the node's clock: asking again is the only sign
            cool_down = await listener.ask("available")
        await somebody_else_is_asked(node, listener)
    assert wrap_up["state"] in ("wrap_up", "cool_down")
    assert cool_down["state"] == "cool_down"
    for told in (wrap_up, cool_down):
        assert told["says"] == AVAILABILITY["rest"]
        assert told["until"]


@one_flavour
@pytest.mark.parametrize(
    ("caps", "word"),
    [
        ({"sessions_day": 1}, "today"),
        ({"talk_day": 0.001}, "today"),
        ({"heavy_day": 1}, "heavy"),
        ({"talk_week": 7200.0, "talk_day": 3600.0}, "week"),
    ],
)
async def test_a_cap_is_said_once_when_it_is_reached_and_coming_again_says_it_kindly(
    steady_engine: Engine, caps: dict[str, Any], word: str
) -> None:
    """4 sessions or 3 h a day, 2 heavy a day, 12 h a week, here smaller: nobody asks them then, and they hear why."""
    rests = {"wrap_up": 0.05, "cool_down": 0.05, "cool_down_heavy": 0.05}
    async with node_on(steady_engine.url, sessions=quick(**caps, **rests)) as node, listening(node) as listener:
        if word == "week":  # what was given earlier this week, but for a moment
            row = await node.services.matchmaker.find(RowKind.LISTENER, "staff-one")
            began = node.services.matchmaker.now_ms() - 2 * DAY
            before = replace(row, spent=(Spent(began=began, ended=began + 7_200_000 - 1),))
            await made(node.services.matchmaker, putting(before))
        await given(node, listener, heavy=word == "heavy")
        told = await event_where(listener, "availability", lambda event: "note" in event)
        away = await event_where(listener, "availability", lambda event: event["state"] == "away")
        again = await listener.ask("available")
        await somebody_else_is_asked(node, listener)
        notes = [event for event in listener.events if event["type"] == "availability" and "note" in event]
    assert (told["note"], told["says"]) == (word, AVAILABILITY[word])
    assert "note" not in away
    assert notes == []
    assert (again["state"], again["says"]) == ("away", AVAILABILITY[word])
    assert max(again["caps"].values()) == 1.0
