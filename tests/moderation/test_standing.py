"""Standing in real engines: what is kept about a person, once, and what the store itself refuses (F23, F28, F29)."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from moderation import keys, shield, standing
from moderation.ladder import DAY, LADDER, SLOW_GAP, Reason, Step
from moderation.reports import Ground, Report
from moderation.sanctions import (
    Appeal,
    CaseId,
    Hearing,
    Offence,
    PersonId,
    Proof,
    Refused,
    Sanction,
    SanctionId,
    explained,
)
from moderation.shield import Level, Probe, Sign
from moderation.standing import MOST_REPORTS, Kept, Standing, StoreAway, packed, unpacked
from moderation.verdict import CareKind
from rooms.calls import engine_client
from tests.support.engines import Engine

NOW = 1_700_000_000_000
QUESTIONS = shield.load()
SCRIPT = Path(standing.__file__).parent / "lua" / "sanction.lua"


def made(id: str = "s1", step: Step = Step.MUTE, **changes: Any) -> Sanction:
    lasts = LADDER[step].lasts
    base: dict[str, Any] = {
        "id": SanctionId(id), "step": step, "reason": Reason.HARASSMENT, "room": "adult/anxiety", "at": NOW,
        "proof": Proof(CaseId(f"case-of-{id}"), frozenset({Offence.HARASSMENT})),
        "until": None if lasts is None else NOW + lasts, "decided_by": PersonId("mod"),
    }  # fmt: skip
    return Sanction(**base | changes)


@pytest.fixture
async def kept(steady_engine: Engine) -> AsyncIterator[Standing]:
    client = engine_client(steady_engine.url)
    yield Standing(client, QUESTIONS)
    await client.aclose()


def listed(name: str) -> set[str]:
    """The words of one list in the script."""
    body = re.search(rf"local {name} = \{{(.*?)\}}", SCRIPT.read_text("utf-8"), re.DOTALL)
    assert body is not None
    return {quoted or plain for quoted, plain in re.findall(r"(?:\['([a-z_.]+)'\]|([a-z_]+)) = true", body[1])}


def test_the_scripts_lists_are_those_of_the_types() -> None:
    """Two walls, one plan: whoever widens one widens the other and says why."""
    assert listed("STEPS") == {step.word for step in Step}
    assert listed("REASONS") == set(map(str, Reason))
    assert listed("OFFENCES") == set(map(str, Offence))
    assert listed("FIELDS") == set(json.loads(packed(made())))


def test_a_sanction_reads_back_as_it_was_written() -> None:
    """Every field, and a ban's missing end."""
    for sanction in (made(), made(step=Step.BAN), made(appeal=Appeal.UPHELD, heard_by=PersonId("mod2"))):
        assert unpacked(packed(sanction).encode()) == sanction


@pytest.mark.parametrize(
    "wrong",
    [
        *({"reason": str(kind)} for kind in CareKind),
        {"labels": ["crisis.suicide"]},
        {"labels": ["harassment", "crisis.passive"]},
        {"labels": ["pact"]},
        {"labels": ["method.request"]},
        {"labels": "crisis.suicide"},
        {"care": "high"},
        {"kind": "self_harm"},
        {"note": "they said they want to die"},
        {"reason": ""},
        {"step": "kick"},
        {"case": ""},
        {"appeal": "upheld"},
    ],
    ids=str,
)
async def test_the_store_refuses_a_disclosure_as_reason_or_proof_whoever_sends_it(
    steady_engine: Engine, kept: Standing, wrong: dict[str, Any]
) -> None:
    """Past all types: the script itself, given what no code of ours could make."""
    row = json.dumps(json.loads(packed(made())) | wrong)
    source = SCRIPT.read_text("utf-8")
    answer = await steady_engine.ask("EVAL", source, 1, keys.sanctions("u1"), row, 0, 1000)
    assert answer == b"refused"
    assert await kept.history("u1") == ()


async def test_a_sanction_is_kept_once_and_one_case_leads_to_one(kept: Standing) -> None:
    """A retry, another moderator with the same case, and a decision on a history that has moved on."""
    assert await kept.impose("u1", made(), 0) is Kept.MADE
    assert await kept.impose("u1", made(), 0) is Kept.REPEATED
    twin = made("s2", proof=made().proof)
    assert await kept.impose("u1", twin, 1) is Kept.TAKEN
    assert await kept.impose("u1", made("s3"), 0) is Kept.STALE
    assert await kept.impose("u1", made("s3"), 1) is Kept.MADE
    assert [one.id for one in await kept.history("u1")] == ["s1", "s3"]


async def test_of_two_decisions_at_once_one_is_made_and_the_other_told_to_read_again(kept: Standing) -> None:
    """So nobody climbs two steps for one evening."""
    answers = await asyncio.gather(*(kept.impose("u1", made(f"s{n}"), 0) for n in range(8)))
    assert sorted(answers) == [Kept.MADE, *[Kept.STALE] * 7]


