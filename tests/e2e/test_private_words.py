"""What people write, are called and carry is found in nothing a server leaves behind for operators (X68)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgpack
import pytest

from tests.support.raw import BINARY, MSGPACK, TEXT, Raw
from tests.support.server import OPEN, Server, serving

# One word for each place private words go; none is in any of our own files.
BODY, NAME, ALIAS, CRISIS, STOPPED, EDIT, BROKEN = (
    f"zebra{kind}quux" for kind in ("body", "name", "alias", "crisis", "stopped", "edit", "broken")
)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.zebratokenquux.c2lnbmF0dXJl"
PASSWORD = "zebrapasswordquux"
ROOM = "depression"


@pytest.fixture
async def talkative() -> AsyncIterator[Server]:
    """A server that logs all it can; its filter is patient, its rooms are not slow."""
    async with serving(sets={**OPEN, "log.level": "debug"}) as server:
        yield server


@asynccontextmanager
async def in_the_room(server: Server, **guest: str) -> AsyncIterator[tuple[Raw, str]]:
    """A guest in the room, and the token they were given."""
    async with Raw.upgraded(server.url) as raw:
        token = (await raw.hello(name=NAME, **guest))["token"]
        assert (await raw.ask("join", room=ROOM, alias=ALIAS))["type"] in {"joined", "refused"}
        assert (await raw.ask("join", room=ROOM))["type"] == "joined"
        yield raw, token


async def say_everything(raw: Raw) -> None:
    """Delivered, checked, edited, stopped, in crisis."""
    sent = await raw.ask("send", room=ROOM, key="k1", text=f"a long night, {BODY}")
    assert sent["type"] == "sent"
    answers = [
        await raw.ask("check", room=ROOM, text=f"shut up you stupid idiot {BODY}"),
        await raw.ask("edit", room=ROOM, message=sent["id"], key="k2", text=f"a shorter night, {EDIT}"),
        await raw.ask("send", room=ROOM, key="k3", text=f"shut up you stupid idiot, go away {STOPPED}"),
        await raw.ask("send", room=ROOM, key="k4", text=f"I want to kill myself tonight {CRISIS}"),
    ]
    assert [answer["type"] for answer in answers] == ["checked", "sent", "refused", "sent"]
    await raw.say("typing", room=ROOM)


async def break_things(server: Server) -> None:
    """Frames that are none, with private words in every part of them; forged tokens; addresses with tokens in them."""
    async with Raw.upgraded(server.url) as raw:
        assert (await raw.ask("hello", token=TOKEN))["type"] == "refused"
        assert await raw.closed() == 4001
    async with Raw.upgraded(server.url) as raw:
        await raw.hello()
        for frame in (
            f'{{"type":"send","id":9,"room":"{BROKEN}"',
            f'{{"type":"{BROKEN}","id":9}}',
            f'{{"type":"send","id":9,"room":"{ROOM}","key":"{BROKEN * 9}","text":"{BROKEN}"}}',
            f'{{"type":"send","id":9,"{BROKEN}":1,"room":7,"text":"{BROKEN}"}}',
        ):
            await raw.frame(TEXT, frame.encode())
            assert (await raw.told())["type"] == "refused"
        await raw.frame(TEXT, BROKEN.encode() + b"\xff")
        assert await raw.closed() == 1007
    async with Raw.upgraded(server.url, MSGPACK) as packed:
        await packed.frame(BINARY, msgpack.packb({"type": "hello", "id": 1, "token": {BROKEN: TOKEN}}))
        await packed.frame(BINARY, msgpack.packb({"type": "hello", "id": 1, "guest": {"band": BROKEN}}) + b"\xc1")
        await packed.read()
    for path in (f"/ws?token={TOKEN}", f"/{BROKEN}", f"/livez?password={PASSWORD}"):
        async with Raw.open(server.url) as raw:
            headers = [("Authorization", f"Bearer {TOKEN}"), ("Cookie", PASSWORD), ("Origin", f"http://{BROKEN}.test")]
            assert (await raw.upgrade(path, extra=headers)).status >= 400


async def metrics(server: Server) -> str:
    async with Raw.open(server.url) as raw:
        answer = await raw.upgrade("/metrics", without=["Upgrade", "Connection"])
    assert b"warmline_commands_total" in answer.body
    return answer.body.decode()


def left_behind(server: Server) -> str:
    """All text files of the server: its log, the engine's log; not the engine's data, which is where words belong."""
    files = [server.directory / "server.log", *Path(server.sets["data.dir"]).rglob("*.log")]
    assert len(files) >= 2
    return "".join(file.read_text(errors="replace") for file in files)


async def test_private_words_are_in_no_log_and_no_metric(talkative: Server) -> None:
    """X68: body, name, alias, token, password, crisis text; through kill -9, restarts and a kind end."""
    tokens = [TOKEN]
    told = ""
    for end in (talkative.kill, talkative.terminate):
        async with in_the_room(talkative) as (raw, token), asyncio.timeout(60):
            tokens.append(token)
            await say_everything(raw)
            await break_things(talkative)
            told += await metrics(talkative)
            await end()
        told += left_behind(talkative)
        await talkative.start()
    async with in_the_room(talkative) as (raw, token):
        tokens.append(token)
        page = await raw.ask("page", room=ROOM, limit=50)
        assert any(EDIT in event.get("text", "") or BODY in event.get("text", "") for event in page["events"])
    told += left_behind(talkative) + await metrics(talkative)
    for word in (BODY, NAME, ALIAS, CRISIS, STOPPED, EDIT, BROKEN, PASSWORD, "zebra", "quux", *tokens):
        assert word not in told
    assert not list(talkative.directory.rglob("core*"))
    kept = b"".join(file.read_bytes() for file in talkative.directory.rglob("*.aof"))
    assert BODY.encode() in kept  # the words did come by
