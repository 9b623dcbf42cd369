"""Supervising: when somebody of the team may come into a session of two, and what they read there, as a table.

    reason                grown-ups                                        a teen's session
    nursery, training     while its listener is in their first ten         always, for who was checked (T8)
    held                  while somebody is held in it
    report, concern       while a case from it is open on the desk

Two grown-ups of whom none of this is true are left alone: wishing to look is no reason. Who comes is seen by both
before they can read a word (T10), and reads what is said from then on: what was said before they came was said without
them, and stays so (`Guest.unread`; the door keeps it, chat/seating.py). It is noted in the audit trail.

Whoever comes to somebody who is held because they were called (coming.py) reads what they are called for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rooms import asides, cast
from rooms import session as talking
from rooms.durations import CAPS, Caps
from rooms.events import Band
from rooms.held import OPEN, Hold
from rooms.listening import Listener
from rooms.scene import No, RowKind, Scene
from rooms.session import Session
from rooms.ties import Person


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is true of a session now."""

    teen: bool = False
    nursery: bool = False
    held: bool = False
    case: bool = False  # one from this room waits on the desk


# Which ground each reason needs, where no teen is in it. What is not here is no reason.
NEEDS: Mapping[str, str] = {
    "nursery": "nursery",
    "training": "nursery",
    "held": "held",
    "report": "case",
    "concern": "case",
}


def grounds(session: Session, listener: Listener | None, *, case: bool = False, caps: Caps = CAPS) -> Grounds:
    """What is true of a session, with the row of its listener."""
    nursery = listener is not None and listener.user == session.listener and listener.given < caps.nursery
    return Grounds(session.band is Band.TEEN, nursery, session.held, case)


def allowed(found: Grounds, reason: str) -> bool:
    """Whether this reason is true of a session."""
    return reason in NEEDS and (found.teen or bool(getattr(found, NEEDS[reason])))


def why(found: Grounds) -> tuple[str, ...]:
    """What speaks for being there, as the team is told it."""
    return tuple(name for name in ("teen", "nursery", "held") if getattr(found, name))


def is_young(session: Session, hold: Hold | None) -> bool:
    """Whether a teen is in it: as a band, or because who is held there said so."""
    return session.band is Band.TEEN or (hold is not None and hold.state in OPEN and hold.band is Band.TEEN)


def supervise(scene: Scene, id: str, who: Person, role: str, reason: str, *, case: bool = False) -> Session | No:
    """Somebody of the team comes in, visibly, if there is a reason. Said again, they are there already."""
    session = cast.session(scene, id)
    if session is None or session.state not in talking.LIVE:
        return No.NOT_FOUND
    if is_young(session, scene.look(RowKind.HOLD, session.seeker)) and not who.vetted:  # for them it does not exist
        return No.NOT_FOUND
    listener = cast.listener(scene, session.listener)
    if session.guest(who.user) is None and not allowed(grounds(session, listener, case=case, caps=scene.caps), reason):
        return No.FORBIDDEN
    return asides.supervise(scene, id, who.user, role, reason)
