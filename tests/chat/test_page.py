"""Putting the page together: what is inlined, what is a part, and what is refused."""

from __future__ import annotations

import re

import pytest

from chat.page import compose, exports, graph, join, parts, slim
from chat.web import static_files

FRONT = (
    b'<!doctype html>\n<link rel="stylesheet" href="/a.css">\n<script type="module" src="/app.js"></script>\n<body>\n'
)
PAGE = {
    "index.html": FRONT,
    "a.css": b"/* says nothing */\nbody { color: red; }\n",
    "app.js": b'/* the entry */\nimport {one} from "./one.js";\none(() => import("./later.js"));\n',
    "one.js": b"export function one(f) {\n  // calls it\n  f();\n}\n",
    "later.js": b'import {one} from "./one.js";\nimport {two as zwei} from "./two.js";\nexport const view = [zwei];\n',
    "two.js": b"export const two = 2;\n",
    "sw.js": b"self.onfetch = null;\n",
}


def sources(**changed: str) -> dict[str, str]:
    return {name: body.decode() for name, body in PAGE.items()} | {f"{name}.js": text for name, text in changed.items()}


def test_style_and_script_stand_in_the_page_and_their_hashes_in_the_policy() -> None:
    made = compose(PAGE)
    front = made.files["index.html"].decode()
    assert "<link" not in front
    assert "<style>" in front
    assert 'src="/app.js"' not in front
    assert 'one(() => import("/parts/later.' in front
    assert [len(made.scripts), len(made.styles)] == [1, 1]


def test_a_part_holds_what_the_page_has_not_and_its_address_changes_with_its_content() -> None:
    address, body = next(
        (name, text.decode()) for name, text in compose(PAGE).files.items() if name.startswith("parts/")
    )
    assert "const two = 2" in body
    assert "calls it" not in body
    assert "function one" not in body
    assert 'const {two: zwei} = $m["two.js"]' in body
    other = compose({**PAGE, "two.js": b"export const two = 3;\n"})
    assert address not in other.files


def test_the_worker_is_told_what_belongs_to_the_shell() -> None:
    first, other = (compose({**PAGE, "two.js": f"export const two = {n};\n".encode()}).files["sw.js"] for n in (2, 3))
    assert re.search(rb'SHELL = \["/", "/parts/later\.\w+\.js"\]', first)
    assert first != other


def test_modules_come_after_what_they_import() -> None:
    assert graph(sources(), "later.js") == ["one.js", "two.js", "later.js"]
    assert parts(sources(), "app.js") == ["later.js"]
    assert exports("export const a = 1;\nexport async function b() {}\nexport class C {}\nconst d = 2;\n") == [
        "a",
        "b",
        "C",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        {"one": 'import {two} from "./two.js";\n', "two": 'import {one} from "./one.js";\n'},  # a cycle
        {"one": 'import {gone} from "./gone.js";\n'},
        {"one": "export default 1;\n"},
        {"one": 'import * as two from "./two.js";\n'},
        {"one": "export {two};\n"},
        {"one": "const two = `a\nb`;\n"},
        {"one": 'const end = "</script>";\n'},
    ],
)  # fmt: skip
def test_what_is_not_in_the_grammar_is_refused_and_never_half_joined(broken: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        join(sources(**broken), graph(sources(**broken), "app.js"), {"later.js": "/x"})


def test_only_whole_comments_go_and_no_word_changes() -> None:
    assert (
        slim('/* a\n b */\nconst x = "/* no */ // no";\n\n  // gone\n  y();\n') == 'const x = "/* no */ // no";\ny();\n'
    )


def test_the_shipped_client_keeps_to_the_grammar() -> None:
    made = compose(static_files())
    assert made.scripts
    assert b"import {" not in made.files["index.html"]
