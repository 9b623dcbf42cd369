"""Where an engine is: the URLs of `redis.url`, read into a value, with the remedy in every error.

    unix:///run/engine.sock?db=0        redis://[[user]:password@]host[:6379][/db]        rediss://…?ca=/path/ca.pem

Sentinel and cluster forms are known and wait for their feature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

DEFAULT_PORT = 6379
SOCKET_PATH_LIMIT = 107  # bytes; the kernel's own limit for a unix socket's name


class BadAddress(ValueError):
    """The URL names no engine we can reach. The text never holds the password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One engine node. Either `path` or `host` and `port`."""

    path: str | None = None
    host: str = "localhost"
    port: int = DEFAULT_PORT
    tls: bool = False
    ca: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    db: int = 0


def parse(url: str) -> Address:
    """Read a URL, or raise `BadAddress` with what to write instead."""
    scheme, _, _ = url.partition("://")
    if scheme in {"redis-sentinel", "redis-cluster", "valkey-sentinel", "valkey-cluster"}:
        raise BadAddress(f"{scheme}:// waits for its feature; use redis://host:port/db of one engine for now")
    if scheme not in {"unix", "redis", "rediss", "valkey", "valkeys"}:
        raise BadAddress("the engine's URL begins with unix://, redis:// or rediss://")
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise BadAddress("host or port cannot be read; write redis://host:6379/0") from None
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else asked.get("password")
    if scheme == "unix":
        return _unix(parts.path, username, password, _db(asked.get("db", "0")))
    if not parts.hostname:
        raise BadAddress("no host; write redis://host:6379/0")
    return Address(
        host=parts.hostname,
        port=port,
        tls=scheme in {"rediss", "valkeys"},
        ca=asked.get("ca"),
        username=username,
        password=password,
        db=_db(asked.get("db", parts.path.strip("/") or "0")),
    )


def _unix(path: str, username: str | None, password: str | None, db: int) -> Address:
    path = unquote(path)
    if not path:
        raise BadAddress("no socket path; write unix:///path/to/engine.sock")
    if len(path.encode()) > SOCKET_PATH_LIMIT:
        raise BadAddress(f"the socket path is longer than {SOCKET_PATH_LIMIT} bytes; choose a shorter directory")
    return Address(path=path, username=username, password=password, db=db)


def _db(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadAddress("the database after the last slash is a number, for example redis://host:6379/0")
    return int(text)
