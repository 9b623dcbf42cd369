"""The page's own protocol modules, in the browser's engine, against sockets the test writes itself.

Close codes, lag, reset and retries are decided here without a server: a scripted socket says what a server may say.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.support.browser import Visitor, Visitors

STAGE = (Path(__file__).parent / "stage.js").read_text()


@pytest.fixture
async def stage(visitors: Visitors) -> Page:
    """An empty page of our origin with the modules on a stage of scripted sockets."""
    ana: Visitor = await visitors.arrive()
    await ana.page.goto(f"{ana.origin}/")
    await ana.page.evaluate(STAGE)
    return ana.page


async def play(page: Page, script: str) -> Any:
    return await page.evaluate(f"async () => {{ const s = window.stage; {script} }}")


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1009, 4000, 4002, 4003, 4009])
async def test_some_ends_are_final(stage: Page, code: int) -> None:
    state, sockets = await play(stage, f"""
        const socket = await s.ready(); socket.falls({code}); await s.turn(); await s.turn();
        return [s.line.state, s.sockets.length];""")  # fmt: skip
    assert (state, sockets) == ("stopped", 1)


@pytest.mark.parametrize("code", [1001, 1006, 1011, 1012, 1013, 4100, 4108, 4112, 4129, 4200])
async def test_other_ends_are_followed_by_a_resume_with_the_cursor(stage: Page, code: int) -> None:
    hello = await play(stage, f"""
        const socket = await s.ready(); socket.says(s.event(1)); socket.falls({code});
        await s.later(() => s.sockets.length > 1);
        return s.sockets[1].welcome();""")  # fmt: skip
    assert {"room": "r", "cursor": "c1"} in hello["resume"]


async def test_invalid_state_drops_the_cursors(stage: Page) -> None:
    hello = await play(stage, """
        const socket = await s.ready(); socket.says(s.event(1)); socket.falls(4101);
        await s.later(() => s.sockets.length > 1);
        return s.sockets[1].welcome();""")  # fmt: skip
    assert hello["resume"] == [{"room": "inbox"}]


async def test_an_unanswered_send_is_asked_again_with_its_key_and_shown_once(stage: Page) -> None:
    """Its event may come back by the resume before the repeated reply: it still stands once."""
    first, second, shown, unsent = await play(stage, """
        const socket = await s.ready(); const room = s.rooms.get("r");
        s.rooms.say(room, "mine"); const first = socket.sent.at(-1);
        socket.falls(1006); await s.later(() => s.sockets.length > 1);
        const again = s.sockets[1];
        const missed = [s.event(1), s.event(2, "a"), s.event(3)];
        again.welcome({resumed: [{...s.joined(), room: "inbox"}, s.joined({events: missed, cursor: "c3"})]});
        const second = again.answer("send", s.sent(2, {repeated: true}));
        await s.turn();
        return [first, second, s.shown(), room.unsent.length];""")  # fmt: skip
    assert (first["key"], first["text"]) == (second["key"], second["text"])
    assert shown == ["e1", "e2", "e3"]
    assert unsent == 0


async def test_own_events_wait_while_a_send_is_unanswered(stage: Page) -> None:
    before, after, cursor = await play(stage, """
        const socket = await s.ready(); const room = s.rooms.get("r");
        s.rooms.say(room, "mine");
        socket.says(s.event(1)); socket.says(s.event(2, "a")); socket.says(s.event(3));
        const before = s.shown(); const held = room.cursor;
        socket.answer("send", s.sent(2));
        await s.turn();
        return [before, s.shown(), [held, room.cursor]];""")  # fmt: skip
    assert before == ["e1"]
    assert after == ["e1", "e2", "e3"]
    assert cursor == ["c1", "c3"]


async def test_events_seen_twice_stand_once_and_pages_move_no_cursor(stage: Page) -> None:
    shown, cursor = await play(stage, """
        const socket = await s.ready({events: [s.event(4)], cursor: "c4"}); const room = s.rooms.get("r");
        socket.says(s.event(5)); socket.says(s.event(5));
        const older = s.rooms.older(room);
        socket.answer("page", s.page([2, 3, 4], "c2"));
        await older;
        return [s.shown(), room.cursor];""")  # fmt: skip
    assert shown == ["e2", "e3", "e4", "e5"]
    assert cursor == "c5"


async def test_lag_is_read_up_by_pages_and_ends_in_a_join_from_there(stage: Page) -> None:
    shown, pages, join = await play(stage, """
        const socket = await s.ready(); socket.says(s.event(1));
        socket.says({type: "lag", room: "r", cursor: "c1"});
        const first = socket.answer("page", s.page([2], "c2", true)); await s.turn();
        const second = socket.answer("page", s.page([3], "c3")); await s.turn();
        const join = socket.answer("join", s.joined({events: [s.event(4)], cursor: "c4"})); await s.turn();
        return [s.shown(), [first.after, second.after], join];""")  # fmt: skip
    assert shown == ["e1", "e2", "e3", "e4"]
    assert pages == ["c1", "c2"]
    assert join["cursor"] == "c3"


async def test_a_reset_room_is_joined_anew_without_a_cursor(stage: Page) -> None:
    shown, join = await play(stage, """
        const socket = await s.ready(); socket.says(s.event(1));
        socket.says({type: "reset", room: "r", why: "fork"}); await s.turn();
        const join = socket.answer("join", s.joined({events: [s.event(7)], cursor: "c7"})); await s.turn();
        return [s.shown(), join];""")  # fmt: skip
    assert shown == ["e7"]
    assert "cursor" not in join


async def test_asked_to_move_the_new_connection_is_there_before_the_old_one_goes(stage: Page) -> None:
    protocols, old, ready = await play(stage, """
        const socket = await s.ready();
        socket.says({type: "reconnect", after_ms: 0, grace_ms: 1000, ticket: "abc"});
        await s.later(() => s.sockets.length > 1);
        const open = socket.shut; socket.says(s.event(1)); s.sockets[1].welcome();
        return [s.sockets[1].protocols, [open, socket.shut], [s.line.state, s.shown()]];""")  # fmt: skip
    assert protocols == ["warmline.v1.json", "warmline.ticket.abc"]
    assert old == [None, 1000]
    assert ready == ["ready", ["e1"]]


async def test_words_that_could_not_be_saved_are_tried_again_with_the_same_key(stage: Page) -> None:
    keys, unsent = await play(stage, """
        const socket = await s.ready(); const room = s.rooms.get("r");
        s.rooms.say(room, "mine");
        const away = {type: "refused", code: "unavailable", says: "x", retry: "later", retry_after: 0.01};
        const first = socket.answer("send", away);
        await s.later(() => socket.sent.filter((one) => one.type === "send").length > 1);
        const second = socket.sent.at(-1);
        return [[first.key, second.key], room.unsent.length];""")  # fmt: skip
    assert keys[0] == keys[1]
    assert unsent == 1


async def test_a_room_keeps_the_name_chosen_for_it_over_a_reconnect(stage: Page) -> None:
    hello = await play(stage, """
        s.line.start(); s.sockets[0].welcome();
        const joining = s.rooms.join("r", {alias: "Moss"}); s.sockets[0].answer("join", s.joined()); await joining;
        s.sockets[0].falls(1006); await s.later(() => s.sockets.length > 1);
        return s.sockets[1].welcome();""")  # fmt: skip
    assert {"room": "r", "cursor": "c0", "alias": "Moss"} in hello["resume"]


async def test_back_off_grows_with_full_jitter_up_to_a_cap(stage: Page) -> None:
    waits = await play(stage, """
        const waits = []; const keep = window.setTimeout;
        s.line.random = () => 1;
        await s.ready(); s.line.connect = () => {};
        window.setTimeout = (does, wait) => (waits.push(wait), 0);
        for (let n = 0; n < 9; n += 1) s.line.later();
        window.setTimeout = keep;
        return waits;""")  # fmt: skip
    assert waits == [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]


async def test_an_outdated_token_is_followed_by_a_new_hello(stage: Page) -> None:
    sockets, state = await play(stage, """
        s.verdict = "again"; s.line.start(); const socket = s.sockets[0]; socket.onopen();
        socket.says({type: "refused", re: socket.sent[0].id, code: "unauthorized", says: "old", retry: "never"});
        await s.turn();
        return [s.sockets.length, s.line.state];""")  # fmt: skip
    assert sockets == 2
    assert state == "connecting"
