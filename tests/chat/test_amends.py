"""Edit, take back, react: what becomes of what was said."""

from __future__ import annotations

from tests.support.engines import Engine
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw

UNKIND = "nobody wants you here, you are worthless and everyone hates you"


async def texts_of(raw: Raw, room: str) -> list[str]:
    page = await raw.ask("page", room=room, limit=100)
    return [event["text"] for event in page["events"] if event["type"] == "message"]


async def test_an_edit_is_judged_like_a_new_message(steady_engine: Engine) -> None:
    """Harmless words cannot be changed into harmful ones (X33); a good edit is told to all and kept."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        sent = await one.ask("send", room="anxiety", text="frist", key="a")
        bad = await one.ask("edit", room="anxiety", message=sent["id"], text=UNKIND, key="b")
        good = await one.ask("edit", room="anxiety", message=sent["id"], text="first", key="c")
        heard = await next_event(two, "edited")
        other = await two.ask("edit", room="anxiety", message=sent["id"], text="mine now", key="d")
        kept = await texts_of(two, "anxiety")
    assert bad["code"] == "stopped"
    assert good["type"] == "sent"
    assert (heard["message"], heard["text"]) == (sent["id"], "first")
    assert other["code"] == "not_found"
    assert kept == ["first"]


async def test_words_taken_back_are_gone_everywhere(steady_engine: Engine) -> None:
    """From the log, from history, for who comes later; only the author may."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        sent = await one.ask("send", room="anxiety", text="too much said", key="a")
        foreign = await two.ask("redact", room="anxiety", message=sent["id"], key="b")
        redacted = await one.ask("redact", room="anxiety", message=sent["id"], key="c")
        heard = await next_event(two, "redacted")
        async with talking(node) as late:
            joined = await late.ask("join", room="anxiety")
        stored = await steady_engine.ask("XRANGE", "warm:{adult/anxiety}:log", "-", "+")
        overlay = await steady_engine.ask("HGETALL", "warm:{adult/anxiety}:overlay")
    assert foreign["code"] == "not_found"
    assert redacted["type"] == "redacted"
    assert (heard["message"], heard["by"]) == (sent["id"], "author")
    assert "too much said" not in str(joined)
    assert b"too much said" not in str(stored).encode() + str(overlay).encode()


async def test_only_support_can_be_shown_to_a_message(steady_engine: Engine) -> None:
    """Supportive reactions, to messages that exist (F6, R7)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        sent = await one.ask("send", room="anxiety", text="a hard day", key="a")
        reacted = await two.ask("react", room="anxiety", message=sent["id"], reaction="hug", on=True)
        heard = await next_event(one, "reacted")
        wrong = await two.ask("react", room="anxiety", message=sent["id"], reaction="thumbs_down", on=True)
        absent = await two.ask("react", room="anxiety", message="nothing", reaction="hug", on=True)
    assert reacted["type"] == "reacted"
    assert (heard["message"], heard["reaction"], heard["on"]) == (sent["id"], "hug", True)
    assert (wrong["code"], wrong["path"]) == ("bad_request", "reaction")
    assert absent["code"] == "not_found"
