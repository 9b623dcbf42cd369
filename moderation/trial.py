"""What an operator's rules do to real sentences, before they may do it to people.

Each rule must find its own `hits` and be silent on its own `misses`. And no rule may silence what people on a hard
night write to each other: `data/supportive.txt` is a sample of it, coarse, tired, loving. A rule that would hold or
block one of those sentences, or mask more than a third of one, is refused with the number of sentences it hits (a
careless "crying" hits dozens). `never stop` is tried too: a phrase that harms by itself is not freed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from moderation.ownpacks import FLOOR
from moderation.policy import Pack
from moderation.rules import DATA, Book, Hit, Rule
from moderation.sheets import Fault
from moderation.text import Views
from moderation.verdict import Action

# safety.md: a message is silenced when more of it is masked than this share of its words.
MOST_MASKED = 0.3
# So many sentences say what is wrong with a rule; more only make a log longer.
_SHOWN = 3


@lru_cache(maxsize=1)
def supportive() -> tuple[str, ...]:
    """What must not be silenced: one sentence a line; # begins a remark."""
    lines = Path(DATA / "supportive.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def faults(book: Book, own: Sequence[Rule], packs: Mapping[str, Pack], places: Mapping[str, Fault]) -> list[Fault]:
    """Everything wrong with what the rules of `own` do, all of them in `book`."""
    found: list[Fault] = []
    for rule in own:
        place = places[rule.id]
        missed = [place for place, text in enumerate(rule.hits, 1) if not _finds(book, rule, text)]
        for number in missed:
            says = f"the rule does not find hit {number} of its own; mend the pattern or the hit"
            found.append(replace(place, field="hits", says=says))
        for number in (place for place, text in enumerate(rule.misses, 1) if _finds(book, rule, text)):
            says = f"the rule finds miss {number} of its own; make the pattern narrower, or name a gate in `unless`"
            found.append(replace(place, field="misses", says=says))
    silenced = _silenced(book, own, packs)
    for rule in own:
        if texts := silenced.get(rule.id):
            says = (
                f"silences {len(texts)} of {len(supportive())} sentences people say in support, such as "
                f"{'; '.join(map(repr, texts[:_SHOWN]))}; make it narrower"
            )
            found.append(replace(places[rule.id], field="any", says=says))
    return found


def freed(book: Book, allowed: Iterable[str]) -> Iterator[str]:
    """The phrases of `never stop` that would harm by themselves."""
    for phrase in allowed:
        if any(hit.rule.label in FLOOR for hit in _hits(book, phrase)):
            yield phrase


def _hits(book: Book, text: str) -> list[Hit]:
    views = Views(text)
    return [
        hit
        for view in (views.soft, views.skeleton(book.lexicon))
        if view is not None
        for hit in book.hits(view.text, book.prefilter.seen(view.text))
    ]


def _finds(book: Book, rule: Rule, text: str) -> bool:
    return any(hit.rule.id == rule.id for hit in _hits(book, text))


def _silenced(book: Book, own: Sequence[Rule], packs: Mapping[str, Pack]) -> dict[str, list[str]]:
    """Rule → the sentences it would silence, in the packs that do the most with it."""
    worst = {rule.id: _worst(rule, packs) for rule in own}
    found: dict[str, list[str]] = {}
    if all(action is Action.ALLOW for action in worst.values()):
        return found
    for text in supportive():
        view = Views(text).soft
        for hit in book.hits(view.text, book.prefilter.seen(view.text)):
            action = worst.get(hit.rule.id, Action.ALLOW)
            much = len(view.text[hit.start : hit.end].split()) > MOST_MASKED * len(text.split())
            if action >= Action.HOLD or (action is Action.MASK and much):
                found.setdefault(hit.rule.id, []).append(text)
    return found


def _worst(rule: Rule, packs: Mapping[str, Pack]) -> Action:
    """The most that any pack does about the rule alone."""
    levels = [pack.thresholds(rule.label, "message") for pack in packs.values()]
    return max(
        (action for each in levels for action, least in each.items() if rule.score >= least), default=Action.ALLOW
    )
