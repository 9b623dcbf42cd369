"""Rebuild the model from this repository: `python -m moderation.train`.

    python -m moderation.train              teach with everything, write data/model (about five minutes)
    python -m moderation.train --trials     the same, and first the figures on authors left out (about fifteen more)
    python -m moderation.train --check      teach, write nothing, and compare with what is there: exit 1 if it differs

Nothing is fetched and nothing is drawn by chance. On another kind of machine the last digits of sums may differ, so
`--check` compares scores of all examples and not bytes: the two models must agree to `NEAR` in the mean.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from moderation import model
from moderation.teaching import fitting, packing, trials
from moderation.teaching.examples import Example, every

# Mean difference of scores between two builds.
NEAR = 0.002


def main(words: list[str], folder: Path = model.FOLDER) -> int:
    if set(words) - {"--trials", "--check"}:
        sys.stderr.write(str(__doc__))
        return 2
    examples = every()
    figures: dict[str, Any] = trials.figures(examples, trials.unseen(examples)) if "--trials" in words else {}
    arrays = packing.taught(examples)
    if "--check" in words:
        return 0 if differs(arrays.model(), model.load(folder), examples) <= NEAR else 1
    about = {
        "examples": len(examples),
        "learned": packing.learned(examples),
        "unseen": figures or _before(folder),
    }
    packing.write(arrays, folder, about)
    return 0


def differs(new: model.Model, old: model.Model, examples: list[Example]) -> float:
    """The mean difference of two models' scores."""
    texts = fitting.soft([example.text for example in examples])
    return float(np.abs(new.scores(texts) - old.scores(texts)).mean())


def _before(folder: Path) -> Any:
    """The figures of the last trials; they stay until there are others."""
    import json

    try:
        return json.loads((folder / "model.json").read_text(encoding="utf-8")).get("unseen", {})
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
