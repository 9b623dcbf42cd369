"""Meeting: a listener says yes, and two people are in a room; or they lose each other, and the seeker is next.

    accept ─▶ Session: told to both, the words written meanwhile delivered through the pipeline
    speak: the first words of both make it a conversation      lose: no listener came, or they are gone

T1 is kept here: an accept looks at the request, the seeker and the listener, and writes all three; of two at once the
store lets one through, and the other finds the offer withdrawn. Bands, bars and how often the two have met are looked
at again at this moment (T7, T8).
"""

from __future__ import annotations

from dataclasses import replace

from rooms import cast, giving, listening, offering, parting, seeking, ties
from rooms import session as talking
from rooms.effects import Do, Effect, Event
from rooms.listening import Listener, Turn
from rooms.offering import Offer, Offering, Reply
from rooms.scene import No, Scene
from rooms.seeking import Ask, Request, Risk, Seeking
from rooms.session import Move, Session, Talk
from rooms.ties import Person
from rooms.wanting import measure, tell_wait, withdraw_offers


def accept(scene: Scene, id: str, by: str, session_id: str) -> Session | No:
    """A listener's yes. Exactly one of a request's offers is accepted; a repeat has the session it made."""
    one = cast.offer(scene, id)
    if one is None or one.listener != by:
        return No.NOT_FOUND
    request = cast.request(scene, one.request)
    if one.state is Offering.ACCEPTED and request is not None:
        return cast.session(scene, request.session) or No.CLOSED
    after = offering.answer(one, Reply.ACCEPT, scene.now, scene.times)
    if isinstance(after, No):
        return after
    seeker, listener = cast.person(scene, one.seeker), cast.listener(scene, by)
    if request is None or listener is None or request.state is not Seeking.OFFERED:
        return No.TAKEN
    if not ties.may_meet(seeker, cast.person(scene, by), scene.now, scene.caps) or _engaged(scene, seeker, one.giver):
        return No.TAKEN
    cast.put(scene, after)
    withdraw_offers(scene, request, but=id)
    return _open(scene, request, seeker, cast.must(cast.listener(scene, by)), one, session_id)


def _engaged(scene: Scene, seeker: Person, giver: str) -> bool:
    """Whether the seeker has a session already, that this one does not take over from (T1)."""
    there = cast.session(scene, seeker.session)
    return there is not None and there.state in talking.LIVE and there.id != giver


def _open(scene: Scene, request: Request, seeker: Person, listener: Listener, offer: Offer, id: str) -> Session:
    """The room of two."""
    held = cast.is_held(scene, seeker.user)
    session = Session(
        id=id, request=request.id, seeker=seeker.user, listener=listener.user, began=scene.now, stirred=scene.now,
        band=request.band, held=held, heavy=held or request.risk >= Risk.HIGH, giver=offer.giver,
        seeker_gone=request.gone_at,
    )  # fmt: skip
    cast.put(scene, session)
    cast.put(scene, cast.must(seeking.take(request, Ask.ACCEPT, scene.now, scene.times, session=id, offers=())))
    met = ties.meet(seeker, listener.user, scene.now)
    cast.put(scene, replace(met, session=id, request=request.id))
    cast.put(
        scene, cast.must(listening.take(listener, Turn.ACCEPT, scene.now, scene.times, offer=offer.id, session=id))
    )
    if held and (hold := cast.hold(scene, seeker.user)):
        cast.put(scene, replace(hold, session=id))
    for to, role, answered in ((seeker.user, "seeker", ""), (listener.user, "listener", offer.id)):
        scene.tell(
            seeker.user, to, Event.SESSION_OPENED,
            session=id, role=role, here=cast.here(session), standing=("session", id, session.said), offer=answered,
        )  # fmt: skip
    if request.risk is Risk.CONCERN and not held:
        worry(scene, id, seeker.user)
        session = cast.must(cast.session(scene, id))
    if offer.giver:
        giving.taken(scene, offer.giver, id)
    if request.words:
        scene.owe(seeker.user, Effect(Do.DELIVER, seeker.user, {"request": request.id, "session": id}))
    measure(scene, request)
    if ties.due_review(met, listener.user, scene.caps):
        scene.owe(seeker.user, Effect(Do.FILE, "", {"what": "pair_review", "case": id, "band": request.band}))
    return session


def worry(scene: Scene, id: str, by: str) -> Session | No:
    """Something heavy was said, and nobody is in danger: the listener is told how to be there for it, once."""
    before = cast.session(scene, id)
    if before is None or before.seeker != by or before.state not in talking.LIVE:
        return No.NOT_FOUND
    if before.worried or before.held or not before.listener:
        return before
    after = replace(before, worried=True)
    cast.put(scene, after)
    scene.tell(
        by, after.listener, Event.SESSION_CHANGED, session=id, state=cast.WORDS[after.state], code="concern"
    )  # fmt: skip
    return after


def speak(scene: Scene, id: str, by: str, move: Move = Move.WORDS) -> Session | No:
    """Somebody said something in the session, or that they are still there."""
    before = cast.session(scene, id)
    if before is None or before.seat(by) is None:
        return No.NOT_FOUND
    after = talking.take(before, move, scene.now, scene.times, by=by)
    if isinstance(after, No):
        return after
    if after.state is before.state:
        cast.put(scene, after)
    else:
        after = cast.told(scene, after)
    if after.giver and by == after.listener and not before.listener_spoke:
        giving.give_over(scene, after.giver)
    return after


def lose(scene: Scene, id: str) -> Session | No:
    """The listener never spoke, or is gone for too long: the seeker is next, and is never told that anybody left."""
    before = cast.session(scene, id)
    if before is None:
        return No.NOT_FOUND
    if before.held:
        return parting.leave_held(scene, before, before.listener)
    after = talking.take(before, Move.LOSE, scene.now, scene.times, why="lost")
    if isinstance(after, No):
        return after
    return requeue(scene, before, after)


def requeue(scene: Scene, before: Session, after: Session) -> Session:
    """End a session whose seeker goes back to the head of the queue, or to the listener who was giving them on."""
    if before.state is Talk.TRANSFERRING and before.offering == "taken":  # they have somebody else already
        return parting.end(scene, before, after)
    transfer = _transfer_of(scene, before)
    giver = cast.session(scene, before.giver)
    taking = giver is not None and giver.state is Talk.TRANSFERRING
    after = parting.end(scene, before, after, keep="" if taking else transfer.id if transfer else before.request)
    if taking:
        return after
    if transfer is not None:  # it is at the head already
        request = replace(transfer, giver="")
    else:
        old = cast.request(scene, before.request)
        if old is None or old.state is not Seeking.MATCHED:
            return after
        not_to = old.not_to | {before.listener}
        lost = seeking.take(old, Ask.LOSE, scene.now, scene.times, not_to=not_to, gone_at=before.seeker_gone, giver="")
        request = cast.must(lost)
    cast.put(scene, request)
    cast.put(scene, replace(cast.person(scene, before.seeker), request=request.id, session=""))
    tell_wait(scene, request, next=True)
    return after


def _transfer_of(scene: Scene, before: Session) -> Request | None:
    """The request of a transfer under way, if there is one (T13)."""
    there = cast.request(scene, cast.person(scene, before.seeker).request)
    return there if there is not None and there.giver == before.id and there.state in seeking.WAITING else None
