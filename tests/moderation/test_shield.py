"""The creep shield: who asks many people is seen, who asks back, worries or is clumsy is not (F29)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from moderation import lines, shield
from moderation.shield import DAY, Level, Probe, ProbingError, Questions, Sign
from moderation.verdict import Action, CareBand, Finding
from tests.support.judging import said

TALKS = yaml.safe_load((Path(__file__).parent / "dialogues.yaml").read_text(encoding="utf-8"))
QUESTIONS = shield.load()


def asked(probe: Probe, partner: str, day: float = 0.0) -> Sign:
    return Sign(probe, partner, int(day * DAY), "adult/anxiety")


class Person:
    """Somebody who is counted over the talks they have, as the server would."""

    def __init__(self, questions: Questions = QUESTIONS) -> None:
        self.questions = questions
        self.signs: list[Sign] = []
        self.held = 0
        self.level = Level.NONE

    def talks(self, talk: Sequence[dict[str, str]], partner: str, day: float) -> None:
        before: list[tuple[str, str]] = []
        for place, line in enumerate(talk):
            ((who, text),) = line.items()
            at = int(day * DAY) + place * 20_000
            if who == "me":
                self.says(text, partner, at, before)
            before.append((who, text))

    def says(self, text: str, partner: str, at: int, before: list[tuple[str, str]]) -> None:
        own = tuple(words for who, words in before if who == "me")
        verdict = said(text, one_on_one=True, recent=own)
        heard = [said(words) for who, words in before[-3:] if who == "you"]
        worried = any(one.care.band >= CareBand.CONCERN for one in heard)
        probes = self.questions.probes(text, verdict.findings)
        self.held += bool(probes) and self.level is Level.HOLD
        for probe in self.questions.counted(probes, before=before, by="me", worried=worried):
            self.signs.append(Sign(probe, partner, at))
        self.level = self.questions.level(self.signs, at)


def newcomers() -> Iterator[Any]:
    return ((f"newcomer-{number}", talk) for number, talk in enumerate(TALKS["newcomers"]))


def test_every_question_is_found_in_its_hits_and_nowhere_in_its_misses() -> None:
    """The file proves itself, kind by kind."""
    for question in QUESTIONS.questions:
        for text in question.hits:
            assert question.probe in QUESTIONS.asked(text), text
        for text in question.misses:
            assert not QUESTIONS.asked(text), text


def test_there_are_thirty_newcomers_and_fifteen_sessions_of_probers() -> None:
    """As many as the figure below speaks of."""
    assert len(TALKS["newcomers"]) >= 30
    assert sum(len(prober["sessions"]) for prober in TALKS["probers"]) >= 15


@pytest.mark.parametrize("prober", TALKS["probers"], ids=lambda prober: prober["name"])
def test_a_prober_is_stopped_by_the_third_session(prober: dict[str, Any]) -> None:
    """Somebody of the team reads first what they ask the third person, at the latest."""
    person = Person()
    for number, (talk, day) in enumerate(zip(prober["sessions"], prober["days"], strict=True)):
        person.talks(talk, f"partner-{number}", day)
    assert person.level is Level.HOLD
    assert person.held >= 1


def test_no_prober_is_stopped_in_the_first_session() -> None:
    """One talk is not enough to judge anybody by, whatever was asked in it."""
    for prober in TALKS["probers"]:
        person = Person()
        person.talks(prober["sessions"][0], "partner", 0)
        assert person.held == 0


def test_a_shy_newcomer_is_never_even_watched() -> None:
    """In none of the talks, however clumsy the question."""
    for name, talk in newcomers():
        person = Person()
        person.talks(talk, "partner", 0)
        assert person.level is Level.NONE, name


def test_somebody_who_has_all_the_newcomers_talks_in_one_month_is_not_watched_either() -> None:
    """Thirty shy evenings with thirty people do not add up to a prober."""
    person = Person()
    for number, (_, talk) in enumerate(newcomers()):
        person.talks(talk, f"partner-{number}", number)
    assert person.level is Level.NONE


def test_labelled_everyday_lines_hardly_ever_ask_a_strangers_question() -> None:
    """Of the lines that may be delivered (the held-out third is not looked at), under one in two hundred."""
    open_lines = [case for case in lines.written() if not case.held_out and case.deliver == {"yes"}]
    found = [case.id for case in open_lines if QUESTIONS.asked(case.text)]
    assert len(open_lines) > 1000
    assert len(found) <= len(open_lines) / 200


def test_asking_back_is_not_counted() -> None:
    """Who was asked first may ask the same."""
    before = [("them", "how old are you?"), ("me", "19")]
    assert not QUESTIONS.counted(frozenset({Probe.AGE}), before=before, by="me", worried=False)
    assert QUESTIONS.counted(frozenset({Probe.AGE}), before=[("me", "how old are you?")], by="me", worried=False)


def test_worry_about_somebody_who_just_told_of_pain_is_not_counted() -> None:
    """ "Are you alone?" is a good question then; asking for a picture is not."""
    alone = frozenset({Probe.ALONE})
    assert not QUESTIONS.counted(alone, before=[], by="me", worried=True)
    assert QUESTIONS.counted(alone | {Probe.PICTURE}, before=[], by="me", worried=True)


def test_findings_of_the_filter_count_as_probes() -> None:
    """Rule, contact or model: the shield reads labels."""
    found = [Finding("groom.secrecy", "grooming", (0, 3), "")]
    assert QUESTIONS.probes("hello", found) == {Probe.PRESSED}
    assert QUESTIONS.probes("hello", [Finding("crisis.x", "crisis.suicide", (0, 3), "")]) == frozenset()


def test_several_partners_weigh_more_than_repeats_to_one() -> None:
    """The whole idea."""
    many = [asked(Probe.AGE, f"p{number}") for number in range(4)]
    one = [asked(Probe.AGE, "p", number / 100) for number in range(4)]
    assert QUESTIONS.score(many, 0) > 2 * QUESTIONS.score(one, DAY)


def test_one_partner_never_leads_to_a_hold() -> None:
    """However long two people talk."""
    signs = [asked(probe, "p", day) for probe in Probe for day in range(30)]
    assert QUESTIONS.level(signs, 30 * DAY) is Level.WATCH


def test_levels_fade_with_time() -> None:
    """Half after a month; nothing is for ever."""
    signs = [asked(probe, partner) for probe in (Probe.AGE, Probe.CONTACT) for partner in ("a", "b", "c")]
    levels = [QUESTIONS.level(signs, days * DAY) for days in (0, 25, 90)]
    assert levels == [Level.HOLD, Level.WATCH, Level.NONE]
    assert shield.kept(signs, 121 * DAY) == []


@given(
    st.lists(st.tuples(st.sampled_from(list(Probe)), st.sampled_from("abcdef"), st.integers(0, 100)), max_size=30),
    st.tuples(st.sampled_from(list(Probe)), st.sampled_from("abcdef"), st.just(101)),
)
def test_a_further_sign_never_lowers_the_score(past: list[Any], more: Any) -> None:
    """Nobody gets lighter by asking more."""
    signs = [asked(*sign) for sign in past]
    now = 101 * DAY
    assert QUESTIONS.score([*signs, asked(*more)], now) >= QUESTIONS.score(signs, now) - 1e-6


def test_the_explanation_says_what_was_asked_of_how_many_and_nobodys_name_or_words() -> None:
    """Moderators read sentences, not scores (R7)."""
    signs = [asked(Probe.AGE, "anna"), asked(Probe.AGE, "berta", 1), asked(Probe.PICTURE, "berta", 2)]
    says = QUESTIONS.explained(signs, 3 * DAY)
    assert "asked how old someone is (2 people)" in says
    assert "asked for a picture or the camera (1 person)" in says
    assert "over 3 days" in says
    assert "anna" not in says


def test_a_sign_reads_back_from_its_row() -> None:
    """As the store keeps it."""
    sign = asked(Probe.SECRET, "p", 2)
    assert Sign.read(sign.row) == sign


def test_a_broken_list_is_refused_with_the_kind_in_the_message(tmp_path: Path) -> None:
    """Operators may change it; a mistake names itself."""
    path = tmp_path / "probing.yaml"
    path.write_text(
        "reported: x\nage: {weight: 1, says: a, any: ['(?=a)b'], hits: [b], misses: [c]}\n", encoding="utf-8"
    )
    with pytest.raises(ProbingError, match=r"probing\.yaml: .*age"):
        shield.load(path)


def test_shield_alone_changes_no_verdict() -> None:
    """A question the shield counts is still delivered: it only counts."""
    assert QUESTIONS.asked("are you a mum? how old are you?")
    assert said("how old are you?").action is Action.ALLOW
