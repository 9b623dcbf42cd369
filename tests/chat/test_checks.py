"""What settings name is looked for on the machine, and nothing is changed by looking."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from chat.checks import books_refused, missing_packs, packs, problems
from chat.config import load, shipped_file
from chat.settings import Data, Gateway, Moderation, Redis, Settings
from rooms.topics import Topic
from tests.support.engines import Engine


def free(tmp_path: Path) -> Settings:
    return Settings(data=Data(dir=str(tmp_path / "new" / "data")), gateway=Gateway(port=0))


def test_the_shipped_rooms_have_their_packs() -> None:
    assert missing_packs(load(shipped_file(), {})) == []


def test_a_pack_nobody_wrote_is_named_with_its_room_and_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "mine.yaml").write_text("")
    settings = Settings(
        rooms=(Topic(id="one", pack="mine"), Topic(id="two", pack="yours")),
        moderation=Moderation(policy_dir=str(tmp_path)),
    )
    assert packs(settings) == {"mine"}
    (problem,) = missing_packs(settings)
    assert (problem.path, problem.value) == ("rooms.two.pack", "yours")
    assert "known are mine" in problem.says


def test_looking_changes_nothing(tmp_path: Path) -> None:
    assert problems(free(tmp_path)) == []
    assert os.listdir(tmp_path) == []


def test_every_trouble_of_the_machine_is_found_at_once(tmp_path: Path) -> None:
    """X63."""
    (tmp_path / "file").write_text("")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings = Settings(
            data=Data(dir=str(tmp_path / "file")),
            gateway=Gateway(port=other.getsockname()[1]),
            redis=Redis(url=f"unix://{tmp_path}/nobody.sock"),
        )
        found = {problem.path: problem.says for problem in problems(settings)}
    assert "is not a directory" in found["data.dir"]
    assert "in use by another program" in found["gateway.port"]
    assert "no engine answers" in found["redis.url"]


def test_the_password_of_an_engine_that_does_not_answer_is_not_repeated(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"redis://:hunter2@127.0.0.1:{silent.getsockname()[1]}/0"
        settings = Settings(data=Data(dir=str(tmp_path)), gateway=Gateway(port=0), redis=Redis(url=url))
        (problem,) = problems(settings)
    assert "127.0.0.1" in problem.says
    assert "hunter2" not in str(problem)


async def test_an_engine_that_answers_is_no_problem(engine: Engine, tmp_path: Path) -> None:
    settings = Settings(data=Data(dir=str(tmp_path)), gateway=Gateway(port=0), redis=Redis(url=engine.url))
    assert problems(settings) == []


@pytest.mark.parametrize("room", load(shipped_file(), {}).rooms, ids=lambda room: room.id)
def test_a_shipped_room_says_where_help_is(room: Topic) -> None:
    assert "there is always a person to call" in room.rules.lower() or "call for medical help" in room.rules


def test_books_of_ones_own_are_tried_as_the_node_will_try_them(tmp_path: Path) -> None:
    """X63: file, line and remedy; a pack of one's own is a pack a room may name."""
    own = tmp_path / "own"
    (own / "packs").mkdir(parents=True)
    (own / "packs" / "ours.yaml").write_text('name: ours\nextends: general\nversion: "1"\n')
    settings = Settings(rooms=(Topic(id="one", pack="ours"),), moderation=Moderation(dir=str(own)))
    assert missing_packs(settings) + books_refused(settings) == []
    (own / "words.yaml").write_text("- {words: [oil], then: hide}\n")
    (problem,) = books_refused(settings)
    assert problem.path == "moderation.dir"
    assert "words.yaml:1: words.1: `then`: 'hide' is not known" in problem.says
    assert books_refused(Settings()) == []
