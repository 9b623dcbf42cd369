"""Ages: somebody in a grown-ups' space says that they are under 18 (sessions.md, Teens; F31a).

    "i'm 15" ─▶ a case for who was checked; nobody is shown out     held? ─▶ a checked responder is asked, and comes
    age {case, is} ─▶ held: afterwards. else now ─▶ teen: the rooms for 13 to 17, from the next hello on
                                                  └ child: the lines for children, kind words, and the door
    the hold ends ─▶ now

A filter's guess changes nobody's band: a person of the team says so, who has `teen_vetted`, of a case they have claimed
or somebody they were called to. Help comes first: while somebody is held they keep what they are in, with whom they
are in it, and a checked responder beside them; the band changes when that is over. It is no sanction, and costs nothing
else. Said wrongly, it is taken back by `is: "adult"`.

The band is kept with the person (accounts.py) and stands above what their token says. Every node hears the notice in
their inbox and ends their conversations as if its state were lost: the client comes back as who they are now.

Failure: the store away: nothing was decided. A node that dies in between: the end of the hold is owed and comes again;
and every hello looks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chat import alarming, careid, wire
from chat import sessioncommands as say
from chat.answers import refused, who
from chat.auth import Identity, Scope, event_id
from chat.care import desk, reader
from chat.conduct import stayed_with
from chat.connection import Connection, State
from chat.desk import MODERATING
from chat.disclosing import age_case
from chat.joining import INBOX_KEPT
from chat.outbox import Lane
from chat.owing import make, saying
from chat.pairing import declined
from chat.replies import Close, Code, Refused
from chat.services import Services
from chat.sessionreplies import Aged
from chat.settling import pack_of, settle, tell_staff
from chat.spoken import Spoken
from chat.staying import called
from moderation.cases import ENDED, Case, CaseKind, Resolution, Step, Words
from moderation.cases import State as Standing
from moderation.verdict import Care, CareBand, Verdict
from rooms import coming, parting, wanting
from rooms.backplane import Commit, Committed
from rooms.events import NO_ONE, Band, Entry, Kind, Role, RoomKey, UserId
from rooms.scene import No, RowKind, Scene
from rooms.seeking import OPEN, Ask

# The rule under which such a case is filed, and how it names whom it is about.
SAID, ABOUT = "age.said", "age/"
TEEN, CHILD, ADULT = "teen", "child", "adult"
# The notice in the person's inbox.
CODE = "band"

NOW_TEEN = (
    "Warmline has rooms of its own for people from 13 to 17, and from now on they are yours. Grown-ups meet you there "
    "only if they were checked. Nothing you wrote is held against you."
)
NOT_YET = (
    "Warmline is for people from 13 on, so this is where we stop. You did nothing wrong by coming here. The lines "
    "that come with this are open to you, and it is their work to listen."
)
# Whose words are looked at: the team's own were checked, and they quote others.
WATCHED = frozenset({Role.PEER, Role.LISTENER})
# The card for a child at the door: they asked for nothing, and have what whoever asks has.
AT_THE_DOOR = Care(CareBand.CONCERN)


def sentences() -> set[str]:
    """What is said here, for whoever translates it."""
    return {NOW_TEEN, NOT_YET}


# ------------------------------------------------------------------ somebody says so


def noticed(services: Services, one: Spoken, verdict: Verdict) -> None:
    """Words of a grown-up's band by somebody who says that they are under 18: a checked person looks."""
    identity = who(one.connection)
    if verdict.minor and identity.band is Band.ADULT and identity.roles <= WATCHED and not one.submission.dry:
        services.company.say_young(identity.user)  # whoever is called to them from now on was checked
        services.spawn(file(services, one, verdict))


async def file(services: Services, one: Spoken, verdict: Verdict) -> None:
    """The case, once for each person, and a checked responder for who is held. Never raises."""
    member = one.place.member
    try:
        pack, now = pack_of(services, one.submission.pack), services.backplane.engine_now_ms()
        case = Case(
            id=age_case(services, member.user, now),
            kind=CaseKind.CONCERN,
            band=str(Band.TEEN),
            room=one.place.key,
            user=NO_ONE,
            at=now,
            about=ABOUT + member.user,
            rules=(SAID,),
        )
        words = Words(text=pack.masked(one.submission.text, verdict.findings), name=member.name)
        opened = await services.review.open(case, words)
        if opened.fresh:
            tell_staff(services, opened.case)
        await make(services, lambda scene: coming.young(scene, member.user), (RowKind.HOLD, member.user))
    except OSError:
        return
    except Exception as fault:  # one remark, not the node
        services.metrics.failed(type(fault).__name__)


# ------------------------------------------------------------------ a person decides


async def age(services: Services, connection: Connection, command: say.Age) -> Aged | Refused:
    """Somebody checked says how old a person is, as far as it matters here: at once, or when help is over."""
    identity = who(connection)
    found = await whose(services, identity, command.case)
    if found is None:
        return declined(command.id, No.NOT_FOUND, "case")
    user, case = found
    again = case is not None and case.state in ENDED  # by the same one: the other word, or one whose node died over it
    if case is not None and not again and (case.state is not Standing.CLAIMED or case.by != identity.user):
        return refused(command.id, Code.FORBIDDEN, "Claim the case first.", path="case")
    await services.accounts.set_band(user, "" if command.is_ == ADULT else command.is_)
    now = services.backplane.engine_now_ms()
    await services.review.audit.note("age", at=now, case=command.case, by=identity.user, of=user, why=command.is_)
    if command.is_ == ADULT:
        services.company.say_grown(user)
    else:
        await make(services, lambda scene: coming.young(scene, user), (RowKind.HOLD, user))
    if case is not None and not again:
        how = Resolution.DISMISS if command.is_ == ADULT else Resolution.REACHED
        decided = await services.review.step(case.id, Step.DECIDE, now, by=identity.user, resolution=how)
        if isinstance(decided, Case):
            await settle(services, decided)
    done = await apply(services, user)
    return Aged(re=command.id, case=command.case, state="done" if done else "after")


