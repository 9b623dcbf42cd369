"""The care card: what a person sees, privately, when care is owed or help was asked for (safety.md 9).

    {id, urgent, says, lines: at most 3, emergency, person: {available, says}, ask: [{choice, says}], dismiss}
    and, only where it matters: quiet: true (show it folded), directory: [{name, url}] (no line of ours)

A line is {name, lang?, method, dial | to | url, keyword?, note?, open, opens_at?, languages, crisis, read_on}; its
strings are those of the listing, character by character. The words come from `data/card.yaml`, in the person's
language or else in English. They say that nothing wrong was done, what became of the message and who was told; never a
score, "at risk" or a promise. The card dials nothing, and nothing on it is about the person but what they said
themselves.

`ask` is the barrier question: who answers it (`care_answer`) gets the card again, made for that barrier: lines to
write to, free ones, other ones, what happens when one calls. It can be asked and answered any number of times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from moderation.helplines import DATA, Helplines, name_language, read_on
from moderation.offers import Offer, Wish, choose
from moderation.verdict import Care, CareBand, CareKind

FALLBACK = "en"


class Barrier(StrEnum):
    """What is in the way; the values are `choice` of the wire, in the order they are offered."""

    SPEAK = "speak"
    AFRAID = "afraid"
    TRIED = "tried"
    COST = "cost"
    UNSURE = "unsure"
    WATCHED = "watched"
    PERSON = "person"
    NOT_IT = "not_it"


class Desk(StrEnum):
    """What can be said about a person here, true at the moment of the card."""

    HERE = "here"  # somebody is on shift
    NOBODY = "nobody"
    ASKED = "asked"  # somebody is on shift and was asked to come
    ASKED_NOBODY = "asked_nobody"  # the wish is kept, and nobody is there
    AWAY = "away"  # we cannot know
    STAYING = "staying"  # they are stayed with: who is there, or asked, is said where that is true at each moment


# Kinds of trouble where whoever looks on may be the trouble.
_QUIET = frozenset({CareKind.ABUSE, CareKind.CHILD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads the card. `topics`: the room's name and policy pack, if it is about a room."""

    country: str | None = None
    language: str | None = None
    band: str = "adult"
    topics: tuple[str, ...] = ()

    @property
    def young(self) -> bool:
        return self.band == "teen"


@cache
def _written(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """The words as they stand in a file; they change with the program only."""
    found: Mapping[str, Mapping[str, Any]] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return found


class Cards:
    """Cards from one listing and one catalogue of words."""

    def __init__(self, lines: Helplines, words: Mapping[str, Mapping[str, Any]]) -> None:
        self.lines = lines
        self._words = words

    @classmethod
    def load(cls, lines: Helplines, path: Path = DATA / "card.yaml") -> Cards:
        """With the packaged words. Raises OSError, yaml.YAMLError."""
        return cls(lines, _written(path))

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._words)

    def words(self, language: str | None) -> Mapping[str, Any]:
        """The catalogue of a language, by its first part (`es-MX` is `es`); English for one we do not write."""
        return self._words.get((language or FALLBACK).split("-")[0].lower(), self._words[FALLBACK])

    def make(
        self,
        care: Care,
        reader: Reader,
        *,
        id: str,
        now: float,
        heard: str = "",
        told: bool = False,
        desk: Desk = Desk.NOBODY,
        barrier: Barrier | None = None,
        asked: bool = False,
    ) -> dict[str, Any]:
        """The card, ready for the wire. Pure.

        `now` is seconds since 1970. `heard` names what became of the message (a word of `heard` in the catalogue);
        `told`: the team was told; `barrier`: what the person said is in the way; `asked`: they asked for help, and no
        message is meant.
        """
        words = self.words(reader.language)
        quiet = care.kind in _QUIET or barrier is Barrier.WATCHED
        lines = choose(self.lines, _wish(care, reader, barrier, now))
        open_question = barrier is not Barrier.NOT_IT and (asked or care.band >= CareBand.CONCERN)
        says = [
            words["answers"][barrier] if barrier else words["opening"]["help" if asked else care.band.word],
            "" if barrier else words["kind"].get(care.kind or "", ""),
            words["heard"].get(heard, ""),
            words["told"][("team" if told else "waits" if heard == "hold" else "nobody") + ("_teen" * reader.young)],
            words["quiet"] if quiet else "",
            "" if lines else words["no_lines"],
        ]
        card: dict[str, Any] = {
            "id": id,
            "urgent": care.band >= CareBand.HIGH and barrier is not Barrier.NOT_IT,
            "says": " ".join(filter(None, says)) + (f"\n{words['question']}" if open_question else ""),
            "lines": [_shown(offer, words) for offer in lines],
            "emergency": self._emergency(reader.country, words),
            "person": {"available": desk in (Desk.HERE, Desk.ASKED), "says": words["person"][desk]},
            "ask": [{"choice": str(each), "says": words["choices"][each]} for each in Barrier] if open_question else [],
            "dismiss": words["dismiss"],
        }
        if quiet:
            card["quiet"] = True
        if not lines:
            card["directory"] = self.lines.directories()
        return card

    def _emergency(self, country: str | None, words: Mapping[str, Any]) -> dict[str, Any]:
        entry = self.lines.emergency(country)
        if entry is None:
            return {"dial": [], "says": words["emergency"]["none"]}
        if text := str(entry.get("text", "")).split(" ")[0]:
            return {"dial": list(entry["dial"]), "text": text, "says": words["emergency"]["text"]}
        return {"dial": list(entry["dial"]), "says": words["emergency"]["number"]}


def _wish(care: Care, reader: Reader, barrier: Barrier | None, now: float) -> Wish:
    return Wish(
        care=care,
        country=reader.country,
        moment=datetime.fromtimestamp(now, UTC),
        language=reader.language.split("-")[0].lower() if reader.language else None,
        young=reader.young,
        topics=reader.topics,
        text_first=barrier in (Barrier.SPEAK, Barrier.WATCHED),
        free_first=barrier is Barrier.COST,
        other_first=barrier is Barrier.TRIED,
        gentle_first=barrier is Barrier.UNSURE,
    )


def _shown(offer: Offer, words: Mapping[str, Any]) -> dict[str, Any]:
    contact = offer.contact
    shown: dict[str, Any] = {"name": offer.line["name"], "method": contact["method"]}
    if lang := name_language(offer.line):
        shown["lang"] = lang
    for field in ("dial", "to", "keyword", "url"):
        if contact.get(field):
            shown[field] = str(contact[field])
    if note := words["notes"].get(contact.get("note")):
        shown["note"] = note
    shown["open"] = offer.open is True
    if offer.opens_at:
        shown["opens_at"] = offer.opens_at.isoformat()
    shown["languages"] = list(contact.get("languages", ()))
    shown["crisis"] = offer.crisis
    shown["read_on"] = read_on(offer.line).isoformat()
    return shown
