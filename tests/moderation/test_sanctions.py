"""Sanctions: graded, explained, ended by time, heard again; and never for telling of pain (F23, F28, R1)."""

from __future__ import annotations

import dataclasses
import random
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mypy import api as mypy

from moderation import reports, verdict
from moderation.ladder import DAY, GRAVITY, HOUR, LADDER, SLOW_GAP, Reason, Step, Unread
from moderation.sanctions import (
    Appeal,
    CaseId,
    Hearing,
    InForce,
    Offence,
    PersonId,
    Proof,
    Refused,
    Sanction,
    SanctionId,
    decide,
    due,
    explained,
    hear,
    proven,
)
from moderation.verdict import NO_CARE, Care, CareBand, CareKind, Finding

NOW = 1_700_000_000_000
MODERATOR, OTHER, SOMEBODY = PersonId("mod"), PersonId("mod2"), PersonId("somebody")
HIGH = Care(CareBand.HIGH, CareKind.SUICIDE)
ROOT = Path(__file__).parents[2]
# Labels of today's rule book that stand for pain, or for what is owed care.
PAIN = (
    "crisis.suicide", "crisis.passive", "crisis.self_harm", "crisis.abuse", "crisis.infant", "method.request", "pact",
    "threat.now", "threat.other", "drugs.seeking", "context.minor", "medical.harm", "method.information",
)  # fmt: skip


def finding(label: str, care: Care = NO_CARE) -> Finding:
    return Finding(f"rule.{label}", label, (0, 5), "says", care=care)


def decided(step: Step = Step.NOTICE, reason: Reason = Reason.HARASSMENT, **changes: Any) -> Sanction | Refused:
    base: dict[str, Any] = {
        "id": SanctionId("s1"), "case": CaseId("c1"), "findings": [finding("harassment")], "care": NO_CARE,
        "room": "adult/anxiety", "by": MODERATOR, "history": (), "now": NOW,
    }  # fmt: skip
    return decide(step=step, reason=reason, **base | changes)


def made(step: Step = Step.NOTICE, reason: Reason = Reason.HARASSMENT, **changes: Any) -> Sanction:
    """A sanction that stands, whatever the ladder says."""
    lasts = LADDER[step].lasts
    base: dict[str, Any] = {
        "id": SanctionId("s1"), "proof": Proof(CaseId("c1")), "room": "adult/anxiety", "at": NOW,
        "until": None if lasts is None else NOW + lasts, "decided_by": MODERATOR,
    }  # fmt: skip
    return Sanction(step=step, reason=reason, **base | changes)


# disclosure is no offence


def reachable(kind: Any) -> Iterator[Any]:
    """Every type that a value of `kind` can hold, down to the last field."""
    if isinstance(kind, typing.NewType):
        yield kind
    elif isinstance(kind, types.UnionType) or typing.get_origin(kind) is not None:
        for part in typing.get_args(kind):
            yield from reachable(part)
    else:
        yield kind
        if dataclasses.is_dataclass(kind):
            for hint in typing.get_type_hints(kind).values():
                yield from reachable(hint)


def test_a_sanction_has_no_place_for_words_care_or_a_crisis() -> None:
    """Its fields lead to steps, reasons, offences, ids and times, and to nothing of verdict.py."""
    held = set(reachable(Sanction))
    assert held <= {
        Sanction, Proof, Step, Reason, Unread, Offence, Appeal, SanctionId, CaseId, PersonId, int, str, types.NoneType
    }  # fmt: skip
    free_text = [name for name, hint in typing.get_type_hints(Sanction).items() if hint is str]
    assert free_text == ["room"]
    assert not held & {Care, CareBand, CareKind, Finding, verdict.Verdict}


def test_no_reason_and_no_offence_shares_a_word_with_a_kind_of_crisis_or_a_label_of_pain() -> None:
    """Two lists that never meet."""
    words = {str(one) for one in (*Reason, *Offence)}
    assert words.isdisjoint(str(kind) for kind in CareKind)
    assert words.isdisjoint(PAIN)
    assert not any(word.startswith(("crisis", "method", "pact")) for word in words)


