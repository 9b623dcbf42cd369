"""Hosting: a teen room has somebody who looks after it, or it is for reading (sessions.md, Teens).

    words in a teen room ─▶ somebody in danger, or near it? ─▶ held from the room; the card at once, to them alone
                          ├▶ no host there? ───────────────▶ refused, kindly: come back, or ask for a person
                          └▶ of the first five? ───────────▶ held; a host releases them, in order (chat/desk.py)

A *host* is a moderator, supervisor or operator who is in the room, through whichever node: the roster says so. Only
grown-ups with `teen_vetted` come in as one. Who discloses something is never turned away for want of a host: the words
are kept for the team, the card comes, the responders are called (care.py, holding.py).

How many of somebody's posts were released is the store's to say (moderation/firsts.py); until this node knows that it
is enough, each of their posts asks, in line, so that none overtakes another. Then it asks no more.

Failure: the store away: nothing was kept, the author keeps words and key. A host's node killed: they are in the room
until its lease has run out, and the next post is refused.
"""

from __future__ import annotations

from dataclasses import replace

from chat.answers import refused
from chat.connection import Membership
from chat.replies import Code, Notice, Refused
from chat.services import Services
from chat.spoken import Spoken
from moderation.cases import Case
from moderation.verdict import Action, CareBand, Finding, Verdict
from rooms.events import RoomKey
from rooms.topics import FIRST_POSTS, HOSTS, KEEPERS, is_hosted, needs_host

# The rules by which such words are held, as cases and findings name them.
FIRST, DISCLOSED = "teen.first", "teen.disclosure"

NO_HOST = (
    "Nobody who looks after this room is here right now, so it is for reading until somebody comes. Your words are "
    "still with you. If you want to talk to a person now, ask for help: that is always open."
)
READ_FIRST = (
    "Somebody who looks after this room reads the first few messages of everybody who is new here. Yours is kept, and "
    "it is shown in its turn."
)
KEPT_PRIVATE = (
    "Thank you for writing this. It is not shown in the room; it is kept for our team, and there is a card only for "
    "you, with people you can talk to. You did nothing wrong."
)
SOMEBODY_CAME = "Somebody who looks after this room is here now. You can write."
NOBODY_LEFT = "Nobody who looks after this room is here right now. It is for reading until somebody comes."

# Cases that ended last, looked through for one that is on its way into the room: that takes milliseconds.
JUST_DECIDED = 20
# Seconds after which it is worth asking again whether a host has come.
AGAIN = 60.0


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {NO_HOST, READ_FIRST, KEPT_PRIVATE, SOMEBODY_CAME, NOBODY_LEFT}


def is_teen_room(place: Membership) -> bool:
    """Whether words here stand under these rules. A session is none: who listens there was checked."""
    return place.listed and place.topic is not None and needs_host(place.topic)


def hosted(services: Services, room: RoomKey) -> bool:
    """Whether somebody who looks after a teen room is there, on any node."""
    return is_hosted(services.presence.roster(room).members)


def closed(services: Services, re: int, place: Membership, verdict: Verdict) -> Refused | None:
    """Why nobody writes here now, or None. Who needs help is not turned away, whoever is there."""
    if not is_teen_room(place) or verdict.care.band >= CareBand.CONCERN:
        return None
    if place.member.role in HOSTS or hosted(services, place.key):
        return None
    return refused(re, Code.CLOSED, NO_HOST, retry="later", retry_after=AGAIN)


# ------------------------------------------------------------------ what is held


def looked_at(services: Services, one: Spoken, verdict: Verdict) -> Verdict:
    """The verdict as it stands in a teen room: a disclosure is not for the other teens to carry."""
    if not _may_pass(one, verdict) or verdict.care.band < CareBand.CONCERN:
        return verdict
    return _held(services, one, verdict, DISCLOSED, KEPT_PRIVATE)


