"""Talking: what the two in a session may do beside speaking. Speaking itself is that of any room (speech.py).

    open · still · extend · transfer            while it lasts
    close ─ 20 s, undo ─▶ ended                 gently
    step_out · block ─▶ ended, at once          whoever stays is told the same as at any end (T9)
    feedback · again                            afterwards

Each is a verb of rooms/ over the store's rows. What somebody does who has no seat there is `not_found`, like a session
that never was. Leaving takes this person's devices out of the room here and now; the store shuts it behind them.
"""

from __future__ import annotations

from typing import Any

from chat import commands, lantern, reports
from chat import sessioncommands as say
from chat.answers import refused, who
from chat.auth import Identity, alias_id
from chat.carrying import STAY
from chat.connection import Connection
from chat.joining import join
from chat.owing import make, shut_out
from chat.pairing import declined
from chat.replies import Code, Joined, Refused
from chat.seating import id_of, other_of, worn
from chat.services import Services
from chat.sessionreplies import (
    Blocked,
    Closed,
    Extended,
    SteppedOut,
    StillHere,
    Transferring,
    Undone,
    Wished,
)
from chat.spoken import submission
from chat.wire import timestamp
from moderation.verdict import Action
from rooms import asides, giving, meeting, parting, staying
from rooms.events import UserId
from rooms.handover import Dial
from rooms.held import Act
from rooms.scene import No, RowKind, Scene
from rooms.session import Move, Session, Talk
from rooms.words import Line

SUMMARY = "summary"

TOO_LONG = "That is too long for a summary."
OPEN_FIRST = "Open the session first."
NOT_AS_IT_IS = "This can't be handed on as it is."


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {TOO_LONG, OPEN_FIRST, NOT_AS_IT_IS}


async def open(services: Services, connection: Connection, command: say.Open) -> Joined | Refused:
    """Enter the room of a session: a join like any other, for who has a place there."""
    entered = await join(services, connection, commands.Join(id=command.id, room=command.room, cursor=command.cursor))
    if isinstance(entered, Joined) and id_of(command.room):
        services.company.follow(who(connection).user)
    return entered


async def of(services: Services, identity: Identity, room: str) -> Session | None:
    """The session behind a room, if this person has a place in it. Raises MatchAway."""
    session: Session | None = await services.matchmaker.find(RowKind.SESSION, id_of(room)) if id_of(room) else None
    if session is None or (session.seat(identity.user) is None and session.guest(identity.user) is None):
        return None
    return session


async def close(services: Services, connection: Connection, command: say.Close) -> Closed | Refused:
    """End it, gently. Of somebody who is stayed with, their own close is their own ending, with no questions."""
    identity, id = who(connection), id_of(command.room)
    user = identity.user
    if command.why == "exit":
        await make(services, lambda scene: staying.go(scene, user, Act.QUIT), (RowKind.HOLD, user))
        await lantern.hurried(services, connection)
        return Closed(re=command.id, room=command.room)
    if command.room == STAY:
        left = await make(services, lambda scene: staying.leave(scene, user), (RowKind.HOLD, user))
        return declined(command.id, left, "room") if isinstance(left, No) else Closed(re=command.id, room=STAY)
    made = await make(services, lambda scene: staying.close(scene, id, user), (RowKind.SESSION, id))
    if isinstance(made, No):
        return declined(command.id, made, "room")
    until = timestamp(made.until) if made.state is Talk.CLOSING else None
    return Closed(re=command.id, room=command.room, until=until)


async def undo(services: Services, connection: Connection, command: say.Undo) -> Undone | Refused:
    """Not yet: a close is taken back, or a handover that was confirmed."""
    identity, id = who(connection), id_of(command.room)
    user = identity.user
    made: Any = No.NOT_FOUND
    if id:
        made = await make(services, lambda scene: parting.undo(scene, id, user), (RowKind.SESSION, id))
    if isinstance(made, No):
        again = await make(services, lambda scene: staying.dial(scene, user, Dial.UNDO), (RowKind.HOLD, user))
        made = made if isinstance(again, No) and made is not No.NOT_FOUND else again
    return declined(command.id, made, "room") if isinstance(made, No) else Undone(re=command.id, room=command.room)


async def still(services: Services, connection: Connection, command: say.Still) -> StillHere | Refused:
    """One tap: still here."""
    identity, id = who(connection), id_of(command.room)
    user = identity.user

    def step(scene: Scene) -> Session | Any:
        made: Any = meeting.speak(scene, id, user, Move.STILL) if id else No.NOT_FOUND
        held = staying.stir(scene, user)
        return held if isinstance(made, No) and not isinstance(held, No) else made

    made = await make(services, step, (RowKind.HOLD, user), *([(RowKind.SESSION, id)] if id else []))
    return declined(command.id, made, "room") if isinstance(made, No) else StillHere(re=command.id, room=command.room)


async def extend(services: Services, connection: Connection, command: say.Extend) -> Extended | Refused:
    """A little more, once both have said so."""
    identity, id = who(connection), id_of(command.room)
    made = await make(services, lambda scene: asides.extend(scene, id, identity.user), (RowKind.SESSION, id))
    if isinstance(made, No):
        return declined(command.id, made, "room")
    return Extended(re=command.id, room=command.room, until=timestamp(made.soft_end) if made.extended else None)


# ------------------------------------------------------------------ handing on


