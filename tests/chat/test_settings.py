"""The schema: every key has a type and a default, and nothing secret is in a repr."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from chat.settings import ROOM, SECTIONS, Auth, Gateway, Redis, Settings, contradictions, keys
from rooms.topics import Topic


def test_every_section_of_the_settings_is_in_the_table_of_sections() -> None:
    named = {section.name for section in dataclasses.fields(Settings)} - {"rooms"}
    assert named == set(SECTIONS)
    assert "gateway.port" in keys()
    assert "limits.enabled" in keys()


def test_every_key_of_a_topic_can_be_configured() -> None:
    assert set(ROOM) == {key.name for key in dataclasses.fields(Topic)} - {"id", "key"}


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().gateway.port = 1  # type: ignore[misc]


def test_a_secret_filled_in_stays_out_of_the_repr() -> None:
    settings = Settings(redis=Redis(url="redis://:hunter2@h/0")).with_secret("s" * 40)
    assert settings.auth.secret == "s" * 40
    assert "sss" not in repr(settings)
    assert "hunter2" not in repr(settings)
    assert not settings.embedded


def test_the_data_directory_is_absolute() -> None:
    assert Settings().data_dir == Path.cwd() / "data"
    assert Settings().with_port(5).gateway.port == 5


def test_what_contradicts_is_told() -> None:
    assert contradictions(Settings()) == []
    told = contradictions(Settings(auth=Auth(secret="short"), gateway=Gateway(silence=1.0)))
    assert [problem.path for problem in told] == ["auth.secret", "gateway.silence"]


def test_the_page_is_where_the_readme_says() -> None:
    """Both commands and every tool rely on this address."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    gateway = Settings().gateway
    assert (gateway.host, gateway.port) == ("127.0.0.1", 8765)
    assert f"http://{gateway.host}:{gateway.port}" in readme
