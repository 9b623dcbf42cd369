"""“Somebody harms others”, and “I'm worried about somebody”: two commands that must not be one (F27).

    report {room, message? | alias_id?, reason, note?} ─▶ whom is it about? ─▶ a case; how soon, the weight says
    concern {room, alias_id, note?} ─▶ a case of care, against nobody
    the case ends ─▶ the reporter's inbox (`resolved`), the reporter's record

Who is meant is found on the server: by the message's author, by who is in the room, by who spoke there lately. No
person id leaves the server, for staff neither, and the person reported is never told, by nothing.

A reported message that tells of pain, and of nothing else, becomes a concern: it is looked after, and nobody can be
sanctioned from there. A note is judged before anybody sees it (F20): held words come to the desk as they always do,
stopped ones are left out, and either way the report itself stands. What is written is never dropped for being one too
many: it goes to the case that is open, and is read with it.

Reports raise the place of a case in the queue and can do nothing else (moderation/reports.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from chat import commands as say
from chat import wire
from chat.answers import absent, refused, who
from chat.auth import Identity, alias_id, event_id
from chat.care import OPEN, care_for, deal
from chat.connection import Connection, Membership
from chat.legible import fault_in
from chat.outcomes import findings, message
from chat.owing import make
from chat.replies import Code, Concerned, Refused, Reported
from chat.services import Services
from chat.settling import SETTLERS, pack_of, tell, tell_staff
from chat.spoken import submission
from moderation import reports
from moderation.cases import ENDED, Case, CaseKind, Resolution, State, Step, Words
from moderation.reports import Ground, Outcome, Report, Urgency
from moderation.review import Opened
from moderation.sanctions import CaseId, proven
from moderation.sanctions import Refused as NoProof
from moderation.verdict import Action, CareBand, Submission, Verdict
from rooms import asides
from rooms.backplane import Committed
from rooms.events import Entry, EventId, Kind, RoomKey, UserId
from rooms.scene import RowKind

DAY = 86_400_000
# How much sooner a case of each urgency is looked at (milliseconds), beside what its kind has.
SOONER = {Urgency.SOON: 40 * 60_000, Urgency.NORMAL: 10 * 60_000, Urgency.LATER: 0}

THANKS = (
    "Thank you. Someone from the team looks at it, and you'll be told what came of it. Nobody learns that it was you."
)
WORRIED = (
    "Thank you for looking out for them. Someone from the team will look in, gently. Nobody gets into trouble for it."
)
ENOUGH_REPORTS = (
    "You have reported a lot today, and the team has all of it. If somebody is in danger now, ask for help."
)
ENOUGH_CONCERNS = "You have told us of several people today. If somebody is in danger now, ask for help."


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a report is about, and the message, where there is one."""

    user: UserId
    name: str = field(repr=False)
    entry: Entry | None = None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """A judged note: what the desk reads, and what its author is told became of it."""

    text: str = field(default="", repr=False)
    state: str | None = None  # delivered | masked | held | refused
    verdict: Verdict | None = field(default=None, repr=False)


# ------------------------------------------------------------------ report


