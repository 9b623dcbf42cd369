"""Owing: what follows from a step of a session, done: effects become entries of inboxes, closed doors, deleted words.

    make(step) ─▶ rows and effects, in one write ─▶ pay: by this node, at once ─┐
    the round `pairing` ─▶ what nobody has done ─────────────────────────────────┴▶ in order for each person, once

    TELL  an entry of the inbox, under an id made of the effect's   DELIVER, SUMMARY  through the filter (carrying.py)
    PAGE, FILE, CARD  the team and the lines (alarming.py)          FOLLOW  the step that had to wait for the telling
    SHUT  nobody writes or hears there any more                     SHRED  the words are gone everywhere

Everything here may be done twice: a node can die between the doing and the crossing off. So every commit has an id
that is made of the effect's, and the log shows it once. A telling of who is there is left out when the row has said
something newer since (T15); what was announced with it, that somebody is about to join, is told all the same (T10).

Failure: our own fault: tried some times, then put aside, shown to the desk, tried on beside the others (`stuck`).
The engine away, or a commit refused: False, and any node begins again at the same effect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import structlog

from chat import alarming, carrying, tellings, wire
from chat.answers import where
from chat.auth import event_id
from chat.joining import INBOX_KEPT
from chat.seating import LIMITS, member, name_of, role_of, worn
from chat.services import Services
from chat.talk import depart
from rooms import coming, envelope, listening, matching, waits
from rooms.backplane import Commit, Committed, EngineAway
from rooms.commits import UNAVAILABLE
from rooms.debts import ASIDE, Owed
from rooms.effects import Do, Event
from rooms.events import NO_ONE, Band, Kind, RoomKey, UserId
from rooms.matchmaker import MatchAway
from rooms.pairkeys import session_room
from rooms.scene import No, Ref, RowKind, Scene
from rooms.seeking import Request, Risk, Seeking
from rooms.session import Session
from rooms.ties import Person

log = structlog.get_logger("warmline.owing")

T = TypeVar("T")

# The word between nodes that a room is shut to somebody, or to everybody.
SHUT = "shut"
# What is tried until it is done, whatever it takes.
KEPT = frozenset({Do.DELIVER, Do.SUMMARY, Do.SHUT, Do.SHRED, Do.FOLLOW, Do.NOTE, Do.PAGE, Do.FILE})
# How often a node tries it, a second apart, before what is behind it goes first.
TRIES = 5
# What is still worth saying when who is there has changed since: it announces, asks or ends something.
LASTING = frozenset(
    {
        "coming", "transfer_asked", "transfer_taken", "transfer_none", "bring_someone", "guide", "concern", "silent",
        "again",
        "ok_said", "did_somebody_answer", "still_there", "closing", "nudge", "bell",
    }
)  # fmt: skip


async def make(services: Services, step: Callable[[Scene], T | No], *need: Ref) -> T | No:
    """Make a step and begin at once with what follows from it. A No: nothing was changed. Raises MatchAway."""
    made = await services.matchmaker.change(step, *need)
    if isinstance(made, No):
        return made
    follow(services, made.targets)
    return made.answer


def follow(services: Services, targets: Iterable[str]) -> None:
    """See to what is owed to these, without waiting for it."""
    for target in targets:
        services.spawn(settle(services, target))


async def settle(services: Services, target: str) -> None:
    """Do what is owed to one person, in order. Never raises: what is left is another node's, or this one's later."""
    failed: list[Owed] = []

    async def one(owed: Owed) -> bool:
        try:
            return await do(services, owed)
        except OSError:
            raise
        except Exception as fault:
            log.error("effect_stuck", what=str(owed.effect.do), fault=type(fault).__name__, where=where(fault))
            services.metrics.failed(type(fault).__name__)
            failed.append(owed)
            return False

    try:
        await services.matchmaker.debts.deliver(target, one)
        if failed:
            await stuck(services, target, failed[-1])
    except (MatchAway, EngineAway, OSError):
        return
    except Exception as fault:  # one person's, not the node's
        services.metrics.failed(type(fault).__name__)
        log.error("effect_left", fault=type(fault).__name__, where=where(fault))


async def stuck(services: Services, target: str, owed: Owed) -> None:
    """What must be done and fails by our own fault: after some tries it is put aside, the desk has it as an incident,
    and what is behind it goes on. It is tried again until it can be done, or its words are a day old. Raises OSError.
    """
    debts = services.matchmaker.debts
    if target.startswith(ASIDE):
        await debts.rest(target)
    elif services.company.tried(owed.id) < TRIES:
        return
    elif await debts.aside(target, owed.id):
        services.metrics.put_aside(str(owed.effect.do))
        follow(services, [target])
    await alarming.incident(services, owed)
    if owed.effect.do in (Do.DELIVER, Do.SUMMARY):
        says = (await saying(services, owed.effect.to))(tellings.NOT_GIVEN)
        await put(services, owed.effect.to, Kind.NOTICE, {"code": "kept", "says": says}, f"{owed.id}/kept")


async def do(services: Services, owed: Owed) -> bool:
    """One effect. True: done, or there is nothing to be done any more.

    One that fails by our own fault would hold up everything behind it for ever: a telling is counted, shown to the desk
    and left; what carries somebody's words, calls somebody, or keeps a door or a promise, is tried again (`stuck`).
    """
    try:
        return await DO[owed.effect.do](services, owed)
    except OSError:  # the store is away
        raise
    except Exception as fault:
        if owed.effect.do in KEPT:
            raise
        services.metrics.failed(type(fault).__name__)
        log.error("effect_failed", what=str(owed.effect.do), fault=type(fault).__name__, where=where(fault))
        services.metrics.put_aside(str(owed.effect.do))
        await alarming.incident(services, owed)
        return True


# ------------------------------------------------------------------ telling


async def tell(services: Services, owed: Owed) -> bool:
    """Put an event into somebody's inbox, if it is still true."""
    fields = owed.effect.fields
    to, kind = owed.effect.to, Event(fields["event"])
    body = await TELLINGS[kind](services, to, fields)
    return body is None or await put(services, to, kind, body, owed.id)


