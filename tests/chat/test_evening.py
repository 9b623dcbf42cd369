"""The rounds of pairs: matching, deadlines and attendance, made by any node, each thing once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from chat import evening
from chat.node import Node
from rooms import asides
from rooms.durations import DURATIONS
from rooms.events import Band
from rooms.matchmaker import Claim, Made, MatchAway
from rooms.scene import RowKind, Scene
from rooms.seeking import Request, Seeking
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.pairs import made, matching_on, putting
from tests.support.two import listening, quick, seek


@one_flavour
async def test_a_deadline_that_fell_due_while_every_node_was_down_is_met_once_by_the_first_that_is_back(
    steady_engine: Engine,
) -> None:
    """T3: it stands in the row, and the row in the store."""
    sessions = quick(offer=0.3)
    async with (
        node_on(steady_engine.url, sessions=sessions) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        await seek(seeker)
        offer = (await next_event(listener, "offered"))["offer"]
        before = await node.services.matchmaker.find(RowKind.OFFER, offer)
        node.services.company.here(())  # the node dies: it says of nobody that they have left
    async with node_on(steady_engine.url, sessions=sessions) as one, node_on(steady_engine.url, sessions=sessions):
        async with asyncio.timeout(5):
            while (after := await one.services.matchmaker.find(RowKind.OFFER, offer)).state == "open":
                await asyncio.sleep(0.02)  # a round of theirs: asking again is the only sign
        listener_row = await one.services.matchmaker.find(RowKind.LISTENER, "staff-one")
    assert before.state == "open"
    assert after.state == "lapsed"
    assert listener_row.misses == 1


@one_flavour
async def test_bands_are_walls_in_matching(steady_engine: Engine) -> None:
    """T8: a teen is put to nobody who is not vetted, whatever is rung."""
    async with node_on(steady_engine.url) as node, talking(node, band="teen") as teen, listening(node) as adult:
        request = (await seek(teen))["request"]
        for band in Band:
            await evening.match(node.services, band)
        row = await node.services.matchmaker.find(RowKind.REQUEST, request)
        assert not [event for event in adult.events if event["type"] == "offered"]
    assert (row.band, row.state, row.offers) == (Band.TEEN, Seeking.QUEUED, ())


@one_flavour
async def test_a_listener_who_closes_the_page_is_asked_no_more_and_the_question_goes_on_at_once(
    steady_engine: Engine,
) -> None:
    """The next is asked long before an offer lapses, or the lease of who is gone; they have missed nothing."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker:
        async with listening(node, "first") as first:
            await seek(seeker)
            await next_event(first, "offered")
        async with listening(node, "second") as second:
            await next_event(second, "offered")
        row = await node.services.matchmaker.find(RowKind.LISTENER, "staff-first")
    assert (row.misses, row.offers, bool(row.gone_at)) == (0, (), True)


def test_who_wants_to_be_told_is_looked_at_as_if_they_waited() -> None:
    request = Request(id="r", seeker="sam", since=1, state=Seeking.CALL_BACK, offers=("o",))
    again = evening.waiting_again(request)
    assert (again.state, again.offers, again.since) == (Seeking.QUEUED, (), 1)


@one_flavour
async def test_one_thing_that_fails_holds_up_nothing_behind_it(
    steady_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with one of a handful is found by trying each; the others are seen to."""
    looked: list[str] = []
    look = asides.look

    def failing(scene: Scene, user: str) -> bool:
        looked.append(user)
        if user == "ana":
            raise KeyError("no such thing")
        return look(scene, user)

    async with node_on(steady_engine.url) as node:
        monkeypatch.setattr(asides, "look", failing)
        await node.services.matchmaker.attendance.here("somewhere", ["ana", "ben", "cleo"])
        async with asyncio.timeout(5):
            while not {"ana", "ben", "cleo"} <= set(looked):
                await evening.pairing(node.services)
        assert node.metrics.read()["warmline_faults_total{fault=KeyError}"] >= 1
        left = {claim.member for claim in await left_due(node)}
    assert left == {"look:ana"}


async def left_due(node: Node) -> tuple[Claim, ...]:
    """What falls due again, because nobody could see to it."""
    async with asyncio.timeout(5):
        while not (claims := (await node.services.matchmaker.due()).claims):
            await asyncio.sleep(0.02)  # until the lease on it is over
    return claims


@one_flavour
async def test_what_one_of_a_handful_refuses_leaves_nothing_and_the_others_are_done(steady_engine: Engine) -> None:
    """T3: three deadlines in one step, one of which somebody has seen to meanwhile."""
    async with matching_on(steady_engine.url) as matchmaker:
        rows = [Request(id=f"r{number}", seeker=f"s{number}", since=0, choose_by=-1) for number in range(3)]
        await made(matchmaker, putting(*rows))
        claims = (await matchmaker.due()).claims
        later = replace(rows[1], told=1 << 40)
        await made(matchmaker, putting(later))
        outcome = await matchmaker.attend_all(claims, lambda scene: evening.all_of(scene, claims))
        found = [await matchmaker.find(RowKind.REQUEST, row.id) for row in rows]
        dues = await matchmaker.due()
    assert isinstance(outcome, Made)
    assert sorted(outcome.targets) == ["s0", "s2"]
    assert found[1] == later
    assert [row.told for row in (found[0], found[2])] == [outcome.now // DURATIONS.update] * 2
    assert [claim.member for claim in dues.claims] == ["round:adult"]


async def test_without_the_store_a_round_says_so_and_is_made_again(engine: Engine) -> None:
    async with node_on(engine.url) as node:
        await engine.kill()
        with pytest.raises(MatchAway):
            await evening.pairing(node.services)
