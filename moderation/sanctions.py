"""Sanctions: what can be decided about a person, on which proof, and how it is looked at again (F23, F28, R1).

    what the filter found ─▶ proven ─▶ decide ─▶ Sanction ─▶ in force until its end ─▶ counts a while longer (ladder.py)
    the care that is owed ──▶ Refused     ▲ due              └▶ hear: upheld or lifted

**Disclosure is no offence, by type.** A `Sanction` takes a `Reason`, and reasons are offences only; and a `Proof`,
whose labels are `Offence`s only. There is no text in either, so nothing else can be written there. `decide` is the one
road to a sanction: it builds the proof from what the filter found, drops every finding that brings care, and refuses
what is left when the words were a disclosure and nothing else. The store's script keeps the same two lists again
(`lua/sanction.lua`), so that no other code can bring in more.

**Graded.** What falls due is the reason's first step, or one above the highest that still counts, whichever is higher;
a moderator may be milder, never harsher. What no filter saw and one person decided alone is never a ban.

**Appeals** are a table, heard once, by another person than the one who decided. A sanction that was lifted counts for
nothing.

Pure: times are milliseconds since 1970 and come in; persons, rooms and cases are opaque. Who may decide (a
moderator) is the handlers' business. A value that cannot be is a `TypeError` or `ValueError`; what is merely not
allowed is a `Refused`, returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

from moderation.ladder import (
    GRAVITY,
    HOW_TO_APPEAL,
    LADDER,
    SLOW_GAP,
    STILL_THERE,
    THE_REASON,
    UNREAD_SAYS,
    Reason,
    Step,
    Unread,
)
from moderation.verdict import Care, CareBand, Finding

SanctionId = NewType("SanctionId", str)
CaseId = NewType("CaseId", str)
PersonId = NewType("PersonId", str)


class Offence(StrEnum):
    """The labels of findings a proof can hold. A label that also stands for pain is not among them: no pact, no
    request for a method, no threat that is owed care, no craving.
    """

    HARASSMENT = "harassment"
    HATE = "hate"
    THREAT = "threat"
    SEXUAL = "sexual"
    GROOMING = "grooming"
    PROBING = "probing"
    OFF_PLATFORM = "off_platform"
    ENCOURAGE = "encourage"
    EATING_PROMOTION = "eating.promotion"
    DEALING = "drugs.dealing"
    SPAM = "spam"
    DOXXING = "doxxing"
    IMPERSONATION = "impersonation"


class Appeal(StrEnum):
    """How far the second look has come."""

    NONE = "none"
    OPEN = "open"
    UPHELD = "upheld"  # heard; the sanction stays
    LIFTED = "lifted"  # heard; the sanction is gone and counts for nothing


class Hearing(StrEnum):
    """What can happen to an appeal."""

    FILE = "file"
    UPHOLD = "uphold"
    LIFT = "lift"


# One appeal for each sanction, heard once.
APPEALS: Mapping[Appeal, Mapping[Hearing, Appeal]] = {
    Appeal.NONE: {Hearing.FILE: Appeal.OPEN},
    Appeal.OPEN: {Hearing.UPHOLD: Appeal.UPHELD, Hearing.LIFT: Appeal.LIFTED},
    Appeal.UPHELD: {},
    Appeal.LIFTED: {},
}


class Refused(StrEnum):
    """Why there is no sanction, or no hearing."""

    DISCLOSURE = "disclosure"  # the words tell of pain, and of no offence
    TOO_HARSH = "too_harsh"  # above what the ladder allows now
    UNPROVEN = "unproven"  # a ban needs a finding, or an earlier suspension that still counts
    SAME_PERSON = "same_person"  # who decided cannot hear the appeal
    NOT_NOW = "not_now"  # no such step from where the appeal stands


@dataclass(frozen=True, slots=True)
class Proof:
    """What a sanction rests on: a case of the review desk, and the offences the filter found in it.

    No labels: no filter saw it, a person did. Anything that is not an `Offence` is a TypeError, also at run time.
    """

    case: CaseId
    labels: frozenset[Offence] = frozenset()

    def __post_init__(self) -> None:
        if type(self.case) is not str or not self.case:
            raise TypeError("a proof names a case")
        if not all(isinstance(label, Offence) for label in self.labels):
            raise TypeError("a proof holds offences only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanction:
    """One decision about one person. It has no field that could hold words, a care band or a kind of crisis.

    `room` is where it happened and, below suspension, where it holds. `until` is when it ends, None for a ban.
    """

    id: SanctionId
    step: Step
    reason: Reason | Unread
    proof: Proof
    room: str
    at: int
    until: int | None
    decided_by: PersonId
    appeal: Appeal = Appeal.NONE
    heard_by: PersonId | None = None

    def __post_init__(self) -> None:
        kinds = ((self.step, Step), (self.reason, (Reason, Unread)), (self.proof, Proof), (self.appeal, Appeal))
        if not all(isinstance(value, kind) for value, kind in kinds):
            raise TypeError("a sanction is made of a step, a reason and a proof")
        if (self.until is None) != (LADDER[self.step].lasts is None):
            raise ValueError("a ban has no end, and everything else has one")

    @property
    def everywhere(self) -> bool:
        return LADDER[self.step].everywhere

    def in_force(self, now: int) -> bool:
        """Whether it holds at `now`. A notice never does: it was said."""
        return self.appeal is not Appeal.LIFTED and (self.until is None or now < self.until)

    def counts(self, now: int) -> bool:
        """Whether it still makes the next one higher."""
        kept = LADDER[self.step].counts
        return self.appeal is not Appeal.LIFTED and (self.until is None or kept is None or now < self.until + kept)


def proven(case: CaseId, findings: Iterable[Finding], care: Care) -> Proof | Refused:
    """The proof in what the filter found. A finding that brings care proves nothing; a disclosure is refused."""
    known = frozenset(Offence)
    labels = frozenset(
        Offence(label)
        for finding in findings
        if finding.care.band is CareBand.NONE
        for label in (finding.label,)
        if label in known
    )
    if not labels and care.band is not CareBand.NONE:
        return Refused.DISCLOSURE
    return Proof(case, labels)


def due(reason: Reason, history: Iterable[Sanction], now: int) -> Step:
    """The highest step the ladder allows now."""
    gravity = GRAVITY[reason]
    reached = max((past.step for past in history if past.counts(now)), default=None)
    climbed = gravity.first if reached is None else max(gravity.first, Step(min(reached + 1, Step.BAN)))
    return min(climbed, gravity.most)


def decide(
    *,
    id: SanctionId,
    step: Step,
    reason: Reason,
    case: CaseId,
    findings: Iterable[Finding],
    care: Care,
    room: str,
    by: PersonId,
    history: Iterable[Sanction],
    now: int,
    until: int | None = None,
) -> Sanction | Refused:
    """A moderator's decision as a sanction, or why there is none. `until` may only be sooner than the ladder's end."""
    proof = proven(case, findings, care)
    if isinstance(proof, Refused):
        return proof
    past = tuple(history)
    if step > due(reason, past, now):
        return Refused.TOO_HARSH
    suspended = any(one.step >= Step.SUSPENSION and one.counts(now) for one in past)
    if step is Step.BAN and not proof.labels and not suspended:
        return Refused.UNPROVEN
    lasts = LADDER[step].lasts
    end = None if lasts is None else now + lasts
    if end is not None and until is not None:
        end = max(now, min(end, until))
    return Sanction(id=id, step=step, reason=reason, proof=proof, room=room, at=now, until=end, decided_by=by)


def hear(sanction: Sanction, hearing: Hearing, by: PersonId) -> Sanction | Refused:
    """The sanction after a step of its appeal. `by` is the sanctioned person for FILE, a moderator otherwise."""
    following = APPEALS[sanction.appeal].get(hearing)
    if following is None:
        return Refused.NOT_NOW
    if hearing is Hearing.FILE:
        return replace(sanction, appeal=following)
    if by == sanction.decided_by:
        return Refused.SAME_PERSON
    return replace(sanction, appeal=following, heard_by=by)


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds against one person, ready to be asked about on every message. Nothing: `InForce()`."""

    sanctions: tuple[Sanction, ...] = ()

    def barred(self, now: int) -> Sanction | None:
        """The sanction that keeps this person out, the longest first."""
        kept_out = [one for one in self.sanctions if one.everywhere and one.in_force(now)]
        return max(kept_out, key=lambda one: (one.until is None, one.until or 0), default=None)

    def muted(self, room: str, now: int) -> Sanction | None:
        """The sanction that keeps this person from writing in `room`."""
        return next(
            (
                one
                for one in self.sanctions
                if one.in_force(now) and (one.everywhere or (one.step is Step.MUTE and one.room == room))
            ),
            None,
        )

    def gap(self, room: str, now: int) -> int:
        """Milliseconds this person must leave between two messages in `room`, for a sanction's sake."""
        slowed = any(one.step is Step.SLOW and one.room == room and one.in_force(now) for one in self.sanctions)
        return SLOW_GAP if slowed else 0

    def falls_due(self, now: int) -> int | None:
        """When the next of these ends by itself."""
        return min((one.until for one in self.sanctions if one.until is not None and one.until > now), default=None)


NOTHING = InForce()


def explained(sanction: Sanction, say: Callable[[str], str] = str) -> str:
    """What the person is told: what, why, and how to have it looked at again. Never who decided, or who reported.
    `say`: a sentence in their language.
    """
    why = GRAVITY[sanction.reason].says if isinstance(sanction.reason, Reason) else UNREAD_SAYS
    told = (say(LADDER[sanction.step].says), say(THE_REASON).format(why=say(why)), say(HOW_TO_APPEAL), say(STILL_THERE))
    return " ".join(told)


def sentences() -> set[str]:
    """All of which that is made, for whoever translates it."""
    rungs = {rung.says for rung in LADDER.values()} | {gravity.says for gravity in GRAVITY.values()}
    return rungs | {UNREAD_SAYS, THE_REASON, HOW_TO_APPEAL, STILL_THERE}
