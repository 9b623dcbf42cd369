"""What became of words, as their author is told it."""

from __future__ import annotations

from chat import commands as say
from chat import wire
from chat.outcomes import checked, declined, findings, outcome_of, sent
from chat.replies import Refused, Sent
from moderation.verdict import Action, Care, CareBand, CareKind, Finding, Verdict
from rooms.backplane import UNAVAILABLE, Committed
from rooms.backplane import Refused as Declined
from rooms.events import EventId, Position, Refusal

PLACE = Position("e", 3, "0" * 16)
COMMAND = say.Send(id=4, room="anxiety", text="words", key="k")
FOUND = Finding("contact.phone", "contact.phone", (3, 9), "A number can be traced.", 0.9)


def test_a_repeat_is_told_what_the_first_one_was_told() -> None:
    """What the log keeps of a masked message makes the same answer again, with `repeated`."""
    verdict = Verdict(Action.MASK, findings=(FOUND,), text="call [phone removed]")
    first = sent(COMMAND, EventId("id"), Committed(PLACE, 1, False, outcome_of(verdict)))
    again = sent(COMMAND, EventId("id"), Committed(PLACE, 1, True, outcome_of(verdict)))
    assert isinstance(first, Sent)
    assert isinstance(again, Sent)
    assert (first.state, first.text, first.repeated) == ("masked", "call [phone removed]", False)
    assert (again.state, again.text, again.findings, again.repeated) == ("masked", first.text, first.findings, True)


def test_nothing_is_kept_for_words_delivered_as_they_were() -> None:
    plain = sent(COMMAND, EventId("id"), Committed(PLACE, 1, False, outcome_of(Verdict(Action.ALLOW, text="words"))))
    assert isinstance(plain, Sent)
    assert (plain.state, plain.text, plain.cursor) == ("delivered", None, PLACE.cursor)


def test_slow_mode_says_when_to_come_back_and_an_absent_engine_too() -> None:
    """Both are worth another try; a guard that will not change its mind is not."""
    slow, away = declined(4, Declined(Refusal.TOO_SOON, 12.5)), declined(4, UNAVAILABLE)
    gone = declined(4, Declined(Refusal.NOT_FOUND))
    assert (slow.code, slow.retry, slow.retry_after) == ("too_soon", "later", 12.5)
    assert (away.code, away.retry) == ("unavailable", "later")
    assert (gone.code, gone.retry) == ("not_found", "never")
    assert isinstance(sent(COMMAND, EventId("id"), Declined(Refusal.TOO_SOON, 1.0)), Refused)


def test_an_author_sees_no_scores_and_no_rule_that_only_adds_care() -> None:
    quiet = Finding("crisis.plain", "crisis", (0, 4), "", care=Care(CareBand.HIGH))
    assert findings([FOUND, quiet]) == [
        {"rule": "contact.phone", "label": "contact.phone", "span": [3, 9], "says": "A number can be traced."}
    ]


def test_a_check_tells_action_care_and_what_would_be_shown() -> None:
    care = Care(CareBand.CONCERN, CareKind.SUICIDE)
    told = checked(9, Verdict(Action.MASK, care, (FOUND,), text="call [phone removed]"))
    assert (told.re, told.action, told.text) == (9, "mask", "call [phone removed]")
    assert told.care == {"band": "concern", "kind": "suicide"}
    assert checked(9, Verdict(Action.ALLOW, text="words")).text is None
    assert wire.body({"care": told.care})  # plain words only: both codecs can say it


def test_a_remark_on_words_that_were_delivered_is_told_each_time() -> None:
    """F31a: a hint stands in `sent`, of a repeat too; without one nothing is kept."""
    hint = Finding("hint.promise", "hint.promise", (0, 4), "Nobody can promise that.")
    kept = outcome_of(Verdict(Action.ALLOW, findings=(hint,), text="text"))
    assert wire.unbody(kept) == {"state": "delivered", "findings": findings([hint])}
    assert outcome_of(Verdict(Action.ALLOW, text="text")) == b""
