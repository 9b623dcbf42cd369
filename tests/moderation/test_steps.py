"""Cases as a table: whoever steps in whatever order, a case ends once, and only those may who may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from moderation.cases import (
    DAY,
    ENDED,
    MINUTE,
    RESOLUTIONS,
    Case,
    CaseKind,
    No,
    Resolution,
    State,
    Step,
    Waiting,
)
from moderation.deadlines import LEASE, due_at
from moderation.steps import STEPS, take
from moderation.verdict import CareBand
from tests.support.filing import AT, held, report

STAFF = ("ada", "ben", "cal")
people = st.sampled_from(STAFF)


def stepped(case: Case, step: Step, by: str = "", **changes: Any) -> Case:
    """A step that has to be possible."""
    after = take(case, step, AT + MINUTE, by, **changes)
    assert isinstance(after, Case), after
    return after


def test_the_table_has_a_row_for_every_state_and_nothing_leads_out_of_an_end() -> None:
    """What is not in it does not happen."""
    assert set(STEPS) == set(State)
    for state in ENDED:
        assert set(STEPS[state].values()) == {state}
        assert take(replace(held(), state=state), Step.CLAIM, AT, "ada") is No.ENDED


def test_nobody_looks_at_a_case_of_their_own_or_one_they_passed_on() -> None:
    """Neither the author, nor the one a report is about, nor who handed it on, nor whose sanction is appealed."""
    claimed = stepped(held(), Step.CLAIM, "ada")
    passed = stepped(claimed, Step.HAND_ON, "ada")
    assert take(passed, Step.CLAIM, AT, "ada") is No.BARRED
    assert isinstance(take(passed, Step.CLAIM, AT, "ben"), Case)
    assert take(held(user="ada"), Step.CLAIM, AT, "ada") is No.BARRED
    assert take(report(against="ada"), Step.CLAIM, AT, "ada") is No.BARRED
    assert take(report(kind=CaseKind.APPEAL, barred=("ada",)), Step.CLAIM, AT, "ada") is No.BARRED


def test_what_can_be_decided_depends_on_what_the_case_is_about() -> None:
    """A message is released or not; a report is upheld or not; an appeal cannot release a message."""
    for kind, allowed in RESOLUTIONS.items():
        claimed = stepped(report(kind=kind, against=""), Step.CLAIM, "ada")
        for resolution in Resolution:
            step = Step.MERGE if resolution is Resolution.MERGE else Step.DECIDE
            made = isinstance(take(claimed, step, AT, "ada", resolution=resolution), Case)
            assert made == (resolution in allowed)
    assert held().resolutions == {Resolution.RELEASE, Resolution.MASK, Resolution.REFUSE}


def test_time_releases_only_what_the_model_alone_doubted_in_an_adult_room() -> None:
    """Contract 8: never in a teen room, never where somebody may be in danger, never what rules hold."""
    assert isinstance(take(held(model_alone=True), Step.RELEASE, AT), Case)
    for other in (
        held(), held(model_alone=True, band="teen"), held(model_alone=True, care=CareBand.HIGH),
        stepped(held(model_alone=True), Step.CLAIM, "ada"), report(),
    ):  # fmt: skip
        assert take(other, Step.RELEASE, AT) is No.NOT_SO


class Desk(RuleBasedStateMachine):
    """One case, three moderators, its author and time, in any order."""

    @initialize(
        kind=st.sampled_from(list(CaseKind)), band=st.sampled_from(["adult", "teen"]), alone=st.booleans(),
        care=st.sampled_from(list(CareBand)), waits=st.booleans(),
    )  # fmt: skip
    def open(self, kind: CaseKind, band: str, alone: bool, care: CareBand, waits: bool) -> None:
        holds = waits and kind in (CaseKind.HELD, CaseKind.FAULT, CaseKind.CRISIS)
        waiting = Waiting(alias="a") if holds else None
        self.case = held(kind=kind, band=band, model_alone=alone, care=care, waiting=waiting)
        self.now = AT
        self.ends: list[State] = []
        self.readers: list[str] = []

    def step(self, step: Step, by: str = "", **changes: Any) -> None:
        before, after = self.case, take(self.case, step, self.now, by, **changes)
        if isinstance(after, No):
            return
        assert after.state is STEPS[before.state][step]
        if after.state in ENDED and before.state not in ENDED:
            self.ends.append(after.state)
            assert after.owed
        if step is Step.CLAIM:
            assert by not in before.barred
            self.readers.append(by)
        if step in (Step.DECIDE, Step.HAND_ON):
            assert before.by == by
        if step is Step.DECIDE:
            assert after.resolution in before.resolutions
        if step is Step.RELEASE:
            assert before.kind is CaseKind.FAULT or (before.band == "adult" and before.care < CareBand.HIGH)
        self.case = after

    @rule(by=people)
    def claim(self, by: str) -> None:
        self.step(Step.CLAIM, by)

    @rule(by=people)
    def hand_on(self, by: str) -> None:
        self.step(Step.HAND_ON, by)

    @rule(by=people, resolution=st.sampled_from(list(Resolution)))
    def decide(self, by: str, resolution: Resolution) -> None:
        self.step(Step.DECIDE, by, resolution=resolution)

    @rule(step=st.sampled_from([Step.WITHDRAW, Step.REWRITE, Step.WEIGH, Step.JUDGE, Step.MERGE, Step.PAY]))
    def somebody(self, step: Step) -> None:
        self.step(step)

    @precondition(lambda self: due_at(self.case) is not None)
    @rule(late=st.integers(0, DAY))
    def time(self, late: int) -> None:
        """What falls due is done, however late."""
        due = due_at(self.case)
        assert due is not None
        self.now = max(self.now, due.at) + late
        self.step(due.step)

    @invariant()
    def ends_once(self) -> None:
        assert len(self.ends) <= 1
        assert (self.case.state in ENDED) == bool(self.ends)

    @invariant()
    def something_always_falls_due(self) -> None:
        """Nothing waits for ever: there is always a next thing, and it is a step the table knows."""
        due = due_at(self.case)
        assert due is not None
        assert due.step in STEPS[self.case.state]
        assert LEASE > 0

    @invariant()
    def only_a_claimed_case_has_a_claimant(self) -> None:
        assert (self.case.until > 0) == (self.case.state is State.CLAIMED)


Desk.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestDesk = Desk.TestCase
