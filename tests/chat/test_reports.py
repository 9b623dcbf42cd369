"""Reports and concerns over the wire: cases, weights, outcomes; nobody is told on, and nobody in pain is reported."""

from __future__ import annotations

from typing import Any, get_args

from chat import commands
from chat.node import Node
from moderation.cases import Case, CaseKind
from moderation.ladder import Reason, Step
from moderation.reports import CONCERNS_A_DAY, CONCERNS_ABOUT, Ground
from tests.chat.test_sanctioning import LOW, on_duty, say
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import URGENT, decide, with_a_witness

SHARP = "buy my cups, they are the best"


async def reported(raw: Raw, message: str, reason: str = "spam", **more: Any) -> dict[str, Any]:
    return await raw.ask("report", room="anxiety", message=message, reason=reason, **more)


async def waiting(node: Node) -> list[Case]:
    """What is on the desk."""
    return await node.services.review.queue()


def test_the_words_of_the_wire_are_moderations_own() -> None:
    """One list, said twice because a wire has literals."""
    assert set(get_args(commands.Ground)) == set(map(str, Ground))
    assert set(get_args(commands.Offence)) == set(map(str, Reason))
    assert set(get_args(commands.LadderStep)) == {step.word for step in Step}


@one_flavour
async def test_a_report_becomes_a_case_and_its_outcome_is_told_to_the_reporter_alone(steady_engine: Engine) -> None:
    """Across two nodes; the reported hears nothing, and staff see no reporter and no person id."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, "anxiety") as author,
        talking(two, "anxiety") as reporter,
        on_duty(two) as mod,
    ):
        sent = await say(author, SHARP)
        await next_event(reporter, "message")
        reply = await reported(reporter, sent["id"], note="this is the third time today")
        again = await reported(reporter, sent["id"])
        claimed = await mod.ask("claim", case=reply["report"])
        decided = await mod.ask("resolve", case=reply["report"], resolution="uphold")
        resolved = await next_event(reporter, "resolved")
        await author.ask("ping")
        people = [*one.hub.people, *two.hub.people]
        record = await two.services.standing.record(next(iter(set(people) - {"m" * 22} - set(one.hub.people))))
    assert (reply["type"], reply["note"], again["repeated"]) == ("reported", "delivered", True)
    assert claimed["words"] == {"text": SHARP, "name": claimed["words"]["name"], "note": "this is the third time today"}
    assert claimed["case"]["rules"] == ["report.spam", "voices.1.of.1"]
    assert decided["resolution"] == "uphold"
    assert (resolved["state"], resolved["case"]) == ("acted", reply["report"])
    assert record.right == 1
    assert not any(event["type"] in ("resolved", "notice") for event in author.events)
    assert not any(user in str((reply, claimed, decided, resolved)) for user in people)


@one_flavour
async def test_a_flag_bomb_is_one_case_one_voice_and_no_consequence(steady_engine: Engine) -> None:
    """Eight fresh guests against one person: the case moves by nothing more than the first one moved it."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as author:
        sent = await say(author, "I disagree with all of you")
        places = []
        for _ in range(8):
            async with talking(node, "anxiety") as guest:
                await reported(guest, sent["id"], "harassment")
            (case,) = await waiting(node)
            places.append(case.score)
        (user,) = list(node.hub.people)
        after = await say(author, "and I am still here", key="after")
        history = await node.services.standing.history(user)
    assert case.rules == ("report.harassment", "voices.1.of.8")
    assert len(set(places)) == 1
    assert after["state"] == "delivered"
    assert history == ()


