"""One word: what it hides is found by the lexicon, and what people use is left."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import lexicon
from moderation.lexicon import Lexicon, undisguised

LEXICON = Lexicon.of(
    ["kill", "yourself", "worthless", "loser", "fuck", "fucking", "shit", "stupid", "bitch", "send", "together"]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yuorself", "yourself"),
        ("yourslf", "yourself"),
        ("worthlesss", "worthless"),
        ("stupod", "stupid"),
        ("kil", "kill"),
    ],
)
def test_one_slip_of_the_finger_is_put_right(typed: str, meant: str) -> None:
    """Swapped, left out, doubled, its neighbour hit (X31)."""
    assert LEXICON.slips(f"go {typed}, you") == {typed: meant}


@pytest.mark.parametrize("word", ["bend", "bill", "yourselves", "shot", "loner", "mend", "fill"])
def test_a_word_people_use_or_with_another_first_letter_is_no_slip(word: str) -> None:
    assert LEXICON.slips(f"and {word} it") == {}


@pytest.mark.parametrize(
    ("token", "meant"),
    [
        ("53nd", "send"),
        ("f*ck1ng", "fucking"),
        ("t0g3ther,", "together,"),
        ("l0000ser", "loser"),
        ("21st", "21st"),
        ("50mg", "50mg"),
    ],
)
def test_a_token_is_read_plainly_and_counts_stay(token: str, meant: str) -> None:
    assert undisguised(token, LEXICON) == meant


def test_a_token_that_can_be_no_word_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """X35: sixteen readings are tried only where leet, i for l and doubled letters leave the bone of a word."""
    tried: list[str] = []

    def counted(*choices: str) -> Iterator[tuple[str, ...]]:
        tried.append("".join(map(str, choices)))
        return product(*choices)

    monkeypatch.setattr(lexicon, "product", counted)
    for turn in range(500):
        undisguised(f"q{turn}!|1z!1", LEXICON)
    assert tried == []
    assert undisguised("sh!1t", LEXICON) == "shiit"
    assert undisguised("k!1|", LEXICON) == "kill"
    assert tried


@given(st.text("fuckl*#_1!|@$", min_size=1, max_size=12))
def test_a_starred_word_is_one_that_every_sign_allows(token: str) -> None:
    """Found by the places of its letters, as trying every word would find it (X31)."""
    found = lexicon._fitting(token, LEXICON)
    fits = [
        word
        for word in LEXICON.words
        if len(word) == len(token)
        and not (token[0] in "*#_" and token[-1] in "*#_")
        and all(seen in "*#_" or meant in lexicon.LEET.get(seen, seen) for seen, meant in zip(token, word, strict=True))
    ]
    assert (found is None) == (not fits)
    assert found is None or found in fits
