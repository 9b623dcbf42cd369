"""What a message costs the filter, in microseconds of CPU: least of several runs, so that a busy machine lies less.

    python -m tests.bench.filter                    # all of them, some seconds
    python -m tests.bench.filter --hostile 5000     # that many texts made to be slow; --seed for others

`plain` are sentences of bodies.txt, `stretched` the same with a token like "~Tabcdefgh~" in front, `batches` plain ones
judged 32 at a time; these three are whole judgements, model and all but second
opinions (tests/bench/second.py). `hostile` texts have 2,000 characters of what the
detectors look for, mixed; for them only normalise, contact and rules count, which run in the loop one message at a
time. The bound they have to keep is 5 ms; a test bounds their work (tests/moderation/test_contact.py).
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from moderation import model, pipeline
from moderation.pipeline import Pipeline
from moderation.verdict import Submission
from moderation.work import Work

_TURNS = 5
_LENGTH = 2000
_BLOCKS = (
    "07700 ", "one ", "two ", "double ", "a.", "@", "a@b.", " dot ", " at ", "A Road ", "14 Abc ", "snap ",
    "add me ", "a_b", "://", "http://", "www.", "hxxp", "f*ck ", " underscore ", "12 rue de ", "number one ",
    "k.i.l.l ", "k i l l  ", "4111 ", "é", "а", "\u200b", "'", "\n", " ", ".", "-", "*", "/", ",", "1", "0", "ab",
    "sh1t ", "y0u ", "yuorself ", "loooser ", "aaaa", "\u0301", "🙂", "kill yourself ", "you ", "I ", "hundred ",
    "Abc Lane, ", "flat 3 ", "+44 ", "555-01", "12-12-12 ", "u/ab ", "#1234", "ig ", "is ", "discord ", "invite ",
    "Calle ", "Sector 1 ", "live at ", "Hall ", "SW1A 1AA ", "ssn ", "account ", "GB12 ", "988 ", "116 123 ", "$",
    "!", "~", "#", "(", "]", "я ", "日本", "ﬁ", "ａ", "𝐤", "1 ", "abc.ly ", "9876543210 ",
)  # fmt: skip
_ALPHABETS = ("*aeiou1!|", "abc123*@$!|", "a.b-c*1!", "0123456789 -.()+", "ab.@", "abcdefghij", "aA1_. ", "*!1|$")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hostile", type=int, default=600, metavar="TEXTS")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    judging = pipeline.load(stopwatch=time.monotonic, budget=30.0, flood=False, model=model.load())
    bodies = (Path(__file__).parent / "bodies.txt").read_text(encoding="utf-8").splitlines()[:2000]
    plain = [_submission(text) for text in bodies]
    stretched = [_submission(f"~T{place:08x}bcdefgh~ {text}") for place, text in enumerate(bodies)]
    gc.collect()
    gc.freeze()
    for name, batch in (("plain", plain), ("stretched", stretched)):
        cost = _least(lambda batch=batch: [judging.judge(each, 0.0) for each in batch])  # type: ignore[misc]
        print(f"{name:10} {cost / len(batch) * 1e6:8.1f} µs a message")
    pieces = [plain[start : start + 32] for start in range(0, len(plain), 32)]
    cost = _least(lambda: [judging.judge_all(piece, 0.0) for piece in pieces])
    print(f"{'batches':10} {cost / len(plain) * 1e6:8.1f} µs a message, 32 together")
    _hostile(judging, arguments.hostile, random.Random(arguments.seed))


def _hostile(judging: Pipeline, texts: int, chance: random.Random) -> None:
    costs = sorted((_before(judging, text), text) for text in (_mixture(chance) for _ in range(texts)))
    for name, share in (("median", 0.5), ("p99", 0.99), ("worst", 1.0)):
        print(f"{'hostile':10} {costs[min(texts - 1, int(texts * share))][0] * 1e6:8.0f} µs {name}")
    print(f"the worst begins {costs[-1][1][:60]!r}")


def _before(judging: Pipeline, text: str) -> float:
    """Seconds of CPU of the stages before the model."""

    def run() -> None:
        work = Work(_submission(text), 0.0, judging.packs["general"])
        judging._through(judging._before, work)

    return _least(run)


def _least(run: Callable[[], object]) -> float:
    least = float("inf")
    for _ in range(_TURNS):
        begun = time.thread_time()
        run()
        least = min(least, time.thread_time() - begun)
    return least


def _mixture(chance: random.Random) -> str:
    """2,000 characters: pieces of what is looked for, or tokens of a few signs, few of them or many."""
    if chance.random() < 0.4:
        signs = chance.choice(_ALPHABETS)
        pieces: Sequence[str] = [
            "".join(chance.choices(signs, k=chance.randint(1, 14))) + chance.choice(" \n") for _ in range(1000)
        ]
    else:
        pieces = chance.choices(chance.sample(_BLOCKS, chance.choice((1, 2, 3, 6, 10, 30))), k=_LENGTH)
    return "".join(pieces)[:_LENGTH]


def _submission(text: str) -> Submission:
    return Submission(text, lane="bench", author="somebody")


if __name__ == "__main__":
    main()
