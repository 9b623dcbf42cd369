"""Alarming: the team is called to somebody who is held, the desk has it in writing, and the person has the lines.

    PAGE ─▶ `alerted` in the inbox of each who is called: no words, no name      FILE ─▶ a case of the review desk
    CARD ─▶ the card of lines in the person's inbox, made anew: where a handover is offered, or a line did not answer

The case of a hold is its crisis case on the desk, which stays open when the hold has ended: whoever closes it has
looked at what happened (sessions.md, "review within 24 h"). Failure: the store away: False or raised, and done again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from chat import careid, wire
from chat.auth import event_id
from chat.joining import INBOX_KEPT
from chat.seating import name_of
from chat.services import Services
from chat.settling import tell_staff
from moderation.card import Desk, Reader
from moderation.cases import ENDED, Case, CaseKind, Words
from moderation.verdict import Care, CareBand, CareKind
from rooms.backplane import Commit, Committed
from rooms.debts import Owed
from rooms.events import NO_ONE, Band, EventId, Kind, RoomKey, UserId
from rooms.held import Hold
from rooms.scene import RowKind

# What is filed, as the rule that a case names; crisis is the case of the hold itself.
CRISIS = "crisis"
# What the team should look at when there is time.
LATER = frozenset({"debrief", "pair_review", "nursery"})
# What else follows when somebody is held no more. Each may be done twice.
AFTERWARDS: list[Callable[[Services, str], Awaitable[None]]] = []
# Risk, as rooms names it, to the care band of moderation.
BANDS = {"none": CareBand.CONCERN, "concern": CareBand.CONCERN, "high": CareBand.HIGH, "imminent": CareBand.IMMINENT}


def care_of(band: str, kind: str) -> Care:
    """The care that stands behind a hold."""
    return Care(BANDS.get(band, CareBand.HIGH), CareKind(kind) if kind in set(CareKind) else None)


def call(services: Services, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a call says: who needs somebody, as a case; no words, no name."""
    return {
        "case": fields["case"],
        "band": fields["band"],
        "kind": fields["kind"],
        "room": room_named(services, str(fields["room"])),
        "since": wire.timestamp(int(fields["since"])),
        "step": str(fields["step"]),
    }


async def page(services: Services, owed: Owed) -> bool:
    """Call each of those named, in their inbox: every device of theirs hears it, and nothing loses it."""
    fields = owed.effect.fields
    body = wire.body(call(services, fields))
    commits = []
    for user in fields["people"]:
        inbox = RoomKey(f"inbox/{user}")
        services.backplane.keep_for(inbox, INBOX_KEPT)
        id = event_id(services.secret, UserId(user), inbox, "page", owed.id)
        commits.append(Commit(room=inbox, id=id, kind=Kind.ALERTED, author=NO_ONE, body=body))
    outcomes = await services.backplane.submit(commits)
    services.metrics.paged((services.backplane.engine_now_ms() - int(fields["since"])) / 1000)
    return all(isinstance(outcome, Committed) for outcome in outcomes)


def room_named(services: Services, room: str) -> str:
    """A room as clients name it: rows name sessions by their bare id."""
    known = room in ("", "inbox", "waiting", "stay") or ":" in room or any(room == one.id for one in services.catalogue)
    return room if known else name_of(room)


async def file(services: Services, owed: Owed) -> bool:
    """Something for the desk: the crisis case of a hold; or a word more about it. Raises StoreAway."""
    fields = owed.effect.fields
    what = str(fields["what"])
    if what == CRISIS:
        return await open_case(services, owed.effect.to, str(fields["case"]))
    found = await services.review.find(str(fields["case"]))
    if found is not None and what in ("all", "incident", "away", "no_contact"):
        tell_staff(services, found)
    elif what in LATER:
        await open_note(services, owed, what)
    elif what == "ended":
        await review(services, owed, found)
        for follow in AFTERWARDS:
            await follow(services, owed.effect.to)
    return True


