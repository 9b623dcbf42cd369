"""Who waits behind whom: one person's words in one place keep their order, and nobody else waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.beside import Beside
from chat.metrics import Metrics
from chat.second import Second
from chat.turns import Alone, Turns, in_turn
from moderation.opinion import Opining
from moderation.pipeline import LONG
from moderation.verdict import Action, Submission, Verdict
from tests.support.doubting import ALWAYS, doubting
from tests.support.tiny import tiny

UNSURE = {"model.groom": (0.1, 1.0)}
ODD = "send me a pic, i won't tell your mum"  # the model's guess, and nothing else


class Slow:
    """Reads when it is let, and says that all is well."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.read: list[str] = []

    def scores(self, texts: Sequence[str], small: Any) -> Any:
        asyncio.run_coroutine_threadsafe(self.may.wait(), self.loop).result(10)
        self.read += texts
        return np.zeros((len(texts), 8))


@asynccontextmanager
async def lines(
    opinion: Opining, bands: Any = UNSURE, *, waiting: int = 64, seconds: float = 10.0, flood: bool = False
) -> AsyncIterator[Turns]:
    judging, metrics = doubting(bands, opinion=opinion, flood=flood), Metrics()
    second = Second(judging, metrics, enabled=True, waiting=waiting, seconds=seconds)
    second.begin()
    beside = Beside(judging)
    try:
        yield Turns(judging, second, beside, metrics, time.monotonic)
    finally:
        second.end()
        beside.end()


def said(text: str, author: str = "a", lane: str = "l", **more: Any) -> Alone:
    return Alone(Submission(text, lane=lane, author=author, **more))


async def until(done: Any) -> None:
    async with asyncio.timeout(10):
        while not done():
            await asyncio.sleep(0.001)


def test_each_text_of_a_tick_knows_what_its_author_said_just_before() -> None:
    """Pieces of a word that come in one breath are read together (X32); others' words are not mixed in."""
    one = [said("k"), said("hello", "b"), said("i"), said("ll")]
    assert [each.recent for each in in_turn([one.submission for one in one])] == [(), (), ("k",), ("k", "i")]


def test_another_place_and_a_mere_check_count_as_nothing_said() -> None:
    """`check` changes no window; a room knows nothing of another."""
    one = [said("k", dry=True), said("i"), said("ll", lane="elsewhere")]
    assert [each.recent for each in in_turn([one.submission for one in one])] == [(), (), ()]


async def test_only_who_is_doubted_waits_and_what_they_write_there_afterwards() -> None:
    """The same person elsewhere and everybody else goes on; then the line moves up in order."""
    slow: Any = Slow()
    told: list[str] = []
    async with lines(lambda: slow) as turns:
        then = lambda found: told.extend(one.submission.text for one, _ in found)  # noqa: E731
        first = [said(ODD), said("first"), said("other", "b"), said("elsewhere", lane="m")]
        turns.judge(first, then, 0.0)
        turns.judge([said("second"), said("third")], then, 0.0)
        turns.judge([said("fourth", "b")], then, 0.0)
        assert told == ["other", "elsewhere", "fourth"]
        slow.may.set()
        await until(lambda: len(told) == 7)
        assert told[3:] == [ODD, "first", "second", "third"]
        assert len(turns) == 0


async def test_a_line_may_have_several_who_are_doubted() -> None:
    slow: Any = Slow()
    told: list[tuple[str, Action]] = []
    async with lines(lambda: slow) as turns:
        then = lambda found: told.extend((one.submission.text, verdict.action) for one, verdict in found)  # noqa: E731
        words = [ODD, "one", f"{ODD} ok", "two"]
        turns.judge([said(text) for text in words[:2]], then, 0.0)
        turns.judge([said(text) for text in words[2:]], then, 0.0)
        slow.may.set()
        await until(lambda: len(told) == 4)
    assert told == [(text, Action.ALLOW) for text in words]


