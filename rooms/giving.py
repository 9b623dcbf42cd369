"""Giving on: a listener hands a seeker to another listener, with the seeker's consent, and nobody is lost (T13).

    the listener proposes ─▶ asked ─ the seeker agrees, edits the summary ─▶ offered ─ a taker accepts ─▶ taken
           │ 45 s, or no        │ 45 s: both stay                                                          │
           ▼                    ▼                                            the taker speaks: the old room ends
        ACTIVE(old) ◀───────────┴──────────────── the taker never speaks ──────────────────────────────────┘

A transfer is a request of its own, at the head, never put to the giver. The new pair has a room of its own: what was
told to one listener is not read by the next, but for the summary the seeker has seen and left standing. Both listeners
are there until the new one has spoken. If the giver is lost meanwhile, that request is the seeker's place at the head.
"""

from __future__ import annotations

from dataclasses import replace

from rooms import cast, parting
from rooms import session as talking
from rooms.effects import Do, Effect
from rooms.scene import No, Scene
from rooms.seeking import Request
from rooms.session import Move, Session, Talk


def propose(scene: Scene, id: str, by: str) -> Session | No:
    """A listener would like to give the seeker on. Nothing happens without their consent."""
    before = cast.session(scene, id)
    if before is None or before.listener != by or not by:
        return No.NOT_FOUND
    if before.state is Talk.TRANSFERRING:
        return before
    after = talking.take(before, Move.TRANSFER, scene.now, scene.times, by=by)
    return after if isinstance(after, No) else cast.told(scene, after, "transfer_asked")


def consent(scene: Scene, id: str, by: str, request_id: str) -> Session | No:
    """The seeker agrees: they are put to other listeners, before everybody of the same risk."""
    before = cast.session(scene, id)
    if before is None or before.seeker != by:
        return No.NOT_FOUND
    if before.state is not Talk.TRANSFERRING or before.offering != "asked":
        return before if before.offering else No.NOT_SO
    old = cast.request(scene, before.request)
    if old is None:
        return No.CLOSED
    request = Request(
        id=request_id, seeker=by, since=scene.now, band=old.band, risk=old.risk, head=True, topic=old.topic,
        intensity=old.intensity, language=old.language, prefer=old.prefer, notes=old.notes, width=3,
        not_to=old.not_to | {before.listener}, giver=id, volunteers=old.volunteers, choose_by=-1,
    )  # fmt: skip
    cast.put(scene, request)
    cast.put(scene, replace(cast.person(scene, by), request=request_id))
    scene.ring(f"round:{request.band}")
    return cast.told(scene, replace(before, offering="offered", until=scene.now + scene.times.transfer), "transfer")


def stay(scene: Scene, id: str, by: str = "") -> Session | No:
    """The seeker would rather stay, or nobody took them in time: the two go on."""
    before = cast.session(scene, id)
    if before is None or (by and before.seeker != by):
        return No.NOT_FOUND
    if before.state is not Talk.TRANSFERRING or (by and before.offering == "taken"):
        return No.NOT_SO
    if before.offering == "taken":
        return _overdue(scene, before)
    after = talking.take(before, Move.STAY, scene.now, scene.times, by=by)
    if isinstance(after, No):
        return after
    parting.forget_transfer(scene, before)
    return cast.told(scene, after, "transfer_none")


def _overdue(scene: Scene, before: Session) -> Session | No:
    """A taker was found and has not spoken yet: a little longer, as long as they are there."""
    if before.until > scene.now:
        return No.TOO_SOON
    taker = cast.session(scene, cast.person(scene, before.seeker).session)
    if taker is None or taker.giver != before.id or taker.state not in talking.LIVE or not taker.listener:
        parting.take_back(scene, before)
    else:
        cast.put(scene, replace(before, until=scene.now + scene.times.transfer))
    return before


def taken(scene: Scene, giver: str, into: str) -> None:
    """A taker has accepted: they have the summary as the seeker left it, and the giver stays until they speak."""
    before = cast.session(scene, giver)
    if before is None or before.state is not Talk.TRANSFERRING:
        return
    until = scene.now + scene.times.connect + scene.times.transfer
    cast.told(scene, replace(before, offering="taken", until=until), "transfer_taken")
    scene.owe(before.seeker, Effect(Do.SUMMARY, before.seeker, {"session": giver, "into": into}))


def give_over(scene: Scene, giver: str) -> None:
    """The taker has spoken: the old room ends, and the giver rests."""
    before = cast.session(scene, giver)
    if before is None or before.state is not Talk.TRANSFERRING:
        return
    parting.end(scene, before, cast.must(talking.take(before, Move.PART, scene.now, scene.times, why="given")))
