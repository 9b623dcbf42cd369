"""The creep shield at work: what somebody asks whom, counted; and what is read before it is delivered (F29).

    a judged message ─▶ probes in it? (hardly ever) ─▶ count ─▶ whom was it for? asked back? out of worry?
                    │                                             └▶ the store's signs ─▶ level ─▶ a case, once
                    └▶ level HOLD, and addressed to somebody: held, a person of the team reads it first

Whom a message in a room is for: the author of what it answers, else somebody it names, else who spoke last. Partners
are kept as keyed hashes that differ for each person who asks, so that the store cannot tell who talks with whom.

An edit asks nothing anew: only what the words did not ask before it is counted, and of whom they were for.

What is held is said to be held, like anything else. Words of somebody in distress are never held for this (R1). Staff
are not counted. Failure: the store away: a sign is lost, which costs one question of many; nothing else happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat import wire
from chat.auth import alias_id, event_id
from chat.services import Services
from chat.settling import SETTLERS, tell_staff
from chat.spoken import Spoken
from moderation.cases import Case, CaseKind, Step, Words
from moderation.shield import ASKED_BACK_WITHIN, Level, Probe, Sign
from moderation.standing import TOLD_AGAIN
from moderation.verdict import Action, CareBand, Finding, Submission, Verdict
from rooms.events import NO_ONE, Entry, EventId, Kind, Role, RoomKey, UserId

# Whose questions are counted. The team asks people how old they are because it has to.
COUNTED = frozenset({Role.PEER, Role.LISTENER})
# What somebody in distress asks who wants not to be alone: asked with such words it is a plea, and counts for nothing.
PLEAS = frozenset({Probe.CONTACT, Probe.PLACE, Probe.ALONE, Probe.AGE})
# What was said longer ago is not what a question answers.
MINUTES_BACK = 15 * 60_000
# Names shorter than this are found in too many words.
SHORTEST_NAME = 3

SAYS = (
    "Someone from the team reads this first. It can take a few minutes; nothing is lost, and nothing is wrong with you."
)
# How much sooner than other reports a case of each level is looked at (milliseconds).
SOONER = {Level.WATCH: 0, Level.HOLD: 40 * 60_000}


def looked_at(services: Services, one: Spoken, verdict: Verdict, *, edits: Entry | None = None) -> Verdict:
    """The verdict as it stands after the shield; what was asked is counted meanwhile. `edits`: the message as it stands
    that these words are to replace.
    """
    member = one.place.member
    if member.role not in COUNTED or one.place.topic is None:
        return verdict
    probes = services.standing.questions.probes(one.submission.text, verdict.findings)
    if verdict.care.band >= CareBand.CONCERN:
        probes -= PLEAS
    fresh = probes - asked_before(services, one, edits) if probes and edits is not None else probes
    if fresh and not one.submission.dry and not was_said(services, one):
        services.spawn(count(services, one, fresh, edits))
    if services.standing.level(member.user) is not Level.HOLD or verdict.care.band >= CareBand.CONCERN:
        return verdict
    if verdict.action not in (Action.ALLOW, Action.MASK) or not (probes or one.submission.is_reply):
        return verdict
    seen = Finding("shield.first_look", "shield", (0, len(one.submission.text)), SAYS)
    return replace(verdict, action=Action.HOLD, text=None, findings=(*verdict.findings, seen), says=SAYS)


def was_said(services: Services, one: Spoken) -> bool:
    """Whether this is a repeat of words that are in the room: they were counted then, whoever has spoken since."""
    here = services.backplane.is_open(one.place.key)
    return here and any(entry.id == one.id for entry in services.backplane.ring(one.place.key))


def asked_before(services: Services, one: Spoken, edits: Entry) -> frozenset[Probe]:
    """What a message asks for as it stands, before an edit of it. Judged again, for hardly anything is ever asked."""
    text = text_of(edits)
    stood = services.pipeline.glance(replace(one.submission, text=text, recent=(), key="", dry=True), services.ticks())
    return services.standing.questions.probes(text, stood.findings)


async def count(services: Services, one: Spoken, probes: frozenset[Probe], edits: Entry | None = None) -> None:
    """Count what was asked, if it is fair to; and tell the moderators when it has become something."""
    member, questions = one.place.member, services.standing.questions
    now = services.backplane.engine_now_ms()
    try:
        before = recent(services, one, now, edits)
        partner = await asked_of(services, one, before, edits)
        said = [(str(entry.author), text) for entry, text in before]
        worried = is_worried(services, one, [text for author, text in said if author == partner])
        fair = questions.counted(probes, before=said, by=member.user, worried=worried)
        if not fair:
            return
        token = alias_id(services.secret, UserId(partner), RoomKey(f"shield/{member.user}"))
        signs = [Sign(probe, token, now, one.place.key) for probe in sorted(fair)]
        known = await services.standing.signed(member.user, signs, now)
        level = questions.level(known, now)
        if level and level > await services.standing.alerted(member.user):
            await alert(services, one, known, level, now)
            await services.standing.alert(member.user, level)  # behind it: what could not be opened is tried again
    except OSError:
        return
    except Exception as fault:  # one question, not the node
        services.metrics.failed(type(fault).__name__)


def recent(services: Services, one: Spoken, now: int, edits: Entry | None = None) -> list[tuple[Entry, str]]:
    """The room's newest messages as this node knows them, oldest first, without this one; of an edit, those before
    what it changes.
    """
    if not services.backplane.is_open(one.place.key):
        return []
    found = [
        entry for entry in services.backplane.ring(one.place.key) if entry.kind == Kind.MESSAGE and entry.id != one.id
    ]
    if edits is not None:
        found = [entry for entry in found if entry.at_place.seq < edits.at_place.seq]
    since = (now if edits is None else edits.at) - MINUTES_BACK
    return [(entry, text_of(entry)) for entry in found[-ASKED_BACK_WITHIN:] if entry.at > since]


def text_of(entry: Entry) -> str:
    return str(wire.unbody(entry.body).get("text") or "")


async def asked_of(
    services: Services, one: Spoken, before: Sequence[tuple[Entry, str]], edits: Entry | None = None
) -> str:
    """Whom a message is for: whom it answers, whom it names, who spoke last; the room, where nobody did."""
    user = one.place.member.user
    answers = wire.unbody(edits.body).get("reply_to") if edits is not None else None
    answered = answers or getattr(one.call.command, "reply_to", None)
    if answered and (entry := await services.backplane.entry(one.place.key, EventId(answered))) is not None:
        return str(entry.author)
    text = one.submission.text.lower()
    for member in services.presence.roster(one.place.key).members:
        if member.user != user and len(member.name) >= SHORTEST_NAME and member.name.lower() in text:
            return str(member.user)
    return next((str(entry.author) for entry, _ in reversed(before) if entry.author != user), one.place.key)


def is_worried(services: Services, one: Spoken, said: Sequence[str]) -> bool:
    """Whether the partner has just told of something heavy. Judged again, for hardly anything is ever asked."""
    return any(
        services.pipeline.glance(
            Submission(text=text, lane="", author="", pack=one.submission.pack, band=one.submission.band, dry=True),
            services.ticks(),
        ).care.band
        >= CareBand.CONCERN
        for text in said[-3:]
    )


async def alert(services: Services, one: Spoken, signs: Sequence[Sign], level: Level, now: int) -> None:
    """Open a case that explains what was seen, one for each level until it is told again, whoever counts beside us.

    A higher level goes into the case that is open already.
    """
    member = one.place.member
    words = Words(name=member.name, note=services.standing.questions.explained(signs, now))
    case = Case(
        id=event_id(services.secret, member.user, RoomKey("shield"), "shield", f"{level}/{now // TOLD_AGAIN}"),
        kind=CaseKind.SHIELD,
        band=str(one.place.topic.band) if one.place.topic else one.submission.band,
        room=one.place.key,
        user=NO_ONE,
        against=member.user,
        at=now,
        about=member.user,
        rules=(f"shield.{level.word}", *sorted({f"asks.{sign.probe}" for sign in signs})),
        sooner=SOONER[level],
    )
    opened = await services.review.open(case, words)
    if opened.case.into:
        await services.review.step(opened.case.into, Step.WEIGH, now, words=words, rules=case.rules, sooner=case.sooner)
    tell_staff(services, opened.case)


async def settled(services: Services, case: Case) -> bool:
    """Nobody is owed an answer: the shield asked, and it cannot read."""
    return True


SETTLERS[CaseKind.SHIELD] = settled
