"""One connection: the handshake, whole replies, and one kind of error."""

from __future__ import annotations

import asyncio

import pytest

from rooms.address import parse
from rooms.resp import Connection, EngineAway, connect, error_code
from rooms.scripts import pack
from tests.support.engines import Engine, running


async def test_after_the_handshake_whole_chunks_of_replies_go_to_the_sink(steady_engine: Engine) -> None:
    connection, (pong,) = await connect(parse(steady_engine.url), [(b"PING",)])
    assert pong == b"PONG"
    replies: list[object] = []
    done = asyncio.Event()

    def sink(more: list[object]) -> None:
        replies.extend(more)
        if len(replies) == 3:
            done.set()

    connection.sink = sink
    connection.write(pack(b"ECHO", b"a") + pack(b"GET", b"nothing") + pack(b"NOSUCH"))
    async with asyncio.timeout(20):
        await done.wait()
    assert replies[:2] == [b"a", None]
    assert error_code(replies[2]) == "ERR"  # type: ignore[arg-type]
    connection.abort()


async def test_a_wrong_password_and_a_replica_are_refused_with_the_reason() -> None:
    async with running("redis", tcp=True) as engine:
        await engine.ask("CONFIG", "SET", "requirepass", "right")
        host = f"127.0.0.1:{engine.port}"
        with pytest.raises(EngineAway, match="WRONGPASS"):
            await connect(parse(f"redis://:wrong@{host}"))
        with pytest.raises(EngineAway, match="NOAUTH"):
            await connect(parse(f"redis://{host}"))
        connection, _ = await connect(parse(f"redis://:right@{host}/2"))
        (info,) = await connection.ask(pack(b"CLIENT", b"INFO"))
        assert b" db=2 " in info
        await connection.ask(pack(b"REPLICAOF", b"127.0.0.1", b"1"))
        with pytest.raises(EngineAway, match="replica"):
            await connect(parse(f"redis://:right@{host}"))
        connection.abort()


async def test_nobody_there_and_gone_again_are_engine_away() -> None:
    with pytest.raises(EngineAway, match="does not answer"):
        await connect(parse("unix:///nowhere/engine.sock"))
    async with running("redis") as engine:
        connection, _ = await connect(parse(engine.url))
        await engine.kill()
        async with asyncio.timeout(20):
            await connection.lost.wait()
        with pytest.raises(EngineAway, match="closed"):
            await connection.ask(pack(b"PING"))
        connection.write(b"into the void")


async def test_what_is_no_reply_ends_the_connection() -> None:
    connection = Connection()
    connection.data_received(b"HTTP/1.1 400 Bad Request\r\n")
    assert connection.lost.is_set()


def test_an_error_code_has_nobodys_words() -> None:
    assert error_code(ValueError("OOM command not allowed, words of somebody")) == "OOM"
    assert len(error_code(ValueError("x" * 500))) <= 24
