"""Staying: everything that happens to somebody who is held, over several rows of a scene at once (F16, F17).

    disclose ─▶ HELD: the team is asked, the person told what is true of that, their request first, their session safe
    stir · say_ok · dial ─▶ the person's own signs               who of the team comes: coming.py
    settle · confirm · leave ─▶ one of the three endings            fade · quit ─▶ AWAY, with the seat kept for a day

What ends it is held.py's table; what else moves when it does is here. A listener who discloses is held themselves, and
who was with them is handed on; it costs neither of them anything.
"""

from __future__ import annotations

from dataclasses import replace

from rooms import calling, cast, escalation, handover, held, listening, meeting, parting, rows, seeking
from rooms import session as talking
from rooms.effects import Do, Effect, Event
from rooms.escalation import Asking, Clock, Tick
from rooms.events import Band
from rooms.handover import Dial, Handover
from rooms.held import ENDINGS, Act, Held, Hold, Joins
from rooms.scene import No, Scene
from rooms.seeking import Ask, Risk, Seeking
from rooms.session import Move, Session, Talk
from rooms.ties import Person
from rooms.wanting import step_request


def disclose(
    scene: Scene,
    who: Person,
    case: str,
    risk: Risk,
    kind: str,
    room: str,
    *,
    language: str = "",
    model_alone: bool = False,
    young: bool = False,
) -> Hold:
    """Somebody said that they are in danger, wherever: they are held from now on. Said again, it is one hold. `young`:
    they say that they are under 18, so that only who was checked is called to them, whatever their band is.
    """
    person = cast.known(scene, who)
    session = cast.session(scene, person.session)
    live = session if session is not None and session.state in talking.LIVE else None
    before = cast.hold(scene, who.user)
    hold = _held(scene, before, person, case, risk, kind, room, language)
    if young and (before is None or before.state in ENDINGS):  # while somebody is there: coming.young
        hold = replace(hold, band=Band.TEEN)
    fresh = before is None or (before.state in ENDINGS and not held.lately(before, scene.now, scene.times))
    doubted = model_alone and risk < Risk.IMMINENT and fresh  # within a day of an ending: responders first
    if doubted and live is not None and live.listener and not live.listener_gone:
        hold = replace(hold, asking=Asking(step=Clock.DOUBTED, since=scene.now))
        scene.tell(who.user, live.listener, Event.SESSION_CHANGED, session=live.id, state="stay", code="bring_someone")
    hold = replace(hold, session=live.id if live is not None else "")
    cast.put(scene, replace(person, held_at=scene.now))
    cast.put(scene, hold)
    _hold_others(scene, cast.person(scene, who.user), live, hold)
    hold = calling.page(scene, cast.must(cast.hold(scene, who.user)))
    if before is None or before.state is not Held.HELD:
        scene.owe(who.user, Effect(Do.FILE, who.user, {"what": "crisis", "case": hold.case, "band": hold.band}))
    return calling.tell(scene, hold)


def _held(
    scene: Scene, before: Hold | None, person: Person, case: str, risk: Risk, kind: str, room: str, language: str
) -> Hold:
    """The hold as it is once this was said: anew, again, or worse."""
    step = Clock.ALL if risk is Risk.IMMINENT else Clock.FEW
    if before is None or (before.state in ENDINGS and scene.now >= before.ended_at + scene.times.reentry):
        return Hold(
            user=person.user, case=case, since=scene.now, band=person.band, risk=risk, kind=kind, room=room,
            language=language, stirred=scene.now, asking=Asking(step=step, since=scene.now),
        )  # fmt: skip
    after: Hold = cast.must(
        held.take(before, Act.RAISE, scene.now, scene.times, by=person.user, risk=risk, kind=kind or before.kind)
    )
    if before.state is not Held.HELD:
        return replace(after, asking=Asking(step=step, since=scene.now), handover=Handover(), joins=Joins.UNSAID)
    tick = Tick.WORST if risk is Risk.IMMINENT and before.risk < Risk.IMMINENT else Tick.AGAIN
    return replace(after, asking=cast.must(escalation.take(after.asking, tick, scene.now, scene.times)))