async def put(services: Services, to: str, kind: str, body: dict[str, Any], id: str) -> bool:
    """An entry of somebody's inbox, once. False: not now."""
    inbox = RoomKey(f"inbox/{to}")
    services.backplane.keep_for(inbox, INBOX_KEPT)
    commit = Commit(
        room=inbox,
        id=event_id(services.secret, UserId(to), inbox, "pair", id),
        kind=str(kind),
        author=NO_ONE,
        body=wire.body(body),
    )
    return isinstance((await services.backplane.submit([commit]))[0], Committed)


async def saying(services: Services, user: str) -> Callable[[str], str]:
    """Sentences in the language of somebody: of who is here, or as matching has kept it with them. Raises MatchAway."""
    person = services.hub.people.get(UserId(user))
    tongues = (one.identity.language for one in person.connections if one.identity) if person else ()
    language = next((tongue for tongue in tongues if tongue), "")
    if person is None:
        kept: Person | None = await services.matchmaker.find(RowKind.PERSON, user)
        language = kept.language if kept is not None else ""
    return lambda sentence: services.pipeline.books.says.say(sentence, language or "en")


async def of_telling(services: Services, id: str, standing: Any) -> tuple[Session | None, bool]:
    """The session a telling is about, and whether its row has said something newer of who is there: one reading."""
    refs = [(RowKind.SESSION, id)] if id else []
    kind, of, count = standing or ("", "", 0)
    scene = await services.matchmaker.look([*refs, (RowKind(kind), of)] if standing else refs)
    row = scene.look(RowKind(kind), of) if standing else None
    return scene.look(*refs[0]) if refs else None, row is not None and row.said > count


async def tell_opened(services: Services, to: str, fields: tellings.Fields) -> dict[str, Any] | None:
    session: Session | None = await services.matchmaker.find(RowKind.SESSION, fields["session"])
    if session is None:
        return None
    other = session.listener if to == session.seeker else session.seeker
    beside = worn(services, session, other) if other else None
    there = [worn(services, session, user) for user in fields.get("here", ()) if user != to]
    return tellings.opened(name_of(session.id), fields, beside, there, (await saying(services, to))(LIMITS))


async def tell_changed(services: Services, to: str, fields: tellings.Fields) -> dict[str, Any] | None:
    id, code = str(fields.get("session") or ""), str(fields.get("code") or "")
    session, old = await of_telling(services, id, fields.get("standing"))
    if old and code not in LASTING:
        return None
    own = session is None or to == session.seeker
    who = None if old or "here" not in fields else present(services, id, session, to, fields)
    more: dict[str, Any] = {}
    if code == "transfer_asked" and own:
        kept = await services.matchmaker.words.lines(id)
        more["summary"] = kept[-1].text if kept else ""
    room = name_of(id) if id else carrying.STAY
    return tellings.changed(room, fields, who, own=own, say=await saying(services, to), **more)


