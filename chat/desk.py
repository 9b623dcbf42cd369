"""The review desk over the wire: what moderators see, take, decide and hand on (F31).

    cases ──▶ rows without words ──▶ claim ──▶ the words, for one person, with a trace ──▶ resolve | hand_on
                                                                            └▶ settling.py: what follows

Who may: moderators, supervisors and operators every case of adult rooms; with `teen_vetted` those of teen rooms too;
responders the cases of people who may be in danger, and no other. What one may not see does not exist: `not_found`.
Nobody claims a case of their own, nor one they have handed on.

Blurred first: a list carries no words and no names. They come with the claim, and a claim is in the audit trail as a
reading (R8). What staff say to people is a word of a fixed list (`REASONS`), never free text (F20).

`told` passes on, to those of this node who are on duty, that a case has changed, whichever node changed it.
"""

from __future__ import annotations

from typing import Any

from chat import commands as say
from chat import hosting, wire
from chat.answers import refused, room_named, who
from chat.auth import Identity
from chat.before import decided_before
from chat.connection import Connection, State
from chat.outbox import Lane
from chat.replies import CaseChanged, CaseList, Claimed, Code, Decided, HandedOn, Refused
from chat.services import Services
from chat.settling import GONE, fit_to_show, judged_again, owing, settle, tell_staff
from moderation.cases import ENDED, Case, No, Rank, Resolution, Step, Words
from moderation.review import Gone, place_of
from moderation.tidings import REASONS
from moderation.verdict import Action, Verdict
from rooms.events import Band, Role

MODERATING = frozenset({Role.MODERATOR, Role.SUPERVISOR, Role.OPERATOR})
ON_DUTY = MODERATING | {Role.RESPONDER}

SAYS: dict[No, tuple[Code, str]] = {
    No.TAKEN: (Code.TAKEN, "Someone else has this case."),
    No.ENDED: (Code.CLOSED, "This case has ended."),
    No.BARRED: (Code.FORBIDDEN, "This case needs somebody else's eyes."),
    No.NOT_CLAIMED: (Code.FORBIDDEN, "Claim the case first."),
    No.NOT_SO: (Code.BAD_REQUEST, "That can't be decided about such a case."),
    No.ROUND: (Code.BAD_REQUEST, "That case has gone into this one; decide this one, and both have the answer."),
    No.MOVED: (Code.TAKEN, "Someone else was quicker. Look at the case again."),
}
# Notes of merged cases that are read with a case: a flag bomb is no book.
MOST_NOTES = 20

UNFIT = "The filter stops these words for everyone; they can't be shown. Refuse them, or hand the case on."
IN_ORDER = "An earlier message of the same person waits for you too. Decide that one first, so that the order stays."
FILTER_AWAY = "The filter can't look at these words just now, so they can't be shown yet."


def bands(identity: Identity) -> tuple[str, ...]:
    """The bands whose cases this member of staff may see."""
    if identity.band is not Band.ADULT:
        return ()
    return ("adult", "teen") if identity.vetted else ("adult",)


def may_see(identity: Identity, band: str, rank: int) -> bool:
    """Whether a case exists for this person."""
    if band not in bands(identity):
        return False
    return bool(MODERATING & identity.roles) or (Role.RESPONDER in identity.roles and rank <= Rank.CRISIS)


def on_duty(identity: Identity) -> bool:
    """Whether this person is told of cases."""
    return bool(ON_DUTY & identity.roles)


def row(case: Case, identity: Identity) -> dict[str, Any]:
    """A case as a list shows it: no words, no names, nobody's id."""
    told: dict[str, Any] = {
        "case": case.id,
        "kind": str(case.kind),
        "state": str(case.state),
        "rank": int(case.rank),
        "band": case.band,
        "room": room_named(case.room),
        "at": wire.timestamp(case.at),
        "rules": list(case.rules),
        "care": {"band": case.care.word} | ({"kind": case.care_kind} if case.care_kind else {}),
        "holds": case.waiting is not None,
        "mine": case.by == identity.user,
        "escalated": case.escalated,
    }
    more = {"resolution": case.resolution, "note": case.reason, "into": case.into}
    return told | {name: value for name, value in more.items() if value}


# ------------------------------------------------------------------ commands


