"""Asking for a person: a crisis case on the review desk, before everything else there.

Somebody who may be in danger, or who wants to talk to a person here, becomes one open case, however often they write or
press: a second one is merged into the first (moderation/cases.py, `about`), which becomes as urgent as the second. It
names nobody it is against (R1) and holds no words of theirs. Moderators of every node are told that it is there.

Failure: the store away: nobody was asked, and False says so; the card then does not say that somebody was.
"""

from __future__ import annotations

import asyncio
import contextlib

from chat.auth import Identity, event_id
from chat.disclosing import said
from chat.services import Services
from chat.settling import tell_staff
from moderation.audit import StoreAway
from moderation.cases import ENDED, Case, CaseKind, Step, Words
from moderation.verdict import Care
from rooms.events import EventId, RoomKey

# Seconds the desk may take: the card of somebody in danger does not wait longer for a word about the team.
WITHIN = 0.8


async def ask_for_person(
    services: Services,
    identity: Identity,
    room: RoomKey,
    care: Care,
    cause: EventId | str,
    *,
    name: str = "",
    model_alone: bool = False,
) -> bool:
    """Put this person before the team's eyes, and stay with them. `cause` names why, so that a retry is the same case.
    `model_alone`: nothing but the model's guess says so. True: it is kept.
    """
    case, held = "", False
    with contextlib.suppress(OSError):  # a TimeoutError is one
        async with asyncio.timeout(WITHIN):
            with contextlib.suppress(StoreAway):
                case = await _kept(services, identity, room, care, cause, name)
            fresh = case or event_id(services.secret, identity.user, room, "person", str(cause))
            held = await said(services, identity, room, care, fresh, model_alone=model_alone)
    return held or bool(case)


async def _kept(
    services: Services, identity: Identity, room: RoomKey, care: Care, cause: EventId | str, name: str
) -> str:
    """Open the case; under another id where the one of this cause has ended. Its id; "" for none. Raises StoreAway."""
    for again in ("", services.fresh()):
        case = Case(
            id=event_id(services.secret, identity.user, room, "person", f"{cause}{again}"),
            kind=CaseKind.CRISIS,
            band=str(identity.band),
            room=room,
            user=identity.user,
            at=services.backplane.engine_now_ms(),
            about=identity.user,
            care=care.band,
            care_kind=str(care.kind or ""),
        )
        opened = await services.review.open(case, Words(name=name))
        if opened.fresh:
            tell_staff(services, opened.case)
        if opened.case.into:
            await _raised(services, opened.case.into, care)
        if opened.case.into or opened.case.state not in ENDED:
            return opened.case.into or opened.case.id
    return ""


async def _raised(services: Services, into: str, care: Care) -> None:
    """The open case of this person is as urgent as the newest cause. Raises StoreAway."""
    head = await services.review.find(into)
    if head is None or head.care >= care.band:
        return
    now = services.backplane.engine_now_ms()
    raised = await services.review.step(into, Step.WEIGH, now, care=care.band, care_kind=str(care.kind or ""))
    if isinstance(raised, Case):
        tell_staff(services, raised)
