"""Matching: who is asked about whom, now. A pure rule over everybody who waits and everybody who could listen.

    danger first ─▶ then a listener lost, or held ─▶ then age        the order of requests
    asked: the best listener alone ─▶ then three ─▶ then all         widening, with each round nobody took
    who has waited twice the usual time is put to everybody at once  ageing, where others wait behind them

*Qualified* is strict: language, what the listener takes on and refuses, every preference of the seeker, bands, bars,
how often the two have met, the listener's caps and rest. A seeker who prefers nobody in particular loses nothing by
others' preferences; one who prefers strictly waits for somebody who fits, and is told an honest time.

**Nothing starves (T14).** Requests are served in order, and one that has waited for twice the median of its risk goes
to all who qualify before a newer one of equal risk is looked at. So once it is that old, nobody newer is put to a
listener who qualifies for it, but for listeners who have just said no to it. With nobody newer there, whoever was
asked has the time to answer that every listener has: on a quiet night nobody is called together over ten seconds.

What the seeker can see does not depend on any of this (T9): not who was asked, nor how often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rooms.durations import CAPS, DURATIONS, MINUTE, Caps, Durations
from rooms.listening import Listener, may_be_asked, places
from rooms.seeking import WAITING, Request, Risk
from rooms.ties import Person, may_meet

# What a wait is taken to be where nobody has waited yet.
USUAL = 2 * MINUTE
# Requests looked at in one round: nobody behind so many is served this second.
MOST = 500
# All who qualify: more than there are.
ALL = 1 << 30


@dataclass(frozen=True, slots=True)
class Proposal:
    """These listeners are to be asked about this request, the best first."""

    request: str
    listeners: tuple[str, ...]


def propose(
    requests: Iterable[Request],
    listeners: Iterable[Listener],
    people: Mapping[str, Person],
    now: int,
    *,
    usual: Mapping[Risk, int] | None = None,
    times: Durations = DURATIONS,
    caps: Caps = CAPS,
) -> list[Proposal]:
    """Whom to ask now. `people` holds every seeker and listener; `usual` the median wait of each risk (ms)."""
    room = {
        one.user: (one, places(one, caps) - len(one.sessions) - len(one.offers))
        for one in listeners
        if may_be_asked(one, now, times, caps)
    }
    found = []
    queue = sorted((one for one in requests if one.state in WAITING and not one.gone_at), key=_order)[:MOST]
    newest: dict[Risk, int] = {}
    for request in queue:
        newest[request.risk] = max(request.since, newest.get(request.risk, 0))
    for request in queue:
        if not any(left > 0 for _, left in room.values()):
            break
        long = (usual or {}).get(request.risk, USUAL)
        if newest[request.risk] <= request.since:  # nobody is behind them who could overtake
            long = max(long, times.offer)
        wanted = width(request, now, long) - len(request.offers)
        if wanted <= 0 or request.seeker not in people:
            continue
        seeker = people[request.seeker]
        fit = [
            one
            for one, left in room.values()
            if left > 0 and one.user in people and qualified(request, seeker, one, people[one.user], now, times, caps)
        ]
        chosen = sorted(fit, key=lambda one: _rank(request, seeker, one))[:wanted]
        for one in chosen:
            room[one.user] = (one, room[one.user][1] - 1)
        if chosen:
            found.append(Proposal(request.id, tuple(one.user for one in chosen)))
    return found


def _order(request: Request) -> tuple[tuple[int, int, int], str]:
    return request.order, request.id


def width(request: Request, now: int, usual: int) -> int:
    """How many may be asked at once about this request."""
    waited = now - request.since
    if request.width == 0 or waited >= 2 * usual:
        return ALL
    return max(request.width, 3) if waited >= usual else request.width


def qualified(
    request: Request,
    seeker: Person,
    listener: Listener,
    person: Person,
    now: int,
    times: Durations = DURATIONS,
    caps: Caps = CAPS,
) -> bool:
    """Whether this listener may be asked about this request. Their own place and rest are `may_be_asked`'s."""
    if not may_meet(seeker, person, now, caps) or listener.user in request.not_to or not request.volunteers:
        return False
    if not set(listener.offers).isdisjoint(request.offers):  # who has two places is still asked once
        return False
    if any(who == listener.user and at > now - times.decline_rest for who, at in request.asked):
        return False
    if request.language and listener.languages and request.language not in listener.languages:
        return False
    if request.topic and listener.topics and request.topic not in listener.topics:
        return False
    if request.topic in listener.refuses or request.notes & listener.refuses or not request.prefer <= listener.tags:
        return False
    return not (request.risk >= Risk.HIGH and listener.given < caps.nursery)


def _rank(request: Request, seeker: Person, listener: Listener) -> tuple[bool, bool, bool, int, str]:
    """The best first: with whom both wish to talk again, who lived it, who asked for the topic, then who has been free
    for longest.
    """
    again, lived = listener.user in seeker.again, request.topic in listener.tags or bool(request.notes & listener.tags)
    return not again, not lived, request.topic not in listener.topics, listener.free_since, listener.user


def fit(request: Request, listener: Listener) -> tuple[str, ...]:
    """What speaks for this listener, as they are told it: tags they share with what was asked for."""
    return tuple(sorted(listener.tags & (request.prefer | request.notes | {request.topic})))


def place(requests: Iterable[Request], request: Request) -> int:
    """How many are before them, and one: of their own band, in the order in which they are served."""
    return 1 + sum(
        one.state in WAITING and one.band is request.band and _order(one) < _order(request) for one in requests
    )
