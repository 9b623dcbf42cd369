"""Pipelines that are unsure of as much as a test wants: packaged books with other `second` bands, a tiny opinion."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from functools import lru_cache

from moderation import books, model, pipeline
from moderation.books import Books
from moderation.model import HEADS
from moderation.opinion import Opining
from moderation.pipeline import Pipeline
from moderation.policy import Band
from tests.support.judging import PATIENT
from tests.support.tiny import tiny

# Everything with words enough is uncertain; nothing is.
ALWAYS: Mapping[str, Band] = {f"model.{head}": (0.0, 1.0) for head in HEADS}
NEVER: Mapping[str, Band] = {}


@lru_cache(maxsize=1)
def _packaged() -> Books:
    return books.load()


@lru_cache(maxsize=1)
def _model() -> model.Model:
    return model.load()


def with_bands(bands: Mapping[str, Band]) -> Books:
    """The packaged books, every pack with these bands."""
    held = _packaged()
    packs = {name: dataclasses.replace(pack, second=bands) for name, pack in held.packs.items()}
    return dataclasses.replace(held, packs=packs)


def doubting(bands: Mapping[str, Band] = ALWAYS, *, opinion: Opining | None = tiny, flood: bool = False) -> Pipeline:
    """A pipeline with windows of its own."""
    held = with_bands(bands)
    made = pipeline.load(
        stopwatch=time.perf_counter, budget=PATIENT, flood=flood, books=held, model=_model(), opinion=opinion
    )
    made.opinion = opinion
    return made
