"""Who is who in the room of a session: the door, the names, and what its rules are.

    session:<id>   what clients call it        session/<id>   its key: log, cursor, resume, pipeline as in any room
    seek ·· waiting   what is written before there is a room goes there, and is kept (waiting.py)

A session's room is an ordinary room of the log with two seats, and guests of the team. Who has no seat, or is a guest
that the two have not been told of yet, finds no such room (T10); who supervises finds what is said from then on. Names
are made, another pair for each session: a name that somebody wears elsewhere would link the two. There is no roster:
who is there is said by `session_changed`, which is made from the store's row and is true at every moment (T15).

`topic_of` is what the filter and the card know of the room: the pack `session`, or `teen` where a teen is in it.
"""

from __future__ import annotations

from chat.answers import not_found
from chat.auth import Identity, alias_id, alias_name
from chat.connection import Membership
from chat.replies import Refused
from chat.services import Services
from rooms import session as talking
from rooms.events import Band, Member, Position, Role, UserId
from rooms.pairkeys import session_room
from rooms.scene import RowKind
from rooms.session import Seat, Session
from rooms.topics import Topic

# What the room of a session is called by clients.
PREFIX = "session:"

# The limits of confidentiality (F13): said once, before the first word.
LIMITS = (
    "What you tell each other stays between you two, with these exceptions, which are all there are. "
    "If one of you may be in danger, or a child is, people of our team are asked to come, and you would see them come. "
    "A supervisor may join, and never reads unseen. Messages pass an automatic filter; what it holds back is read by "
    "our team first. The words are deleted a day after the end; if one of you reports the other, the team keeps them "
    "until that is decided. "
    "Listeners are trained volunteers; they are no therapists and no emergency service."
)

_TOPICS = {
    Band.ADULT: Topic(id="one-on-one", band=Band.ADULT, pack="session", rules=LIMITS),
    Band.TEEN: Topic(id="one-on-one", band=Band.TEEN, pack="teen", rules=LIMITS),
}
_ROLES = {Seat.SEEKER: Role.PEER, Seat.LISTENER: Role.LISTENER}


def is_session(name: str) -> bool:
    """Whether clients mean the room of a session by this name."""
    return name.startswith(PREFIX)


def name_of(id: str) -> str:
    """What clients call the room of this session."""
    return PREFIX + id


def id_of(name: str) -> str:
    """The session whose room clients call so; "" for another room."""
    return name.removeprefix(PREFIX) if is_session(name) else ""


def topic_of(band: Band) -> Topic:
    """What the filter and the card know of a session's room."""
    return _TOPICS[band]


def role_of(session: Session | None, user: str) -> Role:
    """What this person is in a session; of one that is gone, nobody in particular."""
    if session is None:
        return Role.PEER
    seat, guest = session.seat(user), session.guest(user)
    if seat is not None:
        return _ROLES[seat]
    return Role(guest.role) if guest is not None else Role.LISTENER


def member(services: Services, id: str, user: str, role: Role) -> Member:
    """A person as a session knows them."""
    key, person = session_room(id), UserId(user)
    return Member(person, alias_id(services.secret, person, key), alias_name(services.secret, person, key), role)


def worn(services: Services, session: Session, user: str) -> dict[str, str]:
    """The same for the wire. The seeker is called so, for there `peer` says nothing."""
    one = member(services, session.id, user, role_of(session, user))
    role = "seeker" if user == session.seeker else str(one.role)
    return {"alias_id": one.alias, "name": one.name, "role": role}


def other_of(services: Services, session: Session, user: str, alias: str | None) -> str | None:
    """The person in a session whom this one means: of that alias, or the other of the two. None: nobody there."""
    if alias is None:
        return session.listener if user == session.seeker else session.seeker
    there = (session.seeker, session.listener, *(guest.user for guest in session.guests))
    key = session_room(session.id)
    return next((one for one in there if one and alias_id(services.secret, UserId(one), key) == alias), None)


async def seat_for(services: Services, identity: Identity, name: str, re: int | None) -> Membership | Refused:
    """This person's place in the room of a session, or the one answer for what is not there and not theirs.

    Raises MatchAway, EngineAway.
    """
    session = await services.matchmaker.find(RowKind.SESSION, id_of(name))
    if session is None or not talking.may_read(session, identity.user):
        return not_found(re)
    key = session_room(session.id)
    await services.backplane.open(key)
    one = member(services, session.id, identity.user, role_of(session, identity.user))
    guest = session.guest(identity.user)
    floor = Position.parse(guest.floor) if guest is not None and guest.floor else None
    there, own = roll(services, session), trusted(session, identity.user)
    return Membership(key, topic_of(session.band), one, session=session.id, roll=there, floor=floor, entrusted=own)


def trusted(session: Session, user: str) -> bool:
    """Whether words for the responder alone are for this person: whose they are, and who came because they were called
    (entrusting.py).
    """
    guest = session.guest(user)
    return user == session.seeker or (guest is not None and guest.reason == "held" and not guest.unread)


def roll(services: Services, session: Session) -> list[dict[str, str]]:
    """Who has a place there, as clients see them."""
    seats: list[str] = [one for one in (session.seeker, session.listener) if one]
    return [worn(services, session, user) for user in (*seats, *session.present)]
