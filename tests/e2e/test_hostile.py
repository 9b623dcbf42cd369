"""Hostile commands, forged places, repeated keys, cut lines: what a stranger or a bad network makes of a session."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import msgpack
import pytest

from chat.client import Client
from chat.wire import Codec
from tests.support.engines import running
from tests.support.proxy import Proxy
from tests.support.raw import BINARY, MSGPACK, TEXT, Raw
from tests.support.server import OPEN, Server, serving

GUEST = {"band": "adult"}
PING = b"\xa4type\xa4ping\xa2id\x07"


@pytest.fixture(scope="module")
async def pair() -> AsyncIterator[tuple[Server, Server]]:
    """Two nodes on one engine."""
    sets = {**OPEN, "auth.secret": "a secret of thirty-two bytes and more"}
    async with (
        running("valkey") as engine,
        serving(redis_url=engine.url, sets=sets) as one,
        serving(redis_url=engine.url, sets=sets) as two,
    ):
        yield one, two


async def packed(raw: Raw) -> dict[str, Any]:
    """The next thing said in MessagePack."""
    said: dict[str, Any] = msgpack.unpackb((await raw.read()).payload)
    return said


def texts(client: Client, room: str) -> list[str]:
    return [event["text"] for event in client.view(room) if event["type"] == "message"]


async def history(client: Client, room: str) -> list[str]:
    """Ids of the whole log, page by page."""
    events: list[dict[str, Any]] = []
    page = await client.page(room, limit=100)
    while page["events"]:
        events = page["events"] + events
        page = await client.page(room, before=events[0]["cursor"], limit=100)
    return [event["id"] for event in events]


async def seen(client: Client, room: str, id: str) -> None:
    """Until the client has been told that message."""
    if any(event["id"] == id for event in client.view(room)):
        return
    async with asyncio.timeout(20):
        async for event in client.events():
            if event.get("id") == id:
                return


# --- X16, X17, X19: frames that are no commands ---


@pytest.mark.parametrize(
    ("bad", "re"),
    [
        (b"\x83" + PING + b"\xa1x\xd6\xff\x00\x00\x00\x01", 7),
        (b"\x83" + PING + b"\xa1x\xc7\x0c\xff" + b"\xff" * 12, 7),
        (b"\x83" + PING + b"\xa1x\xdd\xff\xff\xff\xff", None),
        (b"\x82" + PING + b"\xc0", None),
        (b"\x82\xa4type\xc4\x04ping\xa2id\x07", 7),
        (b"\x83" + PING + b"\xa2id\x08", 8),
        (b"\x83" + PING + b"\xa1x" + b"\x91" * 60_000 + b"\xc0", None),
    ],
    ids=["timestamp", "timestamp out of range", "2^32 list", "trailing", "bytes for text", "key twice", "deep"],
)
async def test_hostile_messagepack_is_answered_and_the_connection_stays(
    server: Server, bad: bytes, re: int | None
) -> None:
    """X16, X17: an error frame with code and path."""
    async with Raw.upgraded(server.url, MSGPACK) as raw:
        await raw.frame(BINARY, msgpack.packb({"type": "hello", "id": 1, "guest": GUEST}))
        assert (await packed(raw))["type"] == "welcome"
        await raw.frame(BINARY, bad)
        refused = await packed(raw)
        assert (refused["type"], refused["code"], refused["re"]) == ("refused", "bad_request", re)
        assert "path" in refused
        await raw.frame(BINARY, b"\x82" + PING)
        assert (await packed(raw))["type"] == "pong"


@pytest.mark.parametrize(
    "bad",
    ["[" * 60_000, '{"type":"ping","id":NaN}', '{"type":"ping","id":1e999}',
     '{"type":"ping","id":' + "9" * 10_000 + "}",
     '{"type":"check","id":1,"room":"r","text":"\\ud800"}', "", "null", "[]", '{"type":"ping"'],
    ids=range(9),
)  # fmt: skip
async def test_hostile_json_is_answered_and_the_connection_stays(server: Server, bad: str) -> None:
    """X17."""
    async with Raw.upgraded(server.url) as raw:
        await raw.hello()
        await raw.frame(TEXT, bad.encode())
        refused = await raw.told()
        assert (refused["type"], refused["code"], refused["re"]) == ("refused", "bad_request", None)
        assert "path" in refused
        assert (await raw.ask("ping"))["type"] == "pong"


async def test_five_frames_that_are_no_commands_end_the_connection(server: Server) -> None:
    """X16: the fifth within ten seconds closes with 4000, after its own answer."""
    async with Raw.upgraded(server.url) as raw:
        await raw.hello()
        for _ in range(5):
            await raw.frame(TEXT, b"{")
        for _ in range(5):
            assert (await raw.told())["code"] == "bad_request"
        assert await raw.closed() == 4000


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ({"type": "send", "room": "anxiety", "key": "k"}, "text"),
        ({"type": "send", "room": "anxiety", "text": "hi"}, "key"),
        ({"type": "join", "room": "r1\n"}, "room"),
        ({"type": "join", "room": "{x}"}, "room"),
        ({"type": "page", "room": "anxiety", "limit": 101}, "limit"),
        ({"type": "send", "room": "anxiety", "key": "k-zero", "text": "\u200b\u200d\ufeff \u2060"}, "text"),
        ({"type": "send", "room": "anxiety", "key": "k-marks", "text": "a\u0301" * 4000}, "text"),
        ({"type": "send", "room": "anxiety", "key": "k-empty", "text": ""}, "text"),
    ],
    ids=["no text", "no key", "line end", "braces", "limit", "zero width", "combining marks", "empty"],
)
async def test_a_refusal_names_the_field(server: Server, command: dict[str, Any], path: str) -> None:
    """X19."""
    async with Raw.upgraded(server.url) as raw:
        await raw.hello()
        await raw.ask("join", room="anxiety")
        refused = await raw.ask(**command)
        assert refused["type"] == "refused"
        assert refused["code"] in {"bad_request", "too_long"}
        assert refused["path"] == path


async def test_an_unknown_command_is_refused_and_no_fault(server: Server) -> None:
    """X19: never a close, however often; unknown fields are ignored."""
    async with Raw.upgraded(server.url) as raw:
        await raw.hello()
        for _ in range(8):
            assert (await raw.ask("dance"))["code"] == "unknown_command"
        assert (await raw.ask("ping", role="moderator", __proto__={"a": 1}))["type"] == "pong"


# --- X26: places that are not ours ---


async def test_a_forged_cursor_recovers_nothing_and_harms_nobody(open_server: Server) -> None:
    """X26: another room's cursor, invented ones: `recovered:false`, `why:"foreign"`; the true ones stay good."""
    async with Client(open_server.ws, guest=GUEST) as ana, Raw.upgraded(open_server.url) as raw:
        await ana.join("bipolar")
        await ana.join("recovery")
        ids = [(await ana.send("bipolar", f"one more day, {n}"))["id"] for n in range(3)]
        await ana.send("recovery", "day one")
        await seen(ana, "bipolar", ids[-1])
        good = ana.position("bipolar")
        assert good is not None
        epoch, seq, tag = good.split(".")
        forged = [
            ana.position("recovery") or "", f"{epoch}.{seq}.{'0' * 16}", f"{epoch}.999999.{tag}", f"{epoch}.1.",
            f"beef.{seq}.{tag}", "x", "..", f"{epoch}.-1.{tag}", f"{epoch}.{10**15}.{tag}",
        ]  # fmt: skip
        await raw.hello()
        for cursor in forged:
            joined = await raw.ask("join", room="bipolar", cursor=cursor)
            assert (joined["recovered"], joined["why"]) == (False, "foreign"), cursor
            assert joined["cursor"] == good
            assert [event["id"] for event in joined["events"]][-3:] == ids
        back = await raw.ask("join", room="bipolar", cursor=good)
        assert (back["recovered"], back["events"]) == (True, [])


