"""The pipeline: one explained verdict for each submission, whatever the words wear and whoever shares the batch."""

from __future__ import annotations

import dataclasses
import time
import typing
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import model, pipeline, policy, verdict
from moderation.model import Model, ModelError
from moderation.opinion import Opinion
from moderation.pipeline import FAULT_SAYS, MOST_LAPS, Pipeline
from moderation.verdict import Action, CareBand, Submission
from moderation.work import Unsure
from tests.support.doubting import ALWAYS, NEVER, doubting
from tests.support.effort import calls
from tests.support.judging import HARSH, OPEN, PATIENT, judge, labelled, said, stopped, supportive
from tests.support.tiny import tiny

CONTACTS = (
    "ring me on 07700 900142",
    "I'm @quietmaple_92 on insta",
    "see https://stillhere.example/x",
    "mail a.b@example.org",
)
TEXTS = st.one_of(
    st.sampled_from((*HARSH, *OPEN, *CONTACTS)),
    st.lists(
        st.sampled_from((*HARSH, *OPEN, *CONTACTS, "you", "i", "not", "never", "kill", "?", "lol")), max_size=4
    ).map(" ".join),
    st.text(max_size=80),
)

# judging


@pytest.mark.parametrize("text", OPEN)
def test_pain_is_delivered_as_it_was_written(text: str) -> None:
    """Coarse, venting, idiom, past, quoted, supportive, reclaimed, denied: nobody is silenced (F21)."""
    answer = said(text)
    assert answer.action is Action.ALLOW
    assert answer.text == text


@pytest.mark.parametrize("text", HARSH)
def test_harm_reaches_nobody_and_its_author_is_told_why(text: str) -> None:
    """R2: the finding says where and why, in plain words."""
    answer = said(text)
    assert answer.action is Action.BLOCK
    assert answer.text is None
    assert answer.says
    for finding in answer.findings:
        start, end = finding.span
        assert 0 <= start < end <= len(text)
        assert finding.says


def right(case: dict[str, typing.Any]) -> bool:
    """Whether the verdict on a labelled case is one its label accepts."""
    answer = said(case["text"])
    word = "no" if answer.action >= Action.HOLD else "masked" if answer.action is Action.MASK else "yes"
    least, most = (CareBand[case[end].upper()] for end in ("care_at_least", "care_at_most"))
    return word in case["deliver"] and least <= answer.care.band <= most


def silenced(case: dict[str, typing.Any]) -> bool:
    return "no" not in case["deliver"] and stopped(said(case["text"]))


def test_the_labelled_suite_is_right() -> None:
    """M2: at least 0.95 of the cases, averaged by category, and none of the open ones silenced."""
    found: dict[str, list[bool]] = {}
    for case in labelled():
        found.setdefault(case["category"], []).append(right(case))
    assert [case["id"] for case in labelled() if silenced(case)] == []
    assert sum(sum(each) / len(each) for each in found.values()) / len(found) >= 0.95


@pytest.mark.parametrize("case", labelled("more_cases"), ids=lambda case: case["id"])
def test_a_case_once_right_stays_right(case: dict[str, typing.Any]) -> None:
    assert right(case)


def test_supportive_talk_is_not_silenced_or_masked() -> None:
    """M1, on a sample of real supportive messages: at most 0.25 % held or blocked, few masked."""
    texts = supportive()
    answers = judge().judge_all(
        [Submission(text, lane="l", author=str(number)) for number, text in enumerate(texts)], 0.0
    )
    assert sum(map(stopped, answers)) <= 0.0025 * len(texts)
    masked = [finding.rule for answer in answers if answer.action is Action.MASK for finding in answer.findings]
    assert {rule.split(".")[0] for rule in masked} <= {"contact", "crisis"}