async def report(services: Services, connection: Connection, command: say.Report) -> Reported | Refused:
    """Say that somebody harms others. Once for each message, or for each person, room and day."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    if (command.message is None) is (command.alias_id is None):
        says = "Give `message` or `alias_id`, not both."
        return refused(command.id, Code.BAD_REQUEST, says, path="alias_id" if command.message else "message")
    who_is_meant = await meant(services, place, command.message, command.alias_id)
    if who_is_meant is None:
        return nobody(command)
    return await about(services, connection, command, place, who_is_meant)


async def about(
    services: Services, connection: Connection, command: say.Report, place: Membership, who_is_meant: Meant
) -> Reported | Refused:
    """A report about somebody who was found."""
    me = place.member.user
    if who_is_meant.user == me:
        return refused(command.id, Code.BAD_REQUEST, "This is you yourself.", path="message")
    now = services.backplane.engine_now_ms()
    cause = command.message or f"{command.alias_id}/{now // DAY}"
    id = event_id(services.secret, me, place.key, "report", cause)
    note = await judged_note(services, connection, command, place, id)
    if isinstance(note, Refused):
        return note
    if not await services.standing.spend(me, "reports", id, now, reports.REPORTS_A_DAY):
        return refused(command.id, Code.RATE_LIMITED, ENOUGH_REPORTS, retry="later", retry_after=3600.0)
    case = await case_of(services, place, who_is_meant, command, id, now)
    words = Words(text=who_is_meant.text, name=who_is_meant.name, note=note.text)
    opened = await filed(services, case, words)
    if opened is None:
        return refused(command.id, Code.RATE_LIMITED, ENOUGH_REPORTS, retry="later", retry_after=3600.0)
    if case.kind is CaseKind.REPORT:
        weighed = await weigh(services, connection, place, who_is_meant, case, Ground(command.reason))
        await services.review.step(opened.case.into or opened.case.id, Step.WEIGH, now, **weighed)
    if place.session and opened.case.state not in ENDED:
        await sealed(services, place.session, id)
    if opened.fresh:
        tell_staff(services, opened.case)
    return Reported(re=command.id, report=id, says=THANKS, repeated=not opened.fresh, **about_note(note))


async def filed(services: Services, case: Case, words: Words) -> Opened | None:
    """File a case. What somebody adds to what they have told us is filed beside it, and read with it: no note is lost.
    None: they have added a great deal today. Raises StoreAway.
    """
    opened = await services.review.open(case, words)
    if opened.fresh or not words.note or (await services.review.words(case.id)).note == words.note:
        return opened
    further = event_id(services.secret, UserId(case.user), RoomKey(case.room), "further", f"{case.id}/{words.note}")
    if not await services.standing.spend(case.user, "further", further, case.at, reports.FURTHER_A_DAY):
        return None
    return await services.review.open(replace(case, id=further), words)


async def case_of(
    services: Services, place: Membership, meant: Meant, command: say.Report, id: EventId, now: int
) -> Case:
    """The case of a report. What only tells of pain is a concern, and against nobody (R1)."""
    verdict = await judged(services, place, meant)
    pain = verdict is not None and proven(CaseId(id), verdict.findings, verdict.care) is NoProof.DISCLOSURE
    return Case(
        id=id,
        kind=CaseKind.CONCERN if pain else CaseKind.REPORT,
        band=str(place.topic.band) if place.topic else "adult",
        room=place.key,
        user=place.member.user,
        at=now,
        against="" if pain else meant.user,
        about=command.message or meant.user,
        rules=() if pain else (f"report.{command.reason}",),
        care=verdict.care.band if verdict else CareBand.NONE,
        care_kind=str(verdict.care.kind or "") if verdict else "",
    )


async def judged(services: Services, place: Membership, meant: Meant) -> Verdict | None:
    """What the filter says today of a message that was delivered; None where there is none."""
    if not meant.text:
        return None
    pack = place.topic.pack if place.topic else "general"
    said = Submission(text=meant.text, lane=place.key, author=meant.user, pack=pack, dry=True)
    return await services.turns.judged(said, in_line=False)


async def weigh(
    services: Services, connection: Connection, place: Membership, meant: Meant, case: Case, ground: Ground
) -> dict[str, Any]:
    """Keep the report beside the others about this person: what the case becomes by all of them."""
    identity = who(connection)
    record = await services.standing.record(identity.user)
    told = Report(
        id=case.id,
        by=identity.user,
        room=place.key,
        ground=ground,
        at=case.at,
        came=came(services, identity, place, case.at),
        trust=record.trust(case.at),
        message=meant.entry.id if meant.entry else "",
        rooms=elsewhere(services, identity.user, place),
    )
    _, known = await services.standing.report(meant.user, told)
    known = reports.recent(known, case.at)
    grounds = sorted({f"report.{one.ground}" for one in known})
    voices = f"voices.{len(reports.voices(known))}.of.{len({one.by for one in known})}"
    return {"sooner": SOONER[reports.urgency(known)], "rules": (*grounds, voices)}


def came(services: Services, identity: Identity, place: Membership, now: int) -> int:
    """When somebody came, as far as it is known without keeping anything of a guest: by their pass, which may be a
    renewed one, or by what they said here. Who is taken for newer than they are weighs less for an hour.
    """
    said = (entry.at for entry in services.backplane.ring(place.key) if entry.author == identity.user)
    return min(int(identity.issued * 1000) or now, next(said, now))


def elsewhere(services: Services, user: UserId, place: Membership) -> frozenset[str]:
    """The other topic rooms somebody is in now, on any node."""
    here = services.presence.is_here
    return frozenset(topic.key for topic in services.catalogue if topic.key != place.key and here(user, topic.key))


# ------------------------------------------------------------------ concern


async def concern(services: Services, connection: Connection, command: say.Concern) -> Concerned | Refused:
    """Say that one is worried about somebody. It counts against nobody, and nobody else learns of it."""
    place = connection.rooms.get(command.room)
    if place is None or place.topic is None:
        return absent(services, connection, command.id, command.room)
    who_is_meant = await meant(services, place, None, command.alias_id)
    if who_is_meant is None:
        return nobody(command)
    me, now = place.member.user, services.backplane.engine_now_ms()
    if who_is_meant.user == me:
        return refused(command.id, Code.BAD_REQUEST, "This is you yourself. `help` is for you.", path="alias_id")
    id = event_id(services.secret, me, place.key, "concern", f"{command.alias_id}/{now // DAY}")
    note = await judged_note(services, connection, command, place, id)
    if isinstance(note, Refused):
        return note
    if not await services.standing.spend(me, "concerns", id, now, reports.CONCERNS_A_DAY):
        return refused(command.id, Code.RATE_LIMITED, ENOUGH_CONCERNS, retry="later", retry_after=3600.0)
    reply = Concerned(re=command.id, concern=id, says=WORRIED, **about_note(note))
    heard = not await services.standing.spend(who_is_meant.user, "concerned", id, now, reports.CONCERNS_ABOUT)
    if heard and not note.text:
        return reply  # the team has heard it from several people today; once more would be hounding
    case = Case(
        id=id,
        kind=CaseKind.CONCERN,
        band=str(place.topic.band),
        room=place.key,
        user=me,
        at=now,
        about=who_is_meant.user,
    )
    opened = await filed(services, case, Words(name=who_is_meant.name, note=note.text))
    if opened is None:
        return refused(command.id, Code.RATE_LIMITED, ENOUGH_CONCERNS, retry="later", retry_after=3600.0)
    if opened.fresh:
        tell_staff(services, opened.case)
    return reply


# ------------------------------------------------------------------ who is meant, and notes


async def meant(services: Services, place: Membership, message_id: str | None, alias: str | None) -> Meant | None:
    """The person behind a message or an alias of this room, or None. Raises EngineAway."""
    if message_id is not None:
        entry = await message(services, place, message_id)
        return None if entry is None else of_entry(entry)
    for member in (place.member, *services.presence.roster(place.key).members):
        if member.alias == alias:
            return Meant(member.user, member.name)
    for entry in reversed(services.backplane.ring(place.key)):
        if entry.kind == Kind.MESSAGE and alias_id(services.secret, entry.author, place.key) == alias:
            found = of_entry(entry)
            return Meant(found.user, found.name)
    return None


def of_entry(entry: Entry) -> Meant:
    """Who said this, and what."""
    body = wire.unbody(entry.body)
    return Meant(entry.author, str(body.get("from", {}).get("name", "")), entry, str(body.get("text") or ""))


def nobody(command: say.Report | say.Concern) -> Refused:
    """The one answer for who was never here and for who cannot be found any more."""
    path = "message" if getattr(command, "message", None) else "alias_id"
    return refused(command.id, Code.NOT_FOUND, "That is not here any more.", path=path)


async def judged_note(
    services: Services, connection: Connection, command: say.Report | say.Concern, place: Membership, id: EventId
) -> Note | Refused:
    """A note as the desk may read it. Its author gets what is owed for it; a note that is stopped is left out."""
    if not command.note:
        return Note()
    if fault := fault_in(command.note, services.settings.limits.text):
        return refused(command.id, fault[0], fault[1], path="note")
    judged = submission(services, connection, place, command.note, key=id, kind="note")
    verdict = await services.turns.judged(judged)
    services.metrics.judged("note", verdict.action.word)
    if cards := care_for(services, connection, place, command.room, id, verdict, heard=OPEN):
        outcomes = await services.backplane.submit(cards)
        if not isinstance(outcomes[0], Committed):
            deal(services, connection, place, command.room, id, verdict)
    return note_of(services, judged, verdict)


def note_of(services: Services, judged: Submission, verdict: Verdict) -> Note:
    """What became of a note."""
    if verdict.action is Action.BLOCK:
        return Note("", "refused", verdict)
    text = pack_of(services, judged.pack).masked(judged.text, verdict.findings)
    states = {Action.ALLOW: "delivered", Action.MASK: "masked", Action.HOLD: "held"}
    return Note(text, states[verdict.action], verdict)


def about_note(note: Note) -> dict[str, Any]:
    """What the reply says of the note; nothing where there was none or it came through."""
    if note.state in (None, "delivered") or note.verdict is None:
        return {"note": note.state} if note.state else {}
    return {"note": note.state, "findings": findings(note.verdict.findings)}


# ------------------------------------------------------------------ what follows


async def sealed(services: Services, session: str, case: str) -> None:
    """Words of a session that was reported stay until the case has ended. Raises MatchAway."""
    await make(services, lambda scene: asides.seal(scene, session, case), (RowKind.SESSION, session))


async def unsealed(services: Services, case: Case) -> None:
    """The case has ended: the words of its session go a week later, if nothing else keeps them. Raises MatchAway."""
    kind, _, session = case.room.partition("/")
    if kind == "session":
        await make(services, lambda scene: asides.unseal(scene, session, case.id), (RowKind.SESSION, session))


async def settled(services: Services, case: Case) -> bool:
    """Tell the reporter what came of it, and count it for their record. Nobody else is told."""
    await unsealed(services, case)
    outcome = outcome_of(case)
    if outcome is None:
        return await tell(services, case, "expired", "Nobody from the team could look at this in time. We are sorry.")
    if (right := reports.SAYS_RIGHT.get(outcome)) is not None:
        now = services.backplane.engine_now_ms()
        await services.standing.outcome(case.user, case.into or case.id, right=right, now=now)  # once for one matter
    return await tell(services, case, str(outcome), reports.SAYS[outcome])


def outcome_of(case: Case) -> Outcome | None:
    """What became of it, in the reporter's words; None where nobody looked."""
    if case.state is State.EXPIRED or not case.resolution:
        return None
    return Outcome.ACTED if case.resolution == Resolution.UPHOLD else Outcome.NOTHING_FOUND


async def looked_in(services: Services, case: Case) -> bool:
    """Tell who was worried that somebody looked in: no more, for it is not theirs to know."""
    await unsealed(services, case)
    if outcome_of(case) is None:
        return await tell(services, case, "expired", "Nobody from the team could look in in time. We are sorry.")
    return await tell(services, case, str(Outcome.CARED_FOR), reports.SAYS[Outcome.CARED_FOR])


SETTLERS[CaseKind.REPORT] = settled
SETTLERS[CaseKind.CONCERN] = looked_in