def present(
    services: Services, id: str, session: Session | None, to: str, fields: tellings.Fields
) -> list[dict[str, Any]]:
    """Who is there beside the reader, as the row said it."""
    users = [user for user in fields["here"] if user != to]
    if session is not None and fields.get("seeker_here") and to != session.seeker:
        users.append(session.seeker)
    if session is not None:
        return [worn(services, session, user) for user in users]
    return [{"role": str(member(services, id, user, role_of(None, user)).role)} for user in users]


async def tell_closed(services: Services, to: str, fields: tellings.Fields) -> dict[str, Any] | None:
    return tellings.closed(name_of(fields["session"]), fields, await saying(services, to))


async def tell_waiting(services: Services, to: str, fields: tellings.Fields) -> dict[str, Any] | None:
    request: Request | None = await services.matchmaker.find(RowKind.REQUEST, fields["request"])
    if request is None:
        return None
    place, eta = await standing(services, request)
    noted = request.state is Seeking.CALL_BACK
    return tellings.waiting({**fields, "noted": noted}, place, eta, await saying(services, to))


async def tell_offered(services: Services, to: str, fields: tellings.Fields) -> dict[str, Any] | None:
    return tellings.offered(fields)


async def tell_withdrawn(services: Services, to: str, fields: tellings.Fields) -> dict[str, Any] | None:
    return {"offer": fields["offer"]}


async def tell_availability(services: Services, to: str, fields: tellings.Fields) -> dict[str, Any] | None:
    listener = await services.matchmaker.find(RowKind.LISTENER, to)
    if listener is None:
        return None
    now, caps = services.backplane.engine_now_ms(), services.matchmaker.caps
    return tellings.availability(fields, listening.gauge(listener, now, caps), await saying(services, to))


async def tell_notice(services: Services, to: str, fields: tellings.Fields) -> dict[str, Any] | None:
    says = (await saying(services, to))(tellings.NOTICES[fields["code"]])
    about = {"session": fields["session"]} if fields.get("session") else {}
    return {"code": fields["code"], "says": says, **about}


Teller = Callable[[Services, str, tellings.Fields], Awaitable[dict[str, Any] | None]]
TELLINGS: dict[Event, Teller] = {
    Event.WAITING: tell_waiting,
    Event.OFFERED: tell_offered,
    Event.OFFER_WITHDRAWN: tell_withdrawn,
    Event.SESSION_OPENED: tell_opened,
    Event.SESSION_CHANGED: tell_changed,
    Event.SESSION_CLOSED: tell_closed,
    Event.AVAILABILITY: tell_availability,
    Event.NOTICE: tell_notice,
}


# ------------------------------------------------------------------ how long it takes


def learned(band: Band, risk: int) -> Ref:
    """The row of the waits of one band and risk."""
    return RowKind.WAITS, f"{band}/{int(risk)}"


async def standing(services: Services, request: Request) -> tuple[int, dict[str, float]]:
    """The place of a request in the queue, and how long it may still take: p50, p90 in seconds. Raises MatchAway."""
    others = await services.matchmaker.lately(RowKind.REQUEST)
    place = matching.place((one for one in others if one.seeker != request.seeker), request)
    known = await services.matchmaker.find(*learned(request.band, request.risk)) or waits.Waits()
    shown = waits.estimate(known, request.place or place)
    low, high = waits.left(shown, max(0, services.backplane.engine_now_ms() - request.since))
    return place, {"p50": round(low / 1000, 1), "p90": round(high / 1000, 1)}


async def promised(services: Services, request: Request) -> tuple[int, int]:
    """The place of a new request, and what is said to it at first: its p90 (ms). Raises MatchAway."""
    others = await services.matchmaker.live(RowKind.REQUEST)
    place = matching.place(others, request)
    known = await services.matchmaker.find(*learned(request.band, request.risk)) or waits.Waits()
    return place, waits.estimate(known, place)[1]


async def measure(services: Services, owed: Owed) -> bool:
    """One wait more has ended: what the next are told is made of it. Once, by the effect's id."""
    fields = owed.effect.fields
    kind, id = learned(Band(fields["band"]), fields.get("risk", Risk.NONE))
    served = bool(fields.get("served", True))

    def step(scene: Scene) -> waits.Waits:
        before = scene.look(kind, id) or waits.Waits(id=id)
        after = waits.learn(before, owed.id, fields["place"], fields["waited"], fields["shown"], served=served)
        return scene.put(kind, id, after)

    await services.matchmaker.change(step, (kind, id))
    return True


