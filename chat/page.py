"""The web client put together: small modules as they were written in, one document and its parts out.

    index.html ─┐
    style*.css ─┼─▶ compose() ─▶ "/"                       the document, with style and script inside it
    *.js ───────┘             ├▶ "/parts/room.<hash>.js"   what `import("./room.js")` asks for, on first use
                              └▶ "/sw.js"                  the service worker, told what belongs to the shell

There is no build step: files are read once at a node's start and joined there. A browser behind a slow line asks once
for the page in place of thirty times (every file is a connection of its own here), and the policy names the inlined
style and script by their hashes, so nothing else inline can ever run.

How modules are joined: each becomes a function that runs once and returns what it exports, kept in one table under its
name, so that the page and a part that was loaded later share it. For that the modules keep to a small grammar:
`import {a, b as c} from "./x.js";` and `export const|function|class NAME` at the start of a line, no cycles, and no
text that spans lines. Anything else is a `ValueError` at the start, never a page that half works. The single files stay
modules of the standard kind: a browser can load them as they are, and tests do.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

ENTRY = "app.js"
WORKER = "sw.js"
FRONT = "index.html"
PARTS = "parts/"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+\.js)";[ \t]*$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function\*?|class) ([\w$]+))", re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([\w-]+\.js)"\)')
_STRAY = re.compile(r"^\s*(?:import\b(?!\()|export\b)", re.MULTILINE)
_STYLE = re.compile(r'^<link rel="stylesheet" href="/([\w-]+\.css)">\n', re.MULTILINE)
_SCRIPT = re.compile(rf'^<script type="module" src="/{re.escape(ENTRY)}"></script>\n', re.MULTILINE)
_BLOCK = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
_BLANK = re.compile(r"^[ \t]+|\n(?=\s*\n)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Composed:
    """Everything the web client is. `files`: address without its slash → content; the front page is `index.html`.
    `hashes`: what the policy must allow beside 'self', for scripts and for styles.
    """

    files: Mapping[str, bytes] = field(repr=False)
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


def compose(content: Mapping[str, bytes]) -> Composed:
    """Put the page together. `content`: file name → bytes. Raises ValueError where a module breaks the grammar."""
    if ENTRY not in content or FRONT not in content:
        return Composed(content)
    sources = {name: body.decode() for name, body in content.items() if name.endswith(".js") and name != WORKER}
    shell = graph(sources, ENTRY)
    files: dict[str, bytes] = {}
    addresses: dict[str, str] = {}
    for name in parts(sources, ENTRY):
        _link_part(sources, name, set(shell), addresses, files, ())
    script = join(sources, shell, addresses)
    front = content[FRONT].decode()
    style = "".join(slim(content[name].decode()) for name in _STYLE.findall(front))
    rest = _STYLE.sub("", front)
    whole = _SCRIPT.sub(lambda _: f'<style>{style}</style>\n<script type="module">{script}</script>\n', rest)
    files[FRONT] = whole.encode()
    if WORKER in content:
        files[WORKER] = _worker(content[WORKER], files)
    return Composed({**content, **files}, (_allow(script),), (_allow(style),))


def graph(sources: Mapping[str, str], entry: str) -> list[str]:
    """A module and all it imports, each after what it needs. Raises ValueError for a missing one and for a cycle."""
    order: list[str] = []
    open_now: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in open_now:
            raise ValueError(f"modules import each other: {' > '.join([*open_now, name])}")
        if name not in sources:
            raise ValueError(f"{open_now[-1] if open_now else 'the page'} imports {name}, which is not there")
        open_now.append(name)
        for needed in _IMPORT.findall(sources[name]):
            visit(needed[1])
        order.append(open_now.pop())

    visit(entry)
    return order


def parts(sources: Mapping[str, str], entry: str) -> list[str]:
    """What the graph of `entry` loads later, by name, once each."""
    found = {later: None for name in graph(sources, entry) for later in _LATER.findall(sources[name])}
    return list(found)


def _link_part(
    sources: Mapping[str, str],
    name: str,
    shell: set[str],
    addresses: dict[str, str],
    files: dict[str, bytes],
    above: tuple[str, ...],
) -> None:
    """Make the part of `name`, after the parts it loads itself: its address holds the hash of its content."""
    if name in addresses:
        return
    if name in above:
        raise ValueError(f"parts load each other: {' > '.join([*above, name])}")
    for inner in parts(sources, name):
        _link_part(sources, inner, shell, addresses, files, (*above, name))
    own = [module for module in graph(sources, name) if module not in shell]
    body = (
        join(sources, own, addresses)
        + f"export const {{{', '.join(exports(sources[name]))}}} = $m[{json.dumps(name)}];\n"
    )
    mark = hashlib.sha256(body.encode()).hexdigest()[:10]
    address = f"{PARTS}{name.removesuffix('.js')}.{mark}.js"
    addresses[name], files[address] = f"/{address}", body.encode()


def exports(source: str) -> list[str]:
    """The names a module exports."""
    return _EXPORT.findall(source)


def join(sources: Mapping[str, str], names: list[str], addresses: Mapping[str, str]) -> str:
    """The modules as one script; `names` in the order of `graph`."""
    bodies = [_wrapped(name, sources[name], addresses) for name in names]
    return "".join(['const $m = (globalThis[Symbol.for("warmline")] ??= {});\n', *bodies])


def _wrapped(name: str, source: str, addresses: Mapping[str, str]) -> str:
    """One module as a function that runs once."""
    for number, line in enumerate(source.splitlines(), 1):
        if line.count("`") % 2:
            raise ValueError(f"{name}:{number}: a text that spans lines")
    if "</script" in source or "<!--" in source:
        raise ValueError(f"{name}: words that would end the script")
    body = _IMPORT.sub(lambda found: f'const {{{found[1].replace(" as ", ": ")}}} = $m["{found[2]}"];', source)
    body = _EXPORT.sub("", body)
    if stray := _STRAY.search(body):
        raise ValueError(f"{name}: not in our grammar: {stray[0].strip()}")
    body = _LATER.sub(lambda found: f'import("{addresses[found[1]]}")', body)
    return f'$m["{name}"] ??= (() => {{\n{slim(body)}return {{{", ".join(exports(source))}}};\n}})();\n'


def slim(text: str) -> str:
    """Without whole-line comments, blank lines and indentation. (No text spans lines, so no text changes.)"""
    return _BLANK.sub("", _LINE.sub("", _BLOCK.sub("", text)))


def _worker(body: bytes, files: Mapping[str, bytes]) -> bytes:
    """The service worker, told what to keep: the page and its parts, under a name made of their content."""
    kept = ["/", *sorted(f"/{name}" for name in files if name.startswith(PARTS))]
    mark = hashlib.sha256(files[FRONT] + "".join(kept).encode()).hexdigest()[:12]
    return f"const SHELL = {json.dumps(kept)};\nconst VERSION = {json.dumps(mark)};\n".encode() + body


def _allow(inline: str) -> str:
    """How a policy names an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
