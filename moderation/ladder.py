"""The published ladder: the steps, what each takes and for how long, and where each reason starts on it (F28).

    notice ─▶ slow ─▶ mute ─▶ suspension ─▶ ban        each step explained, each with an end, all but the ban by itself
      ▲ where a reason starts (GRAVITY)                 ▲ how far it can lead

Reasons are offences against others. Nothing that people say about themselves is among them, so nobody can be brought
onto the ladder for it (R1); what else keeps them off is in sanctions.py. docs/ladder.md shows the same figures to
everybody, and a test compares.

Pure figures and sentences; times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

HOUR = 3_600_000
DAY = 24 * HOUR


class Step(IntEnum):
    """The ladder, mildest first."""

    NOTICE = 1
    SLOW = 2
    MUTE = 3
    SUSPENSION = 4
    BAN = 5

    @property
    def word(self) -> str:
        """The name on the wire."""
        return self.name.lower()


class Reason(StrEnum):
    """What a person can be sanctioned for. Offences against others, and nothing anybody says about themselves."""

    HARASSMENT = "harassment"
    HATE = "hate"
    THREAT = "threat"
    SEXUAL = "sexual"
    GROOMING = "grooming"
    PROBING = "probing"
    ENCOURAGING_HARM = "encouraging_harm"
    SELLING = "selling"
    SCAM = "scam"
    SPAM = "spam"
    DOXXING = "doxxing"
    IMPERSONATION = "impersonation"
    EVASION = "evasion"


class Unread(StrEnum):
    """A reason that only a newer node can read. Nothing is decided for it here; what was decided for it holds."""

    REASON = "other"


UNREAD_SAYS = "a rule of this place that was added lately; whoever hears your appeal can tell you which"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder. `lasts` and `counts` are milliseconds; None for a ban: until it is lifted.

    `counts` is how long after its end it still makes the next one higher. `everywhere`: not only the room.
    """

    lasts: int | None
    counts: int | None
    everywhere: bool
    says: str


# The published ladder (docs/ladder.md shows the same table; a test compares).
LADDER: Mapping[Step, Rung] = {
    Step.NOTICE: Rung(lasts=0, counts=30 * DAY, everywhere=False, says="This is a reminder. Nothing else changes."),
    Step.SLOW: Rung(
        lasts=DAY, counts=30 * DAY, everywhere=False, says="For a day you can write once a minute in this room."
    ),
    Step.MUTE: Rung(
        lasts=DAY, counts=90 * DAY, everywhere=False, says="For a day you can read this room, but not write in it."
    ),
    Step.SUSPENSION: Rung(
        lasts=7 * DAY, counts=180 * DAY, everywhere=True, says="For up to seven days you can't come in."
    ),
    Step.BAN: Rung(lasts=None, counts=None, everywhere=True, says="You can't come in any more."),
}

# How long a slowed person waits between two messages in the room.
SLOW_GAP = 60_000


@dataclass(frozen=True, slots=True)
class Gravity:
    """Where a reason starts on the ladder, how far it can lead, and what the person is told it was."""

    first: Step
    most: Step
    says: str


GRAVITY: Mapping[Reason, Gravity] = {
    Reason.HARASSMENT: Gravity(Step.NOTICE, Step.BAN, "words that attacked someone here"),
    Reason.HATE: Gravity(Step.SLOW, Step.BAN, "words against people for who they are"),
    Reason.THREAT: Gravity(Step.SUSPENSION, Step.BAN, "a threat to someone"),
    Reason.SEXUAL: Gravity(Step.MUTE, Step.BAN, "sexual attention nobody asked for"),
    Reason.GROOMING: Gravity(Step.BAN, Step.BAN, "getting close to someone in a way that isn't safe for them"),
    Reason.PROBING: Gravity(Step.NOTICE, Step.SUSPENSION, "asking several people for personal details"),
    Reason.ENCOURAGING_HARM: Gravity(Step.MUTE, Step.BAN, "words that push someone towards harm"),
    Reason.SELLING: Gravity(Step.MUTE, Step.BAN, "offering drugs or medicines"),
    Reason.SCAM: Gravity(Step.SUSPENSION, Step.BAN, "trying to get money or passwords from people"),
    Reason.SPAM: Gravity(Step.NOTICE, Step.SUSPENSION, "advertising"),
    Reason.DOXXING: Gravity(Step.SUSPENSION, Step.BAN, "giving away who someone is or where they live"),
    Reason.IMPERSONATION: Gravity(Step.MUTE, Step.BAN, "speaking as if you were the team or a professional"),
    Reason.EVASION: Gravity(Step.MUTE, Step.BAN, "getting round an earlier decision"),
}

THE_REASON = "The reason: {why}."
HOW_TO_APPEAL = "If you think this is wrong, ask for a second look: another person from the team decides."
STILL_THERE = "Help lines stay open to you, whatever else is closed."