async def test_what_is_in_force_is_read_when_somebody_comes_and_answered_without_waiting(kept: Standing) -> None:
    """And forgotten when they go; others have nothing."""
    await kept.impose("u1", made(), 0)
    await kept.impose("u1", made("s2", Step.SLOW, room="adult/recovery"), 1)
    await kept.watch("u1", NOW)
    assert kept.at("u1").muted("adult/anxiety", NOW)
    assert kept.at("u1").gap("adult/recovery", NOW) == SLOW_GAP
    assert kept.at("u2").sanctions == ()
    await kept.watch("u1", NOW + 2 * DAY)
    assert kept.at("u1").sanctions == ()
    kept.forget("u1")


async def test_a_ban_is_kept_for_good_and_anything_else_as_long_as_it_counts(
    steady_engine: Engine, kept: Standing
) -> None:
    """The engine forgets what no longer matters (F35)."""
    await kept.impose("u1", made(step=Step.MUTE), 0)
    left = await steady_engine.ask("PTTL", keys.sanctions("u1"))
    assert 90 * DAY < left <= 91 * DAY
    await kept.impose("u1", made("s2", Step.BAN), 1)
    await kept.impose("u1", made("s3", Step.NOTICE), 2)
    assert await steady_engine.ask("PTTL", keys.sanctions("u1")) == -1


async def test_an_appeal_is_heard_by_somebody_else_and_the_script_sees_to_it_too(
    steady_engine: Engine, kept: Standing
) -> None:
    """The table, then the wall behind it."""
    await kept.impose("u1", made(), 0)
    assert await kept.hear("u1", "nothing", Hearing.FILE, "u1") is None
    assert await kept.hear("u1", "s1", Hearing.LIFT, "mod2") is Refused.NOT_NOW
    await kept.hear("u1", "s1", Hearing.FILE, "u1")
    assert await kept.hear("u1", "s1", Hearing.LIFT, "mod") is Refused.SAME_PERSON
    forged = dataclasses.replace(made(), appeal=Appeal.LIFTED, heard_by=PersonId("mod"))
    source = SCRIPT.with_name("hearing.lua").read_text("utf-8")
    assert await steady_engine.ask("EVAL", source, 1, keys.sanctions("u1"), "s1", "open", packed(forged)) == -1
    lifted = await kept.hear("u1", "s1", Hearing.LIFT, "mod2")
    assert isinstance(lifted, Sanction)
    assert (await kept.watch("u1", NOW)).sanctions == ()


def report(id: str, at: int = NOW, **changes: Any) -> Report:
    base: dict[str, Any] = {"id": id, "by": f"by-{id}", "room": "adult/anxiety", "ground": Ground.SPAM, "at": at}
    return Report(**base | {"came": NOW - DAY, "rooms": frozenset({"adult/recovery"})} | changes)


async def test_a_report_is_kept_once_and_old_ones_are_forgotten(kept: Standing) -> None:
    """Thirty days, and every one reads back whole."""
    await kept.report("u1", report("old", NOW - 31 * DAY))
    fresh, known = await kept.report("u1", report("a"))
    again, _ = await kept.report("u1", report("a"))
    assert (fresh, again) == (True, False)
    assert known == [report("a")]


async def test_of_more_reports_than_are_kept_the_oldest_goes(kept: Standing) -> None:
    """Whatever order the engine keeps them in; what was told just now stays."""
    for number in reversed(range(MOST_REPORTS)):
        await kept.report("u1", report(f"r{number}", NOW + number))
    _, known = await kept.report("u1", report("newest", NOW + MOST_REPORTS))
    assert len(known) == MOST_REPORTS
    assert {"r0", "r1", "newest"} - {one.id for one in known} == {"r0"}


async def test_the_outcome_of_a_report_counts_once_for_its_reporter(kept: Standing) -> None:
    """What follows from a case may be done twice; a record may not be."""
    for _ in range(3):
        await kept.outcome("r1", "report-1", right=True, now=NOW)
    await asyncio.gather(*(kept.outcome("r1", f"more-{n}", right=False, now=NOW) for n in range(4)))
    record = await kept.record("r1")
    assert (record.right, record.wrong) == (1, 4)
    assert (await kept.record("nobody")).trust(NOW) == 0.5


async def test_a_daily_limit_is_one_limit_over_all_nodes_and_a_retry_is_free(kept: Standing) -> None:
    """Twenty at once, five pass; a day later there is room again."""
    passed = await asyncio.gather(*(kept.spend("u1", "concerns", f"c{n}", NOW, 5) for n in range(20)))
    assert sum(passed) == 5
    first = passed.index(True)
    assert await kept.spend("u1", "concerns", f"c{first}", NOW, 5)
    assert await kept.spend("u1", "concerns", "later", NOW + DAY + 1, 5)