async def transfer(services: Services, connection: Connection, command: say.Transfer) -> Transferring | Refused:
    """The listener proposes; the seeker agrees, with the summary as they want it, or stays."""
    identity, id = who(connection), id_of(command.room)
    session = await of(services, identity, command.room)
    if session is None or session.seat(identity.user) is None:
        return declined(command.id, No.NOT_FOUND, "room")
    own = identity.user == session.seeker
    if not (own and command.to == "") and command.summary is not None:
        if stop := await summarise(services, connection, command, session):
            return stop
    if not own:
        made = await make(services, lambda scene: giving.propose(scene, id, identity.user), (RowKind.SESSION, id))
    elif command.to == "":
        made = await make(services, lambda scene: giving.stay(scene, id, identity.user), (RowKind.SESSION, id))
    else:
        fresh = services.fresh()
        made = await make(
            services, lambda scene: giving.consent(scene, id, identity.user, fresh), (RowKind.SESSION, id)
        )
    if isinstance(made, No):
        return declined(command.id, made, "room")
    return Transferring(re=command.id, room=command.room, until=timestamp(made.until) if made.until else None)


async def summarise(
    services: Services, connection: Connection, command: say.Transfer, session: Session
) -> Refused | None:
    """Keep what the next listener is told, if it may be shown as it is: the seeker reads it first."""
    text = command.summary or ""
    if not text.strip():
        await services.matchmaker.words.shred(session.id)
        return None
    if len(text) > services.settings.limits.text:
        return refused(command.id, Code.TOO_LONG, TOO_LONG, path="summary")
    place = connection.rooms.get(command.room)
    if place is None:
        return refused(command.id, Code.NOT_MEMBER, OPEN_FIRST, path="room")
    judged = submission(services, connection, place, text, key="", dry=True)
    verdict = await services.turns.judged(judged, in_line=False)
    if verdict.action not in (Action.ALLOW, Action.MASK) or verdict.text is None:
        says = verdict.says or NOT_AS_IT_IS
        return refused(command.id, Code.STOPPED, says, path="summary")
    line = Line(id=SUMMARY, text=verdict.text, at=services.backplane.engine_now_ms())
    await services.matchmaker.words.keep(session.id, line, over=True)
    return None


# ------------------------------------------------------------------ leaving


async def step_out(services: Services, connection: Connection, command: say.StepOut) -> SteppedOut | Refused:
    """Out, at once; no reason, no penalty. With `report`, the team is told of the other first."""
    identity = who(connection)
    if command.report is not None and (stop := await reported(services, connection, command)):
        return stop
    done = await leave(services, identity, command.room, command.id, "report" if command.report else "step_out")
    if isinstance(done, Refused):
        return done
    return SteppedOut(re=command.id, room=command.room, repeated=not done)


async def reported(services: Services, connection: Connection, command: say.StepOut) -> Refused | None:
    """Tell the team of the other, as with `report`; the words stay sealed until that is decided."""
    identity = who(connection)
    session = await of(services, identity, command.room)
    other = other_of(services, session, identity.user, None) if session is not None else None
    if session is None or not other:
        return declined(command.id, No.NOT_FOUND, "room")
    place = connection.rooms.get(command.room)
    if place is None:
        return refused(command.id, Code.NOT_MEMBER, OPEN_FIRST, path="room")
    meant = reports.Meant(UserId(other), worn(services, session, other)["name"])
    told = commands.Report(
        id=command.id, room=command.room, reason=command.report or "other", note=command.note,
        alias_id=alias_id(services.secret, UserId(other), place.key), key=command.key,
    )  # fmt: skip
    done = await reports.about(services, connection, told, place, meant)
    if isinstance(done, Refused):
        return done
    user = identity.user
    await make(services, lambda scene: staying.report(scene, user, other), (RowKind.HOLD, user))
    return None


async def block(services: Services, connection: Connection, command: say.Block) -> Blocked | Refused:
    """Never again with this person. The other sees an end like any other."""
    identity = who(connection)
    session = await of(services, identity, command.room)
    if session is None or (command.alias_id and not other_of(services, session, identity.user, command.alias_id)):
        return declined(command.id, No.NOT_FOUND, "room")
    done = await leave(services, identity, command.room, command.id, "block")
    return done if isinstance(done, Refused) else Blocked(re=command.id, room=command.room, repeated=not done)


async def leave(services: Services, identity: Identity, room: str, re: int, why: str) -> bool | Refused:
    """Leave a session at once. True: it was live until now."""
    session = await of(services, identity, room)
    if session is None:
        return declined(re, No.NOT_FOUND, "room")
    id, user = session.id, identity.user
    if session.seat(user) is None:
        made: Any = await make(services, lambda scene: asides.guest_leaves(scene, id, user), (RowKind.SESSION, id))
    else:
        made = await make(services, lambda scene: parting.part(scene, id, user, why), (RowKind.SESSION, id))
    if isinstance(made, No):
        return declined(re, made, "room")
    shut_out(services, id, user)
    return session.ended_at == 0


async def again(services: Services, connection: Connection, command: say.Again) -> Wished | Refused:
    """I would talk to this person again."""
    identity, id = who(connection), command.session
    made = await make(services, lambda scene: parting.again(scene, id, identity.user), (RowKind.SESSION, id))
    if isinstance(made, No):
        return declined(command.id, made, "session")
    return Wished(re=command.id, session=id)
