"""Calling: who of the team is asked to come to somebody who is held, and the true words about it. Verbs on one hold.

    page ─▶ PAGE to those on shift whom the clock names          nobody there ─▶ the way to a line is offered, at once
    tell ─▶ what is true now: who is there, who was asked         alone ─▶ the last one is gone: asked again, at once

What the person is told is made from the rows as they are about to be written, in `true_words`, and from nothing else:
"being asked" needs somebody who was asked and is on shift, "is here" somebody who is present (T15).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rooms import cast, escalation, handover
from rooms.effects import Do, Effect, Event
from rooms.escalation import Clock, Tick
from rooms.events import Band
from rooms.handover import Dial
from rooms.held import Held, Hold
from rooms.scene import No, Scene
from rooms.seeking import Risk
from rooms.session import Session


def page(scene: Scene, hold: Hold) -> Hold:
    """Ask whom the clock names now. Where nobody could be asked, or all were in vain, the way to a line is offered."""
    if hold.state is not Held.HELD:
        return hold
    barred = hold.reported | frozenset(hold.responders) | {hold.user}
    found = escalation.call(hold.asking, scene.on_shift, hold.band, hold.language, barred)
    asked = tuple(dict.fromkeys((*hold.asking.asked, *found)))
    hold = replace(hold, asking=replace(hold.asking, asked=asked))
    if found:
        scene.owe(hold.user, Effect(Do.PAGE, "", {"people": list(found), **call(hold)}))
    late = hold.asking.step in (Clock.ALL, Clock.INCIDENT)
    if late or hold.risk is Risk.IMMINENT or (not present(scene, hold) and hold.asking.step is not Clock.DOUBTED):
        hold = offer_line(scene, hold)
    return hold


def call(hold: Hold) -> dict[str, Any]:
    """What the team is told of somebody who needs one of them."""
    fields = {"case": hold.case, "band": hold.risk.name.lower(), "kind": hold.kind}
    return fields | {"room": hold.session or hold.room, "since": hold.since, "step": hold.asking.step}


def offer_line(scene: Scene, hold: Hold) -> Hold:
    """The way to a line, together. Who said no to it is not offered it again, unless they ask."""
    after = handover.take(hold.handover, Dial.OFFER, scene.now)
    if isinstance(after, No) or after.state is hold.handover.state:
        return hold
    scene.owe(
        hold.user, Effect(Do.CARD, hold.user, {"why": "handover", "care": hold.risk.name.lower(), "kind": hold.kind})
    )
    return replace(hold, handover=after)


def silent(scene: Scene, hold: Hold) -> None:
    """The person has said nothing for a while: whoever is with them is told so."""
    session = cast.session(scene, hold.session)
    beside = [session.listener] if session is not None and session.listener else []
    for one in (*beside, *hold.responders):
        scene.tell(hold.user, one, Event.SESSION_CHANGED, session=hold.session, state="stay", code="silent")


def present(scene: Scene, hold: Hold) -> list[str]:
    """Who was asked and is on shift at this moment."""
    there = {one.user for one in scene.on_shift}
    return [user for user in hold.asking.asked if user in there]


def true_words(scene: Scene, user: str) -> str:
    """What is true of the team at this moment, as the name of the words for it."""
    hold = cast.open_hold(scene, user)
    if hold is None:
        return ""
    if hold.responders:
        return "team_here"
    if hold.asking.step in (Clock.STOPPED, Clock.DOUBTED):
        return "held"
    if hold.asking.step is Clock.TAKEN:
        return "at_the_door"
    if not present(scene, hold):
        return "nobody_here"
    return {Clock.FEW: "asked", Clock.WIDER: "still_looking"}.get(hold.asking.step, "nobody_free")


def tell(scene: Scene, hold: Hold, code: str = "") -> Hold:
    """Write a hold and tell the person what is true now."""
    hold = replace(hold, said=hold.said + 1)
    cast.put(scene, hold)
    session = cast.session(scene, hold.session)
    scene.tell(
        hold.user, hold.user, Event.SESSION_CHANGED,
        session=hold.session, state="away" if hold.state is Held.AWAY else "stay",
        code=code or true_words(scene, hold.user),
        here=who_is_here(hold, session), line=hold.handover.state, joins=hold.joins,
        standing=("hold", hold.user, hold.said),
    )  # fmt: skip
    return hold


def debrief(scene: Scene, target: str, user: str, of: str, band: Band, role: str) -> None:
    """Somebody has stayed with a person in danger: they are offered to talk about it, and the desk sees to it that
    they are asked. `of`: the session or case; nobody's name.
    """
    scene.owe(target, Effect(Do.FILE, user, {"what": "debrief", "case": of, "band": band, "role": role}))
    scene.tell(target, user, Event.NOTICE, code="debrief")


def who_is_here(hold: Hold, session: Session | None) -> list[str]:
    """The people with them now: the listener who is connected, and responders they were told of."""
    seat = [session.listener] if session is not None and session.listener and not session.listener_gone else []
    return [*seat, *hold.responders]


def alone(scene: Scene, hold: Hold) -> Hold:
    """Somebody is gone who was with them: if no responder is left, the team is asked again from the start."""
    if hold.responders or hold.state is not Held.HELD:
        cast.put(scene, hold)
        return hold
    tick = Tick.ALONE if hold.asking.step is Clock.TAKEN else Tick.AGAIN
    asking = cast.must(escalation.take(hold.asking, tick, scene.now, scene.times))
    hold = page(scene, replace(hold, asking=asking))
    cast.put(scene, hold)
    return hold
