"""The table of promises (docs/invariants.md) names tests that are there, and that say which promise they try."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs" / "invariants.md"
ROW = re.compile(r"^\| (T\d+) \| (.*) \| (.*) \| (.*) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
# "T7", and "T6" to "T8" where a docstring says T6–T8.
CITED = re.compile(r"T(\d+)(?:–T(\d+))?")


def rows() -> dict[str, tuple[str, str]]:
    """Promise → what tries it as a pure machine, and with real nodes."""
    return {name: (pure, real) for name, _, pure, real in ROW.findall(TABLE.read_text())}


def docstring(file: str, name: str) -> str | None:
    """What a function of a file says of itself, wherever it stands; None where there is none."""
    for node in ast.walk(ast.parse((TESTS / file).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            return ast.get_docstring(node) or ""
    return None


def cited(says: str) -> set[str]:
    """The promises a docstring names."""
    found: set[str] = set()
    for first, last in CITED.findall(says):
        found |= {f"T{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def test_every_promise_has_a_row() -> None:
    assert list(rows()) == [f"T{number}" for number in range(1, 16)]


@pytest.mark.parametrize("promise", [f"T{number}" for number in range(1, 16)])
def test_each_promise_is_tried_as_a_pure_machine_and_with_real_nodes_by_tests_that_say_so(promise: str) -> None:
    for column in rows()[promise]:
        named = TEST.findall(column)
        assert named, f"{promise} has nothing in one of its columns"
        silent = {f"{file}::{name}": docstring(file, name) for file, name in named}
        assert {where for where, says in silent.items() if says is None} == set(), "they are not there"
        assert {where for where, says in silent.items() if promise not in cited(says or "")} == set(), "they do not say"


def test_a_docstring_cites_promises_one_by_one_or_from_one_to_another() -> None:
    assert cited("T4, T6–T8: words.") == {"T4", "T6", "T7", "T8"}
    assert cited("F16, nothing of the table") == set()
