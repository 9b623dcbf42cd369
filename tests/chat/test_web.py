"""The plain HTTP side: what is served, what is refused, and what every answer carries."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.page import FRONT, PARTS
from chat.web import TYPES, WORTH_PACKING, Page, Site, static_files, suffix

CONTENT = {FRONT: b"<!doctype html><title>w</title>", "app.js": b"export const a = 1;\n", "style.css": b"body{}"}


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
    own = path.partition("?")[0] in ("/livez", "/readyz", "/metrics")
    assert page.body in CONTENT.values() or own or page.status in (400, 404)


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
    for name, body in shipped.items():
        text = body.decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text), name
        assert not re.search(r"(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), name
    front = shipped[FRONT].decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", front)


def test_only_files_of_known_kinds_ship() -> None:
    assert {suffix(name) for name in static_files()} <= set(TYPES)
    assert [suffix(name) for name in (".hidden", "README", "a.b.js")] == ["", "", ".js"]


def test_what_is_larger_than_a_packet_goes_out_compressed_to_who_can_unpack_it() -> None:
    site = Site(static_files(), live=lambda: None, ready=lambda: None, metrics=lambda: b"")
    plain, packed = site.answer("GET", "/"), site.answer("GET", "/", None, "br, gzip")
    assert header(packed, "content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert header(packed, "content-length") == str(len(packed.body))
    assert header(plain, "content-encoding") is None
    assert header(make().answer("GET", "/app.js", None, "gzip"), "content-encoding") is None
    assert len(CONTENT["app.js"]) < WORTH_PACKING


def test_the_first_load_is_one_answer_of_at_most_sixty_kilobytes() -> None:
    """Issue 5: the page, its style and its script arrive together; what comes later is asked for by its hash."""
    site = Site(static_files(), live=lambda: None, ready=lambda: None, metrics=lambda: b"")
    assert len(site.answer("GET", "/", None, "gzip").body) <= 60_000
    for address in site._assets:
        if address.startswith(f"/{PARTS}"):
            assert "immutable" in (header(site.answer("GET", address), "cache-control") or "")


def test_only_the_page_put_together_may_run_its_own_inline_script() -> None:
    """X38: the policy names the script by its hash; every other answer allows files of this origin only."""
    site = Site(static_files(), live=lambda: None, ready=lambda: None, metrics=lambda: b"")
    own = header(site.answer("GET", "/"), "content-security-policy") or ""
    assert own.count("'sha256-") == 2
    assert "sha256" not in (header(site.answer("GET", "/livez"), "content-security-policy") or "")
    assert "unsafe" not in own


def test_the_lines_of_a_country_are_answered_under_its_address() -> None:
    asked: list[tuple[str | None, str, str]] = []

    def lines(country: str | None, language: str, band: str) -> bytes:
        asked.append((country, language, band))
        return b"{}"

    site = Site(CONTENT, live=lambda: None, ready=lambda: None, metrics=lambda: b"", lines=lines)
    for path in ("/help/US-en-adult.json", "/help/any-es-teen.json"):
        assert header(site.answer("GET", path), "content-type") == "application/json"
    assert asked == [("US", "en", "adult"), (None, "es", "teen")]
    for path in ("/help/us-en-adult.json", "/help/US-en-child.json", "/help/../US-en-adult.json", "/help/"):
        assert site.answer("GET", path).status == 404
