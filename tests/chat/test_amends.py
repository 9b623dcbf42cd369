"""Edit, take back, react: what becomes of what was said."""

from __future__ import annotations

import time
from typing import Any

from chat.auth import Identity, sign
from rooms.events import Band, Role, UserId
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import SECRET, next_event, node_on, talking, texts_of
from tests.support.raw import Raw
from tests.support.sentences import UNKIND


@one_flavour
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


@one_flavour
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


@one_flavour
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


@one_flavour
async def test_a_retried_change_has_its_first_outcome_whatever_became_of_the_message(steady_engine: Engine) -> None:
    """The reply was lost and the key is sent again: `repeated`, never `not_found` (promise 2 of engine.md)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        sent = await one.ask("send", room="anxiety", text="frist", key="a")
        about: dict[str, Any] = {"room": "anxiety", "message": sent["id"]}
        changes: list[tuple[Raw, str, dict[str, Any]]] = [
            (one, "edit", {"text": "first", "key": "e"}),
            (two, "react", {"reaction": "hug", "on": True, "key": "r"}),
            (two, "send", {"text": "so true", "reply_to": sent["id"], "key": "s"}),
            (one, "redact", {"key": "d"}),
        ]
        done = [await raw.ask(kind, **about | more) for raw, kind, more in changes]
        again = [await raw.ask(kind, **about | more) for raw, kind, more in changes]
        await next_event(two, "redacted")
        await two.ask("ping")
    assert [one["type"] for one in done] == ["sent", "reacted", "sent", "redacted"]
    assert again == [first | {"re": later["re"], "repeated": True} for first, later in zip(done, again, strict=True)]
    assert not [event for event in two.events if event["type"] == "redacted"]


@one_flavour
async def test_what_was_taken_back_can_no_longer_be_reacted_to_or_answered(steady_engine: Engine) -> None:
    """It is gone; so are things that never were messages."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        sent = await one.ask("send", room="anxiety", text="too much said", key="a")
        await one.ask("redact", room="anxiety", message=sent["id"], key="b")
        reacted = await one.ask("react", room="anxiety", message=sent["id"], reaction="hug", on=True)
        answered = await one.ask("send", room="anxiety", text="yes", reply_to=sent["id"], key="c")
    assert (reacted["code"], reacted["path"]) == ("not_found", "message")
    assert (answered["code"], answered["path"]) == ("not_found", "reply_to")


@one_flavour
async def test_a_moderator_takes_back_what_was_edited_and_a_responder_may_not(steady_engine: Engine) -> None:
    """The message and its edits, in history too; the room hears that it was a moderator, not which."""

    def token(role: Role) -> str:
        now = time.time()
        who = Identity(
            user=UserId(role.value.ljust(22, "x")), roles=frozenset({role}), band=Band.ADULT, expires=now + 99
        )
        return sign(who, SECRET.encode(), now)

    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, Raw.upgraded(node.url) as staff:
        sent = await one.ask("send", room="anxiety", text="first words", key="a")
        await one.ask("edit", room="anxiety", message=sent["id"], text="second words", key="b")
        async with Raw.upgraded(node.url) as other:
            await other.ask("hello", token=token(Role.RESPONDER), resume=[{"room": "anxiety"}])
            refused = await other.ask("redact", room="anxiety", message=sent["id"], key="c")
        await staff.ask("hello", token=token(Role.MODERATOR), resume=[{"room": "anxiety"}])
        await staff.ask("redact", room="anxiety", message=sent["id"], key="c")
        heard = await next_event(one, "redacted")
        page = await one.ask("page", room="anxiety", limit=100)
        late = await one.ask("edit", room="anxiety", message=sent["id"], text="third words", key="d")
    assert (refused["code"], late["code"]) == ("not_found", "not_found")
    assert heard == heard | {"message": sent["id"], "by": "moderator"}
    assert "words" not in str([event.get("text") for event in page["events"]])
