"""What follows from the end of a case: the message delivered or not, its author told, the moderators told.

    a step ends a case (owed) ──▶ settle: into the room · the author's inbox · `case_changed` ──▶ SETTLE, no longer owed
                                               └▶ not done, or the node died: overdue.py brings it again

Everything here may be done twice, because a node can die at any line of it: the message is committed under the id it
always had, what the author is told has an id made of the case and its end, and the store lets exactly one step through.
So each message is delivered once or not at all, and each author told once.

A held message is judged again before anybody sees it: what the filter blocks by now is not released by anybody (R5),
and what it masks is masked. Nor is it shown while its author is kept out; a mute reaches back to nothing. Reports,
concerns, appeals and crises have settlers of their own in `SETTLERS`; one that is not there has its person told in
their inbox.

Failure: the engine away, or the node killed: the case stays owed, and the lease brings it to another node.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog

from chat import hosting, wire
from chat.answers import room_named
from chat.auth import event_id
from chat.joining import INBOX_KEPT
from chat.services import Services
from moderation import tidings
from moderation.cases import DAY, HOUR, Case, CaseKind, Debt, Resolution, State, Step, Words
from moderation.policy import Pack
from moderation.sanctions import InForce
from moderation.verdict import Submission, Verdict
from rooms import envelope
from rooms.backplane import Commit, Committed, Guard
from rooms.backplane import Refused as Declined
from rooms.events import NO_ONE, EventId, Kind, Refusal, RoomKey, UserId
from rooms.topics import SPARED

log = structlog.get_logger("warmline.settling")

# The word between nodes that a case has changed.
CHANGED = "case"
# The reason of a case that nobody need look at: its message went out another way.
DELIVERED = "delivered"

# What stands in the place of a passage that was spared.
GONE = "[removed]"

# Said of a message that was looked at when the session it was written in had ended.
OVER = "The conversation had ended by the time somebody could look. Nobody saw your message."

Settler = Callable[[Services, Case], Awaitable[bool]]
# What follows for a kind of case that holds no message. True: done. It may be called again for the same case.
SETTLERS: dict[CaseKind, Settler] = {}


def aside_for(services: Services) -> int:
    """Milliseconds a held key is answered as held: longer than any message is held."""
    return services.review.times.hold + DAY


# ------------------------------------------------------------------ what follows


async def settle(services: Services, case: Case) -> None:
    """Do what follows from the end of a case. What cannot be done now is done when the lease is over."""
    tell_staff(services, case)
    if not case.owed:
        return
    try:
        follow = settle_message if case.waiting is not None else SETTLERS.get(case.kind, settle_told)
        if case.state is State.MERGED:
            follow = settle_merged
        if not await follow(services, case):
            return
        await services.review.step(case.id, Step.SETTLE, services.backplane.engine_now_ms())
        for same in await services.review.merged_into(case.id):
            await settle(services, same)
    except OSError:
        log.warning("case_not_settled", kind=str(case.kind), state=str(case.state))


async def settle_message(services: Services, case: Case) -> bool:
    """Deliver the message of an ended case, or see to it that its key is answered; tell its author."""
    if case.reason == DELIVERED:
        return True
    shown = case.state is State.RELEASED or case.resolution in (Resolution.RELEASE, Resolution.MASK)
    state, says = await deliver(services, case) if shown else (named(case), [])
    if not state:
        return False
    if state in ("delivered", "masked"):
        await hosting.was_released(services, case)
    else:
        kept = wire.body({"state": "refused", "says": spoken(services, case, says or [tidings.SAYS[state]])})
        room, id = RoomKey(case.room), EventId(case.id)
        first = await services.backplane.put_aside(room, id, kept, aside_for(services), over=True)
        if not first.aside:  # a repeat of the key went out before it was put aside, and its author was told so
            return True
    offer = await offered(services, case) if state == "refused" and not says else {}
    return await tell(services, case, state, says or tidings.of_message(case, state), **offer)


async def offered(services: Services, case: Case) -> dict[str, str]:
    """A version of the words that passes, where there is one."""
    verdict = await judged_again(services, case, await services.review.words(case.id))
    return {"suggestion": verdict.suggestion} if verdict.suggestion else {}


def named(case: Case) -> str:
    """What the author is told became of a message that is not shown."""
    if case.state in (State.WITHDRAWN, State.REWRITTEN):
        return "withdrawn"
    return "expired" if case.state is State.EXPIRED else "refused"


async def deliver(services: Services, case: Case) -> tuple[str, list[str]]:
    """Commit the message of a case under the id it always had: what became of it, "" where that is not known, and what
    is to be said of it, where that is not what is always said.
    """
    if await kept_out(services, case):
        return "refused", [tidings.KEPT_OUT]
    room, id = RoomKey(case.room), EventId(case.id)
    words = await services.review.words(case.id)
    commit = await commit_of(services, case, words)
    if isinstance(commit, str):
        return "expired", [commit]
    await services.backplane.put_aside(room, id, b"", 0, over=True)  # give the id back
    outcome = (await services.backplane.submit([commit]))[0]
    if isinstance(outcome, Declined) and outcome.refusal is Refusal.NOT_FOUND:
        return "expired", [tidings.TARGET_GONE]
    if isinstance(outcome, Declined) and outcome.refusal is Refusal.CLOSED:
        return "expired", [OVER]
    if not isinstance(outcome, Committed) or outcome.aside:  # away, or a repeat has put it aside again: once more
        return "", []
    return ("masked" if case.masked else "delivered"), []


async def kept_out(services: Services, case: Case) -> bool:
    """Whether the person of a case is suspended or banned by now: then nothing of theirs is shown. Raises StoreAway.

    A mute is not asked about: it bars new words, and these were written before it. Whether they are shown is what a
    moderator decides who has read them, or the time limit that held words have whoever wrote them.
    """
    history = await services.standing.history(case.user)
    return InForce(history).barred(services.backplane.engine_now_ms()) is not None


async def commit_of(services: Services, case: Case, words: Words) -> Commit | str:
    """The commit of a held message; or why there is none: what it changes is gone, or was changed again since."""
    waiting = case.waiting
    if waiting is None:
        raise AssertionError("only a case that holds a message delivers one")
    worn = {"alias_id": waiting.alias, "name": words.name, "role": waiting.role}
    told: dict[str, Any] = {"from": worn, "text": words.text}
    if case.masked:
        told["masked"] = True
    kept = wire.body({"state": "masked", "text": words.text, "findings": []}) if case.masked else b""
    plain = Commit(
        room=RoomKey(case.room),
        id=EventId(case.id),
        kind=Kind.MESSAGE,
        author=UserId(case.user),
        body=b"",
        outcome=kept,
        guard=Guard(slow_ms=SPARED),  # it has waited already
    )
    if waiting.kind != "edit":
        more = {"reply_to": waiting.reply_to, "notes": list(waiting.notes)}
        return replace(plain, body=wire.body(told | {field: value for field, value in more.items() if value}))
    target = EventId(waiting.target)
    entry = await services.backplane.entry(RoomKey(case.room), target)
    if entry is None or entry.kind != Kind.MESSAGE or entry.author != case.user:
        return tidings.TARGET_GONE
    stands, at = wire.unbody(entry.body), wire.timestamp(case.at)
    if stands.get("edited_at", "") > at:
        return tidings.CHANGED_SINCE
    amended = {name: value for name, value in stands.items() if name != "masked"}
    amended |= {"text": words.text, "edited": True, "edited_at": at} | ({"masked": True} if case.masked else {})
    if "to" in stands:  # for the responder only, and so stays (entrusting.py)
        told["to"] = stands["to"]
    body = wire.body({"message": waiting.target, **told})
    return replace(plain, kind=Kind.EDITED, body=body, target=target, amended=wire.body(amended))


async def settle_merged(services: Services, case: Case) -> bool:
    """A merged case has the answer of the one it went into, or of the one that went into, as soon as there is one."""
    head = await services.review.root(case.into)
    if head is not None and not head.resolution and head.state in (State.OPEN, State.CLAIMED):
        await services.review.put_off(case.id, services.backplane.engine_now_ms() + HOUR)
        return False
    if head is not None and head.user == case.user:  # told once is told
        return True
    same = replace(case, resolution=head.resolution if head else "", reason=head.reason if head else "")
    return await SETTLERS.get(case.kind, settle_told)(services, same)


async def settle_told(services: Services, case: Case) -> bool:
    """Tell the person whose case it is what became of it."""
    return await tell(services, case, case.resolution or str(case.state), tidings.of_case(case))


# ------------------------------------------------------------------ who is told


def spoken(services: Services, case: Case, sentences: list[str]) -> str:
    """Sentences in the language of the person they are for, as far as it is known."""
    language = case.waiting.language if case.waiting is not None else ""
    return " ".join(services.pipeline.books.says.say(sentence, language or "en") for sentence in sentences)


async def tell(services: Services, case: Case, state: str, says: str | list[str], **more: Any) -> bool:
    """Tell the person of a case what became of it, in their inbox, once. False: not now."""
    says = says if isinstance(says, str) else spoken(services, case, says)
    inbox = RoomKey(f"inbox/{case.user}")
    told = {"about": room_named(case.room), "state": state, "says": says, **more}
    told["message" if case.waiting is not None else "case"] = case.id
    services.backplane.keep_for(inbox, INBOX_KEPT)
    commit = Commit(
        room=inbox,
        id=event_id(services.secret, UserId(case.user), inbox, "resolved", f"{case.id}/{state}"),
        kind=Kind.RESOLVED,
        author=NO_ONE,
        body=wire.body(told),
    )
    return isinstance((await services.backplane.submit([commit]))[0], Committed)


def tell_staff(services: Services, case: Case) -> None:
    """Tell every node's moderators that a case has changed: no words, no names, and lossy, for `cases` has it all."""
    told = {
        "case": case.id,
        "kind": str(case.kind),
        "state": str(case.state),
        "band": case.band,
        "rank": int(case.rank),
        "escalated": case.escalated,
    }
    services.backplane.publish_soon(None, envelope.control(CHANGED, wire.body(told)))


