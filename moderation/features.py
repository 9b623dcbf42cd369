"""What the model reads of a message: hashed words, word pairs and runs of letters.

    texts (soft views) ─▶ one row of bytes ─▶ running sums ─▶ 64-bit hashes, kind after kind, text after text

All texts of a tick are read together, because most of the cost is per call and not per letter. A hash of any stretch
is the difference of two running sums times a power, so words, pairs and runs of 3 to 5 letters cost a few array
operations each, whatever their number. The arithmetic is on 64-bit integers that wrap: the same on every machine, in
every process and with every Python, and whoever else is in the batch changes nothing.

    words    each word, each two neighbours; the beginning of a text is a neighbour too
    runs     3, 4 and 5 letters within a word and the blanks around it

Digits are all one digit, apostrophes are left out ("dont", "don't"), "?" and "!" are words. A word of more than
`LONGEST` letters is nobody's and left out, as is what comes after `MOST` characters. 0 stands for no feature.

All but the pairs belongs to one word, whatever stands beside it. So who reads many texts reads each word once: `words`
cuts a text, `read_words` gives what each word has, and `paired` what two neighbours have (familiar.py).
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
# Kinds of what is read: first words, pairs of words and beginnings, then runs of so many letters.
WORDS = 3
RUNS = (3, 4, 5)
KINDS = WORDS + len(RUNS)

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

# Bytes read in one go at most: the longest text, each character of four bytes or set apart by two blanks.
_TOGETHER = 1 << 16
# Words read in one go: as many as have room there, each with a mark and two blanks.
MOST_WORDS = (_TOGETHER - 1) // (LONGEST + 3)
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
_WORD, _PAIR, *_RUN = (np.uint64(_scattered(1000 + kind) | 1) for kind in range(2 + len(RUNS)))
_RUN_BACK = np.array(_RUN)[:, None] * _BACK
_ROWS = np.arange(len(RUNS))[:, None]
BEGINNING, _PAIRED, _MIXING = (np.uint64(_scattered(2000 + kind) | 1) for kind in range(3))
_SHIFT = np.uint64(29)


def read(texts: Sequence[str]) -> tuple[Hashes, Places]:
    """(hashes, begins) of `texts` in lower case; any Unicode is fine. What text n has of kind k (of KINDS) stands
    from `begins[k, n]` to the next of `begins`, kind after kind. There is at least one hash, and zeros say nothing.
    """
    raw = _bytes(texts)
    if len(raw) < _TOGETHER:
        return _read(raw)
    half = len(texts) // 2
    return _together(read(texts[:half]), read(texts[half:]))


def _bytes(texts: Sequence[str]) -> bytes:
    """The texts as they are hashed: each a mark, its plain bytes, a blank; and behind them one more mark."""
    whole = " \0".join([text[:MOST] for text in texts])
    if whole.count("\0") >= len(texts):  # somebody wrote our mark
        whole = " \0".join([text[:MOST].replace("\0", " ") for text in texts])
    if "?" in whole:
        whole = whole.replace("?", " ? ")
    if "!" in whole:
        whole = whole.replace("!", " ! ")
    return b"\0" + whole.encode("utf-8", "surrogatepass").translate(_TABLE, b"'") + b" \0"


def words(text: str) -> list[bytes]:
    """The words of a text as `read_words` takes them. One that a text begins with, no blank before it, has the mark of
    the beginning in front: its runs begin with it.
    """
    text = text[:MOST]
    if "?" in text:
        text = text.replace("?", " ? ")
    if "!" in text:
        text = text.replace("!", " ! ")
    if "\0" in text:
        text = text.replace("\0", " ")
    raw = text.encode("utf-8", "surrogatepass").translate(_TABLE, b"'")
    found = raw.split()
    if found and raw[0] != _BLANK and len(found[0]) <= LONGEST:
        found[0] = b"\0" + found[0]
    return found if len(raw) <= LONGEST else [word for word in found if len(word) <= LONGEST or word[0] == _BEGIN]


def read_words(words: Sequence[bytes]) -> tuple[Hashes, Hashes, Hashes, Places]:
    """(said, own, runs, begins): of each word what it says in a pair, its own hash, and the hashes of its runs: those
    of length k of word n from `begins[k, n]` to the next of `begins`, and one last that says nothing. At most
    `MOST_WORDS`.
    """
    raw = b"".join([word + b" " if word[0] == _BEGIN else b"\0 " + word + b" " for word in words]) + b"\0"
    sums, starts, ends, blank, marks = _summed(raw)
    said = _said(sums, starts, ends)
    runs, begins = _runs(sums, blank, marks[:-1])
    return said, _mixed(said * _WORD), _mixed(runs), begins


def leading(said: Hashes) -> Hashes:
    """What words that say this add to a pair as its first word."""
    return said * _PAIRED


def paired(lefts: Hashes, rights: Hashes) -> Hashes:
    """The hashes of pairs: what the first words add as `leading` has it, or `BEGINNING`, and what the second say."""
    pairs = lefts + rights
    pairs *= _PAIR
    return _mixed(pairs)


def _read(raw: bytes) -> tuple[Hashes, Places]:
    sums, starts, ends, blank, marks = _summed(raw)
    words, of_words = _words(_said(sums, starts, ends), starts, marks)
    runs, of_runs = _runs(sums, blank, marks[:-1])
    return _mixed(np.concatenate([words, runs])), np.concatenate([of_words, of_runs + len(words)])


def _summed(raw: bytes) -> tuple[Any, Any, Any, Any, Any]:
    """(sums, starts, ends, blank, marks): running sums of the letters, where words start and end, what is no letter of
    one, and where the marks are.
    """
    letters = np.frombuffer(raw, np.uint8)
    size = len(letters)
    sums = np.zeros(size + 1, np.uint64)
    np.cumsum(_VALUES.take(letters) * _POWERS[:size], out=sums[1:])
    blank = letters <= _BLANK
    marks = (letters == _BEGIN).nonzero()[0]
    edges = (blank[1:] != blank[:-1]).nonzero()[0] + 1  # a text begins and ends blank: starts and ends take turns
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts > LONGEST
    if long.any():
        blank |= _within(starts[long], ends[long], size)
        starts, ends = starts[~long], ends[~long]
    return sums, starts, ends, blank, marks


def _said(sums: Any, starts: Any, ends: Any) -> Any:
    """The letters of each word, wherever it stands."""
    return (sums.take(ends) - sums.take(starts)) * _BACK.take(starts)


def _mixed(hashes: Any) -> Hashes:
    """Each bit made to depend on all, in place."""
    mixed: Hashes = hashes
    mixed ^= mixed >> _SHIFT
    mixed *= _MIXING
    mixed ^= mixed >> _SHIFT
    return mixed


def _within(starts: Any, ends: Any, size: int) -> Any:
    """Which of `size` places lie within one of these stretches; no two of them touch."""
    turns = np.zeros(size, bool)
    turns[starts] = turns[ends] = True
    return np.logical_xor.accumulate(turns)


def _words(alone: Any, starts: Any, marks: Any) -> tuple[Hashes, Places]:
    """Words, the pairs each makes with the next one, and what each text's first word makes with its beginning."""
    many = len(starts) + 1
    said = np.zeros(many, np.uint64)  # a last one that is no word: there is always a next one
    said[:-1] = alone
    firsts = starts.searchsorted(marks)
    firsts, nexts = firsts[:-1], firsts[1:]
    pairs = leading(said)
    pairs[:-1] += said[1:]
    pairs[nexts - 1] = 0  # the next text's first word is nobody's neighbour
    begun = (said.take(firsts) + BEGINNING) * (nexts > firsts)
    return (
        np.concatenate([said * _WORD, pairs * _PAIR, begun * _PAIR]),
        np.array([firsts, firsts + many, np.arange(2 * many, 2 * many + len(begun))]),
    )


