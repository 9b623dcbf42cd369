"""Effects: values that can be stored and done again, and that hold nobody's words."""

from __future__ import annotations

import json

from rooms.effects import Do, Effect, Event, tell


def test_a_telling_names_its_event_and_its_fields() -> None:
    one = tell("sam", Event.WAITING, request="r1", alternatives=True)
    assert (one.do, one.to) == (Do.TELL, "sam")
    assert one.fields == {"event": "waiting", "request": "r1", "alternatives": True}


def test_what_says_who_is_there_says_of_which_row_it_was_true() -> None:
    """T15: an overtaken word is skipped, so it has to be known which row overtook it."""
    assert tell("sam", Event.SESSION_CHANGED, standing=("session", "s1", 4)).standing == ("session", "s1", 4)
    assert tell("sam", Event.WAITING).standing is None


def test_effects_survive_being_stored() -> None:
    """Also where a list takes the place of a pair, as JSON has it."""
    one = tell("sam", Event.SESSION_CHANGED, here=["lee"], standing=("session", "s1", 4))
    stored = json.loads(json.dumps({"do": one.do, "to": one.to, "fields": one.fields}))
    again = Effect(Do(stored["do"]), stored["to"], stored["fields"])
    assert again.standing == one.standing
    assert again.fields["here"] == ["lee"]
