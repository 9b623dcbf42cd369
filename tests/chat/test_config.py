"""Configuration: three sources, one order, and every problem told at once with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.config import ConfigError, Settings, load, shipped_file
from rooms.events import Band


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def complaints(path: Path | None, environ: dict[str, str] | None = None, sets: list[str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {}, sets or [])
    return [str(problem) for problem in caught.value.problems]


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "gateway: {port: 1, host: a, max_frame: 5}")
    environ = {"WARMLINE_GATEWAY__PORT": "2", "WARMLINE_GATEWAY__HOST": "b"}
    gateway = load(path, environ, ["gateway.port=3"]).gateway
    assert (gateway.port, gateway.host, gateway.max_frame) == (3, "b", 5)


def test_the_shipped_catalogue_has_nine_rooms_with_everything_a_person_needs_to_know() -> None:
    rooms = {room.id: room for room in load(shipped_file(), {}).rooms}
    adults = {"postpartum", "recovery", "anxiety", "depression", "bipolar", "autism-parents", "newcomers"}
    assert {name for name, room in rooms.items() if room.band is Band.ADULT} == adults
    assert {name for name, room in rooms.items() if room.band is Band.TEEN} == {"teen-social-anxiety", "teen-commons"}
    for room in rooms.values():
        assert room.title
        assert room.about
        assert len(room.rules.splitlines()) >= 3
        assert not room.hours  # nobody is on duty until an operator says so
        assert room.retention > 0
    assert {rooms["teen-commons"].pack, rooms["teen-social-anxiety"].pack} == {"teen"}


def test_every_shipped_room_has_its_words_in_spanish_too(tmp_path: Path) -> None:
    """F52; and a word nobody knows there is refused with its place."""
    for room in load(shipped_file(), {}).rooms:
        assert set(room.translated["es"]) == {"title", "about", "rules"}, room.id
        assert room.said("es")[0] != room.title
    with pytest.raises(ConfigError, match=r"rooms\.quiet\.translated"):
        load(written(tmp_path, "rooms: [{id: quiet, translated: {es: {titel: Silencio}}}]"), {})


def test_the_shipped_file_says_the_defaults() -> None:
    shipped = load(shipped_file(), {})
    assert shipped == Settings(rooms=shipped.rooms)


def test_a_room_needs_its_id_only(tmp_path: Path) -> None:
    (room,) = load(written(tmp_path, "rooms: [{id: night-owls}]"), {}).rooms
    assert (room.title, room.band, room.pack, room.slow, room.capacity) == ("Night owls", Band.ADULT, "general", 0, 0)


def test_a_file_without_rooms_has_the_shipped_ones(tmp_path: Path) -> None:
    assert load(written(tmp_path, "gateway: {port: 1}"), {}).rooms == load(shipped_file(), {}).rooms


def test_lists_replace(tmp_path: Path) -> None:
    path = written(
        tmp_path, "gateway: {origins: ['https://a.example', 'https://b.example']}\nrooms: [{id: one}, {id: two}]"
    )
    settings = load(path, {"WARMLINE_ROOMS": "[{id: three}]"}, ["gateway.origins=https://c.example"])
    assert [room.id for room in settings.rooms] == ["three"]
    assert settings.gateway.origins == ("https://c.example",)


def test_one_key_of_one_room_can_be_set_from_anywhere() -> None:
    environ = {"WARMLINE_ROOMS__AUTISM_PARENTS__CIRCLE": "12"}
    rooms = {room.id: room for room in load(shipped_file(), environ, ["rooms.autism-parents.slow=9"]).rooms}
    assert (rooms["autism-parents"].slow, rooms["autism-parents"].circle) == (9.0, 12)


def test_every_problem_is_told_at_once_with_path_value_and_remedy(tmp_path: Path) -> None:
    """X63's spirit: nobody fixes one thing only to meet the next."""
    path = written(
        tmp_path,
        "gateway: {prot: 8080, host: 5}\nrooms: [{id: one, slw: 3}, {id: one}, {title: nameless}, {id: t, band: kid}]",
    )
    said = complaints(path, {"WARMLINE_GATEWAY_PORT": "1"}, ["limits.enabled=perhaps"])
    assert len(said) == 8
    text = "\n".join(said)
    assert f"gateway.prot = 8080 ({path}): there is no key 'gateway.prot'; did you mean gateway.port?" in text
    assert "gateway.host = 5" in text
    assert "put it in quotes" in text
    assert "did you mean slow?" in text
    assert "two rooms are called 'one'; choose another id" in text
    assert "rooms[2]" in text
    assert "choose one of adult, teen" in text
    assert "did you mean WARMLINE_GATEWAY__PORT?" in text
    assert "limits.enabled = perhaps (--set)" in text


def test_a_secret_is_never_part_of_a_problem_or_a_repr(tmp_path: Path) -> None:
    secret = "too-short-and-private"
    said = complaints(written(tmp_path, f"auth: {{secret: {secret}}}"), {}, ["redis.url=http://:hunter2@engine"])
    assert len(said) == 2
    assert secret not in "".join(said)
    assert "hunter2" not in "".join(said)
    settings = load(None, {"WARMLINE_AUTH__SECRET": "s" * 32}, ["redis.url=redis://:hunter2@engine/0"])
    assert "ssss" not in repr(settings)
    assert "hunter2" not in repr(settings)


def test_a_secret_of_digits_stays_a_text() -> None:
    assert load(None, {"WARMLINE_AUTH__SECRET": "1" * 40}).auth.secret == "1" * 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rooms: []", "at least one room"),
        ("rooms: [{id: Not Good}]", "choose another id"),
        ("rooms: [{id: inbox}]", "choose another id"),
        ("gateway: {port: 99999}", "<= 65535"),
        ("gateway: {heartbeat: 30}", "must be longer than gateway.heartbeat"),
        ("gateway: {origins: [example.org]}", "scheme and host"),
        ("gateway:\n  port: 1\n  port: 2", "line 3 says 'port' a second time"),
        ("gateway: [", "not valid YAML"),
        ("- a", "mapping of sections"),
        ("gatway: {port: 1}", "did you mean gateway.port?"),
        ("redis: {url: 'redis-cluster://a,b'}", "waits for its feature"),
        ("redis: {url: 'memcached://x'}", "begins with unix://, redis://"),
    ],
)
def test_what_cannot_work_is_refused_in_words(tmp_path: Path, text: str, expected: str) -> None:
    (said,) = complaints(written(tmp_path, text))
    assert expected in said


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    (said,) = complaints(tmp_path / "nowhere.yaml")
    assert "nowhere.yaml" in said
    assert "--config" in said


def test_without_a_name_the_file_in_the_working_directory_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.yaml").write_text("gateway: {port: 4711}")
    monkeypatch.chdir(tmp_path)
    assert load(None, {}).gateway.port == 4711
    (tmp_path / "config.yaml").unlink()
    assert load(None, {}) == load(shipped_file(), {})
