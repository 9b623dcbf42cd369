"""The bootstrap: when it works, when it hands over at once, and what it says when it cannot.

Run on copies of dev.py with locks of their own, so that nothing is downloaded and the tree's own .venv stays as it is.
"""

from __future__ import annotations

import importlib.util
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A clone with empty locks and a project without dependencies."""
    shutil.copy(ROOT / "dev.py", tmp_path)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


def loaded(tree: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"dev_{tree.name}", tree / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stamped(tree: Path, purpose: str) -> None:
    """A `.venv` that says it was made for `purpose`; its programs say how they were called."""
    bin_ = tree / ".venv" / "bin"
    bin_.mkdir(parents=True, exist_ok=True)
    for name in ("python", "warmline"):
        (bin_ / name).write_text('#!/bin/sh\necho "$(basename $0) $*"\n')
        (bin_ / name).chmod(0o755)
    (tree / ".venv" / "installed").write_text(loaded(tree).stamp_of(purpose))


def dev(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "dev.py", *words], cwd=tree, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_second_start_hands_over_with_all_its_arguments(tree: Path) -> None:
    stamped(tree, "serve")
    assert dev(tree, "serve", "--workers", "2").stdout == "warmline serve --workers 2\n"


def test_a_whole_run_is_side_by_side_and_a_part_is_not(tree: Path) -> None:
    stamped(tree, "test")
    assert "-n auto" in dev(tree, "test").stdout
    assert dev(tree, "test", "-n0", "-x").stdout.endswith("--dist=worksteal -n0 -x\n")
    assert dev(tree, "test", "tests/chat").stdout == "python -m pytest tests/chat\n"


def test_what_was_made_for_tests_serves_as_well_but_not_the_other_way_round(tree: Path) -> None:
    stamped(tree, "test")
    assert dev(tree, "serve").stdout == "warmline serve\n"
    assert dev(tree, "test", "-k", "x").stdout == "python -m pytest -k x\n"
    stamped(tree, "serve")
    assert loaded(tree).is_ready("serve")
    assert not loaded(tree).is_ready("test")


@pytest.mark.parametrize("changed", ["requirements-dev.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_is_noticed(tree: Path, changed: str) -> None:
    stamped(tree, "test")
    assert loaded(tree).is_ready("test")
    (tree / changed).write_text("# another")
    assert not loaded(tree).is_ready("test")


def test_handing_over_costs_less_than_a_tenth_of_a_second(tree: Path) -> None:
    stamped(tree, "serve")
    best = min(_seconds(tree, "dev.py", "serve") - _seconds(tree, "-c", "pass") for _ in range(5))
    assert best < 0.1


def _seconds(tree: Path, *words: str) -> float:
    """Of the processor's own time: what else the machine does meanwhile is nobody's fault here."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], cwd=tree, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_python_without_venv_gets_the_name_of_the_package(tree: Path) -> None:
    program = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'ensurepip' else real(name)\n"
        "import runpy; sys.argv = ['dev.py', 'serve']; runpy.run_path('dev.py', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr


def test_an_old_python_is_told_which_one_is_needed(tree: Path) -> None:
    program = (
        "import sys, shutil; sys.version_info = (3, 10, 1); shutil.which = lambda name: None\n"
        "import runpy; sys.argv = ['dev.py', 'test']; runpy.run_path('dev.py', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed and this is 3.10.1" in done.stderr


def test_an_unknown_word_shows_what_there_is(tree: Path) -> None:
    done = dev(tree, "srve")
    assert done.returncode == 2
    assert "python3 dev.py serve" in done.stderr


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-", re.sub(r"(?m)^ +--hash=sha256:[0-9a-f]{64}( \\)?$", "", text), re.MULTILINE)
    pins = re.findall(r"(?m)^[a-z0-9].*$", text)
    assert len(pins) > 20
    assert all("==" in pin and pin.endswith("\\") for pin in pins)


def test_everything_served_is_tested_in_the_same_version() -> None:
    served, tested = (
        set(re.findall(r"(?m)^[a-z0-9-]+==\S+", (ROOT / lock).read_text()))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert served < tested
