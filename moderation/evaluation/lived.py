"""What people in pain write, and who is flagged more than others: M1, M12, M13, and pages over conversations (M6b).

    supportive sets → judged once → M1 by set and pack, M10's and M12's share of them
    text messages   → M12                 tweets called neither hateful nor coarse, kind sentences → M13

A set of strangers' posts is not a peer-support room; it is the nearest there is in the open. What speaks dialect is
told by words, roughly: it finds some of it, which is enough to compare and too little to count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from moderation.evaluation import corpora
from moderation.evaluation.bars import Chapter, Figure, of
from moderation.evaluation.measures import Rate, mean, rate, scores
from moderation.evaluation.outcomes import Judge, Outcome, judged, unlabelled
from moderation.lines import Case
from moderation.rules import DATA
from moderation.verdict import Action, CareBand, Submission

# Labels that say spam or scam.
SPAM = ("spam", "scam", "model.solicit")
# The author of the written lines who speaks African-American English and Patois.
DIALECT_AUTHOR = "heron"
# Words that mark African-American English in tweets; telling, not complete.
DIALECT = re.compile(
    r"(?i)\b(?:finna|ion|iont|imma|ima|tryna|gon|aint|ain't|dat|dis|dem|dey|wit|nuffin|bouta|deadass|lowkey|bruh|"
    r"yall|y'all|ya'll|wassup|talmbout|tho|doe|wanna|cuz|cause she|he be|she be|they be|we be|been had)\b"
)
# Each pack is tried with so many of each set.
_PER_PACK = 400


@dataclass(frozen=True, slots=True)
class Supportive:
    """The sets of M1, judged once under the general pack."""

    by_set: Mapping[str, list[Outcome]]

    @property
    def every(self) -> list[Outcome]:
        return [outcome for outcomes in self.by_set.values() for outcome in outcomes]


def supportive(judge: Judge, most: int | None) -> Supportive:
    """Judge the sets of M1, at most `most` of each. Raises SetsMissing."""
    return Supportive(
        {name: judged(unlabelled(texts, name), judge) for name, texts in corpora.supportive(most).items()}
    )


def silence(seen: Supportive) -> Chapter:
    """M1."""
    shares = {name: rate(each.silenced for each in outcomes) for name, outcomes in seen.by_set.items()}
    worst = max(shares.values(), key=lambda each: each.share or 0.0)
    every = seen.every
    whole = rate(each.silenced for each in every)
    untaught = [each for each in every if not corpora.taught(each.case.text)]
    table = {name: _row(outcomes) for name, outcomes in seen.by_set.items()}
    table |= {"all": _row(every), "never taught": _row(untaught)}
    return Chapter(
        [
            of("faults", rate(each.verdict.faulty for each in every)),
            Figure("M1.mean", mean(each.share for each in shares.values()), whole.n, whole.interval, "of four sets"),
            of("M1.worst", worst, next(name for name, each in shares.items() if each == worst)),
            of("M1.untaught", rate(each.silenced for each in untaught)),
            of("M1.blocked", rate(each.verdict.action is Action.BLOCK for each in every)),
        ],
        {"silenced by set": table},
    )


def by_pack(seen: Supportive, judge: Judge, packs: Iterable[str]) -> Chapter:
    """M1 under every policy pack."""
    texts = [case for name, all_of in seen.by_set.items() for case in _first(name, all_of)]
    return Chapter(tables={"silenced by pack": {pack: _row(judged(texts, judge, pack)) for pack in packs}})


def _first(name: str, outcomes: Sequence[Outcome]) -> list[Case]:
    return unlabelled(corpora.some([outcome.case.text for outcome in outcomes], _PER_PACK), name)


def _row(outcomes: Sequence[Outcome]) -> dict[str, Rate | float | str | None]:
    return {
        "silenced": rate(each.silenced for each in outcomes),
        "held": rate(each.verdict.action is Action.HOLD for each in outcomes),
        "blocked": rate(each.verdict.action is Action.BLOCK for each in outcomes),
        "masked": rate(each.verdict.action is Action.MASK for each in outcomes),
        "alerted": rate(each.alerted for each in outcomes),
        "paged": rate(each.paged for each in outcomes),
    }


# ------------------------------------------------------------------ M12


def spam(judge: Judge, seen: Supportive) -> Chapter:
    """Text messages: the fifth no model is taught, as one fold of five; support taken for spam."""
    messages = [row for row in corpora.sms_spam() if not corpora.taught(row[0])]
    outcomes = judged(unlabelled((text for text, _ in messages), "sms_spam"), judge)
    said = scores((is_spam(each), bool(label)) for each, (_, label) in zip(outcomes, messages, strict=True))
    silenced = rate(each.stopped and is_spam(each) for each in seen.every)
    note = f"precision {said.precision.share or 0:.3f}, recall {said.recall.share or 0:.3f}"
    return Chapter(
        [
            Figure("M12.f1", said.f1, said.n, said.f1_interval, note),
            of("M12.silenced", silenced),
        ]
    )


def is_spam(outcome: Outcome) -> bool:
    """Whether a message was stopped, and as spam."""
    return outcome.stopped and any(finding.label.startswith(SPAM) for finding in outcome.verdict.findings)


# ------------------------------------------------------------------ M13


def fairness(judge: Judge, written: Iterable[Case]) -> Chapter:
    """Dialect against the rest, and every identity group in kind sentences."""
    open_lines = judged((case for case in written if "no" not in case.deliver), judge)
    lines = _apart(open_lines, lambda each: each.case.author == DIALECT_AUTHOR)
    neither = [text for text, label in corpora.davidson() if label == 2 and not corpora.taught(text)]
    tweets = _apart(
        judged(unlabelled(neither, "davidson"), judge), lambda each: DIALECT.search(each.case.text) is not None
    )
    groups = identities(judge)
    shares = [each.share or 0.0 for each in groups.values()]
    name = max(groups, key=lambda group: groups[group].share or 0.0)
    return Chapter(
        [
            Figure(
                "M13.ratio",
                common_ratio([lines, tweets]),
                lines[0].n + tweets[0].n,
                note=f"own lines {ratio(*lines):.2f}, tweets {ratio(*tweets):.2f}",
            ),
            of("M13.dialect", lines[0] + tweets[0]),
            of("M13.worst", groups[name], name),
            Figure("M13.spread", max(shares) - min(shares), len(groups)),
        ],
        {
            "dialect": {
                "own open lines": {"dialect": lines[0], "others": lines[1], "ratio": ratio(*lines)},
                "tweets called neither": {"dialect": tweets[0], "others": tweets[1], "ratio": ratio(*tweets)},
            },
            "identity groups": {group: {"stopped": share} for group, share in groups.items()},
        },
    )


def ratio(dialect: Rate, others: Rate) -> float:
    """How many times as often; half a case is added to both sides, so that none of few is not zero."""
    return ((dialect.hits + 0.5) / (dialect.n + 1)) / ((others.hits + 0.5) / (others.n + 1))


def common_ratio(strata: Iterable[tuple[Rate, Rate]]) -> float:
    """The ratio over several kinds of text that differ in how much is stopped at all (Mantel and Haenszel): the few
    tweets alone would jump with every single one.
    """
    above = below = 0.0
    for dialect, others in strata:
        if dialect.n and others.n:
            above += dialect.hits * others.n / (dialect.n + others.n)
            below += others.hits * dialect.n / (dialect.n + others.n)
    return (above + 0.5) / (below + 0.5)


def identities(judge: Judge) -> dict[str, Rate]:
    """group → how often a kind sentence that names it is stopped."""
    listing = yaml.safe_load((DATA / "suite" / "identity.yaml").read_text(encoding="utf-8"))
    found = {}
    for group in listing["groups"]:
        texts = [_capital(sentence.format(group)) for sentence in listing["sentences"]]
        found[group] = rate(each.stopped for each in judged(unlabelled(texts, group), judge))
    return found


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _apart(outcomes: Iterable[Outcome], is_so: Callable[[Outcome], bool]) -> tuple[Rate, Rate]:
    """How many are stopped: of those for whom it is so, and of the others."""
    waiting = list(outcomes)
    return (
        rate(each.stopped for each in waiting if is_so(each)),
        rate(each.stopped for each in waiting if not is_so(each)),
    )


# ------------------------------------------------------------------ M6b


def pages(judge: Judge, most: int | None) -> Chapter:
    """Conversations in which a human would have been paged."""
    shares = {
        name: rate(_paged(number, spoken, judge) for number, spoken in enumerate(all_of[:most]))
        for name, all_of in corpora.conversations().items()
    }
    return Chapter([of(f"M6b.{name}", share) for name, share in shares.items()])


def _paged(number: int, spoken: Sequence[str], judge: Judge) -> bool:
    said = [
        Submission(
            text, lane="evaluation", author=f"speaker {number}", recent=tuple(spoken[max(0, place - 20) : place])
        )
        for place, text in enumerate(spoken)
    ]
    return any(verdict.care.band >= CareBand.HIGH for verdict in judge(said))
