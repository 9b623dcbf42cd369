"""Each source file has a namesake test that says what it does; each package has a guide and no code of its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("chat", "rooms", "moderation")

# Fewer than this many asserting tests cannot say what a file is for.
LEAST = 3


def sources() -> list[str]:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py"]
    return sorted(str(path.relative_to(ROOT)) for path in files)


def asserting_tests(source: str) -> set[str]:
    """Names of the test functions that can fail: they assert or expect an exception, themselves or through a function
    of the same file. A hypothesis state machine (`TestX = Machine.TestCase`) is one test."""
    tree = ast.parse(source)
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    can_fail = {name for name, node in functions.items() if any(_judges(part) for part in ast.walk(node))}
    for _ in range(3):  # through helpers of helpers
        can_fail |= {name for name, node in functions.items() if _called(node) & can_fail}
    found = {name for name in can_fail if name.startswith("test_")}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and node.value.attr == "TestCase":
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def _judges(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in ("raises", "fail")
    return isinstance(node, ast.Assert)


def _called(function: ast.AST) -> set[str]:
    return {
        node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


@pytest.mark.parametrize("source", sources())
def test_a_source_file_has_a_namesake_with_tests_that_can_fail(source: str) -> None:
    package, _, rest = source.partition("/")
    namesake = ROOT / "tests" / package / Path(rest).parent / f"test_{Path(rest).name}"
    assert namesake.exists(), f"{source} needs {namesake.relative_to(ROOT)}"
    found = asserting_tests(namesake.read_text(encoding="utf-8"))
    assert len(found) >= LEAST, f"{namesake.relative_to(ROOT)} holds {len(found)} tests that can fail: {sorted(found)}"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_holds_its_guide_and_no_code(package: str) -> None:
    """The guide names every file of the package, so that a reader finds where to go."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    guide = ast.get_docstring(tree) or ""
    assert len(tree.body) == 1
    unnamed = [
        path.name for path in (ROOT / package).glob("*.py") if path.name not in guide and path.stem != "__init__"
    ]
    assert unnamed == []


def test_tests_are_no_packages() -> None:
    """tests/rooms/__init__.py would shadow the package rooms."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_a_test_that_cannot_fail_does_not_count() -> None:
    source = """
def test_a(): f()
def test_b(): check()
def check(): assert x
def test_c():
    with raises(E): f()
"""
    assert asserting_tests(source) == {"test_b", "test_c"}