async def whose(services: Services, identity: Identity, id: str) -> tuple[UserId, Case | None] | None:
    """(the person, the case if it is one of their age) of a case this one may decide about. Raises StoreAway."""
    if not identity.vetted:
        return None
    case = await services.review.find(id)
    if case is not None and case.about.startswith(ABOUT):
        known = bool(MODERATING & identity.roles) and (case.state not in ENDED or case.by == identity.user)
        return (UserId(case.about.removeprefix(ABOUT)), case) if known else None
    hold = await called(services, identity, id)
    return (UserId(hold.user), None) if hold is not None else None


async def apply(services: Services, user: UserId) -> bool:
    """Let the band of somebody be what was decided. False: somebody stays with them now, and it waits for that."""
    band = await services.accounts.band_of(user)
    if not band:
        return True
    if await stayed_with(services, user):
        return False
    await make(services, lambda scene: leave(scene, user), (RowKind.PERSON, user))
    inbox = RoomKey(f"inbox/{user}")
    services.backplane.keep_for(inbox, INBOX_KEPT)
    says = (await saying(services, user))(NOW_TEEN if band == TEEN else NOT_YET)
    told = {"code": CODE, "band": band, "says": says}
    id = event_id(services.secret, user, inbox, CODE, f"{band}/{services.backplane.engine_now_ms()}")
    commit = Commit(room=inbox, id=id, kind=Kind.NOTICE, author=NO_ONE, body=wire.body(told))
    if not isinstance((await services.backplane.submit([commit]))[0], Committed):
        raise OSError("the notice was not kept")
    return True


def leave(scene: Scene, user: str) -> bool:
    """Out of what grown-ups have together: their wait, their session, their being asked. Neutral, for the other too."""
    person = scene.look(RowKind.PERSON, user)
    if person is None:
        return False
    request = scene.look(RowKind.REQUEST, person.request) if person.request else None
    if request is not None and request.state in OPEN:
        wanting.step_request(scene, request.id, Ask.WITHDRAW)
    if person.session:
        parting.part(scene, person.session, user, "band", bar=False)
    if person.listening and (row := scene.look(RowKind.LISTENER, user)) is not None:
        # Over at once; nobody under 18 is a listener at the door, and who is grown up after all can listen again.
        parting.suspend(scene, user, max(scene.now, row.suspended_until))
    return True


async def when_held_no_more(services: Services, user: str) -> None:
    """What waited for the end of help; not of who was held as a teen already: nothing waited for that, and what they
    are in now is theirs. Raises StoreAway, EngineAway.
    """
    if not user or not (band := await services.accounts.band_of(UserId(user))):
        return
    person = await services.matchmaker.find(RowKind.PERSON, user)
    if band == CHILD or person is None or person.band is not Band.TEEN:
        await apply(services, UserId(user))


alarming.AFTERWARDS.append(when_held_no_more)


# ------------------------------------------------------------------ at the door, and while they are here


async def at_the_door(
    services: Services, connection: Connection, identity: Identity, re: int, band: str
) -> Identity | Refused:
    """Who somebody is who comes in with a token, by what was decided: `band`. Raises MatchAway."""
    if await stayed_with(services, identity.user):
        return identity
    if band == TEEN:
        return replace(identity, band=Band.TEEN, roles=frozenset({Role.PEER}), scopes=frozenset[Scope]())
    show_out(services, connection, identity)
    return refused(re, Code.FORBIDDEN, in_words(services, identity, NOT_YET))


def concerns(entry: Entry) -> bool:
    """Whether an entry says that somebody's band is another now."""
    return entry.kind == Kind.NOTICE and entry.room.startswith("inbox/") and wire.unbody(entry.body).get("code") == CODE


def heard(services: Services, entry: Entry) -> None:
    """Their conversations here end: they come back as who they are now, or are shown out kindly."""
    band = wire.unbody(entry.body)["band"]
    person = services.hub.people.get(UserId(entry.room.removeprefix("inbox/")))
    for connection in list(person.connections) if person is not None else ():
        identity = connection.identity
        if identity is None or connection.state is State.CLOSED or (band == TEEN and identity.band is Band.TEEN):
            continue
        if band == CHILD:
            show_out(services, connection, identity)
        else:
            connection.close(Close.STATE_LOST, "this person has other rooms now")
            services.hub.touch(connection)


def show_out(services: Services, connection: Connection, identity: Identity) -> None:
    """The lines for children, and the door; the kind words are in the notice, or in the answer to a hello."""
    child = replace(identity, band=Band.TEEN)
    about = careid.About(AT_THE_DOOR, asked=True)
    id = careid.seal(services.secret, identity.user, about, services.fresh())
    card = services.cards.make(
        AT_THE_DOOR, reader(child, None), id=id, now=services.wall(), desk=desk(services, child), asked=True
    )
    at = wire.timestamp(int(services.wall() * 1000))
    told: dict[str, Any] = {"type": Kind.CARE, "room": "inbox", "id": id, "at": at, "about": "", "card": card}
    connection.say(Lane.CONTROL, told)
    connection.close(Close.BANNED, "this place is for people from 13 on")
    services.hub.touch(connection)


def in_words(services: Services, identity: Identity, sentence: str) -> str:
    return services.pipeline.books.says.say(sentence, identity.language or "en")
