"""The cast of a scene: its people and things by their type, and the words everybody in a session is told.

A verb (meeting.py, parting.py, giving.py, staying.py) moves several rows of one scene together. It reads and writes
them here, so that each row is what its kind says, and each *telling* of who is there is counted (T15): `told` says what
is true of the row as it is about to be written, and never anything else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rooms import rows
from rooms.effects import Event
from rooms.events import Band
from rooms.held import OPEN, Held, Hold
from rooms.listening import Listener
from rooms.offering import Offer
from rooms.scene import RowKind, Scene
from rooms.seeking import Request
from rooms.session import Session, Talk
from rooms.ties import Person

# What a seeker is told of a session's state: why somebody is not there is nobody's business.
WORDS: dict[Talk, str] = {
    Talk.CONNECTING: "connecting",
    Talk.ACTIVE: "active",
    Talk.QUIET: "paused",
    Talk.SEEKER_GONE: "paused",
    Talk.LISTENER_GONE: "paused",
    Talk.TRANSFERRING: "transferring",
    Talk.VACANT: "stay",
    Talk.CLOSING: "closing",
}


def person(scene: Scene, user: str, band: Band = Band.ADULT, *, vetted: bool | None = None) -> Person:
    """Somebody, as matching knows them; new ones begin here."""
    found = scene.look(RowKind.PERSON, user) or Person(user=user, band=band)
    return found if vetted is None else replace(found, band=band, vetted=vetted)


def known(scene: Scene, who: Person) -> Person:
    """Somebody who has just said who they are: their row, with the band, pass and language of today."""
    found = person(scene, who.user, who.band, vetted=who.vetted)
    return replace(found, language=who.language or found.language)


def request(scene: Scene, id: str) -> Request | None:
    found: Request | None = scene.look(RowKind.REQUEST, id) if id else None
    return found


def offer(scene: Scene, id: str) -> Offer | None:
    found: Offer | None = scene.look(RowKind.OFFER, id)
    return found


def session(scene: Scene, id: str) -> Session | None:
    found: Session | None = scene.look(RowKind.SESSION, id) if id else None
    return found


def listener(scene: Scene, user: str) -> Listener | None:
    found: Listener | None = scene.look(RowKind.LISTENER, user) if user else None
    return found


def hold(scene: Scene, user: str) -> Hold | None:
    found: Hold | None = scene.look(RowKind.HOLD, user)
    return found


def open_hold(scene: Scene, user: str) -> Hold | None:
    """Their hold, if they are held now."""
    found = hold(scene, user)
    return found if found is not None and found.state in OPEN else None


def put(scene: Scene, row: Any) -> None:
    """Write a row under its own name."""
    kind, id = rows.ref_of(row)
    scene.put(kind, id, row)


def must(row: Any) -> Any:
    """A step that the table has just allowed. Raises AssertionError if it did not: the tables contradict each other."""
    if type(row).__name__ == "No":
        raise AssertionError(f"a step of one row that another does not allow: {row}")
    return row


def here(one: Session) -> list[str]:
    """Who is with the seeker now: the listener if they are connected, and those of the team both know to be there."""
    seat = [one.listener] if one.listener and not one.listener_gone else []
    return [*seat, *one.present]


def told(scene: Scene, one: Session, code: str = "", *, only: str = "", until: int = 0, **fields: Any) -> Session:
    """Write a session and tell both, and the guests, how it stands; `only` one person. `code` names the words. `until`
    (ms): the end that the words are about, where the state has none of its own.
    """
    one = replace(one, said=one.said + 1)
    put(scene, one)
    state = "stay" if one.held and one.state is not Talk.CLOSING else WORDS.get(one.state, "")
    for to in (only,) if only else everybody(one):
        scene.tell(
            one.seeker, to, Event.SESSION_CHANGED,
            session=one.id, state=state, until=one.until or until, code=code, here=here(one),
            seeker_here=not one.seeker_gone,
            standing=(RowKind.SESSION, one.id, one.said), **fields,
        )  # fmt: skip
    return one


def everybody(one: Session) -> list[str]:
    """Who is told of a session: its two, and its guests."""
    return [each for each in dict.fromkeys((one.seeker, one.listener, *(guest.user for guest in one.guests))) if each]


def is_held(scene: Scene, user: str) -> bool:
    found = hold(scene, user)
    return found is not None and found.state is Held.HELD
