"""What the model reads: the same numbers for the same text, whoever shares the batch."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.features import LONGEST, MOST, WORDS, read

TEXTS = st.lists(
    st.one_of(st.text(max_size=60), st.sampled_from(["", "why?!", "\0\0", "a b", "x" * 40, "é😀 \ud800"])),
    min_size=1,
    max_size=8,
)


def kinds(text: str) -> list[set[int]]:
    hashes, _ = read([text])
    return [set(row[row != 0].tolist()) for row in hashes]


@given(TEXTS)
@settings(max_examples=60)
def test_a_text_reads_the_same_alone_and_among_others(texts: list[str]) -> None:
    hashes, begins = read(texts)
    ends = [*begins[1:].tolist(), hashes.shape[1]]
    for text, begin, end in zip(texts, begins.tolist(), ends, strict=True):
        assert np.array_equal(hashes[:, begin:end], read([text])[0])


def test_hashes_are_the_same_in_every_process() -> None:
    """Not Python's own hash, which is seeded."""
    program = "from moderation.features import read; print(int(read(['nobody wants you here'])[0].sum()))"
    fresh = subprocess.run([sys.executable, "-R", "-c", program], capture_output=True, text=True, check=True).stdout
    assert int(fresh) == int(read(["nobody wants you here"])[0].sum())


def test_words_and_pairs_are_known_by_their_letters() -> None:
    one, two = kinds("go home now"), kinds("now go home")
    assert one[0] == two[0]
    assert len(one[1] & two[1]) == 1  # "go home", and no other pair
    assert kinds("don't")[0] == kinds("dont")[0]
    assert kinds("12 34")[0] == kinds("98 76")[0]


def test_what_is_too_long_is_left_out() -> None:
    assert kinds("x" * (LONGEST + 1)) == kinds("")
    assert kinds("you " + "x" * 40)[0] == kinds("you")[0]
    assert kinds("a " * MOST)[0] == kinds("a")[0]


def test_many_texts_are_read_in_several_goes() -> None:
    texts = ["so it goes on " * 200] * 60
    hashes, begins = read(texts)
    assert len(begins) == 60
    assert np.array_equal(hashes[:WORDS, begins[59] :], read(texts[:1])[0][:WORDS])
