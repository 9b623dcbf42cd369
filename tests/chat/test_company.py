"""Company: what a node remembers of those whom pairs are about; all of it may be lost."""

from __future__ import annotations

import asyncio

from chat import company
from chat.company import Company
from rooms.events import UserId

ANA, BEN = UserId("ana"), UserId("ben")


def test_somebody_new_rings_and_who_has_gone_is_forgotten() -> None:
    one = Company(asyncio.Event())
    one.follow(ANA)
    assert one.bell.is_set()
    one.bell.clear()
    one.follow(ANA)
    assert not one.bell.is_set()
    one.follow(BEN)
    assert one.here({BEN}) == ["ben"]
    assert one.follows(BEN)
    assert not one.follows(ANA)


def test_words_are_marked_at_a_low_rate_and_at_once_after_a_change() -> None:
    one = Company(asyncio.Event())
    assert one.stirs("s", "ana", 0.0, 10.0)
    assert not one.stirs("s", "ana", 9.0, 10.0)
    assert one.stirs("s", "ben", 9.0, 10.0)
    assert one.stirs("s", "ana", 10.0, 10.0)
    one.changed("s")
    assert one.stirs("s", "ana", 10.1, 10.0)


def test_what_is_remembered_is_bounded() -> None:
    one = Company(asyncio.Event())
    for number in range(company.MOST + 10):
        one.follow(UserId(f"u{number}"))
        one.stirs("s", f"u{number}", 0.0, 1.0)
    assert not one.follows(UserId("u0"))
    assert one.stirs("s", "u0", 0.0, 1.0)  # forgotten: marked once more, which costs a round trip and nothing else


async def test_what_somebody_writes_is_kept_in_the_order_in_which_it_came() -> None:
    one, order = Company(asyncio.Event()), []

    async def write(number: int) -> None:
        async with one.turn(ANA):
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(write(number) for number in range(20)))
    assert order == list(range(20))


async def test_first_posts_wait_in_line_and_the_line_is_gone_with_the_last() -> None:
    one, order = Company(asyncio.Event()), []

    async def post(number: int) -> None:
        async with one.line(ANA, "teen/a"):
            assert one.waits(ANA, "teen/a")
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(post(number) for number in range(20)))
    assert order == list(range(20))
    assert not one.waits(ANA, "teen/a")
    one.know(ANA, "teen/a")
    assert (one.is_known(ANA, "teen/a"), one.is_known(ANA, "teen/b")) == (True, False)
