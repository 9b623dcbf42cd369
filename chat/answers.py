"""What every handler says, and how each command ends in exactly one reply.

A refusal is a value: a code, the words a person reads, whether asking again can help. What is not there and what one
may not see are refused in the same words. `finish` is the one way out: it fills the slot, counts, and lets the hub know
that something waits; a reply that cannot be said becomes `internal` and costs only itself. Refusals are put into the
reader's language there, as far as somebody has translated the sentence (moderation/data/says). A fault is logged with
its kind and its place in the code; its text may hold private words and is never logged.
"""

from __future__ import annotations

import re
from typing import Any

import structlog

from chat.auth import Identity
from chat.connection import Call, Connection
from chat.replies import Code, Refused
from chat.services import Services
from moderation.says import Says
from rooms.events import Member, Refusal, RoomKey
from rooms.topics import Topic

log = structlog.get_logger("warmline.answers")

# What a person calls their own private room.
INBOX = "inbox"
# Kinds of rooms whose keys go on with a person.
_WITHOUT_NAME = (INBOX, "waiting")

NO_ROOM = "There is no such room here."
JOIN_FIRST = "Join the room first."
AWAY = "We can't save messages just now. Yours is kept on your side; try again in a moment."
TOO_MANY = "You can be in {most} rooms at a time. Leave one first."
FAULT = "Something went wrong on our side. Your words are still with you; please try again."

NUMBER = re.compile(r"\d+")


def sentences() -> set[str]:
    """Everything above, for whoever translates it; a number is `#`."""
    return {NO_ROOM, JOIN_FIRST, AWAY, FAULT, TOO_MANY.format(most="#")}


def room_named(room: str) -> str:
    """A room as clients name it. The key of an inbox holds whose it is; that stays here."""
    kind, _, rest = room.partition("/")
    return f"session:{rest}" if kind == "session" else kind if kind in _WITHOUT_NAME else rest


def who(connection: Connection) -> Identity:
    """The identity behind an open connection."""
    if connection.identity is None:
        raise AssertionError("a command ran before hello")
    return connection.identity


def inbox_of(identity: Identity) -> RoomKey:
    """The person's private room of one."""
    return RoomKey(f"inbox/{identity.user}")


def find(services: Services, identity: Identity, name: str) -> Topic | None:
    """The topic room of that name, if this person may know of it."""
    return services.catalogue.find(name, identity.band, roles=identity.roles, vetted=identity.vetted)


def worn(member: Member) -> dict[str, str]:
    """Who said it, as the room knows them."""
    return {"alias_id": member.alias, "name": member.name, "role": str(member.role)}


def refused(re: int | None, code: Code | Refusal, says: str, **more: Any) -> Refused:
    """A refusal the client need not repeat, unless `retry` says otherwise."""
    more.setdefault("retry", "never")
    return Refused(re=re, code=str(code), says=says, **more)


def not_found(re: int | None) -> Refused:
    """The one answer for what is not there and for what one may not see."""
    return refused(re, Code.NOT_FOUND, NO_ROOM, path="room")


def absent(services: Services, connection: Connection, re: int | None, name: str) -> Refused:
    """Why someone who is not in a room cannot act there."""
    if name == INBOX or find(services, who(connection), name) is not None:
        return refused(re, Code.NOT_MEMBER, JOIN_FIRST, path="room")
    return not_found(re)


def too_many_rooms(services: Services, re: int | None) -> Refused:
    """Nobody needs so many rooms at once, and each costs every node something."""
    most = services.settings.limits.rooms
    return refused(re, Code.FORBIDDEN, TOO_MANY.format(most=most), path="room")


def engine_away(re: int | None) -> Refused:
    """The store does not answer. Nothing was lost: the client keeps the key and asks again."""
    return refused(re, Code.UNAVAILABLE, AWAY, retry="later", retry_after=2.0)


def internal(services: Services, command: Any, fault: Exception) -> Refused:
    """Our fault: say so, and log what kind of fault it was. Its text may hold private words and is not logged."""
    services.metrics.failed(type(fault).__name__)
    log.error("handler_failed", command=type(command).__name__, fault=type(fault).__name__, where=where(fault))
    return Refused(re=command.id, code=Code.INTERNAL, says=FAULT, retry="later", retry_after=2.0)


def finish(services: Services, call: Call, reply: Any) -> None:
    """Answer, count, and let the hub know that something waits. A reply that cannot be said costs only itself."""
    try:
        if isinstance(reply, Refused):
            reply = in_their_language(services, call.connection, reply)
        call.answer(reply)
    except Exception as fault:
        reply = internal(services, call.command, fault)
        if call.slot.frame is None:
            call.answer(reply)
    if isinstance(reply, Refused):
        services.metrics.refused(reply.code)
    services.hub.touch(call.connection)


def in_their_language(services: Services, connection: Connection, reply: Refused) -> Refused:
    """A refusal as its reader reads it: here, for all of them, so that no handler can forget it."""
    language = connection.identity.language if connection.identity is not None else None
    if not language:
        return reply
    says = with_numbers(services.pipeline.books.says, reply.says, language)
    return reply if says == reply.says else reply.saying(says)


def with_numbers(book: Says, sentence: str, language: str) -> str:
    """A sentence in a language, also where it holds numbers: the catalogue has each of them as `#`."""
    says = book.say(sentence, language)
    if says != sentence:
        return says
    numbers = iter(NUMBER.findall(sentence))
    shape = NUMBER.sub("#", sentence)
    found = book.say(shape, language)
    return sentence if found == shape else re.sub("#", lambda _: next(numbers, ""), found)


def where(fault: Exception) -> str:
    """File and line of the innermost frame: enough to find a bug, no locals."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
