"""Tickets: who was asked to move comes in before the crowd.

A ticket is a random name with an expiry, signed with the server's secret, good for one use on a node within `LIFE`
seconds. It opens the door only: the client still says hello with its token. A node remembers the tickets spent on it
until they would have expired anyway, so the memory is bounded by the rate of handshakes. `now` is seconds since 1970.
"""

from __future__ import annotations

import base64
import hmac

from chat.auth import derive

# Time enough to open a connection, too little to pass the ticket around.
LIFE = 30.0
# How a client offers one: as a subprotocol, the only header a browser lets a page choose.
OFFERED = "warmline.ticket."


class Tickets:
    """Makes and spends tickets of this server."""

    def __init__(self, secret: bytes) -> None:
        self._key = derive(secret, "ticket")
        self._spent: dict[str, float] = {}  # ticket name → when it would have expired
        self._swept = 0.0  # when the expired ones were last forgotten: a whole drain may come in at once

    def make(self, name: str, now: float) -> str:
        """A ticket for one connection; `name` is random and has no dots."""
        stem = f"{name}.{int((now + LIFE) * 1000)}"
        return f"{stem}.{self._sign(stem)}"

    def spend(self, ticket: str, now: float) -> bool:
        """True once for a good ticket."""
        stem, _, sign = ticket.rpartition(".")
        name, _, until = stem.partition(".")
        if not (until.isascii() and until.isdigit() and hmac.compare_digest(sign.encode(), self._sign(stem).encode())):
            return False
        expires = int(until) / 1000
        if now > expires or name in self._spent:
            return False
        if abs(now - self._swept) >= LIFE:
            self._swept = now
            self._spent = {name: at for name, at in self._spent.items() if at > now}
        self._spent[name] = expires
        return True

    def _sign(self, stem: str) -> str:
        return hmac.new(self._key, stem.encode(), "sha256").hexdigest()[:32]


def wrapped(ticket: str) -> str:
    """A ticket as clients are given it: base64url without padding, legal in the name of a subprotocol."""
    return base64.urlsafe_b64encode(ticket.encode()).rstrip(b"=").decode()


def unwrapped(name: str) -> str:
    """The ticket in an offered subprotocol; "" for what none can be in."""
    text = name.removeprefix(OFFERED)
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        return ""
