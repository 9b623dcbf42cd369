"""Which helplines to offer: a person's situation in, at most three ways to reach somebody out.

    the country's lines ─▶ may be shown to this person ─▶ read within a year ─▶ ranked ─▶ one way each ─▶ three

*May be shown*: verified by somebody; from `high` on only lines for crises; lines for teens not to adults and the other
way round; lines for victims only where that is the matter. *Ranked*: text before voice for teens and for who cannot
speak aloud; a language the person speaks; in a crisis a crisis line; who knows about this trouble or this room; who is
open now (unknown hours are not "open"). A teen's card has a child or youth line, and a calm card has the line of its
room, where there is one. Free places are filled with other ways to reach the same lines.

A line read over a year ago is left out, unless nothing fresher could be on this very card: then the newest stays.
Everything here is pure; `Wish.moment` is the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from moderation.helplines import EXPIRED_DAYS, Helplines, age
from moderation.hours import Hours
from moderation.verdict import Care, CareBand, CareKind

MOST_LINES = 3

# Kinds and topics of lines that fit a kind of trouble or a room, best first.
FITS: dict[str, tuple[str, ...]] = {
    CareKind.SUICIDE: ("suicide", "crisis"),
    CareKind.SELF_HARM: ("self_harm", "suicide", "crisis"),
    CareKind.INFANT: ("perinatal", "postpartum"),
    CareKind.CHILD: ("child_abuse", "youth"),
    CareKind.ABUSE: ("domestic_violence", "sexual_assault", "crime_victims"),
    CareKind.SUBSTANCE: ("substance_use", "recovery"),
    CareKind.MEDICATION: ("health", "mental_health"),
    CareKind.PSYCHOSIS: ("mental_health", "crisis"),
    CareKind.THIRD_PARTY: ("suicide", "crisis", "families"),
    CareKind.VIOLENCE: ("crisis", "crime_victims"),
    "postpartum": ("perinatal", "postpartum"),
    "recovery": ("substance_use", "recovery"),
    "bipolar": ("bipolar", "mental_health"),
    "autism-parents": ("autism_parents", "autism"),
    "eating": ("eating_disorder",),
    "anxiety": ("anxiety",),
    "depression": ("depression",),
}
# Some listings help with paperwork or other people, not with a night like this.
_NEVER = frozenset({"report", "directory", "support_groups", "referral_only"})
_TEXT = frozenset({"chat", "sms", "whatsapp"})
_SILENT = frozenset({"web", "email", "tty"})  # not a person answering, or not for everybody
_TEENS = frozenset({"teens", "young_adults", "lgbtq_youth", "under_35"})
_TEENS_ONLY = frozenset({"children", "teens", "lgbtq_youth"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is known about who needs a line, and when. `topics`: the room's name and policy pack."""

    care: Care
    country: str | None
    moment: datetime
    language: str | None = None
    young: bool = False
    topics: tuple[str, ...] = ()
    text_first: bool = False  # cannot speak aloud
    free_first: bool = False  # no money or credit
    other_first: bool = False  # tried the first ones already
    gentle_first: bool = False  # not sure it is bad enough: lines for any worry before crisis lines

    @classmethod
    def behind(
        cls, care: Care, country: str | None, moment: datetime, language: str | None, young: bool, barrier: str | None
    ) -> Wish:
        """The wish of somebody in no room, with what is in the way (a `Barrier` of card.py)."""
        return cls(
            care=care,
            country=country,
            moment=moment,
            language=language,
            young=young,
            text_first=barrier in ("speak", "watched"),
            free_first=barrier == "cost",
            other_first=barrier == "tried",
            gentle_first=barrier == "unsure",
        )

    @property
    def wanted(self) -> tuple[str, ...]:
        """Topics of lines that know about this, best first."""
        return (*FITS.get(self.care.kind or "", ()), *self.of_room)

    @property
    def of_room(self) -> tuple[str, ...]:
        return tuple(topic for name in self.topics for topic in FITS.get(name, ()))


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to reach one line, at a moment. `open` is None where its hours are not known."""

    line: Mapping[str, Any]
    contact: Mapping[str, Any]
    hours: Hours
    moment: datetime
    open: bool | None

    @property
    def opens_at(self) -> datetime | None:
        """When it opens next, in the line's own zone; None if it is open, or nobody knows."""
        return self.hours.opens_at(self.moment)

    @property
    def crisis(self) -> bool:
        """Whether the line is for crises: only a line that says it is not one is not."""
        return bool(self.line.get("crisis_line", True))

    @property
    def knows(self) -> frozenset[str]:
        return frozenset((*self.line["topics"], self.line["kind"]))

    @property
    def by_text(self) -> bool:
        return self.contact["method"] in _TEXT


