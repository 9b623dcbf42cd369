"""Coming: somebody of the team is with a person who is held, or would like to be. Verbs over several rows at once.

    take ─▶ at the door ─ consent, or imminent, or a teen ─▶ both are told ─▶ arrive: now they read, and are here
                                                            stand_down, or gone ─▶ others are asked
    doubted (the model alone): the listener is asked first ─▶ bring · dismiss

Nobody of the team reads a word before the person was told that they come: `let_in` owes the telling first and the
arrival after it, to the same target, and effects of one target are done in order (T10). While somebody is at the door,
the person is told just that.
"""

from __future__ import annotations

from dataclasses import replace

from rooms import calling, cast, escalation, held, parting
from rooms import session as talking
from rooms.effects import Do, Effect, Event
from rooms.escalation import Asking, Clock, Tick
from rooms.events import Band
from rooms.held import Act, Held, Hold, Joins
from rooms.scene import No, Scene
from rooms.seeking import Risk
from rooms.session import Guest, Session, Talk


def take(scene: Scene, user: str, by: str, role: str, session_id: str) -> Hold | No:
    """Somebody of the team comes. Uninvited only where it is imminent, or to a teen; else the person is asked."""
    hold = cast.open_hold(scene, user)
    if hold is None or by == user or by in hold.reported:
        return No.NOT_FOUND
    if hold.state is Held.AWAY:
        return No.NOT_SO
    asking = cast.must(escalation.take(hold.asking, Tick.TAKE, scene.now, scene.times))
    staff = cast.person(scene, by)
    cast.put(scene, replace(staff, beside=tuple(dict.fromkeys((*staff.beside, user)))))
    session = cast.session(scene, hold.session)
    if session is None or session.state not in talking.LIVE:
        person = cast.person(scene, user)
        session = Session(
            id=session_id, request="", seeker=user, listener="", began=scene.now, stirred=scene.now, band=hold.band,
            state=Talk.VACANT, held=True, heavy=True,
        )  # fmt: skip
        cast.put(scene, session)
        cast.put(scene, replace(person, session=session_id))
        scene.tell(user, user, Event.SESSION_OPENED, session=session_id, role="seeker", here=[])
    hold = replace(hold, asking=asking, session=session.id)
    cast.put(scene, hold)
    invited = hold.joins is Joins.YES or hold.risk is Risk.IMMINENT or hold.band is Band.TEEN
    guest = session.guest(by)
    if guest is None or guest.unread:  # who only looked on comes anew, and is told of like anybody who comes
        if guest is not None:
            session = cast.must(parting.depart(scene, session.id, by))
        session = replace(session, guests=(*session.guests, Guest(user=by, role=role, reason="held")))
        cast.put(scene, session)
    if invited:
        let_in(scene, session, by)
    return calling.tell(scene, hold)


def let_in(scene: Scene, session: Session, by: str) -> None:
    """Both are told that somebody comes; then they are let in, and not before (T10)."""
    guest = session.guest(by)
    if guest is None or guest.present:
        return
    cast.told(scene, session, "coming", role=guest.role)
    scene.owe(session.seeker, Effect(Do.NOTE, by, {"did": "join", "of": session.seeker, "why": guest.reason}))
    scene.owe(session.seeker, Effect(Do.FOLLOW, by, {"step": "arrive", "session": session.id, "by": by}))


def arrive(scene: Scene, id: str, by: str, floor: str = "") -> Session | No:
    """They are there, as the person has been told. Also supervisors: who looks on has not come to be with somebody, so
    no clock stops for them, and nothing can be entrusted to them (`take` makes them somebody who has).
    """
    after = parting.arrive(scene, id, by, floor)
    if isinstance(after, No):
        return after
    hold, guest = cast.open_hold(scene, after.seeker), cast.must(after.guest(by))
    if guest.unread or hold is None:
        return after
    if hold.session == id and by not in hold.responders and hold.state is Held.HELD:
        asking = cast.must(escalation.take(hold.asking, Tick.TAKE, scene.now, scene.times))
        calling.tell(scene, replace(hold, responders=(*hold.responders, by), asking=asking))
    return after


def young(scene: Scene, user: str) -> Hold | No:
    """Whoever is held is under 18, as they say: who is with them stays, and somebody who was checked is asked."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    if hold.band is Band.TEEN:
        return hold
    step = Clock.ALL if hold.risk is Risk.IMMINENT else Clock.FEW
    hold = replace(hold, band=Band.TEEN, asking=Asking(step=step, since=scene.now))
    return calling.tell(scene, calling.page(scene, hold))


def stand_down(scene: Scene, user: str, by: str) -> Hold | No:
    """Somebody of the team goes, or is gone: the person is told, and if nobody is left the team is asked again."""
    staff = cast.person(scene, by)
    cast.put(scene, replace(staff, beside=tuple(one for one in staff.beside if one != user)))
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    session = cast.session(scene, hold.session)
    if session is not None and session.guest(by) is not None:
        session = cast.must(parting.depart(scene, session.id, by))
    if by in hold.responders:
        calling.debrief(scene, user, by, hold.case, hold.band, "responder")
    hold = replace(hold, responders=tuple(one for one in hold.responders if one != by))
    waiting = session is not None and any(not one.unread for one in session.guests)  # who looks on is no company
    cast.put(scene, hold)
    return calling.tell(scene, hold if waiting else calling.alone(scene, hold))


def consent(scene: Scene, user: str, joins: Joins) -> Hold | No:
    """What the person says about somebody joining. A yes lets in who is at the door."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    after = held.take(hold, Act.CONSENT, scene.now, scene.times, by=user, joins=joins)
    if isinstance(after, No):
        return after
    cast.put(scene, after)
    session = cast.session(scene, after.session)
    if joins is Joins.YES and session is not None and session.state in talking.LIVE:
        for guest in session.guests:
            let_in(scene, cast.must(cast.session(scene, session.id)), guest.user)
    return calling.tell(scene, after)


def dismiss(scene: Scene, user: str, by: str, *, staff: bool = False) -> Hold | No:
    """ "That's not it": nobody else is asked. Below imminent by the person or, while doubted, their listener."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    session = cast.session(scene, hold.session)
    listener = session is not None and session.listener == by and hold.asking.step is Clock.DOUBTED
    if not (by == user or listener or staff) or (hold.risk is Risk.IMMINENT and not staff):
        return No.FORBIDDEN
    asking = escalation.take(hold.asking, Tick.DISMISS, scene.now, scene.times)
    return asking if isinstance(asking, No) else calling.tell(scene, replace(hold, asking=asking))


def bring(scene: Scene, user: str, by: str) -> Hold | No:
    """The listener says: yes, bring someone."""
    hold = cast.open_hold(scene, user)
    session = cast.session(scene, hold.session) if hold is not None else None
    if hold is None or session is None or session.listener != by:
        return No.NOT_FOUND
    asking = escalation.take(hold.asking, Tick.PAGE, scene.now, scene.times)
    if isinstance(asking, No):
        return hold
    return calling.tell(scene, calling.page(scene, replace(hold, asking=asking)))
