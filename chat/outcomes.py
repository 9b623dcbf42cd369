"""What became of words, as their author is told it: sent, checked, or why not.

The state of a commit becomes `sent` (a repeat is told what the first one was told: `outcome_of` is what the log keeps
for that), a refusal of the engine's guards becomes words a person can read, and findings lose their scores. Nothing
here decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat import commands as say
from chat import wire
from chat.answers import engine_away, refused
from chat.connection import Membership
from chat.replies import Checked, Code, Refused, Sent
from chat.services import Services
from moderation.verdict import Action, Finding, Verdict
from rooms.backplane import Committed, Outcome
from rooms.backplane import Refused as Declined
from rooms.events import Entry, EventId, Kind, Refusal

SAYS = {
    Refusal.TOO_SOON: "This room goes slowly on purpose. You can write again in a moment; your words are still here.",
    Refusal.MUTED: "You can't write in this room right now.",
    Refusal.CLOSED: "This conversation has ended. Your words are still with you.",
}
NOT_HERE = "That can't be done here."


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {*SAYS.values(), NOT_HERE}


def sent(command: say.Send | say.Edit, id: EventId, outcome: Outcome) -> Sent | Refused:
    """The reply to words that were committed, or were not."""
    if isinstance(outcome, Committed):
        kept = wire.unbody(outcome.outcome) if outcome.outcome else {"state": "delivered"}
        if kept["state"] == "refused":  # it was held, and then this became of it
            return refused(command.id, Code.STOPPED, kept["says"], repeated=True)
        return Sent(
            re=command.id,
            room=command.room,
            id=id,
            cursor=None if outcome.aside else outcome.position.cursor,
            at=wire.timestamp(outcome.at),
            kept="stored",
            repeated=outcome.repeated,
            **kept,
        )
    return declined(command.id, outcome)


def declined(re: int, outcome: Outcome) -> Refused:
    """The reply to what was not committed: the engine's guard said no, or the engine is away."""
    if not isinstance(outcome, Declined):
        return engine_away(re)
    again = outcome.retry_after
    says = SAYS.get(outcome.refusal, NOT_HERE)
    return refused(re, outcome.refusal, says, retry="later" if again else "never", retry_after=again)


def word_of(outcome: Outcome) -> str:
    """An outcome as it is counted."""
    if isinstance(outcome, Committed):
        return "repeated" if outcome.repeated else "stored"
    return str(outcome.refusal) if isinstance(outcome, Declined) else "unavailable"


def outcome_of(verdict: Verdict) -> bytes:
    """What a repeat of the same key will be told: nothing is kept for words delivered as they were and remarked on
    by nobody.
    """
    if verdict.action is not Action.MASK:
        remarks = findings(verdict.findings)
        return wire.body({"state": "delivered", "findings": remarks}) if remarks else b""
    return wire.body({"state": "masked", "text": verdict.text, "findings": findings(verdict.findings)})


def checked(re: int, verdict: Verdict) -> Checked:
    """See before send: the same verdict, and nothing kept (F22)."""
    care: dict[str, Any] = {"band": verdict.care.band.word}
    if verdict.care.kind is not None:
        care["kind"] = str(verdict.care.kind)
    return Checked(
        re=re,
        action=verdict.action.word,
        care=care,
        findings=findings(verdict.findings),
        text=verdict.text if verdict.action is Action.MASK else None,
        suggestion=verdict.suggestion,
        says=verdict.says or None,
    )


def findings(found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as the author sees them: no score, no rule that only adds care."""
    return [
        {"rule": one.rule, "label": one.label, "span": list(one.span), "says": one.says} for one in found if one.says
    ]


async def message(services: Services, place: Membership, id: str) -> Entry | None:
    """The message of that id, if it was said in this room and not taken back. Raises EngineAway."""
    entry = await services.backplane.entry(place.key, EventId(id))
    return entry if entry is not None and entry.kind == Kind.MESSAGE else None


async def first_outcome(services: Services, place: Membership, id: EventId) -> Committed | None:
    """What became of a key that was used before, None for a new one. Raises EngineAway."""
    return (await services.backplane.lookup(place.key, [id]))[0]
