"""What people are told became of their held message."""

from __future__ import annotations

from moderation import tidings
from moderation.cases import State
from tests.support.filing import held, report


def test_every_reason_a_moderator_may_choose_is_read_in_plain_words() -> None:
    """A word of the list becomes a sentence, after what became of the message."""
    for reason, words in tidings.REASONS.items():
        assert tidings.of_message(held(reason=reason), "refused") == [tidings.SAYS["refused"], words]
        assert tidings.of_case(report(reason=reason)) == [tidings.LOOKED, words]
    assert tidings.of_message(held(reason="delivered"), "delivered") == [tidings.SAYS["delivered"]]


def test_nobody_is_told_that_somebody_looked_when_nobody_did() -> None:
    """What is said is true at that moment: time and the filter are not people (R6)."""
    released = held(state=State.RELEASED)
    for state in ("delivered", "masked"):
        assert not any("Someone" in sentence for sentence in tidings.of_message(released, state))
    assert tidings.of_case(report(state=State.EXPIRED)) == [tidings.NOT_LOOKED]


def test_no_sentence_blames_or_threatens() -> None:
    """A held message is no offence, and a refusal is about the words."""
    for sentence in tidings.sentences():
        assert not any(word in sentence.lower() for word in ("violat", "warning", "offence", "strike", "ban"))
        assert sentence.endswith(".")
