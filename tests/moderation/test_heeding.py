"""What follows from a score: a hold at most where words are told, quoted or past; care that only adds."""

from __future__ import annotations

import dataclasses

import pytest

from moderation import books, crisis, heeding, policy
from moderation.model import HEADS
from moderation.verdict import NO_CARE, Action, CareBand, Finding

BOOKS = books.load()
GENERAL = BOOKS.packs["general"]


def heeded(text: str, scores: dict[str, float], contact: bool = False) -> list[Finding]:
    row = [scores.get(head, 0.0) for head in HEADS]
    return heeding.findings(row, text, GENERAL, BOOKS.book.gates, contact=contact)


@pytest.mark.parametrize("head", heeding.SAYS)
@pytest.mark.parametrize("pack", sorted(BOOKS.packs))
def test_what_is_told_quoted_or_past_is_never_blocked_by_the_model(head: str, pack: str) -> None:
    """However sure it is, in every pack."""
    for text in (
        "i told him this",
        'she said "you all deserve it" to the whole ward',
        "years ago they used to say that",
    ):
        row = [1.0 if each == head else 0.0 for each in HEADS]
        found = heeding.findings(row, text, BOOKS.packs[pack], BOOKS.book.gates)
        assert BOOKS.packs[pack].decide(found, "message") <= Action.HOLD
    assert GENERAL.decide(heeded("you all deserve it", {head: 1.0}), "message") is Action.BLOCK


def test_a_pack_that_blocks_what_is_told_is_refused() -> None:
    written = policy.read()
    written["general"]["actions"]["model.abuse.told"] = {"block": 0.9}
    with pytest.raises(policy.PackError, match="may be held"):
        policy.build(written)


def test_the_crisis_heads_bring_care_and_no_action() -> None:
    found = heeded("it is tonight then", {"acute": 0.99, "passive": 0.99, "distress": 1.0})
    assert GENERAL.decide(found, "message") is Action.ALLOW
    assert crisis.assess(found, band="adult", caps={}, lifts={}).band is CareBand.HIGH
    assert (
        crisis.assess(heeded("it is tonight then", {"passive": 0.99}), band="adult", caps={}, lifts={}).band
        is CareBand.CONCERN
    )
    assert crisis.assess(heeded("it is tonight then", {"acute": 0.1}), band="adult", caps={}, lifts={}) == NO_CARE


@pytest.mark.parametrize(
    "text", ["years ago i tried", 'he texted "i will end it tonight" again', "lol this exam will end me"]
)
def test_nobody_is_paged_for_the_past_a_quotation_or_a_figure_of_speech(text: str) -> None:
    """On the model's word alone (M6c)."""
    assert max(finding.care.band for finding in heeded(text, {"acute": 1.0})) is CareBand.CONCERN


def test_a_masked_number_is_no_reason_to_hold() -> None:
    assert heeded("my number if anyone wants to talk", {"solicit": 0.7})
    assert not heeded("my number if anyone wants to talk", {"solicit": 0.65}, contact=True)
    assert heeded("my number, send the fee tonight", {"solicit": 0.99}, contact=True)


def test_low_scores_cost_nothing_and_the_least_is_the_least_of_all_packs() -> None:
    assert heeded("you there", dict.fromkeys(HEADS, 0.05)) == []
    least = heeding.least(BOOKS.packs.values())
    assert len(least) == len(HEADS)
    assert all(each > 0.05 for each in least)
    assert least[HEADS.index("distress")] > 1


def test_alone_says_whether_anything_else_holds() -> None:
    guess = heeded("you there in the corner", {"abuse": 0.8})
    rule = dataclasses.replace(guess[0], rule="harassment.you_are", label="harassment", score=1.0)
    assert heeding.alone(guess, GENERAL, "message")
    assert not heeding.alone([*guess, rule], GENERAL, "message")


def test_where_a_rule_has_a_person_look_first_the_models_guess_blocks_nobody() -> None:
    """A move elsewhere is looked at by a person, however sure the model is that it is grooming."""
    ruled = Finding("off-platform.move", "off_platform", (0, 10), "A person looks first.")
    sure = heeded("you all deserve it", {"groom": 1.0})
    assert heeding.decided([ruled], GENERAL, "message") is Action.HOLD
    assert heeding.decided(sure, GENERAL, "message") is Action.BLOCK
    assert heeding.decided([ruled, *sure], GENERAL, "message") is Action.HOLD


@pytest.mark.parametrize("text", ["go", "kill", "no way", "you lot", "a long evening " * 40])
def test_nothing_is_guessed_from_a_word_or_two_however_often_they_are_said(text: str) -> None:
    """Rules know the few words that do harm by themselves."""
    assert heeded(text, dict.fromkeys(HEADS, 1.0)) == [] or len(set(text.split())) == 3
    assert GENERAL.decide(heeded(text, dict.fromkeys(HEADS, 1.0)), "message") is Action.ALLOW


def test_a_score_within_its_head_s_band_is_doubted_where_there_are_words_enough() -> None:
    """From the first number up to the second; a word or two are no ground for a guess, nor for a second one."""
    pack = dataclasses.replace(GENERAL, second={"model.abuse": (0.2, 0.9), "model.acute": (0.4, 0.6)})

    def doubted(text: str, **scores: float) -> bool:
        return heeding.doubted([scores.get(head, 0.0) for head in HEADS], text, pack)

    four, three = "you are all so", "it is tonight"
    assert doubted(four, abuse=0.2)
    assert doubted(four, abuse=0.899)
    assert not doubted(four, abuse=0.9)
    assert not doubted(four, abuse=0.199, hate=0.5)
    assert doubted(three, acute=0.5)
    assert not doubted(three, abuse=0.5)
    assert heeding.doubtful([GENERAL, pack])[HEADS.index("acute")] <= 0.4
