"""M15: what the filter weighs.

Memory is what a fresh process gains by loading the pipeline, judging a first batch and asking for a second opinion.
Shipped bytes are those of moderation/data without what stays in the repository (labelled lines, open sets, cases,
reports).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from moderation.evaluation.bars import Chapter, Figure
from moderation.rules import DATA

# In the repository, not in the wheel (pyproject.toml says the same; a test compares).
STAYS = ("cases", "functions.yaml", "lines", "report", "sets", "suite", "taxonomy.yaml")
_MEGABYTE = 1e6

_GAIN = """
import gc, time
from moderation.verdict import Submission
def held():
    gc.collect()
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
import moderation.lines, yaml
before = held()
from moderation import pipeline
judging = pipeline.load(stopwatch=time.perf_counter, flood=False)
said = ["I can't sleep and I hate how my head goes round", "call me on 07700 900142", "you are worth the trouble"]
judging.judge_all([Submission(text, lane="l", author=str(n)) for n, text in enumerate(said * 100)], 0.0)
if judging.opinion:  # whether or not one of these is uncertain today
    judging.opinion().scores(said, [[0.5] * 8] * len(said))
print(held() - before)
"""


def shipped(data: Path = DATA) -> int:
    """Bytes of the data that goes into the wheel."""
    return sum(
        path.stat().st_size
        for path in data.rglob("*")
        if path.is_file() and path.relative_to(data).parts[0] not in STAYS
    )


def memory() -> int | None:
    """Bytes a fresh process gains; None where the system does not say."""
    if not Path("/proc/self/status").exists():
        return None
    done = subprocess.run([sys.executable, "-c", _GAIN], capture_output=True, text=True, check=True)
    return int(done.stdout)


def weighed() -> Chapter:
    """M15."""
    gained, size = memory(), shipped()
    return Chapter(
        [
            Figure("M15.memory", gained / _MEGABYTE if gained is not None else None, 1),
            Figure("M15.bytes", size / _MEGABYTE, 1),
        ]
    )
