"""From a command to its handler, and from whatever happens there to exactly one reply.

`HANDLERS` is the table. A tick's calls come in together: words to judge (`send`, `check`) are gathered and judged as
one batch, everything else runs in a task of its own; the connection keeps the order of replies. An exception in a
handler is answered `internal` and logged once, with the kind of command and the kind of exception and nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from chat import (
    ages,
    amends,
    answers,
    appeals,
    blocked,
    blocking,
    conduct,
    desk,
    feedback,
    help,
    joining,
    lantern,
    pairing,
    past,
    people,
    reports,
    sanctioning,
    speech,
    staying,
    supervising,
    talk,
    talking,
    tomorrow,
    waiting,
)  # fmt: skip
from chat import commands as say
from chat import sessioncommands as pair
from chat.answers import finish
from chat.carrying import WAITING
from chat.connection import Call, flows
from chat.replies import Pong
from chat.services import Services
from chat.spoken import Spoken, prepare
from chat.wire import timestamp
from rooms.backplane import EngineAway
from rooms.topics import PEER_ONLY

Handler = Callable[..., Awaitable[Any]]

# Commands that run one at a time on their connection. Those in `CALLED` also want the call itself.
HANDLERS: dict[type[Any], Handler] = {
    say.Hello: people.hello,
    say.Refresh: people.refresh,
    say.Rooms: talk.rooms,
    say.Join: joining.join,
    say.Leave: talk.leave,
    say.Lantern: lantern.lantern,
    say.Members: talk.members,
    say.Page: talk.page,
    say.Report: reports.report,
    say.Concern: reports.concern,
    say.Appeal: appeals.appeal,
    say.Sanction: sanctioning.sanction,
    say.Withdraw: pairing.take_back,
    say.Cases: desk.cases,
    say.Claim: desk.claim,
    say.Resolve: desk.resolve,
    say.HandOn: desk.hand_on,
    say.Help: help.give,
    say.CareAnswer: help.answer,
    pair.Seek: pairing.seek,
    pair.Choose: pairing.choose,
    pair.Available: pairing.available,
    pair.Away: pairing.away,
    pair.Answer: pairing.answer,
    pair.Open: talking.open,
    pair.Close: talking.close,
    pair.Undo: talking.undo,
    pair.Still: talking.still,
    pair.Extend: talking.extend,
    pair.Transfer: talking.transfer,
    pair.StepOut: talking.step_out,
    pair.Block: blocking.block,
    pair.Unblock: blocking.unblock,
    pair.Blocks: blocked.blocks,
    pair.Past: past.past,
    pair.Feedback: feedback.feedback,
    pair.Again: talking.again,
    pair.FollowUp: tomorrow.follow_up,
    pair.Settle: staying.settle,
    pair.Handover: staying.handover,
    pair.JoinOk: staying.join_ok,
    pair.Raise: staying.raise_,
    pair.Take: staying.take,
    pair.StandDown: staying.stand_down,
    pair.Supervise: supervising.supervise,
    pair.Sessions: supervising.sessions,
    pair.Age: ages.age,
}
CALLED: dict[type[Any], Handler] = {
    say.Send: speech.answer,  # only where it answers a message, or is for a responder
    say.Edit: amends.edit,
    say.Redact: amends.redact,
    say.React: amends.react,
}
SPOKEN = (say.Send, say.Check)


def run(services: Services, calls: Sequence[Call]) -> None:
    """Start everything that came in during one tick, in order of arrival."""
    now = services.ticks()
    spoken: list[Spoken] = []
    for call in calls:
        services.metrics.commanded(type(call.command).__name__)
        seen(services, call)
        try:
            one = begin(services, call, now)
        except Exception as fault:
            one = None
            finish(services, call, answers.internal(services, call.command, fault))
        if one is not None:
            spoken.append(one)
    if spoken:
        try:
            speech.speak(services, spoken, now)
        except Exception as fault:
            for one in spoken:
                if one.call.slot.frame is None:
                    finish(services, one.call, answers.internal(services, one.call.command, fault))


def begin(services: Services, call: Call, now: float) -> Spoken | None:
    """Start one command; words that are to be judged with the others of their tick are handed back."""
    command = call.command
    kind = type(command)
    if (stop := conduct.out_of_reach(call.connection, command)) is not None:
        finish(services, call, stop)
    elif kind is say.Send and command.room == WAITING:
        services.spawn(handle(services, call))
    elif kind in SPOKEN and flows(command):
        one = prepare(services, call)
        if isinstance(one, Spoken):
            return one
        finish(services, call, one)
    elif kind is say.Typing:
        talk.typing(services, call.connection, command, now)
        finish(services, call, None)
    elif kind is say.Ping:
        finish(services, call, Pong(re=command.id, at=timestamp(int(services.wall() * 1000))))
    else:
        services.spawn(handle(services, call))
    return None


async def handle(services: Services, call: Call) -> None:
    """Run one handler to its one reply."""
    command, connection = call.command, call.connection
    reply: Any
    try:
        if isinstance(command, say.Send) and command.room == WAITING:
            reply = await waiting.write(services, connection, command)
        elif (handler := CALLED.get(type(command))) is not None:
            reply = await handler(services, connection, command, call)
        else:
            reply = await HANDLERS[type(command)](services, connection, command)
    except (EngineAway, OSError):
        reply = answers.engine_away(command.id)
    except Exception as fault:
        reply = answers.internal(services, command, fault)
    if isinstance(command, say.Hello):
        seen(services, call)  # only now is it known who that is
    if reply is not None:  # None: the handler has seen to the answer itself
        finish(services, call, reply)


def seen(services: Services, call: Call) -> None:
    """Somebody of the team did something, and is on shift by that. A ping is a program's doing."""
    identity = call.connection.identity
    if identity is not None and identity.roles != PEER_ONLY and not isinstance(call.command, say.Ping):
        services.shift.saw(identity)
