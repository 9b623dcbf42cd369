"""Flood: windows that are bounded, count a retry once, and never refuse a disclosure."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from moderation import flood, pipeline
from moderation.flood import BURST, REPEATS, Flood
from moderation.verdict import Action, CareBand, Submission


def said(text: str, *, key: str = "", author: str = "a", lane: str = "l", dry: bool = False) -> Submission:
    return Submission(text, lane=lane, author=author, key=key, dry=dry)


def test_a_burst_is_one_too_many_and_time_forgives() -> None:
    windows = Flood()
    for turn in range(BURST):
        assert windows.look(said(f"line {turn}"), f"line {turn}", turn * 0.1) is None
    found = windows.look(said("one more"), "one more", 1.1)
    assert found is not None
    assert found.rule == "flood.burst"
    assert windows.look(said("later"), "later", 1.1 + flood.BURST_SECONDS) is None


def test_the_same_words_again_and_again_are_a_flood() -> None:
    windows = Flood()
    for turn in range(REPEATS - 1):
        assert windows.look(said("hello?"), "hello?", turn * 9.0) is None
    assert windows.look(said("hello?"), "hello?", 30.0) is not None
    assert windows.look(said("hello?", lane="other"), "hello?", 30.0) is None
    assert windows.look(said("hello?", author="b"), "hello?", 30.0) is None


def test_a_key_is_counted_once_and_judged_as_it_was_the_first_time() -> None:
    """Retrying after a cut never makes things worse."""
    windows = Flood()
    first = [windows.look(said("hello?", key=f"k{turn}"), "hello?", turn) for turn in range(REPEATS + 1)]
    for turn, before in enumerate(first):
        assert windows.look(said("hello?", key=f"k{turn}"), "hello?", turn + 30.0) == before


@given(st.lists(st.tuples(st.sampled_from("xy"), st.booleans()), max_size=30))
def test_looking_without_sending_changes_nothing(steps: list[tuple[str, bool]]) -> None:
    """`check` gives the answer `send` would get, and any number of checks leaves the windows as they were."""
    watched, plain = Flood(), Flood()
    for turn, (text, check) in enumerate(steps):
        key = f"k{turn}"
        if check:
            watched.look(said(text, key=key + "?", dry=True), text, turn * 0.5)
        foreseen = watched.look(said(text, key=key, dry=True), text, turn * 0.5)
        sent = watched.look(said(text, key=key), text, turn * 0.5)
        assert foreseen == sent
        assert sent == plain.look(said(text, key=key), text, turn * 0.5)


def test_windows_are_bounded_and_the_oldest_go_first() -> None:
    windows = Flood()
    for turn in range(flood.MOST_WINDOWS + 10):
        windows.look(said("x", author=str(turn)), "x", 0.0)
    assert len(windows) == flood.MOST_WINDOWS


def test_a_disclosure_is_never_refused_for_its_speed() -> None:
    """R1: what owes care is delivered however often and fast it is said."""
    judged = pipeline.load(stopwatch=time.perf_counter, budget=30.0)
    for turn in range(BURST + 5):
        verdict = judged.judge(said("I want to kill myself tonight", key=str(turn)), now=turn * 0.01)
        assert verdict.action is Action.ALLOW
        assert verdict.care.band >= CareBand.HIGH
    assert judged.judge(said("and another thing", key="z"), now=0.2).action is Action.BLOCK
