"""What the model reads of a message: hashed words, word pairs and runs of letters.

    texts (soft views) ─▶ one row of bytes ─▶ running sums ─▶ 64-bit hashes: a column per byte, a row per kind

All texts of a tick are read together, because most of the cost is per call and not per letter. A hash of any stretch
is the difference of two running sums times a power, so words, pairs and runs of 3 to 5 letters cost a few array
operations each, whatever their number. The arithmetic is on 64-bit integers that wrap: the same on every machine, in
every process and with every Python, and whoever else is in the batch changes nothing.

    words    each word, each two neighbours; the beginning of a text is a neighbour too
    runs     3, 4 and 5 letters within a word and the blanks around it

Digits are all one digit, apostrophes are left out ("dont", "don't"), "?" and "!" are words. A word of more than
`LONGEST` letters is nobody's and left out, as is what comes after `MOST` characters. 0 stands for no feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Longer "words" are links, keys and noise.
LONGEST = 16
# Characters of a text that are read: as many as the longest lawful message has.
MOST = 4096
# The first rows of what is read are words, the others runs.
WORDS = 2
RUNS = (3, 4, 5)

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

# Bytes read in one go at most: the longest text, each character of four bytes or set apart by two blanks.
_TOGETHER = 1 << 16
_MASK = (1 << 64) - 1
_FACTOR = 0x9E3779B97F4A7C15
_BEGIN, _BLANK = 0, 32


def _table() -> bytes:
    """Byte → byte: digits one, signs a blank; bytes of other scripts and emoji stay."""
    kept = {*range(ord("a"), ord("z") + 1), *range(128, 256), ord("?"), ord("!"), _BEGIN}
    digits = range(ord("0"), ord("9") + 1)
    capitals = range(ord("A"), ord("Z") + 1)
    return bytes(
        byte if byte in kept else ord("0") if byte in digits else byte + 32 if byte in capitals else _BLANK
        for byte in range(256)
    )


def _scattered(number: int) -> int:
    """A number that looks like chance and is none (splitmix64)."""
    number = (number * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def _powers(factor: int) -> Hashes:
    factors = np.full(_TOGETHER, factor, np.uint64)
    factors[0] = 1
    return np.cumprod(factors)


_TABLE = _table()
_VALUES = np.array([_scattered(byte) for byte in range(256)], np.uint64)
_POWERS = _powers(_FACTOR)
_BACK = _powers(pow(_FACTOR, -1, 1 << 64))
# What tells the kinds of features apart, and what mixes a hash so that each of its bits depends on the whole.
_KINDS = np.array([[_scattered(1000 + kind) | 1] for kind in range(WORDS + len(RUNS))], np.uint64)
_FIRST, _PAIRED, _MIXING = (np.uint64(_scattered(2000 + kind) | 1) for kind in range(3))
_SHIFT = np.uint64(29)


def read(texts: Sequence[str]) -> tuple[Hashes, Places]:
    """(hashes, begins) of `texts` in lower case; any Unicode is fine. Text n has the columns from `begins[n]` to
    `begins[n + 1]`, at least two.
    """
    raw = _bytes(texts)
    if len(raw) < _TOGETHER:
        return _read(raw)
    half = len(texts) // 2
    first, second = read(texts[:half]), read(texts[half:])
    return (
        np.concatenate([first[0], second[0]], axis=1),
        np.concatenate([first[1], second[1] + first[0].shape[1]]),
    )


def _bytes(texts: Sequence[str]) -> bytes:
    """The texts as they are hashed: each a mark, its plain bytes, a blank."""
    whole = " \0".join([text[:MOST] for text in texts])
    if whole.count("\0") >= len(texts):  # somebody wrote our mark
        whole = " \0".join([text[:MOST].replace("\0", " ") for text in texts])
    if "?" in whole:
        whole = whole.replace("?", " ? ")
    if "!" in whole:
        whole = whole.replace("!", " ! ")
    return b"\0" + whole.encode("utf-8", "surrogatepass").translate(_TABLE, b"'") + b" "


def _read(raw: bytes) -> tuple[Hashes, Places]:
    letters = np.frombuffer(raw, np.uint8)
    size = len(letters)
    sums = np.zeros(size + 1, np.uint64)
    np.cumsum(_VALUES.take(letters) * _POWERS[:size], out=sums[1:])
    blank = letters <= _BLANK
    begins = np.flatnonzero(letters == _BEGIN)
    edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1  # a text begins and ends blank: starts and ends take turns
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts > LONGEST
    if long.any():
        for start, end in zip(starts[long], ends[long], strict=True):
            blank[start : end + 1] = True
        starts, ends = starts[~long], ends[~long]
    hashes = np.zeros((len(_KINDS), size), np.uint64)
    _words(hashes, sums, starts, ends, begins)
    _runs(hashes, sums, blank)
    hashes *= _KINDS
    hashes ^= hashes >> _SHIFT
    hashes *= _MIXING
    hashes ^= hashes >> _SHIFT
    return hashes, begins


def _words(hashes: Any, sums: Any, starts: Any, ends: Any, begins: Any) -> None:
    """A word stands where it starts, a pair where its first word does, or at the mark of its text."""
    said = (sums[ends] - sums[starts]) * _BACK[starts]
    hashes[0, starts] = said
    places = np.concatenate([begins, starts])
    places.sort()
    marked = hashes[0, places]
    follower = marked[1:]
    hashes[1, places[:-1]] = np.where(marked[:-1] == 0, _FIRST, marked[:-1] * _PAIRED) + follower
    hashes[1, places[:-1]] *= follower != 0  # the next text's mark is nobody's neighbour


def _runs(hashes: Any, sums: Any, blank: Any) -> None:
    """A run stands where it begins. None has a blank but at its two ends."""
    size = len(blank)
    blanks = np.zeros(size + 1, np.int32)
    np.cumsum(blank, out=blanks[1:])
    for row, length in enumerate(RUNS, WORDS):
        many = size - length + 1
        if many > 0:
            runs = hashes[row, :many]
            np.subtract(sums[length:], sums[:many], out=runs)
            runs *= _BACK[:many]
            runs *= blanks[length - 1 : size] == blanks[1 : many + 1]
