"""What the model reads: the same numbers for the same text, whoever shares the batch."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.features import KINDS, LONGEST, MOST, read

TEXTS = st.lists(
    st.one_of(st.text(max_size=60), st.sampled_from(["", "why?!", "\0\0", "a b", "x" * 40, "é😀 \ud800"])),
    min_size=1,
    max_size=8,
)


def kinds(texts: list[str]) -> list[list[list[int]]]:
    """Of each text the hashes of each kind, in order; zeros say nothing."""
    hashes, begins = read(texts)
    pieces = iter(np.split(hashes, begins.ravel()[1:]))
    by_kind = [[[each for each in next(pieces).tolist() if each] for _ in texts] for _ in range(KINDS)]
    return [[list(kind) for kind in one] for one in zip(*by_kind, strict=True)]


def words(text: str) -> set[int]:
    return set(kinds([text])[0][0])


@given(TEXTS)
@settings(max_examples=60)
def test_a_text_reads_the_same_alone_and_among_others(texts: list[str]) -> None:
    assert kinds(texts) == [kinds([text])[0] for text in texts]


def test_hashes_are_the_same_in_every_process() -> None:
    """Not Python's own hash, which is seeded."""
    program = "from moderation.features import read; print(int(read(['nobody wants you here'])[0].sum()))"
    fresh = subprocess.run([sys.executable, "-R", "-c", program], capture_output=True, text=True, check=True).stdout
    assert int(fresh) == int(read(["nobody wants you here"])[0].sum())


def test_words_and_pairs_are_known_by_their_letters() -> None:
    one, two = kinds(["go home now", "now go home"])
    assert set(one[0]) == set(two[0])
    assert len(set(one[1]) & set(two[1])) == 1  # "go home", and no other pair
    assert words("don't") == words("dont")
    assert words("12 34") == words("98 76")


def test_what_is_too_long_is_left_out() -> None:
    assert kinds(["x" * (LONGEST + 1)]) == kinds([""])
    assert words("you " + "x" * 40) == words("you")
    assert words("a " * MOST) == words("a")


def test_many_texts_are_read_in_several_goes() -> None:
    texts = ["so it goes on " * 200, "why?"] * 30
    assert kinds(texts) == kinds(texts[:2]) * 30
