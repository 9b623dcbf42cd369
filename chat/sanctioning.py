"""Sanctions by moderators (F28). The ladder itself is moderation/ladder.py, the second look at them appeals.py.

    sanction {room, step, reason, case? | message?, alias_id?, until?} ─▶ what does the filter say of it? ─▶ decide
        ─▶ the store, which looks again ─▶ the person's inbox (`notice`) ─▶ every node of theirs: conduct.py

A sanction rests on a case that the moderator holds or has decided, or on a message in the room; the words are judged
again here, and what tells of pain and of nothing else is refused, whatever the moderator says (F23). Cases of crisis,
of concern and of appeal are no ground at all. Nobody sanctions themselves or somebody of the team. Staff name aliases,
cases and messages, and never see a person's id.

Everything may be repeated: the sanction has an id made of moderator, person and ground, the notice one made of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chat import commands as say
from chat import conduct, wire
from chat.answers import engine_away, find, not_found, refused, who
from chat.auth import Identity, alias_id, event_id
from chat.connection import Connection
from chat.desk import MODERATING, SAYS, bands, may_see
from chat.replies import Code, Refused, Sanctioned
from chat.services import Services
from chat.settling import judged_again
from moderation.cases import CaseKind, No
from moderation.ladder import Reason, Step
from moderation.sanctions import CaseId, PersonId, Sanction, SanctionId, decide, due
from moderation.sanctions import Refused as NoSanction
from moderation.standing import Kept
from moderation.verdict import NO_CARE, Care, Finding, Submission, Verdict
from rooms.events import EventId, Kind, UserId
from rooms.topics import Topic

# The cases a sanction can rest on, and whom it would be about.
GROUNDS = frozenset({CaseKind.HELD, CaseKind.REPORT, CaseKind.SHIELD})
# Two moderators who decide about one person in the same moment: the second reads again.
TRIES = 5

WHY: dict[NoSanction, tuple[Code, str]] = {
    NoSanction.DISCLOSURE: (
        Code.FORBIDDEN,
        "These words tell of pain, and of no offence: no ground for anything.",
    ),
    NoSanction.UNPROVEN: (Code.FORBIDDEN, "A ban needs something the filter saw, or an earlier suspension."),
}
TOO_HARSH = "The ladder does not go so far for this yet."
OF_THE_TEAM = "This is somebody of the team. Please tell an operator."


@dataclass(frozen=True, slots=True)
class Ground:
    """What a sanction would rest on: whom it is about, and what the filter says of the words."""

    user: UserId
    case: CaseId
    findings: tuple[Finding, ...] = ()
    care: Care = NO_CARE
    role: str = "peer"


# ------------------------------------------------------------------ sanction


async def sanction(services: Services, connection: Connection, command: say.Sanction) -> Sanctioned | Refused:
    """Decide about somebody, on a case or a message."""
    identity = who(connection)
    topic = find(services, identity, command.room)
    if topic is None:
        return not_found(command.id)
    if not MODERATING & identity.roles:
        return refused(command.id, Code.FORBIDDEN, "This is for the people who look after the rooms.")
    if str(topic.band) not in bands(identity):  # whoever may be in a room need not be one who decides about it
        return not_found(command.id)
    ground = await ground_of(services, identity, command, topic)
    if isinstance(ground, Refused):
        return ground
    if command.alias_id and alias_id(services.secret, ground.user, topic.key) != command.alias_id:
        return refused(command.id, Code.BAD_REQUEST, "That was somebody else.", path="alias_id")
    if ground.user == identity.user:
        return refused(command.id, Code.FORBIDDEN, "Nobody decides about themselves.")
    if ground.role in MODERATING or is_staff(services, ground.user, topic):
        return refused(command.id, Code.FORBIDDEN, OF_THE_TEAM)
    until = moment(command.until) if command.until else None
    if command.until and until is None:
        says = "`until` is a time such as 2027-01-31T08:00:00Z."
        return refused(command.id, Code.BAD_REQUEST, says, path="until")
    return await imposed(services, identity, command, topic, ground, until)


async def imposed(
    services: Services, identity: Identity, command: say.Sanction, topic: Topic, ground: Ground, until: int | None
) -> Sanctioned | Refused:
    """Decide on the history as it is, write it, tell the person."""
    now = services.backplane.engine_now_ms()
    id = event_id(services.secret, identity.user, topic.key, "sanction", f"{ground.user}/{ground.case}")
    for _ in range(TRIES):
        history = await services.standing.history(ground.user)
        if before := next((one for one in history if one.id == SanctionId(id)), None):
            return await done(services, command, ground, before, repeated=True)
        decided = decide(
            id=SanctionId(id),
            step=Step[command.step.upper()],
            reason=Reason(command.reason),
            case=ground.case,
            findings=ground.findings,
            care=ground.care,
            room=topic.key,
            by=PersonId(identity.user),
            history=history,
            now=now,
            until=until,
        )
        if decided is NoSanction.TOO_HARSH:
            most = due(Reason(command.reason), history, now)
            return refused(command.id, Code.FORBIDDEN, f"{TOO_HARSH} At most now: {most.word}.", path="step")
        if isinstance(decided, NoSanction):
            return refused(command.id, *WHY[decided], path="step")
        why = f"{decided.step.word},{decided.reason}"
        note, of = services.review.audit.note, ground.user  # first, so that no decision is ever without its entry
        await note("sanction", at=now, case=ground.case, by=identity.user, of=of, why=why)
        kept = await services.standing.impose(ground.user, decided, len(history))
        if kept is Kept.MADE:
            return await done(services, command, ground, decided)
        if kept is Kept.TAKEN:
            return refused(command.id, Code.TAKEN, "This has led to a sanction already.", path="case")
        if kept is Kept.REFUSED:
            raise AssertionError("the store refused what the ladder allows")
    return refused(command.id, Code.UNAVAILABLE, "Somebody else decides just now.", retry="later", retry_after=1.0)


async def done(
    services: Services, command: say.Sanction, ground: Ground, made: Sanction, *, repeated: bool = False
) -> Sanctioned | Refused:
    """Tell the person, then the moderator; who could not be told now is told by the moderator's repeat."""
    if not await conduct.tell(services, ground.user, made):
        return engine_away(command.id)
    return Sanctioned(
        re=command.id,
        sanction=made.id,
        step=made.step.word,
        until=None if made.until is None or made.step is Step.NOTICE else wire.timestamp(made.until),
        repeated=repeated,
    )


