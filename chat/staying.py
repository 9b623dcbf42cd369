"""Staying: what somebody who is held can say, and what the team does for them (F16–F18).

    the person    settle ("I'm OK") · handover · join_ok · still · close            room: their session's, or `stay`
    the team      take · stand_down · settle ("agreed") · raise          (and supervise: supervising.py)
    the listener  raise · join_ok, when asked "shall we bring someone?"

That somebody is held comes from what they said (disclosing.py). It has three endings (rooms/held.py): the person and a
responder agree, the person says that somebody answered at a line, the person goes. Nothing here is another.

A case is what `alerted` names. Who is of the team reads nothing before the person was told that they come: `take` and
`supervise` announce, and `open` lets in only who has been announced (T10).
"""

from __future__ import annotations

from typing import Any

from chat import sessioncommands as say
from chat.alarming import card_for, care_of
from chat.answers import who
from chat.auth import Identity, event_id
from chat.carrying import STAY
from chat.connection import Connection
from chat.desk import may_see
from chat.disclosing import disclose
from chat.owing import make
from chat.pairing import declined
from chat.replies import Refused
from chat.reports import meant
from chat.seating import id_of, name_of, other_of
from chat.services import Services
from chat.sessionreplies import (
    HandingOver,
    JoinedOk,
    Raised,
    Settled,
    StoodDown,
    Taken,
)
from chat.shift import cares_for
from chat.wire import timestamp
from moderation.verdict import Care, CareBand, CareKind
from rooms import asides, coming, staying
from rooms.events import Band, Kind, Position, Role, RoomKey, UserId
from rooms.handover import OTHER_WAYS, Dial
from rooms.held import OPEN, Held, Hold, Joins
from rooms.pairkeys import session_room
from rooms.scene import No, RowKind, Scene
from rooms.seeking import Risk
from rooms.session import Session
from rooms.ties import Person

# Who goes to people who are held, the best title first.
TEAM = (Role.RESPONDER, Role.SUPERVISOR, Role.MODERATOR, Role.OPERATOR)
BANDS = {"concern": CareBand.CONCERN, "high": CareBand.HIGH, "imminent": CareBand.IMMINENT}
RISKS = {"concern": Risk.CONCERN, "high": Risk.HIGH, "imminent": Risk.IMMINENT}
# Entries looked through for somebody's newest words: what is older than these was read long ago.
NEWEST = 100


def title(identity: Identity, of: tuple[Role, ...] = TEAM) -> str:
    """What this person of the team is, to somebody who is held; "" for everybody else."""
    return next((str(role) for role in of if role in identity.roles), "")


async def hold_in(services: Services, identity: Identity, room: str) -> tuple[str, Session | None] | None:
    """(the person this is about, the session) of a room as clients name it; None where there is none for this one."""
    if room == STAY:
        return identity.user, None
    session: Session | None = await services.matchmaker.find(RowKind.SESSION, id_of(room)) if id_of(room) else None
    if session is None:
        return None
    guest = session.guest(identity.user)
    if session.seat(identity.user) is None and (guest is None or not guest.present):
        return None
    return session.seeker, session


# ------------------------------------------------------------------ the person


async def settle(services: Services, connection: Connection, command: say.Settle) -> Settled | Refused:
    """The person: I'm OK. Somebody of the team: agreed, having read up to `seen`; a newer word makes that stale."""
    identity = who(connection)
    found = await hold_in(services, identity, command.room)
    if found is None:
        return declined(command.id, No.NOT_FOUND, "room")
    user, session = found
    seen = place.seq if (place := Position.parse(command.seen)) else 0
    latest = await newest_words(services, session, user)
    if user == identity.user:
        made = await make(services, lambda scene: staying.say_ok(scene, user, max(seen, latest)), (RowKind.HOLD, user))
    else:
        role = title(identity)
        made = await make(
            services,
            lambda scene: staying.settle(scene, user, identity.user, role, seen, latest),
            (RowKind.HOLD, user),
        )
    if isinstance(made, No):
        return declined(command.id, made, "seen" if made is No.STALE else "room")
    state = {Held.SETTLED: "settled", Held.LEFT: "left"}.get(made.state, "waiting")
    return Settled(re=command.id, room=command.room, state=state)


async def newest_words(services: Services, session: Session | None, user: str) -> int:
    """Where somebody's newest words stand in their session; 0 where they said nothing. Raises EngineAway."""
    if session is None:
        return 0
    page = await services.backplane.page(session_room(session.id), limit=NEWEST)
    spoken = (entry.seq for entry in reversed(page.entries) if entry.author == user and entry.kind in SPOKEN)
    return next(spoken, 0)


SPOKEN = frozenset({Kind.MESSAGE, Kind.EDITED})


async def handover(services: Services, connection: Connection, command: say.Handover) -> HandingOver | Refused:
    """The way to a line, at the person's pace. No answer there is always followed by another way."""
    identity = who(connection)
    user, step, line = identity.user, Dial(command.step), command.line or ""
    made = await make(services, lambda scene: staying.dial(scene, user, step, line), (RowKind.HOLD, user))
    if isinstance(made, No):
        return declined(command.id, made, "step")
    hold: Hold = made
    until = hold.ended_at + services.matchmaker.times.handover_undo if hold.state is Held.HANDED_OVER else 0
    return HandingOver(
        re=command.id,
        room=command.room,
        step=str(hold.handover.state),
        line=hold.handover.line or None,
        next=others(services, hold) if step is Dial.NOT_REACHED else None,
        until=timestamp(until) if until else None,
    )


