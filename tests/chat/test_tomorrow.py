""" "Check on me tomorrow", over the wire: once, in the inbox, whatever nodes do meanwhile, and cancelled in one tap."""

from __future__ import annotations

from chat.tellings import FOLLOW_UP
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import URGENT
from tests.support.two import changed, quick

pytestmark = one_flavour

SOON = quick(follow_up=1.5)


async def test_who_asked_for_it_finds_it_in_their_inbox_when_they_come_back(steady_engine: Engine) -> None:
    """F42: no node lives through the night, and the person is not here when it falls due."""
    async with node_on(steady_engine.url, sessions=SOON) as node, Raw.upgraded(node.url) as raw:
        token = (await raw.hello(language="es"))["token"]
        set_ = await raw.ask("follow_up")
        again = await raw.ask("follow_up", on=True)
    async with node_on(steady_engine.url, sessions=SOON) as node, talking(node) as other:
        await other.ask("follow_up")
        await next_event(other, "notice")  # theirs was due before
        async with Raw.upgraded(node.url) as raw:
            back = await raw.ask("hello", token=token)
            page = await raw.ask("page", room="inbox", limit=100)
        say = node.services.pipeline.books.says.say
        notices = [event for event in page["events"] if event["type"] == "notice"]
    assert (set_["type"], set_["on"], again["at"]) == ("follow_up", True, set_["at"])
    assert [event["code"] for event in notices] == ["follow_up"]
    assert notices[0]["says"] == say(FOLLOW_UP, "es") != FOLLOW_UP
    assert not [event for event in back["now"] if event["type"] == "follow_up"]


async def test_one_tap_takes_it_back_and_who_returns_before_is_told_that_it_stands(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url, sessions=SOON) as node, Raw.upgraded(node.url) as raw:
        token = (await raw.hello())["token"]
        set_ = await raw.ask("follow_up")
        async with Raw.upgraded(node.url) as device:
            back = await device.ask("hello", token=token)
        off = await raw.ask("follow_up", on=False)
        async with talking(node) as other:
            await other.ask("follow_up")
            await next_event(other, "notice")
        page = await raw.ask("page", room="inbox", limit=100)
    assert [event for event in back["now"] if event["type"] == "follow_up"] == [
        {"type": "follow_up", "on": True, "at": set_["at"]}
    ]
    assert (off["on"], "at" in off) == (False, False)
    assert page["events"] == []


async def test_after_being_stayed_with_it_is_asked_for_and_never_by_itself(steady_engine: Engine) -> None:
    """sessions.md: after HELD no survey, only a gentle note next day if the person asked for one."""
    async with (
        node_on(steady_engine.url, sessions=SOON) as node,
        talking(node, "anxiety") as silent,
        talking(node, "anxiety") as wishing,
    ):
        for raw in (silent, wishing):
            await raw.ask("send", room="anxiety", text=URGENT, key="u")
            await changed(raw, state="stay")
            assert (await raw.ask("settle", room="stay"))["state"] == "left"
        await wishing.ask("follow_up")
        assert (await next_event(wishing, "notice"))["code"] == "follow_up"
        page = await silent.ask("page", room="inbox", limit=100)
    assert "notice" not in {event["type"] for event in page["events"]}
