"""The bounds that commands share: what no honest client sends is refused with the field's name, before any handler."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chat import forms
from chat.commands import Send


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (forms.Id, 1, 0),
        (forms.Key, "k", "k" * 65),
        (forms.Country, "IE", "ie"),
        (forms.RoomName, "session:a1", "session:{a}"),
        (forms.Notes, ["loss"], ["loss"] * 9),
        (forms.Ground, "spam", "sadness"),
    ],
)
def test_a_form_takes_what_is_honest_and_nothing_beyond_its_bound(form: Any, good: Any, bad: Any) -> None:
    assert msgspec.convert(good, form) == good
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, form)


def test_a_number_that_a_json_client_could_not_count_to_is_refused() -> None:
    assert msgspec.convert(2**53 - 1, forms.Id) == 2**53 - 1
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(2**53, forms.Id)


def test_every_command_has_a_number_and_names_itself_by_its_type() -> None:
    assert issubclass(Send, forms.Command)
    assert msgspec.to_builtins(Send(id=4, room="a", text="x", key="k"))["type"] == "send"


def test_telling_of_pain_is_no_ground_for_a_report() -> None:
    """R1: the words a report may use are about harm done to others."""
    grounds = set(forms.Ground.__args__)  # type: ignore[attr-defined]
    assert not grounds & {"suicide", "self_harm", "psychosis", "substances"}
