"""Contact details: masked however they are disguised, and helplines, names and numbers of life are not."""

from __future__ import annotations

import pytest

from moderation.helplines import Helplines
from moderation.verdict import Action
from tests.support.judging import labelled, said

LISTED = sorted(Helplines.load().contacts())


@pytest.mark.parametrize("number", LISTED)
def test_a_listed_number_is_never_masked(number: str) -> None:
    """Verified or not, exactly as listed (F25)."""
    verdict = said(f"you can call or text {number} any time, day or night")
    assert verdict.action is Action.ALLOW, verdict.findings
    assert verdict.text is not None


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("write to me at maple.room.test@example.org ok", "maple.room.test@example.org"),
        ("my email is dana (dot) r.test (at) example (dot) com ok?", "dana (dot) r.test (at) example (dot) com"),
        ("mail me: sam at example dot com please", "sam at example dot com"),
        ("look at hxxps://stillhere.example/x", "stillhere.example"),
        ("see example dot com for it", "example dot com"),
        ("my blog is https://bücher.example/post", "bücher.example"),
        ("find it on bit.ly/3xTESTx now", "bit.ly/3xTESTx"),
        ("I'm @quietmaple_92 on insta", "@quietmaple_92"),
        ("add me on discord: stillhere#4471", "stillhere#4471"),
        ("its zero one five five, double two, nine eight", "zero one five five, double two, nine eight"),
        ("I'm at 14 Rosewater Lane, Apt 3, please come", "14 Rosewater Lane, Apt 3"),
        ("my card is 4111 1111 1111 1111 ok", "4111 1111 1111 1111"),
    ],
)
def test_a_disguised_detail_is_not_fanned_out(text: str, hidden: str) -> None:
    """at/dot, hxxp, IDN, spelled digits (X34)."""
    verdict = said(text)
    assert verdict.action is not Action.ALLOW
    assert hidden not in (verdict.text or "")


@pytest.mark.parametrize(
    "text",
    [
        "I was so tired.me too honestly",
        "we met at the park. dot to dot is his favourite",
        "@everyone thank you",
        "he is 6 weeks, 4 days and 12 hours old",
        "3 days on the road and I slept",
        "my insta is full of baby pics",
        "https://988lifeline.org/chat/ helped me",
    ],
)
def test_harmless_words_are_left_as_they_are(text: str) -> None:
    assert said(text).action is Action.ALLOW


def test_the_name_of_somebody_in_the_room_is_not_a_handle() -> None:
    assert said("@maple_92 I hear you", names=frozenset({"maple_92"})).action is Action.ALLOW
    assert said("@maple_92 I hear you").action is Action.MASK


def test_what_must_be_masked_is_and_what_must_be_kept_is() -> None:
    """All personal-data cases of the labelled suite."""
    for case in labelled():
        text = said(case["text"]).text or ""
        assert not [part for part in case.get("must_mask", []) if part in text], case["id"]
        if case["deliver"] != ["no"]:
            assert [part for part in case.get("must_keep", []) if part not in text] == [], case["id"]