@one_flavour
async def test_everybody_who_reported_the_same_thing_is_told_and_staff_read_it_once(steady_engine: Engine) -> None:
    """The second report is merged into the first, and has its answer."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as author,
        talking(node, "anxiety") as one,
        talking(node, "anxiety") as two,
        on_duty(node) as mod,
    ):
        sent = await say(author, SHARP)
        first = await reported(one, sent["id"])
        second = await reported(two, sent["id"], "scam")
        rows = (await mod.ask("cases"))["cases"]
        await decide(mod, first["report"], "dismiss")
        told = [await next_event(reporter, "resolved") for reporter in (one, two)]
    assert [(row["case"], row["rules"]) for row in rows] == [
        (first["report"], ["report.scam", "report.spam", "voices.1.of.2"])
    ]
    assert [(event["case"], event["state"]) for event in told] == [
        (first["report"], "nothing_found"),
        (second["report"], "nothing_found"),
    ]


@one_flavour
async def test_a_reported_disclosure_is_looked_after_and_is_no_ground_for_anything(steady_engine: Engine) -> None:
    """The case is a concern, against nobody; the reporter's record is not touched (R1)."""
    async with with_a_witness(steady_engine.url) as (node, author, reporter, mod):
        sent = await say(author, LOW)
        reply = await reported(reporter, sent["id"], "harassment")
        (case,) = await waiting(node)
        await mod.ask("claim", case=case.id)
        fields = {"room": "anxiety", "step": "notice", "reason": "harassment", "case": case.id}
        refused = await mod.ask("sanction", **fields)
        await mod.ask("resolve", case=case.id, resolution="reached")
        resolved = await next_event(reporter, "resolved")
    assert (case.kind, case.against, case.care.word) == ("concern", "", "concern")
    assert case.id == reply["report"]
    assert refused["code"] == "forbidden"
    assert "pain" in refused["says"]
    assert resolved["state"] == "cared_for"
    assert "trouble" in resolved["says"]


@one_flavour
async def test_somebody_can_be_reported_by_their_alias_after_they_have_left(steady_engine: Engine) -> None:
    """By who is here, else by who spoke here; nobody else is found, and nobody reports themselves."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as reporter:
        me = (await reporter.ask("join", room="anxiety"))["alias_id"]
        async with talking(node, "anxiety") as author:
            await say(author, SHARP)
            alias = (await next_event(reporter, "message"))["from"]["alias_id"]
        fields = {"room": "anxiety", "reason": "spam"}
        left = await reporter.ask("report", **fields, alias_id=alias)
        nobody = await reporter.ask("report", **fields, alias_id="not-an-alias")
        myself = await reporter.ask("report", **fields, alias_id=me)
        both = await reporter.ask("report", **fields, alias_id=alias, message="x")
        outside = await reporter.ask("report", room="recovery", reason="spam", alias_id=alias)
    assert left["type"] == "reported"
    codes = [answer["code"] for answer in (nobody, myself, both, outside)]
    assert codes == ["not_found", "bad_request", "bad_request", "not_member"]


@one_flavour
async def test_a_note_is_judged_before_anybody_sees_it(steady_engine: Engine) -> None:
    """Masked, left out, and owed its card; the report stands in each case (F20, X33)."""
    async with with_a_witness(steady_engine.url, country="GB") as (_, author, reporter, mod):
        ids = [(await say(author, f"{SHARP} {n}", key=f"k{n}"))["id"] for n in range(3)]
        masked = await reported(reporter, ids[0], note="write me at anna@example.org about it")
        stopped = await reported(reporter, ids[1], note="you are a worthless piece of shit")
        low = await reported(reporter, ids[2], note=LOW)
        card = await next_event(reporter, "care")
        notes = []
        for case in (masked, stopped, low):
            claimed = await mod.ask("claim", case=case["report"])
            notes.append(claimed["words"].get("note", "") if claimed["type"] == "claimed" else claimed)
    assert [reply["note"] for reply in (masked, stopped, low)] == ["masked", "refused", "delivered"]
    assert stopped["findings"]
    assert notes == ["write me at [e-mail removed] about it", "", LOW]
    assert card["card"]["lines"]


@one_flavour
async def test_a_concern_is_against_nobody_limited_and_unseen(steady_engine: Engine) -> None:
    """Per sender and per target; the sender is told that somebody looked in, and no more."""
    async with with_a_witness(steady_engine.url) as (node, quiet, friend, mod):
        sent = await say(quiet, "just tired tonight")
        alias = (await next_event(friend, "message"))["from"]["alias_id"]
        fields = {"room": "anxiety", "alias_id": alias}
        reply = await friend.ask("concern", **fields, note="they sounded different")
        (case,) = await waiting(node)
        me = node.services.standing
        (sender,) = [user for user in node.hub.people if user == case.user]
        for number in range(CONCERNS_A_DAY):
            await me.spend(sender, "concerns", f"c{number}", case.at, CONCERNS_A_DAY)
        others = [await concerned(node, fields) for _ in range(CONCERNS_ABOUT + 1)]
        cases = await waiting(node)
        decided = await decide(mod, case.id, "reached")
        resolved = await next_event(friend, "resolved")
        await quiet.ask("ping")
    assert (case.kind, case.against, case.about != sent["id"]) == ("concern", "", True)
    assert {other["type"] for other in others} == {"concerned"}
    assert len(cases) == 1
    assert decided["resolution"] == "reached"
    assert resolved["state"] == "cared_for"
    assert reply["note"] == "delivered"
    assert {event["type"] for event in quiet.events} <= {"message", "presence"}


async def concerned(node: Node, fields: dict[str, Any]) -> dict[str, Any]:
    """The same worry by somebody else."""
    async with talking(node, "anxiety") as other:
        return await other.ask("concern", **fields)


@one_flavour
async def test_what_the_fourth_who_is_worried_wrote_is_read_with_the_open_case(steady_engine: Engine) -> None:
    """Nothing a person wrote is lost for being one too many; without words it stays one case, and nobody is hounded."""
    async with with_a_witness(steady_engine.url) as (node, quiet, friend, mod):
        await say(quiet, "just tired tonight")
        fields = {"room": "anxiety", "alias_id": (await next_event(friend, "message"))["from"]["alias_id"]}
        first = await friend.ask("concern", **fields, note="they sounded different")
        for _ in range(CONCERNS_ABOUT - 1):
            await concerned(node, fields)
        fourth = await concerned(node, fields | {"note": "they left without a word"})
        more = await friend.ask("concern", **fields, note="now they have gone silent")
        again = await friend.ask("concern", **fields, note="now they have gone silent")
        cases = await waiting(node)
        claimed = await mod.ask("claim", case=first["concern"])
    assert {told["type"] for told in (fourth, more, again)} == {"concerned"}
    assert [case.id for case in cases] == [first["concern"]]
    assert claimed["words"]["note"] == "they sounded different"
    assert claimed["words"]["notes"] == ["they left without a word", "now they have gone silent"]


@one_flavour
async def test_who_has_told_of_many_today_is_asked_to_wait_and_reports_are_limited_too(steady_engine: Engine) -> None:
    """`rate_limited`, in words that point to help."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as author, talking(node, "anxiety") as one:
        sent = await say(author, SHARP)
        alias = (await next_event(one, "message"))["from"]["alias_id"]
        now = node.services.backplane.engine_now_ms()
        for user in node.hub.people:
            for number in range(30):
                await node.services.standing.spend(user, "concerns", f"c{number}", now, 5)
                await node.services.standing.spend(user, "reports", f"r{number}", now, 30)
        concern = await one.ask("concern", room="anxiety", alias_id=alias)
        report = await reported(one, sent["id"])
    assert (concern["code"], report["code"]) == ("rate_limited", "rate_limited")
    assert "help" in concern["says"]


