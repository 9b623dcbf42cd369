"""What the filter does to other people's files: the three ways `evaluate` takes data it has never seen.

    suite(cases)     right, silenced, stopped, alerted, paged: overall and by category
    open(texts)      silenced, held, blocked, masked, alerted, paged: text that should be let through (M1)
    binary(rows)     precision, recall, F1, accuracy of "stopped" and of "alerted" against the label

Each gives plain values for JSON; `lines` makes them lines for a terminal. Texts go in and only counts come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moderation.evaluation.measures import Rate, macro, rate, scores
from moderation.evaluation.outcomes import Judge, by_category, judged, unlabelled
from moderation.lines import Case
from moderation.verdict import Action


def suite(cases: Iterable[Case], judge: Judge, pack: str | None = None) -> dict[str, Any]:
    """A labelled suite. `pack` instead of each case's own, if given."""
    outcomes = judged(cases, judge, pack)
    grouped = by_category(outcomes)
    right = {name: rate(each.right for each in all_of) for name, all_of in grouped.items()}
    open_ones = [each for each in outcomes if "no" not in each.case.deliver]
    harmful = [each for each in outcomes if each.case.deliver == {"no"}]
    crisis = [each for each in outcomes if each.case.care_at_least.word in ("concern", "high", "imminent")]
    acute = [each for each in outcomes if each.case.care_at_least.word in ("high", "imminent")]
    calm = [each for each in outcomes if each.case.care_at_most.word in ("none", "info")]
    shares = {
        "right": rate(each.right for each in outcomes),
        "open cases silenced": rate(each.silenced for each in open_ones),
        "harmful cases stopped": rate(each.stopped for each in harmful),
        "crisis cases alerted": rate(each.alerted for each in crisis),
        "acute cases paged": rate(each.paged for each in acute),
        "calm cases alerted": rate(each.alerted for each in calm),
        "calm cases paged": rate(each.paged for each in calm),
    }
    return {
        "n": len(outcomes),
        "macro right": macro(right),
        "shares": {name: each.plain() for name, each in shares.items()},
        "categories": {
            name: {
                "right": right[name].plain(),
                "silenced": rate(each.silenced for each in all_of).plain(),
                "stopped": rate(each.stopped for each in all_of).plain(),
                "alerted": rate(each.alerted for each in all_of).plain(),
                "paged": rate(each.paged for each in all_of).plain(),
                "wrong": {each.case.id: each.wrong for each in all_of if not each.right},
            }
            for name, all_of in grouped.items()
        },
    }


def let_through(texts: Sequence[str], judge: Judge, pack: str | None = None) -> dict[str, Any]:
    """Text that should be let through."""
    outcomes = judged(unlabelled(texts, "open"), judge, pack)
    shares = {
        "silenced": rate(each.silenced for each in outcomes),
        "held": rate(each.verdict.action is Action.HOLD for each in outcomes),
        "blocked": rate(each.verdict.action is Action.BLOCK for each in outcomes),
        "masked": rate(each.verdict.action is Action.MASK for each in outcomes),
        "alerted": rate(each.alerted for each in outcomes),
        "paged": rate(each.paged for each in outcomes),
    }
    return {"n": len(outcomes), "shares": {name: each.plain() for name, each in shares.items()}}


def binary(rows: Sequence[tuple[str, bool]], judge: Judge, pack: str | None = None) -> dict[str, Any]:
    """A yes-or-no label against "stopped" and against "alerted"."""
    outcomes = judged(unlabelled((text for text, _ in rows), "binary"), judge, pack)
    labels = [label for _, label in rows]
    return {
        "n": len(rows),
        "harmful": sum(labels),
        "stopped": scores(zip((each.stopped for each in outcomes), labels, strict=True)).plain(),
        "alerted": scores(zip((each.alerted for each in outcomes), labels, strict=True)).plain(),
    }


def lines(name: str, found: Mapping[str, Any]) -> list[str]:
    """What was found in the file `name`, for a terminal."""
    written = [f"{name}: {found['n']} texts" + (f", {found['harmful']} of them harmful" if "harmful" in found else "")]
    if found.get("macro right") is not None:
        written.append(f"  {'mean right of the categories':<34}{found['macro right']:8.2%}")
    written += [_line(share, plain) for share, plain in found.get("shares", {}).items()]
    for category, shares in found.get("categories", {}).items():
        written.append(_line(f"· {category}", shares["right"]) + f"   silenced {shares['silenced']['hits']}")
    for question in ("stopped", "alerted"):
        if question in found:
            f1, (low, high) = found[question]["f1"], found[question]["f1_interval"] or (0.0, 1.0)
            written.append(f"  {question}: F1 " + ("–" if f1 is None else f"{f1:.3f}  [{low:.3f}, {high:.3f}]"))
            written += [
                _line(f"  {said}", found[question][said]) for said in ("precision", "recall", "kept", "accuracy")
            ]
    return written


def _line(name: str, plain: Mapping[str, Any]) -> str:
    if not plain["n"]:
        return f"  {name:<34}     none"
    shown = Rate(plain["hits"], plain["n"])
    return f"  {name:<34}{shown.share or 0:8.2%}  [{plain['low']:.2%}, {plain['high']:.2%}]  {shown.hits} of {shown.n}"
