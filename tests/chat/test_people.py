"""Who is there: hello in all its forms, resume of many rooms, fresh tokens."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import replace

import pytest

from chat import people
from chat.accounts import person_key
from chat.auth import Identity, named, sign, verify
from chat.node import Node
from chat.outbox import Lane
from chat.replies import Pong
from chat.settings import Limits, Moderation
from moderation.cases import Case
from moderation.review import Review
from rooms.events import Band, Role, UserId
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import ROOMS, SECRET, next_event, node_on, talking
from tests.support.raw import Raw

LOW = "some nights I think everyone would be better off without me"


class Waiting(Review):
    """The review desk, which answers when the test lets it: the last thing a hello waits for."""

    def __init__(self, node: Node) -> None:
        super().__init__(node.redis)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()
        node.services = node.gateway.services = replace(node.services, review=self)

    async def held_by(self, author: str) -> list[Case]:
        self.asked.set()
        await self.answer.wait()
        return await super().held_by(author)


async def left(node: Node, most: int) -> None:
    """Until no more than `most` connections are there."""
    async with asyncio.timeout(10):
        while len(node.gateway.everyone()) > most:
            await asyncio.sleep(0.001)


def token(*, expires: float = 3600, **changes: object) -> str:
    now = time.time()
    identity = Identity(user=UserId("m" * 22), band=Band.ADULT, expires=now + expires)
    return sign(replace(identity, **changes), SECRET.encode(), now - 10)  # type: ignore[arg-type]


@one_flavour
async def test_a_guest_is_welcomed_with_a_token_and_no_person_id(steady_engine: Engine) -> None:
    """Nothing in the welcome is the id by which the server knows the person, not even inside the token."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as raw:
        welcome = await raw.hello()
        (user,) = node.hub.people
    claims = welcome["token"].split(".")[1]
    assert user not in json.dumps(welcome)
    assert user.encode() not in base64.urlsafe_b64decode(claims + "==")
    assert welcome["roles"] == ["peer"]
    assert welcome["band"] == "adult"
    assert welcome["limits"]["text"] == 2000


@one_flavour
async def test_a_token_brings_the_same_person_back(steady_engine: Engine) -> None:
    """The alias in a room is the same as before, on another node too."""
    async with node_on(steady_engine.url) as one, node_on(steady_engine.url) as two:
        async with Raw.upgraded(one.url) as raw:
            welcome = await raw.hello()
            before = await raw.ask("join", room="anxiety")
        async with Raw.upgraded(two.url) as raw:
            again = await raw.ask("hello", token=welcome["token"])
            after = await raw.ask("join", room="anxiety")
    assert again["type"] == "welcome"
    assert (before["alias_id"], before["alias"]) == (after["alias_id"], after["alias"])


@one_flavour
async def test_a_staff_token_carries_roles_and_a_foreign_one_is_unauthorized(steady_engine: Engine) -> None:
    """Roles come from the token alone (X23); what is not signed by us closes with 4001."""
    async with node_on(steady_engine.url) as node:
        async with Raw.upgraded(node.url) as raw:
            welcome = await raw.ask("hello", token=token(roles=frozenset({Role.MODERATOR})), role="operator")
        async with Raw.upgraded(node.url) as raw:
            refused = await raw.ask("hello", token=token()[:-4] + "AAAA")
            code = await raw.closed()
    assert welcome["roles"] == ["moderator"]
    assert refused["code"] == "unauthorized"
    assert code == 4001