async def test_words_in_pieces_behind_somebody_doubted_are_read_together() -> None:
    """X32: what waits knows what was said before it, however it came."""
    slow: Any = Slow()
    found: dict[str, Verdict] = {}
    async with lines(lambda: slow) as turns:
        then = lambda told: found.update({one.submission.text: verdict for one, verdict in told})  # noqa: E731
        turns.judge([said(ODD)], then, 0.0)
        for text in ("go", "kill", "yourself"):
            turns.judge([said(text)], then, 0.0)
        slow.may.set()
        await until(lambda: len(found) == 4)
    assert [found[text].action for text in ("go", "kill", "yourself")] == [Action.ALLOW, Action.ALLOW, Action.BLOCK]


_TALK = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben"]),
        st.sampled_from([ODD, "kill yourself", "thank you all", "i took them an hour ago", "ring 07700 900142", "go"]),
        st.booleans(),
    ),
    max_size=10,
)


@given(_TALK)
@settings(max_examples=25, deadline=None)
def test_the_verdict_does_not_depend_on_the_way_it_took(talk: list[tuple[str, str, bool]]) -> None:
    """The same through the thread, tick by tick, as judged at once; each is told exactly once."""
    plain = doubting(ALWAYS, flood=True)
    expected = [plain.judge(Submission(text, lane="l", author=author), 0.0) for author, text, _ in talk]

    async def through() -> None:
        found: dict[int, list[Verdict]] = {}
        async with lines(tiny, ALWAYS, flood=True) as turns:
            words = [said(text, author) for author, text, _ in talk]
            places = {id(one): place for place, one in enumerate(words)}

            def then(told: Sequence[tuple[Any, Verdict]]) -> None:
                for one, verdict in told:
                    found.setdefault(places[id(one)], []).append(verdict)

            for one, (_, _, pause) in zip(words, talk, strict=True):
                await until(lambda: len(turns) == 0)
                turns.judge([one], then, 0.0)
                if pause:
                    await asyncio.sleep(0)
            await until(lambda: len(found) == len(words))
        assert [found[place] for place in range(len(words))] == [[each] for each in expected]

    asyncio.run(through())


def long(text: str) -> str:
    """So many kind words before it that it is read beside the loop."""
    kind = "the night was quiet and we had tea in the kitchen, and the rain went on for hours. "
    return kind * (LONG // len(kind) + 1) + text


_LETTERS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben"]),
        st.sampled_from(
            [long("thank you"), long("kill yourself"), long("ring 07700 900142"), ODD, "go", "kill", "yourself", "0770"]
        ),
        st.booleans(),
    ),
    max_size=12,
)


@given(_LETTERS)
@settings(max_examples=25, deadline=None)
def test_long_texts_change_no_order_and_no_verdict(talk: list[tuple[str, str, bool]]) -> None:
    """In one tick or in several, read beside the loop or in it: as if each author had been judged word after word."""
    plain = doubting(ALWAYS)
    recent: dict[str, tuple[str, ...]] = {"ana": (), "ben": ()}
    expected: dict[str, list[tuple[str, Verdict]]] = {"ana": [], "ben": []}
    for author, text, _ in talk:
        one = Submission(text, lane="l", author=author, recent=recent[author])
        expected[author].append((text, plain.judge(one, 0.0)))
        recent[author] += (text,)

    async def through() -> None:
        found: dict[str, list[tuple[str, Verdict]]] = {"ana": [], "ben": []}
        said_before: dict[str, tuple[str, ...]] = {"ana": (), "ben": ()}
        async with lines(tiny, ALWAYS) as turns:

            def then(told: Sequence[tuple[Any, Verdict]]) -> None:
                for one, verdict in told:
                    found[one.submission.author].append((one.submission.text, verdict))
                    said_before[one.submission.author] += (one.submission.text,)

            tick: list[Alone] = []
            for author, text, ends in talk:
                tick.append(said(text, author, recent=said_before[author]))
                if ends:
                    turns.judge(tick, then, 0.0)
                    tick = []
            turns.judge(tick, then, 0.0)
            await until(lambda: sum(map(len, found.values())) == len(talk) and len(turns) == 0)
        assert found == expected

    asyncio.run(through())


