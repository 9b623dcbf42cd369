"""A person's history beside a case: what was decided about them before, for who has claimed it (F28, F31).

    held ─▶ its author │ report, shield ─▶ who it is about │ appeal ─▶ who asks       crisis, concern ─▶ nobody
      ─▶ standing ─▶ the newest decisions: step, reason, when, until, how the appeal stands, whether it was in this room

What one may read of others is what the case is about, and no more: decisions of the team, never words, never a name or
an id, no other room by its name, so that no alias is linked to another. Telling of pain is no conduct (F23): a case of
care has no history, and neither has a held message whose author may be in danger. Responders come to
help, and have none.

Failure: the store away is `StoreAway`, as for the words; the claim stands, and claiming again reads again.
"""

from __future__ import annotations

from typing import Any

from chat import wire
from chat.auth import Identity
from chat.services import Services
from moderation.cases import Case, CaseKind
from moderation.ladder import Step
from moderation.sanctions import PersonId, Sanction
from moderation.verdict import CareBand
from rooms.events import Role, UserId

DECIDING = frozenset({Role.MODERATOR, Role.SUPERVISOR, Role.OPERATOR})
# What a moderator can take in; the newest say most.
MOST_BEFORE = 20
# Kinds of cases that are about conduct, and the field of the case that names whose.
WHOSE = {
    CaseKind.HELD: "user",
    CaseKind.FAULT: "user",
    CaseKind.REPORT: "against",
    CaseKind.SHIELD: "against",
    CaseKind.APPEAL: "user",
}


def whose(case: Case) -> UserId | None:
    """Whose conduct a case is about; None: nobody's."""
    if case.care >= CareBand.HIGH or case.kind not in WHOSE:
        return None
    return UserId(getattr(case, WHOSE[case.kind])) or None


async def decided_before(services: Services, identity: Identity, case: Case) -> list[dict[str, Any]] | None:
    """What was decided about the person of a case, the newest first; None where there is no such list for this one.
    Raises StoreAway.
    """
    person = whose(case)
    if person is None or not DECIDING & identity.roles:
        return None
    now = services.backplane.engine_now_ms()
    history = await services.standing.history(person)
    return [told(one, case, identity, now) for one in reversed(history[-MOST_BEFORE:])]


def told(one: Sanction, case: Case, identity: Identity, now: int) -> dict[str, Any]:
    """One decision as a moderator reads it. `now`: engine milliseconds."""
    row: dict[str, Any] = {
        "step": one.step.word,
        "reason": str(one.reason),
        "at": wire.timestamp(one.at),
        "appeal": str(one.appeal),
        "holds": one.step is not Step.NOTICE and one.in_force(now),
        "here": one.room == case.room,
        "mine": one.decided_by == PersonId(identity.user),
    }
    if one.until is not None and one.step is not Step.NOTICE:
        row["until"] = wire.timestamp(one.until)
    return row
