"""Carrying: words that were written before there was a room go into it, through the filter, once.

    seek, send to `waiting` ─▶ kept (rooms/words.py) ─▶ somebody is there ─▶ DELIVER ─▶ judged again
                                                                       ├ shown: an entry of the session's log
                                                                       ├ held: a case of the review desk
                                                                       └ refused: its author is told, in their inbox

They were judged when they were written, and whoever wrote them has had the card they were owed; now they are judged
as what they are by then, words in a room of two (T5). Each line has one id in the room, made of its own: a node that
dies in the middle delivers nothing twice. They are deleted when all of them have ended.

A summary that a listener leaves for the next is the seeker's: shown to them, changed as they like, and said by them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from chat import wire
from chat.auth import event_id
from chat.joining import INBOX_KEPT
from chat.outcomes import findings, outcome_of
from chat.seating import member, topic_of
from chat.services import Services
from chat.settling import aside_for, pack_of, tell_staff
from moderation.cases import ENDED, Case, CaseKind, Waiting, Words
from moderation.verdict import Action, CareBand, Submission, Verdict
from rooms.backplane import Commit, Committed, Guard, Refused
from rooms.debts import Owed
from rooms.events import NO_ONE, Band, EventId, Kind, Member, Refusal, Role, RoomKey, UserId
from rooms.pairkeys import session_room
from rooms.scene import RowKind
from rooms.session import Session
from rooms.topics import SPARED
from rooms.words import Line

# What is done besides where a line is heavy: somebody may be in danger. Filled by disclosing.py.
Heavy = Callable[[Services, Band, RoomKey, UserId, EventId, Verdict], Awaitable[None]]
HEAVY: list[Heavy] = []

# What clients call the place of who waits, or is stayed with, before there is a room.
WAITING, STAY = "waiting", "stay"


async def deliver(services: Services, owed: Owed) -> bool:
    """What somebody wrote while they waited, into the room of their session."""
    request, session = owed.effect.fields["request"], owed.effect.fields["session"]
    return await carry(services, request, session, owed.effect.to)


async def hand_on(services: Services, owed: Owed) -> bool:
    """The summary of the session before, as the seeker left it, into the room of the next."""
    return await carry(services, owed.effect.fields["session"], owed.effect.fields["into"], owed.effect.to)


async def carry(services: Services, of: str, id: str, author: str) -> bool:
    """Every line kept of a request or session goes into the room of this session; then those are deleted, and no line
    that was kept meanwhile: that is owed by itself.
    """
    session: Session | None = await services.matchmaker.find(RowKind.SESSION, id) if id else None
    lines = await services.matchmaker.words.lines(of)
    if session is None or not lines:
        return True
    said: list[str] = []
    for line in lines:
        if not await say(services, session, author, line, said):
            return False
        said.append(line.text)
    await services.matchmaker.words.drop(of, *(line.id for line in lines))
    return True


async def say(services: Services, session: Session, author: str, line: Line, before: Sequence[str]) -> bool:
    """One line, judged and put where it belongs. False: not now."""
    room = session_room(session.id)
    one = member(services, session.id, author, Role.PEER)
    id = event_id(services.secret, one.user, room, WAITING, line.id)
    verdict = await services.turns.judged(submission(session.band, one, room, line, id, before))
    services.metrics.judged("message", verdict.action.word)
    if verdict.care.band >= CareBand.HIGH:
        for heed in HEAVY:
            await heed(services, session.band, room, one.user, id, verdict)
    if verdict.action in (Action.ALLOW, Action.MASK):
        return await shown(services, room, one, id, line, verdict)
    if verdict.action is Action.HOLD:
        await held(services, session.band, room, one, id, line, verdict)
        return True
    return await refused(services, session.id, one.user, id, verdict)


def submission(band: Band, one: Member, room: RoomKey, line: Line, id: EventId, before: Sequence[str]) -> Submission:
    """What the filter is given."""
    return Submission(
        text=line.text,
        lane=room,
        author=one.user,
        pack=topic_of(band).pack,
        key=id,
        role=str(Role.PEER),
        band=str(band),
        recent=tuple(before),
    )


async def shown(services: Services, room: RoomKey, one: Member, id: EventId, line: Line, verdict: Verdict) -> bool:
    """An entry of the room, in which it says when it was written."""
    told: dict[str, Any] = {
        "from": {"alias_id": one.alias, "name": one.name, "role": str(one.role)},
        "text": verdict.text,
        "written_at": wire.timestamp(line.at),
    }
    if line.notes:
        told["notes"] = list(line.notes)
    if verdict.action is Action.MASK:
        told["masked"] = True
    commit = Commit(
        room=room,
        id=id,
        kind=Kind.MESSAGE,
        author=one.user,
        body=wire.body(told),
        outcome=outcome_of(verdict),
        guard=Guard(slow_ms=SPARED),  # it has waited already
    )
    outcome = (await services.backplane.submit([commit]))[0]
    shut = isinstance(outcome, Refused) and outcome.refusal is Refusal.CLOSED  # over before it began: nobody is there
    return shut or isinstance(outcome, Committed)


async def held(
    services: Services, band: Band, room: RoomKey, one: Member, id: EventId, line: Line, verdict: Verdict
) -> None:
    """A person of the team looks first, as at any held message. Raises StoreAway, EngineAway."""
    crisis = verdict.care.band >= CareBand.HIGH
    case = Case(
        id=id,
        kind=CaseKind.CRISIS if crisis else CaseKind.FAULT if verdict.faulty else CaseKind.HELD,
        band=str(band),
        room=room,
        user=one.user,
        at=services.backplane.engine_now_ms(),
        about=id,
        rules=tuple(finding.rule for finding in verdict.findings),
        care=verdict.care.band,
        care_kind=str(verdict.care.kind or ""),
        model_alone=verdict.model_alone,
        waiting=Waiting(alias=one.alias, pack=topic_of(band).pack, notes=line.notes),
    )
    masked = pack_of(services, topic_of(band).pack).masked(line.text, verdict.findings)
    opened = await services.review.open(case, Words(text=masked, name=one.name))
    told = wire.body({"state": "held", "findings": findings(verdict.findings), "says": verdict.says})
    await services.backplane.put_aside(room, id, told, aside_for(services))
    if opened.fresh and opened.case.state not in ENDED:
        tell_staff(services, opened.case)


async def refused(services: Services, session: str, user: UserId, id: EventId, verdict: Verdict) -> bool:
    """Nobody sees it, and its author is told so, with the reason and what would pass."""
    inbox = RoomKey(f"inbox/{user}")
    services.backplane.keep_for(inbox, INBOX_KEPT)
    told: dict[str, Any] = {"about": f"session:{session}", "message": id, "state": "refused", "says": verdict.says}
    if verdict.suggestion:
        told["suggestion"] = verdict.suggestion
    commit = Commit(
        room=inbox,
        id=event_id(services.secret, user, inbox, "resolved", f"{id}/refused"),
        kind=Kind.RESOLVED,
        author=NO_ONE,
        body=wire.body(told),
    )
    return isinstance((await services.backplane.submit([commit]))[0], Committed)