@given(st.lists(TEXTS, max_size=6), st.data())
def test_a_verdict_does_not_depend_on_who_shares_the_batch(texts: list[str], data: st.DataObject) -> None:
    """Together, alone, in another order."""
    submissions = [Submission(text, lane="l", author=str(number)) for number, text in enumerate(texts)]
    together = judge().judge_all(submissions, 0.0)
    assert together == [judge().judge(each, 0.0) for each in submissions]
    order = data.draw(st.permutations(range(len(texts))))
    assert judge().judge_all([submissions[place] for place in order], 0.0) == [together[place] for place in order]


@given(st.lists(st.tuples(TEXTS, st.booleans()), max_size=14))
@settings(max_examples=30)
def test_check_gives_the_verdict_send_would_get(steps: list[tuple[str, bool]]) -> None:
    """F22, flood windows included: looking changes nothing."""
    judging = flooding()
    for turn, (text, again) in enumerate(steps):
        sent = Submission(text, lane="l", author="a", key=str(turn))
        for _ in range(1 + again):
            foreseen = judging.judge(dataclasses.replace(sent, dry=True), turn * 0.2)
        assert judging.judge(sent, turn * 0.2) == foreseen


_FLOODING = pipeline.load(stopwatch=time.perf_counter, budget=PATIENT)


def flooding() -> Pipeline:
    """A pipeline with windows of its own; the rule book is shared, it has no state."""
    fresh = _FLOODING
    fresh.__dict__["_flood"] = type(_FLOODING.__dict__["_flood"])()
    return fresh


@given(st.sampled_from(CONTACTS), TEXTS, TEXTS)
def test_what_is_masked_is_nowhere_in_what_is_fanned_out(detail: str, before: str, after: str) -> None:
    """Whatever stands around it."""
    text = f"{before} {detail} {after}"
    answer = said(text)
    if answer.action is Action.ALLOW:
        assert not [finding for finding in answer.findings if finding.label.startswith("contact.")]
    for finding in answer.findings:
        if answer.text is not None and finding.label.startswith("contact."):
            hidden = text[slice(*finding.span)]
            assert answer.text.count(hidden) < text.count(hidden)


@given(st.sampled_from(HARSH), TEXTS)
def test_a_suggestion_passes_the_same_pipeline(harsh: str, around: str) -> None:
    """F22: one tap to send it."""
    for text in (f"{around}. {harsh}", f"{harsh}. {around}"):
        offered = said(text).suggestion
        if offered is not None:
            assert said(offered).action is Action.ALLOW


def test_most_stopped_messages_come_with_a_version_that_passes() -> None:
    assert said("I had a long night with the baby. You stupid bitch.").suggestion == "I had a long night with the baby."
    assert said("what's the least painful way to do it?").suggestion is not None


# faults


def test_a_stage_that_raises_holds_and_says_so_calmly() -> None:
    """X36: never passed, never lost, visible; and the next message heals it."""

    class Broken(str):
        """A text no stage can read."""

        def isascii(self) -> bool:
            raise RuntimeError("gone")

    judging = pipeline.load(stopwatch=time.perf_counter, budget=PATIENT, flood=False)
    answer = judging.judge(Submission(Broken("words"), lane="l", author="a"), 0.0)
    assert (answer.action, answer.faulty, answer.says, answer.text) == (Action.HOLD, True, FAULT_SAYS, None)
    assert not judging.healthy
    assert judging.last_fault == "normalise: RuntimeError"
    assert judging.judge(Submission("words", lane="l", author="a"), 0.0).action is Action.ALLOW
    assert judging.healthy
    assert judging.faults == 1


def test_a_stage_that_takes_too_long_holds() -> None:
    """F45: a stopwatch that runs a second per look is a filter that stalls."""
    ticks = iter(range(1_000_000))
    judging = pipeline.load(stopwatch=lambda: float(next(ticks)), budget=0.5, flood=False)
    answers = judging.judge_all([Submission(text, lane="l", author="a") for text in ("hello", "there")], 0.0)
    assert [(answer.action, answer.faulty) for answer in answers] == [(Action.HOLD, True)] * 2
    assert not judging.healthy


