"""The door: what is wrong with a knock, who goes before the crowd, and what a refusal costs nobody."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from chat.admission import Door, Knock, Turned, choose
from chat.settings import Gateway
from chat.tickets import OFFERED, Tickets, wrapped

TICKETS = Tickets(b"s" * 32)
WALL = 1_700_000_000.0
GOOD = Knock(
    path="/ws",
    peer="203.0.113.7",
    origins=["https://chat.example"],
    hosts=["chat.example"],
    offered=["warmline.v1.json"],
    forwarded=[],
)


def door(*, limited: bool = True, **settings: Any) -> Door:
    return Door(dataclasses.replace(Gateway(), **settings), TICKETS, limited=limited)


def knock(at: Door, *, draining: bool = False, here: int = 1, now: float = 0.0, **wrong: Any) -> Turned | None:
    one = dataclasses.replace(GOOD, **wrong)
    return at.refusal(one, draining=draining, here=here, wall=WALL, now=now)


def with_ticket(name: str) -> list[str]:
    return ["warmline.v1.json", OFFERED + wrapped(TICKETS.make(name, WALL))]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({}, None),
        ({"origins": []}, None),
        ({"path": "/ws?token=x"}, 400),
        ({"origins": ["https://chat.example", "https://chat.example"]}, 400),
        ({"origins": ["https://chat.example.evil.example"]}, 403),
        ({"origins": ["file://chat.example"]}, 403),
        ({"hosts": []}, 403),
        ({"hosts": ["chat.example", "chat.example"]}, 403),
        ({"offered": []}, 400),
        ({"offered": ["warmline.v9.json"]}, 400),
    ],
)
def test_how_somebody_knocks_is_looked_at_first(wrong: dict[str, Any], status: int | None) -> None:
    """Compared whole, said once (X1); tokens never travel in an address. And it costs nobody's budget."""
    ours = door(handshakes=1, per_address=1)
    turned = knock(ours, **wrong)
    assert (turned and turned.status) == status
    if turned is not None:
        assert turned.headers == []
        assert knock(ours) is None


def test_programs_may_be_kept_out() -> None:
    turned = knock(door(require_origin=True), origins=[])
    assert turned is not None
    assert turned.status == 403


def test_a_ticket_goes_before_the_crowd_and_into_a_full_house_once() -> None:
    """Who was asked to move must not wait behind those who come on their own (X52)."""
    ours, offered = door(connections=1, handshakes=1), with_ticket("a")
    assert knock(ours, here=2, offered=offered) is None
    again = knock(ours, here=2, offered=offered)
    assert again is not None
    assert (again.status, again.headers) == (503, [("Retry-After", "10")])


@pytest.mark.parametrize("rubbish", ["", "====", "é", "YQ", "a.b.c"])
def test_what_is_no_ticket_opens_nothing_and_breaks_nothing(rubbish: str) -> None:
    ours = door(connections=1)
    turned = knock(ours, here=2, offered=["warmline.v1.json", OFFERED + rubbish])
    assert turned is not None
    assert turned.status == 503


def test_a_node_that_drains_takes_nobody_and_spends_no_ticket() -> None:
    """The ticket is for another node, and good there."""
    offered = with_ticket("b")
    turned = knock(door(), draining=True, offered=offered)
    assert turned is not None
    assert (turned.status, turned.headers) == (503, [("Retry-After", "1")])
    assert knock(door(connections=1), here=2, offered=offered) is None


def test_a_neighbourhood_waits_for_itself_and_a_crowd_for_everybody() -> None:
    """One address is told to wait (429) before it has cost the others anything (503)."""
    ours = door(handshakes=2, per_address=1)
    assert knock(ours) is None
    same = knock(ours)
    assert knock(ours, peer="198.51.100.9") is None
    crowd = knock(ours, peer="192.0.2.33")
    assert (same and same.status, crowd and crowd.status) == (429, 503)
    assert same is not None
    assert int(dict(same.headers)["Retry-After"]) >= 1
    assert knock(ours, now=1.0, peer="192.0.2.34") is None


def test_where_limits_are_off_nobody_waits() -> None:
    ours = door(limited=False, handshakes=1, per_address=1)
    assert [knock(ours) for _ in range(50)] == [None] * 50


def test_the_first_codec_that_we_speak_is_chosen() -> None:
    assert choose(["warmline.v9.json", "warmline.v1.msgpack", "warmline.v1.json"]) == "warmline.v1.msgpack"
    assert choose(with_ticket("c")) == "warmline.v1.json"
    assert choose(["warmline.v9.json"]) is None


def test_an_address_is_in_no_repr() -> None:
    assert "203.0.113.7" not in repr(GOOD)