def _runs(sums: Any, blank: Any, begins: Any) -> tuple[Hashes, Places]:
    """A run stands where it begins. None has a blank but at its two ends."""
    size = len(blank)
    blanks = np.zeros(size + 1, np.int32)
    np.cumsum(blank, out=blanks[1:])
    runs = np.zeros((len(RUNS), size), np.uint64)
    kept = np.zeros(runs.shape, bool)
    for row, length in enumerate(RUNS):
        many = size - length + 1
        if many > 0:
            np.subtract(sums[length:], sums[:many], out=runs[row, :many])
            np.equal(blanks[length - 1 : size], blanks[1 : many + 1], out=kept[row, :many])
    runs *= _RUN_BACK[:, :size]
    kept[-1, -1] = True  # no run: the last text of the last kind has something, too
    places = kept.ravel().nonzero()[0]
    return runs.take(places), places.searchsorted(begins + _ROWS * size)


def _together(first: tuple[Hashes, Places], second: tuple[Hashes, Places]) -> tuple[Hashes, Places]:
    """What was read in two goes as if it had been one."""
    parts = [np.split(hashes, begins[1:, 0]) for hashes, begins in (first, second)]
    ends = np.append(first[1][1:, 0], len(first[0]))[:, None]
    return (
        np.concatenate([part for kind in zip(*parts, strict=True) for part in kind]),
        np.concatenate([first[1] + second[1][:, :1], second[1] + ends], axis=1),
    )
