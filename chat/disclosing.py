"""Disclosing: somebody may be in danger, wherever they said so: from now on they are stayed with (F16).

    a verdict's care, high or imminent (care.py) ─┐
    help {person: true}, "a person here"          ├─▶ HELD, in one write with what follows: the team is paged, the
    raise, of a listener or the team              ┘   person told what is true of that, no timer ends their session

It is one hold for each person, however often and wherever they say it, and it costs them nothing. Its case is the
crisis case on the review desk (asking.py), which is what the team calls it by. "That's not it" stops the calling,
below imminent; it ends nothing.

Failure: the store away: False, and the card says that nobody could be asked; their next words do it again.
"""

from __future__ import annotations

from dataclasses import replace

from chat import carrying, owing
from chat.answers import room_named
from chat.auth import Identity, event_id
from chat.services import Services
from moderation.cases import DAY, ENDED
from moderation.heeding import PREFIX
from moderation.verdict import Care, CareBand, Verdict
from rooms import cast, coming, meeting, staying
from rooms.events import Band, EventId, RoomKey, UserId
from rooms.held import Hold
from rooms.matchmaker import MatchAway
from rooms.scene import No, RowKind, Scene
from rooms.seeking import Risk
from rooms.ties import Person

RISKS = {
    CareBand.NONE: Risk.NONE,
    CareBand.INFO: Risk.NONE,
    CareBand.CONCERN: Risk.CONCERN,
    CareBand.HIGH: Risk.HIGH,
    CareBand.IMMINENT: Risk.IMMINENT,
}


def by_model_alone(verdict: Verdict) -> bool:
    """Whether only the model's guess stands behind the care: then a listener who is there is asked first."""
    heavy = [one for one in verdict.findings if one.care.band >= CareBand.HIGH]
    return bool(heavy) and all(one.rule.startswith(PREFIX) for one in heavy)


def age_case(services: Services, user: UserId, now: int) -> EventId:
    """The case about the age of somebody, one a day. `now`: the engine's clock (ms)."""
    return event_id(services.secret, user, RoomKey("age"), "age", str(now // DAY))


async def said_young(services: Services, user: UserId) -> bool:
    """Whether somebody said that they are under 18, here or on another node, and nobody has decided about it yet."""
    if services.company.is_young(user):
        return True
    now = services.backplane.engine_now_ms()
    try:
        filed = [await services.review.find(age_case(services, user, at)) for at in (now, now - DAY)]
    except OSError:
        return False
    return any(case is not None and case.state not in ENDED for case in filed)


async def disclose(
    services: Services,
    who: Person,
    care: Care,
    case: str,
    room: str,
    *,
    language: str = "",
    country: str = "",
    model_alone: bool = False,
) -> Hold | None:
    """Stay with somebody from now on. `room` as clients name it. None: the store is away."""
    risk, young = RISKS[care.band], await said_young(services, UserId(who.user))

    def step(scene: Scene) -> Hold:
        hold = staying.disclose(
            scene, who, case, risk, str(care.kind or ""), room, language=language, model_alone=model_alone, young=young
        )
        if country and not hold.country:
            hold = replace(hold, country=country)
            cast.put(scene, hold)
        return hold

    services.company.follow(UserId(who.user))
    try:
        made = await owing.make(services, step, (RowKind.PERSON, who.user), (RowKind.HOLD, who.user))
    except MatchAway:
        return None
    if isinstance(made, No):
        return None
    services.company.hold(UserId(who.user))
    return made


async def said(
    services: Services, identity: Identity, room: RoomKey, care: Care, case: str, *, model_alone: bool = False
) -> bool:
    """The same for somebody by their own words, in whatever room. True: they are stayed with."""
    tongue = (identity.language or "").partition("-")[0]
    person = Person(user=identity.user, band=identity.band, vetted=identity.vetted, language=tongue)
    made = await disclose(
        services,
        person,
        care,
        case,
        room_named(room),
        language=tongue,
        country=identity.country or "",
        model_alone=model_alone,
    )
    return made is not None


async def worry(services: Services, session: str, user: UserId) -> None:
    """Something heavy, and no danger: whoever listens to them is told how to be there for it. Never raises."""
    try:
        await owing.make(services, lambda scene: meeting.worry(scene, session, user), (RowKind.SESSION, session))
    except MatchAway:
        return
    except Exception as fault:  # one prompt, not the node
        services.metrics.failed(type(fault).__name__)


async def not_it(services: Services, user: UserId) -> None:
    """The person: "that's not it". Nobody else is called; that they are stayed with goes on."""
    try:
        await owing.make(services, lambda scene: coming.dismiss(scene, user, user), (RowKind.HOLD, user))
    except MatchAway:
        return


async def heard_in_a_room_of_two(
    services: Services, band: Band, room: RoomKey, user: UserId, id: EventId, verdict: Verdict
) -> None:
    """What was written while waiting is heavier than it was taken for then."""
    case = event_id(services.secret, user, room, "person", id)
    person = Person(user=user, band=band)
    await disclose(services, person, verdict.care, case, room_named(room), model_alone=by_model_alone(verdict))


carrying.HEAVY.append(heard_in_a_room_of_two)
