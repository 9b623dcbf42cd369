"""Asides: the smaller things that happen in a session. Verbs over rows of a scene.

    extend      both want a little more: once           feedback   how it was; a heavy one is a longer rest
    supervise   the team comes in, visibly              look       is somebody here, or gone
    guest_leaves   somebody of the team goes            lower      a human: it is less than it was thought
    seal        it was reported: the words stay until that is decided, and a week more (unseal)

Each is made like the larger verbs: nothing is written where it answers a No.
"""

from __future__ import annotations

from dataclasses import replace

from rooms import calling, cast, coming, falling_due, held, listening, parting
from rooms import session as talking
from rooms.effects import Do, Effect, Event
from rooms.held import Act, Hold
from rooms.listening import Listening
from rooms.scene import No, Scene
from rooms.seeking import Risk
from rooms.session import Move, Session, Talk

# Words are kept no longer than this for a case whose end nobody hears of (ms); a case ends by itself long before.
LONGEST_CASE = 60 * 24 * 3600 * 1000


def extend(scene: Scene, id: str, by: str) -> Session | No:
    """One of the two would like a little more time; when both have said so, they have it."""
    before = cast.session(scene, id)
    if before is None or before.seat(by) is None:
        return No.NOT_FOUND
    if by in before.extenders:
        return before
    after = talking.take(before, Move.EXTEND, scene.now, scene.times, by=by)
    if isinstance(after, No):
        return after
    if after.extended:
        return cast.told(scene, after, "extended", until=after.soft_end)
    cast.put(scene, after)
    other = before.listener if by == before.seeker else before.seeker
    return cast.told(scene, after, "extend_asked", only=other) if other else after


def feedback(scene: Scene, id: str, by: str, *, heavy: bool = False, debrief: bool = False) -> Session | No:
    """Somebody has said how it was: once each, while the session is remembered with its words. Who came from the team
    may, as soon as they are not there any more.
    """
    before = cast.session(scene, id)
    helped = before is not None and by in before.helped
    if before is None or (before.seat(by) is None and not helped):
        return No.NOT_FOUND
    gone = helped and before.guest(by) is None and before.state in talking.LIVE
    if before.state is not Talk.ENDED and not gone:
        return No.NOT_SO if before.state in talking.LIVE else No.CLOSED
    if by in before.gave:
        return before
    after = replace(before, gave=(*before.gave, by))
    cast.put(scene, after)
    if heavy and by == before.listener:
        _heavier(scene, before)
    if debrief or (heavy and by == before.listener and not before.heavy):
        scene.owe(by, Effect(Do.FILE, "", {"what": "debrief", "case": id, "band": before.band}))
    return after


def _heavier(scene: Scene, session: Session) -> None:
    """A listener says that it was heavy: it counts as that, and their rest is the longer one."""
    one = cast.listener(scene, session.listener)
    if one is None:
        return
    given = (session.began, session.ended_at)
    spent = tuple(replace(each, heavy=True) if (each.began, each.ended) == given else each for each in one.spent)
    before, one = one, replace(one, spent=spent)
    longer = scene.times.cool_down_heavy
    if one.state is Listening.WRAP_UP:
        one = replace(one, rest=max(one.rest, longer))
    elif one.state is Listening.COOL_DOWN:
        one = replace(one, rest_until=one.rest_until + max(0, longer - one.rest), rest=longer)
    full = listening.enough(before, one, scene.now, scene.times, scene.caps)
    cast.put(scene, replace(one, wants=Listening.AWAY) if full else one)
    if full:
        parting.unasked(scene, one.user)
        after = cast.must(cast.listener(scene, one.user))
        until = after.rest_until if after.rest_until > scene.now else 0
        scene.tell(one.user, one.user, Event.AVAILABILITY, state=after.state, until=until, note=full)


def seal(scene: Scene, id: str, case: str) -> Session | No:
    """Somebody has reported the other: the words stay until a person has looked, and that case has ended."""
    before = cast.session(scene, id)
    if before is None or before.state in (Talk.ARCHIVED, Talk.PURGED):
        return No.NOT_FOUND
    if case in before.sealed_by:
        return before
    until = max(before.sealed_until, scene.now + LONGEST_CASE)
    after = replace(before, sealed_by=before.sealed_by | {case}, sealed_until=until)
    cast.put(scene, after)
    return after


def unseal(scene: Scene, id: str, case: str) -> Session | No:
    """That case has ended: with the last of them the words have a week, for a second look, and then they go."""
    before = cast.session(scene, id)
    if before is None or case not in before.sealed_by:
        return No.NOT_FOUND
    left = before.sealed_by - {case}
    until = before.sealed_until if left else scene.now + scene.times.sealed
    after = replace(before, sealed_by=left, sealed_until=until)
    cast.put(scene, after)
    return after


def guest_leaves(scene: Scene, id: str, by: str) -> Session | No:
    """Somebody of the team goes, visibly; from somebody who is held, others are asked in their place."""
    before = cast.session(scene, id)
    if before is None or before.guest(by) is None:
        return No.NOT_FOUND
    hold = cast.open_hold(scene, before.seeker)
    if hold is not None and hold.session == id:
        gone = coming.stand_down(scene, before.seeker, by)
        return gone if isinstance(gone, No) else cast.must(cast.session(scene, id))
    return parting.depart(scene, id, by)


def supervise(scene: Scene, id: str, by: str, role: str, reason: str) -> Session | No:
    """Somebody of the team comes in, visibly; it is noted with whom they are, so that it is seen when they are gone."""
    made = parting.supervise(scene, id, by, role, reason)
    if not isinstance(made, No):
        staff = cast.person(scene, by)
        cast.put(scene, replace(staff, beside=tuple(dict.fromkeys((*staff.beside, made.seeker)))))
    return made


def look(scene: Scene, user: str) -> bool:
    """Is this person here? As falling_due.look; and who only watched is not there when they are gone (T15)."""
    person = cast.person(scene, user)
    if person.beside and not person.gone_at and user not in scene.here:
        for other in person.beside:
            watched = cast.session(scene, cast.person(scene, other).session)
            if cast.open_hold(scene, other) is None and watched is not None and watched.guest(user) is not None:
                parting.depart(scene, watched.id, user)
    return falling_due.look(scene, user)


def lower(scene: Scene, user: str, by: str, role: str, risk: Risk) -> Hold | No:
    """Somebody of the team has looked: it is less than it was thought. It ends nothing."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return No.NOT_FOUND
    after = held.take(hold, Act.LOWER, scene.now, scene.times, by=by, role=role, risk=risk)
    return after if isinstance(after, No) else calling.tell(scene, after)