def others(services: Services, hold: Hold) -> list[dict[str, Any]]:
    """What there is beside a line that did not answer: the next one, and ways that always work."""
    card = card_for(services, hold, UserId(hold.user), care_of(hold.risk.name.lower(), hold.kind), "next")
    lines = [line for line in card["lines"] if line.get("name") not in hold.handover.tried]
    return [*lines, *({"way": way} for way in OTHER_WAYS)]


async def join_ok(services: Services, connection: Connection, command: say.JoinOk) -> JoinedOk | Refused:
    """May somebody join? The person's own word; or, where only the model was in doubt, their listener's."""
    identity = who(connection)
    found = await hold_in(services, identity, command.room)
    if found is None:
        return declined(command.id, No.NOT_FOUND, "room")
    user, me = found[0], identity.user

    def step(scene: Scene) -> Hold | No:
        if user == me:
            return coming.consent(scene, user, Joins(command.choice))
        return coming.bring(scene, user, me) if command.choice == "yes" else coming.dismiss(scene, user, me)

    made = await make(services, step, (RowKind.HOLD, user))
    if isinstance(made, No):
        return declined(command.id, made, "room")
    return JoinedOk(re=command.id, room=command.room, choice=command.choice)


# ------------------------------------------------------------------ the team


async def raise_(services: Services, connection: Connection, command: say.Raise) -> Raised | Refused:
    """Somebody may be in danger: a listener of their seeker, the team of anybody. A lower band is the team's to say."""
    identity, role = who(connection), title(who(connection))
    session: Session | None = None
    room: RoomKey
    if id_of(command.room):
        found = await hold_in(services, identity, command.room)
        session = found[1] if found is not None else None
        if session is None:
            return declined(command.id, No.NOT_FOUND, "room")
        user = other_of(services, session, identity.user, command.alias_id) if command.alias_id else session.seeker
        band, room = session.band, session_room(session.id)
    else:
        place = connection.rooms.get(command.room)
        if place is None or place.topic is None or not role:
            return declined(command.id, No.NOT_FOUND, "room")
        one = await meant(services, place, None, command.alias_id)
        user, band, room = one.user if one is not None else None, place.topic.band, place.key
    if not user or (user == identity.user and not role):
        return declined(command.id, No.NOT_FOUND, "alias_id")
    hold: Hold | None = await services.matchmaker.find(RowKind.HOLD, user)
    risk = RISKS[command.band]
    if hold is not None and hold.state in OPEN and risk < hold.risk:
        return await lowered(services, identity, command, user, role)
    known = await services.matchmaker.find(RowKind.PERSON, user) or Person(user=user, band=Band(band))
    care = Care(BANDS[command.band], CareKind(command.kind))
    cause = f"raise/{command.key or services.fresh()}"
    case = hold.case if hold is not None and hold.state in OPEN else ""
    made = await disclose(
        services,
        known,
        care,
        case or event_id(services.secret, UserId(user), room, "person", cause),
        command.room,
    )
    if made is None:
        raise OSError("the matchmaker is away")
    return Raised(re=command.id, room=command.room)


async def lowered(services: Services, identity: Identity, command: say.Raise, user: str, role: str) -> Raised | Refused:
    """Less than it was thought, says a human of the team."""
    made = await make(
        services,
        lambda scene: asides.lower(scene, user, identity.user, role, RISKS[command.band]),
        (RowKind.HOLD, user),
    )
    return declined(command.id, made, "band") if isinstance(made, No) else Raised(re=command.id, room=command.room)


async def called(services: Services, identity: Identity, case: str) -> Hold | None:
    """Whoever is behind a case, if this one of the team may be called to them. Raises MatchAway, StoreAway."""
    if not title(identity):
        return None
    holds: list[Hold] = await services.matchmaker.live(RowKind.HOLD)
    hold = next((one for one in holds if one.case == case), None)
    if hold is None:
        known = await services.review.find(case)
        if known is None or not may_see(identity, known.band, known.rank):
            return None
        hold = await services.matchmaker.find(RowKind.HOLD, known.user)
    if hold is None or hold.user == identity.user or hold.band not in cares_for(identity):
        return None
    return hold


async def take(services: Services, connection: Connection, command: say.Take) -> Taken | Refused:
    """I'll go to them. They are told; and asked first, unless it is imminent, or they are a teen."""
    identity = who(connection)
    hold = await called(services, identity, command.case)
    if hold is None:
        return declined(command.id, No.NOT_FOUND, "case")
    fresh, role, me = services.fresh(), title(identity), identity.user
    services.company.follow(me)
    made = await make(services, lambda scene: coming.take(scene, hold.user, me, role, fresh), (RowKind.HOLD, hold.user))
    if isinstance(made, No):
        return declined(command.id, made, "case")
    invited = made.joins is Joins.YES or made.risk is Risk.IMMINENT or made.band is Band.TEEN
    return Taken(re=command.id, case=command.case, room=name_of(made.session), waits=not invited)


async def stand_down(services: Services, connection: Connection, command: say.StandDown) -> StoodDown | Refused:
    """Not me any more; nobody need come; or, after a day away, no contact: that takes two."""
    identity = who(connection)
    hold = await called(services, identity, command.case)
    if hold is None:
        return declined(command.id, No.NOT_FOUND, "case")
    user, me, role = hold.user, identity.user, title(identity)

    def step(scene: Scene) -> Hold | No:
        if command.why == "no_contact":
            return staying.no_contact(scene, user, me, role)
        if command.why == "not_needed":
            return coming.dismiss(scene, user, me, staff=True)
        return coming.stand_down(scene, user, me)

    made = await make(services, step, (RowKind.HOLD, user))
    return declined(command.id, made, "case") if isinstance(made, No) else StoodDown(re=command.id, case=command.case)
