"""How many new conversations one address may begin, and whose word is taken for an address."""

from __future__ import annotations

import pytest

from chat.knocks import BadNetwork, Knocks, caller, networks, read

PROXIES = networks(["10.0.0.0/8", "2001:db8:ffff::1"])
HERE, THERE = read("203.0.113.7"), read("198.51.100.9")


def test_one_address_is_told_to_wait_and_the_others_come_in() -> None:
    """The budget fills up again within a minute."""
    knocks = Knocks(60.0)
    assert [knocks.spend(HERE, 0.0) for _ in range(60)] == [0.0] * 60
    assert 0.0 < knocks.spend(HERE, 0.0) <= 1.0
    assert knocks.spend(THERE, 0.0) == 0.0
    assert knocks.spend(HERE, 1.1) == 0.0
    assert [knocks.spend(HERE, 100.0) for _ in range(60)] == [0.0] * 60


def test_an_ipv6_customer_is_one_address_however_many_they_use() -> None:
    knocks = Knocks(10.0)
    waits = [knocks.spend(read(f"2001:db8:1:2:{number:x}::1"), 0.0) for number in range(12)]
    assert waits[:10] == [0.0] * 10
    assert min(waits[10:]) > 0.0
    assert knocks.spend(read("2001:db8:1:3::1"), 0.0) == 0.0


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "10.2.3.4", "192.168.1.9", "100.64.0.1", "::1", "fd00::5", "::ffff:127.0.0.1"]
)
def test_an_address_that_is_nobody_s_in_particular_has_no_budget(name: str) -> None:
    """Before a proxy that nobody named, everybody would share one."""
    knocks = Knocks(1.0)
    assert {knocks.spend(read(name), 0.0) for _ in range(50)} == {0.0}
    assert len(knocks) == 0


def test_without_limits_and_without_an_address_everybody_comes_in() -> None:
    assert {Knocks(0.0).spend(HERE, 0.0) for _ in range(50)} == {0.0}
    assert {Knocks(1.0).spend(None, 0.0) for _ in range(50)} == {0.0}


def test_the_map_is_bounded_and_full_budgets_are_forgotten() -> None:
    most = 500  # fifty thousand would say the same, and take seconds
    knocks = Knocks(60.0, most)
    for number in range(most + 100):
        knocks.spend(read(f"203.{number >> 16}.{number >> 8 & 255}.{number & 255}"), 0.0)
    assert len(knocks) == most
    for _ in range(most):
        knocks.spend(HERE, 61.0)
    assert len(knocks) == 1


@pytest.mark.parametrize(
    ("peer", "forwarded", "who"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.9"], "203.0.113.7"),  # no proxy of ours: its word is worth nothing
        ("10.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.9"], "198.51.100.9"),  # what the client wrote itself stands further left
        ("10.0.0.1", ["6.6.6.6", "198.51.100.9, 10.0.0.2"], "198.51.100.9"),
        ("2001:db8:ffff::1", ["[2001:db8:1::5]:4711"], "2001:db8:1::5"),
        ("10.0.0.1", ["198.51.100.9:4711"], "198.51.100.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], None),
        ("", ["198.51.100.9"], None),  # a unix socket has no address
        ("::ffff:203.0.113.7", [], "203.0.113.7"),
    ],
)
def test_who_knocks_is_the_last_address_that_is_none_of_our_proxies(
    peer: str, forwarded: list[str], who: str | None
) -> None:
    assert caller(peer, forwarded, PROXIES) == (read(who) if who else None)


def test_without_named_proxies_no_header_is_believed() -> None:
    assert caller("10.0.0.1", ["198.51.100.9"], ()) == read("10.0.0.1")


def test_what_is_no_network_is_refused_by_name() -> None:
    with pytest.raises(BadNetwork, match="everywhere"):
        networks(["10.0.0.0/8", "everywhere"])
