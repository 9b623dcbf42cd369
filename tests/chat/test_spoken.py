"""Words ready to be judged: what the filter is told of where they stand, and of what came just before them."""

from __future__ import annotations

import json

import pytest

from chat.connection import Call, Connection
from chat.replies import Refused
from chat.spoken import Spoken, prepare
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import node_on, talking
from tests.support.raw import Raw


@one_flavour
async def test_words_are_prepared_with_the_room_s_pack_and_the_names_worn_there(steady_engine: Engine) -> None:
    """The filter learns the pack, the band and the names in the room, and an opaque lane: nothing else of rooms."""
    async with node_on(steady_engine.url) as node, talking(node, "recovery", name="Nora") as raw:
        await raw.ask("ping")
        (connection,) = node.gateway.everyone()
        ready = prepare(node.services, arriving(connection, room="recovery", text="hello", key="k"))
    assert isinstance(ready, Spoken)
    assert (ready.submission.pack, ready.submission.band, ready.submission.kind) == ("recovery", "adult", "message")
    assert ready.submission.key == ready.id
    assert not ready.submission.dry


@one_flavour
async def test_what_is_no_message_is_refused_before_it_is_judged(steady_engine: Engine) -> None:
    """Not a member, nothing to read, themes that are none of ours."""
    async with node_on(steady_engine.url) as node, talking(node, "recovery"):
        (connection,) = node.gateway.everyone()
        refusals = [
            prepare(node.services, arriving(connection, room="anxiety", text="hello", key="k")),
            prepare(node.services, arriving(connection, room="recovery", text="\u200b", key="k")),
            prepare(node.services, arriving(connection, room="recovery", text="hello", key="k", notes=["free words"])),
        ]
    codes = [(one.code, one.path) for one in refusals if isinstance(one, Refused)]
    assert codes == [("not_member", "room"), ("bad_request", "text"), ("bad_request", "notes")]


def arriving(connection: Connection, **fields: object) -> Call:
    """A `send` that has just been read on this connection; the test answers it with nothing."""
    connection.receive(json.dumps({"type": "send", "id": 50} | fields))
    (call,) = connection.start(0.0)
    call.answer(None)
    return call


@pytest.mark.parametrize("elsewhere", [False, True])
@one_flavour
async def test_words_split_over_a_reconnect_are_read_together(steady_engine: Engine, elsewhere: bool) -> None:
    """A new connection or node is no new beginning: last words are remembered, or read from the room (X32)."""
    async with node_on(steady_engine.url) as here, node_on(steady_engine.url) as there:
        async with Raw.upgraded(here.url) as raw:
            welcome = await raw.hello()
            await raw.ask("join", room="anxiety")
            first = [await raw.ask("send", room="anxiety", text=text, key=text) for text in ("go", "kill")]
        async with Raw.upgraded((there if elsewhere else here).url) as raw:
            await raw.ask("hello", token=welcome["token"], resume=[{"room": "anxiety"}])
            last = await raw.ask("send", room="anxiety", text="yourself", key="c")
            async with talking(here, "anxiety") as other:
                theirs = await other.ask("send", room="anxiety", text="yourself", key="d")
    assert [reply["type"] for reply in first] == ["sent", "sent"]
    assert (last["type"], last["code"]) == ("refused", "stopped")
    assert theirs["type"] == "sent"