@one_flavour
async def test_an_expired_token_says_so_and_closes_with_4100(steady_engine: Engine) -> None:
    """So that the client knows to ask for a new one rather than to stop."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as raw:
        refused = await raw.ask("hello", token=token(expires=-3600))
        assert await raw.closed() == 4100
    assert refused["code"] == "expired"


@pytest.mark.parametrize(
    "hello", [{}, {"guest": {"band": "adult"}, "token": "x"}, {"guest": {"band": "child"}}], ids=str
)
@one_flavour
async def test_a_hello_that_is_none_is_refused_with_its_path_and_may_be_said_again(
    steady_engine: Engine, hello: dict[str, object]
) -> None:
    """Exactly one way of saying who is there; the connection waits for a better one."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as raw:
        refused = await raw.ask("hello", **hello)
        welcome = await raw.hello()
    assert refused["code"] == "bad_request"
    assert refused["path"]
    assert welcome["type"] == "welcome"


@one_flavour
async def test_one_hello_brings_back_every_room_with_what_was_missed(steady_engine: Engine) -> None:
    """Many rooms in one round trip: each `joined` with the events after its cursor, then live."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", "recovery", "slow") as other:
        async with talking(node, "anxiety", "recovery") as raw:
            cursors = {}
            for room in ("anxiety", "recovery"):
                cursors[room] = (await other.ask("send", room=room, text=f"before {room}", key=f"{room}1"))["cursor"]
            welcome = await raw.ask("refresh", token="x")
            assert welcome["code"] == "unauthorized"
        for room in ("anxiety", "recovery"):
            await other.ask("send", room=room, text=f"missed {room}", key=f"{room}2")
        async with Raw.upgraded(node.url) as back:
            resume = [{"room": room, "cursor": cursor} for room, cursor in cursors.items()] + [{"room": "teens"}]
            welcome = await back.ask("hello", guest={"band": "adult"}, resume=resume)
            await other.ask("send", room="recovery", text="live", key="live")
            live = await next_event(back, "message")
    resumed = {one["room"]: one for one in welcome["resumed"] if one["type"] == "joined"}
    refused = [one for one in welcome["resumed"] if one["type"] == "refused"]
    assert {room: [event["text"] for event in one["events"]] for room, one in resumed.items()} == {
        "anxiety": ["missed anxiety"],
        "recovery": ["missed recovery"],
    }
    assert all(one["recovered"] and one.get("re") is None for one in resumed.values())
    assert [one["code"] for one in refused] == ["not_found"]
    assert live["text"] == "live"


@one_flavour
async def test_a_newer_connection_of_the_same_tab_replaces_the_older_one(steady_engine: Engine) -> None:
    """4009 for the old one; two tabs are two connections."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as old, Raw.upgraded(node.url) as new:
        welcome = await old.ask("hello", guest={"band": "adult"}, client={"name": "t", "tab": "one"})
        async with Raw.upgraded(node.url) as other:
            await other.ask("hello", token=welcome["token"], client={"name": "t", "tab": "two"})
            await new.ask("hello", token=welcome["token"], client={"name": "t", "tab": "one"})
            assert await old.closed() == 4009
            assert (await other.ask("ping"))["type"] == "pong"


@one_flavour
async def test_a_refreshed_token_is_good_and_of_the_same_person(steady_engine: Engine) -> None:
    """Only one's own, while it is still good."""
    async with node_on(steady_engine.url) as node:
        async with Raw.upgraded(node.url) as raw:
            welcome = await raw.hello()
            refreshed = await raw.ask("refresh", token=welcome["token"])
            foreign = await raw.ask("refresh", token=token())
            before = await raw.ask("join", room="anxiety")
        async with Raw.upgraded(node.url) as raw:
            await raw.ask("hello", token=refreshed["token"])
            after = await raw.ask("join", room="anxiety")
    assert refreshed["type"] == "refreshed"
    assert foreign["code"] == "unauthorized"
    assert before["alias_id"] == after["alias_id"]


@one_flavour
async def test_held_messages_are_in_the_welcome_of_who_returns(steady_engine: Engine) -> None:
    """What is still open is said at once, after a reload too."""
    async with node_on(steady_engine.url, moderation=Moderation(budget_ms=0.0001)) as node:
        async with Raw.upgraded(node.url) as raw:
            welcome = await raw.hello()
            await raw.ask("join", room="anxiety")
            held = await raw.ask("send", room="anxiety", text="is anyone there", key="k")
        async with Raw.upgraded(node.url) as raw:
            again = await raw.ask("hello", token=welcome["token"])
    assert held["state"] == "held"
    assert [one["id"] for one in again["now"]] == [held["id"]]


