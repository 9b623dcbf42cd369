"""The answer: what counts, what is told, and what could be said instead."""

from __future__ import annotations

from moderation.answer import sentences, verdict
from moderation.verdict import NO_CARE, Action, Finding, Submission, Verdict
from tests.support.effort import calls
from tests.support.judging import judge

ATTACK = "You are a pig."
KIND = "I hope your evening gets easier."


def answered(text: str, *findings: Finding, passing: bool = True, asked: list[str] | None = None) -> Verdict:
    pipeline = judge()

    def passes(offer: str) -> bool:
        if asked is not None:
            asked.append(offer)
        return passing

    said = Submission(text, lane="lane", author="author")
    return verdict(said, findings, NO_CARE, pack=pipeline.packs["general"], books=pipeline.books, passes=passes)


def attack(text: str) -> Finding:
    start = text.index(ATTACK)
    return Finding("harassment.some", "harassment", (start, start + len(ATTACK)), "This reads as an attack.")


def phone(text: str, number: str) -> Finding:
    start = text.index(number)
    return Finding("contact.phone", "contact.phone", (start, start + len(number)), "A number.")


def test_what_nobody_objects_to_is_the_words_as_they_are() -> None:
    assert answered(KIND) == Verdict(Action.ALLOW, text=KIND, policy=judge().packs["general"].version)


def test_a_stated_age_is_no_finding_for_the_author_and_is_known_to_who_delivers() -> None:
    """Whatever becomes of the words: it changes nothing about them."""
    young = Finding("context.minor", "context.minor", (0, 3), "The person says they are under 18.", score=0)
    kind, rude = answered(KIND, young), answered(f"{KIND} {ATTACK}", young, attack(f"{KIND} {ATTACK}"))
    assert (kind.action, kind.findings, kind.minor, kind.text) == (Action.ALLOW, (), True, KIND)
    assert (rude.action is answered(ATTACK, attack(ATTACK)).action, rude.minor) == (True, True)


def test_the_rest_of_a_message_is_offered_without_the_sentence_at_fault() -> None:
    text = f"{ATTACK} {KIND}"
    assert answered(text, attack(text)).suggestion == KIND


def test_no_rest_is_offered_that_would_be_masked_and_it_is_not_judged_again() -> None:
    text = f"{ATTACK} {KIND} Call me on 07700 900142 tonight."
    asked: list[str] = []
    answered(text, attack(text), phone(text, "07700 900142"), asked=asked)
    assert not [offer for offer in asked if "07700" in offer or KIND in offer]


def test_nothing_is_offered_that_would_not_pass() -> None:
    text = f"{ATTACK} {KIND}"
    assert answered(text, attack(text), passing=False).suggestion is None


def test_many_findings_in_many_sentences_are_no_more_work_than_their_sum() -> None:
    """X35."""
    text = "Oh no. " * 280
    many = [
        Finding("harassment.some", "harassment", (7 * place, 7 * place + 5), "An attack.") for place in range(0, 280, 2)
    ]
    assert calls(lambda: answered(text, *many)) < 20 * 280


def test_sentences_put_together_are_the_text() -> None:
    text = "One. Two?\nThree\n\nand four"
    assert "".join(sentences(text)) == text
    assert [piece.strip() for piece in sentences(text) if piece.strip()] == ["One.", "Two?", "Three", "and four"]