async def open_case(services: Services, user: str, id: str) -> bool:
    """The crisis case of whoever is held, under the id by which the team calls it."""
    hold: Hold | None = await services.matchmaker.find(RowKind.HOLD, user)
    if hold is None or hold.case != id:
        return True
    care = care_of(hold.risk.name.lower(), hold.kind)
    case = Case(
        id=id,
        kind=CaseKind.CRISIS,
        band=str(hold.band),
        room=f"inbox/{user}",
        user=user,
        at=services.backplane.engine_now_ms(),
        about=user,
        care=care.band,
        care_kind=str(care.kind or ""),
    )
    opened = await services.review.open(case, Words())
    if opened.fresh:
        tell_staff(services, opened.case)
    return True


async def review(services: Services, owed: Owed, case: Case | None) -> None:
    """Being stayed with has ended: what happened is looked at within a day. Its crisis case stays open for that; where
    somebody has closed it while it went on, there is another.
    """
    if case is not None and case.state not in ENDED:
        tell_staff(services, case)
        return
    await open_note(services, owed, "review")


async def open_note(services: Services, owed: Owed, what: str) -> None:
    """What the team should look at when there is time: two who meet often, a talk that was heavy for who listened,
    how somebody was stayed with. What waits for a day goes to those above (moderation/deadlines.py).
    """
    fields = owed.effect.fields
    role = f".{fields['role']}" if fields.get("role") else ""
    of_session = what != "review" and role in ("", ".listener")
    case = Case(
        id=event_id(services.secret, NO_ONE, RoomKey("inbox/-"), "file", owed.id),
        kind=CaseKind.CONCERN,
        band=str(fields.get("band", Band.ADULT)),
        room=f"session/{fields['case']}" if of_session else f"inbox/{owed.effect.to}",
        user=NO_ONE,
        at=services.backplane.engine_now_ms(),
        about=f"{what}/{fields['case']}/{owed.effect.to}",
        rules=(f"session.{what}{role}",),
    )
    opened = await services.review.open(case, Words())
    if opened.fresh and opened.case.state not in ENDED:
        tell_staff(services, opened.case)


async def incident(services: Services, owed: Owed) -> None:
    """Something that is owed to somebody can't be done by a fault of ours: what it is, without words. Once. Raises
    StoreAway.
    """
    case = Case(
        id=event_id(services.secret, NO_ONE, RoomKey("inbox/-"), "stuck", owed.id),
        kind=CaseKind.CONCERN,
        band=str(owed.effect.fields.get("band", Band.ADULT)),
        room=f"session/{owed.effect.fields.get('session', '-')}",
        user=NO_ONE,
        at=services.backplane.engine_now_ms(),
        about=f"stuck/{owed.id}",
        rules=(f"session.stuck.{owed.effect.do}",),
    )
    opened = await services.review.open(case, Words())
    if opened.fresh and opened.case.state not in ENDED:
        tell_staff(services, opened.case)


async def card(services: Services, owed: Owed) -> bool:
    """The lines, once more: where they are offered a way to one, or one did not answer."""
    fields, user = owed.effect.fields, UserId(owed.effect.to)
    hold: Hold | None = await services.matchmaker.find(RowKind.HOLD, user)
    care = care_of(str(fields["care"]), str(fields["kind"]))
    told: dict[str, Any] = {"about": hold.room if hold is not None else "", "why": str(fields["why"])}
    told["card"] = card_for(services, hold, user, care, owed.id)
    if tried := fields.get("tried"):
        told["tried"] = list(tried)
        told["card"]["lines"] = [line for line in told["card"]["lines"] if line.get("name") not in tried]
    if other := fields.get("other"):
        told["next"] = list(other)
    inbox = RoomKey(f"inbox/{user}")
    services.backplane.keep_for(inbox, INBOX_KEPT)
    id = EventId(told["card"]["id"])
    commit = Commit(room=inbox, id=id, kind=Kind.CARE, author=NO_ONE, body=wire.body(told))
    return isinstance((await services.backplane.submit([commit]))[0], Committed)


def card_for(services: Services, hold: Hold | None, user: UserId, care: Care, occasion: str) -> dict[str, Any]:
    """The card for somebody who is held, as far as their row knows who reads it."""
    band = hold.band if hold is not None else Band.ADULT
    reader = Reader(
        country=(hold.country or None) if hold is not None else None,
        language=(hold.language or None) if hold is not None else None,
        band=str(band),
    )
    return services.cards.make(
        care,
        reader,
        id=careid.seal(services.secret, user, careid.About(care), f"pair/{occasion}"),
        now=services.wall(),
        told=True,
        desk=Desk.STAYING,
    )