def _hold_others(scene: Scene, person: Person, live: Session | None, hold: Hold) -> None:
    """What else changes: their request is first, their session cannot be timed out, their own seekers are handed on."""
    request = cast.request(scene, person.request)
    if request is not None and request.state in seeking.OPEN:
        raised = step_request(scene, request.id, Ask.RAISE, risk=max(request.risk, hold.risk), held=True)
        cast.must(raised)
    if live is not None:
        cast.told(scene, cast.must(talking.take(live, Move.HOLD, scene.now, scene.times, by=person.user)))
    listener = cast.listener(scene, person.user) if person.listening else None
    if listener is None:
        return
    cast.put(scene, replace(listener, held_at=scene.now, wants=listening.Listening.AWAY))
    for id in listener.sessions:
        hand_on(scene, id, person.user)


def hand_on(scene: Scene, id: str, listener: str) -> None:
    """A listener cannot go on: the seeker is next, or, if they are held, the team is with them."""
    before = cast.session(scene, id)
    if before is None or before.state not in talking.LIVE:
        return
    if before.held:
        parting.leave_held(scene, before, listener)
    elif before.state is Talk.CLOSING:
        parting.end(scene, before, cast.must(talking.take(before, Move.PART, scene.now, scene.times, by=listener)))
    else:
        lost = talking.take(before, Move.PART, scene.now, scene.times, by=listener, why="lost")
        meeting.requeue(scene, before, cast.must(lost))


# ------------------------------------------------------------------ the person


def stir(scene: Scene, user: str, seq: int = 0) -> Hold | No:
    """Any sign of the person: words, a tap. `seq` is where their newest words stand in the session."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    if hold.state is Held.AWAY:
        return back(scene, user)
    after = cast.must(held.take(hold, Act.SPEAK, scene.now, scene.times, by=user, seq=seq))
    cast.put(scene, after)
    return after  # type: ignore[no-any-return]


def say_ok(scene: Scene, user: str, seq: int) -> Hold | No:
    """ "I'm OK": with somebody of the team there it asks them to agree; with nobody, it is the person's to say."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    if not hold.responders:
        return leave(scene, user)
    after = held.take(hold, Act.SAY_OK, scene.now, scene.times, by=user, seq=seq)
    return after if isinstance(after, No) else calling.tell(scene, after, "ok_said")


def settle(scene: Scene, user: str, by: str, role: str, seen: int, latest: int) -> Hold | No:
    """A responder or supervisor agrees. `latest`: where the person's newest words stand now."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    hold = replace(hold, spoke_seq=max(hold.spoke_seq, latest))
    after = held.take(hold, Act.SETTLE, scene.now, scene.times, by=by, role=role, seq=seen)
    return after if isinstance(after, No) else ended(scene, hold, after)


def leave(scene: Scene, user: str) -> Hold | No:
    """The person's one tap: it is over, and nobody asks why."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    after = held.take(hold, Act.LEAVE, scene.now, scene.times, by=user)
    return after if isinstance(after, No) else ended(scene, hold, after)


def dial(scene: Scene, user: str, step: Dial, line: str = "") -> Hold | No:
    """One step of the way to a line. Only CONFIRMED ends anything, and the person may take that back."""
    hold = cast.hold(scene, user)
    if hold is None or (hold.state is Held.AWAY and step is not Dial.CONFIRMED):
        return No.NOT_FOUND
    if step is Dial.UNDO:
        after = held.take(hold, Act.UNDO, scene.now, scene.times, by=user)
        if isinstance(after, No):
            return after
        way = cast.must(handover.take(hold.handover, Dial.UNDO, scene.now))
        return _anew(scene, replace(after, handover=way))
    if hold.state not in held.OPEN:
        return No.CLOSED
    way = handover.take(hold.handover, step, scene.now, line)
    if isinstance(way, No):
        return way
    act = Act.CONFIRM if step is Dial.CONFIRMED else Act.DIAL
    after = held.take(hold, act, scene.now, scene.times, by=user, handover=way)
    if isinstance(after, No):
        return after
    if after.state is Held.HANDED_OVER:
        return ended(scene, hold, after)
    if step is Dial.NOT_REACHED:
        fields = {"why": "not_reached", "care": hold.risk.name.lower(), "kind": hold.kind, "tried": list(way.tried)}
        scene.owe(user, Effect(Do.CARD, user, fields | {"other": list(handover.OTHER_WAYS)}))
    return calling.tell(scene, after)


