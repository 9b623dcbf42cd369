"""Tickets: good once, for half a minute, from this server only."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from chat.tickets import LIFE, OFFERED, Tickets, unwrapped, wrapped

SECRET = b"s" * 32
NOW = 1_700_000_000.0


def test_a_ticket_opens_the_door_once() -> None:
    """The second use is refused (X20)."""
    tickets = Tickets(SECRET)
    ticket = tickets.make("abc", NOW)
    assert tickets.spend(ticket, NOW + 1)
    assert not tickets.spend(ticket, NOW + 2)


def test_a_ticket_is_worth_nothing_after_its_life() -> None:
    """Thirty seconds, then it is refused (X20)."""
    tickets = Tickets(SECRET)
    assert not tickets.spend(tickets.make("abc", NOW), NOW + LIFE + 1)


def test_a_ticket_of_another_server_is_refused() -> None:
    """It is signed with the secret that all nodes of one server share."""
    ticket = Tickets(b"t" * 32).make("abc", NOW)
    assert not Tickets(SECRET).spend(ticket, NOW)


def test_spent_tickets_are_forgotten_once_they_would_have_expired() -> None:
    """The memory is bounded by the rate of handshakes."""
    tickets = Tickets(SECRET)
    for n in range(50):
        assert tickets.spend(tickets.make(f"n{n}", NOW + n * LIFE), NOW + n * LIFE + 1)
    assert len(tickets._spent) <= 2


def test_a_whole_drain_may_spend_its_tickets_at_once() -> None:
    """Fifteen thousand people who were asked to move cost a fraction of a second: nothing is looked at per ticket."""
    tickets = Tickets(SECRET)
    made = [tickets.make(f"n{n}", NOW) for n in range(15_000)]
    began = time.process_time()
    assert all(tickets.spend(ticket, NOW + 1) for ticket in made)
    assert time.process_time() - began < 2.0


@given(st.text(max_size=60))
def test_no_text_but_a_real_ticket_opens_the_door(text: str) -> None:
    """Whatever a stranger offers."""
    assert not Tickets(SECRET).spend(text, NOW)


def test_a_ticket_travels_as_the_name_of_a_subprotocol() -> None:
    """Letters, digits, `-` and `_` only: what stands in that header is split at everything else."""
    ticket = Tickets(SECRET).make("abc", NOW)
    assert wrapped(ticket).replace("-", "").replace("_", "").isalnum()
    assert unwrapped(OFFERED + wrapped(ticket)) == ticket