async def ground_of(services: Services, identity: Identity, command: say.Sanction, topic: Topic) -> Ground | Refused:
    """What the sanction would rest on, or why it can't."""
    if (command.case is None) is (command.message is None):
        return refused(command.id, Code.BAD_REQUEST, "Give the `case` or the `message` it is about.", path="case")
    if command.message is not None:
        return await of_message(services, command, topic, command.message)
    return await of_case(services, identity, command, topic, command.case or "")


async def of_message(services: Services, command: say.Sanction, topic: Topic, id: str) -> Ground | Refused:
    """A message that is in the room now, judged again."""
    entry = await services.backplane.entry(topic.key, EventId(id))
    if entry is None or entry.kind != Kind.MESSAGE:
        return refused(command.id, Code.NOT_FOUND, "That message is not here any more.", path="message")
    body = wire.unbody(entry.body)
    verdict = await judge(services, str(body.get("text") or ""), entry.author, topic)
    if verdict.faulty:
        return blind(command)
    role = str(body.get("from", {}).get("role", "peer"))
    return Ground(entry.author, CaseId(f"message:{id}"), verdict.findings, verdict.care, role)


async def of_case(
    services: Services, identity: Identity, command: say.Sanction, topic: Topic, id: str
) -> Ground | Refused:
    """A case that this moderator holds or has decided."""
    case = await services.review.find(id)
    if case is None or not may_see(identity, case.band, case.rank) or case.room != topic.key:
        return refused(command.id, Code.NOT_FOUND, "There is no such case for you in this room.", path="case")
    if case.by != identity.user:
        return refused(command.id, *SAYS[No.NOT_CLAIMED if not case.by else No.TAKEN], path="case")
    if case.kind not in GROUNDS:
        return refused(command.id, *WHY[NoSanction.DISCLOSURE], path="case")
    user = UserId(case.user if case.kind is CaseKind.HELD else case.against)
    if case.kind is CaseKind.SHIELD:
        return Ground(user, CaseId(id), (Finding("shield", "probing", (0, 0), ""),))
    words = await services.review.words(id)
    if not words.text:
        return Ground(user, CaseId(id), care=Care(case.care))
    if case.waiting:
        verdict = await judged_again(services, case, words)
    else:
        verdict = await judge(services, words.text, user, topic)
    return blind(command) if verdict.faulty else Ground(user, CaseId(id), verdict.findings, verdict.care)


def blind(command: say.Sanction) -> Refused:
    """The filter cannot say whether these words tell of pain: then nobody decides about them."""
    return refused(command.id, Code.UNAVAILABLE, "The filter can't look at this now.", retry="later", retry_after=5.0)


async def judge(services: Services, text: str, author: UserId, topic: Topic) -> Verdict:
    """What the filter says of words that were said here. Faulty: it cannot say, and then nothing is proven."""
    said = Submission(text=text, lane=topic.key, author=author, pack=topic.pack, band=str(topic.band), dry=True)
    return await services.turns.judged(said, in_line=False)


def is_staff(services: Services, user: UserId, topic: Topic) -> bool:
    """Whether somebody is in the room as one of the team."""
    return any(one.user == user and one.role in MODERATING for one in services.presence.roster(topic.key).members)


def moment(written: str) -> int | None:
    """An RFC 3339 time as milliseconds since 1970; None for anything else."""
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    return None if read.tzinfo is None else int(read.timestamp() * 1000)
