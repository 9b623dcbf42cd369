"""Familiar words: what each word weighs, reckoned once and kept.

    texts ─▶ words ─▶ never met? weigh them, all at once ─▶ numbers of words ─┬▶ what each weighs by itself ─┐
                                                                              └▶ what each pair weighs ──────┴▶ sums

People say the same few thousand words again and again, and but for its neighbour all a word weighs is its own: itself
and the runs of letters in it. So a text is one look into a table a word. Pairs are too many to keep; they are hashed of
what the two say. Sums are of whole numbers: they are the same whether a word was met before or not.

Bounded: at `MOST` words all are forgotten. They come back with the next messages; what nobody says again does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation import features

# Words kept. About 10 MB when it is full.
MOST = 40_000
# Texts read in one go: their words have room, all of them new and as many as the longest text can have.
_TOGETHER = 16
# The number of what stands before the first word of a text.
_BEGINNING = 0


class Familiar:
    """The words met so far."""

    def __init__(self, weigh: Callable[[Any], Any], width: int) -> None:
        """`weigh` gives (features, `width`) whole numbers for hashes."""
        self._weigh = weigh
        self._width = width
        self._said = np.zeros(MOST, np.uint64)
        self._leads = np.zeros(MOST, np.uint64)  # what a word adds to a pair as its first
        self._leads[_BEGINNING] = features.BEGINNING
        self._alone = np.zeros((MOST, 2 * width), np.int32)  # the word, and its runs
        self._numbers: dict[bytes, int] = {b"": _BEGINNING}

    def __len__(self) -> int:
        return len(self._numbers)

    def summed(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """(texts, 2, width): what the words and pairs of each text weigh, and what its runs do."""
        parts = [self._summed(texts[first : first + _TOGETHER]) for first in range(0, len(texts), _TOGETHER)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _summed(self, texts: Sequence[str]) -> NDArray[np.int32]:
        words: list[bytes] = []
        begins: list[int] = []
        for text in texts:
            begins.append(len(words))
            words.append(b"")
            words += features.words(text)
        numbers = np.array(self._known(words))
        hashes = features.paired(self._leads.take(numbers[:-1]), self._said.take(numbers[1:]))
        if len(begins) > 1:
            hashes[[begin - 1 for begin in begins[1:]]] = 0  # the next text's beginning is nobody's neighbour
        weights = self._alone.take(numbers, axis=0)
        weights[:-1, : self._width] += self._weigh(hashes)
        sums: NDArray[np.int32] = np.add.reduceat(weights, begins, axis=0, dtype=np.int32)
        return sums.reshape(len(texts), 2, self._width)

    def _known(self, words: Sequence[bytes]) -> list[int]:
        """The number of each word, new ones learnt."""
        numbers = list(map(self._numbers.get, words))
        if None in numbers:
            new = [word for word in dict.fromkeys(words) if word not in self._numbers]
            if len(self._numbers) + len(new) > MOST:
                self._numbers = {b"": _BEGINNING}
                new = [word for word in dict.fromkeys(words) if word]
            for first in range(0, len(new), features.MOST_WORDS):
                self._learn(new[first : first + features.MOST_WORDS])
            numbers = list(map(self._numbers.get, words))
        return numbers  # type: ignore[return-value]

    def _learn(self, words: Sequence[bytes]) -> None:
        said, own, runs, begins = features.read_words(words)
        first, last = len(self._numbers), len(self._numbers) + len(words)
        self._said[first:last] = said
        self._leads[first:last] = features.leading(said)
        self._alone[first:last, : self._width] = self._weigh(own)
        flat = begins.ravel()
        lengths = np.append(flat[1:], len(runs)) - flat
        sums = np.add.reduceat(self._weigh(runs), flat, axis=0, dtype=np.int32)
        sums *= (lengths > 0)[:, None]  # where there is nothing, reduceat gives what comes next
        self._alone[first:last, self._width :] = sums.reshape(*begins.shape, -1).sum(axis=0)
        self._numbers.update(zip(words, range(first, last), strict=True))
