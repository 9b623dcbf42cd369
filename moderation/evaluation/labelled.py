"""Labelled cases: the suite, our own written lines, the packs' cases, and the third nobody looked at.

    suite     M2, M7                    lines     M4 to M7, M9, scams of M12 on lines of our own
    packs     each pack's own cases     untouched     the same counts as for lines; nothing but counts leaves here
    emoji     M8's shape on a set       by_function   M8's shape on sentences of our own, the held-out ones

The bars of M4 to M6 and M9 are for data that is held back elsewhere. Here they stand beside lines of our own, which
rules and model were made with: a figure of the tuned part says what is known, the untouched third what is hoped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from moderation import functions, lines
from moderation.evaluation import corpora
from moderation.evaluation.bars import Cell, Chapter, Figure, Table, of
from moderation.evaluation.measures import Rate, macro, mean, rate, scores
from moderation.evaluation.outcomes import Judge, Outcome, by_category, judged, unlabelled
from moderation.lines import Case
from moderation.rules import DATA
from moderation.verdict import Action, CareBand

SUITE = DATA / "suite" / "dev.jsonl"
CASES = DATA / "cases"

# Categories of the suite and of the written lines that are never to be silenced (M7).
NEVER_SILENCED = frozenset(
    [
        "coarse_self_talk", "obfuscated_self_expression", "obfuscated_coarse", "quoted_abuse_by_survivor",
        "quoted_abuse", "reclaimed_words", "supportive_reply_hard_words", "supportive_hard_words", "supportive_reply",
        "past_recovery_story", "recovery_story", "dialect", "idiom_violence", "idiom", "negated_ideation",
    ]
)  # fmt: skip
# Categories in which nobody is to be paged (M6c).
NEVER_PAGED = frozenset(
    [
        "negated_ideation", "idiom_violence", "idiom", "past_recovery_story", "recovery_story",
        "quoted_abuse_by_survivor", "quoted_abuse", "supportive_reply_hard_words", "supportive_hard_words",
        "supportive_reply", "postpartum_intrusive", "intrusive_thoughts",
    ]
)  # fmt: skip


def suite(judge: Judge) -> tuple[Chapter, list[Outcome]]:
    """M2, and the outcomes for M7, M6c and M11."""
    outcomes = judged(lines.suite(SUITE), judge)
    right = {name: rate(each.right for each in all_of) for name, all_of in by_category(outcomes).items()}
    wrong = sum(not each.right for each in outcomes)
    figures = [
        Figure(
            "M2.right", macro(right), len(outcomes), rate(each.right for each in outcomes).interval, f"{wrong} wrong"
        ),
        of("M2.silenced", rate(each.silenced for each in outcomes if "no" not in each.case.deliver)),
    ]
    return Chapter(figures, {"suite by category": table(outcomes)}), outcomes


def kept(outcomes: Iterable[Outcome]) -> Figure:
    """M7 of suite and lines together."""
    return of("M7.kept", rate(not each.silenced for each in outcomes if each.case.category in NEVER_SILENCED))


def written(outcomes: Sequence[Outcome]) -> list[Figure]:
    """M4 to M6c, M9 and the scams of M12 on written lines."""
    harmful = [each for each in outcomes if each.case.deliver == {"no"}]
    stopped = {name: rate(each.stopped for each in all_of) for name, all_of in by_category(harmful).items()}
    weakest = min(stopped, key=lambda name: stopped[name].share or 0.0, default="")
    crisis = [each for each in outcomes if is_crisis(each.case)]
    acute = [each for each in outcomes if each.case.care_at_least >= CareBand.HIGH]
    calm = scores(
        (each.alerted, is_crisis(each.case)) for each in outcomes if is_crisis(each.case) or is_calm(each.case)
    )
    return [
        of("M4.lines", rate(each.silenced for each in outcomes if "no" not in each.case.deliver)),
        of("M5.stopped", rate(each.stopped for each in harmful)),
        *([of("M5.weakest", stopped[weakest], weakest)] if stopped else []),
        of("M6.alerted", rate(each.alerted for each in crisis)),
        of("M6.paged", rate(each.paged for each in acute)),
        of("M6.everyday", rate(each.alerted for each in outcomes if each.case.category == "everyday_talk")),
        of("M6.distressed", rate(each.alerted for each in outcomes if each.case.category == "distressed_talk")),
        of("M6c.paged", rate(each.paged for each in outcomes if each.case.category in NEVER_PAGED)),
        of("M12.scams", rate(each.stopped for each in outcomes if each.case.category == "scam")),
        Figure("M9.f1", calm.f1, calm.n, calm.f1_interval),
    ]


def is_crisis(case: Case) -> bool:
    """Whether the writer is to be alerted for, whatever becomes of the words."""
    return case.care_at_least >= CareBand.CONCERN


def is_calm(case: Case) -> bool:
    """Whether an alert would be one too many."""
    return case.care_at_most < CareBand.CONCERN


def own(judge: Judge, tuned: bool) -> tuple[Chapter, list[Outcome]]:
    """The tuned part of the written lines, or the untouched third."""
    outcomes = judged((case for case in lines.written() if case.held_out is not tuned), judge)
    name = "lines" if tuned else "untouched"
    tables: dict[str, Table] = {f"{name} by category": table(outcomes), f"{name} by author": by_author(outcomes)}
    return Chapter([*written(outcomes), kept(outcomes)], tables), outcomes


def to_look_at(outcomes: Sequence[Outcome]) -> Chapter:
    """Ids of the cases that hurt most: for whoever mends rules and model. Never of untouched lines."""
    shown = [each for each in outcomes if not each.case.held_out or not each.case.author]
    needless = [each for each in shown if each.paged and each.case.category in NEVER_PAGED]
    rows: dict[str, dict[str, Cell]] = {
        "silenced": {"ids": ", ".join(each.case.id for each in shown if each.silenced)},
        "paged for nothing": {"ids": ", ".join(each.case.id for each in needless)},
    }
    return Chapter(tables={"to look at": rows})


def emoji(judge: Judge) -> Chapter:
    """M8's shape on an open set: hateful and other sentences with emoji, built to be hard."""
    rows = corpora.hatemoji()
    outcomes = judged(unlabelled((text for text, _ in rows), "hatemoji"), judge)
    said = scores((each.stopped, bool(label)) for each, (_, label) in zip(outcomes, rows, strict=True))
    return Chapter([of("M8.overall", said.accuracy), of("M8.hateful", said.recall), of("M8.kept", said.kept)])