@one_flavour
async def test_who_is_in_danger_in_a_note_is_brought_before_the_team(steady_engine: Engine) -> None:
    """Also where the note is held: it stands in the report's case, which says nothing of its writer."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as author,
        talking(node, "anxiety", country="GB") as one,
    ):
        writer = list(node.hub.people)[-1]
        sent = await say(author, SHARP)
        told = await one.ask("report", room="anxiety", message=sent["id"], reason="spam", note=URGENT)
        card = (await next_event(one, "care"))["card"]
        kinds = {case.kind for case in await node.services.review.of(writer)}
    assert told["note"] == "held"
    assert kinds == {CaseKind.REPORT, CaseKind.CRISIS}
    assert "alerts nobody" not in card["says"]


@one_flavour
async def test_what_a_second_reporter_wrote_is_read_with_the_first(steady_engine: Engine) -> None:
    """A note of a merged case is nobody's but the moderator's who has claimed the one it went into."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as author,
        talking(node, "anxiety") as one,
        talking(node, "anxiety") as two,
        on_duty(node) as mod,
    ):
        sent = await say(author, SHARP)
        first = await reported(one, sent["id"])
        await two.ask("report", room="anxiety", message=sent["id"], reason="scam", note="this happened before, to me")
        claimed = await mod.ask("claim", case=first["report"])
    assert claimed["words"]["notes"] == ["this happened before, to me"]
