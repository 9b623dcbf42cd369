"""Ties: what is between two people, wherever they meet, and who may be brought together at all (T7, T8).

A *bar* is for ever, works both ways, and is written into the rows of both in one step: a block, a report on leaving, a
session somebody stepped out of. Nobody is told of it: who may not meet is simply never proposed, and no answer differs.

Everybody who brings two people together (matching, accepting, transferring) asks `may_meet`, and asks it again at the
moment it counts, because a block may have been made since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rooms.durations import CAPS, DAY, WEEK, Caps
from rooms.events import Band

# Bars of one person. Who has barred thousands has nobody left to be matched with; the oldest give way.
MOST_BARS = 2000
# Whom somebody met is counted over a week, and in all up to the review.
MOST_MET = 200
# Of the people somebody blocked in sessions, the last ones are listed for them; a bar needs no list.
MOST_BLOCKED = 50
# Who would talk to each other again; of more, the last ones.
MOST_AGAIN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What matching knows of somebody. `gone_at`: when they were last seen to be gone (ms), 0 while they are here."""

    user: str
    band: Band = Band.ADULT
    vetted: bool = False  # teen_vetted
    request: str = ""  # the open one; at most one
    session: str = ""  # the open one in which they are the seeker; at most one (T1)
    listening: bool = False  # has a listener's row
    gone_at: int = 0
    barred: tuple[str, ...] = ()
    met: tuple[tuple[str, int], ...] = ()  # whom, as a seeker, and when
    again: tuple[str, ...] = ()  # with which listeners they would talk again, as would those with them
    sought: tuple[int, ...] = ()  # starts of their sessions as a seeker, of a day
    held_at: int = 0  # when they were last held
    beside: tuple[str, ...] = ()  # of the team: with which people who are held
    ask_at: int = 0  # when they are asked how they are, as they wished (ms); 0: they did not
    blocked: tuple[tuple[str, int], ...] = ()  # the sessions whose other they blocked, and when; for their own eyes
    language: str = ""  # in which they are told what happens while they are not here


def may_meet(seeker: Person, listener: Person, now: int, caps: Caps = CAPS) -> bool:
    """Whether these two may be alone in a session. Says nothing about why not, and must not."""
    if seeker.user == listener.user:
        return False
    if listener.user in seeker.barred or seeker.user in listener.barred:
        return False
    if Band.TEEN in (seeker.band, listener.band) and not listener.vetted:
        return False
    return met_lately(seeker, listener.user, now) < caps.pair_week


def met_lately(seeker: Person, listener: str, now: int) -> int:
    """How often these two have met within a week."""
    return sum(1 for user, at in seeker.met if user == listener and at > now - WEEK)


def bar(one: Person, other: Person) -> tuple[Person, Person]:
    """Both, never to be matched again. Doing it twice changes nothing."""
    return _barring(one, other.user), _barring(other, one.user)


def _barring(person: Person, other: str) -> Person:
    if other in person.barred:
        return person
    return replace(person, barred=(*person.barred, other)[-MOST_BARS:])


def remember(person: Person, session: str, now: int) -> Person:
    """This person has blocked the other of a session, and may read that they did. Once."""
    if any(id == session for id, _ in person.blocked):
        return person
    return replace(person, blocked=(*person.blocked, (session, now))[-MOST_BLOCKED:])


def meet(seeker: Person, listener: str, now: int) -> Person:
    """The seeker after a session with this listener has begun."""
    sought = (*(at for at in seeker.sought if at > now - DAY), now)
    return replace(seeker, met=(*seeker.met, (listener, now))[-MOST_MET:], sought=sought)


def wished(seeker: Person, listener: str) -> Person:
    """Both would talk to each other again: this listener is asked first next time. It binds nobody."""
    kept = (*(one for one in seeker.again if one != listener), listener)
    return replace(seeker, again=kept[-MOST_AGAIN:])


def due_review(seeker: Person, listener: str, caps: Caps = CAPS) -> bool:
    """Whether these two have met so often that a supervisor should look."""
    return sum(1 for user, _ in seeker.met if user == listener) == caps.pair_review


def asked_enough(seeker: Person, now: int, caps: Caps = CAPS) -> bool:
    """Whether somebody who is not in danger has had their sessions of today."""
    return sum(1 for at in seeker.sought if at > now - DAY) >= caps.seeker_day
