"""Pairing: somebody needs someone, and somebody is there: the commands of seekers and listeners before they meet.

    seek ─▶ a request, its place and an honest time ··· waiting (updates) ─▶ session_opened
    choose · withdraw                                        available · away ··· offered ─▶ answer ─▶ session_opened

What a command says is checked here; what it does is a verb of rooms/ over the store's rows, and what follows from it
is owed (owing.py). A repeat with the same key, or of a state that stands, changes nothing and is answered as the first.

**Nothing a listener answers reaches the seeker** (T9): there is no such event, and no refusal that differs.

`seek` never waits for words: what is written with it is kept like what is written later (waiting.py), judged at once,
and again when it is given to somebody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chat import careid, help, holding, tellings, waiting
from chat import sessioncommands as say
from chat.answers import refused, who
from chat.auth import Identity, event_id
from chat.carrying import WAITING
from chat.commands import Withdraw
from chat.connection import Connection
from chat.forms import THEMES
from chat.owing import make, promised, standing
from chat.replies import Code, Refused, Withdrawn
from chat.seating import name_of
from chat.services import Services
from chat.sessionreplies import Answered, Availability, Waiting
from chat.tellings import WAITS
from chat.wire import timestamp
from rooms import helping, listening, meeting, wanting
from rooms.events import Role, RoomKey
from rooms.helping import Standing
from rooms.listening import Listener
from rooms.scene import No, RowKind, Scene
from rooms.seeking import OPEN, Ask, Request, Seeking
from rooms.session import Session
from rooms.ties import Person

# Who may be asked to listen: who was trained for it, and the team.
LISTENING = frozenset({Role.LISTENER, Role.RESPONDER, Role.SUPERVISOR})
NO_LISTENER = "Listeners are trained first. Thank you for wanting to be there for somebody."
CHOICES = {"wait": Ask.KEEP, "tell_me": Ask.TELL_ME, "stop": Ask.WITHDRAW}

SAYS: dict[No, tuple[Code, str]] = {
    No.NOT_SO: (Code.BAD_REQUEST, "That can't be done now."),
    No.NOT_FOUND: (Code.NOT_FOUND, "There is no such thing for you."),
    No.TAKEN: (Code.TAKEN, "Somebody else was first, or nobody is needed any more. Thank you."),
    No.EXPIRED: (Code.EXPIRED, "That has run out."),
    No.CLOSED: (Code.CLOSED, "This has ended."),
    No.TOO_SOON: (Code.TOO_SOON, "Not yet."),
    No.FORBIDDEN: (Code.FORBIDDEN, "This is for somebody else to say."),
    No.STALE: (Code.CLOSED, "Something was said since. Read it first."),
}
ENOUGH = (
    "You have talked to somebody twice today. Rooms, lines and writing are open; and if you are in danger, say so here."
)
BESIDE = "You are in a conversation already."


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {says for _, says in SAYS.values()} | {NO_LISTENER, ENOUGH, BESIDE}


def declined(re: int, no: No, path: str = "") -> Refused:
    """Why a step was not made. What is not there and what is not one's own are the same."""
    code, says = SAYS[no]
    return refused(re, code, says, retry="later" if no is No.TOO_SOON else "never", path=path or None)


def person_of(identity: Identity) -> Person:
    """Somebody as matching knows them."""
    return Person(user=identity.user, band=identity.band, vetted=identity.vetted, language=identity.language or "")


# ------------------------------------------------------------------ seekers


