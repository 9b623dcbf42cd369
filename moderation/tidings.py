"""Tidings: what people are told became of their held message, in the author's language (data/says/).

`SAYS` is said for each end of a message, `REASONS` for each word of the fixed list from which staff choose: no free
words travel from staff to people (F20), so none of these can hurt, and each can be translated.
"""

from __future__ import annotations

from moderation.cases import Case, State

SAYS = {
    "delivered": "Someone looked at your message, and it was shown. Thank you for waiting.",
    "masked": "Someone looked at your message. It was shown without a detail.",
    "refused": "Someone looked at your message, and it was not shown to anyone.",
    "withdrawn": "You took this message back. Nobody saw it.",
    "expired": "Nobody could look at your message in time, so it was let go. You can write it again.",
    "waiting": "Nobody has been able to look yet. You can write it in other words, take it back, or wait on.",
}
# Said of a message that time or the filter released: nobody looked, and nobody says so.
BY_TIME = {
    "delivered": "Your message was kept back for a moment and is shown now. Thank you for waiting.",
    "masked": "Your message was kept back for a moment. It is shown now, without a detail.",
}
# Said of an edit whose message has gone meanwhile.
TARGET_GONE = "The message you changed is not there any more."
# Said of an edit that was held while its author changed the same message once more.
CHANGED_SINCE = "You have changed this message again since, and your newer words stand."
# Said of a message whose author was suspended or banned while it waited.
KEPT_OUT = "These words were not shown to anyone, because you were not allowed in when their turn came."
# Said to a person whose case held no message, where its kind has no words of its own.
LOOKED = "Someone from the team has looked at what you told us. Thank you."
NOT_LOOKED = "Nobody from the team could look at what you told us in time. We are sorry."

REASONS = {
    "personal_detail": "It had a detail that could lead to a person.",
    "unkind": "It reads as an attack on someone here. What you feel is welcome; say it about yourself.",
    "unsafe_detail": "It had a detail that can put readers at risk. The feeling around it is welcome here.",
    "not_here": "This room is not the place for it.",
    "advertising": "It reads as advertising.",
    "misread": "Our filter misread it. Sorry for the wait.",
    "duplicate": "It was there already.",
    "looked_after": "Someone from the team is with the person.",
    "not_against_rules": "We looked at it with care, and it keeps to the rules.",
}


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {
        *SAYS.values(),
        *BY_TIME.values(),
        TARGET_GONE,
        CHANGED_SINCE,
        KEPT_OUT,
        LOOKED,
        NOT_LOOKED,
        *REASONS.values(),
    }


def of_message(case: Case, state: str) -> list[str]:
    """What the author of a message reads when it ends as `state`: sentences, the moderator's reason last."""
    said = BY_TIME.get(state) if case.state is State.RELEASED else None
    return [said or SAYS[state], *([REASONS[case.reason]] if case.reason in REASONS else [])]


def of_case(case: Case) -> list[str]:
    """What the person of a case without a message reads, where its kind has no words of its own."""
    said = NOT_LOOKED if case.state is State.EXPIRED else LOOKED
    return [said, *([REASONS[case.reason]] if case.reason in REASONS else [])]
