"""Cases: what waits for a person's decision, as a table of states. Nothing is stored, sent or scheduled here.

                  claim                    decide
    OPEN ───────────────────▶ CLAIMED ───────────────▶ DECIDED      a person looked, and said what follows
     ▲ │                       │ │ │
     │ │     lapse, hand_on    │ │ │ merge
     │ └◀──────────────────────┘ │ └──────────────────▶ MERGED      the same thing as another case; its answer is ours
     │                           │
     │ remind, escalate, judge   └─ withdraw, rewrite ─▶ WITHDRAWN, REWRITTEN   its author needs no answer any more
     └──── release, expire ─────────────────────────▶ RELEASED, EXPIRED       nobody decided in time

What falls due when nobody decides is said by deadlines.py. A case is frozen. `take` makes one step and returns the case
as it stands afterwards, or a `No`: expected, a value. The store (review.py) writes the result only if nobody else
stepped meanwhile. Every end is `owed` until what follows from it was done (the message delivered, its author told):
chat/settling.py does that, and may have to do it twice.

**Order.** `score` sorts the queue: a moment, moved back by the head start of the case's rank. So an old case
overtakes a new one of a higher rank, and nothing starves; only crisis has a head start that nobody lives to overtake.

Disclosure is no offence (R1): a case of kind CRISIS or CONCERN has nobody it is `against`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any

from moderation.verdict import CareBand


class CaseKind(StrEnum):
    """What a case is about. Values are the words of the wire."""

    HELD = "held"  # the filter put a message aside
    FAULT = "fault"  # the filter could not judge a message
    CRISIS = "crisis"  # somebody may be in danger, or asked for a person
    REPORT = "report"  # somebody says that another did harm
    CONCERN = "concern"  # somebody worries about another
    SHIELD = "shield"  # somebody asks many people what strangers should not
    APPEAL = "appeal"  # somebody asks for another look at a sanction


class State(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    DECIDED = "decided"
    MERGED = "merged"
    RELEASED = "released"  # by time, or because the filter passed it when it was well again
    WITHDRAWN = "withdrawn"
    REWRITTEN = "rewritten"
    EXPIRED = "expired"


class Step(StrEnum):
    """What can happen to a case. Values are the words of the audit trail."""

    CLAIM = "claim"
    LAPSE = "lapse"
    HAND_ON = "hand_on"
    DECIDE = "decide"
    MERGE = "merge"
    WITHDRAW = "withdraw"
    REWRITE = "rewrite"
    RELEASE = "release"  # time's, or the filter's; a person's release is a decision
    REMIND = "remind"  # the author is told that they may rewrite, withdraw or wait on
    ESCALATE = "escalate"  # nobody took it: more people are told
    JUDGE = "judge"  # the filter looked again and still says no
    WEIGH = "weigh"  # more is known of how soon it should be looked at
    EXPIRE = "expire"
    SETTLE = "settle"  # what follows from the end was done
    PURGE = "purge"  # the words are deleted
    FORGET = "forget"  # the rest is deleted too; the audit trail stays


class Resolution(StrEnum):
    """What a person may decide."""

    RELEASE = "release"  # deliver it (personal data stays masked)
    MASK = "mask"  # deliver it without the passages that were found
    REFUSE = "refuse"
    REACHED = "reached"  # a person is, or was, with them
    NO_CONTACT = "no_contact"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    DISMISS = "dismiss"
    MERGE = "merge"


class No(StrEnum):
    """Why a step was not made."""

    TAKEN = "taken"  # another moderator has it
    ENDED = "ended"  # it was decided, withdrawn or released before
    BARRED = "barred"  # it needs somebody else's eyes
    NOT_CLAIMED = "not_claimed"  # only who has claimed it may
    NOT_SO = "not_so"  # this resolution, or this step, is not for such a case


ENDED = frozenset(State) - {State.OPEN, State.CLAIMED}

# The table. What is not in it does not happen.
STEPS: Mapping[State, Mapping[Step, State]] = {
    State.OPEN: {
        Step.CLAIM: State.CLAIMED,
        Step.WITHDRAW: State.WITHDRAWN,
        Step.REWRITE: State.REWRITTEN,
        Step.RELEASE: State.RELEASED,
        Step.EXPIRE: State.EXPIRED,
        Step.MERGE: State.MERGED,  # at once: the same was told before
        Step.REMIND: State.OPEN,
        Step.ESCALATE: State.OPEN,
        Step.JUDGE: State.OPEN,
        Step.WEIGH: State.OPEN,
    },
    State.CLAIMED: {
        Step.CLAIM: State.CLAIMED,  # by the same person: a little longer
        Step.LAPSE: State.OPEN,
        Step.HAND_ON: State.OPEN,
        Step.DECIDE: State.DECIDED,
        Step.MERGE: State.MERGED,
        Step.WITHDRAW: State.WITHDRAWN,
        Step.REWRITE: State.REWRITTEN,
        Step.WEIGH: State.CLAIMED,
    },
    **{state: {Step.SETTLE: state, Step.PURGE: state, Step.FORGET: state} for state in ENDED},
}

# What may be decided about a message that waits, and about everything else.
OF_MESSAGES = frozenset({Resolution.RELEASE, Resolution.MASK, Resolution.REFUSE})
RESOLUTIONS: Mapping[CaseKind, frozenset[Resolution]] = {
    CaseKind.CRISIS: frozenset({Resolution.REACHED, Resolution.NO_CONTACT, Resolution.DISMISS, Resolution.MERGE}),
    CaseKind.REPORT: frozenset({Resolution.UPHOLD, Resolution.DISMISS, Resolution.MERGE}),
    CaseKind.CONCERN: frozenset({Resolution.REACHED, Resolution.DISMISS, Resolution.MERGE}),
    CaseKind.SHIELD: frozenset({Resolution.UPHOLD, Resolution.DISMISS}),
    CaseKind.APPEAL: frozenset({Resolution.UPHOLD, Resolution.OVERTURN}),
}
# Which steps only who has claimed the case may make.
CLAIMANTS = frozenset({Step.HAND_ON, Step.DECIDE})

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

# A case that goes round and round is still told in full by the audit trail.
MOST_PAST = 32


class Rank(IntEnum):
    """How urgent a case is; the lowest comes first."""

    IMMINENT = 0
    CRISIS = 1
    WORRIED = 2
    FAULT = 3
    REPORT = 4
    REST = 5


# Of what nobody is in danger by and nobody worries about; appeals and held messages are the rest.
RANKS = {CaseKind.FAULT: Rank.FAULT, CaseKind.REPORT: Rank.REPORT, CaseKind.SHIELD: Rank.REPORT}

# Milliseconds by which a rank is older than it is. The first two are decades: crisis is never overtaken.
HEAD_START: Mapping[Rank, int] = {
    Rank.IMMINENT: 2 * 10**12,
    Rank.CRISIS: 10**12,
    Rank.WORRIED: 60 * MINUTE,
    Rank.FAULT: 40 * MINUTE,
    Rank.REPORT: 20 * MINUTE,
    Rank.REST: 0,
}
# What weighs a great deal is looked at as soon as a fault, never before somebody in danger.
MOST_SOONER = 60 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is needed to deliver the message a case holds back; the words themselves are in `Words`."""

    alias: str
    country: str = ""
    language: str = ""
    role: str = "peer"
    kind: str = "message"  # message | edit
    pack: str = "general"
    reply_to: str = ""
    notes: tuple[str, ...] = ()
    target: str = ""  # of an edit: the message it changes


