"""The rounds of pairs: what falls due, who is matched with whom, who is here. Any node makes them, each thing once.

    pairing, five times a second ─▶ what fell due (rooms/falling_due.py) · a round of matching · what nobody has done
    here, every second           ─▶ leases of those on this node whom it matters for, and of the team on shift

A deadline stands in its row; whoever takes it first makes the step, and a second one finds that it is not due. So two
nodes may look at once, and all may be down: the first that comes back finds everything that is due (T3). Nothing here
has a clock: `now` is the store's. A lease outlasts a change of networks, so that a seat is kept; a listener who keeps
none is gone as soon as their last device here is, and what they were asked goes to somebody else.

What fell due is seen to by the `HANDFUL`: one reading and one write for all of it, and the handfuls at the same time; a
row that two of them share is moved by one and looked at again by the other. So a thousand deadlines that fell due while
every node was down are met in about a second.

Failure: a handful in which something fails is seen to one by one; what failed costs itself and is taken again when its
lease is over. The engine away, everything waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from chat.answers import where
from chat.owing import follow, learned, make
from chat.services import Services
from rooms import asides, falling_due, matching, waits, wanting
from rooms.events import Band
from rooms.listening import Listener
from rooms.matchmaker import Claim, MatchAway, NewerRow
from rooms.scene import No, Ref, RowKind, Scene
from rooms.seeking import Ask, Request, Risk, Seeking
from rooms.ties import Person

log = structlog.get_logger("warmline.evening")

# How often what fell due is looked for: a deadline is met within a second, also by another node.
OFTEN = 0.2
# Things that fell due and are seen to in one step, and taken at once: a step of so many is still short for the engine,
# and who takes no more leaves the rest to other nodes.
HANDFUL = 8
MOST = 8 * HANDFUL
# How often a node says who is here; leases are six seconds, of the team three.
SAY = 1.0
LOOK, ROUND = "look:", "round:"


async def pairing(services: Services) -> None:
    """See to what has fallen due, and to what is owed and nobody is at. Raises MatchAway."""
    while True:
        dues = await services.matchmaker.due(MOST)
        follow(services, dues.targets)
        rounds = [claim for claim in dues.claims if claim.member.startswith(ROUND)]
        rows = [claim for claim in dues.claims if not claim.member.startswith(ROUND)]
        works = [tried(services, claim) for claim in rounds]
        works += [handful(services, rows[at : at + HANDFUL]) for at in range(0, len(rows), HANDFUL)]
        for outcome in await asyncio.gather(*works, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        if not dues.more:
            return


async def handful(services: Services, claims: Sequence[Claim]) -> None:
    """Some of what fell due, in one step; one by one where that can't be. Raises MatchAway."""
    if len(claims) > 1:
        try:
            made = await services.matchmaker.attend_all(claims, lambda scene: all_of(scene, claims), *needed(claims))
        except Exception:  # something is wrong with one of them: which, is seen when each is tried by itself
            log.debug("due_one_by_one", claims=len(claims))
        else:
            if not isinstance(made, No):
                follow(services, made.targets)
            return
    for claim in claims:
        await tried(services, claim)


def all_of(scene: Scene, claims: Sequence[Claim]) -> None:
    """The steps of all of these, each as if it were alone."""
    for claim in claims:
        scene.attempt(partial(fallen, claim=claim))


def fallen(scene: Scene, claim: Claim) -> Any:
    """The step that one thing asks for."""
    if claim.member.startswith(LOOK):
        return asides.look(scene, claim.member.removeprefix(LOOK))
    return falling_due.fall(scene, claim.ref) if claim.ref is not None else No.NOT_FOUND


def needed(claims: Sequence[Claim]) -> list[Ref]:
    """Whose rows those steps will look at, beside the rows they are about."""
    looks = (claim.member for claim in claims if claim.member.startswith(LOOK))
    return [(RowKind.PERSON, member.removeprefix(LOOK)) for member in looks]


async def tried(services: Services, claim: Claim) -> None:
    """See to one thing; what goes wrong with it is not to hold up what is behind it. Raises MatchAway."""
    try:
        await see_to(services, claim)
    except NewerRow:
        return
    except MatchAway:
        raise
    except Exception as fault:
        services.metrics.failed(type(fault).__name__)
        log.error("due_failed", what=claim.member.partition(":")[0], fault=type(fault).__name__, at=where(fault))