@one_flavour
async def test_a_client_that_is_gone_before_its_welcome_leaves_no_ghost(steady_engine: Engine) -> None:
    """The hello ends all the same; nobody is in a room, in an inbox or present because of it."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as other:
        review = Waiting(node)
        async with Raw.upgraded(node.url) as raw:
            await raw.say("hello", token=token(), resume=[{"room": "recovery"}])
            await review.asked.wait()
        await left(node, 1)
        review.answer.set()
        await other.ask("rooms")
        rooms = await other.ask("rooms")
        assert len(node.hub.people) == 1
        assert "adult/recovery" not in node.hub.rooms
        assert len([room for room in node.hub.rooms if room.startswith("inbox/")]) == 1
        assert node.backplane.stats()["open_rooms"] == len(ROOMS) + 1
    assert [room["present"] for room in rooms["rooms"] if room["room"] == "recovery"] == [0]


@one_flavour
async def test_the_inbox_stays_open_when_the_old_connection_ends_during_the_new_ones_hello(
    steady_engine: Engine,
) -> None:
    """A reload: the page that goes must not close what the page that comes has just opened."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as new:
        review = Waiting(node)
        async with Raw.upgraded(node.url) as old:
            welcome = await old.hello(country="GB")
            await new.say("hello", token=welcome["token"])
            await review.asked.wait()
        await left(node, 1)
        review.answer.set()
        assert (await new.told())["type"] == "welcome"
        await new.ask("join", room="anxiety")
        await new.ask("send", room="anxiety", text=LOW, key="k")
        assert (await next_event(new, "care"))["card"]


@one_flavour
async def test_the_inbox_is_closed_with_the_last_connection(steady_engine: Engine) -> None:
    """A node hears the inboxes of those who are here, and no others."""
    async with node_on(steady_engine.url) as node:
        async with Raw.upgraded(node.url) as one, Raw.upgraded(node.url) as two:
            welcome = await one.hello()
            await two.ask("hello", token=welcome["token"])
            assert node.backplane.stats()["open_rooms"] == len(ROOMS) + 1
        await left(node, 0)
        assert node.backplane.stats()["open_rooms"] == len(ROOMS)
    assert not node.hub.people


@one_flavour
async def test_rooms_beyond_the_limit_are_refused_in_hello_and_none_is_dropped_in_silence(
    steady_engine: Engine,
) -> None:
    """Every room asked for is answered, in order."""
    rooms = ["anxiety", "recovery", "slow", "small"]
    limits = Limits(enabled=False, rooms=2)
    async with node_on(steady_engine.url, limits=limits) as node, Raw.upgraded(node.url) as raw:
        welcome = await raw.ask("hello", guest={"band": "adult"}, resume=[{"room": room} for room in rooms])
    assert [(one["room"], one["type"]) for one in welcome["resumed"]] == [
        ("anxiety", "joined"),
        ("recovery", "joined"),
        ("slow", "refused"),
        ("small", "refused"),
    ]
    assert {one["code"] for one in welcome["resumed"][2:]} == {"forbidden"}


