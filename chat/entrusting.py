"""Entrusting: words for the responder only, such as an address, said on purpose by who is held (sessions.md, R4).

    send {to_responder: true} ─▶ held, with a responder there? ─ no ─▶ refused, and why; the words stay with them
                                 │ yes
                                 ▼ the filter, as for all words (T5)
          contact details stay as they are · the rest as ever ─▶ an entry of the room, `to: "responder"`
          what a person of the team would have to see first ─▶ that is who reads it
                                 │
          the person and the responders they let in see it; the listener, and who supervises, do not (veil.py)

Software never asks for an address. What is entrusted lies with the other words of the session and goes with them.
Nobody who has no business with it can tell that it was said: no hole, no typing, no count.
"""

from __future__ import annotations

from dataclasses import replace

from chat.answers import refused
from chat.connection import Call, Membership
from chat.replies import Code, Refused
from chat.seating import trusted
from chat.services import Services
from chat.settling import pack_of
from chat.spoken import Spoken, prepare
from chat.veil import is_for_one
from moderation.verdict import Action, Verdict
from rooms import session as talking
from rooms.events import Entry
from rooms.held import OPEN
from rooms.scene import RowKind

# What an entry says of whom it is for.
RESPONDER = "responder"
# Labels of what is entrusted on purpose. Everything else the filter masks is masked here, too.
CONTACT = "contact."

NOBODY_THERE = (
    "Somebody from our team must be with you before this can be given to them alone. Your words are still with you. "
    "If you are in danger now, call the emergency number on your card."
)

NOT_READ = (
    "The filter can't look at this just now, so it was not given to anybody. Your words are still with you; send them "
    "again in a moment. If you are in danger now, call the emergency number on your card."
)


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    return {NOBODY_THERE, NOT_READ}


async def entrust(services: Services, call: Call) -> Spoken | Refused:
    """Words for the responder, ready to be judged, if there is one. Raises MatchAway."""
    one = prepare(services, call)
    if isinstance(one, Refused) or await is_there(services, one.place):
        return one
    return refused(call.command.id, Code.CLOSED, NOBODY_THERE, retry="later", retry_after=5.0, path="to_responder")


async def is_there(services: Services, place: Membership) -> bool:
    """Whether this person is held here, and somebody of the team is with them, as they were told."""
    if not place.session:
        return False
    user = place.member.user
    scene = await services.matchmaker.look([(RowKind.SESSION, place.session), (RowKind.HOLD, user)])
    session, hold = scene.look(RowKind.SESSION, place.session), scene.look(RowKind.HOLD, user)
    if session is None or hold is None or session.seeker != user or hold.state not in OPEN:
        return False
    return session.state in talking.LIVE and any(trusted(session, one) for one in hold.responders)


def looked_at(services: Services, one: Spoken, verdict: Verdict, edits: Entry | None = None) -> Verdict:
    """The verdict on words for the responder: an address is what they are for. What is stopped stays stopped (R5).

    `edits`: the words they are to replace; a corrected address is for whom the first one was.
    """
    if not is_entrusted(one, edits) or verdict.action is Action.BLOCK or verdict.blind:
        return verdict
    left = tuple(finding for finding in verdict.findings if not finding.label.startswith(CONTACT))
    text = pack_of(services, one.submission.pack).masked(one.submission.text, left)
    action = Action.ALLOW if text == one.submission.text else Action.MASK
    return replace(verdict, action=action, text=text, findings=left)


def unread(one: Spoken, verdict: Verdict, edits: Entry | None = None) -> Refused | None:
    """Words for the responder that the filter could not look at stay with who wrote them, and can be sent again."""
    if not (is_entrusted(one, edits) and verdict.blind):
        return None
    return refused(one.call.command.id, Code.UNAVAILABLE, NOT_READ, retry="later", retry_after=5.0)


def is_entrusted(one: Spoken, edits: Entry | None = None) -> bool:
    """Whether these words are for the responder only."""
    return bool(getattr(one.call.command, "to_responder", False)) or (edits is not None and is_for_one(edits))
