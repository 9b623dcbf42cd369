"""Deadlines: what falls due on the review desk when nobody decides, and when. Nothing is scheduled here.

    held by the model alone, adult room ──── 1 min ──▶ RELEASE     the filter looks once more before (chat/overdue.py)
    held because the filter failed ── 15 s, 45 s, … ──▶ JUDGE      it looks again
    any other held message ──────────────── 10 min ──▶ REMIND      its author may rewrite, withdraw or wait on
                                               1 d ──▶ EXPIRE      nobody's talk is the same a day later
    claimed ──────────────────────────────── 5 min ──▶ LAPSE       back to the queue
    crisis ─────────────────────── 1, 3 and 5 min ──▶ ESCALATE     more people are told; it does not end by itself
    crisis of who is stayed with ─────────── 1 d ──▶ ESCALATE     that clock knows who is there; here it is reviewed
    anything else ──────────────────────────── 1 d ──▶ ESCALATE
                                              30 d ──▶ EXPIRE
    ended, not settled ─────────────────────── 5 s ──▶ SETTLE      a node died, or could not
    a card is owed ─────────────────────────── 5 s ──▶ PAY         likewise, and whatever else becomes of the case
    ended ─────────────────────────── 1 or 7 days ──▶ PURGE        the words are deleted; taken back, they are at once
                                              30 d ──▶ FORGET      and the rest; the audit trail stays

A claim stops the other clocks until it lapses, so that nothing moves under the eyes of the one who reads. In a teen
room, and where somebody may be in danger, nothing is released by time. Times are milliseconds of the engine's clock;
any node may see to what is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.cases import DAY, ENDED, HOUR, MINUTE, Case, CaseKind, State, Step

SECOND = 1_000


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


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due, and when."""

    at: int
    step: Step


def due_at(case: Case, times: Times = TIMES) -> Due | None:
    """What falls due next if nobody does anything, or None."""
    dues = _dues(case, times)
    if case.debt is not None:  # no claim stops this clock: help does not wait for a decision
        dues.append(Due(case.since + LEASE, Step.PAY))
    return min(dues, key=lambda due: due.at, default=None)


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
    clock = ESCALATIONS_ELSE if case.stayed else ESCALATIONS.get(case.kind, ESCALATIONS_ELSE)
    if case.escalated < len(clock):
        found.append(Due(case.at + clock[case.escalated], Step.ESCALATE))
    if case.waiting is not None:
        found += _dues_of_message(case, times)
    return found


def _dues_of_message(case: Case, times: Times) -> list[Due]:
    found = []
    if case.kind is CaseKind.FAULT and case.judged < MOST_JUDGED:
        found.append(Due(case.at + JUDGE_AFTER * (2 ** (case.judged + 1) - 1), Step.JUDGE))
    if case.may_be_released_by_time:
        found.append(Due(case.at + times.release, Step.RELEASE))
    if not case.reminded:
        found.append(Due(case.at + times.remind, Step.REMIND))
    return found