@one_flavour
async def test_a_token_that_was_taken_back_cannot_be_refreshed(steady_engine: Engine) -> None:
    """Nor from another device of the same person."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as raw:
        phone, laptop = tokens_of_one_person()
        await raw.ask("hello", token=laptop[1])
        await node.services.accounts.revoke(phone[0], time.time())
        refused = await raw.ask("refresh", token=phone[1])
        kept = await raw.ask("refresh", token=laptop[1])
    assert refused["code"] == "unauthorized"
    assert kept["type"] == "refreshed"


def tokens_of_one_person(lasts: float = 3600.0) -> list[tuple[Identity, str]]:
    """Two devices: identity and token of each."""
    now = time.time()
    person = Identity(user=UserId("anna0000000000000000aa"), band=Band.ADULT, expires=now + lasts)
    devices = [named(replace(person, token_id=name), SECRET.encode(), now) for name in ("phone", "laptop")]
    return [(device, sign(device, SECRET.encode(), now)) for device in devices]


@one_flavour
async def test_a_conversation_ends_with_its_token_and_goes_on_with_a_fresh_one(steady_engine: Engine) -> None:
    """4100 when it runs out, to the second; refreshed in time, the same connection stays."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as short, Raw.upgraded(node.url) as fresh:
        (phone, laptop) = tokens_of_one_person(lasts=3.0)
        await short.ask("hello", token=phone[1])
        await fresh.ask("hello", token=laptop[1])
        renewed = await fresh.ask("refresh", token=laptop[1])
        assert await short.closed() == 4100
        assert time.time() >= phone[0].expires
        assert (await fresh.ask("ping"))["type"] == "pong"
    assert renewed["expires"] > "2020"


@one_flavour
async def test_a_device_that_is_taken_back_is_shown_out_by_every_node_and_the_others_stay(
    steady_engine: Engine,
) -> None:
    """X21, X22: said on one node, done on all; who is another device, or another person, hears nothing of it."""
    async with (
        node_on(steady_engine.url) as here, node_on(steady_engine.url) as there,
        Raw.upgraded(there.url) as one, Raw.upgraded(here.url) as two, Raw.upgraded(there.url) as other,
        talking(there) as stranger,
    ):  # fmt: skip
        phone, laptop = tokens_of_one_person()
        for raw, (_, token) in ((one, phone), (two, phone), (other, laptop)):
            await raw.ask("hello", token=token)
        await here.services.accounts.revoke(phone[0], time.time())
        assert [await one.closed(), await two.closed()] == [4100, 4100]
        assert (await other.ask("ping"))["type"] == (await stranger.ask("ping"))["type"] == "pong"
        await here.services.accounts.revoke_all(phone[0].user, time.time(), 3600)
        assert await other.closed() == 4100
        assert (await stranger.ask("ping"))["type"] == "pong"


@one_flavour
async def test_a_guest_is_shown_out_too(steady_engine: Engine) -> None:
    """A guest's connection knows the name and time of the token it was given."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as raw:
        welcome = await raw.hello()
        identity = verify(welcome["token"], SECRET.encode(), time.time())
        assert isinstance(identity, Identity)
        await node.services.accounts.revoke(identity, time.time())
        assert await raw.closed() == 4100


@one_flavour
async def test_a_revocation_that_a_node_did_not_hear_of_is_found_when_it_looks_again(steady_engine: Engine) -> None:
    """The word between nodes is lost with a connection; the store is not."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as raw, talking(node) as stranger:
        phone, _ = tokens_of_one_person()
        await raw.ask("hello", token=phone[1])
        await steady_engine.ask("HSET", person_key(phone[0].user, "revoked"), "t:phone", str(phone[0].expires))
        await people.look_again(node.services)
        assert await raw.closed() == 4100
        assert (await stranger.ask("ping"))["type"] == "pong"


@one_flavour
async def test_who_does_not_read_is_shown_out_all_the_same(steady_engine: Engine) -> None:
    """A closed ear does not keep a conversation: the goodbye does not wait behind what is unread."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as raw:
        phone, _ = tokens_of_one_person()
        await raw.ask("hello", token=phone[1])
        (connection,) = node.gateway.everyone()
        connection.paused = True  # as the transport says when the socket is full
        connection.say(Lane.REPLY, Pong(re=1, at="t"))
        await node.services.accounts.revoke(phone[0], time.time())
        assert await raw.closed() == 4100
