"""Cases in real engines: once, in order, moved by exactly one, with nothing lost when a node dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from moderation import keys
from moderation.cases import MINUTE, Case, CaseKind, No, State, Step, Words
from moderation.deadlines import ROW_KEPT, Due, Times, due_at
from moderation.review import GONE, Review, StoreAway, place_of
from moderation.verdict import CareBand
from rooms.calls import engine_client
from tests.support.engines import Engine
from tests.support.filing import AT, WORDS, held, report

NOW = AT + MINUTE


@pytest.fixture
async def review(steady_engine: Engine) -> AsyncIterator[Review]:
    client = engine_client(steady_engine.url)
    yield Review(client, "the servers' key")
    await client.aclose()


async def test_a_message_is_held_once(review: Review) -> None:
    """A retry finds it there, as it was first, and the queue has it once."""
    first = await review.open(held("m1"), WORDS)
    again = await review.open(held("m1", at=AT + 9_000), Words(text="other words"))
    assert (first.fresh, again.fresh) == (True, False)
    assert again.case == held("m1")
    assert await review.queue() == [held("m1")]
    assert await review.words("m1") == WORDS


async def test_crisis_comes_first_then_what_was_never_judged_then_the_oldest(review: Review) -> None:
    """The order of the desk (F26); what is old enough overtakes all but crisis."""
    filed = [
        held("old", at=AT + 1), held("new", at=AT + 9), held("faulty", at=AT + 10, kind=CaseKind.FAULT),
        held("worried", at=AT + 11, care=CareBand.CONCERN), held("urgent", at=AT + 12, care=CareBand.HIGH),
        held("now", at=AT + 13, care=CareBand.IMMINENT), report("report", at=AT + 14),
        held("yesterday", at=AT - 24 * 60 * MINUTE),
    ]  # fmt: skip
    for case in filed:
        await review.open(case, WORDS)
    queue = [case.id for case in await review.queue()]
    assert queue == ["now", "urgent", "yesterday", "worried", "faulty", "report", "old", "new"]


async def test_the_queue_of_a_band_is_its_own_and_can_be_read_a_page_at_a_time(review: Review) -> None:
    """Bands are walls here too."""
    for number in range(5):
        await review.open(held(f"a{number}", at=AT + number), WORDS)
        await review.open(held(f"t{number}", at=AT + number, band="teen"), WORDS)
    first = await review.queue(("adult",), limit=2)
    rest = await review.queue(("adult",), after=place_of(first[-1]))
    both = await review.queue(("adult", "teen"), limit=4)
    assert [case.id for case in first + rest] == [f"a{number}" for number in range(5)]
    assert [case.id for case in both] == ["a0", "t0", "a1", "t1"]


async def test_of_many_who_claim_one_case_exactly_one_gets_it(review: Review) -> None:
    """And of many who decide it at once, the one who has it; the others are told so."""
    await review.open(held("m1"), WORDS)
    claims = await asyncio.gather(*(review.step("m1", Step.CLAIM, NOW, by=f"mod{n}") for n in range(5)))
    (got,) = [one for one in claims if isinstance(one, Case)]
    decisions = await asyncio.gather(
        *(review.step("m1", Step.DECIDE, NOW, by=f"mod{n}", resolution="refuse") for n in range(5))
    )
    (decided,) = [one for one in decisions if isinstance(one, Case)]
    assert claims.count(No.TAKEN) == 4
    assert decided.by == got.by
    assert (decided.state, decided.resolution, decided.owed) == (State.DECIDED, "refuse", True)
    assert await review.queue() == []
    assert [case.id for case in await review.ended()] == ["m1"]


async def test_what_falls_due_is_taken_by_one_node_and_by_another_when_that_one_dies(review: Review) -> None:
    """A lease, not a message: whoever took it and was killed is followed (exactly once is the step's affair)."""
    await review.open(held("m1", model_alone=True), WORDS)
    taken = await asyncio.gather(*(review.due() for _ in range(4)))
    assert sorted(len(dues.cases) for dues in taken) == [0, 0, 0, 1]
    await review.put_off("m1", AT)  # the lease is over
    (again,) = (await review.due()).cases
    assert again.id == "m1"


async def test_what_is_told_again_is_merged_into_the_case_that_is_open(review: Review) -> None:
    """Two reports about one message are one case; the next after its end is a new one."""
    await review.open(report("r1", about="message/9"), WORDS)
    second = await review.open(report("r2", about="message/9", user="u2"), WORDS)
    again = await review.open(report("r2", about="message/9", user="u2"), WORDS)
    assert (second.case.state, second.case.into) == (State.MERGED, "r1")
    assert again.case.id == "r2"
    assert [case.id for case in await review.merged_into("r1")] == ["r2"]
    assert [case.id for case in await review.queue()] == ["r1"]
    await review.step("r1", Step.CLAIM, NOW, by="mod")
    await review.step("r1", Step.DECIDE, NOW, by="mod", resolution="uphold")
    third = await review.open(report("r3", about="message/9", user="u3"), WORDS)
    assert third.case.state is State.OPEN


async def test_cases_never_go_into_each_other_however_many_merge_at_once(review: Review) -> None:
    """A into B while B goes into A: one is merged, the other is told, and there is always an answer to wait for."""
    for turn in range(10):
        a, b = f"a{turn}", f"b{turn}"
        for id in (a, b):
            await review.open(report(id), WORDS)
            await review.step(id, Step.CLAIM, NOW, by="mod")
        made = await asyncio.gather(
            *(review.step(id, Step.MERGE, NOW, by="mod", resolution="merge", into=b if id == a else a) for id in (a, b))
        )
        assert [isinstance(one, Case) for one in made].count(True) == 1
        assert No.ROUND in made
        roots = [await review.root(id) for id in (a, b)]
        assert roots[0] == roots[1]
        assert roots[0] is not None


async def test_what_goes_into_a_merged_case_goes_into_the_root_and_takes_its_own_along(review: Review) -> None:
    """One answer for all of them, however they were put together; forgetting one of them loses no other."""
    for id in ("r1", "r2", "r3", "r4"):
        await review.open(report(id), WORDS)
    for id, into in (("r1", "r2"), ("r2", "r3"), ("r4", "r1")):
        await review.step(id, Step.CLAIM, NOW, by="mod")
        merged = await review.step(id, Step.MERGE, NOW, by="mod", resolution="merge", into=into)
        assert isinstance(merged, Case)
        assert merged.into == ("r3" if id == "r4" else into)
    assert [case.id for case in await review.merged_into("r3")] == ["r1", "r2", "r4"]
    for step in (Step.SETTLE, Step.PURGE, Step.FORGET):
        await review.step("r4", step, NOW)
    assert [case.id for case in await review.merged_into("r3")] == ["r1", "r2"]
    root = await review.root("r1")
    assert root is not None
    assert root.id == "r3"


async def test_an_author_finds_what_of_theirs_is_held_and_nobody_elses(review: Review) -> None:
    """For `welcome.now`; what has ended is not among it."""
    for case in (held("mine", at=AT + 2), held("mine-too", at=AT + 1), held("theirs", user="u2"), report("told")):
        await review.open(case, WORDS)
    await review.step("mine", Step.WITHDRAW, NOW)
    assert [case.id for case in await review.held_by("u1")] == ["mine-too"]
    assert await review.held_by("u3") == []


@pytest.mark.parametrize("step", [Step.WITHDRAW, Step.REWRITE])
async def test_words_their_author_takes_back_are_gone_at_once(
    review: Review, steady_engine: Engine, step: Step
) -> None:
    """In the step itself; that there was something stays in the trail, and what follows still follows."""
    await review.open(held("m1"), WORDS)
    taken = await review.step("m1", step, NOW)
    left = await steady_engine.ask("HGETALL", keys.case("m1"))
    assert isinstance(taken, Case)
    assert (taken.owed, taken.purged) == (True, True)
    assert b"words" not in left
    assert WORDS.text not in str(left)
    assert [entry.did for entry in await review.audit.entries()] == ["open", str(step)]
    assert due_at(replace(taken, owed=False)) == Due(NOW + ROW_KEPT, Step.FORGET)


async def test_words_are_deleted_long_before_the_case_and_the_case_before_the_trail(review: Review) -> None:
    """Retention: first the words, then the row; the trail stays and never had them."""
    await review.open(held("m1"), WORDS)
    for step in (Step.EXPIRE, Step.SETTLE, Step.PURGE):
        await review.step("m1", step, NOW)
    assert await review.words("m1") == Words()
    assert (await review.find("m1")) is not None
    await review.step("m1", Step.FORGET, NOW)
    assert await review.find("m1") is None
    assert await review.step("m1", Step.CLAIM, NOW, by="mod") is GONE
    assert await review.ended() == []
    assert [entry.did for entry in await review.audit.entries()] == ["open", "expire", "purge", "forget"]


async def test_time_limits_are_the_operators(steady_engine: Engine) -> None:
    """A claim lasts as long as the settings say."""
    client = engine_client(steady_engine.url)
    review = Review(client, "", Times(claim=7_000))
    await review.open(held("m1"), WORDS)
    claimed = await review.step("m1", Step.CLAIM, NOW, by="mod")
    assert isinstance(claimed, Case)
    assert claimed.until == NOW + 7_000
    await client.aclose()


async def test_an_engine_that_is_away_is_said_without_the_words(engine: Engine) -> None:
    """The exception holds nothing of what was to be kept, nor does its cause."""
    client = engine_client(engine.url)
    review = Review(client)
    await engine.kill()
    with pytest.raises(StoreAway) as away:
        await review.open(held("m1"), WORDS)
    assert away.value.__cause__ is None
    assert away.value.__context__ is None
    assert "words" not in str(away.value)
    for asked in (review.held_by("u1"), review.queue(), review.due(), review.words("m1")):
        with pytest.raises(StoreAway):
            await asked
    await client.aclose()


async def test_what_a_newer_node_wrote_is_read_as_far_as_it_can_be_and_left_to_it_otherwise(
    review: Review, steady_engine: Engine
) -> None:
    """One case with a word nobody here knows keeps no other from being seen, and stays due for who knows it."""
    for number, id in enumerate(("newer", "fields", "plain")):
        await review.open(held(id, at=AT + number, model_alone=True), WORDS)
    row = json.loads(await steady_engine.ask("HGET", keys.case("fields"), "row"))
    more = row | {"colour": "blue", "waiting": row["waiting"] | {"colour": "blue"}}
    await steady_engine.ask("HSET", keys.case("fields"), "row", json.dumps(more))
    await steady_engine.ask("HSET", keys.case("fields"), "words", json.dumps({"text": "words", "colour": "blue"}))
    await steady_engine.ask("HSET", keys.case("newer"), "row", json.dumps(row | {"id": "newer", "kind": "dispute"}))
    first = await review.queue(limit=1)
    listed = [[case.id for case in await read] for read in (review.queue(limit=2), review.held_by("u1"))]
    dues = await review.due()
    assert [case.id for case in first] == ["fields"]
    assert listed == [["fields", "plain"], ["fields", "plain"]]
    assert await review.words("fields") == Words(text="words")
    assert [case.id for case in dues.cases] == ["fields", "plain"]
    assert await steady_engine.ask("ZSCORE", keys.DUE, "newer") is not None
    assert isinstance(await review.step("fields", Step.CLAIM, NOW, by="mod"), Case)
    with pytest.raises(StoreAway):
        await review.step("newer", Step.CLAIM, NOW, by="mod")


async def test_no_key_holds_a_word(review: Review, steady_engine: Engine) -> None:
    """Words lie in one field of one hash, and nowhere else."""
    await review.open(held("m1"), WORDS)
    names = [name.decode() for name in await steady_engine.ask("KEYS", "*")]
    assert set(names) == {
        keys.case("m1"), keys.queue("adult"), keys.DUE, keys.cases_of("u1"), keys.TRAIL, keys.TRAIL_HEAD,
    }  # fmt: skip
    assert b"words" not in await steady_engine.ask("HGET", keys.case("m1"), "row")
