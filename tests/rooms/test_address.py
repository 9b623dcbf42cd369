"""The URLs of engines."""

from __future__ import annotations

import pytest

from rooms.address import Address, BadAddress, parse


def test_a_socket_a_host_and_a_secured_host_are_read() -> None:
    assert parse("unix:///run/engine.sock") == Address(path="/run/engine.sock")
    assert parse("unix:///run/e.sock?db=2&password=p") == Address(path="/run/e.sock", db=2, password="p")
    assert parse("redis://host") == Address(host="host")
    assert parse("valkey://host:7000/3") == Address(host="host", port=7000, db=3)
    assert parse("redis://:p%40ss@h:1/0") == Address(host="h", port=1, password="p@ss")
    secured = parse("rediss://user:pw@h:1?ca=/etc/ca.pem")
    assert secured == Address(host="h", port=1, tls=True, ca="/etc/ca.pem", username="user", password="pw")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis-sentinel://a,b/service", "waits for its feature"),
        ("redis-cluster://a,b", "waits for its feature"),
        ("http://host", "begins with"),
        ("host:6379", "begins with"),
        ("redis://", "no host"),
        ("redis://host:port", "cannot be read"),
        ("redis://host/first", "a number"),
        ("unix://", "no socket path"),
        ("unix:///" + "d" * 120, "107 bytes"),
    ],
)
def test_every_other_url_is_refused_with_a_remedy(url: str, says: str) -> None:
    """X63: a socket path of more than 107 bytes among them."""
    with pytest.raises(BadAddress, match=says):
        parse(url)


def test_the_password_is_in_no_repr_and_no_error() -> None:
    assert "hush" not in repr(parse("redis://:hush@host"))
    for url in ("redis://:hush@host:port", "redis://:hush@host/x", "ftp://:hush@host"):
        with pytest.raises(BadAddress) as raised:
            parse(url)
        assert "hush" not in str(raised.value)
