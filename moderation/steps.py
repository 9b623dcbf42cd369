"""Steps: what can happen to a case, as a table of states. Nothing is stored, sent or scheduled here.

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
chat/settling.py does that, and may have to do it twice. So is a `debt`, wherever the case stands: the card its author
is owed; chat/overdue.py pays it, and `PAY` strikes it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moderation.cases import ENDED, MINUTE, Case, CaseKind, No, Resolution, State, Step

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
        Step.PAY: State.OPEN,
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
        Step.PAY: State.CLAIMED,
    },
    **{state: {Step.SETTLE: state, Step.PAY: state, Step.PURGE: state, Step.FORGET: state} for state in ENDED},
}

# Which steps only who has claimed the case may make.
CLAIMANTS = frozenset({Step.HAND_ON, Step.DECIDE})

# Steps with which the words are deleted. What its author has taken back is nobody's to keep.
UNSAID = frozenset({Step.WITHDRAW, Step.REWRITE, Step.PURGE, Step.FORGET})

# A case that goes round and round is still told in full by the audit trail.
MOST_PAST = 32


def take(case: Case, step: Step, now: int, by: str = "", *, claim_for: int = 5 * MINUTE, **changes: Any) -> Case | No:
    """Make one step. `by` is the moderator, empty for time and authors; `changes` are fields the step sets.

    `claim_for`: milliseconds a claim made now lasts.
    """
    state = STEPS[case.state].get(step)
    if state is None:
        return No.ENDED if case.state in ENDED else No.NOT_CLAIMED if step in CLAIMANTS else No.NOT_SO
    if no := _objection(case, step, now, by, changes):
        return no
    past = case.past if step in (Step.SETTLE, Step.PAY, Step.PURGE) else (*case.past, (now, str(step)))[-MOST_PAST:]
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
        case Step.PAY:
            return replace(stepped, debt=None, since=before.since)
        case Step.PURGE | Step.FORGET:
            return replace(stepped, purged=True, since=before.since)
        case Step.WITHDRAW | Step.REWRITE:
            return replace(stepped, owed=True, until=0, purged=True)
    return replace(stepped, owed=True, until=0)