# ------------------------------------------------------------------ doors, and words that go


async def shut(services: Services, owed: Owed) -> bool:
    """Nobody of those writes there from now on; then every node takes their connections out of it."""
    fields = owed.effect.fields
    room = session_room(fields["session"])
    if not fields.get("guest"):  # somebody of the team may come back
        await services.matchmaker.words.shut(room, fields["who"])
    word = {"session": fields["session"], "who": fields["who"]}
    services.backplane.publish_soon(None, envelope.control(SHUT, wire.body(word)))
    shut_out(services, fields["session"], fields["who"])
    return True


def shut_out(services: Services, id: str, who: str) -> None:
    """Take the connections of somebody ("*": of everybody) out of a session's room on this node."""
    room = services.hub.rooms.get(session_room(id))
    for connection in list(room) if room is not None else ():
        place = connection.rooms.get(name_of(id))
        if place is not None and who in ("*", place.member.user):
            depart(services, connection, name_of(id), grace=False)


def heard_shut(services: Services, body: bytes) -> None:
    """Another node has shut a room."""
    told = wire.unbody(body)
    shut_out(services, told["session"], told["who"])


async def shred(services: Services, owed: Owed) -> bool:
    """Words of a request or a session are deleted everywhere (T12)."""
    of = owed.effect.fields["of"]
    await services.matchmaker.words.shred(of)
    room = session_room(of)
    await services.backplane.trim(room, longer_than=0)
    services.backplane.keep_for(room, KEPT_EMPTY)
    session: Session | None = await services.matchmaker.find(RowKind.SESSION, of)
    return session is None or await unquoted(services, session)


async def unquoted(services: Services, session: Session) -> bool:
    """A summary that the seeker was asked about stands in their inbox: it is taken back there, too. False: not now.
    Raises EngineAway.
    """
    inbox, page = RoomKey(f"inbox/{session.seeker}"), None
    while page is None or (page.more and page.entries and page.entries[0].at >= session.began):
        before = page.entries[0].at_place if page is not None else None
        page = await services.backplane.page(inbox, before=before, limit=INBOX_PAGE)
        for entry in page.entries:
            if entry.kind != Event.SESSION_CHANGED or entry.at < session.began:
                continue
            told = wire.unbody(entry.body)
            if told.get("room") == name_of(session.id) and told.get("summary"):
                commit = Commit(
                    room=inbox,
                    id=event_id(services.secret, UserId(session.seeker), inbox, "shred", entry.id),
                    kind=Kind.REDACTED,
                    author=NO_ONE,
                    body=wire.body({"message": entry.id, "by": "system"}),
                    target=entry.id,
                )
                if (await services.backplane.submit([commit]))[0] is UNAVAILABLE:
                    return False
    return True


# Entries of an inbox read at once.
INBOX_PAGE = 100
# Seconds the bare places of a room without words stay: a late cursor is still told `trimmed`.
KEPT_EMPTY = 86_400.0


async def go_on(services: Services, owed: Owed) -> bool:
    """A step that had to wait until everything before it was told: a guest may come in (T10)."""
    fields = owed.effect.fields
    if fields["step"] != "arrive":
        raise AssertionError("no such step follows")
    id, by = fields["session"], fields["by"]
    floor = (await services.backplane.page(session_room(id), limit=1)).position.cursor
    await services.matchmaker.change(lambda scene: coming.arrive(scene, id, by, floor), (RowKind.SESSION, id))
    return True


async def note(services: Services, owed: Owed) -> bool:
    """A line of the audit trail."""
    fields, now = owed.effect.fields, services.backplane.engine_now_ms()
    await services.review.audit.note(
        fields["did"], at=now, case=owed.id, by=owed.effect.to, of=fields["of"], why=str(fields.get("why", ""))
    )
    return True


DO: dict[Do, Callable[[Services, Owed], Awaitable[bool]]] = {
    Do.TELL: tell,
    Do.PAGE: alarming.page,
    Do.DELIVER: carrying.deliver,
    Do.SUMMARY: carrying.hand_on,
    Do.SHUT: shut,
    Do.SHRED: shred,
    Do.FOLLOW: go_on,
    Do.FILE: alarming.file,
    Do.MEASURE: measure,
    Do.NOTE: note,
    Do.CARD: alarming.card,
}
