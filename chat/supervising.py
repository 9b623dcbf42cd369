"""Supervising over the wire: which sessions somebody of the team may join, and joining one, visibly (F9, F19, F29).

    sessions ─▶ those with a teen, with a listener in their first ten, with somebody held: no names, no words
    supervise {room, reason} ─▶ is the reason true now? ─▶ both are told ─▶ they are there ─▶ `open`

Which reason needs what is rooms/supervising.py's. A case from the room, for `report` and `concern`, is one that waits
on the desk and that this supervisor may see there. What was said before they came stays between the two.
"""

from __future__ import annotations

from chat import sessioncommands as say
from chat.answers import refused, who
from chat.auth import Identity
from chat.connection import Connection
from chat.desk import may_see
from chat.owing import make
from chat.pairing import declined, person_of
from chat.replies import Code, Refused
from chat.seating import id_of, name_of
from chat.services import Services
from chat.sessionreplies import SessionList, Supervising
from chat.staying import title
from chat.wire import timestamp
from rooms import session as talking
from rooms import supervising
from rooms.events import Band, Role
from rooms.pairkeys import session_room
from rooms.scene import No, RowKind
from rooms.session import Session

SUPERVISING = (Role.SUPERVISOR, Role.MODERATOR, Role.OPERATOR)

NO_REASON = (
    "That is not so of this session now. Two grown-ups are joined while their listener is in the first ten sessions, "
    "while somebody is held, or while a report or a worry from there is open."
)


async def supervise(services: Services, connection: Connection, command: say.Supervise) -> Supervising | Refused:
    """Come into a session, visibly: both are told, and then it can be opened."""
    identity, id = who(connection), id_of(command.room)
    role = title(identity, SUPERVISING)
    session: Session | None = await services.matchmaker.find(RowKind.SESSION, id) if id else None
    if not role or session is None:
        return declined(command.id, No.NOT_FOUND, "room")
    case = await case_from(services, identity, session) if supervising.NEEDS[command.reason] == "case" else False
    services.company.follow(identity.user)
    made = await make(
        services,
        lambda scene: supervising.supervise(scene, id, person_of(identity), role, command.reason, case=case),
        (RowKind.SESSION, id),
        (RowKind.LISTENER, session.listener or identity.user),
        (RowKind.HOLD, session.seeker),
    )
    if made is No.FORBIDDEN:
        return refused(command.id, Code.FORBIDDEN, NO_REASON, path="reason")
    return declined(command.id, made, "room") if isinstance(made, No) else Supervising(re=command.id, room=command.room)


async def case_from(services: Services, identity: Identity, session: Session) -> bool:
    """Whether something about this session waits on the desk, before this one's eyes. Raises StoreAway."""
    room = session_room(session.id)
    for user in filter(None, (session.seeker, session.listener)):
        for case in await services.review.of(user):
            if case.room == room and case.waiting is None and may_see(identity, case.band, case.rank):
                return True
    return False


async def sessions(services: Services, connection: Connection, command: say.Sessions) -> SessionList | Refused:
    """The sessions that may be joined without a case: a teen is in them, or a new listener, or somebody who is held."""
    identity = who(connection)
    if not title(identity, SUPERVISING) or identity.band is not Band.ADULT:
        return refused(command.id, Code.FORBIDDEN, "This is for the people who look after the rooms.")
    live: list[Session] = await services.matchmaker.live(RowKind.SESSION)
    rows = [one for one in live if one.state in talking.LIVE and one.seat(identity.user) is None]
    listeners = [(RowKind.LISTENER, one.listener) for one in rows if one.listener]
    scene = await services.matchmaker.look([*listeners, *((RowKind.HOLD, one.seeker) for one in rows)])
    young = {one.id for one in rows if supervising.is_young(one, scene.look(RowKind.HOLD, one.seeker))}
    rows = [one for one in rows if one.id not in young or identity.vetted]
    caps, found = services.matchmaker.caps, []
    for one in rows:
        listener = scene.look(RowKind.LISTENER, one.listener) if one.listener else None
        if reasons := supervising.why(supervising.grounds(one, listener, caps=caps)):
            row = {"room": name_of(one.id), "band": str(one.band), "since": timestamp(one.began), "why": list(reasons)}
            found.append(row | {"here": one.guest(identity.user) is not None})
    return SessionList(re=command.id, sessions=found)