async def see_to(services: Services, claim: Claim) -> None:
    """One thing that fell due."""
    if claim.member.startswith(ROUND):
        band = claim.member.removeprefix(ROUND)
        if band in set(Band):
            await match(services, Band(band))
        await services.matchmaker.seen(claim)
        return
    made = await services.matchmaker.attend(claim, partial(fallen, claim=claim), *needed([claim]))
    if not isinstance(made, No):
        follow(services, made.targets)


# ------------------------------------------------------------------ matching


async def match(services: Services, band: Band) -> None:
    """A round of matching: put those who wait to those who are there. Raises MatchAway."""
    matchmaker = services.matchmaker
    requests: list[Request] = [one for one in await matchmaker.live(RowKind.REQUEST) if one.band is band]
    if not requests:
        return
    listeners: list[Listener] = await matchmaker.live(RowKind.LISTENER)
    people = await known(services, [*(one.seeker for one in requests), *(one.user for one in listeners)])
    usual = {risk: await median(services, band, risk) for risk in {one.risk for one in requests}}
    now = services.backplane.engine_now_ms()
    back = {one.id for one in requests if one.state is Seeking.CALL_BACK}
    asked = [one if one.id not in back else waiting_again(one) for one in requests]
    for proposal in matching.propose(
        asked, listeners, people, now, usual=usual, times=matchmaker.times, caps=matchmaker.caps
    ):
        if proposal.request in back:
            await free(services, proposal.request)
        else:
            await ask(services, proposal)


def waiting_again(request: Request) -> Request:
    """Somebody who wants to be told when a listener is free, as if they waited: would there be one?"""
    return replace(request, state=Seeking.QUEUED, offers=())


async def known(services: Services, users: list[str]) -> dict[str, Person]:
    """The rows of these people, of one moment."""
    refs = [(RowKind.PERSON, user) for user in dict.fromkeys(users)]
    scene = await services.matchmaker.look(refs)
    rows = {user: scene.look(kind, user) for kind, user in refs}
    return {user: row for user, row in rows.items() if row is not None}


async def median(services: Services, band: Band, risk: Risk) -> int:
    """The usual wait of a band and risk (ms)."""
    row = await services.matchmaker.find(*learned(band, risk))
    return waits.median(row or waits.Waits(), matching.USUAL)


async def ask(services: Services, proposal: matching.Proposal) -> None:
    """Put one request to listeners. Who can't be asked any more by now is left out."""
    offers = {user: services.fresh() for user in proposal.listeners}
    refs = [(RowKind.REQUEST, proposal.request), *((RowKind.LISTENER, user) for user in offers)]
    await make(services, lambda scene: wanting.ask(scene, proposal.request, offers), *refs)


async def free(services: Services, request: str) -> None:
    """Somebody is free for who wanted to be told: they wait again, in their old place, and hear of it."""
    await make(services, lambda scene: wanting.step_request(scene, request, Ask.FREE), (RowKind.REQUEST, request))


# ------------------------------------------------------------------ who is here


async def here(services: Services) -> None:
    """Say who is on this node, of those it matters for, and who of the team is on shift here. Raises MatchAway."""
    gone = services.company.gone(services.hub.people)
    left = await seatless(services, gone) if gone else []
    people = services.company.here(services.hub.people)
    staff = services.shift.staff()
    if people or left or staff or services.company.spoke:
        services.company.spoke = bool(people or staff)
        await services.matchmaker.attendance.here(services.node, people, left, staff)


async def seatless(services: Services, users: list[str]) -> list[str]:
    """Of these, the listeners whose lease may end at once: no seat is kept for them, and nobody is to be put to them.
    Who is only changing trains of the network is asked again when they are back. Raises MatchAway.
    """
    refs = [(kind, user) for user in users for kind in (RowKind.LISTENER, RowKind.PERSON)]
    scene, found = await services.matchmaker.look(refs), []
    for user in users:
        listener, person = scene.look(RowKind.LISTENER, user), scene.look(RowKind.PERSON, user)
        if listener is not None and not listener.sessions and not (person.session or person.request or person.beside):
            found.append(user)
    return found
