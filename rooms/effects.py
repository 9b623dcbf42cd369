"""Effects: what follows from a step outside the rows it wrote, as values that can be stored, repeated and compared.

    step ──▶ rows and effects, written in one script ──▶ done by whoever wrote them; else by any node, within a second

An effect is *owed* to a target, a person, and the effects of one target are done in order. It may be done twice, for a
node can die between the doing and the crossing off; so what it does must have the same outcome the second time (the
store gives each an id, and commits made of that id are one commit). An effect holds ids, times and words of our own
lists, never what anybody wrote.

A TELL that says who is there is `standing`: true while nothing newer was said of it. It carries the count its row had
when it was said, and is skipped if the row has said something newer by the time it would be told (T15).
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as part
from enum import StrEnum
from typing import Any


class Do(StrEnum):
    """What is to be done. Fields besides `to` are named in each line."""

    TELL = "tell"  # an event in the inbox of `to`: event, and its fields
    PAGE = "page"  # case, people, band, kind, room, since, step: `alerted` to each, and to the desk
    DELIVER = "deliver"  # request, session: what was written while waiting, through the pipeline, as `to`
    SUMMARY = "summary"  # session, into: a transfer's summary as the seeker left it, through the pipeline, as `to`
    SHUT = "shut"  # session, who: "*" or a person; they neither read nor write there from now on
    SHRED = "shred"  # of: a request or session whose words are to be deleted everywhere
    FOLLOW = "follow"  # ref, step, by: a step that may be made only when all before it was told
    FILE = "file"  # what, case, band: something for the review desk
    MEASURE = "measure"  # band, risk, place, shown, waited, served: one wait that has ended; served: somebody came
    NOTE = "note"  # did, of, why: a line of the audit trail
    CARD = "card"  # why, care, kind: the card of lines, made anew for `to`


class Event(StrEnum):
    """Events of a one-on-one session, as the wire names them."""

    WAITING = "waiting"
    OFFERED = "offered"
    OFFER_WITHDRAWN = "offer_withdrawn"
    SESSION_OPENED = "session_opened"
    SESSION_CHANGED = "session_changed"
    SESSION_CLOSED = "session_closed"
    AVAILABILITY = "availability"
    NOTICE = "notice"  # tomorrow.py, a debrief, a receipt: by its code


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that follows. `to` is the person it is for, "" for nobody in particular."""

    do: Do
    to: str = ""
    fields: dict[str, Any] = part(default_factory=dict)

    @property
    def standing(self) -> tuple[str, str, int] | None:
        """(kind, id, count) of the row this is true of, if it says who is there."""
        found = self.fields.get("standing")
        return tuple(found) if found else None


def tell(to: str, event: Event, **fields: Any) -> Effect:
    """An event for one person."""
    return Effect(Do.TELL, to, {"event": event, **fields})
