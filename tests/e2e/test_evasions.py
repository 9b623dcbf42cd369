"""Ways round the filter, over the wire: disguises, pieces, edits, names, reactions; nobody in need pays for it."""

from __future__ import annotations

import pytest

from chat.settings import Limits
from tests.support.engines import Engine
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.raw import Raw

# One sentence that is stopped as it stands, in what it may wear. Escapes, because nobody can review what nobody sees.
PLAIN = "go kill yourself"
DISGUISED = (
    "go k\u0456ll yourself",  # a Cyrillic letter
    "\uff47\uff4f \uff4b\uff49\uff4c\uff4c \uff59\uff4f\uff55\uff52\uff53\uff45\uff4c\uff46",  # full width
    "go \U0001d424\U0001d422\U0001d425\U0001d425 yourself",  # mathematics
    "go k\u200di\u00adll your\u200bself",  # joiner, soft hyphen, nothing at all
    "go ki\u0301l\u0308l yourself",  # marks
    "go \u202ekill\u202c yourself",  # right to left
    "go k1ll y0ur53lf",
)
CRISIS = (
    "ya no puedo más, quiero morir",
    "je veux mourir",
    "ich will nicht mehr leben",
    "voglio morire",
    "ik wil niet meer leven",
    "I want to die",
)


async def say(raw: Raw, *texts: str, room: str = "anxiety") -> list[str]:
    """What became of some messages: delivered, masked, held, or the code of a refusal."""
    answers = [
        await raw.ask("send", room=room, text=text, key=f"{place} {text}"[:60]) for place, text in enumerate(texts)
    ]
    return [answer["code"] if answer["type"] == "refused" else answer["state"] for answer in answers]


async def test_a_disguise_changes_no_verdict_and_nobody_reads_it(steady_engine: Engine) -> None:
    """Look-alikes, full width, mathematics, joiners, marks, direction, leet (X31)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        assert await say(one, PLAIN, *DISGUISED) == ["stopped"] * (1 + len(DISGUISED))
        assert await texts_of(two, "anxiety") == []


async def test_a_word_in_pieces_is_stopped_at_its_last_piece_and_another_persons_piece_is_none(
    steady_engine: Engine,
) -> None:
    """Letter by letter, word by word, over an edit; what somebody else began is not finished by us (X32)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        spelled = await say(one, "go", "k", "i", "l", "l", "your", "self")
        assert spelled[-1] == "stopped"
        assert await say(two, "self") == ["delivered"]
        sent = await two.ask("send", room="anxiety", text="kill", key="first")
        edited = await two.ask("edit", room="anxiety", message=sent["id"], text="go kill", key="edit")
        assert (edited["type"], (await say(two, "yourself"))[0]) == ("sent", "stopped")


async def test_a_word_begun_in_a_name_or_said_as_a_reaction_reaches_nobody(steady_engine: Engine) -> None:
    """Names are judged alone and before every short message; a reaction has no words (X32)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as other:
        async with Raw.upgraded(node.url) as raw:
            await raw.hello()
            assert (await raw.ask("join", room="anxiety", alias=PLAIN))["code"] == "stopped"
            assert (await raw.ask("join", room="anxiety", alias="go kill"))["type"] == "joined"
            assert await say(raw, "hello all", "yourself") == ["delivered", "stopped"]
            sent = await other.ask("send", room="anxiety", text="a hard day", key="a")
            about = {"room": "anxiety", "message": sent["id"], "on": True}
            assert (await raw.ask("react", **about, reaction="kill"))["code"] == "bad_request"
        assert await texts_of(other, "anxiety") == ["hello all", "a hard day"]


async def test_harm_put_into_an_edit_later_is_refused_and_the_old_words_stand(steady_engine: Engine) -> None:
    """Seen by others in between, in disguise, beside a number that is masked (X33)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        sent = await one.ask("send", room="anxiety", text="sleep well", key="a")
        await next_event(two, "message")
        about = {"room": "anxiety", "message": sent["id"]}
        edits = [await one.ask("edit", **about, text=text, key=text) for text in (PLAIN, DISGUISED[0])]
        masked = await one.ask("edit", **about, text="ring me on 07700 900142", key="number")
        assert [edit["code"] for edit in edits] == ["stopped", "stopped"]
        assert masked["state"] == "masked"
        assert await texts_of(two, "anxiety") == ["ring me on [phone removed]"]


@pytest.mark.parametrize(
    "text",
    [
        "call me on oh seven seven double oh nine double oh one four two",
        "write to rosa (at) example (dot) org",
        "hxxp://still.example/x",
        "see https://stíllhere.example/x",
    ],
)
async def test_disguised_details_are_masked_for_everybody(steady_engine: Engine, text: str) -> None:
    """Spelled digits, at and dot, hxxp, other letters in a domain (X34)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        assert await say(one, text) == ["masked"]
        (shown,) = await texts_of(two, "anxiety")
        assert "removed]" in shown


async def test_the_longest_messages_stall_nobody(steady_engine: Engine) -> None:
    """Whatever they are, they get an answer, and so does the next person (X35)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one, talking(node, "anxiety") as two:
        for text in ("a" * 2000, "k " * 1000, "1" * 2000, "go kill " * 250):
            assert (await say(one, text))[0] in {"delivered", "masked", "held", "stopped"}
            assert (await two.ask("ping"))["type"] == "pong"


async def test_danger_in_six_languages_brings_a_card_and_is_never_refused(steady_engine: Engine) -> None:
    """Said plainly; quoted and denied it pages nobody, and it is delivered all the same (X37)."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        assert await say(one, *CRISIS) == ["delivered"] * len(CRISIS)
        card = await next_event(one, "care")
        assert card["card"]["urgent"]
        async with talking(node, "anxiety") as two:
            calm = ("I'm not suicidal, just so tired", 'her last text was "I want to die", three years ago')
            assert await say(two, *calm) == ["delivered"] * 2
            await two.ask("ping")
            assert not [event for event in two.events if event["type"] == "care" and event["card"]["urgent"]]


async def test_several_questions_of_a_stranger_are_looked_at_first_and_on_another_node_too(
    steady_engine: Engine,
) -> None:
    """Each alone is delivered; the second node reads the first one's words from the room."""
    limits = Limits()
    async with node_on(steady_engine.url, limits=limits) as here, node_on(steady_engine.url, limits=limits) as there:
        async with Raw.upgraded(here.url) as raw:
            token = (await raw.hello())["token"]
            await raw.ask("join", room="anxiety")
            assert await say(raw, "how old are you") == ["delivered"]
        async with Raw.upgraded(there.url) as raw:
            await raw.ask("hello", token=token, resume=[{"room": "anxiety"}])
            assert await say(raw, "nice to meet you", "got a selfie?") == ["delivered", "held"]
        async with talking(here, "anxiety") as other:
            assert await say(other, "got a selfie?") == ["delivered"]
