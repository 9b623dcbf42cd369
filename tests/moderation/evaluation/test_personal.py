"""Generated details: each stands in its sentence, helplines in every way people write them."""

from __future__ import annotations

from collections import Counter

import yaml

from moderation.evaluation import personal
from moderation.rules import DATA

LISTING = yaml.safe_load((DATA / "helplines.yaml").read_text(encoding="utf-8"))


def test_every_detail_stands_in_its_sentence() -> None:
    found = list(personal.details())
    assert [sentence for _, sentence, detail in found if detail not in sentence] == []
    kinds = Counter(kind for kind, _, _ in found)
    assert set(kinds) == {"phone", "email", "link", "card", "handle", "address"}
    assert min(kinds.values()) >= 40


def test_what_is_set_apart_is_of_the_same_kinds_and_shares_no_detail() -> None:
    """Counted only; whoever works on the detectors does not read it."""
    apart = list(personal.details(personal.APART))
    assert {kind for kind, _, _ in apart} == {kind for kind, _, _ in personal.details()}
    assert {detail for _, _, detail in apart} & {detail for _, _, detail in personal.details()} == set()
    assert len([1 for _, sentence, detail in apart if detail not in sentence]) == 0
    assert len(list(personal.harmless(personal.APART))) > 80


def test_every_listed_number_is_offered_as_listed() -> None:
    forms = {form for _, form in personal.helplines(LISTING)}
    listed = {
        str(contact[way])
        for line in LISTING["lines"]
        for contact in line["contacts"]
        for way in ("dial", "to")
        if contact.get(way) and "://" not in str(contact[way])
    }
    assert listed <= forms


def test_a_number_is_written_in_several_ways_and_a_short_code_in_one() -> None:
    """A short code has no form abroad: 116 123 with a country's code is another number."""
    sentences = {form: sentence for sentence, form in personal.helplines(LISTING)}
    assert {"988", "112"} <= set(sentences)
    assert not [form for form in sentences if form.startswith("+") and form.endswith("1988")]
    assert all(form in sentence for form, sentence in sentences.items())


def test_harmless_numbers_are_many_and_of_many_kinds() -> None:
    found = list(personal.harmless())
    assert len(found) > 500
    assert all(any(sign.isdigit() for sign in sentence) or "quid" in sentence for sentence in found)
    assert found == list(personal.harmless())
