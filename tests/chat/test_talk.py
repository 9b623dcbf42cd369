"""Being in a room, through a real node on real engines."""

from __future__ import annotations

from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking


@one_flavour
async def test_a_guest_joins_a_room_and_hears_what_others_say(steady_engine: Engine) -> None:
    """Two people in one room: what one says, both hear, with an alias and a cursor."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        sent = await one.ask("send", room="anxiety", text="hello, anyone awake?", key="k1")
        heard = await next_event(two, "message")
        own = await next_event(one, "message")
    assert (sent["type"], sent["state"]) == ("sent", "delivered")
    assert heard["text"] == "hello, anyone awake?"
    assert heard["id"] == sent["id"]
    assert heard["cursor"] == sent["cursor"]
    assert own == heard
    assert set(heard["from"]) == {"alias_id", "name", "role"}


@one_flavour
async def test_bands_are_walls(steady_engine: Engine) -> None:
    """A teen's room does not exist for an adult, in the list or by name, and the reverse (F9)."""
    async with node_on(steady_engine.url) as node, talking(node) as adult, talking(node, band="teen") as teen:
        seen = await adult.ask("rooms"), await teen.ask("rooms", band="adult")
        refusals = [
            await adult.ask("join", room="teens"),
            await adult.ask("join", room="no-such-room"),
            await teen.ask("join", room="anxiety"),
            await adult.ask("send", room="teens", text="hi", key="k"),
        ]
    assert "teens" not in [room["room"] for room in seen[0]["rooms"]]
    assert [room["room"] for room in seen[1]["rooms"]] == ["teens"]
    assert {(one["type"], one["code"]) for one in refusals} == {("refused", "not_found")}
    assert len({one["says"] for one in refusals}) == 1


@one_flavour
async def test_a_person_has_another_alias_in_each_room_and_no_person_id_is_sent(steady_engine: Engine) -> None:
    """Nothing links two rooms (F33)."""
    async with node_on(steady_engine.url) as node, talking(node) as one:
        joined = [await one.ask("join", room=room) for room in ("anxiety", "recovery")]
        members = [await one.ask("members", room=room) for room in ("anxiety", "recovery")]
        users = list(node.hub.people)
    assert joined[0]["alias_id"] != joined[1]["alias_id"]
    assert joined[0]["alias"] != joined[1]["alias"]
    assert not any(user in str(joined) + str(members) for user in users)


@one_flavour
async def test_presence_is_told_by_diffs_with_versions(steady_engine: Engine) -> None:
    """Someone comes, someone goes: those who are here hear it, as one diff each."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        arrived = await next_event(one, "presence")
        while arrived["present"] < 2:
            arrived = await next_event(one, "presence")
        await two.ask("leave", room="anxiety")
        gone = await next_event(one, "presence")
    assert len(arrived["joined"]) >= 1
    assert gone["present"] == 1
    assert len(gone["left"]) == 1
    assert gone["version"] > gone["from"] >= arrived["version"]


@one_flavour
async def test_typing_reaches_the_room_and_is_never_answered(steady_engine: Engine) -> None:
    """Lossy and silent: the next reply is of the next command."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        await one.say("typing", room="anxiety")
        pong = await one.ask("ping")
        typing = await next_event(two, "typing")
    assert pong["type"] == "pong"
    assert len(typing["from"]) == 1


@one_flavour
async def test_history_is_paged_backwards_and_forwards(steady_engine: Engine) -> None:
    """Ascending pages, with a cursor to go on from."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        sent = [await one.ask("send", room="anxiety", text=f"m{n}", key=f"k{n}") for n in range(10)]
        newest = await one.ask("page", room="anxiety", limit=4)
        older = await one.ask("page", room="anxiety", limit=4, before=newest["cursor"])
        forward = await one.ask("page", room="anxiety", limit=100, after=sent[7]["cursor"])
        both = await one.ask("page", room="anxiety", before=sent[1]["cursor"], after=sent[0]["cursor"])
        wrong = await one.ask("page", room="anxiety", before="rubbish")
    assert [event["text"] for event in newest["events"]] == ["m6", "m7", "m8", "m9"]
    assert [event["text"] for event in older["events"]] == ["m2", "m3", "m4", "m5"]
    assert older["more"] is True
    assert [event["text"] for event in forward["events"]] == ["m8", "m9"]
    assert forward["more"] is False
    assert (both["code"], both["path"]) == ("bad_request", "after")
    assert (wrong["code"], wrong["path"]) == ("bad_request", "before")
