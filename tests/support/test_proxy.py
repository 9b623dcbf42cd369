"""The proxy does to a connection what it says, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.proxy import Proxy


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """The port of a server that says everything back."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1000):
            writer.write(piece)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_bytes_pass_both_ways_and_later_when_delayed(echo: int) -> None:
    async with Proxy(port=echo) as proxy, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        proxy.delay = 0.05
        began = asyncio.get_running_loop().time()
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        assert asyncio.get_running_loop().time() - began >= 0.1
        writer.close()


async def test_a_stall_holds_everything_until_it_flows_again(echo: int) -> None:
    async with Proxy(port=echo) as proxy, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        proxy.stall()
        writer.write(b"hello")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.readexactly(5)
        proxy.flow()
        assert await reader.readexactly(5) == b"hello"
        writer.close()


async def test_a_cut_ends_connections_and_a_new_aim_takes_the_next(echo: int) -> None:
    async with Proxy(port=1) as proxy, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionError):  # nobody listens on port 1
            if not await reader.read(1):
                raise ConnectionResetError
        writer.close()
        proxy.aim(port=echo)
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"a")
        assert await reader.readexactly(1) == b"a"
        proxy.refuse = True
        proxy.cut()
        with pytest.raises(ConnectionError):
            if not await reader.read(1):
                raise ConnectionResetError
        writer.close()
        assert proxy.accepted == 2
