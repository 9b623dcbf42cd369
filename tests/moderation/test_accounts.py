"""Bank accounts: by their build or the words beside them, also with a wrong check digit; dates and prices are none."""

from __future__ import annotations

import pytest

from moderation import accounts
from tests.support.judging import said


def shown(text: str) -> str:
    return said(text).text or ""


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("my IBAN for the gift: DE00 0000 0000 0000 1234 56, only if you like", "DE00 0000 0000 0000 1234 56"),
        ("it's GB00 TEST 1234 5698 7654 32 OK", "GB00 TEST 1234 5698 7654 32"),
        ("is it still 00-40-00, 10203040?", "00-40-00, 10203040"),
        ("acc 00001234 sc 99-99-99, for the pizza", "99-99-99"),
        ("BSB 000-000 acct 1234 5678 for the swings", "000-000"),
        ("account 000012345678 IFSC TEST0000001", "TEST0000001"),
        ("routing 021000021 account 000123456789", "021000021"),
        ("my visa's 4000 1234 5678 9011", "4000 1234 5678 9011"),
    ],
)
def test_an_account_goes_whole_whatever_its_check_digits_say(text: str, hidden: str) -> None:
    assert hidden not in shown(text)


@pytest.mark.parametrize(
    "text",
    [
        "I opened the account on 12-05-24 and closed it in 2019",
        "card declined 3 times today, 12 pounds short",
        "account 2 of 3 is empty",
        "transit took 45 minutes",
        "the sort code was what he asked for",
    ],
)
def test_talk_of_banks_is_no_account(text: str) -> None:
    assert shown(text) == text


def test_what_stands_behind_an_iban_is_none_of_it() -> None:
    text = "NL00 TEST 0123 4567 89 THANK YOU"
    assert [text[start:end] for _, start, end in accounts.find(text)] == ["NL00 TEST 0123 4567 89"]
