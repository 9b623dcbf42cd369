"""M16: the model made again from the repository, and whether the new one says the same.

    train.main([], DIR)     offline, in a process of its own
        → a judge with that model → the same figures again → the largest difference, in points

Raises CannotRebuild when there is nothing that trains, or it fails.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from moderation.evaluation import labelled, lived
from moderation.evaluation.bars import Cell, Chapter, Figure
from moderation.evaluation.outcomes import Judge

# The bars that show whether two models are the same.
COMPARED = ("faults", "M1.mean", "M2.right", "M4.lines", "M5.stopped", "M6.alerted", "M6.paged", "M9.f1")


_TRAIN = "import pathlib, sys; from moderation import train; sys.exit(train.main([], pathlib.Path(sys.argv[1])))"


class CannotRebuild(Exception):
    """The model cannot be made again here."""


def rebuilt(shipped: Chapter, load: Callable[[Path], Judge]) -> Chapter:
    """M16. `shipped` holds the figures of the shipped model; `load` makes a judge with the model of a folder."""
    if importlib.util.find_spec("moderation.train") is None:
        raise CannotRebuild("there is no moderation/train.py here; leave --rebuild out")
    with tempfile.TemporaryDirectory() as made:
        begun = time.monotonic()
        done = subprocess.run([sys.executable, "-c", _TRAIN, made], capture_output=True, text=True, check=False)
        minutes = (time.monotonic() - begun) / 60
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
            raise CannotRebuild(f"python -m moderation.train failed ({last}); run it by itself to see why")
        again = figures(load(Path(made)))
    found = [Figure("M16.minutes", minutes, 1), Figure("M16.apart", apart(shipped, again), len(COMPARED))]
    return Chapter(found, {"shipped and rebuilt": both(shipped, again)})


def figures(judge: Judge) -> Chapter:
    """The figures that are compared."""
    seen = lived.supportive(judge, None)
    return lived.silence(seen) + labelled.suite(judge)[0] + labelled.own(judge, tuned=True)[0]


def both(shipped: Chapter, again: Chapter) -> dict[str, dict[str, Cell]]:
    """Each compared figure of the two models, as shares."""
    before = {figure.bar: figure.value for figure in shipped.figures}
    after = {figure.bar: figure.value for figure in again.figures}
    return {bar: {"shipped": before[bar], "rebuilt": after[bar]} for bar in COMPARED}


def apart(shipped: Chapter, again: Chapter) -> float:
    """The largest difference of any compared figure, in points."""
    before = {figure.bar: figure.value or 0.0 for figure in shipped.figures}
    after = {figure.bar: figure.value or 0.0 for figure in again.figures}
    return max(abs(before[bar] - after[bar]) * 100 for bar in COMPARED)
