"""A person on this node: their last words, and how long they are remembered after they have gone."""

from __future__ import annotations

from chat.budget import Budget
from chat.person import LINGER, MOST, MOST_CHARACTERS, RECENT, Lately, Person
from rooms.events import EventId, RoomKey, UserId

ROOM = RoomKey("adult/anxiety")
ANNA = UserId("anna")


def someone(*said: str) -> Person:
    person = Person(Budget(1.0, 2.0), Budget(1.0, 2.0))
    for text in said:
        person.said(ROOM, EventId(text), text)
    return person


def test_the_last_words_of_a_room_are_kept_and_a_retry_is_not_said_again() -> None:
    person = someone(*(f"w{n}" for n in range(RECENT + 5)))
    person.said(ROOM, EventId("w24"), "w24")
    assert person.words(ROOM) == tuple(f"w{n}" for n in range(5, RECENT + 5))
    assert person.words(RoomKey("adult/recovery")) == ()


def test_what_a_room_tells_of_somebody_counts_only_where_nothing_is_known() -> None:
    """The room knows what was delivered; this node knows what was written."""
    known, strange = someone("as written"), Person(Budget(1.0, 2.0), Budget(1.0, 2.0))
    for person in (known, strange):
        person.recall(ROOM, [(EventId("1"), "as delivered")])
    assert known.words(ROOM) == ("as written",)
    assert strange.words(ROOM) == ("as delivered",)


def test_of_last_words_it_is_known_when_they_were_said_and_which_came_from_elsewhere() -> None:
    """The filter reads words together that were said in one breath, and looks again at what another node judged."""
    person = Person(Budget(1.0, 2.0), Budget(1.0, 2.0))
    person.recall(ROOM, [(EventId("1"), "i want"), (EventId("2"), "to tell you")], [70.0, 90.0])
    person.said(ROOM, EventId("3"), "something", 100.0)
    person.said(ROOM, EventId("3"), "something", 108.0)  # a retry was said when it was said first
    assert person.since(ROOM, 110.0) == (40.0, 20.0, 10.0)
    assert person.recalled(ROOM) == 2
    assert person.since(RoomKey("adult/recovery"), 110.0) == ()


def test_who_comes_back_in_time_is_the_same_person_and_later_a_new_one() -> None:
    """Words and a spent budget stay for a while, and no longer (X32)."""
    lately, person = Lately(), someone("go", "kill")
    lately.keep(ANNA, person, 100.0)
    assert lately.back(ANNA, 100.0 + LINGER - 1) is person
    assert lately.back(ANNA, 100.0) is None
    lately.keep(ANNA, person, 100.0)
    assert lately.back(ANNA, 100.0 + LINGER) is None


def test_what_is_remembered_is_bounded_and_the_longest_gone_are_forgotten_first() -> None:
    lately = Lately()
    for number in range(MOST + 50):
        lately.keep(UserId(f"u{number}"), someone("hello"), 0.0)
    assert len(lately) == MOST
    assert lately.back(UserId("u0"), 1.0) is None
    assert lately.back(UserId(f"u{MOST}"), 1.0) is not None
    lately.forget(LINGER)
    assert len(lately) == 0
    for number in range(30):
        lately.keep(UserId(f"u{number}"), someone("x" * (MOST_CHARACTERS // 10)), 0.0)
    assert len(lately) == 10


def test_no_words_are_in_a_repr() -> None:
    lately, person = Lately(), someone("private")
    lately.keep(ANNA, person, 0.0)
    assert "private" not in repr(person) + repr(lately)
