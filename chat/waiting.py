"""Waiting: writing before anybody is there. It is judged at once, kept, and given to whoever comes, judged again.

    send {room: "waiting"} ─▶ judged ─┬ stopped: refused, as anywhere
                                      ├ care: the card, and being stayed with, at once: that waits for no listener
                                      └ kept (rooms/words.py) ─▶ in order, into the session's room (carrying.py)

`sent` then has `state: "kept"`: nobody has read it, and nobody will before somebody is there. What the filter would
put before a person first is kept as well: it is judged again, as words of a session, and held then if it still must be.

Between keeping and noting that there is something to give, somebody may have said yes: then it is owed to their room
anew. So nothing that was acknowledged as kept is lost, and nothing is given twice: each line has one id (carrying.py).
"""

from __future__ import annotations

from dataclasses import replace

from chat import commands as say
from chat import wire
from chat.answers import refused, who
from chat.auth import Identity, alias_id, event_id
from chat.care import OPEN, care_for, deal
from chat.carrying import WAITING
from chat.connection import Connection, Membership
from chat.legible import fault_in
from chat.outcomes import findings
from chat.owing import make
from chat.replies import Code, Refused, Sent
from chat.seating import topic_of
from chat.services import Services
from chat.sessioncommands import Seek
from chat.spoken import submission
from moderation.verdict import Action, CareBand, Verdict
from rooms import meeting, seeking
from rooms.backplane import Committed, Outcome
from rooms.effects import Do, Effect
from rooms.events import EventId, Member, Role, RoomKey
from rooms.scene import No, RowKind, Scene
from rooms.seeking import Request, Risk, Seeking
from rooms.words import Line

ENOUGH = "That is a lot already, and all of it is kept. The rest can be said when somebody is there."
NOBODY_WAITS = "You are not waiting for anybody. Ask for somebody first."


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {ENOUGH, NOBODY_WAITS}


def illegible(services: Services, re: int, text: str, path: str) -> Refused | None:
    """Why a text can't be read at all, or None."""
    if fault := fault_in(text, services.settings.limits.text):
        return refused(re, fault[0], fault[1], path=path)
    return None


def place_of(services: Services, identity: Identity, room: str = WAITING) -> Membership:
    """The place of somebody who waits: a room of one that no one else can enter, as the filter sees it."""
    key = RoomKey(f"{room}/{identity.user}")
    one = Member(identity.user, alias_id(services.secret, identity.user, key), identity.name or "", Role.PEER)
    return Membership(key, topic_of(identity.band), one, session=room)


async def write(services: Services, connection: Connection, command: say.Send) -> Sent | Refused:
    """Words of somebody who waits."""
    identity = who(connection)
    if stop := illegible(services, command.id, command.text, "text"):
        return stop
    if not say.THEMES.issuperset(command.notes):
        says = f"`notes` takes: {', '.join(sorted(say.THEMES))}."
        return refused(command.id, Code.BAD_REQUEST, says, path="notes")
    async with services.company.turn(identity.user):
        request = await waits_for(services, identity)
        if request is None:
            return refused(command.id, Code.NOT_FOUND, NOBODY_WAITS, path="room")
        return await keep(services, connection, request, command.id, command.text, command.key, tuple(command.notes))


async def first_words(services: Services, connection: Connection, command: Seek, request: Request) -> Refused | None:
    """The line of a `seek`: kept like any other. None: kept, or the same as before."""
    async with services.company.turn(who(connection).user):
        kept = await keep(services, connection, request, command.id, command.line or "", command.key, ())
    return kept if isinstance(kept, Refused) else None


async def waits_for(services: Services, identity: Identity) -> Request | None:
    """The request of somebody who waits, or whose session has just begun. Raises MatchAway."""
    person = await services.matchmaker.find(RowKind.PERSON, identity.user)
    if person is None or not person.request:
        return None
    request: Request | None = await services.matchmaker.find(RowKind.REQUEST, person.request)
    return request if request is not None and request.state in seeking.OPEN else None


async def keep(
    services: Services,
    connection: Connection,
    request: Request,
    re: int,
    text: str,
    key: str,
    notes: tuple[str, ...],
) -> Sent | Refused:
    """Judge a line, pay what is owed for it, and keep it."""
    identity = who(connection)
    place = place_of(services, identity)
    id = event_id(services.secret, identity.user, place.key, "send", key)
    judged = submission(services, connection, place, text, key=id)
    verdict = await services.turns.judged(judged)
    services.metrics.judged("waiting", verdict.action.word)
    pay(services, connection, place, id, verdict)
    if verdict.action is Action.BLOCK:
        return Refused(
            re=re,
            code=Code.STOPPED,
            says=verdict.says,
            retry="never",
            findings=findings(verdict.findings),
            suggestion=verdict.suggestion,
        )
    at = services.backplane.engine_now_ms()
    line = Line(id=id, text=text, at=at, notes=notes)
    kept = await services.matchmaker.words.keep(request.id, line)
    if kept is None:
        return refused(re, Code.TOO_LONG, ENOUGH, path="text")
    heavy = verdict.care.band is CareBand.CONCERN  # above that they are held, and at the head (disclosing.py)
    noted = await make(
        services, lambda scene: count(scene, request.id, kept, heavy=heavy), (RowKind.REQUEST, request.id)
    )
    if isinstance(noted, No):  # withdrawn meanwhile: what came too late is deleted like the rest
        await services.matchmaker.words.shred(request.id)
        return refused(re, Code.CLOSED, NOBODY_WAITS, path="room")
    return Sent(
        re=re,
        room=WAITING,
        id=id,
        at=wire.timestamp(at),
        state="kept",
        kept="stored",
        findings=findings(verdict.findings) or None,
    )


def count(scene: Scene, id: str, kept: int, *, heavy: bool = False) -> Request | No:
    """There is something to give. Where somebody has come meanwhile, it is owed to their room. What is heavy comes
    before what is not, and its listener hears how to be there for it.
    """
    request: Request | None = scene.look(RowKind.REQUEST, id)
    if request is None or request.state is Seeking.CLOSED:
        return No.CLOSED
    after = replace(request, words=max(request.words, kept))
    if heavy and after.risk < Risk.CONCERN:
        after = replace(after, risk=Risk.CONCERN)
        scene.ring(f"round:{after.band}")
    scene.put(RowKind.REQUEST, id, after)
    if heavy and after.session:
        meeting.worry(scene, after.session, after.seeker)
    if after.state is Seeking.MATCHED:
        scene.owe(after.seeker, Effect(Do.DELIVER, after.seeker, {"request": id, "session": after.session}))
    return after


def pay(services: Services, connection: Connection, place: Membership, id: EventId, verdict: Verdict) -> None:
    """The card that is owed for the words, whatever becomes of them; who is in danger is stayed with."""

    def dealt(outcomes: list[Outcome]) -> None:
        if not isinstance(outcomes[0], Committed):
            deal(services, connection, place, WAITING, id, verdict)

    if card := care_for(services, connection, place, WAITING, id, verdict, heard=OPEN):
        services.backplane.submit(card).add_done_callback(lambda done: dealt(done.result()))
