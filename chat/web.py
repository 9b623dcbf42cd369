"""Plain HTTP on the gateway's port: the web client's files, health and metrics.

A pure mapping from a request line to a page. The files are read once, at start, into a dictionary of exact paths;
answering is one look-up in it. No path is ever joined to a folder, so nothing outside `static/` can be reached
however it is spelled (X8). The gateway turns a `Page` into bytes on the socket.

    site = Site(static_files(), live=..., ready=..., metrics=...)
    page = site.answer("GET", "/", if_none_match=None)

Rules that hold for every answer: no third party is named in it (the policy below allows this origin only), nothing
may frame it, nothing is kept by a shared cache, and a token in an address is refused before anybody could copy it
into a log. A health callable that raises is a bug of its owner and goes through.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from urllib.parse import parse_qsl

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8"

# Everything from this origin, nothing from anywhere else; no inline script or style; no string ever becomes markup.
# 'self' in connect-src covers the websocket of the same host.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

SECURITY = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),  # for browsers that do not know frame-ancestors
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)

# The page itself is never stored, so that Back after a quick exit has nothing to show. Its files may be stored by
# the person's own browser but are asked for again each time: their names do not change with their content.
NEVER_STORED = "no-store"
ASK_AGAIN = "private, no-cache"

# Names under which people put secrets into addresses. Addresses end in histories, logs and bookmarks.
SECRET_FIELDS = frozenset(
    {"token", "access_token", "id_token", "auth", "jwt", "ticket", "phrase", "secret", "password"}
)

# The file that is served as `/`.
FRONT = "index.html"

Probe = Callable[[], str | None]  # None: well; otherwise what is wrong, in a few words without any private ones


@dataclass(frozen=True, slots=True)
class Page:
    """A whole answer: status, headers in order (`Content-Length` included), body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the web client, ready to send."""

    body: bytes = field(repr=False)
    kind: str
    etag: str
    cache: str


def static_files() -> dict[str, bytes]:
    """Read the web client shipped inside the package: file name → content."""
    folder = files("chat").joinpath("static")
    return {item.name: item.read_bytes() for item in folder.iterdir() if item.is_file() and suffix(item.name) in TYPES}


def suffix(name: str) -> str:
    """The ending of a file name, with its dot, or the empty string; a hidden file has none."""
    stem, dot, end = name.rpartition(".")
    return dot + end if stem else ""


def names_a_secret(query: str) -> bool:
    """True when the query of an address carries something that must not be in an address."""
    return any(name.lower() in SECRET_FIELDS for name, _ in parse_qsl(query, keep_blank_values=True))


class Site:
    """Everything this port says to plain HTTP. `content`: file name → bytes; the three callables are the node's."""

    def __init__(
        self,
        content: Mapping[str, bytes],
        *,
        live: Probe,
        ready: Probe,
        metrics: Callable[[], bytes],
        remark: Callable[[], dict[str, object]] = dict,
    ) -> None:
        self._assets = {f"/{name}": asset(name, body) for name, body in content.items()}
        if f"/{FRONT}" in self._assets:
            self._assets["/"] = self._assets.pop(f"/{FRONT}")
        self._probes = {"/livez": live, "/readyz": ready}
        self._metrics = metrics
        self._remark = remark

    def answer(self, method: str, path: str, if_none_match: str | None = None) -> Page:
        """Answer one request. `path` is the target as it stood in the request line, query included."""
        page = self._answer(method, path, if_none_match)
        return Page(page.status, page.headers, b"") if method == "HEAD" else page

    def _answer(self, method: str, path: str, if_none_match: str | None) -> Page:
        if method not in ("GET", "HEAD"):
            return say(405, "Only GET and HEAD are answered here.", ("Allow", "GET, HEAD"))
        name, _, query = path.partition("?")
        if query and names_a_secret(query):
            return say(400, "A token never belongs in an address. Nothing was done with it.")
        if (found := self._assets.get(name)) is not None:
            return serve(found, if_none_match)
        if (probe := self._probes.get(name)) is not None:
            return report(probe(), self._remark() if name == "/readyz" else {})
        if name == "/metrics":
            return build(200, METRICS, self._metrics(), NEVER_STORED)
        return say(404, "There is nothing here.")


def asset(name: str, body: bytes) -> Asset:
    """Make a file ready to send. The page itself is never stored."""
    etag = '"' + hashlib.sha256(body).hexdigest()[:24] + '"'
    return Asset(body, TYPES[suffix(name)], etag, NEVER_STORED if name == FRONT else ASK_AGAIN)


def serve(found: Asset, if_none_match: str | None) -> Page:
    """A file, or 304 where the browser has it already."""
    tags = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if found.cache != NEVER_STORED and (found.etag in tags or "*" in tags):
        return Page(304, [("ETag", found.etag), ("Cache-Control", found.cache), *SECURITY], b"")
    return build(200, found.kind, found.body, found.cache, ("ETag", found.etag))


def report(wrong: str | None, remark: Mapping[str, object]) -> Page:
    """What a probe found: 200, or 503 with the reason, so that a balancer and a person both understand; `remark` is
    what is worth knowing either way.
    """
    content = {**({"ok": True} if wrong is None else {"ok": False, "because": wrong}), **remark}
    return build(200 if wrong is None else 503, JSON, json.dumps(content).encode(), NEVER_STORED)


def say(status: int, words: str, *extra: tuple[str, str]) -> Page:
    """A short plain answer. It never repeats the address: that may hold something private."""
    return build(status, TEXT, f"{words}\n".encode(), NEVER_STORED, *extra)


def build(status: int, kind: str, body: bytes, cache: str, *extra: tuple[str, str]) -> Page:
    """Put a page together with the headers every answer has."""
    own = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", cache)]
    return Page(status, [*own, *extra, *SECURITY], body)
