"""The room of a session: who finds it, under which names, and that its limits are said before the first word."""

from __future__ import annotations

from chat import seating
from chat.replies import Refused
from chat.seating import LIMITS, id_of, is_session, name_of, seat_for, topic_of
from rooms.events import Band, Role
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import node_on, talking
from tests.support.two import listening, together


def test_a_session_s_room_is_named_and_found_again_by_its_name() -> None:
    assert is_session(name_of("abc"))
    assert id_of(name_of("abc")) == "abc"
    assert id_of("anxiety") == ""
    assert not is_session("session")


def test_teens_are_read_with_the_rules_for_teens() -> None:
    """T8, safety.md: the pack of a room in which a teen is."""
    assert topic_of(Band.TEEN).pack == "teen"
    assert topic_of(Band.ADULT).pack == "session"


@one_flavour
async def test_the_limits_of_confidentiality_are_said_once_before_the_first_word(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        first = await seeker.ask("open", room=room)
        again = await seeker.ask("join", room=room, cursor=first["cursor"])
    assert first["rules"] == LIMITS
    assert again["rules"] == ""
    assert sorted(one["role"] for one in first["members"]) == ["listener", "seeker"]
    assert first["present"] == 2


@one_flavour
async def test_names_are_made_for_each_session_and_link_nobody_to_a_room(steady_engine: Engine) -> None:
    """F33: a name worn elsewhere is not worn here."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety", name="Rosa of the harbour") as seeker,
        listening(node) as listener,
    ):
        elsewhere = await seeker.ask("join", room="anxiety")
        room = await together(seeker, listener)
        joined = await seeker.ask("open", room=room)
        members = await seeker.ask("members", room=room)
    assert joined["alias"] != elsewhere["alias"] == "Rosa of the harbour"
    assert joined["alias_id"] != elsewhere["alias_id"]
    assert members["type"] == "refused"  # no roster: who is there is said by `session_changed`


@one_flavour
async def test_who_has_no_seat_finds_no_room_whatever_they_are(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        talking(node) as stranger,
    ):
        room = await together(seeker, listener)
        identities = [one.identity for one in node.gateway.everyone() if one.identity is not None]
        answers = [await seat_for(node.services, identity, room, 1) for identity in identities]
        assert (await stranger.ask("join", room=room))["code"] == "not_found"
    seated = [one for one in answers if not isinstance(one, Refused)]
    assert {one.member.role for one in seated} == {Role.PEER, Role.LISTENER}
    assert len(seated) == 2
    assert seating.role_of(None, "anybody") is Role.PEER