def test_one_broken_message_does_not_touch_its_neighbours() -> None:
    good = Submission("hello there", lane="l", author="a")
    bad = Submission(typing.cast(str, None), lane="l", author="b")
    answers = judge().judge_all([good, bad, good], 0.0)
    assert [answer.action for answer in answers] == [Action.ALLOW, Action.HOLD, Action.ALLOW]


@pytest.mark.parametrize(
    "text", ["", "a" * 4096, "🙂" * 2000, "\u0301" * 500, "\x00" * 50, "k " * 2000, "1" * 3000, "." * 3000]
)
def test_any_text_gets_a_verdict(text: str) -> None:
    assert not said(text).faulty


def test_four_thousand_letters_cost_no_more_work_than_forty() -> None:
    """X35, the whole pipeline, in functions called."""
    said("a" * 4096)
    assert calls(lambda: said("a" * 4096)) <= calls(lambda: said("a" * 40)) + 20


# types


def test_nothing_a_sanction_could_read_holds_a_disclosure() -> None:
    """R1 by type: care is a type of its own, apart from the action, and findings that bring care have no action."""
    fields = {field.name for field in dataclasses.fields(verdict.Verdict)}
    assert {"action", "care"} <= fields
    assert {field.name for field in dataclasses.fields(verdict.Care)} == {"band", "kind"}
    acting = set(judge().packs["general"].actions)
    assert not [label for label in acting if label.startswith(("crisis", "context"))]


def test_a_method_request_is_held_with_care_high() -> None:
    """Shown to nobody, seen by a person at once, and its author is cared for."""
    answer = said("what's the least painful way to do it? asking for me")
    assert (answer.action, answer.care.band) == (Action.HOLD, CareBand.HIGH)


def test_care_is_paid_whatever_the_action_is() -> None:
    answer = said("I want to kill myself tonight. you are a disgusting pig")
    assert answer.action is Action.BLOCK
    assert answer.care.band >= CareBand.HIGH


def test_the_packs_have_names_and_each_is_loaded() -> None:
    assert set(pipeline.pack_names()) == set(judge().packs)


def test_each_stage_s_time_is_told_once_and_only_so_many_are_kept() -> None:
    """Whoever reads the times takes them; nobody reading costs no memory."""
    judge = pipeline.load(stopwatch=iter(range(10**9)).__next__, budget=1e9, flood=False)
    for _ in range(MOST_LAPS):
        judge.judge(Submission("good evening, all", lane="l", author="a"), 0.0)
    laps = judge.take_laps()
    assert len(laps) == MOST_LAPS
    assert {stage for stage, _ in laps} >= {"normalise", "contact", "rules", "crisis", "policy"}
    assert all(seconds > 0 for _, seconds in laps)
    assert judge.take_laps() == []


def test_a_model_that_breaks_on_one_message_holds_only_that_one() -> None:
    """X36: together first, then each alone, so that nobody else pays for it."""

    class Breaking(Model):
        """Cannot read one text."""

        def __init__(self) -> None:
            self.__dict__ = model.packaged().__dict__

        def scores(self, texts: Sequence[str]) -> typing.Any:
            if any("zonk" in text for text in texts):
                raise RuntimeError("gone")
            return super().scores(texts)

    judging = pipeline.load(stopwatch=time.perf_counter, budget=PATIENT, flood=False, model=Breaking())
    answers = judging.judge_all([Submission(text, lane="l", author="a") for text in ("hello", "zonk", "there")], 0.0)
    assert [answer.faulty for answer in answers] == [False, True, False]
    assert judging.last_fault == "model: RuntimeError"


# the second opinion