WRONG = """
from moderation.ladder import Reason
from moderation.sanctions import CaseId, Offence, Proof, due
from moderation.verdict import CareKind
fine = Proof(CaseId("c"), frozenset({Offence.SPAM}))
Proof(CaseId("c"), frozenset({CareKind.SUICIDE}))
Proof(CaseId("c"), frozenset({"crisis.suicide"}))
Proof(CareKind.SUICIDE)
due(CareKind.SELF_HARM, (), 0)
reason: Reason = CareKind.SUBSTANCE
"""


def test_the_type_checker_refuses_a_disclosure_as_reason_or_proof(tmp_path: Path) -> None:
    """Each of the five lines is an error, and the line before them is not."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG, encoding="utf-8")
    said, _, _ = mypy.run(["--config-file", str(ROOT / "pyproject.toml"), "--no-error-summary", str(wrong)])
    assert sorted({int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line}) == [6, 7, 8, 9, 10]


@pytest.mark.parametrize("label", [*CareKind, *PAIN, CareBand.HIGH, "harassment"], ids=str)
def test_a_proof_refuses_at_run_time_what_is_no_offence(label: Any) -> None:
    """Also where no type checker looked; a plain word that sounds like an offence is none either."""
    with pytest.raises(TypeError):
        Proof(CaseId("c1"), frozenset({label}))


@pytest.mark.parametrize("case", [CareKind.SUICIDE, CareBand.HIGH, "", None], ids=str)
def test_a_proof_names_a_case_and_nothing_else(case: Any) -> None:
    """An enum of care is a text to Python, and is still refused."""
    with pytest.raises(TypeError):
        Proof(case)


@pytest.mark.parametrize("reason", [*CareKind, "harassment"], ids=str)
def test_a_sanction_refuses_at_run_time_what_is_no_reason(reason: Any) -> None:
    """The same at the next door."""
    with pytest.raises(TypeError):
        made(reason=reason)


@pytest.mark.parametrize("label", PAIN)
@pytest.mark.parametrize("reason", list(Reason))
def test_words_that_only_tell_of_pain_lead_to_nothing_whatever_the_moderator_says(label: str, reason: Reason) -> None:
    """Every reason, every step (R1)."""
    for step in Step:
        assert decided(step, reason, findings=[finding(label, HIGH)], care=HIGH) is Refused.DISCLOSURE


def test_an_offence_beside_a_disclosure_is_proven_by_the_offence_alone() -> None:
    """Care shields disclosure, not harassment; and no trace of the pain stays in the proof."""
    proof = proven(CaseId("c1"), [finding("harassment"), finding("crisis.suicide", HIGH)], HIGH)
    assert proof == Proof(CaseId("c1"), frozenset({Offence.HARASSMENT}))


def test_a_finding_that_brings_care_proves_nothing_whatever_its_label() -> None:
    """Should a rule ever be both."""
    assert proven(CaseId("c1"), [finding("threat", HIGH)], HIGH) is Refused.DISCLOSURE


# the ladder


def test_a_first_offence_starts_where_its_reason_starts() -> None:
    """A moderator may be milder, never harsher."""
    assert isinstance(decided(Step.NOTICE), Sanction)
    assert decided(Step.SLOW) is Refused.TOO_HARSH
    assert isinstance(decided(Step.SUSPENSION, Reason.THREAT, findings=[finding("threat")]), Sanction)
    assert isinstance(decided(Step.NOTICE, Reason.THREAT, findings=[finding("threat")]), Sanction)


def test_the_next_one_is_a_step_higher_while_the_last_one_counts() -> None:
    """And no higher than the reason goes."""
    history = [made(Step.NOTICE)]
    assert due(Reason.HARASSMENT, history, NOW + DAY) is Step.SLOW
    assert due(Reason.HARASSMENT, history, NOW + 31 * DAY) is Step.NOTICE
    assert due(Reason.SPAM, [made(Step.SUSPENSION)], NOW) is Step.SUSPENSION
    assert due(Reason.HARASSMENT, [made(Step.SUSPENSION)], NOW) is Step.BAN


def test_a_lifted_sanction_counts_for_nothing_and_holds_nobody() -> None:
    """As if it had not been."""
    lifted = dataclasses.replace(made(Step.BAN), appeal=Appeal.LIFTED)
    assert due(Reason.HARASSMENT, [lifted], NOW) is Step.NOTICE
    assert InForce((lifted,)).barred(NOW) is None


def test_a_ban_needs_a_finding_or_an_earlier_suspension() -> None:
    """What no filter saw and one person decided alone goes no further than seven days."""
    assert decided(Step.BAN, Reason.GROOMING, findings=[]) is Refused.UNPROVEN
    assert isinstance(decided(Step.SUSPENSION, Reason.GROOMING, findings=[]), Sanction)
    assert isinstance(decided(Step.BAN, Reason.GROOMING, findings=[finding("grooming")]), Sanction)
    assert isinstance(decided(Step.BAN, Reason.GROOMING, findings=[], history=[made(Step.SUSPENSION)]), Sanction)


def test_an_end_may_come_sooner_than_the_ladders_and_never_later() -> None:
    """`until` is a kindness."""
    sooner, later = (
        decided(Step.MUTE, Reason.SEXUAL, until=NOW + HOUR),
        decided(Step.MUTE, Reason.SEXUAL, until=NOW * 2),
    )
    assert isinstance(sooner, Sanction)
    assert isinstance(later, Sanction)
    assert (sooner.until, later.until) == (NOW + HOUR, NOW + DAY)


def test_a_mute_holds_in_its_room_for_its_time_and_a_suspension_everywhere() -> None:
    """What falls due ends by itself: nothing is scheduled."""
    muted = InForce((made(Step.MUTE),))
    assert muted.muted("adult/anxiety", NOW + HOUR)
    assert muted.muted("adult/recovery", NOW + HOUR) is None
    assert muted.muted("adult/anxiety", NOW + DAY) is None
    assert muted.barred(NOW) is None
    assert muted.falls_due(NOW) == NOW + DAY
    suspended = InForce((made(Step.SUSPENSION),))
    assert suspended.barred(NOW + 6 * DAY)
    assert suspended.barred(NOW + 7 * DAY) is None


def test_slow_gives_a_gap_in_its_room_and_a_notice_takes_nothing() -> None:
    """A reminder is only said."""
    assert InForce((made(Step.SLOW),)).gap("adult/anxiety", NOW) == SLOW_GAP
    assert InForce((made(Step.SLOW),)).gap("adult/recovery", NOW) == 0
    noticed = InForce((made(Step.NOTICE),))
    assert (noticed.muted("adult/anxiety", NOW), noticed.gap("adult/anxiety", NOW), noticed.barred(NOW)) == (
        None,
        0,
        None,
    )


def test_every_explanation_says_what_why_how_to_appeal_and_that_help_stays() -> None:
    """For every step and reason; never who."""
    for step in Step:
        for reason in Reason:
            says = explained(made(step, reason))
            assert LADDER[step].says in says
            assert GRAVITY[reason].says in says
            assert "another person" in says
            assert "Help lines" in says
            assert "mod" not in says.lower().replace("moment", "")


# appeals


def test_an_appeal_is_heard_once_by_another_person() -> None:
    """The table, walked."""
    opened = hear(made(Step.MUTE), Hearing.FILE, SOMEBODY)
    assert isinstance(opened, Sanction)
    assert opened.appeal is Appeal.OPEN
    assert hear(opened, Hearing.FILE, SOMEBODY) is Refused.NOT_NOW
    assert hear(opened, Hearing.LIFT, MODERATOR) is Refused.SAME_PERSON
    lifted = hear(opened, Hearing.LIFT, OTHER)
    assert isinstance(lifted, Sanction)
    assert (lifted.appeal, lifted.heard_by) == (Appeal.LIFTED, OTHER)
    assert hear(lifted, Hearing.UPHOLD, OTHER) is Refused.NOT_NOW


def test_an_appeal_cannot_be_heard_before_it_is_made() -> None:
    """Nobody lifts in passing."""
    assert hear(made(Step.MUTE), Hearing.LIFT, OTHER) is Refused.NOT_NOW


def test_only_a_ban_has_no_end() -> None:
    """By construction."""
    with pytest.raises(ValueError, match="end"):
        made(Step.MUTE, until=None)
    with pytest.raises(ValueError, match="end"):
        made(Step.BAN, until=NOW)


# ten thousand histories


def words_of(dice: random.Random) -> tuple[list[Finding], Care]:
    """What the filter might say of some words: pain, an offence, both, or nothing."""
    pain = [finding(label, HIGH) for label in dice.sample(PAIN, dice.randrange(3))] if dice.random() < 0.6 else []
    offences = (
        [finding(str(one)) for one in dice.sample(list(Offence), dice.randrange(3))] if dice.random() < 0.5 else []
    )
    care = Care(CareBand(dice.randrange(1, 5)), dice.choice(list(CareKind))) if pain or dice.random() < 0.1 else NO_CARE
    return pain + offences, care


def a_history(seed: int) -> Iterator[tuple[Sanction, list[Finding], Care]]:
    """A person's year among flag bombs and moderators who try everything they may send; each sanction, and what for."""
    dice = random.Random(seed)
    history: list[Sanction] = []
    now = NOW
    for number in range(dice.randrange(4, 10)):
        now += dice.randrange(20 * DAY)
        findings, care = words_of(dice)
        if dice.random() < 0.3:
            ground = dice.choice(list(reports.Ground))
            bomb = [
                reports.Report(id=f"{number}/{n}", by=f"g{n}", room="r", ground=ground, at=now, came=now)
                for n in range(dice.randrange(1, 9))
            ]
            assert isinstance(reports.urgency(bomb), reports.Urgency)  # and that is all they can do
        came = decide(
            id=SanctionId(f"s{number}"), step=dice.choice(list(Step)), reason=dice.choice(list(Reason)),
            case=CaseId(f"c{number}"), findings=findings, care=care, room=dice.choice("ab"), by=MODERATOR,
            history=history, now=now,
        )  # fmt: skip
        if isinstance(came, Sanction):
            history.append(came)
            yield came, findings, care
        if history and dice.random() < 0.3:
            place = dice.randrange(len(history))
            heard = hear(history[place], dice.choice(list(Hearing)), dice.choice([MODERATOR, OTHER]))
            if isinstance(heard, Sanction):
                history[place] = heard


