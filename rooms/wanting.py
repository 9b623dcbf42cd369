"""Wanting: from "I need someone" to the listeners who are asked. Verbs over several rows of a scene at once.

    seek ─▶ Request ─▶ ask (what matching proposes) ─▶ Offers ─▶ accept (meeting.py)
                         ▲            decline, lapse │
                         └───────────────────────────┘

Nothing a listener answers reaches the seeker: no event is owed to them by a decline, a lapse or a question (T9). Who
cannot be asked any more when it comes to it (blocked since, resting, asked by another node) is left out without a word.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rooms import cast, held, listening, matching, offering, rows, seeking, ties
from rooms import session as talking
from rooms.effects import Do, Effect, Event
from rooms.events import Band
from rooms.listening import Listener, Listening, Turn
from rooms.offering import Offer, Offering, Reply
from rooms.scene import No, Scene
from rooms.seeking import Ask, Request, Risk, Seeking
from rooms.ties import Person


def seek(scene: Scene, who: Person, id: str, **wish: Any) -> Request | No:
    """Ask for a listener. `wish`: fields of Request. Asking twice is the request there is."""
    person = cast.known(scene, who)
    if (there := cast.request(scene, person.request)) and there.state in seeking.OPEN:
        return there
    if (talk := cast.session(scene, person.session)) and talk.state in talking.LIVE:
        return No.TAKEN
    hold = cast.hold(scene, who.user)
    fresh = hold is not None and held.lately(hold, scene.now, scene.times)
    danger = hold.risk if hold is not None and fresh else Risk.NONE
    if ties.asked_enough(person, scene.now, scene.caps) and danger < Risk.HIGH:
        return No.TOO_SOON
    volunteers = hold.volunteers if hold else True
    request = Request(
        id=id, seeker=who.user, since=scene.now, band=who.band, risk=danger, volunteers=volunteers,
        held=cast.is_held(scene, who.user), head=fresh, **wish,
    )  # fmt: skip
    cast.put(scene, request)
    cast.put(scene, replace(person, request=id))
    tell_wait(scene, request)
    return request


def tell_wait(scene: Scene, request: Request, **more: Any) -> None:
    """The seeker hears where they stand; the figures are looked up when it is told. Matching is asked to look."""
    scene.tell(request.seeker, request.seeker, Event.WAITING, request=request.id, **more)
    scene.ring(f"round:{request.band}")


def step_request(scene: Scene, id: str, ask: Ask, **changes: Any) -> Request | No:
    """One step of a request that concerns nobody else: kept, told of, raised; or what falls due of it."""
    request = cast.request(scene, id)
    if request is None:
        return No.NOT_FOUND
    after = seeking.take(request, ask, scene.now, scene.times, **changes)
    if isinstance(after, No):
        return after
    if after.state is Seeking.CLOSED and request.state is not Seeking.CLOSED:
        return close_request(scene, request, after)
    if ask is Ask.FORGET:
        scene.changes[rows.ref_of(request)] = None
        return after
    if ask is Ask.TELL_ME:
        measure(scene, request, served=False)
        after = replace(after, place=0, shown=0)
    cast.put(scene, after)
    if ask is Ask.CALL:
        tell_wait(scene, after, choose=("wait", "tell_me", "stop"), until=after.choose_by)
    elif ask in (Ask.UPDATE, Ask.KEEP, Ask.TELL_ME, Ask.FREE, Ask.RAISE):
        alternatives = ask is Ask.UPDATE and seeking.alternatives(after, scene.now, scene.times)
        tell_wait(scene, after, alternatives=alternatives, ready=ask is Ask.FREE)
    return after


def close_request(scene: Scene, before: Request, after: Request) -> Request:
    """Nobody is looked for any more: open offers are withdrawn, what was written while waiting is deleted."""
    withdraw_offers(scene, before)
    cast.put(scene, after)
    person = cast.person(scene, before.seeker)
    if person.request == before.id:
        cast.put(scene, replace(person, request=""))
    if before.state is not Seeking.MATCHED:
        measure(scene, before, served=False)
        scene.owe(before.seeker, Effect(Do.SHRED, before.seeker, {"of": before.id}))
    return after


def measure(scene: Scene, request: Request, *, served: bool = True) -> None:
    """One wait has ended: somebody came, or the seeker waits no more. Only what was promised once is measured, once:
    who lost a listener, or is handed on, has not waited since they asked.
    """
    waited = scene.now - request.since
    if not request.place or (not served and waited <= request.shown):
        return
    fields = {"band": request.band, "risk": int(request.risk), "place": request.place, "shown": request.shown}
    scene.owe(request.seeker, Effect(Do.MEASURE, "", {**fields, "waited": waited, "served": served}))


def withdraw_offers(scene: Scene, request: Request, but: str = "") -> None:
    """Whoever was asked about this request is told that nobody is needed any more."""
    for id in request.offers:
        one = cast.offer(scene, id)
        if id == but or one is None or one.state is not Offering.OPEN:
            continue
        cast.put(scene, cast.must(offering.answer(one, Reply.WITHDRAW, scene.now, scene.times)))
        free(scene, one, Turn.FREE)
        scene.tell(one.listener, one.listener, Event.OFFER_WITHDRAWN, offer=id)


def retract(scene: Scene, request: Request, one: Offer) -> None:
    """One offer is no longer open; the others of the request stay."""
    if one.state is not Offering.OPEN:
        return
    cast.put(scene, cast.must(offering.answer(one, Reply.WITHDRAW, scene.now, scene.times)))
    free(scene, one, Turn.FREE)
    scene.tell(one.listener, one.listener, Event.OFFER_WITHDRAWN, offer=one.id)
    drop(scene, request, one.id)


def drop(scene: Scene, request: Request, id: str) -> None:
    """A request without one of its offers; without any it is looked at again, in its old place."""
    left = tuple(each for each in request.offers if each != id)
    if request.state is Seeking.OFFERED and not left:
        cast.put(scene, cast.must(seeking.take(replace(request, offers=()), Ask.RETURN, scene.now, scene.times)))
    else:
        cast.put(scene, replace(request, offers=left))
    scene.ring(f"round:{request.band}")


def free(scene: Scene, one: Offer, turn: Turn) -> None:
    """A listener has one open offer less."""
    there = cast.listener(scene, one.listener)
    if there is None or one.id not in there.offers:
        return
    after: Listener = cast.must(listening.take(there, turn, scene.now, scene.times, offer=one.id))
    cast.put(scene, after)
    if after.state is Listening.AWAY and there.state is not Listening.AWAY:
        scene.tell(after.user, after.user, Event.AVAILABILITY, state=after.state, note="missed")
    scene.ring(f"round:{Band.ADULT}")
    scene.ring(f"round:{Band.TEEN}")


def ask(scene: Scene, request_id: str, listeners: dict[str, str]) -> list[Offer] | No:
    """Put a request to listeners: {listener: id of the offer}. Who cannot be asked any more is left out."""
    request = cast.request(scene, request_id)
    if request is None or request.state not in seeking.WAITING or request.gone_at:
        return No.TAKEN
    seeker, made = cast.person(scene, request.seeker), []
    for user, id in listeners.items():
        one = cast.listener(scene, user)
        if one is None or not listening.may_be_asked(one, scene.now, scene.times, scene.caps):
            continue
        if not matching.qualified(request, seeker, one, cast.person(scene, user), scene.now, scene.times, scene.caps):
            continue
        offer = Offer(
            id=id, request=request.id, seeker=request.seeker, listener=user, made=scene.now, giver=request.giver,
            fit=matching.fit(request, one),
        )  # fmt: skip
        cast.put(scene, offer)
        cast.put(scene, cast.must(listening.take(one, Turn.OFFER, scene.now, scene.times, offer=id)))
        tell_offer(scene, offer, request)
        made.append(offer)
    if not made:
        return No.TAKEN
    offers = (*request.offers, *(one.id for one in made))
    cast.put(scene, cast.must(seeking.take(request, Ask.OFFER, scene.now, scene.times, offers=offers)))
    return made


def tell_offer(scene: Scene, offer: Offer, request: Request) -> None:
    """What a listener knows before they answer: no name, no words."""
    scene.tell(
        offer.listener, offer.listener, Event.OFFERED,
        offer=offer.id, topic=request.topic, intensity=request.intensity, notes=sorted(request.notes),
        language=request.language, fit=list(offer.fit), expires=offer.made + scene.times.offer,
    )  # fmt: skip


def decline(scene: Scene, id: str, by: str) -> Offer | No:
    """A listener's no: free, and heard by nobody else. Saying it twice is saying it once."""
    return _end_offer(scene, id, by, Reply.DECLINE)


def lapse(scene: Scene, id: str) -> Offer | No:
    """Nothing was answered in time."""
    return _end_offer(scene, id, "", Reply.LAPSE)


def _end_offer(scene: Scene, id: str, by: str, reply: Reply) -> Offer | No:
    one = cast.offer(scene, id)
    if one is None or (by and one.listener != by):
        return No.NOT_FOUND
    if one.state is Offering.DECLINED and reply is Reply.DECLINE:
        return one
    after = offering.answer(one, reply, scene.now, scene.times)
    if isinstance(after, No):
        return after
    cast.put(scene, after)
    free(scene, after, Turn.MISS if reply is Reply.LAPSE else Turn.FREE)
    request = cast.request(scene, one.request)
    if request is not None and id in request.offers:
        asked = (*request.asked, (one.listener, scene.now))[-seeking.MOST_ASKED :]
        drop(scene, replace(request, asked=asked), id)
    return after
