"""Durations: how long each state of a one-on-one session lasts, and how much one person may give or ask in a day.

Everything is milliseconds of the engine's clock and may be set by an operator (`sessions:` in config.yaml, in seconds).
What is written here are the defaults, with the reason for each that is not plain. A test that wants a quick evening
gives every figure divided by the same number: `Durations().faster(600)`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much is enough for one person. Counts, and milliseconds where the name says so."""

    sessions_day: int = 4  # of a listener
    talk_day: int = 3 * HOUR
    heavy_day: int = 2  # more than two disclosures a day is a debt somebody pays at home
    talk_week: int = 12 * HOUR
    seeker_day: int = 2  # of a seeker; in danger nobody counts
    pair_week: int = 3  # more would make a volunteer somebody's only person
    pair_review: int = 6  # in all: then a supervisor looks whether this still does both good
    nursery: int = 10  # first sessions of a listener, which a supervisor may watch, visibly
    experienced: int = 50  # sessions after which a listener may have two at a time
    trained: int = 180 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Every time limit of seeking, talking and staying, in milliseconds."""

    # waiting
    update: int = MINUTE  # the seeker hears where they stand
    alternatives: int = 3 * MINUTE
    call_back: int = 15 * MINUTE
    call_back_choice: int = 10 * MINUTE
    call_back_lasts: int = 12 * HOUR
    keeps_place: int = 10 * MINUTE  # of somebody who was cut off
    receipt: int = DAY  # a request that has ended is remembered so long
    # offering
    offer: int = 45 * SECOND
    decline_rest: int = 2 * MINUTE  # until the same listener is asked about the same person again
    # talking
    nudge: int = MINUTE
    connect: int = 2 * MINUTE
    quiet: int = 5 * MINUTE
    quiet_ends: int = 10 * MINUTE
    first_bell: int = 35 * MINUTE
    second_bell: int = 42 * MINUTE
    soft_end: int = 45 * MINUTE
    extension: int = 15 * MINUTE
    seeker_gone: int = 5 * MINUTE
    listener_gone: int = MINUTE
    transfer: int = 45 * SECOND
    undo: int = 20 * SECOND
    feedback: int = 10 * MINUTE
    text_kept: int = DAY
    sealed: int = WEEK  # after the end of the case about it
    receipt_kept: int = 30 * DAY
    follow_up: int = DAY
    # listening
    wrap_up: int = 3 * MINUTE
    cool_down: int = 5 * MINUTE
    cool_down_heavy: int = 15 * MINUTE
    listener_grace: int = MINUTE  # a phone that changes networks is not somebody who went home
    held_rest: int = 14 * DAY  # nobody is asked to help others so soon after being held
    # staying
    doubt: int = MINUTE  # the model alone thinks so: the listener is asked first
    wider: int = MINUTE
    all: int = 3 * MINUTE
    incident: int = 5 * MINUTE
    repage: int = 5 * MINUTE
    check: int = 2 * MINUTE
    check_again: int = 5 * MINUTE
    held_gone: int = 15 * MINUTE
    dialling_gone: int = 30 * MINUTE  # a telephone call suspends the browser
    first_call: int = 2 * MINUTE
    second_call: int = 5 * MINUTE
    third_call: int = 10 * MINUTE
    seat: int = DAY
    handover_undo: int = 10 * MINUTE
    reentry: int = DAY

    def faster(self, times: int) -> Durations:
        """The same evening, so many times as fast (at least a millisecond each)."""
        return replace(self, **{one.name: max(1, getattr(self, one.name) // times) for one in fields(self)})


DURATIONS = Durations()
CAPS = Caps()
