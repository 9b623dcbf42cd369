"""A listener's own past sessions: when, about what, for how long, how it ended, and whether feedback is open.

    past ─▶ the listener's row: what they gave in the last week (rooms/listening.py) ─▶ the newest first
          ─▶ beside each its session, while it is remembered: may the words be read, is feedback open

No words and no names. The topic is a word of the fixed list, as it was in the offer. How it ended is what the listener
knew at that moment: they handed on, or closed it themselves; every other end is one and the same (T9). A week is how
long the row keeps what was given, for the caps; nothing is kept longer for this.

Failure: the store away: refused, asking again does no harm.
"""

from __future__ import annotations

from typing import Any

from chat import sessioncommands as say
from chat.answers import refused, who
from chat.connection import Connection
from chat.pairing import LISTENING, NO_LISTENER
from chat.replies import Code, Refused
from chat.seating import name_of
from chat.services import Services
from chat.sessionreplies import Past
from chat.wire import timestamp
from rooms.durations import WEEK
from rooms.listening import Listener, Spent
from rooms.scene import RowKind
from rooms.session import Seat, Session, Talk, may_read

# Sessions of one answer: caps let nobody give as many in a week.
MOST = 50


async def past(services: Services, connection: Connection, command: say.Past) -> Past | Refused:
    """What this listener gave in the last week. Raises MatchAway."""
    identity = who(connection)
    if LISTENING.isdisjoint(identity.roles):
        return refused(command.id, Code.FORBIDDEN, NO_LISTENER)
    listener: Listener | None = await services.matchmaker.find(RowKind.LISTENER, identity.user)
    since = services.backplane.engine_now_ms() - WEEK
    spent = [one for one in (listener.spent if listener is not None else ()) if one.ended > since]
    spent = sorted(spent, key=lambda one: one.ended, reverse=True)[:MOST]
    scene = await services.matchmaker.look([(RowKind.SESSION, one.session) for one in spent if one.session])
    told = [of(one, scene.look(RowKind.SESSION, one.session) if one.session else None, identity.user) for one in spent]
    return Past(re=command.id, sessions=told)


def of(spent: Spent, session: Session | None, user: str) -> dict[str, Any]:
    """One of them. `session`: None where it is not remembered, or was given before sessions were noted."""
    row: dict[str, Any] = {"began": timestamp(spent.began), "ended": timestamp(spent.ended), "end": spent.end or "over"}
    if spent.topic:
        row["topic"] = spent.topic
    if spent.heavy:
        row["heavy"] = True
    if session is None or session.seat(user) is not Seat.LISTENER:
        return row
    row["session"] = session.id
    if may_read(session, user):
        row["room"] = name_of(session.id)
    if user in session.gave:
        row["feedback"] = "given"
    elif session.state is Talk.ENDED:
        row["feedback"] = "open"
    return row