def back(scene: Scene, user: str) -> Hold | No:
    """They are here again. Who was away is at the head: the team is asked at once."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    after: Hold = cast.must(held.take(hold, Act.BACK, scene.now, scene.times, by=user))
    if hold.state is Held.HELD:
        cast.put(scene, after)
        return after
    return _anew(scene, replace(after, handover=Handover()))


def _anew(scene: Scene, hold: Hold) -> Hold:
    """Held again: whatever they are in by now is held with them, and the team is asked from the start."""
    person = cast.person(scene, hold.user)
    session = cast.session(scene, person.session)
    live = session if session is not None and session.state in talking.LIVE else None
    asking = Asking(step=Clock.FEW, since=scene.now)
    hold = replace(hold, asking=asking, session=live.id if live is not None else "")
    cast.put(scene, hold)
    _hold_others(scene, person, live, hold)
    return calling.tell(scene, calling.page(scene, cast.must(cast.hold(scene, hold.user))))


def go(scene: Scene, user: str, act: Act) -> Hold | No:
    """CUT, QUIT or FADE: the person is not here. Away, the listener is released and the seat is kept."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    after = held.take(hold, act, scene.now, scene.times, by=user if act is not Act.FADE else "")
    if isinstance(after, No) or after.state is not Held.AWAY or hold.state is Held.AWAY:
        if isinstance(after, Hold):
            cast.put(scene, after)
        return after
    cast.put(scene, replace(after, session=""))
    for one in hold.responders:
        calling.debrief(scene, user, one, hold.case, hold.band, "responder")
    _release(scene, hold)
    scene.owe(user, Effect(Do.FILE, user, {"what": "away", "case": hold.case, "band": hold.band}))
    return cast.must(cast.hold(scene, user))  # type: ignore[no-any-return]


def close(scene: Scene, id: str, by: str) -> Session | No:
    """End a session, whoever's it is. Of somebody held: the person leaves, or the listener goes and the room stays."""
    session = cast.session(scene, id)
    if session is None or session.seat(by) is None:
        return No.NOT_FOUND
    if not session.held or session.state not in talking.LIVE:
        return parting.close(scene, id, by)
    if by == session.seeker:
        no = leave(scene, by)
        return no if isinstance(no, No) else cast.must(cast.session(scene, id))
    return parting.leave_held(scene, session, by)


