"""Contagion: several people in one room tell of suicide or self-harm within a short time (F30).

    disclosures ─▶ weight per person, halving with time ─▶ sum ≥ `people` ─▶ a wave: the room is eased for a while

What is counted is *people*, not messages: one person who writes ten times is one. A person's weight is 1 when they
write and halves every `half_life` seconds, so three people within minutes are a wave and three in a day are not. Easing
means that the room goes slower for everybody but those who disclosed, that its hosts are told (without words) and that
help is offered to all. Nobody is refused, counted against or shown (R1, R3).

Pure: `rows` are (person in this room, seconds of their newest disclosure), shared by all nodes; `now` is passed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from moderation.verdict import Care, CareBand, CareKind

KINDS = frozenset({CareKind.SUICIDE, CareKind.SELF_HARM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Easing:
    """When a room is eased, and how. Defaults of `contagion:` in the configuration."""

    people: float = 3.0  # summed weight; two friends who talk are not a wave
    half_life: float = 600.0  # seconds; after half an hour a disclosure weighs an eighth
    gap: float = 20.0  # seconds between two posts of a person while the room is eased: time to read, not to leave
    lasts: float = 900.0  # seconds; a new disclosure in a room that is still heavy begins it anew
    spared: float = 1800.0  # seconds for which somebody who disclosed waits for no slow mode of that room

    @property
    def window(self) -> float:
        """Seconds after which a disclosure weighs next to nothing and is forgotten."""
        return 4 * self.half_life


def counts(care: Care) -> bool:
    """Whether what somebody wrote is counted at all."""
    return care.band >= CareBand.CONCERN and care.kind in KINDS


def weight(rows: Iterable[tuple[str, float]], now: float, easing: Easing) -> float:
    """How heavy the room is: every person once, by their newest disclosure. A time in the future weighs 1."""
    newest: dict[str, float] = {}
    for person, at in rows:
        newest[person] = max(at, newest.get(person, at))
    ages = [max(0.0, now - at) for at in newest.values()]
    return sum(float(0.5 ** (age / easing.half_life)) for age in ages if age <= easing.window)


def is_wave(rows: Iterable[tuple[str, float]], now: float, easing: Easing) -> bool:
    """Whether the room is to be eased. Half a person below `people` is still one: time passes between two writers."""
    return weight(rows, now, easing) > easing.people - 0.5