def choose(lines: Helplines, wish: Wish) -> list[Offer]:
    """The ways to offer, best first, at most three."""
    offers = [offer for offer in _all(lines, wish) if _may_be_shown(offer, wish)]
    ranked = sorted(_fresh(offers, wish), key=lambda offer: _rank(offer, wish))
    first = _one_per_line(ranked)
    if wish.other_first and len(first) > 1:
        first = [*first[1:MOST_LINES], first[0]]
    chosen = first[:MOST_LINES]
    if wish.young:
        chosen = _with_one(chosen, first, lambda offer: offer.line["kind"] == "youth")
    if wish.care.band <= CareBand.CONCERN and wish.of_room:
        chosen = _with_one(chosen, first, lambda offer: not offer.knows.isdisjoint(wish.of_room))
    return _filled(chosen, ranked)


def standing(lines: Helplines, wish: Wish) -> list[Offer]:
    """Every way that may be shown, best first, as if all with known hours were open: for who must look at the clock
    without us.
    """
    offers = [replace(offer, open=True if offer.hours.known else None) for offer in _all(lines, wish)]
    ranked = sorted(
        _fresh([offer for offer in offers if _may_be_shown(offer, wish)], wish), key=lambda offer: _rank(offer, wish)
    )
    if wish.other_first and len(first := _one_per_line(ranked)) > 1:
        return [offer for offer in ranked if offer.line is not first[0].line] + [
            offer for offer in ranked if offer.line is first[0].line
        ]
    return ranked


def _all(lines: Helplines, wish: Wish) -> list[Offer]:
    found = []
    for line in lines.of(wish.country):
        for contact in line["contacts"]:
            if contact.get("verified") and contact["method"] not in _SILENT:
                hours = lines.hours_of(contact)
                found.append(Offer(line, contact, hours, wish.moment, hours.open_at(wish.moment)))
    return found


def _may_be_shown(offer: Offer, wish: Wish) -> bool:
    line = offer.line
    if line["kind"] in _NEVER or (wish.care.band >= CareBand.HIGH and not offer.crisis):
        return False
    if line["kind"] == "victim" and offer.knows.isdisjoint(wish.wanted):
        return False
    audience = set(line["audience"])
    if not wish.young:
        return not audience <= _TEENS_ONLY and "veterans" not in audience
    if wish.care.kind is CareKind.INFANT and line["kind"] == "perinatal":
        return True  # some mothers are sixteen
    return bool(audience & _TEENS) or ("any" in audience and not line.get("age"))


def _fresh(offers: Sequence[Offer], wish: Wish) -> list[Offer]:
    """Lines read within the year; the newest one if that leaves none."""
    today = wish.moment.date()
    fresh = [offer for offer in offers if age(offer.line, today) < EXPIRED_DAYS]
    if fresh or not offers:
        return fresh
    best = min(sorted(offers, key=lambda offer: _rank(offer, wish)), key=lambda offer: age(offer.line, today))
    return [offer for offer in offers if offer.line is best.line]


def _rank(offer: Offer, wish: Wish) -> tuple[object, ...]:
    """Smaller is better; the first difference decides."""
    line, band = offer.line, wish.care.band
    fit = next((place for place, topic in enumerate(wish.wanted) if topic in offer.knows), len(wish.wanted))
    about_life = wish.care.kind in (CareKind.SUICIDE, CareKind.SELF_HARM) or band >= CareBand.HIGH
    languages = offer.contact.get("languages")
    speaks = not wish.language or not languages or wish.language in languages
    # Each True is a step back.
    return (
        not (offer.by_text and offer.open is True and speaks) if wish.text_first or wish.young else False,
        wish.free_first and not (offer.contact.get("free") or offer.contact["method"] == "chat"),
        wish.young and line["kind"] != "youth",
        not speaks,
        wish.gentle_first and offer.crisis and line["kind"] == "crisis",
        band >= CareBand.CONCERN and about_life and line["kind"] != "crisis" and not wish.young,
        "lgbtq" in line["topics"] or (line["kind"] == "youth" and not wish.young),
        fit,
        {True: 0, None: 1, False: 2}[offer.open],
        band >= CareBand.CONCERN and not offer.crisis,
        "any" not in line["topics"],
    )


def _one_per_line(offers: Sequence[Offer]) -> list[Offer]:
    """The best way into each line."""
    best: dict[str, Offer] = {}
    for offer in offers:
        best.setdefault(offer.line["id"], offer)
    return list(best.values())


def _with_one(chosen: list[Offer], among: Sequence[Offer], fits: Callable[[Offer], bool]) -> list[Offer]:
    """`chosen` with one that fits in its last place, if it has none and there is one."""
    found = next((offer for offer in among if fits(offer)), None)
    if found is None or any(map(fits, chosen)):
        return chosen
    return [*chosen[: MOST_LINES - 1], found]


def _filled(chosen: list[Offer], ranked: Sequence[Offer]) -> list[Offer]:
    """Free places filled with other ways to reach the lines that are there, a method once for each line."""
    for offer in ranked:
        if len(chosen) >= MOST_LINES:
            break
        ways = {(one.line["id"], one.contact["method"]) for one in chosen}
        if (offer.line["id"], offer.contact["method"]) not in ways:
            chosen = [*chosen, offer]
    return chosen
