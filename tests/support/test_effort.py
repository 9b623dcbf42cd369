"""Work is counted the same each time, and more work is a larger count."""

from __future__ import annotations

import sys

import pytest

from tests.support.effort import calls


def test_the_same_work_is_the_same_count() -> None:
    assert calls(lambda: [abs(each) for each in range(50)]) == calls(lambda: [abs(each) for each in range(50)])


def test_each_call_of_ours_and_of_python_counts() -> None:
    assert calls(lambda: [abs(each) for each in range(80)]) - calls(lambda: [abs(each) for each in range(30)]) == 50


def test_nothing_is_left_watching_even_after_a_fault() -> None:
    before = sys.getprofile()
    with pytest.raises(ZeroDivisionError):
        calls(lambda: 1 // 0)
    assert sys.getprofile() is before
