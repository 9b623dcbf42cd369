"""Parting: the ends of a session, and what each leaves behind. Verbs over several rows of a scene at once.

    close ─▶ CLOSING ─ 20 s, undo by whoever closed ─▶ end
    part  ─▶ end, at once: step_out, block, report and leave, suspension. Whoever stays is told one and the same thing
    leave_held ─▶ no end: the seeker is held, the listener goes, the room stays, and the team is asked again

Every end does the same, in the same order (`end`): the room is shut, the listener rests, the seeker is free, both are
told `ended`. Why is kept and told to nobody, so that a block can't be told from tiredness (T7, T9).
"""

from __future__ import annotations

from dataclasses import replace

from rooms import calling, cast, listening, rows, seeking, ties, wanting
from rooms import session as talking
from rooms.effects import Do, Effect, Event
from rooms.listening import Listener, Listening, Spent, Turn
from rooms.scene import No, Scene
from rooms.seeking import Ask, Request, Seeking
from rooms.session import Guest, Move, Session, Talk
from rooms.wanting import close_request

# The same words for every end: why it ended is nobody's business.
ENDED = "ended"


def close(scene: Scene, id: str, by: str) -> Session | No:
    """One of the two would like to end it: twenty seconds to take that back. Of somebody held: staying.py."""
    before = cast.session(scene, id)
    if before is None or before.seat(by) is None:
        return No.NOT_FOUND
    if before.state is Talk.CLOSING:
        return before
    if before.state is Talk.TRANSFERRING and before.offering == "taken":  # there is another already: nothing to undo
        return end(scene, before, cast.must(talking.take(before, Move.PART, scene.now, scene.times, by=by)))
    after = talking.take(before, Move.CLOSE, scene.now, scene.times, by=by, why="closed", offering="")
    if isinstance(after, No):
        return after
    forget_transfer(scene, before)
    return cast.told(scene, after, "closing")


def undo(scene: Scene, id: str, by: str) -> Session | No:
    """Whoever closed it takes that back; what time closed, either of the two may."""
    before = cast.session(scene, id)
    if before is None or before.seat(by) is None:
        return No.NOT_FOUND
    after = talking.take(before, Move.UNDO, scene.now, scene.times, by=by if before.closing_by else "", why="")
    return after if isinstance(after, No) else cast.told(scene, after)


def part(scene: Scene, id: str, by: str, why: str, *, bar: bool = True) -> Session | No:
    """At once, by either, without a word: step_out, block, report and leave, suspension. Never matched again."""
    before = cast.session(scene, id)
    if before is None or before.seat(by) is None:
        return No.NOT_FOUND
    listener = before.listener
    if bar and listener:
        bar_two(scene, before.seeker, listener)
        if why == "block":
            cast.put(scene, ties.remember(cast.person(scene, by), id, scene.now))
    if before.state not in talking.LIVE:
        return before
    if before.held:
        return leave_held(scene, before, listener) if listener else No.NOT_SO
    after = talking.take(before, Move.PART, scene.now, scene.times, by=by, why=why)
    if isinstance(after, No):
        return after
    return end(scene, before, after)


def bar_two(scene: Scene, one: str, other: str) -> None:
    """These two are never brought together again; what is under way between them as a question is withdrawn (T7)."""
    first, second = ties.bar(cast.person(scene, one), cast.person(scene, other))
    cast.put(scene, first)
    cast.put(scene, second)
    for seeker, listener in ((first, second), (second, first)):
        request = cast.request(scene, seeker.request)
        if request is None or not request.offers:
            continue
        for id in request.offers:
            offer = cast.offer(scene, id)
            if offer is not None and offer.listener == listener.user:
                wanting.retract(scene, cast.must(cast.request(scene, request.id)), offer)


def end(scene: Scene, before: Session, after: Session, *, keep: str = "") -> Session:
    """What every end does, in one order. `after` is the session as it is once ENDED; `keep` a request that goes on."""
    after = replace(after, guests=(), said=after.said + 1)
    cast.put(scene, after)
    rest(scene, before, before.listener, after.why)
    person = cast.person(scene, before.seeker)
    if person.session == before.id:
        cast.put(scene, replace(person, session=""))
    for id in dict.fromkeys((before.request, person.request)):
        request = cast.request(scene, id)
        if request is not None and id != keep:
            over_with(scene, before, request)
    for to in cast.everybody(before):
        scene.tell(before.seeker, to, Event.SESSION_CLOSED, session=before.id, why=ENDED)
    scene.owe(before.seeker, Effect(Do.SHUT, "", {"session": before.id, "who": "*"}))
    giver = cast.session(scene, before.giver)
    if giver is not None and giver.state is Talk.TRANSFERRING:
        take_back(scene, giver)
    return after