def asks(services: Services, one: Spoken, verdict: Verdict) -> bool:
    """Whether these words wait for the store to say if their author is new here; or for what waits before them."""
    user, room = one.place.member.user, one.place.key
    if not _may_pass(one, verdict) or not hosted(services, room):
        return False
    return not services.company.is_known(user, room) or services.company.waits(user, room)


async def first_looked_at(services: Services, one: Spoken, verdict: Verdict) -> Verdict:
    """The same, held if its author is new in the room. Raises StoreAway."""
    user, room = one.place.member.user, one.place.key
    if not _may_pass(one, verdict) or services.company.is_known(user, room):
        return verdict
    if await services.firsts.count(user, room) < FIRST_POSTS or await first_waiting(services, user, room):
        return _held(services, one, verdict, FIRST, READ_FIRST)
    services.company.know(user, room)
    return verdict


async def first_waiting(services: Services, user: str, room: str) -> Case | None:
    """The oldest of somebody's first posts in a room that nobody has decided yet. Raises StoreAway."""
    waiting = await services.review.held_by(user)
    return next((case for case in waiting if case.room == room and FIRST in case.rules), None)


def _may_pass(one: Spoken, verdict: Verdict) -> bool:
    """Whether these words would be shown by themselves, and their author is none of those who keep the room."""
    if not is_teen_room(one.place) or one.place.member.role in KEEPERS:
        return False
    return verdict.action in (Action.ALLOW, Action.MASK)


def _held(services: Services, one: Spoken, verdict: Verdict, rule: str, says: str) -> Verdict:
    says = services.pipeline.books.says.say(says, one.submission.language)
    seen = Finding(rule, "teen", (0, len(one.submission.text)), says)
    return replace(verdict, action=Action.HOLD, text=None, findings=(*verdict.findings, seen), says=says)


# ------------------------------------------------------------------ the desk


def is_hosts(services: Services, case: Case) -> bool:
    """Whether only a host lets the words of this case into their room: neither time nor the filter does."""
    topic = services.catalogue.at(RoomKey(case.room))
    return case.waiting is not None and topic is not None and needs_host(topic)


async def before(services: Services, case: Case) -> Case | None:
    """What its author wrote earlier and is to be decided before it; None where there is nothing. Raises StoreAway."""
    if FIRST not in case.rules or not is_hosts(services, case):
        return None
    first = await first_waiting(services, case.user, case.room)
    if first is not None and first.id != case.id and first.at <= case.at:
        return first
    lately = await services.review.ended((case.band,), JUST_DECIDED)
    same = (one for one in lately if (one.user, one.room) == (case.user, case.room) and FIRST in one.rules)
    return next((one for one in same if one.owed and one.at <= case.at), None)  # decided, and not in the room yet


async def was_released(services: Services, case: Case) -> None:
    """A post of a teen room was shown after somebody had read it: it counts. Raises StoreAway."""
    if is_hosts(services, case) and case.waiting is not None and case.waiting.kind == "message":
        await services.firsts.released(case.user, case.room, case.id)


# ------------------------------------------------------------------ what is told


def as_joined(services: Services, place: Membership) -> bool | None:
    """What somebody who comes in is told of the host; nothing where none is needed."""
    if not is_teen_room(place):
        return None
    there = hosted(services, place.key)
    services.company.hosted.setdefault(place.key, there)
    return there or place.member.role in HOSTS


def news(services: Services, room: RoomKey, name: str) -> Notice | None:
    """What the people of a teen room on this node are told when the host has come, or the last one has gone."""
    topic = services.catalogue.at(room)
    if topic is None or not needs_host(topic):
        return None
    there, told = hosted(services, room), services.company.hosted
    if told.get(room) == there:
        return None
    told[room] = there
    if there:
        return Notice(room=name, code="hosted", says=SOMEBODY_CAME)
    return Notice(room=name, code="unhosted", says=NOBODY_LEFT)
