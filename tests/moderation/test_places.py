"""Addresses of rarer builds; what is counted in front of a name is no house."""

from __future__ import annotations

import pytest

from moderation.places import find
from tests.support.judging import said


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("My place: 5 Kurrajong Crt, Wattle Flat, park on the grass", "5 Kurrajong Crt, Wattle Flat"),
        ("come tae 16 Dykehead Loan, nae need tae phone", "16 Dykehead Loan"),
        ("Kerry is at 21 Basil Street, then 77 Old Glebe", "77 Old Glebe"),
        ("It's thirty one B, Sandpiper Walk, not thirty one", "thirty one B, Sandpiper Walk"),
        ("will someone come knock. Room 214, Seaview Lodge, 3 Esplanade", "Room 214, Seaview Lodge, 3 Esplanade"),
        ("we're Lot 9 Wirrabilla Track. Look for the letterbox", "Lot 9 Wirrabilla Track"),
        ("it's 7 The Paddock, Lower Wick", "7 The Paddock"),
        ("I live in it: 1½ Candle Alley, between one and two", "1½ Candle Alley"),
        ("it's The Old Forge, Gorse Lane, Little Ashby, by the field", "The Old Forge, Gorse Lane"),
        ("Straße heißt Am Mühlgraben 4a, beim Bäcker", "Am Mühlgraben 4a"),
        ("New digs are 17 Rue des Alouettes, appt 6, bring a sofa", "17 Rue des Alouettes, appt 6"),
        ("Casa 12, Vila das Andorinhas, Rua do Moinho, verde", "Casa 12, Vila das Andorinhas, Rua do Moinho"),
        ("27 Ffordd y Môr, red door", "27 Ffordd y Môr"),
    ],
)
def test_an_address_goes_in_villages_blocks_and_other_languages(text: str, hidden: str) -> None:
    assert hidden not in (said(text).text or "")


@pytest.mark.parametrize(
    "text",
    [
        "chapter 9 The End made me cry",
        "I have 3 Cousins House full",
        "Week 2 Group Hall, room is cold",
        "Flat 3 is noisy and room 101 is my life",
        "im Zimmer 12, in der Woche 3",
        "at 40 Weeks Pregnant I gave up",
        "one Sunday we met on the corner of everything",
    ],
)
def test_what_is_counted_is_no_house(text: str) -> None:
    assert said(text).text == text


def test_a_town_belongs_to_its_street_and_the_sentence_does_not() -> None:
    text = "we're at 8 Kowhai Loan, Pukehina, ring twice"
    assert (text.index("8 K"), text.index(", ring")) in {
        (start, end) for _, start, end in find(text, figures=True, street=True)
    }
