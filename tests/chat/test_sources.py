"""Where settings come from: places are remembered, texts are marked, doubles are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.sources import Given, Unreadable, from_environment, from_file, from_sets, read_yaml


def test_a_variable_names_its_key_with_two_underscores_for_the_dot() -> None:
    given = from_environment({"WARMLINE_AUTH__TOKEN_TTL": "60", "HOME": "/root"})
    assert [(item.path, item.value, item.text) for item in given] == [("auth.token_ttl", "60", True)]
    assert "WARMLINE_AUTH__TOKEN_TTL" in given[0].source


def test_a_set_keeps_everything_after_the_first_equals_sign() -> None:
    (given,) = from_sets(["redis.url=redis://h/0?x=1"])
    assert (given.path, given.value) == ("redis.url", "redis://h/0?x=1")


def test_a_set_without_an_equals_sign_is_refused_with_the_form_it_needs() -> None:
    with pytest.raises(Unreadable, match=r"write --set dotted.key=value"):
        from_sets(["gateway.port"])


def test_a_file_gives_one_value_for_each_key_and_rooms_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("gateway: {port: 1, host: h}\nlog:\nrooms: [{id: a}]\n")
    assert [(item.path, item.value) for item in from_file(path)] == [
        ("gateway.port", 1),
        ("gateway.host", "h"),
        ("rooms", [{"id": "a"}]),
    ]


def test_a_key_said_twice_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable, match="line 2 says 'a' a second time"):
        read_yaml("a: 1\na: 2\n")


def test_yaml_cannot_make_objects() -> None:
    with pytest.raises(Unreadable):
        read_yaml("!!python/object/apply:os.getcwd []")


def test_a_complaint_about_yaml_does_not_quote_the_text() -> None:
    with pytest.raises(Unreadable) as caught:
        read_yaml("secret: hunter2: [")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_value_is_not_in_the_repr_of_what_was_given() -> None:
    assert "hunter2" not in repr(Given("auth.secret", "hunter2", "--set"))
