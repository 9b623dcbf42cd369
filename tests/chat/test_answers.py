"""What every handler says, and that each command ends in exactly one reply."""

from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from chat import commands as say
from chat.answers import absent, finish, internal, not_found, refused, with_numbers
from chat.budget import Budget
from chat.connection import Call, Connection
from chat.replies import Code, Pong
from chat.wire import Codec
from moderation.says import Says
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import node_on, talking

PRIVATE = "only between the two of us"


class Unsayable:
    """No reply of ours: no codec can say it."""


def asked(connection: Connection) -> Call:
    """A ping under way."""
    connection.receive(json.dumps({"type": "hello", "id": 1}))
    (call,) = connection.start(0.0)
    return call


@one_flavour
async def test_a_reply_that_cannot_be_said_costs_only_itself(steady_engine: Engine) -> None:
    """The slot is filled all the same, with `internal`, and the fault is counted."""
    async with node_on(steady_engine.url) as node:
        connection = Connection(Codec.JSON, Budget(0, 0))
        finish(node.services, asked(connection), Unsayable())
        frame = connection.outbox.drain()
        counted = node.metrics.read()
    assert b'"code":"internal"' in frame
    assert [name for name in counted if name.startswith("warmline_faults_total")]


@one_flavour
async def test_a_fault_is_logged_by_its_kind_and_place_and_never_by_its_words(steady_engine: Engine) -> None:
    """An exception's text may hold what somebody wrote (F34)."""
    async with node_on(steady_engine.url) as node:
        try:
            raise ValueError(PRIVATE)
        except ValueError as fault:
            with capture_logs() as lines:
                reply = internal(node.services, say.Ping(id=7), fault)
    assert (reply.re, reply.code, reply.retry) == (7, Code.INTERNAL, "later")
    assert lines[0]["fault"] == "ValueError"
    assert lines[0]["where"].startswith("test_answers.py:")
    assert PRIVATE not in str(lines) + reply.says


@one_flavour
async def test_what_is_not_there_and_what_one_may_not_see_are_refused_in_the_same_words(steady_engine: Engine) -> None:
    """No oracle: another band's room is as absent as one that never was (X24)."""
    async with node_on(steady_engine.url) as node, talking(node):
        (connection,) = node.gateway.everyone()
        answers = [absent(node.services, connection, 5, name) for name in ("teens", "no-such-room", "anxiety")]
    assert answers[0] == answers[1] == not_found(5)
    assert answers[2].code == Code.NOT_MEMBER


@pytest.mark.parametrize(("more", "retry"), [({}, "never"), ({"retry": "later", "retry_after": 3.0}, "later")])
def test_a_refusal_need_not_be_repeated_unless_it_says_so(more: dict[str, Any], retry: str) -> None:
    assert refused(3, Code.FORBIDDEN, "No.", **more).retry == retry


@one_flavour
async def test_a_plain_reply_fills_its_slot(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node:
        connection = Connection(Codec.JSON, Budget(0, 0))
        finish(node.services, asked(connection), Pong(re=1, at="t"))
        assert b'"pong"' in connection.outbox.drain()


def test_a_refusal_with_numbers_in_it_is_said_in_the_language_of_its_reader() -> None:
    """F52: the catalogue has each number as `#`; what nobody translated stays as it is."""
    book = Says({"es": {"`text` has # characters; # is the most.": "Tiene # caracteres; como máximo #."}})
    assert with_numbers(book, "`text` has 5001 characters; 4000 is the most.", "es") == (
        "Tiene 5001 caracteres; como máximo 4000."
    )
    assert with_numbers(book, "There are 3 of 4.", "es") == "There are 3 of 4."
