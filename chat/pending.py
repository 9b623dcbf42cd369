"""Pending: what is open between a person and others when they come back, for `welcome.now` (T4).

    the person's row ─▶ waiting · session_opened (with its state) · stay        the listener's ─▶ availability, offered

Made from the store's rows at the moment of the hello, so it is true then, whatever was told before; what happens after
it is an entry of the inbox, which the same hello resumes. Any device, any node.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chat import alarming, owing, tellings
from chat.auth import Identity
from chat.carrying import STAY
from chat.seating import LIMITS, name_of, worn
from chat.services import Services
from chat.shift import CARING
from chat.wire import timestamp
from rooms import calling, cast, listening, staying
from rooms import session as talking
from rooms.effects import Event
from rooms.escalation import Clock
from rooms.events import Kind
from rooms.held import OPEN as HELD
from rooms.held import Held, Hold
from rooms.offering import Offer, Offering
from rooms.scene import No, RowKind, Scene
from rooms.seeking import OPEN, Request, Seeking
from rooms.session import Session
from rooms.ties import Person
from rooms.tomorrow import CODE

# The steps of the clock at which nobody has said yes.
ASKING = frozenset({Clock.FEW, Clock.WIDER, Clock.ALL, Clock.INCIDENT})


async def pending(services: Services, identity: Identity) -> list[dict[str, Any]]:
    """Events of what is open, in the order in which it matters. Raises MatchAway."""
    user = identity.user
    called = await calls(services, identity)
    scene = await services.matchmaker.look([(RowKind.PERSON, user), (RowKind.HOLD, user), (RowKind.LISTENER, user)])
    person: Person | None = scene.look(RowKind.PERSON, user)
    if person is None:
        return called
    services.company.follow(user)
    await spoken_to(services, identity, person)
    told: list[dict[str, Any]] = []
    if person.ask_at:
        told.append({"type": CODE, "on": True, "at": timestamp(person.ask_at)})
    hold: Hold | None = scene.look(RowKind.HOLD, user)
    if hold is not None and hold.state is Held.AWAY:  # they are back: the head of everything, the team is asked at once
        back = await owing.make(services, lambda scene: staying.back(scene, user), (RowKind.HOLD, user))
        hold = hold if isinstance(back, No) else back
        scene = await services.matchmaker.look([(RowKind.HOLD, user), (RowKind.LISTENER, user)])
    if hold is not None and hold.state in HELD and not hold.session:
        fields = of_hold(scene, hold)
        changed = tellings.changed(STAY, fields, None, own=True, say=await owing.saying(services, user))
        told.append({"type": str(Event.SESSION_CHANGED), **changed})
    listener = scene.look(RowKind.LISTENER, user) if person.listening else None
    ids = [person.session, *(listener.sessions if listener is not None else ())]
    ids += [one.session for one in await beside(services, person)]
    for id in dict.fromkeys(filter(None, ids)):
        told += await of_session(services, id, user, scene, hold)
    if person.request:
        told += await of_request(services, person.request, user)
    if listener is not None:
        told += await of_listener(services, scene, listener)
    return told + called


async def spoken_to(services: Services, identity: Identity, person: Person) -> None:
    """Keep with them the language of today, in which they are told what happens while they are not here."""
    tongue = identity.language or ""
    if not tongue or tongue == person.language:
        return

    def step(scene: Scene) -> Person | No:
        one: Person | None = scene.look(RowKind.PERSON, person.user)
        return No.NOT_FOUND if one is None else scene.put(RowKind.PERSON, one.user, replace(one, language=tongue))

    await owing.make(services, step, (RowKind.PERSON, person.user))


async def calls(services: Services, identity: Identity) -> list[dict[str, Any]]:
    """Of those who were asked to come: who still waits for somebody."""
    if identity.roles.isdisjoint(CARING):
        return []
    holds: list[Hold] = await services.matchmaker.live(RowKind.HOLD)
    waits = [one for one in holds if one.state is Held.HELD and one.asking.step in ASKING and not one.responders]
    return [
        {"type": str(Kind.ALERTED), **alarming.call(services, calling.call(one))}
        for one in waits
        if identity.user in one.asking.asked
    ]


async def beside(services: Services, person: Person) -> list[Hold]:
    """Those this one of the team is with."""
    found = [await services.matchmaker.find(RowKind.HOLD, user) for user in person.beside]
    return [one for one in found if one is not None and one.state in HELD]


def of_hold(scene: Scene, hold: Hold) -> dict[str, Any]:
    """How it stands with somebody who is held: the true words, the way to a line, their answer about joining."""
    if hold.state is Held.AWAY:
        return {"state": "away"}
    code = calling.true_words(scene, hold.user)
    return {"state": "stay", "code": code, "line": hold.handover.state, "joins": hold.joins}


# What both are told again of a session in these states, because there is something to answer.
ASKS = {
    talking.Talk.QUIET: "still_here",
    talking.Talk.TRANSFERRING: "transfer",
    talking.Talk.CLOSING: "closing",
}


async def of_session(
    services: Services, id: str, user: str, scene: Scene, hold: Hold | None = None
) -> list[dict[str, Any]]:
    """A session that has not ended, as it stands; to who is held in it, how it stands with them."""
    session: Session | None = await services.matchmaker.find(RowKind.SESSION, id)
    if session is None or session.state not in talking.LIVE or not talking.may_read(session, user):
        return []
    seat = session.seat(user)
    fields = {"session": id, "role": str(seat) if seat is not None else "guest"}
    other = session.listener if user == session.seeker else session.seeker
    there = [worn(services, session, one) for one in cast.here(session) if one != user]
    beside = worn(services, session, other) if other else None
    opened = tellings.opened(name_of(id), fields, beside, there, (await owing.saying(services, user))(LIMITS))
    state = "stay" if session.held and session.state is not talking.Talk.CLOSING else cast.WORDS[session.state]
    asked = session.offering == "asked" and session.state is talking.Talk.TRANSFERRING
    gone = talking.Talk.LISTENER_GONE if user == session.seeker else talking.Talk.SEEKER_GONE
    code = "transfer_asked" if asked else "holding_seat" if session.state is gone else ASKS.get(session.state, "")
    more: dict[str, Any] = {"state": state, "until": session.until, "code": code}
    if hold is not None and hold.state in HELD and hold.session == id:
        more = of_hold(scene, hold) | {"state": state}
    own = user == session.seeker
    lines = await services.matchmaker.words.lines(id) if own and code == "transfer_asked" else []
    summary = lines[-1].text if lines else ""
    say = await owing.saying(services, user)
    changed = tellings.changed(name_of(id), more, None, own=own, say=say, summary=summary)
    return [{"type": str(Event.SESSION_OPENED), **opened, **changed}]


async def of_request(services: Services, id: str, user: str) -> list[dict[str, Any]]:
    """A wait that goes on."""
    request: Request | None = await services.matchmaker.find(RowKind.REQUEST, id)
    if request is None or request.state not in OPEN or request.state is Seeking.MATCHED:
        return []
    place, eta = await owing.standing(services, request)
    fields: dict[str, Any] = {"request": id, "noted": request.state is Seeking.CALL_BACK}
    if request.state is Seeking.CALLBACK_OFFERED:
        fields |= {"choose": ("wait", "tell_me", "stop"), "until": request.choose_by}
    return [{"type": str(Event.WAITING), **tellings.waiting(fields, place, eta, await owing.saying(services, user))}]


async def of_listener(services: Services, scene: Scene, one: listening.Listener) -> list[dict[str, Any]]:
    """Where a listener stands, and what they are asked."""
    caps = listening.gauge(one, scene.now, services.matchmaker.caps)
    fields = {"state": one.state, "until": one.rest_until if one.rest_until > scene.now else 0}
    stands = tellings.availability(fields, caps, await owing.saying(services, one.user))
    told = [{"type": str(Event.AVAILABILITY), **stands}]
    for id in one.offers:
        offer: Offer | None = await services.matchmaker.find(RowKind.OFFER, id)
        request: Request | None = await services.matchmaker.find(RowKind.REQUEST, offer.request) if offer else None
        if offer is None or request is None or offer.state is not Offering.OPEN:
            continue
        about = {
            "offer": id, "topic": request.topic, "intensity": request.intensity, "notes": sorted(request.notes),
            "language": request.language, "fit": list(offer.fit),
            "expires": offer.made + services.matchmaker.times.offer,
        }  # fmt: skip
        told.append({"type": str(Event.OFFERED), **tellings.offered(about)})
    return told
