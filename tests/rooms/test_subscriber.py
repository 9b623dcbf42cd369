"""Channels wanted, confirmed, heard, and wanted again on the next connection."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from rooms.resp import Reply
from rooms.subscriber import MOST_ARRIVALS, UNCONFIRMED, Mark, Subscriber
from tests.support.wire import Wire


@pytest.fixture
async def heard() -> tuple[Subscriber, Wire]:
    """A subscriber whose probe channel is confirmed on a wire the test answers."""
    subscriber = Subscriber("probe", deque(), asyncio.Event())
    wire = Wire()
    subscriber.attach(wire)
    wire.answer(confirmed("probe"))
    return subscriber, wire


def confirmed(channel: str) -> Reply:
    return [b"ssubscribe", channel.encode(), 1]


async def test_the_first_confirmation_of_all_is_marked_among_the_arrivals(heard: tuple[Subscriber, Wire]) -> None:
    subscriber, wire = heard
    assert subscriber.attached
    wire.answer([b"smessage", b"room", b"words"])
    assert list(subscriber.arrivals) == [Mark.RESUMED, [b"smessage", b"room", b"words"]]


async def test_subscribing_waits_for_the_engines_word(heard: tuple[Subscriber, Wire]) -> None:
    subscriber, wire = heard
    waiting = [asyncio.ensure_future(subscriber.subscribe("room")) for _ in range(2)]
    await asyncio.sleep(0)
    assert wire.written[-1].count(b"SSUBSCRIBE") == 1
    assert not waiting[0].done()
    wire.answer(confirmed("room"))
    async with asyncio.timeout(20):
        await asyncio.gather(*waiting)


async def test_at_most_512_subscriptions_are_unconfirmed_and_each_has_one_channel(
    heard: tuple[Subscriber, Wire],
) -> None:
    subscriber, wire = heard
    names = [f"room{i}" for i in range(UNCONFIRMED + 10)]
    waiting = asyncio.gather(*(subscriber.subscribe(name) for name in names))
    await asyncio.sleep(0)
    sent = b"".join(wire.written[1:])
    assert sent.count(b"*2\r\n$10\r\nSSUBSCRIBE\r\n") == UNCONFIRMED
    wire.answer(*(confirmed(name) for name in names[:UNCONFIRMED]))
    assert b"".join(wire.written[1:]).count(b"SSUBSCRIBE") == UNCONFIRMED + 10
    wire.answer(*(confirmed(name) for name in names[UNCONFIRMED:]))
    async with asyncio.timeout(20):
        await waiting


async def test_a_new_connection_hears_everything_wanted_before_it_counts(heard: tuple[Subscriber, Wire]) -> None:
    subscriber, _ = heard
    waiting = asyncio.ensure_future(subscriber.subscribe("room"))
    await asyncio.sleep(0)
    subscriber.detach()  # before it was confirmed
    subscriber.arrivals.clear()
    again = Wire()
    subscriber.attach(again)
    assert not subscriber.attached
    again.answer(confirmed("probe"))
    assert not subscriber.arrivals
    again.answer(confirmed("room"))
    assert list(subscriber.arrivals) == [Mark.RESUMED]
    async with asyncio.timeout(20):
        await waiting


async def test_an_unsubscription_nobody_asked_for_means_that_the_slot_has_moved(
    heard: tuple[Subscriber, Wire],
) -> None:
    subscriber, wire = heard
    waiting = asyncio.ensure_future(subscriber.subscribe("room"))
    await asyncio.sleep(0)
    wire.answer(confirmed("room"))
    await waiting
    subscriber.unsubscribe("room")
    wire.answer([b"sunsubscribe", b"room", 1])
    assert not wire.aborted
    wire.answer([b"sunsubscribe", b"probe", 0])
    assert wire.aborted


async def test_probes_are_counted_and_are_no_arrivals(heard: tuple[Subscriber, Wire]) -> None:
    subscriber, wire = heard
    subscriber.arrivals.clear()
    wire.answer([b"smessage", b"probe", b"7"])
    assert subscriber.probed == 7
    assert subscriber.heard.is_set()
    assert not subscriber.arrivals


async def test_a_reader_too_far_behind_stops_reading_until_the_arrivals_are_taken(
    heard: tuple[Subscriber, Wire],
) -> None:
    subscriber, wire = heard
    wire.answer(*[[b"smessage", b"room", b"x"]] * (MOST_ARRIVALS + 1))
    assert subscriber.paused
    assert wire.paused
    subscriber.arrivals.clear()
    subscriber.drained()
    assert not wire.paused