def over_with(scene: Scene, before: Session, request: Request) -> None:
    """The request of a session that has ended is done; that of a transfer it had begun is withdrawn."""
    if request.id == before.request and request.state is Seeking.MATCHED:
        close_request(scene, request, cast.must(seeking.take(request, Ask.DONE, scene.now, scene.times)))
    elif request.giver == before.id and request.state in seeking.WAITING:
        close_request(scene, request, cast.must(seeking.take(request, Ask.WITHDRAW, scene.now, scene.times)))


def forget_transfer(scene: Scene, before: Session) -> None:
    """A transfer's own request ends; the seeker's is the one the session came from."""
    if before.state is not Talk.TRANSFERRING:
        return
    request = cast.request(scene, cast.person(scene, before.seeker).request)
    if request is not None and request.giver == before.id and request.state in seeking.OPEN - {Seeking.MATCHED}:
        cast.must(wanting.step_request(scene, request.id, Ask.WITHDRAW))
    cast.put(scene, replace(cast.person(scene, before.seeker), request=before.request))


def take_back(scene: Scene, before: Session) -> None:
    """The taker is gone, or never spoke: the seeker still has the one who wanted to give them on."""
    after = cast.must(talking.take(before, Move.STAY, scene.now, scene.times, by=before.seeker))
    hold = cast.open_hold(scene, before.seeker)
    if hold is not None and cast.is_held(scene, before.seeker):
        after = cast.must(talking.take(after, Move.HOLD, scene.now, scene.times))
        cast.put(scene, replace(hold, session=before.id))
    elif after.held:
        after = cast.must(talking.take(after, Move.LET_GO, scene.now, scene.times))
    cast.told(scene, after, "transfer_none")
    cast.put(scene, replace(cast.person(scene, before.seeker), session=before.id, request=before.request))


def unasked(scene: Scene, user: str) -> Listener:
    """What a listener is asked at the moment is asked of others: their row after that."""
    for id in cast.must(cast.listener(scene, user)).offers:
        offer = cast.offer(scene, id)
        request = cast.request(scene, offer.request) if offer is not None else None
        if offer is not None and request is not None:
            wanting.retract(scene, request, offer)
    row: Listener = cast.must(cast.listener(scene, user))
    return row


def rest(scene: Scene, before: Session, user: str, why: str = "") -> None:
    """A listener has given a session: it is counted, and what they were asked meanwhile is asked of others. `why` it
    ended; they may read of it later what they knew then.
    """
    there = cast.listener(scene, user)
    if there is None or before.id not in there.sessions:
        return
    there = unasked(scene, user)
    request = cast.request(scene, before.request)
    spent = Spent(
        began=before.began, ended=scene.now, heavy=before.heavy, session=before.id,
        topic=(request.topic or "") if request is not None else "", end=_ended_for(before, user, why),
    )  # fmt: skip
    if there.state is Listening.SUSPENDED:
        cast.put(scene, replace(there, sessions=tuple(one for one in there.sessions if one != before.id)))
        return
    talked = before.soft_end > 0 or before.held  # who never came to talk has given nothing, and learnt nothing
    after = cast.must(listening.over(there, before.id, scene.now, spent, scene.times, talked=talked))
    full = listening.enough(there, after, scene.now, scene.times, scene.caps)
    if full:  # after the rest they are not "available": nobody could ask them
        after = replace(after, wants=Listening.AWAY)
    cast.put(scene, after)
    if there.given < scene.caps.nursery <= after.given:
        scene.owe(user, Effect(Do.FILE, "", {"what": "nursery", "case": before.id, "band": before.band}))
    scene.tell(user, user, Event.AVAILABILITY, state=after.state, until=after.rest_until, note=full)
    if before.heavy and talked:
        calling.debrief(scene, before.seeker, user, before.id, before.band, "listener")


def _ended_for(before: Session, user: str, why: str) -> str:
    """How a session ended, as far as its listener knows: handed on, closed by themselves, or just over."""
    if why == "given":
        return "handed_on"
    return "you" if why == "closed" and before.closing_by == user else ""


def leave_held(scene: Scene, before: Session, user: str) -> Session | No:
    """The listener of somebody who is held goes: the room stays, and the team is asked again, at once (F16)."""
    giver = cast.session(scene, before.giver)
    other = giver is not None and giver.state is Talk.TRANSFERRING  # who wanted to give them on is still there
    if other or (before.state is Talk.TRANSFERRING and before.offering == "taken"):
        return end(scene, before, cast.must(talking.take(before, Move.PART, scene.now, scene.times, by=user)))
    after = talking.take(before, Move.EMPTY, scene.now, scene.times, by=user, why="")
    if isinstance(after, No):
        return after
    forget_transfer(scene, before)
    rest(scene, before, user)
    cast.put(scene, after)
    scene.tell(before.seeker, user, Event.SESSION_CLOSED, session=before.id, why=ENDED)
    scene.owe(before.seeker, Effect(Do.SHUT, "", {"session": before.id, "who": user}))
    hold = cast.open_hold(scene, before.seeker)
    if hold is not None:
        calling.alone(scene, hold)
    return cast.told(scene, cast.must(cast.session(scene, before.id)), calling.true_words(scene, before.seeker))


