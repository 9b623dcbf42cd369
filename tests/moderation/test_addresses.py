"""Addresses: known by their build, in several countries; numbers of life have the parts and not the build."""

from __future__ import annotations

import pytest

from moderation.addresses import find
from moderation.digits import Span
from tests.support.judging import said


def masked(text: str) -> list[str]:
    """What was found to be an address."""
    return [text[slice(*finding.span)] for finding in said(text).findings if finding.label == "contact.address"]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("we're at 14 Tansy Row, Oldbeck, blue door", "14 Tansy Row, Oldbeck"),
        ("my unit's 412-60 Maplecairn Ave, Kelsoville ON, thanks", "412-60 Maplecairn Ave, Kelsoville ON"),
        ("she's at 1190 County Road 44, Wexley TX 79999, pray", "1190 County Road 44, Wexley TX 79999"),
        ("send it to PO Box 5512, Harlow Creek, GA 30999", "PO Box 5512, Harlow Creek, GA 30999"),
        ("our place is 4100 N Clark St, Chicago IL 60613", "4100 N Clark St, Chicago IL 60613"),
        ("vivo en Calle Almendro 27, 3ºB, si quieres", "Calle Almendro 27, 3ºB"),
        ("ich wohne Lindenstraße 12, Berlin", "Lindenstraße 12, Berlin"),
        ("mieszkam ul. Polna 8/4, 00-123 Warszawa", "ul. Polna 8/4, 00-123 Warszawa"),
        ("12 rue des Lilas, 75011 Paris is us", "12 rue des Lilas, 75011 Paris"),
        ("house no 45, MG Road, Pune 411001", "house no 45, MG Road, Pune 411001"),
        ("my dorm is Wren Hall room 318, come knock", "Wren Hall room 318"),
    ],
)
def test_an_address_goes_whole_whatever_country_it_is_of(text: str, hidden: str) -> None:
    assert masked(text) == [hidden]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("I live at nineteen Thornbury Close if any mother is near", "nineteen Thornbury Close"),
        ("number twelve cobble yard, blue door x", "number twelve cobble yard"),
        ("i live at 33 willow drive by the school", "33 willow drive"),
        ("my postcode is sw1a 2aa", "sw1a 2aa"),
    ],
)
def test_a_number_in_words_or_a_street_in_small_letters_needs_words_that_say_so(text: str, hidden: str) -> None:
    assert masked(text) == [hidden]


@pytest.mark.parametrize(
    "text",
    [
        "I'm at 38 weeks close to the end",
        "room 4417, tea was terrible",
        "the 3 Peaks Walk nearly killed us",
        "we did the 5 Mile Run for her",
        "My cell died so I'll drive",
        "psalm 23 and a long road",
        "bus 42 to the High Street at 8:05",
        "one street away, two lives ago",
        "I'm 15 minutes from the court",
    ],
)
def test_what_has_the_parts_and_not_the_build_is_none(text: str) -> None:
    assert masked(text) == []


def test_spans_are_of_the_text_given() -> None:
    text = "at 9 Quarry Rise BF7 2XQ then"
    spans: list[Span] = find(text, figures=True, words=False, built=False, street=True)
    assert "9 Quarry Rise BF7 2XQ" in [text[start:end] for _, start, end in spans]