# --- X42-X45: once, in order, without holes ---


async def test_one_key_a_hundred_times_over_two_nodes_is_one_message(pair: tuple[Server, Server]) -> None:
    """X42: a hundred answers, equal but for `repeated`."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(Client(pair[0].ws, guest=GUEST))
        devices = [first] + [
            await stack.enter_async_context(Client(pair[n % 2].ws, token=first.token, codec=list(Codec)[n % 2]))
            for n in range(1, 10)
        ]
        for device in devices:
            await device.join("depression")
        sends = [devices[n % 10].send("depression", "only once", key="same-key") for n in range(100)]
        answers = await asyncio.gather(*sends)
        assert {answer["type"] for answer in answers} == {"sent"}
        assert sum(not answer.pop("repeated", False) for answer in answers) == 1
        assert len({json.dumps({**answer, "re": 0}, sort_keys=True) for answer in answers}) == 1
        last = await first.send("depression", "after")
        for device in devices:
            await seen(device, "depression", last["id"])
            assert texts(device, "depression") == ["only once", "after"]
        page = await first.page("depression", limit=10)
        assert [event["text"] for event in page["events"]] == ["only once", "after"]


async def test_twenty_writers_on_two_nodes_are_read_in_one_order_by_everyone(pair: tuple[Server, Server]) -> None:
    """X44: every reader's live order is the history."""
    async with AsyncExitStack() as stack:
        writers = [
            await stack.enter_async_context(Client(pair[n % 2].ws, guest=GUEST, codec=list(Codec)[n // 2 % 2]))
            for n in range(20)
        ]
        for writer in writers:
            await writer.join("autism-parents")

        async def write(number: int) -> list[str]:
            said = [await writers[number].send("autism-parents", f"line {n} of {number}") for n in range(25)]
            return [answer["id"] for answer in said]

        ids = await asyncio.gather(*(write(number) for number in range(20)))
        last = await writers[0].send("autism-parents", "done")
        for writer in writers:
            await seen(writer, "autism-parents", last["id"])
        views = [[event["id"] for event in writer.view("autism-parents")] for writer in writers]
        assert all(view == views[0][-len(view) :] for view in views)
        assert sorted(views[0]) == sorted([*(id for own in ids for id in own), last["id"]])
        for own in ids:
            assert [id for id in views[0] if id in set(own)] == own
        assert await history(writers[1], "autism-parents") == views[0]


async def test_a_line_cut_at_random_moments_loses_and_doubles_nothing(pair: tuple[Server, Server]) -> None:
    """X43: a thousand cuts between send and answer, or anywhere else; each message stands once in history."""
    rng = random.Random(43)
    done = asyncio.Event()
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(Proxy(port=pair[0].port))
        address = f"ws://127.0.0.1:{proxy.port}/ws"
        reader = await stack.enter_async_context(Client(pair[1].ws, guest=GUEST, codec=Codec.MSGPACK))
        writers = [
            await stack.enter_async_context(
                Client(address, guest=GUEST, rng=rng, scale=0.002, codec=list(Codec)[n % 2])
            )
            for n in range(8)
        ]
        for client in (*writers, reader):
            await client.join("newcomers")

        async def saw() -> None:
            """Each cut hits all eight lines; the next comes when all are back."""
            for _ in range(125):
                before = [writer.connections for writer in writers]
                await asyncio.sleep(rng.random() * 0.01)  # the random moment is the test
                proxy.cut()
                while any(writer.connections == then for writer, then in zip(writers, before, strict=True)):
                    await asyncio.sleep(0.001)
            done.set()

        async def speak(number: int) -> list[str]:
            ids: list[str] = []
            while not done.is_set():
                answer = await writers[number].send("newcomers", f"{number}/{len(ids)}", patient=True)
                assert answer["state"] == "delivered"
                ids.append(answer["id"])
            return ids

        async with asyncio.timeout(120):
            spoken, _ = await asyncio.gather(asyncio.gather(*(speak(number) for number in range(8))), saw())
            last = await writers[0].send("newcomers", "last", patient=True)
            acknowledged = sorted([*(id for ids in spoken for id in ids), last["id"]])
            for client in (reader, *writers):
                await seen(client, "newcomers", last["id"])
                view = [event["id"] for event in client.view("newcomers")]
                assert sorted(view) == acknowledged
                assert view == [event["id"] for event in reader.view("newcomers")]
            assert view == await history(reader, "newcomers")


@pytest.mark.parametrize("missed", [0, 1, 299, 300, 301, 420])
async def test_a_resume_is_exact_or_says_that_it_is_not(pair: tuple[Server, Server], missed: int) -> None:
    """X45: up to the cap of 300 everything missed, beyond it `recovered:false`; never a silent hole."""
    room = "anxiety"
    async with Client(pair[0].ws, guest=GUEST) as writer, Raw.upgraded(pair[1].url) as raw:
        await raw.hello()
        at = (await raw.ask("join", room=room))["cursor"]
        await raw.ask("leave", room=room)
        await writer.join(room)
        ids: list[str] = []
        for start in range(0, missed, 16):
            batch = range(start, min(missed, start + 16))
            ids += [answer["id"] for answer in await asyncio.gather(*(writer.send(room, f"m {n}") for n in batch))]
        if ids:
            await seen(writer, room, ids[-1])
        async with Raw.upgraded(pair[1].url) as again:
            welcome = await again.ask("hello", guest=GUEST, resume=[{"room": room, "cursor": at}])
            (joined,) = welcome["resumed"]
            told = [event["id"] for event in joined["events"]]
            assert joined["cursor"] == (writer.position(room) if ids else at)
            if missed <= 300:
                assert joined["recovered"]
                assert told == ids
            else:
                assert (joined["recovered"], joined["why"]) == (False, "trimmed")
                assert told == ids[-len(told) :]


async def test_a_resume_into_a_new_epoch_is_told_apart_and_starts_with_what_there_is() -> None:
    """X45, epoch changed: the log was lost while somebody was away; the old place is no place in the new one."""
    async with running("redis") as engine, serving(redis_url=engine.url, sets=OPEN) as server:
        async with Client(server.ws, guest=GUEST) as ana:
            await ana.join("anxiety")
            await ana.send("anxiety", "before the flood")
            before = await ana.send("anxiety", "still before")
        await engine.ask("FLUSHALL")
        async with Client(server.ws, guest=GUEST) as ben:
            await ben.join("anxiety")
            after = [(await ben.send("anxiety", text, patient=True))["id"] for text in ("after it", "and on we go")]
            async with Raw.upgraded(server.url) as raw:
                resume = [{"room": "anxiety", "cursor": before["cursor"]}]
                (joined,) = (await raw.ask("hello", guest=GUEST, resume=resume))["resumed"]
        assert (joined["recovered"], joined["why"]) == (False, "fork")
        assert [event["id"] for event in joined["events"]] == after
        assert joined["cursor"].split(".")[0] != before["cursor"].split(".")[0]