_TALK = st.lists(
    st.builds(
        Submission,
        TEXTS,
        lane=st.sampled_from(["one", "two"]),
        author=st.sampled_from(["ana", "ben"]),
        kind=st.sampled_from(["message", "message", "edit", "alias", "note"]),
        pack=st.sampled_from(["general", "recovery", "teen", "no such pack"]),
        dry=st.booleans(),
        recent=st.lists(st.sampled_from(["go", "kill", "you are"]), max_size=2).map(tuple),
    ),
    max_size=14,
)
SOME = {"model.abuse": (0.02, 0.6), "model.passive": (0.05, 0.5)}


@given(_TALK, st.sampled_from([ALWAYS, SOME, NEVER]))
@settings(max_examples=60, deadline=None)
def test_the_verdict_is_the_same_in_one_half_and_in_two(talk: list[Submission], bands: dict[str, policy.Band]) -> None:
    """Whoever is waited for, however the talk is cut into ticks; windows of flood included."""
    whole, halves, ticks = (doubting(bands, flood=True) for _ in range(3))
    expected = whole.judge_all(talk, 5.0)
    assert [settled(halves, first) for first in halves.first_all(talk, 5.0)] == expected
    assert [settled(ticks, ticks.first_all((one,), 5.0)[0]) for one in talk] == expected


def settled(judging: Pipeline, first: verdict.Verdict | Unsure) -> verdict.Verdict:
    """As the server does it, without waiting."""
    if isinstance(first, verdict.Verdict):
        return first
    if not first.asks:
        return judging.settled(first)
    return judging.settled(first, tiny().scores([first.text], [first.small])[0].tolist())


@given(_TALK)
@settings(max_examples=60, deadline=None)
def test_nothing_uncertain_is_shown_where_no_second_opinion_is_to_be_had(talk: list[Submission]) -> None:
    """X36: held with calm words, for the model's doubt alone; what rules stop is stopped, and care is what it was."""
    judging = doubting(SOME)
    for one in talk:
        plain, first = doubting(NEVER).judge(one, 0.0), judging.first_all((one,), 0.0)[0]
        if isinstance(first, verdict.Verdict):
            assert first == dataclasses.replace(plain, suggestion=first.suggestion)  # no uncertain one is offered
            continue
        aside = judging.aside(first)
        assert aside.action >= Action.HOLD
        assert aside.text is None
        assert aside.care == plain.care
        if aside.action is Action.HOLD and aside.faulty:
            assert (aside.says, aside.model_alone) == (FAULT_SAYS, True)
        else:
            assert aside == dataclasses.replace(plain, suggestion=aside.suggestion)
    assert judging.healthy


def test_a_second_opinion_that_fails_holds_only_who_asked_for_it() -> None:
    def broken() -> Opinion:
        raise ModelError("gone")

    judging = doubting({"model.groom": (0.1, 1.0)}, opinion=broken)
    talk = ("thank you all", "send me a pic, i won't tell your mum", "good night everyone here")
    answers = judging.judge_all([Submission(text, lane=text, author="a") for text in talk], 0.0)
    assert [answer.faulty for answer in answers] == [False, True, False]
    assert judging.last_fault == "second: ModelError"


def test_a_glance_is_the_verdict_of_the_model_alone() -> None:
    for text in (*HARSH, *OPEN):
        said = Submission(text, lane="l", author="a", dry=True)
        glanced, alone = doubting(ALWAYS).glance(said, 0.0), doubting(NEVER).judge(said, 0.0)
        assert glanced == dataclasses.replace(alone, suggestion=glanced.suggestion)  # what is uncertain is not offered


def test_the_uncertain_are_few() -> None:
    """M14: at most one supportive message in twenty is read twice."""
    talk = [Submission(text, lane="l", author="a") for text in supportive()]
    judging = doubting(judge().packs["general"].second)
    asked = [first for first in judging.first_all(talk, 0.0) if isinstance(first, Unsure) and first.asks]
    assert len(asked) <= 0.05 * len(talk)
