"""What falls due when nobody decides: each row of the table in the file's docstring."""

from __future__ import annotations

from dataclasses import replace

from moderation.cases import DAY, MINUTE, Case, CaseKind, Debt, State, Step
from moderation.deadlines import Due, Times, due_at
from moderation.steps import take
from moderation.verdict import CareBand
from tests.support.filing import AT, held, report


def course(case: Case, until: int = 100 * DAY, times: Times | None = None) -> list[tuple[int, Step]]:
    """Everything that happens to a case nobody looks at, and after how many milliseconds."""
    found: list[tuple[int, Step]] = []
    while (due := due_at(case, times or Times())) is not None and due.at - AT <= until and len(found) < 50:
        found.append((due.at - AT, due.step))
        after = take(case, due.step, due.at)
        assert isinstance(after, Case), (case.state, due.step, after)
        if due.step is Step.FORGET:
            break
        case = after
    return found


def test_a_doubt_of_the_model_alone_costs_a_minute_then_its_words_are_forgotten() -> None:
    """Contract 8, and retention after it."""
    assert course(held(model_alone=True)) == [
        (MINUTE, Step.RELEASE), (MINUTE + 5_000, Step.SETTLE), (MINUTE + DAY, Step.PURGE),
        (MINUTE + 30 * DAY, Step.FORGET),
    ]  # fmt: skip


def test_the_author_of_any_other_held_message_is_told_after_ten_minutes() -> None:
    """And it is let go after a day, never shown by time: also where the model alone held it among teens."""
    for case in (held(), held(model_alone=True, band="teen")):
        assert course(case, until=2 * DAY)[:3] == [
            (10 * MINUTE, Step.REMIND), (DAY, Step.EXPIRE), (DAY + 5_000, Step.SETTLE)
        ]  # fmt: skip


def test_the_filter_looks_again_at_what_it_could_not_judge_less_and_less_often() -> None:
    """15 s, 45 s, 105 s …: "it can take a minute"."""
    judged = [at for at, step in course(held(kind=CaseKind.FAULT), until=DAY - 1) if step is Step.JUDGE]
    assert judged[:4] == [15_000, 45_000, 105_000, 225_000]
    assert len(judged) == 8


def test_a_crisis_is_told_again_and_again_and_does_not_end_within_the_day() -> None:
    """The escalation clock of sessions.md."""
    case = report(kind=CaseKind.CRISIS, against="", care=CareBand.HIGH)
    assert course(case, until=7 * DAY) == [(minutes * MINUTE, Step.ESCALATE) for minutes in (1, 3, 5)]


def test_of_who_is_stayed_with_the_desk_reminds_after_a_day_and_calls_nobody_before() -> None:
    """One disclosure, one clock that calls: that of being held. What else is due of the message stays due."""
    case = report(kind=CaseKind.CRISIS, against="", care=CareBand.HIGH, stayed=True)
    assert course(case, until=7 * DAY) == [(DAY, Step.ESCALATE)]
    message = held(kind=CaseKind.CRISIS, care=CareBand.HIGH, stayed=True)
    assert course(message, until=DAY - 1) == [(10 * MINUTE, Step.REMIND)]


def test_a_claim_stops_every_clock_until_it_lapses() -> None:
    claimed = take(held(model_alone=True), Step.CLAIM, AT, "ada")
    assert isinstance(claimed, Case)
    assert due_at(claimed) == Due(AT + 5 * MINUTE, Step.LAPSE)
    lapsed = take(claimed, Step.LAPSE, AT + 5 * MINUTE)
    assert isinstance(lapsed, Case)
    assert due_at(lapsed) == Due(AT + MINUTE, Step.RELEASE)


def test_a_card_that_is_owed_waits_for_no_decision() -> None:
    """Neither a claim nor the end of the case stops it; paid, the case is as it was."""
    debt = Debt(CareBand.HIGH)
    for case in (held(since=AT, debt=debt), held(since=AT, debt=debt, state=State.CLAIMED, until=AT + 5 * MINUTE),
                 held(since=AT, debt=debt, state=State.RELEASED)):  # fmt: skip
        assert due_at(case) == Due(AT + 5_000, Step.PAY)
        paid = take(case, Step.PAY, AT + 5_000)
        assert paid == replace(case, debt=None)


def test_an_operators_limits_are_kept() -> None:
    times = Times(release=5, remind=7, hold=11)
    assert course(held(model_alone=True), until=5, times=times) == [(5, Step.RELEASE)]
    assert course(held(), until=11, times=times) == [(7, Step.REMIND), (11, Step.EXPIRE)]


def test_words_of_reports_are_kept_for_a_week_after_their_end() -> None:
    """For whoever appeals; then the words go, and the trail stays."""
    ended = report(state=State.DECIDED, since=AT, resolution="dismiss")
    assert course(ended) == [(7 * DAY, Step.PURGE), (30 * DAY, Step.FORGET)]
