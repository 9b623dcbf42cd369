"""Folders of an operator's own books, and what is judged by them."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from moderation import books, pipeline
from moderation.verdict import Submission, Verdict
from tests.support.judging import PATIENT

GOOD_RULE = """- id: ours.oils
  label: spam
  score: 1
  says: {en: This looks like selling., es: Esto parece una venta.}
  any: ['essential oil (?:that )?cures?']
  hits: [the essential oil cures everything]
  misses: [essential oils smell nice]
"""


def folder_with(place: Path, files: dict[str, str]) -> Path:
    """A folder with these files in it."""
    folder = place / "own"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@lru_cache(maxsize=2)
def _judging(folder: Path) -> pipeline.Pipeline:
    """A folder is written before it is asked."""
    return pipeline.load(stopwatch=time.perf_counter, budget=PATIENT, flood=False, books=books.load(folder=folder))


def verdict_with(folder: Path, text: str, **context: Any) -> Verdict:
    """The verdict on `text` by the packaged books and those of `folder`."""
    return _judging(folder).judge(Submission(text, **{"lane": "lane", "author": "author"} | context), now=0.0)
