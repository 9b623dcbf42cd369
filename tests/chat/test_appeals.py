"""Appeals over the wire: heard once, by another person, told to the one it concerns (F28)."""

from __future__ import annotations

from chat.appeals import HEARD_ALREADY
from chat.settling import settle
from moderation.cases import DAY, Case, Step
from moderation.cases import State as CaseState
from tests.chat.test_sanctioning import LOW, a_mute, in_force, on_duty, say, until_closed
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw

NOTE = "I was joking with a friend and I think it was read wrong"


@one_flavour
async def test_an_appeal_is_heard_by_somebody_else_and_lifting_gives_the_word_back(steady_engine: Engine) -> None:
    """Who decided cannot claim it; who else does lifts it, on another node, and the person writes again."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, "anxiety") as peer,
        on_duty(one) as mod,
        on_duty(two, user="n") as other,
    ):
        await a_mute(mod, peer)
        notice = await next_event(peer, "notice")
        filed = await peer.ask("appeal", sanction=notice["sanction"], note=NOTE)
        again = await peer.ask("appeal", sanction=notice["sanction"], note=NOTE)
        (row,) = [row for row in (await other.ask("cases"))["cases"] if row["kind"] == "appeal"]
        own = await mod.ask("claim", case=row["case"])
        claimed = await other.ask("claim", case=row["case"])
        await other.ask("resolve", case=row["case"], resolution="overturn")
        resolved = await next_event(peer, "resolved")
        await in_force(one, 0)
        said = await say(peer, "thank you", key="after")
        late = await peer.ask("appeal", sanction=notice["sanction"], note=NOTE)
    assert (filed["type"], again["repeated"]) == ("appealed", True)
    assert own["code"] == "forbidden"
    assert claimed["words"] == {"note": NOTE}
    assert (resolved["state"], resolved["sanction"]) == ("lifted", notice["sanction"])
    assert said["state"] == "delivered"
    assert late["code"] == "closed"


@one_flavour
async def test_an_appeal_that_is_turned_down_leaves_things_as_they_are(steady_engine: Engine) -> None:
    """Told kindly; heard once."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as peer,
        on_duty(node) as mod,
        on_duty(node, user="n") as other,
    ):
        await a_mute(mod, peer)
        notice = await next_event(peer, "notice")
        await peer.ask("appeal", sanction=notice["sanction"], note=NOTE)
        (case,) = await node.services.review.queue()
        await other.ask("claim", case=case.id)
        await other.ask("resolve", case=case.id, resolution="uphold")
        resolved = await next_event(peer, "resolved")
        await in_force(node)
        refused = await say(peer, "and now?", key="after")
    assert resolved["state"] == "upheld"
    assert refused["code"] == "muted"


@one_flavour
async def test_who_is_kept_out_appeals_with_the_hello_and_comes_in_when_it_is_lifted(steady_engine: Engine) -> None:
    """The door takes the appeal, says so, and stays closed; after the hearing it opens."""
    async with node_on(steady_engine.url) as node, on_duty(node) as mod, on_duty(node, user="n") as other:
        async with Raw.upgraded(node.url) as peer:
            token = (await peer.hello())["token"]
            await peer.ask("join", room="anxiety")
            made = await a_mute(mod, peer, step="suspension", reason="doxxing")
            await until_closed(peer)
        async with Raw.upgraded(node.url) as peer:
            appeal = {"sanction": made["sanction"], "note": NOTE}
            refused = await peer.ask("hello", token=token, appeal=appeal)
            said = [event.get("code", event["type"]) for event in peer.events]
            assert await peer.closed() == 4003
        (case,) = await node.services.review.queue()
        await other.ask("claim", case=case.id)
        await other.ask("resolve", case=case.id, resolution="overturn")
        async with Raw.upgraded(node.url) as peer:
            welcome = await peer.ask("hello", token=token, appeal=appeal)  # written at a door that has opened since
            heard = next(event["says"] for event in peer.events if event.get("code") == "appeal")
    assert heard == HEARD_ALREADY
    assert refused["code"] == "forbidden"
    assert said == ["appeal", "care", "sanction"]
    assert welcome["type"] == "welcome"


@one_flavour
async def test_an_appeal_nobody_hears_in_its_time_is_lifted(steady_engine: Engine) -> None:
    """A month, by the desk's own clock; nobody stays out because nobody had time."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as peer, on_duty(node) as mod:
        await a_mute(mod, peer)
        notice = await next_event(peer, "notice")
        await peer.ask("appeal", sanction=notice["sanction"], note=NOTE)
        (case,) = await node.services.review.queue()
        late = await node.services.review.step(case.id, Step.EXPIRE, case.at + 30 * DAY)
        assert isinstance(late, Case)
        await settle(node.services, late)
        resolved = await next_event(peer, "resolved")
        await in_force(node, 0)
        said = await say(peer, "hello", key="after")
    assert late.state is CaseState.EXPIRED
    assert resolved["state"] == "lifted"
    assert said["state"] == "delivered"


@one_flavour
async def test_a_note_that_tells_of_pain_brings_the_card_and_another_persons_decision_is_not_found(
    steady_engine: Engine,
) -> None:
    """Nobody is cut off for how they plead (R1); nobody appeals for others."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety", country="GB") as peer,
        talking(node, "anxiety") as stranger,
        on_duty(node) as mod,
    ):
        await a_mute(mod, peer)
        notice = await next_event(peer, "notice")
        foreign = await stranger.ask("appeal", sanction=notice["sanction"], note=NOTE)
        filed = await peer.ask("appeal", sanction=notice["sanction"], note=LOW)
        card = await next_event(peer, "care")
    assert foreign["code"] == "not_found"
    assert (filed["type"], filed["note"]) == ("appealed", "delivered")
    assert card["card"]["lines"]