async def test_who_writes_at_length_keeps_nobody_waiting() -> None:
    """The rest of the tick is told at once; what the same person says there afterwards comes after it."""
    told: list[str] = []
    async with lines(tiny, {}) as turns:
        then = lambda found: told.extend(one.submission.text for one, _ in found)  # noqa: E731
        letter = long("and so to bed")
        turns.judge([said(letter), said("after it"), said("hello", "b")], then, 0.0)
        assert told == ["hello"]
        await until(lambda: len(told) == 3)
    assert told[1:] == [letter, "after it"]


async def test_what_waits_when_the_thread_is_ended_is_read_in_the_loop() -> None:
    """Nothing is skipped and nobody is forgotten."""
    told: list[Action] = []
    async with lines(tiny, {}) as turns:
        then = lambda found: told.extend(verdict.action for _, verdict in found)  # noqa: E731
        turns.judge([said(long("kill yourself"), f"a{n}") for n in range(80)], then, 0.0)
        turns.beside.end()
        await until(lambda: len(told) == 80)
    assert set(told) == {Action.BLOCK}


async def test_ten_thousand_at_once_are_all_answered_and_the_queue_keeps_its_bound() -> None:
    """F45: beyond the bound they are held with calm words; the ordinary are delivered meanwhile; nothing is lost."""
    slow: Any = Slow()
    told: list[Verdict] = []
    async with lines(lambda: slow, waiting=64) as turns:
        then = lambda found: told.extend(verdict for _, verdict in found)  # noqa: E731
        for some in range(100):
            doubted = [said(f"{ODD} {some} {n}", f"a{some}/{n}") for n in range(100)]
            turns.judge([*doubted, said("thank you all", f"b{some}")], then, 0.0)
            assert turns.second.waiting <= 64
            assert len(turns) <= 65
        held = [verdict for verdict in told if verdict.action is Action.HOLD]
        assert sum(verdict.action is Action.ALLOW for verdict in told) == 100
        assert all(verdict.faulty and verdict.model_alone and verdict.says for verdict in held)
        assert not turns.second.healthy
        slow.may.set()
        await until(lambda: len(told) == 10_100)
        await until(lambda: turns.second.healthy)
        assert len(held) >= 10_000 - 65
        assert len(turns) == 0


async def test_who_is_judged_alone_waits_in_line_or_not_as_they_like() -> None:
    """An edit comes after what was said before it; what the desk looks at again comes after nobody."""
    slow: Any = Slow()
    async with lines(lambda: slow) as turns:
        turns.judge([said(ODD)], lambda found: None, 0.0)
        edit = asyncio.create_task(turns.judged(said("better words", kind="edit").submission))
        again = await turns.judged(said("thank you all").submission, in_line=False)
        assert again.action is Action.ALLOW
        assert not edit.done()
        slow.may.set()
        assert (await edit).action is Action.ALLOW


async def test_what_cannot_be_settled_is_held_and_the_line_goes_on() -> None:
    """X36: an error of ours keeps nobody from being answered."""
    bad: Any = type("Bad", (), {"scores": lambda self, texts, small: np.zeros((len(texts), 3))})()
    told: list[Verdict] = []
    async with lines(lambda: bad) as turns:
        turns.judge([said(ODD), said("thank you all")], lambda found: told.extend(each for _, each in found), 0.0)
        await until(lambda: len(told) == 2)
        assert len(turns) == 0
    assert [(each.action, each.faulty) for each in told] == [(Action.HOLD, True), (Action.ALLOW, False)]
