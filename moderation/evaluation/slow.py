"""Texts made to be slow: what somebody would write who wants the filter to be late for everybody else.

    pieces that each begin something a detector looks for ─┬▶ strung together, with this or that between
    small alphabets in which nearly every word is odd ─────┘

What stands where is chosen by hashes of the text's number and the place: two versions are measured on the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TypeVar

from moderation.evaluation.corpora import digest

T = TypeVar("T")

# As long as a message may be.
LENGTH = 2000
PIECES = (
    "14 Larkfield Close", "22 Larkmill Ave Apt 3B", "Calle Almendro 27", "ul. Polna 8/4", "Blk 4 Lot 12", "PO Box 1182",
    "9, The Row", "2 Bb Street", "3 north C Road", "i live at 4 the old mill lane", "house no 4/5 Green Park Main",
    "call 020 7946 0958", "one two three four five six", "oh seven seven double oh", "4111 1111 1111 1111",
    "sam at example dot com", "a@b.com", "hxxps://x.test", "bit.ly/3x", "him.but", "add me on discord a_b",
    "@quiet_maple", "k.i.l.l", "u r w o r t h l e s s", "sh1t", "sh*t", "loooooser", "$tup1d", "k!ll y0urself",
    "yuorself", "worhtless", "i want to die", "not suicidal", "he said \"kill yourself\"", "how old are you", "116 123",
    "50mg", "10/10/2020", "I'm", "don't", "…", "?!?!",
)  # fmt: skip
ALPHABETS = (
    "*!1|a", "il1!|", "a.", "a b", "a-b.c_", "0 1-2", "A 1,", "@#._a1", "a/.:", "qwertyuiop ", "аеорсух abc",
    "ａｂｃ１２３ ", "a\u0301e\u0308 ", "a\u200bb\u200d ", "\"a ", "$5@a ", "1 2\n", "ß½ﬁ a", "😀a❤️ ", "aaab ",
    "ck fu*", "shit1!$ ", "1a\n",
)  # fmt: skip
BETWEEN = (" ", ", ", ". ", "\n", "  ", "", " a ")


def texts(many: int, series: str = "slow") -> Iterator[str]:
    """So many of them, `LENGTH` characters each; another series has others."""
    for number in range(many):
        places = count()

        def choose(among: Sequence[T], start: str = f"{series} {number}", places: Iterator[int] = places) -> T:
            return among[digest(f"{start} {next(places)}") % len(among)]

        share, between, alphabet = choose(range(10)), choose(BETWEEN), choose(ALPHABETS)
        text = ""
        while len(text) < LENGTH:
            odd = "".join(choose(alphabet) for _ in range(choose(range(1, 10))))
            text += (choose(PIECES) if choose(range(10)) < share else odd) + between
        yield text[:LENGTH]