def test_ten_thousand_moderation_histories_hold_no_sanction_that_followed_from_a_disclosure() -> None:
    """Every one rests on an offence the filter saw, or on words without any care; each proof holds offences only."""
    seen = disclosures = 0
    for seed in range(10_000):
        for sanction, findings, care in a_history(seed):
            offences = {one.label for one in findings if one.care is NO_CARE}
            assert sanction.proof.labels or care.band is CareBand.NONE
            assert {str(label) for label in sanction.proof.labels} <= offences
            seen += 1
            disclosures += care.band is not CareBand.NONE
    assert seen > 10_000
    assert disclosures > 500  # offences beside a disclosure were among them, so the sweep looks at the hard case too


labels = st.lists(st.tuples(st.sampled_from([*PAIN, *map(str, Offence), "anything.else"]), st.booleans()), max_size=6)


@given(labels, st.sampled_from(list(CareBand)), st.sampled_from(list(Reason)), st.sampled_from(list(Step)))
def test_no_verdict_at_all_turns_a_disclosure_into_a_sanction(
    found: list[tuple[str, bool]], band: CareBand, reason: Reason, step: Step
) -> None:
    """The same over every mixture of labels that hypothesis can think of."""
    findings = [finding(label, HIGH if cares else NO_CARE) for label, cares in found]
    came = decided(step, reason, findings=findings, care=Care(band, CareKind.SUICIDE if band else None))
    if isinstance(came, Sanction) and band is not CareBand.NONE:
        clean = {label for label, cares in found if not cares}
        assert came.proof.labels
        assert {str(label) for label in came.proof.labels} <= clean & set(map(str, Offence))
