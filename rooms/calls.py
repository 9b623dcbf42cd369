"""Calls to the engine through redis-py, for everything that is not the hot link (rooms/link.py).

`engine_client` is a client as Warmline uses it: binary, two seconds, and no retries that we did not decide on (by
default redis-py repeats a write ten times without a word). `run` sends one pipeline with scripts in it and answers
what came back, errors among the answers, or None if the engine is away: it never raises for engine trouble, and no
exception with a command in it leaves (redis-py puts the whole command into its own). A script that the engine has
forgotten is given to it again and the pipeline repeated, so what goes through `run` must be idempotent.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from rooms import address
from rooms.scripts import Script

# An engine that does not answer within this is away.
TIMEOUT = 2.0

# What engine trouble looks like.
TROUBLE = (RedisError, OSError, asyncio.TimeoutError)


def engine_client(url: str) -> Redis:
    """A client for the engine at `url`. Nothing is connected yet. Raises `address.BadAddress`."""
    place = address.parse(url)
    options: dict[str, Any] = {
        "db": place.db,
        "username": place.username,
        "password": place.password,
        "protocol": 3,
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": TIMEOUT,
        "retry": Retry(NoBackoff(), 0),
        # Its name and version are looked up in files anew for each connection, and while that is done nothing else is:
        # ten milliseconds thirty times, when a storm needs thirty connections.
        "driver_info": None,
    }
    kind: type[Connection] | type[UnixDomainSocketConnection]
    if place.path is not None:
        kind = UnixDomainSocketConnection
        options["path"] = place.path
    else:
        kind = SSLConnection if place.tls else Connection
        options |= {"host": place.host, "port": place.port}
        if place.tls:
            options |= {"ssl_ca_certs": place.ca, "ssl_min_version": ssl.TLSVersion.TLSv1_2}
    return Redis.from_pool(ConnectionPool(connection_class=kind, **options))


def call(pipe: Pipeline, script: Script, keys: list[str], *args: str | bytes | int) -> None:
    """Add one call of `script` to a pipeline."""
    pipe.evalsha(script.sha, len(keys), *keys, *args)


async def run(client: Redis, pipe: Pipeline, scripts: Iterable[Script]) -> list[Any] | None:
    """Send `pipe`; the answers in order, errors as values among them, or None: the engine is away, effect unknown."""
    commands = list(pipe.command_stack)
    try:
        answers = await pipe.execute(raise_on_error=False)
        if any(isinstance(answer, NoScriptError) for answer in answers):
            for script in scripts:
                await client.script_load(script.source)
            again = client.pipeline(transaction=False)
            again.command_stack.extend(commands)
            answers = await again.execute(raise_on_error=False)
    except TROUBLE:
        return None
    return list(answers)
