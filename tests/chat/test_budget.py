"""Budgets: so many at once, so many a second, and an honest answer to when there is one again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chat.budget import CHECKS, COMMANDS, HELPING, Budget


def test_a_budget_fills_up_again_with_time() -> None:
    """Three at once, one a second."""
    budget = Budget(1.0, 3.0)
    assert [budget.spend(0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]
    assert budget.spend(1.0) == 0.0
    assert budget.spend(1.5) == 0.5


def test_who_was_away_for_long_has_no_more_than_fits_in() -> None:
    """A day of silence is no licence to flood."""
    budget = Budget(1.0, 3.0)
    assert budget.spend(0.0) == 0.0
    assert [budget.spend(86_400.0) for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]


def test_no_rate_is_no_limit() -> None:
    assert all(Budget(0.0, 1.0).spend(0.0) == 0.0 for _ in range(1000))


def test_help_and_checks_are_no_faster_than_commands_may_be() -> None:
    """A budget beside the common one is for what must not cost a message, not a way round it."""
    assert HELPING[0] < COMMANDS
    assert CHECKS < COMMANDS


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.floats(0.5, 20), st.integers(1, 30))
def test_never_more_than_the_burst_and_the_rate_and_the_wait_is_long_enough(
    pauses: list[float], rate: float, burst: int
) -> None:
    """Over any stretch from its start; and who waits as long as they were told is served."""
    budget, now = Budget(rate, float(burst)), 0.0
    for served, pause in enumerate(pauses, 1):
        now += pause
        if wait := budget.spend(now):
            now += wait + 1e-6
            assert budget.spend(now) == 0.0
        assert served <= burst + rate * now + 1e-3
