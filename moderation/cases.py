"""Cases: what waits for a person's decision, as a table of states. Nothing is stored, sent or scheduled here.

                  claim                    decide
    OPEN ───────────────────▶ CLAIMED ───────────────▶ DECIDED      a person looked, and said what follows
     ▲ │                       │ │ │
     │ │     lapse, hand_on    │ │ │ merge
     │ └◀──────────────────────┘ │ └──────────────────▶ MERGED      the same thing as another case; its answer is ours
     │                           │
     │ remind, escalate, judge   └─ withdraw, rewrite ─▶ WITHDRAWN, REWRITTEN   its author needs no answer any more
     └──── release, expire ─────────────────────────▶ RELEASED, EXPIRED       nobody decided in time

A case is frozen. `take` makes one step and returns the case as it stands afterwards, or a `No`: expected, a value. The
store (review.py) writes the result only if nobody else stepped meanwhile. Every end is `owed` until what follows from
it was done (the message delivered, its author told): chat/settling.py does that, and may have to do it twice.

**Time.** `due_at` says what falls due next and when, in milliseconds of the engine's clock; any node may see to it.
Held by the model alone, below its block threshold, in an adult room: released after a minute. A fault of the filter:
judged again, and again. Any other held message: after ten minutes its author is told that they may rewrite, withdraw or
wait on. In a teen room nothing is released by time. A claim stops these clocks until it lapses, so that nothing moves
under the eyes of the one who reads it. Crisis is never released or forgotten unseen: it escalates.

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
    CaseKind.APPEAL: frozenset({Resolution.UPHOLD, Resolution.OVERTURN}),
}
# Which steps only who has claimed the case may make.
CLAIMANTS = frozenset({Step.HAND_ON, Step.DECIDE})

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The time limits an operator may set, in milliseconds."""

    release: int = MINUTE  # contract 8 of the filter: a doubt of the model alone costs a message this long at most
    remind: int = 10 * MINUTE  # longer is not "in a moment" for somebody who waits on a bad night (contract 8)
    claim: int = 5 * MINUTE  # enough to read a conversation; a moderator who was cut off blocks nobody for longer
    hold: int = DAY  # nobody's talk is the same a day later: by then a held message would answer nothing


TIMES = Times()
# "We're checking this one, it can take a minute": the filter's next look, each after twice the wait of the one before.
JUDGE_AFTER = 15 * SECOND
MOST_JUDGED = 8
# The escalation clock of sessions.md, and what waits a day is told to those above.
ESCALATIONS: Mapping[CaseKind, tuple[int, ...]] = {CaseKind.CRISIS: (MINUTE, 3 * MINUTE, 5 * MINUTE)}
ESCALATIONS_ELSE = (DAY,)
EXPIRE_AFTER = 30 * DAY
# A node that was to see to something and died is followed by another after this.
LEASE = 5 * SECOND
# Words of a held message live a day after its end; of reports and the like, seven days (sessions.md, sealed).
WORDS_KEPT = {CaseKind.HELD: DAY, CaseKind.FAULT: DAY}
WORDS_KEPT_ELSE = 7 * DAY
ROW_KEPT = 30 * DAY
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
    role: str = "peer"
    kind: str = "message"  # message | edit
    pack: str = "general"
    reply_to: str = ""
    notes: tuple[str, ...] = ()
    target: str = ""  # of an edit: the message it changes


@dataclass(frozen=True, slots=True)
class Words:
    """The private part of a case, kept apart from it and deleted long before it. `note` is the reporter's or asker's."""

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
        return {CaseKind.FAULT: Rank.FAULT, CaseKind.REPORT: Rank.REPORT}.get(self.kind, Rank.REST)

    @property
    def score(self) -> int:
        """Its place in the queue; the lowest is looked at first."""
        return self.at - HEAD_START[self.rank] - min(max(self.sooner, 0), MOST_SOONER)

    @property
    def resolutions(self) -> frozenset[Resolution]:
        """What may be decided about it."""
        return OF_MESSAGES if self.waiting is not None else RESOLUTIONS.get(self.kind, frozenset())


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due, and when."""

    at: int
    step: Step


def take(case: Case, step: Step, now: int, by: str = "", times: Times = TIMES, **changes: Any) -> Case | No:
    """Make one step. `by` is the moderator, empty for time and authors; `changes` are fields the step sets."""
    state = STEPS[case.state].get(step)
    if state is None:
        return No.ENDED if case.state in ENDED else No.NOT_CLAIMED if step in CLAIMANTS else No.NOT_SO
    if no := _objection(case, step, by, changes):
        return no
    past = case.past if step in (Step.SETTLE, Step.PURGE) else (*case.past, (now, str(step)))[-MOST_PAST:]
    stepped = replace(case, state=state, since=now, past=past, **changes)
    return _marked(stepped, case, step, now + times.claim, by)


def _objection(case: Case, step: Step, by: str, changes: Mapping[str, Any]) -> No | None:
    """Why this one may not make this step, or None."""
    if step is Step.CLAIM:
        if by in case.barred or by in (case.user, case.against):
            return No.BARRED
        return No.TAKEN if case.state is State.CLAIMED and case.by != by else None
    if step in CLAIMANTS or (step is Step.MERGE and by):
        if case.by != by:
            return No.TAKEN
        wanted = Resolution.MERGE if step is Step.MERGE else changes.get("resolution")
        return None if step is Step.HAND_ON or wanted in case.resolutions else No.NOT_SO
    if step in (Step.RELEASE, Step.WITHDRAW, Step.REWRITE, Step.REMIND, Step.JUDGE) and case.waiting is None:
        return No.NOT_SO
    if step is Step.RELEASE and case.kind is not CaseKind.FAULT and not _by_time(case):
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


def _by_time(case: Case) -> bool:
    """Whether time may release it: a doubt of the model alone, in an adult room, nobody in danger."""
    return case.model_alone and case.band == "adult" and case.care < CareBand.HIGH


def due_at(case: Case, times: Times = TIMES) -> Due | None:
    """What falls due next if nobody does anything, or None."""
    return min(_dues(case, times), key=lambda due: due.at, default=None)


def _dues(case: Case, times: Times) -> list[Due]:
    if case.state is State.CLAIMED:
        return [Due(case.until, Step.LAPSE)]
    if case.state in ENDED:
        if case.owed:
            return [Due(case.since + (HOUR if case.state is State.MERGED else LEASE), Step.SETTLE)]
        kept = WORDS_KEPT.get(case.kind, WORDS_KEPT_ELSE)
        return [Due(case.since + ROW_KEPT, Step.FORGET) if case.purged else Due(case.since + kept, Step.PURGE)]
    brief = case.waiting is not None and case.kind is not CaseKind.CRISIS
    found = [Due(case.at + (times.hold if brief else EXPIRE_AFTER), Step.EXPIRE)]
    clock = ESCALATIONS.get(case.kind, ESCALATIONS_ELSE)
    if case.escalated < len(clock):
        found.append(Due(case.at + clock[case.escalated], Step.ESCALATE))
    if case.waiting is not None:
        found += _dues_of_message(case, times)
    return found


def _dues_of_message(case: Case, times: Times) -> list[Due]:
    found = []
    if case.kind is CaseKind.FAULT and case.judged < MOST_JUDGED:
        found.append(Due(case.at + JUDGE_AFTER * (2 ** (case.judged + 1) - 1), Step.JUDGE))
    if _by_time(case):
        found.append(Due(case.at + times.release, Step.RELEASE))
    if not case.reminded:
        found.append(Due(case.at + times.remind, Step.REMIND))
    return found
