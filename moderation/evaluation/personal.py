"""Generated texts for M10: personal details in the ways people write them, helplines likewise, and harmless numbers.

    details()      (kind, sentence, the detail): the detail has to be gone
    helplines()    (sentence, the contact): the contact has to stay
    harmless()     sentences with numbers that lead to nobody: nothing has to go

The ways of writing and the sentences stand in data/suite/details.yaml and are put together by counting, nothing by
chance; helplines come from helplines.yaml, every listed contact in each common form. `APART` names a second file of
the same shape, which nobody who works on the detectors reads: only counts of it are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import phonenumbers
import yaml

from moderation.rules import DATA

TUNED = DATA / "suite" / "details.yaml"
APART = DATA / "suite" / "details-apart.yaml"
# Every detail stands in so many different sentences.
_FRAMES = 3


@lru_cache(maxsize=2)
def ways(path: Path = TUNED) -> Mapping[str, Any]:
    """The parsed file."""
    read: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def details(path: Path = TUNED) -> Iterator[tuple[str, str, str]]:
    """(phone, email, link, card, handle or address; sentence; the detail)."""
    for kind, way in ways(path)["details"].items():
        frames = way["frames"]
        said = way.get("said") or [(detail, detail) for detail in way["written"]]
        for place, (sentence, detail) in enumerate(said):
            for turn in range(_FRAMES):
                yield kind, frames[(place + turn) % len(frames)].format(sentence), detail


def helplines(listing: Mapping[str, Any], path: Path = TUNED) -> Iterator[tuple[str, str]]:
    """(sentence, contact) for every contact of the parsed helplines.yaml, in every common way of writing it."""
    offers, pages = ways(path)["helplines"]["frames"], ways(path)["helplines"]["page_frames"]
    numbers = [form for country, number in sorted(_numbers(listing)) for form in _forms(number, country)]
    for turn, form in enumerate(dict.fromkeys(numbers)):
        yield offers[turn % len(offers)].format(form), form
    addresses = [form for page in sorted(_pages(listing)) for form in (page, page.split("://")[-1].rstrip("/"))]
    for turn, form in enumerate(dict.fromkeys(addresses)):
        yield pages[turn % len(pages)].format(form), form


def harmless(path: Path = TUNED) -> Iterator[str]:
    """Sentences whose numbers lead to nobody."""
    for kind in ways(path)["harmless"]:
        for frame in kind["frames"]:
            for value in kind["values"]:
                yield frame.replace("{}", value)


def _numbers(listing: Mapping[str, Any]) -> set[tuple[str, str]]:
    listed = {
        (line["country"], str(contact[way]))
        for line in listing["lines"]
        for contact in line["contacts"]
        for way in ("dial", "to", "vanity")
        if contact.get(way) and "://" not in str(contact[way])
    }
    return listed | {
        (country, str(number)) for country, entry in listing["emergency"].items() for number in entry["dial"]
    }


def _pages(listing: Mapping[str, Any]) -> set[str]:
    found = {line.get("web") for line in listing["lines"]}
    found |= {contact.get("url") for line in listing["lines"] for contact in line["contacts"]}
    return {str(page) for page in found if page}


def _forms(number: str, country: str) -> list[str]:
    """As listed, run together, with hyphens, dots, brackets; with the country's code where it has one."""
    forms = [number]
    if sum(sign.isdigit() for sign in number) >= 7:
        forms += [number.replace(" ", "").replace("-", ""), number.replace(" ", "-"), number.replace("-", " ")]
        forms += [number.replace(" ", ".").replace("-", ".")]
        first, _, rest = number.replace("-", " ").partition(" ")
        forms += [f"({first}) {rest}"] if rest and first.isdigit() else []
        try:
            parsed = phonenumbers.parse(number, country)
        except phonenumbers.NumberParseException:
            return list(dict.fromkeys(forms))
        if phonenumbers.is_valid_number(parsed):
            forms += [phonenumbers.format_number(parsed, kind) for kind in (0, 1, 2)]
    return list(dict.fromkeys(forms))
