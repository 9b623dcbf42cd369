"""Knocks: how many new conversations one address may begin, so that one machine cannot fill the house.

    peer, X-Forwarded-For ──▶ caller ──▶ neighbourhood ──▶ its budget ──▶ come in, or come back in so many seconds

A whole school, clinic or exit of an anonymising network may stand behind one address: the budget is wide and fills up
again within a minute. An IPv6 customer owns a /64, so that is one address here. Addresses of this machine and of
private networks (`LOCAL`) say nothing about who is behind them and have no budget: before a proxy that is not named
in `gateway.proxies` everybody would share one. `X-Forwarded-For` is believed only when a named proxy hands it over,
and of it only what that proxy added: the last address that is none of ours.

An address lives here as the key of a bounded map, for a minute at most; it is never logged, shown or counted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from chat.budget import Budget

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Nobody in particular: loopback, private, link-local and carriers' shared space.
LOCAL: tuple[Network, ...] = tuple(
    ip_network(name)
    for name in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
# What one IPv6 customer is given at least.
PREFIX = 64
# Addresses kept at once, about 20 MB; the longest silent go first, and theirs are the fullest budgets.
MOST = 50_000


class BadNetwork(ValueError):
    """No address and no network."""


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks (`10.0.0.0/8`) as an operator writes them. Raises BadNetwork."""
    found = []
    for name in names:
        try:
            found.append(ip_network(name, strict=False))
        except ValueError:
            raise BadNetwork(name) from None
    return tuple(found)


def read(text: str) -> Address | None:
    """An address as a socket or a proxy writes it, with or without a port; None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def among(address: Address, places: Sequence[Network]) -> bool:
    """Whether an address lies in one of these networks."""
    return any(address in place for place in places)


def caller(peer: str, forwarded: Iterable[str], proxies: Sequence[Network]) -> Address | None:
    """Who knocks: the peer, or whom our proxies say they speak for. None where it cannot be said."""
    address = read(peer)
    hops = [hop for line in forwarded for hop in line.split(",")]
    while address is not None and proxies and among(address, proxies) and hops:
        address = read(hops.pop())
    return address


class Knocks:
    """The budgets of all addresses. `rate` a minute, and as many at once; zero: no limit. `now` is monotonic. Of `most`
    addresses at once.
    """

    def __init__(self, rate: float, most: int = MOST) -> None:
        self._rate = rate
        self._most = most
        self._budgets: OrderedDict[Network, Budget] = OrderedDict()

    def __len__(self) -> int:
        return len(self._budgets)

    def spend(self, address: Address | None, now: float) -> float:
        """Take one. 0.0 when there was one or none is needed, else the seconds until there is."""
        if self._rate <= 0 or address is None or among(address, LOCAL):
            return 0.0
        place = ip_network((address, PREFIX if address.version == 6 else 32), strict=False)
        budget = self._budgets.setdefault(place, Budget(self._rate / 60.0, self._rate))
        self._budgets.move_to_end(place)
        wait = budget.spend(now)
        self._forget(now)
        return wait

    def _forget(self, now: float) -> None:
        """Drop those whose budget is full again, two a knock at most, and whoever is too many."""
        for _ in range(2):
            place = next(iter(self._budgets), None)
            if place is None:
                return
            at = self._budgets[place].at
            if len(self._budgets) <= self._most and at is not None and now - at < 60.0:
                return
            del self._budgets[place]
