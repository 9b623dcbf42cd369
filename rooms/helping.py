"""Helping: a listener says that they are there, and what for; or that they go. Verbs over rows of a scene.

    come ─▶ may they, today? ─▶ AVAILABLE, and matching looks         no ─▶ their row is kept, with the word for why
    go · pause ─▶ not asked any more; a session that is under way goes on

What a listener says of themselves stays until they say something else. That they are low today is kept in their own
row and told to nobody; it only keeps them from being asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rooms import cast, listening, wanting
from rooms.listening import Listener, Listening, Turn
from rooms.scene import No, Scene
from rooms.ties import Person


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a listener stands after they said so. `why`: the word for what keeps them from being asked, or ""."""

    listener: Listener
    why: str = ""


def come(scene: Scene, who: Person, profile: dict[str, Any], *, mood: str = "", trained: int = 0) -> Standing:
    """A listener is there. `profile`: fields of Listener that they named; `trained`: when they were trained last (ms),
    as their pass says. A pass that does not say it counts from when they first came, once.
    """
    person = cast.known(scene, who)
    one = cast.listener(scene, who.user) or Listener(user=who.user, free_since=scene.now)
    one = replace(one, band=who.band, vetted=who.vetted, **profile)
    if trained or not one.trained_until:
        one = replace(one, trained_until=max(one.trained_until, (trained or scene.now) + scene.caps.trained))
    if mood:
        one = replace(one, low_at=scene.now if mood == "low" else 0)
    one = replace(one, held_at=max(one.held_at, person.held_at))
    cast.put(scene, replace(person, listening=True))
    why = listening.barrier(one, scene.now, scene.times, scene.caps)
    if why is None and one.state is not Listening.SUSPENDED:
        one = cast.must(listening.take(one, Turn.COME, scene.now, scene.times))
    cast.put(scene, one)
    if why is not None:
        return Standing(_leave(scene, one), why)
    scene.ring(f"round:{one.band}")
    if one.vetted:
        scene.ring("round:teen")
    return Standing(one, "rest" if one.state in (Listening.WRAP_UP, Listening.COOL_DOWN) else "")


def go(scene: Scene, user: str, *, pause: bool = False) -> Listener | No:
    """A listener goes, or takes a break. Questions they were asked are asked of others."""
    one = cast.listener(scene, user)
    if one is None:
        return No.NOT_FOUND
    return _leave(scene, one, Turn.PAUSE if pause else Turn.GO)


def _leave(scene: Scene, one: Listener, turn: Turn = Turn.GO) -> Listener:
    for id in one.offers:
        offer = cast.offer(scene, id)
        request = cast.request(scene, offer.request) if offer is not None else None
        if offer is not None and request is not None:
            wanting.retract(scene, request, offer)
    one = cast.must(cast.listener(scene, one.user))
    after = listening.take(one, turn, scene.now, scene.times)
    if isinstance(after, No):  # suspended
        return one
    cast.put(scene, after)
    return after
