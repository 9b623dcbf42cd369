"""Crisis: what is owed. Only ever adds care, and tells a plan from a memory, a joke and a fear for somebody else."""

from __future__ import annotations

import pytest

from moderation.crisis import assess
from moderation.verdict import NO_CARE, Action, Care, CareBand, CareKind, Finding
from tests.support.judging import labelled, said

NONE, INFO, CONCERN, HIGH, IMMINENT = CareBand


def finding(label: str, band: CareBand, kind: CareKind) -> Finding:
    return Finding("some.rule", label, (0, 1), "Said.", 0.0, Care(band, kind))


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("sometimes I wish I just wouldn't wake up", CONCERN, CONCERN),
        ("I've picked the day and wrote the letters already", HIGH, IMMINENT),
        ("I already took them. all of them.", IMMINENT, IMMINENT),
        ("I'm on the bridge", IMMINENT, IMMINENT),
        ("I'm not suicidal, just tired", NONE, CONCERN),
        ("three years ago I tried to end my life, I'm so glad I'm here", NONE, INFO),
        ("I'm dying of embarrassment", NONE, INFO),
        ("please don't kill yourself", NONE, INFO),
        ('the last text she sent was "go kill yourself then"', NONE, INFO),
        ("my best friend just texted that she wants to die and now she's not answering", HIGH, IMMINENT),
        ("I think my brother is going to hurt himself", INFO, HIGH),
        ("I keep getting this awful flash of dropping her. I'd never.", INFO, CONCERN),
        ("I can't take the screaming anymore. I shook him a little.", HIGH, IMMINENT),
        ("he put his hands round my neck last night", HIGH, IMMINENT),
        ("he checks my phone and took my car keys", INFO, CONCERN),
        ("ya no puedo mas, quiero morir", HIGH, IMMINENT),
        ("ich will nicht mehr leben", HIGH, IMMINENT),
        ("je veux mourir", HIGH, IMMINENT),
        ("ik wil niet meer leven", HIGH, IMMINENT),
        ("voglio morire", HIGH, IMMINENT),
    ],
)
def test_care_follows_what_is_meant(text: str, least: CareBand, most: CareBand) -> None:
    """Passive, plan, under way; denied, past, idiom, quoted; others; six languages (X37). Never stopped for it."""
    verdict = said(text)
    assert least <= verdict.care.band <= most
    assert verdict.action <= Action.MASK


def test_the_highest_band_is_owed_and_of_equals_the_kind_that_says_more() -> None:
    care = assess(
        [
            finding("crisis.abuse", HIGH, CareKind.ABUSE),
            finding("crisis.suicide", HIGH, CareKind.SUICIDE),
            finding("crisis.substance", INFO, CareKind.SUBSTANCE),
        ],
        band="adult", caps={}, lifts={},
    )  # fmt: skip
    assert care == Care(HIGH, CareKind.SUICIDE)
    assert assess([], band="adult", caps={}, lifts={}) == NO_CARE


def test_unwanted_thoughts_about_a_baby_are_care_and_not_an_alarm() -> None:
    thoughts = [finding("crisis.infant", HIGH, CareKind.INFANT), finding("crisis.intrusive", INFO, CareKind.INFANT)]
    assert assess(thoughts, band="adult", caps={}, lifts={}) == Care(CONCERN, CareKind.INFANT)


def test_a_young_person_who_tells_of_abuse_is_owed_a_person() -> None:
    abuse = [finding("crisis.abuse", INFO, CareKind.ABUSE)]
    assert assess(abuse, band="teen", caps={}, lifts={}) == Care(HIGH, CareKind.CHILD)
    assert assess(abuse, band="adult", caps={}, lifts={}).band is INFO


def test_a_pack_may_cap_and_lift_by_label() -> None:
    worry = [finding("crisis.psychosis", INFO, CareKind.PSYCHOSIS)]
    assert assess(worry, band="adult", caps={}, lifts={"crisis.psychosis": CONCERN}).band is CONCERN
    assert assess(worry, band="adult", caps={"crisis.psychosis": NONE}, lifts={}).band is NONE


def test_care_never_worsens_what_happens_to_the_words() -> None:
    """R1 on all labelled cases: an open one with care owed is delivered."""
    for case in labelled():
        verdict = said(case["text"])
        if verdict.care.band and "no" not in case["deliver"]:
            assert verdict.action <= Action.MASK, case["id"]


def test_what_the_model_only_finds_heavy_is_about_what_a_rule_found_in_the_same_words() -> None:
    """One kind names it; several, or none, stay plain; and an unwanted thought about a baby is still no plan."""
    heavy = Finding("model.acute", "model.acute", (0, 1), "Said.", 0.9, Care(HIGH))

    def of(*others: Finding) -> Care:
        return assess([heavy, *others], band="adult", caps={}, lifts={})

    abuse = finding("crisis.abuse", INFO, CareKind.ABUSE)
    tablets = finding("crisis.medication", INFO, CareKind.MEDICATION)
    assert of() == Care(HIGH, CareKind.SUICIDE)
    assert of(abuse) == Care(HIGH, CareKind.ABUSE)
    assert of(tablets) == Care(HIGH, CareKind.SUICIDE)
    assert of(abuse, finding("crisis.third", INFO, CareKind.THIRD_PARTY)) == Care(HIGH, CareKind.SUICIDE)
    assert of(finding("crisis.intrusive", INFO, CareKind.INFANT)) == Care(CONCERN, CareKind.INFANT)