def report(scene: Scene, user: str, against: str) -> Hold | No:
    """Who the person has reported agrees to no end of this, and is not called."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    after = replace(hold, reported=hold.reported | {against})
    cast.put(scene, after)
    return after


# ------------------------------------------------------------------ time and the end


def tick(scene: Scene, user: str) -> Hold | No:
    """What falls due of somebody who is held."""
    hold = cast.hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    at, act = held.due(hold, scene.times)
    if at > scene.now:
        return No.TOO_SOON
    match act:
        case Act.TICK:
            asking = cast.must(escalation.take(hold.asking, Tick.ON, scene.now, scene.times))
            return _wider(scene, replace(hold, asking=asking))
        case Act.DIAL:
            way = cast.must(handover.take(hold.handover, Dial.CHECK, scene.now))
            after = cast.must(held.take(hold, Act.DIAL, scene.now, scene.times, handover=way))
            return calling.tell(scene, after, "did_somebody_answer")
        case Act.CHECK:
            if hold.checks:
                calling.silent(scene, hold)
            return calling.tell(scene, cast.must(held.take(hold, act, scene.now, scene.times)), "still_there")
        case Act.FADE:
            return go(scene, user, act)
        case Act.REMIND:
            cast.put(scene, cast.must(held.take(hold, act, scene.now, scene.times)))
            scene.owe(user, Effect(Do.FILE, user, {"what": "no_contact", "case": hold.case, "band": hold.band}))
            return hold
    scene.changes[rows.ref_of(hold)] = None
    return hold


def _wider(scene: Scene, hold: Hold) -> Hold:
    """The clock has moved: more are asked, the listener is helped, an incident is opened."""
    hold = calling.page(scene, hold)
    session = cast.session(scene, hold.session)
    if hold.asking.step is Clock.WIDER and session is not None and session.listener:
        scene.tell(hold.user, session.listener, Event.SESSION_CHANGED, session=session.id, state="stay", code="guide")
    if hold.asking.step is Clock.ALL:  # also who is never on shift: the operator, at the desk
        scene.owe(hold.user, Effect(Do.FILE, hold.user, {"what": "all", "case": hold.case, "band": hold.band}))
    if hold.asking.step is Clock.INCIDENT:
        scene.owe(hold.user, Effect(Do.FILE, hold.user, {"what": "incident", "case": hold.case, "band": hold.band}))
    return calling.tell(scene, hold)


def no_contact(scene: Scene, user: str, by: str, role: str) -> Hold | No:
    """A day away: two of the team, each by themselves, say that there is no contact."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    after = held.take(hold, Act.NO_CONTACT, scene.now, scene.times, by=by, role=role)
    if isinstance(after, No):
        return after
    if after.state is Held.NO_CONTACT:
        return ended(scene, hold, after)
    cast.put(scene, after)
    return after


def ended(scene: Scene, before: Hold, after: Hold) -> Hold:
    """One of the endings: whoever is there goes on as a listener, or goes; nobody is asked any more."""
    after = replace(after, asking=replace(after.asking, step=Clock.STOPPED), said=after.said + 1)
    cast.put(scene, after)
    for one in before.responders:
        staff = cast.person(scene, one)
        cast.put(scene, replace(staff, beside=tuple(user for user in staff.beside if user != before.user)))
        calling.debrief(scene, before.user, one, before.case, before.band, "responder")
    session = cast.session(scene, before.session)
    if session is not None and session.listener and after.state in (Held.SETTLED, Held.HANDED_OVER):
        for live in _theirs(scene, before):
            cast.told(scene, cast.must(talking.take(live, Move.LET_GO, scene.now, scene.times)))
    else:
        _release(scene, before)
    fields = {"what": "ended", "case": before.case, "how": after.state, "band": before.band}
    scene.owe(before.user, Effect(Do.FILE, before.user, fields))
    return after


def _theirs(scene: Scene, hold: Hold) -> list[Session]:
    """Every session the person is in as a seeker: one, or two while they are being given on."""
    session = cast.session(scene, cast.person(scene, hold.user).session)
    found = [cast.session(scene, hold.session), session, cast.session(scene, session.giver if session else "")]
    unique = {one.id: one for one in found if one is not None and one.state in talking.LIVE}
    return list(unique.values())


def _release(scene: Scene, hold: Hold) -> None:
    """Their session ends for everybody in it, and nobody is looked for any more."""
    for one in _theirs(scene, hold):
        live = cast.session(scene, one.id)
        if live is not None and live.state in talking.LIVE:  # the end of the other may have touched it
            parting.end(scene, live, cast.must(talking.take(live, Move.PART, scene.now, scene.times, why="held")))
    request = cast.request(scene, cast.person(scene, hold.user).request)
    if request is not None and request.state in seeking.OPEN - {Seeking.MATCHED}:
        cast.must(step_request(scene, request.id, Ask.WITHDRAW))