async def seek(services: Services, connection: Connection, command: say.Seek) -> Waiting | Refused:
    """I need someone. Asking again while one waits is that one."""
    identity = who(connection)
    for path, given, known in (
        ("topic", [command.topic] if command.topic else [], say.TOPICS),
        ("prefer", command.prefer, say.TAGS),
        ("notes", command.notes, THEMES),
    ):
        if stop := unknown(command.id, path, given, known):
            return stop
    if command.line and (stop := waiting.illegible(services, command.id, command.line, "line")):
        return stop
    id = event_id(services.secret, identity.user, RoomKey("match"), "seek", command.key)
    wish: dict[str, Any] = {
        "topic": command.topic or "",
        "intensity": command.intensity or 0,
        "language": (command.language or identity.language or "").partition("-")[0],
        "prefer": frozenset(command.prefer),
        "notes": frozenset(command.notes),
    }
    made = await make(services, lambda scene: wanting.seek(scene, person_of(identity), id, **wish), *own(identity))
    services.company.follow(identity.user)
    if isinstance(made, No):
        if made is No.TOO_SOON:
            services.spawn(often(services, identity))
            return refused(command.id, Code.TOO_SOON, ENOUGH, retry="later", retry_after=3600.0)
        return refused(command.id, Code.TAKEN, BESIDE) if made is No.TAKEN else declined(command.id, made)
    if made.state is Seeking.MATCHED and made.id != id:
        return refused(command.id, Code.TAKEN, BESIDE)
    made = await shown(services, made)
    if command.line:
        stop = await waiting.first_words(services, connection, command, made)
        if stop is not None:
            return stop
        made = await find(services, identity, made.id) or made  # what they wrote may have put them before others
    place, eta = await standing(services, made)
    says = services.pipeline.books.says.say(WAITS, identity.language or "en")
    repeated = made.id != id or bool(made.told)
    return Waiting(re=command.id, request=made.id, place=place, eta=eta, says=says, repeated=repeated)


async def often(services: Services, identity: Identity) -> None:
    """Who asks more often than a day has talks for them is not turned away empty-handed: the card, once an hour."""
    why = f"often/{int(services.wall() // 3600)}"
    try:
        card = await help.made(services, identity, careid.About(help.ASKED, asked=True, room=bytes(5)), None, None, why)
        await help.keep(services, identity, {"about": WAITING, "card": card})
    except Exception as fault:  # one card, not the node
        services.metrics.failed(type(fault).__name__)


def own(identity: Identity) -> tuple[tuple[RowKind, str], ...]:
    """The rows that whatever a person does looks at."""
    return (RowKind.PERSON, identity.user), (RowKind.HOLD, identity.user)


def unknown(re: int, path: str, given: Iterable[str], known: Collection[str]) -> Refused | None:
    """Free words would reach somebody unjudged: what lists take is a word of the list."""
    if all(one in known for one in given):
        return None
    return refused(re, Code.BAD_REQUEST, f"`{path}` takes: {', '.join(sorted(known))}.", path=path)


async def shown(services: Services, request: Request) -> Request:
    """A new request with what its seeker is told first: what the wait is measured against."""
    if request.place:
        return request
    place, p90 = await promised(services, request)

    def step(scene: Scene) -> Request | No:
        one: Request | None = scene.look(RowKind.REQUEST, request.id)
        if one is None or one.place:
            return one or No.NOT_FOUND
        return scene.put(RowKind.REQUEST, one.id, replace(one, place=place, shown=p90))

    made = await make(services, step, (RowKind.REQUEST, request.id))
    return request if isinstance(made, No) else made


async def choose(services: Services, connection: Connection, command: say.Choose) -> Waiting | Withdrawn | Refused:
    """After a long wait: wait on, be told, or stop."""
    identity, ask = who(connection), CHOICES[command.choice]
    request = await find(services, identity, command.request)
    if request is None:
        return declined(command.id, No.NOT_FOUND, "request")
    if ask is Ask.WITHDRAW:
        return await withdraw(services, command.id, request)
    made = await make(
        services, lambda scene: wanting.step_request(scene, request.id, ask), (RowKind.REQUEST, request.id)
    )
    repeated = isinstance(made, No)
    now = await find(services, identity, request.id) if isinstance(made, No) else made
    if now is None or (repeated and now.state is not (Seeking.CALL_BACK if ask is Ask.TELL_ME else Seeking.QUEUED)):
        return declined(command.id, No.CLOSED if now is None else No.NOT_SO, "request")
    place, eta = await standing(services, now)
    words = tellings.NOTED if ask is Ask.TELL_ME else WAITS
    says = services.pipeline.books.says.say(words, identity.language or "en")
    return Waiting(re=command.id, request=now.id, place=place, eta=eta, says=says, repeated=repeated)


async def find(services: Services, identity: Identity, id: str) -> Request | None:
    """A request of this person."""
    request: Request | None = await services.matchmaker.find(RowKind.REQUEST, id)
    return request if request is not None and request.seeker == identity.user else None


async def withdraw(services: Services, re: int, request: Request) -> Withdrawn | Refused:
    """Nobody need be looked for any more. What was written while waiting is deleted, unread."""
    made = await make(
        services, lambda scene: wanting.step_request(scene, request.id, Ask.WITHDRAW), (RowKind.REQUEST, request.id)
    )
    if isinstance(made, No):
        if request.state not in OPEN:
            return Withdrawn(re=re, request=request.id, repeated=True)
        return declined(re, No.CLOSED, "request")
    return Withdrawn(re=re, request=request.id)


