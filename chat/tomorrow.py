"""Tomorrow: "check on me tomorrow", over the wire: one command sets it and takes it back (F42, rooms/tomorrow.py).

    follow_up {on: true} ─▶ follow_up {on, at} ··· a day ··· notice {code: "follow_up", says} in the inbox, once

What is told is neutral: whoever looks over a shoulder learns nothing. It waits in the inbox for who is not here.
"""

from __future__ import annotations

from chat import sessioncommands as say
from chat.answers import who
from chat.connection import Connection
from chat.owing import make
from chat.pairing import declined, person_of
from chat.replies import Refused
from chat.services import Services
from chat.sessionreplies import FollowedUp
from chat.wire import timestamp
from rooms import tomorrow
from rooms.scene import No, RowKind


async def follow_up(services: Services, connection: Connection, command: say.FollowUp) -> FollowedUp | Refused:
    """Ask me how I am, tomorrow; or not after all."""
    identity = who(connection)
    made = await make(
        services,
        lambda scene: tomorrow.wish(scene, person_of(identity), on=command.on),
        (RowKind.PERSON, identity.user),
    )
    if isinstance(made, No):
        return declined(command.id, made)
    return FollowedUp(re=command.id, on=command.on, at=timestamp(made.ask_at) if made.ask_at else None)
