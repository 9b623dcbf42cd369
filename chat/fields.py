"""From a complaint of the schema library to the name of a field and plain words for what it takes.

The library says `Expected `int`, got `str` - at `$.resume[0].cursor``; a client is told "`resume[].cursor` must be
text". What the complaint quotes may be somebody's words: only names that the command's own schema knows are taken out
of it, and what is said about them comes from the schema alone (a `description` there goes before the bare type).
"""

from __future__ import annotations

import re

import msgspec
from msgspec import inspect

_STEP = re.compile(r"\.([a-z_]+)|\[(?:\d+|\.\.\.)\]")  # a name, or an index (group 1 empty)
_MISSING = "Object missing required field `"


def fix(command: type[msgspec.Struct], fault: str) -> tuple[str, str]:
    """Path of the field that `fault` is about, and a sentence that names the fix; both empty if it is none of ours."""
    path, wanted = _named(command, fault)
    if not path:
        return "", ""
    verb = "is missing: it must be" if fault.startswith(_MISSING) else "must be"
    return path, f"`{path}` {verb} {wanted}"


def _named(command: type[msgspec.Struct], fault: str) -> tuple[str, str]:
    """Path and wanted kind of that field; ("", "") where it is not one of the schema's."""
    steps = [step.group(1) for step in _STEP.finditer(fault.rpartition(" - at `$")[2])] if " - at `$" in fault else []
    if fault.startswith(_MISSING):
        steps.append(fault[len(_MISSING) :].partition("`")[0])
    path, at = "", inspect.type_info(command)
    for step in steps:
        at = _inner(at)
        if step is None and isinstance(at, inspect.ListType):
            path, at = f"{path}[]", at.item_type
            continue
        known = {field.encode_name: field.type for field in at.fields} if isinstance(at, inspect.StructType) else {}
        if step == "type" and not path:
            return "type", "the name of a command"
        if step not in known:
            return "", ""
        path, at = f"{path}.{step}" if path else step, known[step]
    return path, _wanted(at)


def _inner(kind: inspect.Type) -> inspect.Type:
    """What remains when `None` and descriptions are taken off."""
    while True:
        if isinstance(kind, inspect.UnionType):
            kind = next(each for each in kind.types if not isinstance(each, inspect.NoneType))
        elif isinstance(kind, inspect.Metadata):
            kind = kind.type
        else:
            return kind


def _wanted(kind: inspect.Type) -> str:
    """Plain words for what a field takes."""
    if isinstance(kind, inspect.UnionType):
        return _wanted(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))
    if isinstance(kind, inspect.Metadata):
        described = (kind.extra_json_schema or {}).get("description")
        return described if isinstance(described, str) else _wanted(kind.type)
    if isinstance(kind, inspect.StrType):
        if kind.max_length is None:
            return "text"
        return f"text of {kind.min_length or 0} to {kind.max_length} characters"
    if isinstance(kind, inspect.IntType):
        return f"a whole number from {kind.ge} to {kind.le}"
    if isinstance(kind, inspect.LiteralType):
        return "one of " + ", ".join(f'"{value}"' for value in kind.values)
    if isinstance(kind, inspect.BoolType):
        return "true or false"
    if isinstance(kind, inspect.ListType):
        return f"a list of at most {kind.max_length} items"
    return "an object"