async def take_back(services: Services, connection: Connection, command: Withdraw) -> Withdrawn | Refused:
    """Take back what waits: a wish for somebody, or a message that is held."""
    request = await find(services, who(connection), command.request)
    if request is None:
        return await holding.withdraw(services, connection, command)
    return await withdraw(services, command.id, request)


# ------------------------------------------------------------------ listeners


async def available(services: Services, connection: Connection, command: say.Available) -> Availability | Refused:
    """A listener is there, and says what for."""
    identity = who(connection)
    if LISTENING.isdisjoint(identity.roles):
        return refused(command.id, Code.FORBIDDEN, NO_LISTENER)
    for path, given, known in (
        ("topics", command.topics or [], say.TOPICS),
        ("tags", command.tags or [], say.TAGS),
        ("refuses", command.refuses or [], THEMES | say.TOPICS),
    ):
        if stop := unknown(command.id, path, given, known):
            return stop
    profile = profile_of(command)
    if isinstance(profile, Refused):
        return profile
    made = await make(
        services,
        lambda scene: helping.come(
            scene, person_of(identity), profile, mood=command.mood or "", trained=round(identity.trained * 1000)
        ),
        (RowKind.PERSON, identity.user), (RowKind.LISTENER, identity.user),
    )  # fmt: skip
    services.company.follow(identity.user)
    if isinstance(made, No):
        return declined(command.id, made)
    return answer_of(services, identity, command.id, made)


def profile_of(command: say.Available) -> dict[str, Any] | Refused:
    """What a listener said of themselves, as fields of their row; what they left out stays."""
    given: dict[str, Any] = {
        name: frozenset(value)
        for name in ("topics", "tags", "refuses")
        if (value := getattr(command, name)) is not None
    }
    if command.languages is not None:
        given["languages"] = frozenset(tongue.partition("-")[0] for tongue in command.languages)
    if command.capacity is not None:
        given["capacity"] = command.capacity
    if command.until is not None:
        try:
            given["until"] = int(datetime.fromisoformat(command.until).timestamp() * 1000)
        except ValueError:
            return refused(
                command.id, Code.BAD_REQUEST, "`until` is a time such as 2026-03-01T22:00:00Z.", path="until"
            )
    return given


def answer_of(services: Services, identity: Identity, re: int, at: Standing) -> Availability:
    """Where a listener stands, with the fuel gauge, and kind words for what keeps them from being asked."""
    one, says = at.listener, tellings.AVAILABILITY.get(at.why)
    return Availability(
        re=re,
        state=str(one.state),
        caps=listening.gauge(one, services.backplane.engine_now_ms(), services.matchmaker.caps),
        until=timestamp(one.rest_until) if at.why == "rest" else timestamp(one.until) if one.until else None,
        says=services.pipeline.books.says.say(says, identity.language or "en") if says else None,
    )


async def away(services: Services, connection: Connection, command: say.Away) -> Availability | Refused:
    """A listener goes, or takes a break."""
    identity = who(connection)
    made: Listener | No = await make(
        services,
        lambda scene: helping.go(scene, identity.user, pause=command.for_ == "break"),
        (RowKind.LISTENER, identity.user),
    )
    if isinstance(made, No):
        return declined(command.id, made)
    return answer_of(services, identity, command.id, Standing(made))


async def answer(services: Services, connection: Connection, command: say.Answer) -> Answered | Refused:
    """A listener's yes or no. Of a thousand yeses to one request exactly one has the session (T1)."""
    identity = who(connection)
    offer = (RowKind.OFFER, command.offer)
    if not command.accept:
        made = await make(services, lambda scene: wanting.decline(scene, command.offer, identity.user), offer)
        if isinstance(made, No):
            return declined(command.id, made, "offer")
        return Answered(re=command.id, offer=command.offer, accepted=False)
    fresh = services.fresh()
    session: Session | No = await make(
        services, lambda scene: meeting.accept(scene, command.offer, identity.user, fresh), offer
    )
    if isinstance(session, No):
        return declined(command.id, session, "offer")
    services.company.follow(identity.user)
    return Answered(
        re=command.id,
        offer=command.offer,
        accepted=True,
        room=name_of(session.id),
        session=session.id,
        repeated=session.id != fresh,
    )
