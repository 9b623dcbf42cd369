"""The places of a client: every room it is in, and how it keeps its place over however many connections it takes.

    welcome ─▶ returned: each resumed room is entered again; one that may later let us in is joined by ourselves
    event ──▶ told: logged events go through their room; `lag`, `reset` and `moved` mean work for us
    answer ─▶ settled: what a `joined`, `left` or `sent` means for its room

Each room is a `Followed` (chat/follow.py), which knows order and doubles. Here is what takes commands of our own:
after `lag` the missing pages are pulled and the room joined where they end; after `reset` it is joined without a
cursor; a room that refuses for now is asked again. All of that is bound to the connection it began on: when that is
lost, the resume of the next one does the same.

Failure: a room that refuses for good is let go, and told as `left`. A stretch that could not be given is told as
`replaced`, and the view starts anew. Nothing here raises.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from chat.follow import Event, Followed
from chat.line import Ask, Link, LinkLost

INBOX = "inbox"
# Events of the inbox, whatever room they are about.
_PERSONAL = frozenset(
    {
        "care", "resolved", "waiting", "offered", "offer_withdrawn", "session_opened", "session_changed",
        "session_closed", "availability", "alerted",
    }
)  # fmt: skip
# As many rooms as one hello may resume; nobody listens to more.
_RESUME = 100


class Places:
    """The rooms of one client. `view` and `cursor` answer for rooms nobody is in, too: nothing, nowhere."""

    def __init__(
        self,
        *,
        keep: int,
        ask: Callable[[Event, Link], Awaitable[Event]],
        pause: Callable[[Event], Awaitable[None]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        tell: Callable[[list[Event]], None],
    ) -> None:
        """`ask` sends a command bound to a connection, `pause` waits as a refusal says, `tell` passes events on."""
        self._keep, self._ask, self._pause, self._spawn, self._tell = keep, ask, pause, spawn, tell
        self._rooms: dict[str, Followed] = {INBOX: Followed(INBOX, keep=keep)}

    def view(self, room: str) -> list[Event]:
        """The logged events of a room seen so far."""
        followed = self._rooms.get(room)
        return list(followed.view) if followed else []

    def cursor(self, room: str) -> str | None:
        """Where we stand in a room."""
        followed = self._rooms.get(room)
        return followed.cursor if followed else None

    def wanted(self) -> list[Event]:
        """Every room to return to, for a hello."""
        places = [_place(room) for room in self._rooms.values() if room.name == INBOX or room.alias_id is not None]
        return places[:_RESUME]

    # what the line tells

    def returned(self, link: Link, places: list[Event], answers: list[Event]) -> None:
        """Take our places again, in the order we asked for them."""
        for number, place in enumerate(places):
            answer = answers[number] if number < len(answers) else {"type": "refused", "retry": "now"}
            if answer["type"] == "joined":
                self._tell(self._enter(place, answer))
            elif answer["retry"] == "never":
                self._lose(place["room"], answer)
            else:
                self._spawn(self._rejoin(link, place["room"], place.get("cursor")))

    def told(self, link: Link, event: Event) -> None:
        """One event: logged ones go through their room, some mean work for us."""
        kind = event["type"]
        if kind == "lag":
            self._spawn(self._catch_up(link, event))
        elif kind == "reset" and (followed := self._rooms.get(event["room"])) is not None:
            followed.reset()
            self._spawn(self._rejoin(link, event["room"], None))
        elif kind == "moved" and (followed := self._rooms.pop(event["room"], None)) is not None:
            followed.name, followed.cursor = event["to"], event["cursor"]
            self._rooms[event["to"]] = followed
        elif "cursor" in event:
            followed = self._rooms.get(INBOX if kind in _PERSONAL else event["room"])
            self._tell(followed.live(event) if followed is not None else [])
            return
        self._tell([event])

    def sending(self, ask: Ask) -> None:
        """A command was queued: a send's own message may come before its answer does."""
        followed = self._rooms.get(ask.command.get("room", ""))
        if ask.command["type"] == "send" and followed is not None:
            followed.sending(ask.number)

    def settled(self, ask: Ask, answer: Event | None) -> None:
        """Draw what follows from an answer; None: nobody waits for one any more."""
        command = ask.command
        followed = self._rooms.get(command.get("room", ""))
        kind = answer["type"] if answer is not None else ""
        if command["type"] == "send" and followed is not None:
            stands = answer is not None and kind == "sent" and answer["state"] != "held"
            self._tell(followed.answered(ask.number, answer["id"] if answer is not None and stands else None))
        elif answer is not None and kind == "joined":
            fresh = self._enter(command, answer)
            self._tell(fresh if ask.link is not None else [])  # else they are in what `join` returns
        elif kind == "left":
            self._rooms.pop(command["room"], None)
        elif kind == "blocked" and followed is not None and command.get("alias_id"):
            followed.without(command["alias_id"])

    def cut(self) -> None:
        """What rooms held back will come again with the resume."""
        for followed in self._rooms.values():
            followed.cut()

    def forget(self) -> None:
        """Begin every room anew."""
        for followed in self._rooms.values():
            followed.reset()

    # rooms

    def _enter(self, wanted: Event, joined: Event) -> list[Event]:
        """Take our place in a room; what is new is returned, a replaced view is told."""
        name = joined["room"]
        followed = self._rooms.get(name)
        if followed is None:
            alias, quiet = wanted.get("alias"), bool(wanted.get("quiet"))
            followed = self._rooms[name] = Followed(name, alias=alias, quiet=quiet, keep=self._keep)
        fresh, replaced = followed.joined(joined, resumed=wanted.get("cursor") is not None)
        if replaced:
            self._tell([{"type": "replaced", "room": name, "why": joined.get("why")}])
        return fresh

    def _lose(self, name: str, refusal: Event) -> None:
        self._rooms.pop(name, None)
        self._tell([{"type": "left", "room": name, "code": refusal["code"]}])

    async def _catch_up(self, link: Link, lag: Event) -> None:
        """`lag`: pull what is missing page by page, then join where the last page ends."""
        name, cursor, more = lag["room"], lag["cursor"], True
        followed = self._rooms.get(name)
        with contextlib.suppress(LinkLost):  # the next connection's resume does the same
            while more and followed is not None:
                page = await self._ask({"type": "page", "room": name, "after": cursor, "limit": 100}, link)
                if page["type"] != "page":
                    break
                self._tell(followed.caught_up(page["events"]))
                cursor, more = page["cursor"], page["more"]
        await self._rejoin(link, name, cursor)

    async def _rejoin(self, link: Link, name: str, cursor: str | None) -> None:
        """Join on our own behalf until the room lets us in or says never; the next connection does it anyway."""
        while (followed := self._rooms.get(name)) is not None:
            place = {**_place(followed), "cursor": cursor}
            try:
                answer = await self._ask({"type": "join", **{k: v for k, v in place.items() if v is not None}}, link)
            except LinkLost:
                return
            if answer["type"] == "joined":
                return
            if answer["retry"] == "never":
                self._lose(name, answer)
                return
            await self._pause(answer)


def _place(room: Followed) -> Event:
    """Where to return to, as `resume` and `join` want it."""
    wanted = {"room": room.name, "cursor": room.cursor, "alias": room.alias, "quiet": room.quiet or None}
    return {field: value for field, value in wanted.items() if value is not None}
