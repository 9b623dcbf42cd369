"""How long everything in a session of two lasts, and how much one person may give or ask: `sessions:` in config.yaml.

Seconds here, milliseconds of the engine's clock in rooms/durations.py, which gives the reason of each figure; the
defaults are its own (a test holds them together). `clashes` says what is well-formed key by key and still makes no
evening: a bell after the end, a wider call before the first one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from msgspec import Meta

from rooms.durations import Caps, Durations

# A hundredth of a second is for tests of a quick evening; nothing lasts longer than a year.
Lasting = Annotated[float, Meta(ge=0.01, le=31_536_000)]
Times = Annotated[int, Meta(ge=1, le=10_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Times in seconds, counts of sessions. The names are those of rooms/durations.py."""

    # waiting
    update: Lasting = 60.0
    alternatives: Lasting = 180.0
    call_back: Lasting = 900.0
    call_back_choice: Lasting = 600.0
    call_back_lasts: Lasting = 43_200.0
    keeps_place: Lasting = 600.0
    receipt: Lasting = 86_400.0
    # offering
    offer: Lasting = 45.0
    decline_rest: Lasting = 120.0
    # talking
    nudge: Lasting = 60.0
    connect: Lasting = 120.0
    quiet: Lasting = 300.0
    quiet_ends: Lasting = 600.0
    first_bell: Lasting = 2100.0
    second_bell: Lasting = 2520.0
    soft_end: Lasting = 2700.0
    extension: Lasting = 900.0
    seeker_gone: Lasting = 300.0
    listener_gone: Lasting = 60.0
    transfer: Lasting = 45.0
    undo: Lasting = 20.0
    feedback: Lasting = 600.0
    text_kept: Lasting = 86_400.0
    sealed: Lasting = 604_800.0
    receipt_kept: Lasting = 2_592_000.0
    follow_up: Lasting = 86_400.0
    # listening
    wrap_up: Lasting = 180.0
    cool_down: Lasting = 300.0
    cool_down_heavy: Lasting = 900.0
    listener_grace: Lasting = 60.0
    held_rest: Lasting = 1_209_600.0
    # staying with somebody who may be in danger
    doubt: Lasting = 60.0
    wider: Lasting = 60.0
    all: Lasting = 180.0
    incident: Lasting = 300.0
    repage: Lasting = 300.0
    check: Lasting = 120.0
    check_again: Lasting = 300.0
    held_gone: Lasting = 900.0
    dialling_gone: Lasting = 1800.0
    first_call: Lasting = 120.0
    second_call: Lasting = 300.0
    third_call: Lasting = 600.0
    seat: Lasting = 86_400.0
    handover_undo: Lasting = 600.0
    reentry: Lasting = 86_400.0
    # how much is enough
    sessions_day: Times = 4
    talk_day: Lasting = 10_800.0
    heavy_day: Times = 2
    talk_week: Lasting = 43_200.0
    seeker_day: Times = 2
    pair_week: Times = 3
    pair_review: Times = 6
    nursery: Times = 10
    experienced: Times = 50
    trained: Lasting = 15_552_000.0

    @property
    def times(self) -> Durations:
        """The same, as rooms reads it."""
        return Durations(**{one.name: round(getattr(self, one.name) * 1000) for one in fields(Durations)})

    @property
    def caps(self) -> Caps:
        """The same, as rooms reads it."""
        return Caps(
            **{
                one.name: round(value * 1000) if isinstance(value, float) else value
                for one in fields(Caps)
                for value in [getattr(self, one.name)]
            }
        )


# Of each row, the former must be shorter than the latter.
ORDERED = (
    ("nudge", "connect"),
    ("first_bell", "second_bell"),
    ("second_bell", "soft_end"),
    ("wider", "all"),
    ("all", "incident"),
    ("first_call", "second_call"),
    ("second_call", "third_call"),
    ("feedback", "text_kept"),
    ("talk_day", "talk_week"),
)


def clashes(sessions: Sessions) -> list[tuple[str, str, str]]:
    """(key, value, what is wrong with the remedy) of times that contradict each other."""
    found = []
    for shorter, longer in ORDERED:
        one, other = getattr(sessions, shorter), getattr(sessions, longer)
        if one >= other:
            says = f"must be shorter than sessions.{longer} ({other:g} s); make it less, or that one more"
            found.append((f"sessions.{shorter}", f"{one:g}", says))
    return found
