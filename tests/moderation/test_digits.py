"""Numbers: a phone is a phone however it is written, and a dose, a date or a score is not."""

from __future__ import annotations

import re

import pytest

from moderation import digits


@pytest.mark.parametrize(
    "number",
    [
        "07700 900142",
        "(415) 555-0172",
        "+44 20 7946 0815",
        "555-0148",
        "2 0 2 5 5 5 0 1 9 9",
        "07700-900-142",
        "+1.415.555.0172",
    ],
)
def test_phones_are_found_in_the_shapes_people_write(number: str) -> None:
    text = f"ring me on {number} if it gets bad"
    assert [text[start:end] for _, start, end in digits.phones(text, digits.Islands())] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "he was born at 3:47am on 12/03/2024, 7lb 2oz, after 31 hours",
        "my scores were 10 12 9 14 11 this week",
        "in 2019, 2020, 2021 and 2022",
        "bp was 145/92 so they kept me in, room 4417",
        "paid £1,250,000 for nothing",
        "1 year 4 months 12 days",
        "0000000000",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert digits.phones(text, digits.Islands()) == []


def test_an_island_is_never_part_of_a_phone() -> None:
    text = "call 116 123 or 07700 900142"
    start = text.index("116 123")
    found = digits.phones(text, digits.Islands([(start, start + 7)]))
    assert [text[first:last] for _, first, last in found] == ["07700 900142"]


def test_cards_and_accounts_carry_their_check_digits() -> None:
    assert digits.luhn("4111 1111 1111 1111")
    assert not digits.luhn("4111 1111 1111 1112")
    assert digits.iban("GB82 WEST 1234 5698 7654 32")
    assert not digits.iban("GB82 WEST 1234 5698 7654 33")
    assert [label for label, _, _ in digits.cards("sort code 20-00-00 and account 55779911")] == ["contact.card"] * 2


def test_ids_need_their_shape_or_their_name() -> None:
    assert digits.ids("SSN is 078-05-1120") != []
    assert digits.ids("my nhs number is 943 476 5919") != []
    assert digits.ids("it took 943 476 5919 tries") == []


def test_spelled_digits_are_a_number_and_counting_is_not() -> None:
    """Counting down is how people ground themselves."""
    assert digits.spelled("zero seven seven double oh, nine hundred one eight three") != []
    assert digits.spelled("five, four, three, two, one, zero") == []
    assert digits.spelled("one two three four five six seven") == []


def test_a_pattern_tried_only_where_it_can_begin_finds_the_same() -> None:
    text = "Five or six, ONE seven; no more than fifty-one"
    words = r"(?i)(?<![a-z])(?:one|five|six|fifty)\b"
    quick = digits.starting("ofs", words)
    assert [match.span() for match in quick.finditer(text)] == [match.span() for match in re.finditer(words, text)]
    assert [match.group() for match in digits.starting("ab", "a|b").finditer("cab")] == ["a", "b"]
