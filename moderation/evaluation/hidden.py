"""Personal details (M10) and words in disguise (M11): what people hide, and what has to be hidden for them.

    details, helplines, harmless numbers (personal.py) → judged → which spans were masked, and which should have been
    cases that are stopped in plain words → each disguise → how many are stopped still
    supportive messages → each disguise → how many are silenced now that were not: nobody is to pay for odd letters

A detail is gone when nine tenths of its signs are inside spans of contact findings, whether the message was masked or
stopped: even staff see a held message without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moderation.evaluation import corpora, personal
from moderation.evaluation.bars import Cell, Chapter, Figure, Table, of
from moderation.evaluation.disguises import DISGUISES, REWRITTEN, SEEN_THROUGH
from moderation.evaluation.lived import Supportive
from moderation.evaluation.measures import Rate, rate
from moderation.evaluation.outcomes import Judge, Outcome, judged, unlabelled
from moderation.verdict import Action, Verdict

# So much of a detail has to be covered by spans.
_COVERED = 0.9
# A supportive message that holds a link, a number or a name of its own is rightly masked; it is left out of M10.
_OWN_DETAIL = re.compile(r"https?:|www\.|\w\.(?:com|org|net|ca|tools)\b|\d{3}[-. ]?\d{3}|(?:^|\W)(?:@|/?u/)\w")
# Supportive messages are disguised so many at a time.
_DISGUISED = 1500


def details(judge: Judge, seen: Supportive, listing: Mapping[str, Any], tuned: bool = True) -> Chapter:
    """M10. `listing` is the parsed helplines.yaml. Not `tuned`: the ways of writing set apart, and counts only."""
    path = personal.TUNED if tuned else personal.APART
    written = list(personal.details(path))
    outcomes = judged(unlabelled((sentence for _, sentence, _ in written), "details"), judge)
    gone: dict[str, list[bool]] = {}
    missed: dict[str, dict[str, None]] = {}
    true = false = 0
    for (kind, sentence, detail), outcome in zip(written, outcomes, strict=True):
        start = sentence.index(detail)
        spans = contact_spans(outcome.verdict)
        gone.setdefault(kind, []).append(covered(spans, start, start + len(detail)))
        if not gone[kind][-1]:
            missed.setdefault(kind, {})[detail] = None
        hits = sum(begin < start + len(detail) and start < end for begin, end in spans)
        true, false = true + hits, false + len(spans) - hits
    offered = judged(unlabelled((sentence for sentence, _ in personal.helplines(listing, path)), "helplines"), judge)
    numbers = judged(unlabelled(personal.harmless(path), "numbers"), judge)
    false += sum(len(contact_spans(each.verdict)) for each in (*offered, *numbers))
    bare = [each for each in seen.every if not _OWN_DETAIL.search(each.case.text)]
    rates = {kind: rate(all_of) for kind, all_of in gone.items()}
    recall = sum((each for kind, each in rates.items() if kind != "address"), Rate(0, 0))
    weakest = min(rates, key=lambda kind: rates[kind].share or 0.0)
    figures = [
        of("M10.recall", recall, f"weakest: {weakest}"),
        of("M10.address", rates["address"]),
        of("M10.precision", Rate(true, true + false)),
        of("M10.helplines", rate(is_untouched(each) for each in offered)),
        of("M10.numbers", rate(bool(contact_spans(each.verdict)) for each in numbers)),
    ]
    gone_by_kind: dict[str, dict[str, Cell]] = {kind: {"gone": each} for kind, each in rates.items()}
    if not tuned:
        return Chapter(figures, {"personal details, set apart": gone_by_kind})
    for kind, row in gone_by_kind.items():
        row["missed"] = "; ".join(missed.get(kind, ()))
    figures.append(
        of("M10.supportive", rate(each.verdict.action is Action.MASK for each in bare), "without details of its own")
    )
    masked: Table = {"helplines": {"masked": _list(offered)}, "harmless numbers": {"masked": _list(numbers)}}
    return Chapter(figures, {"personal details": gone_by_kind, "left alone": masked})


def _list(outcomes: Iterable[Outcome]) -> str:
    """What was masked in generated texts, each once: all of it is invented or a listed helpline."""
    return "; ".join(
        dict.fromkeys(each.case.text[begin:end] for each in outcomes for begin, end in contact_spans(each.verdict))
    )


def contact_spans(verdict: Verdict) -> list[tuple[int, int]]:
    """Where the pipeline saw a contact detail."""
    return [finding.span for finding in verdict.findings if finding.label.startswith("contact.")]


def covered(spans: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    """Whether nearly all of start to end lies inside the spans."""
    inside = {place for begin, stop in spans for place in range(max(start, begin), min(end, stop))}
    return len(inside) >= _COVERED * (end - start)


def is_untouched(outcome: Outcome) -> bool:
    """Delivered as written."""
    return outcome.verdict.action is Action.ALLOW


# ------------------------------------------------------------------ M11


def disguised(judge: Judge, plain: Sequence[Outcome], seen: Supportive, most: int | None) -> Chapter:
    """M11. `plain` holds the outcomes of labelled cases as they were written."""
    stopped = [each for each in plain if each.case.deliver == {"no"} and each.stopped]
    alerted = [each for each in plain if each.alerted and each.case.care_at_least and not each.stopped]
    kind = corpora.some(
        [each.case.text for each in seen.every if not each.silenced], min(most or _DISGUISED, _DISGUISED)
    )
    table = {}
    for name, disguise in DISGUISES.items():
        worn = judged(unlabelled((disguise(each.case.text) for each in stopped), name), judge)
        cared = judged(unlabelled((disguise(each.case.text) for each in alerted), name), judge)
        open_ones = judged(unlabelled(map(disguise, kind), name), judge)
        table[name] = {
            "still stopped": rate(each.stopped for each in worn),
            "still alerted": rate(each.alerted for each in cared),
            "newly silenced": rate(each.silenced for each in open_ones),
        }
    return Chapter(
        [
            _worst("M11.seen_through", {name: table[name]["still stopped"] for name in SEEN_THROUGH}, min),
            _worst("M11.rewritten", {name: table[name]["still stopped"] for name in REWRITTEN}, min),
            _worst("M11.rise", {name: each["newly silenced"] for name, each in table.items()}, max),
        ],
        {"disguises": table},
    )


def _worst(bar: str, rates: Mapping[str, Rate], pick: Any) -> Figure:
    name = pick(rates, key=lambda each: rates[each].share or 0.0)
    return of(bar, rates[name], name)
