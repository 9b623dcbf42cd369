"""Plain HTTP on the gateway's port: the web client's files, health and metrics.

A pure mapping from a request line to a page. The files are read once, at start, into a dictionary of exact paths;
answering is one look-up in it. No path is ever joined to a folder, so nothing outside `static/` can be reached
however it is spelled (X8). The gateway turns a `Page` into bytes on the socket.

    site = Site(static_files(), live=..., ready=..., metrics=..., lines=...)
    page = site.answer("GET", "/", if_none_match=None, accepts="gzip, br")

How the page is put together from its modules stands in page.py; what `/help/US-en.json` says, in offline.py. Whatever
is larger than a packet is also kept compressed, made once at the start.

Rules that hold for every answer: no third party is named in it (the policy below allows this origin only), nothing
may frame it, nothing is kept by a shared cache, and a token in an address is refused before anybody could copy it
into a log. A health callable that raises is a bug of its owner and goes through.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from urllib.parse import parse_qsl

from chat.page import FRONT, PARTS, Composed, compose

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8"


# Everything from this origin, nothing from anywhere else; no inline script or style; no string ever becomes markup.
# 'self' in connect-src covers the websocket of the same host.
# The page's own inlined style and script are named by their hashes. The one trusted type is the address of the
# service worker, which counts as a script.
def policy(made: Composed | None = None) -> str:
    """The content policy; with `made`, of the page that was put together."""
    scripts, styles = (made.scripts, made.styles) if made else ((), ())
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *scripts)),
            " ".join(("style-src 'self'", *styles)),
            "connect-src 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types worker",
        )
    )


SECURITY = (
    ("Content-Security-Policy", policy()),
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

# An address with the hash of its content in it never means anything else.
FOREVER = "private, max-age=31536000, immutable"
# Below this, compressing saves no packet.
WORTH_PACKING = 1_000
_LINES = re.compile(r"/help/([A-Z]{2}|any)-([a-z]{2})-(adult|teen)\.json")

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
    packed: bytes = field(repr=False, default=b"")  # with gzip; empty where it is not worth it
    policy: str = ""  # where it is not the usual one


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
        lines: Callable[[str | None, str, str], bytes] | None = None,
    ) -> None:
        made = compose(content)
        self._assets = {f"/{name}": asset(name, body, policy(made)) for name, body in made.files.items()}
        if f"/{FRONT}" in self._assets:
            self._assets["/"] = self._assets.pop(f"/{FRONT}")
        self._probes = {"/livez": live, "/readyz": ready}
        self._metrics = metrics
        self._remark = remark
        self._lines = lines

    def answer(self, method: str, path: str, if_none_match: str | None = None, accepts: str = "") -> Page:
        """Answer one request. `path` is the target as it stood in the request line, query included; `accepts` is what
        the browser said it can unpack.
        """
        page = self._answer(method, path, if_none_match, "gzip" in accepts.lower())
        return Page(page.status, page.headers, b"") if method == "HEAD" else page

    def _answer(self, method: str, path: str, if_none_match: str | None, packs: bool) -> Page:
        if method not in ("GET", "HEAD"):
            return say(405, "Only GET and HEAD are answered here.", ("Allow", "GET, HEAD"))
        name, _, query = path.partition("?")
        if query and names_a_secret(query):
            return say(400, "A token never belongs in an address. Nothing was done with it.")
        if (found := self._assets.get(name)) is not None:
            return serve(found, if_none_match, packs=packs)
        if self._lines is not None and (asked := _LINES.fullmatch(name)) is not None:
            country, language, band = asked.groups()
            body = self._lines(None if country == "any" else country, language, band)
            return serve(asset("lines.json", body), if_none_match, packs=packs)
        if (probe := self._probes.get(name)) is not None:
            return report(probe(), self._remark() if name == "/readyz" else {})
        if name == "/metrics":
            return build(200, METRICS, self._metrics(), NEVER_STORED)
        return say(404, "There is nothing here.")


def asset(name: str, body: bytes, front_policy: str = "") -> Asset:
    """Make a file ready to send. The page itself is never stored."""
    etag = '"' + hashlib.sha256(body).hexdigest()[:24] + '"'
    cache = NEVER_STORED if name == FRONT else FOREVER if name.startswith(PARTS) else ASK_AGAIN
    packed = gzip.compress(body, 9, mtime=0) if len(body) > WORTH_PACKING else b""
    return Asset(body, TYPES[suffix(name)], etag, cache, packed, front_policy if name == FRONT else "")


def serve(found: Asset, if_none_match: str | None, *, packs: bool = False) -> Page:
    """A file, or 304 where the browser has it already."""
    tags = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if found.cache != NEVER_STORED and (found.etag in tags or "*" in tags):
        return Page(304, [("ETag", found.etag), ("Cache-Control", found.cache), *SECURITY], b"")
    if packs and found.packed:
        packing = (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
        page = build(200, found.kind, found.packed, found.cache, ("ETag", f"W/{found.etag}"), *packing)
    else:
        page = build(200, found.kind, found.body, found.cache, ("ETag", found.etag))
    return with_policy(page, found.policy) if found.policy else page


def with_policy(page: Page, own: str) -> Page:
    """The page with a content policy of its own."""
    name, _ = SECURITY[0]
    return Page(page.status, [(key, own if key == name else value) for key, value in page.headers], page.body)


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
