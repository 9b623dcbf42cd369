"""Tomorrow: somebody would like to be asked how they are, a day from now: once, and only because they said so (F42).

    wish {on} ─▶ the person's row has a time ─ a day ─▶ ask: one notice in their inbox, and the time is gone
                                         └─ wish {off}, or erased ─▶ nothing

Anybody may wish it: after a hold has ended, after a session, or on any day. It says nothing about why, it asks for no
answer, and nobody of the team hears of it.
"""

from __future__ import annotations

from dataclasses import replace

from rooms import cast
from rooms.effects import Event
from rooms.scene import No, RowKind, Scene
from rooms.ties import Person

# The name of the words, for clients with their own.
CODE = "follow_up"


def wish(scene: Scene, who: Person, *, on: bool) -> Person:
    """Ask me tomorrow; or, don't. Wished again it stays as it is: it is one question."""
    person = cast.known(scene, who)
    at = (person.ask_at or scene.now + scene.times.follow_up) if on else 0
    person = replace(person, ask_at=at)
    cast.put(scene, person)
    return person


def ask(scene: Scene, user: str) -> Person | No:
    """The day is over: they are asked, once."""
    person: Person | None = scene.look(RowKind.PERSON, user)
    if person is None or not person.ask_at:
        return No.NOT_FOUND
    if person.ask_at > scene.now:
        return No.TOO_SOON
    person = replace(person, ask_at=0)
    cast.put(scene, person)
    scene.tell(user, user, Event.NOTICE, code=CODE)
    return person
