"""Three kinds of client hold one conversation: text typed by hand, a MessagePack library, and our own client."""

from __future__ import annotations

import asyncio
from typing import Any

from chat.client import Client
from chat.wire import Codec
from tests.support.packed import Packed
from tests.support.raw import Raw
from tests.support.server import Server


async def heard_by_hand(raw: Raw, text: str) -> dict[str, Any]:
    while True:
        for event in raw.events:
            if event.get("text") == text:
                return event
        raw.events.append(await raw.told())


async def heard(client: Client, text: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        async for event in client.events():
            if event.get("text") == text:
                return event
    raise AssertionError("the client ended")


async def test_json_by_hand_messagepack_and_our_client_share_one_room(server: Server) -> None:
    async with (
        Raw.upgraded(server.url) as ana,
        Packed.open(server) as ben,
        Client(server.ws, guest={"band": "adult", "name": "Caro"}) as caro,
        Client(server.ws, guest={"band": "adult", "name": "Dov"}, codec=Codec.MSGPACK) as dov,
    ):
        await ana.hello(name="Ana")
        welcome = await ben.ask("hello", guest={"band": "adult", "name": "Ben"})
        assert welcome["limits"]["text"] == 2000
        aliases = {(await client.join("postpartum")).alias_id for client in (caro, dov)}
        aliases |= {(await person.ask("join", room="postpartum"))["alias_id"] for person in (ana, ben)}
        assert len(aliases) == 4

        lines = ["The nights are the hardest part for me.", "Same here, mine is six weeks old. ¿Duermes algo?",
                 "It got lighter for me around month four.", "Thank you. That helps to hear 🌙"]  # fmt: skip
        sent = [
            await ana.ask("send", room="postpartum", text=lines[0], key="a-1"),
            await ben.ask("send", room="postpartum", text=lines[1], key="b-1"),
            await caro.send("postpartum", lines[2]),
            await dov.send("postpartum", lines[3]),
        ]
        assert [reply["state"] for reply in sent] == ["delivered"] * 4
        for line, reply in zip(lines, sent, strict=True):
            everyone = [
                await heard_by_hand(ana, line), await ben.message(line), await heard(caro, line), await heard(dov, line)
            ]  # fmt: skip
            assert all(event == everyone[0] for event in everyone)
            assert everyone[0]["id"] == reply["id"]
            assert everyone[0]["from"]["alias_id"] in aliases
            assert everyone[0]["cursor"] == reply["cursor"]
        page = await caro.page("postpartum", limit=4)
        assert [event["text"] for event in page["events"]] == lines


async def test_a_message_is_edited_answered_and_taken_back_in_sight_of_both_codecs(server: Server) -> None:
    async with (
        Client(server.ws, guest={"band": "adult"}) as ana,
        Client(server.ws, guest={"band": "adult"}, codec=Codec.MSGPACK) as ben,
    ):
        for client in (ana, ben):
            await client.join("newcomers")
        sent = await ana.send("newcomers", "I am new hear.")
        assert (await ana.edit("newcomers", sent["id"], "I am new here."))["type"] == "sent"
        assert (await ben.react("newcomers", sent["id"], "hug"))["type"] == "reacted"
        reply = await ben.send("newcomers", "Welcome!", reply_to=sent["id"])
        assert reply["type"] == "sent"
        assert (await ben.redact("newcomers", sent["id"]))["code"] in {"forbidden", "not_found"}
        assert (await ana.redact("newcomers", sent["id"]))["type"] == "redacted"
        async with asyncio.timeout(10):
            for client in (ana, ben):
                kinds = []
                async for event in client.events():
                    kinds += [event["type"]] if "cursor" in event else []
                    if event["type"] == "redacted":
                        break
                assert kinds == ["message", "edited", "reacted", "message", "redacted"]
        page = await ben.page("newcomers", limit=5)
        assert "I am new" not in str(page)


async def test_a_filter_that_stops_words_says_why_to_their_author_only(server: Server) -> None:
    async with (
        Client(server.ws, guest={"band": "adult"}) as ana,
        Client(server.ws, guest={"band": "adult"}, codec=Codec.MSGPACK) as ben,
    ):
        for client in (ana, ben):
            await client.join("anxiety")
        answer = await ana.send("anxiety", "you are a worthless idiot, kill yourself")
        assert (answer["type"], answer["code"]) == ("refused", "stopped")
        assert answer["says"]
        assert answer["findings"]
        sent = await ana.send("anxiety", "Sorry. I am having a rough day.")
        assert (await heard(ben, "Sorry. I am having a rough day."))["id"] == sent["id"]
        assert [event["id"] for event in ben.view("anxiety")][-1:] == [sent["id"]]
        assert "worthless" not in str(ben.view("anxiety"))


async def test_adults_and_teens_cannot_find_each_others_rooms(server: Server) -> None:
    """F9: what one may not see is not there."""
    async with (
        Client(server.ws, guest={"band": "adult"}) as adult,
        Client(server.ws, guest={"band": "teen"}, codec=Codec.MSGPACK) as teen,
    ):
        for client, foreign in ((adult, "teen-commons"), (teen, "postpartum")):
            listed = {room["room"] for room in (await client.rooms())["rooms"]}
            assert foreign not in listed
            for command in ("join", "page", "members", "leave"):
                answers = [await client.ask(command, room=room) for room in (foreign, "no-such-room")]
                assert [answer["code"] for answer in answers] == ["not_found", "not_found"]
                assert answers[0]["says"] == answers[1]["says"]
