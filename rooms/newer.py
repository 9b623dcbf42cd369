"""Newer: what a newer version of the server has written into a row, and this one does not know, stays in it.

    read    {"id": "r1", "state": "queued", "hue": 3}      of a node that knows `hue`
    step    Request(id="r1", state=OFFERED)                 this one leaves it out
    write   {"id": "r1", "state": "offered", "hue": 3}      and puts it back

So during an update a row may go to and fro between versions and loses nothing. That holds for fields of a row and of
a value in it that is a row of its own (the clock and the handover of a hold); not for what stands in lists, which have
no names by which an old entry could be told from a new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_type_hints


def carried(kind: Any, before: bytes, after: bytes) -> bytes:
    """A row of this kind as it is to be written (JSON): `after`, with what only newer nodes know of `before`."""
    told = json.loads(before)
    if not _unknown(kind, told):
        return after
    return json.dumps(_merged(kind, told, json.loads(after)), separators=(",", ":"), ensure_ascii=False).encode()


def _unknown(kind: Any, told: Mapping[str, Any]) -> bool:
    """Whether there is anything of a newer node in it."""
    known = _parts(kind)
    if not told.keys() <= known.keys():
        return True
    inner = ((part, told.get(name)) for name, part in known.items() if part is not None)
    return any(isinstance(value, dict) and _unknown(part, value) for part, value in inner)


def _merged(kind: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    inner, merged = _parts(kind), dict(after)
    for name, value in before.items():
        if name not in inner:
            merged[name] = value
        elif (part := inner[name]) is not None and isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _merged(part, value, merged[name])
    return merged


@cache
def _parts(kind: Any) -> dict[str, Any]:
    """Every field this node knows; those that are values with fields of their own, with their type."""
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] if is_dataclass(hints[one.name]) else None for one in fields(kind)}
