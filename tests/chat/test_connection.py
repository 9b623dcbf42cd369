"""One client without a socket: states, order of replies, barriers, budgets, faults."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import commands as say
from chat.budget import CHECKS_AT_ONCE, HELPING, MOST_REFUSED, Budget
from chat.connection import FAULTS, IN_FLIGHT, Call, Connection, State
from chat.replies import Close, Pong
from chat.wire import Codec

HELLO = '{"type":"hello","id":1,"guest":{"band":"adult"}}'


def make(rate: float = 0.0) -> Connection:
    return Connection(Codec.JSON, Budget(rate, 3.0))


def opened(rate: float = 0.0) -> Connection:
    connection = make(rate)
    connection.state = State.OPEN
    return connection


def said(connection: Connection) -> list[dict[str, Any]]:
    """What waits in the outbox, decoded."""
    found, rest = [], connection.outbox.drain() if connection.outbox else b""
    while rest:
        size, skip = rest[1], 2
        if size == 126:
            size, skip = int.from_bytes(rest[2:4], "big"), 4
        found.append(json.loads(rest[skip : skip + size]))
        rest = rest[skip + size :]
    return found


def ping(number: int) -> str:
    return json.dumps({"type": "ping", "id": number})


def test_the_first_command_must_be_hello() -> None:
    """Anything else is refused without being run, and the connection stays."""
    connection = make()
    connection.receive(ping(4))
    assert connection.start(0.0) == []
    assert [(one["re"], one["code"]) for one in said(connection)] == [(4, "not_ready")]
    connection.receive(HELLO)
    assert isinstance(connection.start(0.0)[0].command, say.Hello)


def test_a_second_hello_is_refused() -> None:
    """Once open, hello is not legal any more."""
    connection = opened()
    connection.receive(HELLO)
    assert connection.start(0.0) == []
    assert said(connection)[0]["code"] == "not_ready"


@given(st.permutations(range(8)))
def test_replies_leave_in_the_order_of_the_commands_whatever_order_they_are_answered_in(order: list[int]) -> None:
    """Slots keep the order; handlers may finish as they like."""
    connection = opened()
    for number in range(8):
        connection.receive(ping(number + 1))
    calls = connection.start(0.0)
    for index in order:
        calls[index].answer(Pong(re=index + 1, at="now"))
    assert [one["re"] for one in said(connection)] == list(range(1, 9))


def test_seventeen_commands_wait_for_a_place() -> None:
    """The seventeenth is not started until a reply has left, and reading stops meanwhile."""
    connection = opened()
    for number in range(IN_FLIGHT + 1):
        connection.receive(ping(number + 1))
    calls = connection.start(0.0)
    assert len(calls) == IN_FLIGHT
    assert connection.full
    calls[0].answer(Pong(re=1, at="now"))
    assert len(connection.start(0.0)) == 1


def test_a_barrier_waits_for_what_came_before_and_holds_back_what_comes_after() -> None:
    """send, join, send: the join starts when the send is answered, the second send when the join is."""
    connection = opened()
    for text in (ping(1), '{"type":"join","id":2,"room":"r"}', ping(3)):
        connection.receive(text)
    first = connection.start(0.0)
    assert [call.command.id for call in first] == [1]
    first[0].answer(Pong(re=1, at="now"))
    second = connection.start(0.0)
    assert [call.command.id for call in second] == [2]
    assert connection.start(0.0) == []
    second[0].answer(Pong(re=2, at="now"))
    assert [call.command.id for call in connection.start(0.0)] == [3]


def test_five_malformed_frames_in_ten_seconds_close_the_connection() -> None:
    """Each is answered with the path of what is wrong; the fifth ends it with 4000."""
    connection = opened()
    for n in range(FAULTS):
        connection.receive('{"type":"send","id":"one"}')
        connection.start(n * 2.0)
    assert all(one["code"] == "bad_request" for one in said(connection))
    assert connection.closing is not None
    assert connection.closing[0] == Close.MALFORMED


def test_malformed_frames_spread_out_do_not_close_the_connection() -> None:
    """Five in more than ten seconds are five honest mistakes."""
    connection = opened()
    for n in range(FAULTS * 2):
        connection.receive("{")
        connection.start(n * 3.0)
    assert connection.closing is None


def test_an_unknown_command_is_refused_and_never_counted() -> None:
    """A newer client may try what we do not know."""
    connection = opened()
    for n in range(FAULTS * 2):
        connection.receive(json.dumps({"type": "levitate", "id": n + 1}))
        connection.start(0.0)
    assert {one["code"] for one in said(connection)} == {"unknown_command"}
    assert connection.closing is None


def test_too_many_commands_are_told_when_to_come_back() -> None:
    """The bucket says how long to wait; nothing is run."""
    connection = opened(rate=1.0)
    for n in range(4):
        connection.receive(ping(n + 1))
    assert len(connection.start(0.0)) == 3
    calls: list[Call] = connection.start(0.0)
    assert calls == []


def test_typing_never_costs_a_message_and_is_dropped_in_silence_when_it_is_too_much() -> None:
    """It has a budget of its own (X50)."""
    connection = opened(rate=1.0)
    started: list[Call] = []
    for _ in range(10):
        connection.receive('{"type":"typing","room":"r"}')
        started += connection.start(0.0)
    assert len(started) == 3
    for call in started:
        call.answer(None)
    connection.receive(ping(1))
    assert len(connection.start(0.0)) == 1
    assert said(connection) == []


def test_nobody_is_too_fast_for_help_and_a_flood_of_it_ends_like_any_other() -> None:
    """R1: who has spent everything still gets the card; who only floods does not."""
    connection = opened(rate=1.0)
    for n in range(4):
        connection.receive(ping(n + 1))
    for call in connection.start(0.0):
        call.answer(Pong(re=call.command.id, at="now"))
    assert said(connection)[-1]["code"] == "rate_limited"
    started = 0
    for n in range(60):
        connection.receive(json.dumps({"type": "help", "id": n + 10}))
        for call in connection.start(0.0):
            started += 1
            call.answer(Pong(re=call.command.id, at="now"))
    assert started == HELPING[1]
    assert said(connection)[-1]["code"] == "rate_limited"


@pytest.mark.parametrize("frame", ["{", '{"type":"levitate","id":7}', HELLO, '{"type":"page","id":8,"room":"r"}'])
def test_whatever_is_refused_at_once_is_paid_for_like_a_command(frame: str) -> None:
    """Bad frames, unknown commands, commands out of place: none is answered without end."""
    connection = opened(rate=1.0)
    answered = 0
    for n in range(3 + MOST_REFUSED + 10):
        connection.receive(frame)
        for call in connection.start(n * 1e-6):
            call.answer(Pong(re=call.command.id, at="now"))
        answered += len(said(connection))
    assert connection.closing is not None
    assert connection.closing[0] in (Close.RATE_LIMITED, Close.MALFORMED)
    assert answered <= 3 + MOST_REFUSED + 1


def test_who_waits_after_a_refusal_is_never_closed_for_it() -> None:
    """A refusal says how long to wait; waiting so long makes it right again."""
    connection = opened(rate=1.0)
    for n in range(4 * MOST_REFUSED):
        connection.receive(ping(n + 1))
        for call in connection.start(n * 0.5):
            call.answer(Pong(re=1, at="now"))
        connection.outbox.drain()
    assert connection.closing is None


def test_nothing_is_started_for_who_is_gone() -> None:
    """What was received and not read yet goes with the connection."""
    connection = opened()
    connection.receive(ping(1))
    connection.state = State.CLOSED
    assert connection.start(0.0) == []


def test_nothing_is_taken_in_after_closing_began() -> None:
    """What comes after a close was decided is not read."""
    connection = opened()
    connection.close(Close.REPLACED, "gone")
    connection.close(Close.BANNED, "later")
    connection.receive(ping(1))
    assert connection.start(0.0) == []
    assert connection.closing == (Close.REPLACED, "gone")


def test_a_conversation_lasts_as_long_as_its_token() -> None:
    """4100 once, when it has run out; a later end, as after `refresh`, moves it."""
    connection = opened()
    connection.good_until = 100.0
    assert not connection.expire(99.9)
    connection.good_until = 200.0
    assert not connection.expire(100.0)
    assert connection.expire(200.0)
    assert connection.closing is not None
    assert connection.closing[0] == Close.EXPIRED
    assert not connection.expire(201.0)


def test_who_has_not_been_welcomed_has_no_token_to_run_out() -> None:
    """That is what `hello_timeout` is for."""
    connection = make()
    assert not connection.expire(1e12)
    assert connection.closing is None


def test_checks_have_a_budget_of_their_own_and_never_cost_a_message() -> None:
    """Looking is refused when it is too much; speaking goes on."""
    connection = opened(rate=1.0)
    for number in range(int(CHECKS_AT_ONCE) + 1):
        connection.receive(json.dumps({"type": "check", "id": number + 1, "room": "anxiety", "text": "hello"}))
        for call in connection.start(0.0):
            call.answer(Pong(re=call.command.id, at="t"))
    replies = said(connection)
    assert [reply["type"] for reply in replies] == ["pong"] * int(CHECKS_AT_ONCE) + ["refused"]
    assert (replies[-1]["code"], replies[-1]["retry"]) == ("rate_limited", "later")
    assert 0 < replies[-1]["retry_after"] <= 1
    connection.receive(json.dumps({"type": "send", "id": 90, "room": "anxiety", "text": "hello", "key": "k"}))
    assert len(connection.start(0.0)) == 1
