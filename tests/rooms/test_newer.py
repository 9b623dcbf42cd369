"""What a newer node wrote into a row, and this one does not know, stays in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rooms.newer import carried


@dataclass
class Inner:
    step: str = "a"


@dataclass
class Row:
    id: str
    told: int = 0
    inner: Inner = field(default_factory=Inner)
    many: tuple[Inner, ...] = ()


def merged(before: dict[str, Any], after: dict[str, Any]) -> Any:
    return json.loads(carried(Row, json.dumps(before).encode(), json.dumps(after).encode()))


def test_unknown_fields_are_put_back_and_known_ones_are_as_they_were_written() -> None:
    assert merged({"id": "r", "told": 1, "hue": [3]}, {"id": "r", "told": 2}) == {"id": "r", "told": 2, "hue": [3]}


def test_so_are_those_of_a_value_with_fields_of_its_own() -> None:
    before = {"id": "r", "inner": {"step": "a", "more": 1}}
    assert merged(before, {"id": "r", "inner": {"step": "b"}})["inner"] == {"step": "b", "more": 1}


def test_where_there_is_nothing_unknown_the_bytes_are_those_that_were_written() -> None:
    after = b'{"told":2 ,  "id":"r"}'
    assert carried(Row, b'{"id":"r","told":1,"inner":{"step":"a"},"many":[{"step":"x","new":1}]}', after) is after


def test_a_known_field_that_is_left_out_now_stays_out() -> None:
    """An older encoder leaves out what has its default; that is what it says, and not ignorance."""
    assert "told" not in merged({"id": "r", "told": 5, "hue": 1}, {"id": "r"})


@given(st.dictionaries(st.sampled_from(["x", "y", "é"]), st.integers() | st.text() | st.lists(st.booleans())))
def test_any_unknown_field_survives_any_number_of_older_nodes(unknown: dict[str, Any]) -> None:
    row = {"id": "r", "told": 0, **unknown}
    for told in range(3):
        row = merged(row, {"id": "r", "told": told})
    assert row == {"id": "r", "told": 2, **unknown}
