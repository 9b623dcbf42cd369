"""Falling due: what time does to a row, and what it means that somebody is here or gone.

    fall(scene, ref)     what is due of this row now; No.TOO_SOON when somebody else has seen to it, or it moved
    look(scene, user)    is this person connected anywhere? What they take part in follows from that

Both look at what *is*, not at what was announced: any node may call them for any row or person, at any time, and as
often as it likes. What is not due does not happen, and what has happened is not due any more. That is why a deadline
survives every node: it is in the row, the row is in the store, and whoever looks first does it (T3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rooms import (
    calling,
    cast,
    coming,
    giving,
    held,
    listening,
    meeting,
    parting,
    rows,
    seeking,
    staying,
    tomorrow,
    wanting,
)
from rooms import session as talking
from rooms.effects import Event
from rooms.events import Band
from rooms.held import Act, Held
from rooms.listening import Turn
from rooms.offering import Offering
from rooms.scene import No, Ref, RowKind, Scene
from rooms.seeking import Ask
from rooms.session import Move, Session


def fall(scene: Scene, ref: Ref) -> Any:
    """Do what is due of a row. A No where nothing is: never an error."""
    kind, id = ref
    does = _FALLS.get(kind)
    row = scene.look(kind, id)
    if row is None or does is None:
        return No.NOT_FOUND
    at = rows.due_at(row, scene.times)
    return No.TOO_SOON if at is None or at > scene.now else does(scene, id)


def _request(scene: Scene, id: str) -> Any:
    request = cast.must(cast.request(scene, id))
    due = seeking.due(request, scene.times)
    return wanting.step_request(scene, id, due[1]) if due else No.TOO_SOON


def _offer(scene: Scene, id: str) -> Any:
    offer = cast.must(cast.offer(scene, id))
    if offer.state is Offering.OPEN:
        return wanting.lapse(scene, id)
    scene.changes[rows.ref_of(offer)] = None
    return offer


def _listener(scene: Scene, id: str) -> Any:
    one = cast.must(cast.listener(scene, id))
    due = listening.due(one, scene.times)
    after = listening.take(one, due[1], scene.now, scene.times) if due else No.TOO_SOON
    if isinstance(after, No):
        return after
    cast.put(scene, after)
    scene.tell(id, id, Event.AVAILABILITY, state=after.state, until=after.rest_until)
    if due and due[1] is Turn.RISE:
        for band in Band:
            scene.ring(f"round:{band}")
    return after


def _session(scene: Scene, id: str) -> Any:
    before = cast.must(cast.session(scene, id))
    due = talking.due(before, scene.times)
    move = due[1] if due else Move.WORDS
    if move in _MOVES:
        return _MOVES[move](scene, id)
    after = talking.take(before, move, scene.now, scene.times)
    if isinstance(after, No):
        return after
    if move is Move.END:
        return parting.end(scene, before, after)
    if move is Move.NUDGE:
        return cast.told(scene, after, "nudge", only=before.listener)
    return cast.told(scene, after, _CODES.get(move, ""))


def _hush(scene: Scene, id: str) -> Any:
    """Nobody has said anything for a while: paused, and asked gently."""
    before = cast.must(cast.session(scene, id))
    after = talking.take(before, Move.HUSH, scene.now, scene.times)
    return after if isinstance(after, No) else cast.told(scene, after, "still_here")


_CODES: Mapping[Move, str] = {Move.BELL: "bell", Move.TIRE: "closing"}
_MOVES: Mapping[Move, Callable[[Scene, str], Any]] = {
    Move.LOSE: meeting.lose,
    Move.STAY: giving.stay,
    Move.HUSH: _hush,
    Move.FADE: parting.fade,
    Move.PURGE: parting.fade,
}
_FALLS: Mapping[RowKind, Callable[[Scene, str], Any]] = {
    RowKind.PERSON: tomorrow.ask,
    RowKind.REQUEST: _request,
    RowKind.OFFER: _offer,
    RowKind.SESSION: _session,
    RowKind.LISTENER: _listener,
    RowKind.HOLD: staying.tick,
}


# ------------------------------------------------------------------ here, and gone


def look(scene: Scene, user: str) -> bool:
    """Bring everything this person takes part in to whether they are connected. True: something changed."""
    person = cast.person(scene, user)
    is_here = user in scene.here
    if is_here == (person.gone_at == 0):
        return False
    cast.put(scene, replace(person, gone_at=0 if is_here else scene.now))
    request = cast.request(scene, person.request)
    if request is not None and request.state in seeking.OPEN:
        cast.put(scene, cast.must(seeking.take(request, Ask.BACK if is_here else Ask.CUT, scene.now, scene.times)))
        scene.ring(f"round:{request.band}")
    if hold := cast.open_hold(scene, user):
        _held(scene, user, hold.state, is_here=is_here)
    _seat(scene, cast.session(scene, person.session), user, is_here=is_here)
    listener = cast.listener(scene, user) if person.listening else None
    if listener is not None:
        turn = Turn.BACK if is_here else Turn.CUT
        cast.put(scene, cast.must(listening.take(listener, turn, scene.now, scene.times)))
        for id in listener.sessions:
            _seat(scene, cast.session(scene, id), user, is_here=is_here)
        if is_here:  # who waits may be put to them again
            for band in Band:
                scene.ring(f"round:{band}")
        else:  # nobody waits for the answer of who is not there, and it is no question they have missed
            parting.unasked(scene, user)
    if not is_here:
        for other in person.beside:
            coming.stand_down(scene, other, user)
    return True


def _held(scene: Scene, user: str, state: Held, *, is_here: bool) -> None:
    if is_here:
        staying.back(scene, user)
    elif state is Held.HELD:
        staying.go(scene, user, Act.CUT)


def _seat(scene: Scene, before: Session | None, user: str, *, is_here: bool) -> None:
    """A seat is empty, or taken again; the other is told what is true."""
    if before is None or before.state not in talking.LIVE or before.seat(user) is None:
        return
    after = cast.must(talking.take(before, Move.BACK if is_here else Move.CUT, scene.now, scene.times, by=user))
    cast.told(scene, after, "" if is_here else "holding_seat")
    hold = cast.open_hold(scene, before.seeker) if before.held and user == before.listener else None
    if hold is not None and hold.state is held.Held.HELD:
        calling.tell(scene, hold)
