"""Phone numbers in disguise, in halves and in other languages; what counts in disguise stays."""

from __future__ import annotations

import pytest

from moderation import dialled
from tests.support.judging import said


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("here goes O77OO 9OO 216 (those are ohs)", "O77OO 9OO 216"),
        ("my digits o7700 9oo 57I, last one's a one", "o7700 9oo 57I"),
        ("text her at 404•555•0137, she means it", "404•555•0137"),
        ("its 07700*900*321", "07700*900*321"),
        ("starts 07700, then 900 765. text me", "900 765"),
        ("double seven double oh nine hundred with a zero before it and then two four six", "two four six"),
        ("null eins sieben eins drei neun zwei null null eins zwei", "eins sieben eins drei"),
        ("he asked for a bacon roll. 07700 900 747, tell him I said so", "07700 900 747"),
    ],
)
def test_a_number_goes_however_it_is_dressed(text: str, hidden: str) -> None:
    assert hidden not in (said(text).text or "")


@pytest.mark.parametrize(
    "text",
    [
        "0800•1111 or 116•123 any time",
        "starts 2019, then 2020 2021",
        "double shifts, then one two days off",
        "uno dos tres cuatro cinco seis siete ocho",
        "I took 20*5 mg, then 10",
        "my ticket roll 07700 900 747 was wet",
    ],
)
def test_helplines_and_what_counts_stay_as_they_are(text: str) -> None:
    assert said(text).text == text


def test_the_same_text_sign_for_sign_comes_back_or_nothing() -> None:
    for text in ("O77OO 9•OO", "9I 1|2, O", "0770,123,456 ~ 7"):
        read = dialled.undone(text)
        assert read is not None
        assert len(read) == len(text)
    assert dialled.undone("6 weeks, 4 days and so on") is None
