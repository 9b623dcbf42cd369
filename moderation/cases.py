"""Cases: what waits for a person's decision, in words. What can happen to one is the table in steps.py.

    CaseKind   what it is about: a message that is held, somebody in danger, a report, an appeal
    State      where it stands
    Step       what can happen to it          Resolution   what a person may decide          No   why not
    Case       all of that, frozen            Words        the private part, kept apart and deleted before it
    Debt       the card its author is still owed

**Order.** `score` sorts the queue: a moment, moved back by the head start of the case's rank. So an old case
overtakes a new one of a higher rank, and nothing starves; only crisis has a head start that nobody lives to overtake.

Disclosure is no offence (R1): a case of kind CRISIS or CONCERN has nobody it is `against`.

Pure: nothing is stored (review.py), sent (chat/settling.py) or scheduled (deadlines.py) here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

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
    PAY = "pay"  # the card that was owed has been given
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
    MOVED = "moved"  # somebody stepped since it was looked at
    ROUND = "round"  # the case it is to go into has gone into this one


ENDED = frozenset(State) - {State.OPEN, State.CLAIMED}

# What may be decided about a message that waits, and about everything else.
OF_MESSAGES = frozenset({Resolution.RELEASE, Resolution.MASK, Resolution.REFUSE})
RESOLUTIONS: Mapping[CaseKind, frozenset[Resolution]] = {
    CaseKind.CRISIS: frozenset({Resolution.REACHED, Resolution.NO_CONTACT, Resolution.DISMISS, Resolution.MERGE}),
    CaseKind.REPORT: frozenset({Resolution.UPHOLD, Resolution.DISMISS, Resolution.MERGE}),
    CaseKind.CONCERN: frozenset({Resolution.REACHED, Resolution.DISMISS, Resolution.MERGE}),
    CaseKind.SHIELD: frozenset({Resolution.UPHOLD, Resolution.DISMISS}),
    CaseKind.APPEAL: frozenset({Resolution.UPHOLD, Resolution.OVERTURN}),
}
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


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
class Debt:
    """The card an author is owed for words that could not be judged when they were written. `known`: the team was told
    of them, as a case of their own or by this one.
    """

    band: CareBand
    kind: str = ""
    known: bool = False


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
    stayed: bool = False  # of a crisis: somebody stays with them, on a clock of its own; this one reminds after a day
    debt: Debt | None = None  # written with the step that found it, gone when the card is the author's
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