async def cases(services: Services, connection: Connection, command: say.Cases) -> CaseList | Refused:
    """What waits, the most urgent first; or what has ended, the newest first."""
    identity = who(connection)
    if not on_duty(identity):
        return not_staff(command.id)
    review, ended = services.review, command.state == "ended"
    after = command.after or ""
    if after and not _is_place(after):
        return refused(command.id, Code.BAD_REQUEST, "`after` is not a cursor of this list.", path="after")
    read = review.ended if ended else review.queue
    found = await read(
        bands(identity), command.limit + 1, after, visible=lambda case: may_see(identity, case.band, case.rank)
    )
    page = found[: command.limit]
    return CaseList(
        re=command.id,
        cases=[row(case, identity) for case in page],
        more=len(found) > len(page),
        cursor=place_of(page[-1], ended=ended) if page else after,
    )


def _is_place(after: str) -> bool:
    score, colon, id = after.partition(":")
    return bool(colon and id) and score.removeprefix("-").isascii() and score.removeprefix("-").isdigit()


async def claim(services: Services, connection: Connection, command: say.Claim) -> Claimed | Refused:
    """Take a case and read it. Again: a little longer. The reading is in the audit trail."""
    identity = who(connection)
    case = await seen(services, identity, command.case)
    if case is None:
        return no_such(command.id)
    stepped = await services.review.step(case.id, Step.CLAIM, services.backplane.engine_now_ms(), by=identity.user)
    if not isinstance(stepped, Case):
        return declined(command.id, stepped)
    words, more = await services.review.words(case.id), await notes_beside(services, case.id)
    if case.state is not stepped.state:
        tell_staff(services, stepped)
    return Claimed(
        re=command.id,
        case=row(stepped, identity),
        words=await readable(services, stepped, words) | ({"notes": more} if more else {}),
        until=wire.timestamp(stepped.until),
        resolutions=sorted(stepped.resolutions),
        notes=sorted(REASONS),
        before=await decided_before(services, identity, stepped),
    )


async def notes_beside(services: Services, id: str) -> list[str]:
    """What others wrote about the same thing, whose cases went into this one; the newest last. Judged when written."""
    merged = sorted(await services.review.merged_into(id), key=lambda case: case.at)[-MOST_NOTES:]
    found = [await services.review.words(case.id) for case in merged]
    return [words.note for words in found if words.note]


async def readable(services: Services, case: Case, words: Words) -> dict[str, Any]:
    """The private part of a case as its moderator reads it. What the filter could not judge is masked now."""
    text = words.text
    if case.waiting is not None and text:
        verdict = await judged_again(services, case, words)
        text = coarsely(text) if verdict.blind else fit_to_show(services, case, words, verdict, spare=False).text
    told = {"text": text, "name": words.name, "note": words.note}
    return {field: value for field, value in told.items() if value}


def coarsely(text: str) -> str:
    """Words without figures and addresses, for when the filter cannot say what could lead to a person."""
    kept = ["[removed]" if "@" in word or "://" in word or "www." in word else word for word in text.split(" ")]
    return "".join("•" if character.isdigit() else character for character in " ".join(kept))


async def resolve(services: Services, connection: Connection, command: say.Resolve) -> Decided | Refused:
    """Decide a case. Who has claimed it may, once; the same decision again is answered as the first time."""
    identity = who(connection)
    case = await seen(services, identity, command.case)
    if case is None:
        return no_such(command.id)
    if command.note is not None and command.note not in REASONS:
        return refused(command.id, Code.BAD_REQUEST, f"`note` takes: {', '.join(sorted(REASONS))}.", path="note")
    if command.resolution not in case.resolutions:
        says = f"`resolution` takes: {', '.join(sorted(case.resolutions))}."
        return refused(command.id, Code.BAD_REQUEST, says, path="resolution")
    if case.by == identity.user and case.resolution == command.resolution and case.state in ENDED:
        await settle(services, case)
        return decided(command, case, repeated=True)
    if command.resolution == Resolution.MERGE:
        return await merge(services, identity, command, case)
    changes: dict[str, Any] = {"resolution": command.resolution, "reason": command.note or ""}
    if case.waiting is not None and case.by == identity.user:
        words = await services.review.words(case.id)
        verdict = await judged_again(services, case, words)
        changes["debt"] = owing(case, verdict) or case.debt
        if command.resolution in (Resolution.RELEASE, Resolution.MASK):
            if await hosting.before(services, case) is not None:
                return refused(command.id, Code.TOO_SOON, IN_ORDER, path="case", retry="later")
            fit = await fitting(services, case, command, words, verdict)
            if isinstance(fit, Refused):
                return fit
            changes |= {"words": fit[0], "masked": fit[1]}
    return await ended(services, identity, command, case, Step.DECIDE, changes)