def suspend(scene: Scene, user: str, until: int) -> Listening | No:
    """A listener is suspended: their sessions end like any other, and they are asked about nobody."""
    there = cast.listener(scene, user)
    if there is None:
        return No.NOT_FOUND
    for id in there.sessions:
        part(scene, id, user, "suspended", bar=False)
    there = cast.must(cast.listener(scene, user))
    there = unasked(scene, user)
    after = cast.must(listening.take(there, Turn.SUSPEND, scene.now, scene.times, suspended_until=until))
    cast.put(scene, after)
    state: Listening = after.state
    return state


def block(scene: Scene, by: str, other: str) -> None:
    """Nobody is brought together with whom they have blocked, ever; what the two have ends like any session (T7)."""
    bar_two(scene, by, other)
    for seeker, listener in ((by, other), (other, by)):
        one = cast.session(scene, cast.person(scene, seeker).session)
        if one is not None and one.listener == listener:
            part(scene, one.id, by, "block")


def supervise(scene: Scene, id: str, user: str, role: str, reason: str) -> Session | No:
    """Somebody of the team comes in, visibly. They read nothing before both were told: FOLLOW lets them in (T10)."""
    before = cast.session(scene, id)
    if before is None or before.state not in talking.LIVE or before.seat(user) is not None:
        return No.NOT_FOUND
    if before.guest(user) is not None:
        return before
    guest = Guest(user=user, role=role, reason=reason, unread=True)
    after = cast.told(scene, replace(before, guests=(*before.guests, guest)), "coming", role=role)
    scene.owe(before.seeker, Effect(Do.NOTE, user, {"did": "supervise", "of": before.seeker, "why": reason}))
    scene.owe(before.seeker, Effect(Do.FOLLOW, user, {"step": "arrive", "session": id, "by": user}))
    return after


def arrive(scene: Scene, id: str, user: str, floor: str = "") -> Session | No:
    """Both were told that somebody of the team comes: now they are there. `floor`: where the talk stands now."""
    before = cast.session(scene, id)
    guest = before.guest(user) if before is not None else None
    if before is None or guest is None or before.state not in talking.LIVE:
        return No.CLOSED
    if guest.present:
        return before
    come = replace(guest, present=True, floor=floor if guest.unread else "")
    guests = tuple(come if one.user == user else one for one in before.guests)
    helped = tuple(dict.fromkeys((*before.helped, user)))
    return cast.told(scene, replace(before, guests=guests, helped=helped), "joined", role=guest.role)


def depart(scene: Scene, id: str, user: str) -> Session | No:
    """Somebody of the team goes, visibly."""
    before = cast.session(scene, id)
    if before is None or before.guest(user) is None:
        return No.NOT_FOUND
    scene.owe(before.seeker, Effect(Do.SHUT, "", {"session": id, "who": user, "guest": True}))
    return cast.told(scene, replace(before, guests=tuple(one for one in before.guests if one.user != user)), "left")


def again(scene: Scene, id: str, by: str) -> Session | No:
    """Both would like to talk again: told only when both have said so."""
    before = cast.session(scene, id)
    if before is None or before.seat(by) is None:
        return No.NOT_FOUND
    if before.state is not Talk.ENDED:
        return No.NOT_SO
    if by in before.again:
        return before
    after = replace(before, again=before.again | {by})
    cast.put(scene, after)
    seeker = cast.person(scene, before.seeker)
    barred = before.listener in seeker.barred  # told to both, it would be a promise
    if {before.seeker, before.listener} <= after.again and not barred:
        cast.put(scene, ties.wished(seeker, before.listener))
        for to in (before.seeker, before.listener):
            scene.tell(before.seeker, to, Event.SESSION_CHANGED, session=id, state=ENDED, code="again")
    return after


def fade(scene: Scene, id: str) -> Session | No:
    """A day after the end the words go, everywhere; a month later the rest (T12)."""
    before = cast.session(scene, id)
    if before is None:
        return No.NOT_FOUND
    after = talking.take(before, Move.FADE, scene.now, scene.times)
    if not isinstance(after, No):
        cast.put(scene, after)
        scene.owe(before.seeker, Effect(Do.SHRED, "", {"of": id}))
        for to in filter(None, (before.seeker, before.listener)):  # when the words are gone, not before
            scene.tell(before.seeker, to, Event.NOTICE, code="receipt", session=id)
        return after
    after = talking.take(before, Move.PURGE, scene.now, scene.times)
    if not isinstance(after, No):
        scene.changes[rows.ref_of(before)] = None
    return after