@dataclass(frozen=True, slots=True)
class Words:
    """The private part of a case, kept apart from it and deleted before it. `note` is the reporter's or asker's."""

    text: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing for a person to look at. Times are milliseconds of the engine's clock; ids are opaque here.

    `user` is who is owed the answer: the author of a held message, the reporter, who asked for help. `against` is whom
    a report is about. `about` names the thing itself (a message, a person): a second open case of the same kind about
    the same thing is merged into the first. Empty: never merged.
    """

    id: str
    kind: CaseKind
    band: str  # adult | teen, a wall
    room: str
    user: str
    at: int
    against: str = ""
    about: str = ""
    rules: tuple[str, ...] = ()  # what was found, or the grounds of a report
    sooner: int = 0  # milliseconds of head start beside the rank's, for those who weigh
    care: CareBand = CareBand.NONE
    care_kind: str = ""
    model_alone: bool = False  # held by the model alone, below its block threshold
    waiting: Waiting | None = None
    barred: tuple[str, ...] = ()  # who may not claim it: who passed it on, who decided what is appealed

    state: State = State.OPEN
    by: str = ""  # who claimed or decided it
    until: int = 0  # end of the claim
    since: int = 0  # the last step
    reminded: bool = False
    judged: int = 0  # how often the filter looked again
    escalated: int = 0
    resolution: str = ""
    reason: str = ""
    into: str = ""
    masked: bool = False  # what is delivered is not all that was written
    owed: bool = False  # ended, and what follows is not done yet
    purged: bool = False
    past: tuple[tuple[int, str], ...] = ()

    def __post_init__(self) -> None:
        if self.against and self.kind in (CaseKind.CRISIS, CaseKind.CONCERN):
            raise ValueError("a case of care is against nobody")

    @property
    def rank(self) -> Rank:
        """How urgent it is."""
        if self.care >= CareBand.HIGH or self.kind is CaseKind.CRISIS:
            return Rank.IMMINENT if self.care is CareBand.IMMINENT else Rank.CRISIS
        if self.care is CareBand.CONCERN or self.kind is CaseKind.CONCERN:
            return Rank.WORRIED
        return RANKS.get(self.kind, Rank.REST)

    @property
    def score(self) -> int:
        """Its place in the queue; the lowest is looked at first."""
        return self.at - HEAD_START[self.rank] - min(max(self.sooner, 0), MOST_SOONER)

    @property
    def may_be_released_by_time(self) -> bool:
        """A doubt of the model alone, in an adult room, nobody in danger."""
        return self.model_alone and self.band == "adult" and self.care < CareBand.HIGH

    @property
    def resolutions(self) -> frozenset[Resolution]:
        """What may be decided about it."""
        return OF_MESSAGES if self.waiting is not None else RESOLUTIONS.get(self.kind, frozenset())


def take(case: Case, step: Step, now: int, by: str = "", *, claim_for: int = 5 * MINUTE, **changes: Any) -> Case | No:
    """Make one step. `by` is the moderator, empty for time and authors; `changes` are fields the step sets.

    `claim_for`: milliseconds a claim made now lasts.
    """
    state = STEPS[case.state].get(step)
    if state is None:
        return No.ENDED if case.state in ENDED else No.NOT_CLAIMED if step in CLAIMANTS else No.NOT_SO
    if no := _objection(case, step, now, by, changes):
        return no
    past = case.past if step in (Step.SETTLE, Step.PURGE) else (*case.past, (now, str(step)))[-MOST_PAST:]
    stepped = replace(case, state=state, since=now, past=past, **changes)
    return _marked(stepped, case, step, now + claim_for, by)


def _objection(case: Case, step: Step, now: int, by: str, changes: Mapping[str, Any]) -> No | None:
    """Why this one may not make this step, or None."""
    if step is Step.CLAIM:
        if by in case.barred or by in (case.user, case.against):
            return No.BARRED
        return No.TAKEN if case.state is State.CLAIMED and case.by != by else None
    if step is Step.LAPSE and now < case.until:  # claimed anew since somebody saw that it was due
        return No.NOT_SO
    if step in CLAIMANTS or (step is Step.MERGE and by):
        if case.by != by:
            return No.TAKEN
        wanted = Resolution.MERGE if step is Step.MERGE else changes.get("resolution")
        return None if step is Step.HAND_ON or wanted in case.resolutions else No.NOT_SO
    if step in (Step.RELEASE, Step.WITHDRAW, Step.REWRITE, Step.REMIND, Step.JUDGE) and case.waiting is None:
        return No.NOT_SO
    if step is Step.RELEASE and case.kind is not CaseKind.FAULT and not case.may_be_released_by_time:
        return No.NOT_SO
    return None


def _marked(stepped: Case, before: Case, step: Step, until: int, by: str) -> Case:
    """What a step leaves on the case beside its new state; `until` is when a claim made now ends."""
    match step:
        case Step.CLAIM:
            return replace(stepped, by=by, until=until)
        case Step.LAPSE:
            return replace(stepped, by="", until=0)
        case Step.HAND_ON:
            return replace(stepped, by="", until=0, barred=(*before.barred, by))
        case Step.WEIGH:
            return replace(stepped, since=before.since, past=before.past)
        case Step.REMIND:
            return replace(stepped, reminded=True)
        case Step.ESCALATE:
            return replace(stepped, escalated=before.escalated + 1)
        case Step.JUDGE:
            return replace(stepped, judged=before.judged + 1)
        case Step.SETTLE:
            return replace(stepped, owed=False, since=before.since)
        case Step.PURGE | Step.FORGET:
            return replace(stepped, purged=True, since=before.since)
    return replace(stepped, owed=True, until=0)
