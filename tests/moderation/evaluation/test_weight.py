"""Weight: what is shipped is what the wheel holds, and a fresh process says what it gained."""

from __future__ import annotations

import tomllib
from pathlib import Path

from moderation.evaluation import weight
from moderation.rules import DATA

ROOT = Path(__file__).parents[3]


def test_what_stays_in_the_repository_is_what_the_wheel_leaves_out() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert set(wheel["exclude"]) == {f"moderation/data/{name}" for name in weight.STAYS}


def test_only_what_is_shipped_is_counted(tmp_path: Path) -> None:
    for name in ("sets/big.gz", "lines/a.yaml", "rules/a.yaml", "model/weights.npz", "helplines.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 10)
    assert weight.shipped(tmp_path) == 30


def test_rules_packs_and_helplines_are_shipped() -> None:
    assert {path.name for path in DATA.iterdir()} - set(weight.STAYS) >= {"rules", "packs", "helplines.yaml"}


def test_a_fresh_process_says_what_the_filter_weighs() -> None:
    by_bar = {figure.bar: figure for figure in weight.weighed().figures}
    assert 1 < (by_bar["M15.memory"].value or 0) < 150
    assert by_bar["M15.bytes"].met != "below"