async def fitting(
    services: Services, case: Case, command: say.Resolve, words: Words, verdict: Verdict
) -> tuple[Words, bool] | Refused:
    """The words as they will be shown, and whether they are not all that was written; or why they can't be (R5)."""
    if verdict.blind:
        return refused(command.id, Code.UNAVAILABLE, FILTER_AWAY, retry="later", retry_after=5.0)
    spare = command.resolution == Resolution.MASK
    if verdict.action is Action.BLOCK and not spare:
        return refused(command.id, Code.FORBIDDEN, UNFIT, path="resolution")
    fit = fit_to_show(services, case, words, verdict, spare=spare)
    empty = not fit.text.replace(GONE, "").strip()
    if spare and (empty or (await judged_again(services, case, fit)).action >= Action.HOLD):
        return refused(command.id, Code.FORBIDDEN, UNFIT, path="resolution")
    return fit, fit.text != words.text or "removed]" in fit.text


async def merge(services: Services, identity: Identity, command: say.Resolve, case: Case) -> Decided | Refused:
    """This case is about the same as another: that one's answer, or that of the one it went into, is for both."""
    into = await seen(services, identity, command.into) if command.into else None
    head = await services.review.root(into.id) if into is not None else None
    if head is not None and into is not None and head.id == case.id != into.id:
        return declined(command.id, No.ROUND, path="into")
    if head is None or head.id == case.id or head.kind != case.kind or head.band != case.band:
        return refused(command.id, Code.BAD_REQUEST, "`into` must be another case of the same kind.", path="into")
    return await ended(services, identity, command, case, Step.MERGE, {"into": head.id, "resolution": "merge"})


async def ended(
    services: Services, identity: Identity, command: say.Resolve, case: Case, step: Step, changes: dict[str, Any]
) -> Decided | Refused:
    """Make the step that ends a case, and do what follows."""
    now = services.backplane.engine_now_ms()
    stepped = await services.review.step(case.id, step, now, by=identity.user, **changes)
    if not isinstance(stepped, Case):
        return declined(command.id, stepped, path="into" if stepped is No.ROUND else "case")
    await settle(services, stepped)
    return decided(command, stepped)


async def hand_on(services: Services, connection: Connection, command: say.HandOn) -> HandedOn | Refused:
    """Give a case back for somebody else's eyes."""
    identity = who(connection)
    case = await seen(services, identity, command.case)
    if case is None:
        return no_such(command.id)
    now = services.backplane.engine_now_ms()
    stepped = await services.review.step(case.id, Step.HAND_ON, now, by=identity.user)
    if isinstance(stepped, Case):
        tell_staff(services, stepped)
        return HandedOn(re=command.id, case=case.id)
    if identity.user in case.barred and case.by != identity.user:
        return HandedOn(re=command.id, case=case.id, repeated=True)
    return declined(command.id, stepped)


# ------------------------------------------------------------------ answers


async def seen(services: Services, identity: Identity, id: str) -> Case | None:
    """A case that exists for this person. Raises StoreAway."""
    case = await services.review.find(id)
    return case if case is not None and may_see(identity, case.band, case.rank) else None


def decided(command: say.Resolve, case: Case, *, repeated: bool = False) -> Decided:
    return Decided(re=command.id, case=case.id, state=str(case.state), resolution=case.resolution, repeated=repeated)


def declined(re: int, no: No | Gone, *, path: str = "case") -> Refused:
    """Why a step was not made."""
    if isinstance(no, Gone):
        return no_such(re)
    code, says = SAYS[no]
    return refused(re, code, says, path=path)


def no_such(re: int) -> Refused:
    """The one answer for what is not there and for what one may not see."""
    return refused(re, Code.NOT_FOUND, "There is no such case for you.", path="case")


def not_staff(re: int) -> Refused:
    return refused(re, Code.FORBIDDEN, "This is for the people who look after the rooms.")


# ------------------------------------------------------------------ news


def told(services: Services, body: bytes) -> None:
    """A case has changed, here or on another node: tell those on duty whom it concerns."""
    news = CaseChanged(**wire.unbody(body))
    for connection in services.hub.on_duty:
        identity = connection.identity
        if identity and connection.state is State.OPEN and may_see(identity, news.band, news.rank):
            connection.say(Lane.LOSSY, news)
            services.hub.touch(connection)
