"""The plain HTTP side: what is served, what is refused, and what every answer carries."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.web import FRONT, TYPES, Page, Site, static_files, suffix

CONTENT = {FRONT: b"<!doctype html><title>w</title>", "app.js": b"export {}", "style.css": b"body{}"}


def make(*, wrong: str | None = None) -> Site:
    return Site(CONTENT, live=lambda: None, ready=lambda: wrong, metrics=lambda: b"warmline_up 1\n")


def header(page: Page, name: str) -> str | None:
    return next((value for key, value in page.headers if key.lower() == name.lower()), None)


def test_the_front_page_and_its_files_are_served_with_their_types() -> None:
    site = make()
    front, script = site.answer("GET", "/"), site.answer("GET", "/app.js")
    assert (front.status, front.body, header(front, "content-type")) == (
        200,
        CONTENT[FRONT],
        "text/html; charset=utf-8",
    )
    assert (script.status, header(script, "content-type")) == (200, "text/javascript; charset=utf-8")
    assert header(script, "content-length") == str(len(script.body))


@pytest.mark.parametrize(
    "path",
    ["/..%2f", "//", "/\0", "/../web.py", "/..%2fweb.py", "/%2e%2e/web.py", "//etc/passwd", "/static/app.js", "",
     "/app.js/", "/app.js%00", "/.hidden", "/__init__.py", "http://elsewhere/app.js", "/" + "a" * 8192],
)  # fmt: skip
def test_no_spelling_of_a_path_leaves_the_folder(path: str) -> None:
    """X8: anything but an exact known path is 404, and the answer does not repeat the address."""
    page = make().answer("GET", path)
    assert page.status == 404
    assert page.body == b"There is nothing here.\n"


@given(st.text())
def test_whatever_is_asked_only_known_bytes_are_answered(path: str) -> None:
    """X8: for any address at all the body is one of our files or one of our own sentences."""
    page = make().answer("GET", path)
    assert page.body in CONTENT.values() or page.status in (400, 404)


@pytest.mark.parametrize("query", ["token=abc", "x=1&Token=abc", "%74oken=abc", "phrase=a+b", "ticket="])
def test_a_token_in_an_address_is_refused_and_not_repeated(query: str) -> None:
    page = make().answer("GET", f"/?{query}")
    assert page.status == 400
    assert b"abc" not in page.body


def test_other_queries_do_no_harm() -> None:
    assert make().answer("GET", "/?from=poster").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "get"])
def test_other_methods_are_told_what_is_allowed(method: str) -> None:
    page = make().answer(method, "/")
    assert (page.status, header(page, "allow")) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/app.js", "/livez", "/metrics", "/missing"])
def test_head_has_the_headers_of_get_and_no_body(path: str) -> None:
    site = make()
    asked, fetched = site.answer("HEAD", path), site.answer("GET", path)
    assert asked.body == b""
    assert (asked.status, asked.headers) == (fetched.status, fetched.headers)


@pytest.mark.parametrize("path", ["/", "/app.js", "/style.css", "/readyz", "/metrics", "/missing", "/?token=x"])
def test_every_answer_carries_the_security_headers(path: str) -> None:
    page = make().answer("GET", path)
    policy = header(page, "content-security-policy") or ""
    assert policy.startswith("default-src 'none'")
    for part in ("frame-ancestors 'none'", "require-trusted-types-for 'script'", "script-src 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert header(page, "x-content-type-options") == "nosniff"
    assert header(page, "referrer-policy") == "no-referrer"
    assert header(page, "cross-origin-opener-policy") == "same-origin"


def test_a_file_the_browser_already_has_is_not_sent_again() -> None:
    site = make()
    tag = header(site.answer("GET", "/app.js"), "etag")
    assert tag is not None
    again = site.answer("GET", "/app.js", if_none_match=f'"other", W/{tag}')
    assert (again.status, again.body) == (304, b"")
    assert site.answer("GET", "/app.js", if_none_match='"other"').status == 200


def test_the_page_itself_is_never_stored() -> None:
    """X39: after a quick exit Back finds nothing in a cache."""
    site = make()
    front = site.answer("GET", "/")
    assert header(front, "cache-control") == "no-store"
    assert site.answer("GET", "/", if_none_match=header(front, "etag")).status == 200


def test_readiness_says_why_not() -> None:
    tired = make(wrong="no probe came back for 4 s")
    assert make().answer("GET", "/readyz").status == 200
    page = tired.answer("GET", "/readyz")
    assert (page.status, json.loads(page.body)) == (503, {"ok": False, "because": "no probe came back for 4 s"})
    assert tired.answer("GET", "/livez").status == 200


def test_the_shipped_page_asks_nobody_else_for_anything() -> None:
    """X38: no address of another host, no inline script or style and no markup from strings in the shipped files."""
    shipped = static_files()
    assert FRONT in shipped
    assert len(shipped) <= 8
    for name, body in shipped.items():
        text = body.decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text), name
        assert not re.search(r"(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), name
    front = shipped[FRONT].decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", front)


def test_only_files_of_known_kinds_ship() -> None:
    assert {suffix(name) for name in static_files()} <= set(TYPES)
    assert [suffix(name) for name in (".hidden", "README", "a.b.js")] == ["", "", ".js"]
