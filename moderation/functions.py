"""Sentences by what they do to a group: hateful functions, and harmless ones that look like them.

    functions.yaml: groups × words × (hateful | harmless) → function → sentences ("{many} are {bad}") ─▶ `Sentence`s

A filter that only knows words stops "nobody should call gay people vermin" and lets "nature made a mistake when it
made them" go. So each function has its twin, and all stand with every group: what is judged must not depend on which
group is named. Every `HELD_OUT`th sentence and every `HELD_OUT`th word, by their hashes, are never taught and are
judged instead (M8's shape). Cases of published functional tests are not among them, and none was read for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from moderation.rules import DATA

# One sentence and one word in this many are held out.
HELD_OUT = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with one group in it."""

    text: str = field(repr=False)
    function: str
    hateful: bool
    held_out: bool
    number: int  # of the pair of sentence and group: for whoever wants only some


def sentences(path: Path = DATA / "functions.yaml") -> Iterator[Sentence]:
    """Every sentence with every group; one that has no blank stands once."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    for hateful in (True, False):
        for function, written in told["hateful" if hateful else "harmless"].items():
            for place, sentence in enumerate(written):
                apart = _apart(sentence)
                words = {kind: [word for word in some if _apart(word) is apart] for kind, some in told["words"].items()}
                for number, group in enumerate(told["groups"] if "{" in sentence else [{}]):
                    filled = sentence.format(**group, **_chosen(words, place * 7 + number))
                    yield Sentence(filled, function, hateful, apart, place + number)


def _apart(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % HELD_OUT == 0


def _chosen(words: Mapping[str, list[str]], turn: int) -> Mapping[str, str]:
    """One word of each kind; {bad2} is another {bad}."""
    return {kind: some[turn % len(some)] for kind, some in words.items()} | {
        "bad2": words["bad"][(turn + 3) % len(words["bad"])]
    }
