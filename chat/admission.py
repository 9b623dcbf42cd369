"""Admission: who may open a websocket here, decided before anything is spent on a stranger.

    a knock ─▶ well formed? ─▶ our page? ─▶ a codec of ours? ─▶ open at all? ─┬─ a good ticket ────────────▶ come in
                                                                              └─ room? ─▶ its address's budget?
                                                                                       ─▶ everybody's budget? ─▶ come in

Each "no" is a `Turned`, a plain HTTP answer that says why and, where it may change, when to come back. The budget of
handshakes lets tickets through first: who was asked to move must not wait behind a crowd. A ticket that opened the
door is spent; a knock that is turned away for its form costs nobody's budget.

Pure: `wall` is seconds since 1970, `now` monotonic seconds. The address of a knock is in no repr and no answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chat.budget import Budget
from chat.knocks import Knocks, caller, networks
from chat.settings import Gateway
from chat.tickets import OFFERED, Tickets, unwrapped
from chat.wire import Codec

CODECS = frozenset(map(str, Codec))


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """What a stranger asks with: each header as often as it was said."""

    path: str = field(repr=False)
    peer: str = field(repr=False)
    origins: list[str]
    hosts: list[str]
    offered: list[str] = field(repr=False)  # subprotocols; a ticket is among them
    forwarded: list[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Turned:
    """Not let in: the HTTP status, a sentence, and seconds after which it may be otherwise."""

    status: int
    says: str
    again: float | None = None

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What tells the client when to come back."""
        return [] if self.again is None else [("Retry-After", str(max(1, round(self.again))))]


class Door:
    """The rules of one node's door, and what is left of its budgets. `limited`: whether there are budgets."""

    def __init__(self, settings: Gateway, tickets: Tickets, *, limited: bool) -> None:
        self._settings = settings
        self._tickets = tickets
        self._handshakes = Budget(settings.handshakes if limited else 0.0, settings.handshakes)
        self._addresses = Knocks(settings.per_address if limited else 0.0)
        self._proxies = networks(settings.proxies)

    def refusal(self, knock: Knock, *, draining: bool, here: int, wall: float, now: float) -> Turned | None:
        """Why this one may not come in, or None. `here`: how many sockets are open, this one included."""
        if turned := self._of_form(knock):
            return turned
        if draining:
            return Turned(503, "This server is about to restart.\n", again=1)
        ticket = next((name for name in knock.offered if name.startswith(OFFERED)), None)
        if ticket is not None and self._tickets.spend(unwrapped(ticket), wall):
            return None
        if here > self._settings.connections:
            return Turned(503, "This server is full. Please try again soon.\n", again=10)
        if wait := self._addresses.spend(caller(knock.peer, knock.forwarded, self._proxies), now):
            return Turned(429, "Many new conversations come from where you are. Please wait a moment.\n", again=wait)
        if wait := self._handshakes.spend(now):
            return Turned(503, "Many people are connecting right now.\n", again=wait)
        return None

    def _of_form(self, knock: Knock) -> Turned | None:
        """What is wrong with how it knocks, whoever it is and whenever it comes."""
        if "?" in knock.path:
            return Turned(400, "Nothing may stand behind /ws: tokens and tickets never travel in an address.\n")
        if len(knock.origins) > 1:
            return Turned(400, "More than one Origin header.\n")
        if not knock.origins and self._settings.require_origin:
            return Turned(403, "This server takes browsers only: no Origin header.\n")
        if knock.origins and not self._known(knock.origins[0], knock.hosts):
            says = "Pages of that origin may not connect here. Operators list origins in gateway.origins.\n"
            return Turned(403, says)
        if choose(knock.offered) is None:
            return Turned(400, f"Offer one of these subprotocols: {', '.join(Codec)}.\n")
        return None

    def _known(self, origin: str, hosts: list[str]) -> bool:
        """Our own page, or one the operator lists. Compared whole: no prefix, no pattern."""
        listed = self._settings.origins
        if "*" in listed or origin in listed:
            return True
        scheme, _, place = origin.partition("://")
        return scheme in ("http", "https") and len(hosts) == 1 and place == hosts[0]


def choose(offered: Iterable[str]) -> str | None:
    """The first codec offered that we speak."""
    return next((name for name in offered if name in CODECS), None)