def by_function(judge: Judge, every: int = 3) -> Chapter:
    """M8's shape on what sentences do to a group: the held-out sentences, each with every third group."""
    asked = [one for one in functions.sentences() if one.held_out and one.number % every == 0]
    cases = [_of_function(one) for one in asked]
    outcomes = judged(cases, judge)
    said = scores((each.stopped, one.hateful) for each, one in zip(outcomes, asked, strict=True))
    rows: dict[str, dict[str, Cell]] = {
        name: {"stopped": rate(each.stopped for each in alike)} for name, alike in by_category(outcomes).items()
    }
    figures = [of("M8f.overall", said.accuracy), of("M8f.hateful", said.recall), of("M8f.kept", said.kept)]
    return Chapter(figures, {"functions": rows})


def _of_function(one: functions.Sentence) -> Case:
    kind = "hateful" if one.hateful else "harmless"
    name = f"{kind}: {one.function}"
    return Case(
        id=f"{name}-{one.number}", category=name, text=one.text, deliver=frozenset({"no" if one.hateful else "yes"})
    )


def packs(judge: Judge, folder: Path = CASES) -> dict[str, list[Outcome]]:
    """pack → its own labelled cases, judged under it. Raises LinesError."""
    return {path.stem: judged(lines.suite(path), judge, path.stem) for path in sorted(folder.glob("*.jsonl"))}


def pack_table(found: Mapping[str, list[Outcome]]) -> Chapter:
    """How many of each pack's own cases are right."""
    rows: dict[str, dict[str, Cell]] = {}
    right = {name: rate(each.right for each in outcomes) for name, outcomes in found.items()}
    weakest = min(right, key=lambda name: right[name].share or 0.0)
    open_ones = [each for all_of in found.values() for each in all_of if "no" not in each.case.deliver]
    figures = [
        of("packs.right", right[weakest], weakest),
        of("packs.silenced", rate(each.silenced for each in open_ones)),
    ]
    for name, outcomes in found.items():
        wrong = ", ".join(each.case.id for each in outcomes if not each.right)
        rows[name] = {**row(outcomes), "wrong ones": wrong}
    return Chapter(figures, {"own cases of each pack": rows})


def by_author(outcomes: Iterable[Outcome]) -> Table:
    """author → their lines."""
    found: dict[str, list[Outcome]] = {}
    for each in outcomes:
        found.setdefault(each.case.author, []).append(each)
    return {author: row(all_of) for author, all_of in sorted(found.items())}


def table(outcomes: Iterable[Outcome]) -> Table:
    """category → what became of its cases."""
    found = by_category(outcomes)
    rows: dict[str, dict[str, Cell]] = {name: {**row(all_of), **became(all_of)} for name, all_of in found.items()}
    if rows:
        rows["mean of the categories"] = {name: mean(_share(each[name]) for each in rows.values()) for name in _COUNTED}
    return rows


_COUNTED: dict[str, Callable[[Outcome], bool]] = {
    "right": lambda each: each.right,
    "silenced": lambda each: each.silenced,
    "stopped": lambda each: each.stopped,
    "alerted": lambda each: each.alerted,
    "paged": lambda each: each.paged,
}


def row(outcomes: Sequence[Outcome]) -> dict[str, Cell]:
    """The five shares of some cases."""
    return {name: rate(counted(each) for each in outcomes) for name, counted in _COUNTED.items()}


def became(outcomes: Sequence[Outcome]) -> dict[str, Cell]:
    """allow, mask, hold, block → how many: the row of a confusion table."""
    return {action.word: rate(each.verdict.action is action for each in outcomes) for action in Action}


def _share(cell: Cell) -> float | None:
    return cell.share if isinstance(cell, Rate) else None
