"""Several messages of one person: two signs that differ hold, care said again rises, and nothing else follows."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import books, conversation, policy, shield
from moderation.conversation import Brought, Conversation, raised, weighed
from moderation.policy import PackError
from moderation.verdict import NO_CARE, Action, Care, CareBand, CareKind, Submission, Verdict
from tests.support.judging import HARSH, OPEN, judge
from tests.support.talking import fresh, talk

NONE, INFO, CONCERN, HIGH, IMMINENT = CareBand
GENERAL = policy.load()["general"]
GROOMING = GENERAL.together[conversation.GROOMING]
assert GENERAL.repeated is not None
REPEATED = GENERAL.repeated
LOW = Care(CONCERN, CareKind.SUICIDE)
TALKS = yaml.safe_load((Path(__file__).parent / "dialogues.yaml").read_text(encoding="utf-8"))


def rules_of(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


def heard(
    window: Conversation, brought: Brought, text: str = "x", now: float = 0.0, **context: Any
) -> tuple[float, Care]:
    """What one message comes to as grooming, and as care where it brings concern by itself."""
    submission = Submission(text, **{"lane": "l", "author": "a"} | context)
    earlier, said = window.before(submission, brought, now)
    return weighed(earlier, said, GROOMING), raised(earlier, said, LOW if brought.grave else NO_CARE, REPEATED)


def signs(*names: str) -> Brought:
    return Brought(frozenset(names))


# two signs


def test_two_questions_that_differ_are_held_and_one_is_nothing() -> None:
    judging = fresh()
    answers = talk(judging, ["how old are you", "nice", "got a selfie?"])
    assert [answer.action for answer in answers] == [Action.ALLOW, Action.ALLOW, Action.HOLD]
    assert rules_of(answers[-1]) == {conversation.GROOMING}
    assert answers[-1].says
    assert not answers[-1].model_alone


def test_the_same_question_again_and_what_is_said_later_are_nothing() -> None:
    assert talk(fresh(), ["how old are you", "how old r u"])[-1].action is Action.ALLOW
    late = talk(fresh(), ["how old are you", "got a selfie?"], gap=3 * GROOMING.within)
    assert late[-1].action is Action.ALLOW


@pytest.mark.parametrize(
    ("texts", "context"),
    [
        (["he asked how old are you", 'then he wrote "got a selfie?"'], {}),
        (["how old are you", "i want to die, got a selfie?"], {}),
        (["how old are you", "got a selfie?"], {"role": "moderator"}),
    ],
)
def test_what_is_told_quoted_disclosed_or_asked_by_the_team_is_no_sign(
    texts: list[str], context: dict[str, Any]
) -> None:
    answers = talk(fresh(), texts, **context)
    assert not any(rules_of(answer) & conversation.LABELS for answer in answers)


def test_a_listener_may_ask_how_somebody_is_and_where_and_no_secrets() -> None:
    asked = ("age", "place", "alone", "secret")
    assert conversation.signs((), asked, (), frozenset(GROOMING.signs), "listener") == {"asks.secret"}
    assert conversation.signs((), asked, (), frozenset(GROOMING.signs), "responder") == frozenset()
    assert len(conversation.signs((), asked, (), frozenset(GROOMING.signs), "peer")) == 4


def test_signs_in_one_message_are_one_message() -> None:
    """Words that look like two things are often one thing."""
    window = Conversation()
    assert heard(window, signs("asks.age", "grooming.sign", "asks.picture"))[0] == 0
    assert heard(window, signs("asks.age"), "y")[0] == 0
    assert heard(window, signs("asks.secret"), "z")[0] == 1


def test_signs_towards_one_person_count_longer_and_in_every_room() -> None:
    hours = 2 * 3600.0 + 1
    for second, found in (("b", True), ("c", False), ("", False)):
        window = Conversation()
        heard(window, signs("asks.picture"), towards="b")
        score, _ = heard(window, signs("asks.secret"), "y", hours, lane="m", towards=second)
        assert (score > 0.9) is found


def test_a_shy_newcomer_is_never_held_and_somebody_who_probes_often_is() -> None:
    """The talks of the creep shield: what is found here is found in the first talk already."""
    for number, each in enumerate(TALKS["newcomers"]):
        mine = [line["me"] for line in each if "me" in line]
        answers = talk(fresh(), mine, author=f"n{number}")
        assert not any(rules_of(answer) & conversation.LABELS for answer in answers), number
    caught = 0
    for prober in TALKS["probers"]:
        mine = [[line["me"] for line in each if "me" in line] for each in prober["sessions"]]
        caught += any(conversation.GROOMING in rules_of(answer) for each in mine for answer in talk(fresh(), each))
    assert caught >= len(TALKS["probers"]) / 2


# care


def test_danger_told_again_within_half_an_hour_is_one_band_more() -> None:
    answers = talk(fresh(), ["i don't want to be here anymore", "sorry", "everyone would be better off without me"])
    assert [answer.care.band for answer in answers] == [CONCERN, NONE, HIGH]
    assert [answer.action for answer in answers] == [Action.ALLOW] * 3
    late = talk(fresh(), ["i don't want to be here anymore", "everyone would be better off without me"], gap=1801.0)
    assert [answer.care.band for answer in late] == [CONCERN, CONCERN]


def test_the_same_words_a_retry_and_pieces_of_one_sentence_are_not_said_again() -> None:
    window = Conversation()
    ruled = Brought(grave="rule")
    assert heard(window, ruled, "one", key="k")[1] == LOW
    assert heard(window, ruled, "one", key="k")[1] == LOW
    assert heard(window, ruled, "one", key="other")[1] == LOW
    assert heard(window, dataclasses.replace(ruled, pieced=True), "two", key="l")[1] == LOW
    assert heard(window, ruled, "three", key="m")[1].band is HIGH


def test_the_model_alone_needs_more_and_who_says_they_are_safe_is_believed() -> None:
    window = Conversation()
    guesses = [heard(window, Brought(grave="model"), f"text {number}")[1].band for number in range(6)]
    assert guesses == [CONCERN] * 5 + [HIGH]
    heard(window, Brought(denied=True), "i'm safe")
    assert heard(window, Brought(grave="rule"), "again")[1] == LOW


def test_nearly_heavy_three_times_brings_a_card() -> None:
    window = Conversation()
    bands = [heard(window, Brought(near=True), f"text {number}")[1].band for number in range(3)]
    assert bands == [NONE, NONE, INFO]


# pieces


def test_only_short_messages_of_the_last_two_minutes_are_joined() -> None:
    said = Submission("and", lane="l", author="a", recent=("long ago", "one", "two"), since=(500.0, 20.0, 10.0))
    assert conversation.joined(said) == ("one two and", 8)
    assert conversation.joined(dataclasses.replace(said, recent=("one", "x" * 49), since=(20.0, 10.0))) is None
    assert conversation.joined(dataclasses.replace(said, text="x" * 49)) is None
    assert conversation.joined(dataclasses.replace(said, since=())) is None  # nobody knows when


# properties

TEXTS = st.sampled_from(
    (
        *OPEN, *HARSH[:2], "how old are you", "are you a girl?", "got a selfie?", "keep this between us",
        "everyone would be better off without me", "i wish i wouldn't wake up", "you lot are pathetic", "ok", "i want",
    )
)  # fmt: skip
STEPS = st.lists(st.tuples(TEXTS, st.sampled_from("ab"), st.sampled_from("lm"), st.floats(0, 600)), max_size=8)


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_with_any_history_care_is_never_less_and_touches_no_action(steps: list[Any]) -> None:
    """Against the same message alone: more care at most by a band and never above high; a hold needs two signs."""
    judging, now = fresh(), 0.0
    signed: dict[str, set[object]] = {}
    for place, (text, author, lane, pause) in enumerate(steps):
        now += pause
        submission = Submission(text, lane=lane, author=author, key=str(place))
        alone, after = judge().judge(submission, now), judging.judge(submission, now)
        assert alone.care.band <= after.care.band <= max(alone.care.band, min(HIGH, CareBand(alone.care.band + 1)))
        together = rules_of(after) & {conversation.GROOMING, conversation.HARASSMENT}
        assert after.action is alone.action or together
        assert after.action <= max(alone.action, Action.HOLD)
        if together:
            assert signed.get(author)
        signed.setdefault(author, set()).add(text)


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_a_verdict_depends_on_nobody_who_shares_the_batch(steps: list[Any]) -> None:
    """Together, one by one, and one author after the other."""
    said = [Submission(text, lane=lane, author=author, key=str(n)) for n, (text, author, lane, _) in enumerate(steps)]
    together = fresh().judge_all(said, 0.0)
    judging = fresh()
    assert [judging.judge(one, 0.0) for one in said] == together
    apart = sorted(said, key=lambda one: one.author)
    by_key = {one.key: answer for one, answer in zip(apart, fresh().judge_all(apart, 0.0), strict=True)}
    assert [by_key[one.key] for one in said] == together


NAMES = st.frozensets(st.sampled_from(sorted(GROOMING.signs)), max_size=3)


@given(st.lists(st.tuples(NAMES, st.sampled_from("xyz"), st.sampled_from("lm"), st.floats(0, 9000)), max_size=60))
def test_a_window_is_bounded_and_nothing_is_found_without_two_signs_that_differ(steps: list[Any]) -> None:
    window, now, seen = Conversation(), 0.0, set[object]()
    for names, text, lane, pause in steps:
        now += pause
        score, _ = heard(window, Brought(names), text, now, lane=lane)
        seen |= {(name, text) if name.startswith("model.") else name for name in names}
        assert 0 <= score <= 1
        assert not score or (len(seen) >= 2 and names)
        assert window.kept("a") <= 32


def test_looking_changes_nothing_and_people_are_forgotten_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Conversation()
    heard(window, signs("asks.age"), dry=True)
    assert len(window) == 0
    monkeypatch.setattr(conversation, "MOST_PEOPLE", 3)
    for author in "abcd":
        heard(window, signs("asks.age"), author=author)
    assert (len(window), window.kept("a"), window.kept("d")) == (3, 0, 1)


@pytest.mark.parametrize(
    "change", [{"repeated": {"high": 3}}, {"together": {"kindness": {}}}, {"together": {conversation.GROOMING: {}}}]
)
def test_a_pack_in_which_one_message_would_be_enough_is_refused(change: dict[str, Any]) -> None:
    written = policy.read()
    written["general"] = policy.laid_over(written["general"], change)
    with pytest.raises(PackError):
        policy.build({"general": written["general"]})


def test_every_label_found_here_may_be_acted_on_by_packs() -> None:
    assert conversation.LABELS <= books.STAGES
    assert set(GENERAL.together) <= set(GENERAL.actions)


# asking


def test_nothing_is_asked_without_a_word_the_prefilter_listens_for() -> None:
    questions = shield.packaged()
    cues = conversation.cues(questions)
    asked = [text.lower() for one in questions.questions for text in one.hits if questions.asked(text)]
    assert len(asked) > 20
    assert all(any(cue in " ".join(text.replace("’", "'").split()) for cue in cues) for text in asked)
    assert not any(cue in "thank you, that means a lot to me" for cue in cues)


def test_a_score_is_nearly_enough_below_its_mark_and_not_far_below() -> None:
    levels = conversation.near(("abuse", "hate", "groom"), {"abuse": 0.5, "groom": 0.9})
    assert conversation.nearly((0.4, 0.4, 0.4), levels) == {"abuse"}
    assert conversation.nearly((0.5, 1.0, 0.8), levels) == {"groom"}
    assert conversation.nearly((), levels) == frozenset()
