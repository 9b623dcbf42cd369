"""Held messages in real engines: once, by urgency, without words in the audit trail."""

from __future__ import annotations

import pytest

from moderation import keys
from moderation.review import Held, Review, StoreAway
from moderation.verdict import CareBand
from rooms.calls import engine_client
from tests.support.engines import Engine


def message(id: str, **changes: object) -> Held:
    base: dict[str, object] = {
        "id": id, "room": "adult/anxiety", "user": "u1", "alias": "a1", "name": "Quiet Lake", "kind": "message",
        "text": "the words themselves", "at": 1_700_000_000_000, "rules": ("threat.general",),
    }  # fmt: skip
    return Held(**base | changes)  # type: ignore[arg-type]


async def test_a_message_is_held_once(steady_engine: Engine) -> None:
    """A retry finds it there, and the queue has it once."""
    client = engine_client(steady_engine.url)
    review = Review(client)
    assert await review.hold(message("m1")) is True
    assert await review.hold(message("m1", at=1_700_000_009_000)) is False
    assert await review.queue() == [message("m1")]
    await client.aclose()


async def test_crisis_comes_first_then_what_was_never_judged_then_the_oldest(steady_engine: Engine) -> None:
    """The order of the desk (F26)."""
    client = engine_client(steady_engine.url)
    review = Review(client)
    for held in (
        message("old", at=1), message("new", at=9), message("faulty", at=10, faulty=True),
        message("worried", at=11, care=CareBand.CONCERN), message("urgent", at=12, care=CareBand.HIGH),
    ):  # fmt: skip
        await review.hold(held)
    assert [held.id for held in await review.queue()] == ["urgent", "worried", "faulty", "old", "new"]
    await client.aclose()


async def test_an_author_finds_what_of_theirs_is_held_and_nobody_elses(steady_engine: Engine) -> None:
    """For `welcome.now`."""
    client = engine_client(steady_engine.url)
    review = Review(client)
    await review.hold(message("mine", at=2))
    await review.hold(message("mine-too", at=1))
    await review.hold(message("theirs", user="u2"))
    assert [held.id for held in await review.held_by("u1")] == ["mine-too", "mine"]
    assert await review.held_by("u3") == []
    await client.aclose()


async def test_the_audit_trail_has_rules_and_ids_and_no_words(steady_engine: Engine) -> None:
    """Nor names: they are private as well (X68)."""
    client = engine_client(steady_engine.url)
    await Review(client).hold(message("m1"))
    trail = str(await steady_engine.ask("XRANGE", keys.AUDIT, "-", "+"))
    assert "threat.general" in trail
    assert "words" not in trail
    assert "Quiet" not in trail
    await client.aclose()


async def test_an_engine_that_is_away_is_said_without_the_words(engine: Engine) -> None:
    """The exception holds nothing of what was to be kept, nor does its cause."""
    client = engine_client(engine.url)
    review = Review(client)
    await engine.kill()
    with pytest.raises(StoreAway) as away:
        await review.hold(message("m1"))
    assert away.value.__cause__ is None
    assert away.value.__context__ is None
    assert "words" not in str(away.value)
    with pytest.raises(StoreAway):
        await review.held_by("u1")
    await client.aclose()
