"""M14: how long a message takes, alone and among others.

    texts of about 93 characters → each judged alone, several times → the middle of its times → median and p99 of them
                                 → judged 8 and 32 together          → time for each of them
    those the model is unsure of → each read by the second opinion   → median and p99 of its times, and their share
    texts made to be slow        → read beforehand, as in the server → p99 of what is left for the loop

The middle of several tries leaves out what the machine did meanwhile and keeps what the text costs: that is what can
be compared between two versions. What a person meets under load is measured in the running server, by stage. The
clock is given: CPU time of the process where a gate depends on it, wall time otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from moderation.evaluation.bars import Cell, Chapter, Figure
from moderation.evaluation.measures import percentile
from moderation.evaluation.outcomes import Judge
from moderation.opinion import Opining
from moderation.pipeline import LONG, Pipeline
from moderation.verdict import Submission
from moderation.work import Unsure

# A message is about this long.
USUAL = 93
_NEAR = 15
_MANY = 800
_TRIES = 5
TOGETHER = (1, 8, 32)


def usual(texts: Iterable[str]) -> list[str]:
    """Messages of about the usual length."""
    return [text for text in texts if abs(len(text) - USUAL) <= _NEAR][:_MANY]


def timed(texts: Sequence[str], judge: Judge, clock: Callable[[], float]) -> tuple[Chapter, list[float]]:
    """Figures in milliseconds, and the times of each text alone for the histogram. `clock` gives seconds."""
    submissions = [Submission(text, lane="timing", author=str(number)) for number, text in enumerate(texts)]
    judge(submissions)  # what is made once is made before
    alone = _alone(submissions, judge, clock)
    among = {many: _together(submissions, judge, clock, many) for many in TOGETHER[1:]}
    figures = [
        Figure("M14.median", percentile(alone, 0.5), len(alone)),
        Figure("M14.p99", percentile(alone, 0.99), len(alone)),
        Figure("M14.together", among[32], len(alone), note=f"among 8: {among[8]:.3f} ms"),
    ]
    rows: dict[str, dict[str, Cell]] = {
        f"p{share * 100:g}": {"alone, ms": percentile(alone, share)} for share in (0.5, 0.9, 0.99, 0.999)
    }
    rows |= {f"among {many}": {"alone, ms": None, "each, ms": value} for many, value in among.items()}
    return Chapter(figures, {"time": rows}), alone


def second(texts: Sequence[str], judging: Pipeline, load: Opining | None, clock: Callable[[], float]) -> Chapter:
    """The second opinion, which no message of the loop waits for but its own: milliseconds a text, and the share of
    texts `judging` asks for it. Nothing where there is none to `load`.
    """
    if load is None:
        return Chapter([])
    opinion = load()
    first = judging.first_all([Submission(text, lane="second", author=str(at)) for at, text in enumerate(texts)], 0.0)
    asked = [each for each in first if isinstance(each, Unsure)]
    times = []
    for unsure in asked:
        tries = []
        for _ in range(_TRIES):
            begun = clock()
            opinion.scores([unsure.text], [unsure.small])
            tries.append((clock() - begun) * 1000)
        times.append(percentile(tries, 0.5))
    share = Figure("M14.uncertain", len(asked) / len(texts), len(texts))
    if not times:
        return Chapter([share])
    return Chapter([
        share,
        Figure("M14.second", percentile(times, 0.5), len(times)),
        Figure("M14.second.p99", percentile(times, 0.99), len(times)),
    ])  # fmt: skip


def hostile(texts: Sequence[str], judging: Pipeline, clock: Callable[[], float]) -> Chapter:
    """What texts made to be slow take of the loop: all but the reading, where it is done beside."""
    times, reading = [], []
    for at, text in enumerate(texts):
        tries, read = [], []
        for again in range(_TRIES):
            one = Submission(text, lane="hostile", author=f"{at} {again}")
            begun = clock()
            work = judging.read(one, 0.0, clock) if len(text) >= LONG else one
            middle = clock()
            (first,) = judging.first_all([work], 0.0)
            if isinstance(first, Unsure):
                judging.settled(first, first.small)
            tries.append((clock() - middle) * 1000)
            read.append((middle - begun) * 1000)
        times.append(percentile(tries, 0.5))
        reading.append(percentile(read, 0.5))
    note = f"most {max(times):.1f} ms; beside the loop p99 {percentile(reading, 0.99):.1f}, most {max(reading):.1f} ms"
    return Chapter([Figure("M14.hostile", percentile(times, 0.99), len(times), note=note)])


def _alone(submissions: Sequence[Submission], judge: Judge, clock: Callable[[], float]) -> list[float]:
    tries: list[list[float]] = [[] for _ in submissions]
    for _ in range(_TRIES):
        for times, submission in zip(tries, submissions, strict=True):
            begun = clock()
            judge([submission])
            times.append((clock() - begun) * 1000)
    return [percentile(times, 0.5) for times in tries]


def _together(submissions: Sequence[Submission], judge: Judge, clock: Callable[[], float], many: int) -> float:
    """Milliseconds each: the middle of the batches, the best of the tries."""
    best = []
    for _ in range(_TRIES):
        times = []
        for start in range(0, len(submissions) - many + 1, many):
            begun = clock()
            judge(submissions[start : start + many])
            times.append((clock() - begun) * 1000 / many)
        best.append(sum(times) / len(times))
    return min(best)
