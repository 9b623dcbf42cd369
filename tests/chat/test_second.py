"""The second opinion at work: bounded, in a thread that may be slow or dead, and nobody passes unread for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from chat.metrics import Metrics
from chat.second import ASIDE, REMEMBERED, Scores, Second
from moderation.model import ModelError
from moderation.opinion import Opining
from moderation.pipeline import Pipeline
from moderation.work import Unsure
from tests.support.doubting import doubting
from tests.support.tiny import tiny

SMALL = (0.4,) * 8


class Gate:
    """Reads when it is let."""

    def __init__(self) -> None:
        self.open, self.reads = threading.Event(), 0

    def scores(self, texts: Any, small: Any) -> Any:
        assert self.open.wait(10)
        self.reads += 1
        if "zonk" in texts:
            raise RuntimeError("gone")
        if "bang" in texts:
            raise SystemExit
        return np.full((1, 8), 0.25)


@asynccontextmanager
async def at_work(opinion: Opining, **limits: Any) -> AsyncIterator[tuple[Second, Pipeline, Metrics]]:
    judging, metrics = doubting(opinion=opinion), Metrics()
    second = Second(judging, metrics, **{"enabled": True, "waiting": 4, "seconds": 10.0} | limits)
    second.begin()
    try:
        yield second, judging, metrics
    finally:
        second.end()


def unsure(text: str) -> Unsure:
    return Unsure(text, SMALL, True, None)  # type: ignore[arg-type]


def asked(second: Second, text: str) -> asyncio.Future[Scores]:
    """What becomes of one text."""
    done: asyncio.Future[Scores] = asyncio.get_running_loop().create_future()
    now = second.ask(unsure(text), done.set_result)
    if now is not None:
        done.set_result(now)
    return done


async def test_the_thread_gives_the_scores_and_the_same_text_is_read_once() -> None:
    async with at_work(tiny) as (second, _, metrics):
        first = await asked(second, "you are tired")
        assert first == tuple(tiny().scores(["you are tired"], [SMALL])[0].tolist())
        assert second.ask(unsure("you are tired"), lambda scores: pytest.fail("told twice")) == first
        figures = metrics.read()
    assert figures["warmline_unsure_total{answer=read}"] == figures["warmline_unsure_total{answer=known}"] == 1
    assert figures["warmline_filter_seconds_count{stage=second}"] == 1


async def test_what_was_read_is_remembered_without_its_words_and_not_for_ever() -> None:
    gate: Any = Gate()
    gate.open.set()
    async with at_work(lambda: gate, waiting=REMEMBERED * 2) as (second, _, _):
        texts = [f"secret{n}" for n in range(REMEMBERED + 9)]
        await asyncio.gather(*(asked(second, text) for text in texts))
        assert len(second._known) == REMEMBERED
        assert all(len(mark) == 16 and not mark.startswith(b"secret") for mark in second._known)
        assert gate.reads == len(texts)


async def test_beyond_its_bound_nobody_waits() -> None:
    gate: Any = Gate()
    async with at_work(lambda: gate, waiting=4) as (second, _, metrics):
        answers = [asked(second, f"text {n}") for n in range(50)]
        assert second.waiting <= 4
        assert sum(answer.done() for answer in answers) >= 45
        assert {answer.result() for answer in answers if answer.done()} == {ASIDE}
        assert second.trouble == "saturated"
        gate.open.set()
        assert (await answers[0]) == (0.25,) * 8
        await asyncio.gather(*answers)
        while not second.healthy:
            second.mend()
            await asyncio.sleep(0.01)
        assert metrics.read()["warmline_unsure_total{answer=saturated}"] >= 45


async def test_who_is_not_read_in_time_is_put_aside_and_the_answer_that_comes_later_hurts_nobody() -> None:
    gate: Any = Gate()
    async with at_work(lambda: gate, seconds=0.05) as (second, _, _):
        answers = [asked(second, f"text {n}") for n in range(3)]
        assert await asyncio.gather(*answers) == [ASIDE] * 3
        assert (second.waiting, second.healthy) == (0, False)
        gate.open.set()
        while not second.healthy:
            second.mend()
            await asyncio.sleep(0.01)
        assert await asked(second, "text 9") == (0.25,) * 8


async def test_a_text_that_cannot_be_read_is_put_aside_alone() -> None:
    gate: Any = Gate()
    gate.open.set()
    async with at_work(lambda: gate) as (second, _, metrics):
        assert await asked(second, "zonk") == ASIDE
        assert await asked(second, "hello") == (0.25,) * 8
        assert metrics.read()["warmline_unsure_total{answer=failed}"] == 1


async def test_a_thread_that_dies_puts_all_aside_and_another_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    gate: Any = Gate()
    async with at_work(lambda: gate) as (second, _, _):
        answers = [asked(second, text) for text in ("bang", "hello", "there")]
        gate.open.set()
        assert await asyncio.gather(*answers[1:]) == [ASIDE, ASIDE]
        assert await answers[0] == ASIDE
        assert second.trouble == "broken"
        assert await asked(second, "again") == ASIDE
        monkeypatch.setattr("chat.second.ANEW", 0.0)
        second.mend()
        assert await asked(second, "and again") == (0.25,) * 8
        assert second.healthy


async def test_files_that_cannot_be_used_hold_what_is_uncertain() -> None:
    """Fail closed: nobody is passed by the small model because a file is altered."""

    def altered() -> Any:
        raise ModelError("not the file")

    async with at_work(altered) as (second, judging, _):
        assert await asked(second, "hello") == ASIDE
        assert not second.healthy
        assert judging.opinion is not None


async def test_without_a_runtime_the_small_model_judges_alone() -> None:
    """Who waits has its scores, and nothing is uncertain any more."""

    def missing() -> Any:
        raise ImportError("no such library")

    async with at_work(missing) as (second, judging, _):
        assert await asked(second, "hello") == SMALL
        assert (judging.opinion, second.trouble, second.healthy) == (None, "off", True)


async def test_switched_off_nothing_is_asked() -> None:
    async with at_work(tiny, enabled=False) as (second, judging, _):
        assert (judging.opinion, second.trouble, second.healthy) == (None, "disabled", True)


async def test_what_is_asked_while_it_loads_waits_for_it() -> None:
    may = threading.Event()

    def loading() -> Any:
        assert may.wait(10)
        return tiny()

    async with at_work(loading) as (second, _, _):
        answer = asked(second, "you are tired")
        assert (answer.done(), second.healthy) == (False, True)
        may.set()
        assert await answer != ASIDE