# ------------------------------------------------------------------ looking again


async def judged_again(services: Services, case: Case, words: Words) -> Verdict:
    """What the filter says now of the words of a held message, whatever else its author has sent since."""
    waiting = case.waiting
    if waiting is None:
        raise AssertionError("only a case that holds a message has words to judge")
    trial = Submission(
        text=words.text,
        lane=case.room,
        author=case.user,
        kind=waiting.kind,
        pack=waiting.pack,
        role=waiting.role,
        band=case.band,
        language=waiting.language or "en",
        is_reply=bool(waiting.reply_to),
        key=case.id,
        dry=True,
    )
    verdict = await services.turns.judged(trial, in_line=False)
    calm = tuple(finding for finding in verdict.findings if finding.label != "flood")
    if len(calm) == len(verdict.findings):
        return verdict
    pack = pack_of(services, waiting.pack)
    return replace(verdict, findings=calm, action=pack.decide(calm, waiting.kind))


def owing(case: Case, verdict: Verdict) -> Debt | None:
    """The card that is owed for words which could not be judged when they were written, or not as they are now."""
    care = verdict.care
    return Debt(care.band, str(care.kind or "")) if care.band > case.care else None


def pack_of(services: Services, name: str) -> Pack:
    """The pack that judged some words, or what stands in for it: an operator's may be gone by now."""
    packs = services.pipeline.packs
    return packs.get(name) or packs["general"]


def fit_to_show(services: Services, case: Case, words: Words, verdict: Verdict, *, spare: bool) -> Words:
    """The words as others will see them: personal data masked, and with `spare` every passage that was found.

    What was found of the text as a whole is no passage.
    """
    pack = pack_of(services, case.waiting.pack if case.waiting else "general")
    if not spare:
        return replace(words, text=pack.masked(words.text, verdict.findings))
    text, whole = words.text, (0, len(words.text))
    passages: list[tuple[int, int]] = []
    for start, end in sorted({one.span for one in verdict.findings if one.says and one.span != whole}):
        if passages and start < passages[-1][1]:  # two that overlap are one: nothing of the longer stays behind
            start, end = passages[-1][0], max(passages.pop()[1], end)
        passages.append((start, end))
    for start, end in reversed(passages):
        start += len(text[start:end]) - len(text[start:end].lstrip())
        text = f"{text[:start]}{GONE}{text[end:]}"
    return replace(words, text=text)
