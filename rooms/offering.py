"""Offering: one listener is asked about one seeker, and answers, or does not, as a table.

    OPEN ──▶ ACCEPTED    exactly one of a request's offers; the others are withdrawn in the same step (T1)
         ──▶ DECLINED    freely, with or without a reason; the reason is kept nowhere
         ──▶ LAPSED      45 seconds
         ──▶ WITHDRAWN   somebody else was first, or the seeker needs nobody any more

An offer carries what a listener may know before they answer: topic, intensity, themes, language, what fits. No name,
and no words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rooms.durations import DURATIONS, HOUR, Durations
from rooms.scene import No


class Offering(StrEnum):
    """Where an offer stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Reply(StrEnum):
    """What can happen to an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


# The table. What is not in it does not happen.
STEPS: Mapping[Offering, Mapping[Reply, Offering]] = {
    Offering.OPEN: {
        Reply.ACCEPT: Offering.ACCEPTED,
        Reply.DECLINE: Offering.DECLINED,
        Reply.LAPSE: Offering.LAPSED,
        Reply.WITHDRAW: Offering.WITHDRAWN,
    },
    **{state: {} for state in Offering if state is not Offering.OPEN},
}

# An answer to an offer that has ended is told so, and not that there never was one, for so long.
REMEMBERED = HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One question to one listener. `giver`: the session a transfer comes from, else ""."""

    id: str
    request: str
    seeker: str
    listener: str
    made: int
    state: Offering = Offering.OPEN
    ended_at: int = 0
    giver: str = ""
    fit: tuple[str, ...] = ()


def answer(offer: Offer, reply: Reply, now: int, times: Durations = DURATIONS) -> Offer | No:
    """Make one step."""
    state = STEPS[offer.state].get(reply)
    if state is None:
        return No.EXPIRED if offer.state is Offering.LAPSED else No.TAKEN
    late = now >= offer.made + times.offer
    if reply is Reply.LAPSE and not late:
        return No.TOO_SOON
    if reply is Reply.ACCEPT and late:  # due, only nobody has looked yet: the same answer on every node
        return No.EXPIRED
    return replace(offer, state=state, ended_at=now)


def due(offer: Offer, times: Durations = DURATIONS) -> int:
    """When an open offer lapses, or an ended one is forgotten (ms)."""
    return offer.made + times.offer if offer.state is Offering.OPEN else offer.ended_at + REMEMBERED
