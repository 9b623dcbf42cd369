"""Feedback: how it was, from either of the two or who came from the team, and one line to the team if they like.

Everything may be left out, nobody is asked why, and the other never learns of it. A listener who says that it was heavy
rests for longer; who asks for a debrief is on the desk, and so is somebody who did not feel safe. The line is judged
like a message (T5) and read by the team only.
"""

from __future__ import annotations

from typing import Any

from chat import sessioncommands as say
from chat.answers import who
from chat.auth import event_id
from chat.care import OPEN, care_for, deal
from chat.connection import Connection, Membership
from chat.outcomes import findings
from chat.owing import make
from chat.pairing import declined
from chat.replies import Refused
from chat.reports import Note, note_of
from chat.seating import member, name_of, role_of, topic_of
from chat.services import Services
from chat.sessionreplies import Thanks
from chat.settling import tell_staff
from chat.spoken import submission
from chat.waiting import illegible
from moderation.cases import Case, CaseKind, Words
from rooms import asides
from rooms.backplane import Committed
from rooms.pairkeys import session_room
from rooms.scene import No, RowKind
from rooms.session import Session

SAYS = "Thank you. It helps us to look after everybody here."


async def feedback(services: Services, connection: Connection, command: say.Feedback) -> Thanks | Refused:
    """How it was. Once; again is thanked and changes nothing."""
    identity, id = who(connection), command.session
    if command.line and (stop := illegible(services, command.id, command.line, "line")):
        return stop
    made = await make(
        services,
        lambda scene: asides.feedback(
            scene, id, identity.user, heavy=bool(command.heavy), debrief=bool(command.debrief)
        ),
        (RowKind.SESSION, id),
    )
    if isinstance(made, No):
        return declined(command.id, made, "session")
    role = "responder" if made.seat(identity.user) is None else str(role_of(made, identity.user))
    services.metrics.felt(role, command.feel or "", command.safe)
    note = await judged(services, connection, command, made) if command.line else Note()
    if note.text or command.safe is False:
        await file(services, command, made, identity.user, note)
    says = services.pipeline.books.says.say(SAYS, identity.language or "en")
    more: dict[str, Any] = {}
    if note.verdict is not None and note.state != "delivered":
        more = {"findings": findings(note.verdict.findings)}
    return Thanks(re=command.id, session=id, says=says, line=note.state, **more)


async def judged(services: Services, connection: Connection, command: say.Feedback, session: Session) -> Note:
    """The line as the team may read it. Its author gets what is owed for it."""
    user, key = who(connection).user, session_room(session.id)
    one = member(services, session.id, user, role_of(session, user))
    place = Membership(key, topic_of(session.band), one, session=session.id)
    id = event_id(services.secret, user, key, "feedback", session.id)
    said = submission(services, connection, place, command.line or "", key=id, kind="note")
    verdict = await services.turns.judged(said)
    services.metrics.judged("note", verdict.action.word)
    if cards := care_for(services, connection, place, name_of(session.id), id, verdict, heard=OPEN):
        outcomes = await services.backplane.submit(cards)
        if not isinstance(outcomes[0], Committed):
            deal(services, connection, place, name_of(session.id), id, verdict)
    return note_of(services, said, verdict)


async def file(services: Services, command: say.Feedback, session: Session, user: str, note: Note) -> None:
    """Put it before the team: a worry, against nobody. Raises StoreAway."""
    key = session_room(session.id)
    case = Case(
        id=event_id(services.secret, member(services, session.id, user, role_of(session, user)).user, key, "line", "1"),
        kind=CaseKind.CONCERN,
        band=str(session.band),
        room=key,
        user=user,
        at=services.backplane.engine_now_ms(),
        rules=("session.unsafe" if command.safe is False else "session.feedback",),
    )
    opened = await services.review.open(case, Words(note=note.text))
    if opened.fresh:
        tell_staff(services, opened.case)