async def test_signs_of_one_person_add_up_over_nodes_and_moderators_are_told_once_of_each_level(kept: Standing) -> None:
    """Any node may see the next question."""
    for number, probe in enumerate((Probe.AGE, Probe.PICTURE, Probe.AGE, Probe.CONTACT)):
        known = await kept.signed("u1", [Sign(probe, f"p{number}", NOW + number, "adult/anxiety")], NOW)
    assert len(known) == 4
    assert kept.level("u1") is Level.HOLD
    assert [await kept.alert("u1", level) for level in (Level.WATCH, Level.WATCH, Level.HOLD)] == [True, False, True]
    assert not await kept.alert("u1", Level.NONE)
    assert [await kept.alerted(person) for person in ("u1", "u2")] == [Level.HOLD, Level.NONE]
    assert await kept.signed("u1", (), NOW + shield.REMEMBERED + DAY) == []
    assert kept.level("u1") is Level.NONE


async def test_what_a_newer_node_wrote_keeps_nobody_from_being_let_in_or_kept_out(
    steady_engine: Engine, kept: Standing
) -> None:
    """What can be read holds, also with a label or a field more, and so does what was decided for a reason nobody here
    knows; a step nobody here knows is left to nodes that do.
    """
    ban = json.loads(packed(made("s1", Step.BAN)))
    newer = ban | {"labels": ["harassment", "a.new_one"], "colour": "blue"}
    unread = ban | {"id": "s2", "reason": "a_new_one", "at": NOW + 1}
    for row in (newer, unread, ban | {"id": "s3", "step": "a_new_one"}):
        await steady_engine.ask("HSET", keys.sanctions("u1"), row["id"], json.dumps(row))
    await steady_engine.ask("ZADD", keys.signs("u1"), NOW, f"a_new_one p {NOW} adult/anxiety")
    in_force = await kept.watch("u1", NOW)
    assert {one.id for one in in_force.sanctions} == {"s1", "s2"}
    assert [(one.id, one.step) for one in await kept.history("u1")] == [("s1", Step.BAN), ("s2", Step.BAN)]
    assert await kept.signed("u1", [Sign(Probe.AGE, "p", NOW)], NOW) == [Sign(Probe.AGE, "p", NOW)]
    assert await kept.impose("u1", made("s4"), 1) is Kept.STALE
    with pytest.raises(StoreAway):
        await kept.hear("u1", "s2", Hearing.FILE, "u1")


async def test_a_ban_for_a_reason_only_newer_nodes_know_keeps_out_and_is_left_to_them(
    steady_engine: Engine, kept: Standing
) -> None:
    """During an update: fail closed, in plain words; and this node writes nothing over what it cannot read."""
    ban = json.loads(packed(made("s1", Step.BAN)))
    for id, change in (("r", {"reason": "a_new_one"}), ("a", {"appeal": "a_new_one"})):
        row = json.dumps(ban | {"id": id} | change)
        await steady_engine.ask("HSET", keys.sanctions(f"u-{id}"), id, row)
        barred = (await kept.watch(f"u-{id}", NOW)).barred(NOW)
        assert barred is not None
        assert "The reason: " in explained(barred)
        assert "a_new_one" not in explained(barred)
        with pytest.raises(StoreAway):
            await kept.hear(f"u-{id}", id, Hearing.FILE, "u1")
        assert await steady_engine.ask("HGET", keys.sanctions(f"u-{id}"), id) == row.encode()


async def test_nothing_that_is_kept_holds_words_or_names(steady_engine: Engine, kept: Standing) -> None:
    """Ids, words of ours, times (F37)."""
    await kept.impose("u1", made(), 0)
    await kept.report("u1", report("a"))
    await kept.signed("u1", [Sign(Probe.AGE, "p", NOW, "adult/anxiety")], NOW)
    names = await steady_engine.ask("KEYS", "warm:{p/u1}:*")
    assert len(names) == 3
    fields = {"id", "by", "room", "ground", "at", "came", "trust", "message", "rooms"}
    assert set(json.loads((await steady_engine.ask("HVALS", keys.reported("u1")))[0])) == fields


async def test_an_engine_that_is_away_is_said_without_the_command(engine: Engine) -> None:
    """Nobody is let in on a standing that cannot be read."""
    client = engine_client(engine.url)
    kept = Standing(client, QUESTIONS)
    await engine.kill()
    for wanted in (kept.watch("u1", NOW), kept.impose("u1", made(), 0), kept.history("u1")):
        with pytest.raises(StoreAway) as away:
            await wanted
        assert away.value.__cause__ is None
        assert away.value.__context__ is None
    await client.aclose()
