"""The second look at a sanction: asked for once, heard by another person, told to the one it concerns (F28).

    appeal {sanction, note} ─┐
    hello {…, appeal} ───────┴▶ a case for somebody else ─▶ upheld or lifted ─▶ the person's inbox (`resolved`)

Who is kept out asks with the hello that is refused: the door says what is in force and takes the appeal in one step.
The desk bars the one who decided from the case, the store's script bars them again. An appeal that nobody hears in its
time is lifted: a decision nobody has time to look at again is not worth keeping.

A note is judged before anybody sees it (F20), and its author is owed what they would be owed for a message: the card,
and people told first where somebody may be in danger. A stopped note is left out; the appeal stands.
"""

from __future__ import annotations

from chat import careid, conduct
from chat import commands as say
from chat.answers import inbox_of, refused, who
from chat.asking import ask_for_person
from chat.auth import Identity, event_id
from chat.care import desk, hand_over, reader, save
from chat.connection import Connection
from chat.legible import fault_in
from chat.outbox import Lane
from chat.outcomes import findings
from chat.replies import Appealed, Code, Refused
from chat.reports import note_of
from chat.services import Services
from chat.settling import SETTLERS, tell, tell_staff
from moderation.cases import ENDED, Case, CaseKind, Resolution, State, Words
from moderation.sanctions import Appeal, Hearing
from moderation.sanctions import Refused as NotHeard
from moderation.verdict import CareBand, Submission, Verdict
from rooms.events import NO_ONE, EventId, RoomKey

HEARD = {
    Appeal.UPHELD: "Another person from the team looked at it again. It stays as it was.",
    Appeal.LIFTED: "Another person from the team looked at it again and took it back. It counts for nothing any more.",
}
IN_TIME = "Nobody could hear your appeal in time, so the decision was taken back. It counts for nothing any more."
FILED = "Your appeal is in. Somebody who did not decide this looks at it, and you'll be told what came of it."
HEARD_ALREADY = "This was heard already."


async def at_the_door(
    services: Services, connection: Connection, identity: Identity, command: say.Hello
) -> Refused | None:
    """Why this person may not come in, or None. An appeal that came along is taken first. Raises StoreAway."""
    now = services.backplane.engine_now_ms()
    barred = (await services.standing.watch(identity.user, now)).barred(now)
    if command.appeal is not None:  # also of whoever has come to be let in since they wrote it
        filed = await file(services, identity, command.id, command.appeal.sanction, command.appeal.note)
        connection.say(Lane.CONTROL, {"type": "notice", "code": "appeal", "says": filed.says})
    if barred is None:
        return None
    if await conduct.stayed_with(services, identity.user):
        services.company.hold(identity.user)
        connection.confined = True
        return None
    return conduct.keep_out(services, connection, identity, barred, command.id)


async def appeal(services: Services, connection: Connection, command: say.Appeal) -> Appealed | Refused:
    """Ask for a second look."""
    return await file(services, who(connection), command.id, command.sanction, command.note)


async def file(services: Services, identity: Identity, re: int, id: str, note: str) -> Appealed | Refused:
    """Open the case first, then mark the sanction: a node that dies between has promised nothing, and a repeat does
    both. A note that is stopped is left out; the appeal stands.
    """
    found = next((one for one in await services.standing.history(identity.user) if one.id == id), None)
    if found is None:
        return refused(re, Code.NOT_FOUND, "There is no such decision about you.", path="sanction")
    if found.appeal in HEARD:
        return refused(re, Code.CLOSED, HEARD_ALREADY, path="sanction")
    if fault := fault_in(note, services.settings.limits.text):
        return refused(re, fault[0], fault[1], path="note")
    judged = Submission(text=note, lane="appeal", author=identity.user, kind="note", band=str(identity.band), key=id)
    verdict = await services.turns.judged(judged)
    services.metrics.judged("note", verdict.action.word)
    read = note_of(services, judged, verdict)
    await pay(services, identity, verdict, EventId(id))
    topic = services.catalogue.at(RoomKey(found.room))
    case = Case(
        id=event_id(services.secret, identity.user, RoomKey("appeal"), "appeal", id),
        kind=CaseKind.APPEAL,
        band=str(topic.band) if topic else str(identity.band),
        room=found.room,
        user=identity.user,
        at=services.backplane.engine_now_ms(),
        about=id,
        rules=(f"{found.step.word}.{found.reason}",),
        barred=(found.decided_by,),
    )
    opened = await services.review.open(case, Words(note=read.text))
    heard = await services.standing.hear(identity.user, id, Hearing.FILE, identity.user)
    if heard is None or (isinstance(heard, NotHeard) and opened.case.state in ENDED):
        return refused(re, Code.CLOSED, HEARD_ALREADY, path="sanction")
    if opened.fresh:
        tell_staff(services, opened.case)
    told = {} if read.state in (None, "delivered") else {"findings": findings(verdict.findings)}
    return Appealed(re=re, sanction=id, says=FILED, repeated=not opened.fresh, note=read.state, **told)


async def pay(services: Services, identity: Identity, verdict: Verdict, id: EventId) -> None:
    """What is owed for a note that tells of pain: the card, and people told first where somebody may be in danger."""
    care, inbox = verdict.care, inbox_of(identity)
    if care.band is CareBand.NONE:
        return
    known = care.band >= CareBand.HIGH and await ask_for_person(services, identity, inbox, care, id, name="")
    card = services.cards.make(
        care,
        reader(identity, None),
        id=careid.seal(services.secret, identity.user, careid.About(care, room=bytes(5)), f"appeal/{id}"),
        now=services.wall(),
        told=known,
        desk=desk(services, identity),
    )
    event = {"about": "", "card": card}
    if not await save(services, identity, event):
        hand_over(services, identity, event)


async def heard(services: Services, case: Case) -> bool:
    """Do what was decided about a sanction, and tell its person. Nobody heard it in time: it is lifted."""
    late = case.state is State.EXPIRED
    upheld = case.resolution == Resolution.UPHOLD and not late
    hearing, by = (Hearing.UPHOLD if upheld else Hearing.LIFT), (NO_ONE if late else case.by)
    await services.standing.hear(case.user, case.about, Hearing.FILE, case.user)  # where a node died before it could
    after = await services.standing.hear(case.user, case.about, hearing, by)
    if after is NotHeard.SAME_PERSON:
        raise AssertionError("the desk let somebody hear their own decision")
    says = IN_TIME if late else HEARD[Appeal.UPHELD if upheld else Appeal.LIFTED]
    return await tell(services, case, "upheld" if upheld else "lifted", says, sanction=case.about)


SETTLERS[CaseKind.APPEAL] = heard
