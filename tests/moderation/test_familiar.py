"""Familiar words: a text weighs the same whether its words were met before or not."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import familiar, features
from moderation.familiar import MOST, Familiar

WIDTH = 3
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=60).map(str.lower),
        st.text(alphabet="ab '?!\0é", max_size=30),
        st.sampled_from(["", "why?!", "\0\0a", "x" * 40 + " a", " go home", "'go home", "é" * 9 + " b", "\ud800"]),
    ),
    min_size=1,
    max_size=20,
)


def weigh(hashes: Any) -> Any:
    """Three numbers that differ from feature to feature; nothing for what says nothing."""
    return np.stack([hashes % 251, hashes % 241, hashes % 239], axis=1).astype(np.int32)


def reckoned(texts: list[str]) -> Any:
    """The same sums from all features of each text, as the model is taught on them."""
    hashes, begins = features.read(texts)
    pieces = np.split(hashes, begins.ravel()[1:])
    kinds = np.array([weigh(piece).sum(axis=0) for piece in pieces]).reshape(*begins.shape, WIDTH)
    return np.stack([kinds[: features.WORDS].sum(axis=0), kinds[features.WORDS :].sum(axis=0)], axis=1)


KEPT = Familiar(weigh, WIDTH)


@given(TEXTS)
@settings(max_examples=150)
def test_a_text_weighs_what_all_its_features_weigh(texts: list[str]) -> None:
    """Met never, and met before."""
    assert np.array_equal(Familiar(weigh, WIDTH).summed(texts), reckoned(texts))
    assert np.array_equal(KEPT.summed(texts), reckoned(texts))
    assert np.array_equal(KEPT.summed(texts), reckoned(texts))


def test_a_word_is_weighed_once() -> None:
    met = Familiar(weigh, WIDTH)
    met.summed(["so it goes", "so it is, it is"])
    known = len(met)
    met.summed(["it is so", "goes it"] * 40)
    assert len(met) == known + 3  # "so" that begins nothing, and "it" and "goes" that begin something


def test_more_words_than_there_is_room_for_are_forgotten_and_learnt_again() -> None:
    met = Familiar(weigh, WIDTH)
    texts = [
        " ".join(
            f"{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}{chr(97 + at // 676)}" for at in range(start, start + 800)
        )
        for start in range(0, 17_000, 800)
    ]
    for turn in range(4):
        many = [
            text.replace(
                " ",
                " " + "zyxw"[turn],
            )
            for text in texts
        ]
        assert np.array_equal(met.summed(many), reckoned(many))
        assert len(met) <= MOST


def test_the_longest_texts_of_one_go_have_room() -> None:
    """Every word new."""
    assert familiar._TOGETHER * (features.MOST // 2 + 1) < MOST
