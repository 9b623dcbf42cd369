"""Rebuild both models from this repository: `python -m moderation.train`.

    python -m moderation.train              teach with everything, write data/model (about ten minutes)
    python -m moderation.train --trials     first the figures on authors left out, and how much the larger model counts
                                            beside the small one (about fifteen minutes more)
    python -m moderation.train --check      teach, write nothing, and compare with what is there: exit 1 if it differs

The encoder itself is not taught (teaching/encoder.py): it is copied. Nothing is fetched, and chance has a fixed seed.
On another kind of machine the last digits of sums may differ, so `--check` compares scores of all examples and not
bytes: the models must agree to `NEAR` in the mean.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from moderation import model, opinion
from moderation.teaching import fitting, larger, packing, trials
from moderation.teaching.examples import Example, every

# Mean difference of scores between two builds.
NEAR = 0.002


def main(words: list[str], folder: Path = model.FOLDER) -> int:
    if set(words) - {"--trials", "--check"}:
        sys.stderr.write(str(__doc__))
        return 2
    lessons = larger.read(every(), model.FOLDER)
    about = _before(model.FOLDER) | (trials.told(lessons) if "--trials" in words else {})
    small = packing.taught(lessons.examples)
    nets = larger.taught(lessons.means, *_wanted(lessons.examples))
    if "--check" in words:
        texts = fitting.soft([example.text for example in lessons.examples])
        apart = differs(small.model(), model.load(folder), texts)
        return 0 if max(apart, _apart(nets, lessons, folder)) <= NEAR else 1
    packing.write(
        small, folder, about | {"examples": len(lessons.examples), "learned": packing.learned(lessons.examples)}
    )
    _beside(folder, larger.arrays(nets, lessons.shift, lessons.spread, about["blend"]))
    return 0


def differs(new: model.Model, old: model.Model, texts: Sequence[str]) -> float:
    """The mean difference of two models' scores of soft views."""
    return float(np.abs(new.scores(texts) - old.scores(texts)).mean())


def _apart(nets: Sequence[larger.Net], lessons: larger.Lessons, folder: Path) -> float:
    """The same of the larger model by itself, as shares."""
    shares = [opinion.shares(larger.said(each, lessons.means)) for each in (nets, larger.stored(folder))]
    return float(np.abs(shares[0] - shares[1]).mean())


def _wanted(examples: Sequence[Example]) -> tuple[Any, Any]:
    """(what each head should see in each, how much each counts)."""
    return np.array([example.wanted for example in examples]), larger.counted(examples)


def _before(folder: Path) -> dict[str, Any]:
    """The figures of the last trials and the blend they chose; they stay until there are others."""
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return {name: about[name] for name in ("unseen", "blend") if name in about}


def _beside(folder: Path, arrays: Mapping[str, Any]) -> None:
    """opinion.npz and the encoder's files, named in model.json."""
    np.savez_compressed(folder / opinion.ARRAYS, **arrays)
    for name in (opinion.ENCODER, opinion.WEIGHTS, opinion.PIECES):
        if folder != model.FOLDER:
            shutil.copy(model.FOLDER / name, folder / name)
    path = folder / "model.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    about["opinion"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in opinion.FILES}
    path.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
