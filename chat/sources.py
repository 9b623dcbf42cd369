"""Where settings come from: a file, the environment, the command line, in rising order of precedence.

Each source is read into a list of `Given` values: a dotted path, the value, and where it stood, so that every
complaint can point at its place. Which paths exist and which types they have is config.py's business. Values from the
environment and the command line are text; `Given.text` says so, and config.py reads them by the type of their key (so
that a secret of digits stays a text).

The YAML is PyYAML's safe subset, with one rule added: a key given twice is an error, not "the last one wins".
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ENVIRONMENT = "WARMLINE_"  # WARMLINE_GATEWAY__PORT is gateway.port


@dataclass(frozen=True, slots=True)
class Given:
    """One value somebody set. `path` is dotted; `source` is for people: a file's name, a variable, `--set`."""

    path: str
    value: Any = field(repr=False)  # may be a secret
    source: str
    text: bool = False


class Unreadable(Exception):
    """A source that cannot be read at all; its text is one sentence with the remedy."""


class _OnceLoader(yaml.SafeLoader):
    """Safe YAML in which a mapping says each key once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                line = key_node.start_mark.line + 1
                raise Unreadable(f"line {line} says {key!r} a second time; keep one of the two")
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(text: str) -> Any:
    """One YAML document as plain values. Raises Unreadable, which names the line and never quotes the text."""
    try:
        return yaml.load(text, Loader=_OnceLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise Unreadable(f"{where}not valid YAML ({error.problem})") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unreadable("not valid YAML") from None


def from_file(path: Path) -> list[Given]:
    """The sections' keys of a configuration file. `rooms` is one value: lists replace. Raises Unreadable."""
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror}); name another file with --config") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except Unreadable as error:
        raise Unreadable(f"{path}: {error}") from None
    if content is None:
        return []
    if not isinstance(content, dict):
        raise Unreadable(f"{path}: must be a mapping of sections such as `gateway:` and `rooms:`")
    given = []
    for section, keys in content.items():
        if isinstance(keys, dict) and keys and section != "rooms":
            given += [Given(f"{section}.{key}", value, str(path)) for key, value in keys.items()]
        elif keys is not None or section == "rooms":  # a section whose keys are all commented out says nothing
            given.append(Given(str(section), keys, str(path)))
    return given


def from_environment(environ: Mapping[str, str]) -> list[Given]:
    """Every variable that begins with WARMLINE_; two underscores stand for the dot."""
    return [
        Given(name[len(ENVIRONMENT) :].lower().replace("__", "."), value, f"environment variable {name}", text=True)
        for name, value in sorted(environ.items())
        if name.startswith(ENVIRONMENT)
    ]


def from_sets(sets: Iterable[str]) -> list[Given]:
    """The `--set dotted.key=value` of a command line, in order. Raises Unreadable for one without `=`."""
    given = []
    for words in sets:
        path, equals, value = words.partition("=")
        if not equals or not path.strip():
            raise Unreadable(f"--set {path.strip()}: has no `=`; write --set dotted.key=value")
        given.append(Given(path.strip(), value, "--set", text=True))
    return given
