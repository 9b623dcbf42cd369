"""Settings: `config.yaml` < environment < `--set`, checked as a whole and then never changed.

    settings = load(Path("config.yaml"), os.environ, ["gateway.port=8090"])

settings.py holds the types, sources.py reads where values come from, and this file brings the two together. Every key
can be given as `section.key`, one room's key as `rooms.<id>.<key>`. Lists replace.

`load` reports every problem it finds together (`ConfigError.problems`), each with path, value and remedy; the command
line prints them and ends with code 2. The value of a secret is never part of a problem. What needs the machine rather
than the text (the data directory, the port, the packs' files) is checked by checks.py.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from chat.settings import ROOM, SECRET, SECTIONS, Problem, Settings, contradictions, keys
from chat.sources import Given, Unreadable, from_environment, from_file, from_sets, read_yaml
from rooms.events import Band
from rooms.topics import Catalogue, Topic

__all__ = ["ConfigError", "Problem", "Settings", "chosen_file", "load", "shipped_file"]


class ConfigError(Exception):
    """The configuration cannot be used. `problems` holds all of them, in the order of their sources."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def shipped_file() -> Path:
    """The packaged configuration: beside this file when installed, at the top level of a clone."""
    here = Path(__file__).resolve().parent
    return here / "config.yaml" if (here / "config.yaml").exists() else here.parent / "config.yaml"


def chosen_file(path: Path | None) -> Path:
    """Which file is read: the one named, else `./config.yaml`, else the packaged one."""
    if path is not None:
        return path
    return local if (local := Path("config.yaml")).is_file() else shipped_file()


def load(path: Path | None, environ: Mapping[str, str], sets: Iterable[str] = ()) -> Settings:
    """Read, merge and check everything. Raises ConfigError with all problems at once."""
    given: list[Given] = []
    unreadable: list[Problem] = []
    sources: list[Callable[[], list[Given]]] = [
        lambda: from_file(chosen_file(path)),
        lambda: from_environment(environ),
        lambda: from_sets(sets),
    ]
    for read in sources:
        try:
            given += read()
        except Unreadable as error:
            where, _, says = str(error).partition(": ")
            unreadable.append(Problem(where, "", says))
    reading = _Reading()
    for item in given:
        reading.take(item)
    settings = reading.finish()
    if problems := unreadable + reading.problems:
        raise ConfigError(problems)
    return settings


class _Reading:
    """Values taken one by one; later ones replace earlier ones. `problems` grows instead of raising."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._values: dict[str, Any] = {}  # section.key → converted value
        self._rooms: list[dict[str, Any]] | None = None  # None until given: then the shipped catalogue
        self._rooms_source = ""

    def take(self, item: Given) -> None:
        if item.path == "rooms":
            self._take_rooms(item)
        elif item.path.startswith("rooms."):
            self._take_room_key(item)
        elif (kind := keys().get(item.path)) is None:
            self._complain(item, _unknown(item.path, _known_paths(), item.source))
        else:
            try:
                self._values[item.path] = _convert(item.value, kind, item.text)
            except ValueError as error:
                self._complain(item, str(error))

    def finish(self) -> Settings:
        """The settings; of no use when there are problems."""
        sections: dict[str, Any] = {}
        for name, section in SECTIONS.items():
            prefix = name + "."
            own = {path[len(prefix) :]: value for path, value in self._values.items() if path.startswith(prefix)}
            sections[name] = section(**own)
        settings = Settings(**sections, rooms=self._topics())
        self.problems += contradictions(settings)
        return settings

    def _take_rooms(self, item: Given) -> None:
        value = item.value
        if item.text:
            try:
                value = read_yaml(str(value))
            except Unreadable as error:
                return self._complain(item, str(error))
        if not isinstance(value, list) or not value:
            return self._complain(item, "must be a list of at least one room; write `rooms:` and `  - id: …` below it")
        self._rooms, self._rooms_source = [], item.source
        for place, room in enumerate(value):
            if not isinstance(room, dict) or not isinstance(room.get("id"), str):
                where = Given(f"rooms[{place}]", room, item.source)
                self._complain(
                    where, "every room needs an `id`: 1 to 63 of a-z, 0-9 and '-', in quotes if it is a number"
                )
                continue
            self._rooms.append({"id": room["id"]})
            for key, content in room.items():
                if key != "id":
                    self._set_room_key(
                        Given(f"rooms.{room['id']}.{key}", content, item.source), self._rooms[-1], str(key)
                    )
        return None

    def _take_room_key(self, item: Given) -> None:
        name, _, key = item.path[len("rooms.") :].rpartition(".")
        rooms = self._given_rooms()
        for room in rooms:
            # An environment variable's name cannot hold '-'.
            if room["id"] == name or (item.text and room["id"].replace("-", "_") == name):
                return self._set_room_key(item, room, key)
        return self._complain(item, _unknown(name, [room["id"] for room in rooms], item.source, "there is no room"))

    def _set_room_key(self, item: Given, room: dict[str, Any], key: str) -> None:
        if key not in ROOM:
            return self._complain(item, _unknown(key, [*ROOM, "id"], item.source, "a room has no key"))
        try:
            room[key] = _convert(item.value, ROOM[key], item.text)
        except ValueError as error:
            self._complain(item, str(error))
        return None

    def _given_rooms(self) -> list[dict[str, Any]]:
        if self._rooms is None:  # nobody spoke of rooms: the shipped catalogue
            self._rooms = []
            for item in from_file(shipped_file()):
                if item.path == "rooms":
                    self._take_rooms(item)
        return self._rooms

    def _topics(self) -> tuple[Topic, ...]:
        topics: list[Topic] = []
        for room in self._given_rooms():
            path = f"rooms.{room['id']}"
            try:
                Catalogue([*topics, topic := Topic(**{"title": room["id"].replace("-", " ").capitalize(), **room})])
            except ValueError as error:
                self.problems.append(Problem(path, "", f"{error}; choose another id", self._rooms_source))
            else:
                topics.append(topic)
        return tuple(topics)

    def _complain(self, item: Given, says: str) -> None:
        secret = item.path in SECRET or re.search("secret|password|token|key", item.path.rpartition(".")[2])
        self.problems.append(Problem(item.path, "(not shown)" if secret else _short(item.value), says, item.source))


def _convert(value: Any, kind: Any, text: bool) -> Any:
    """Make `value` what its key needs, or raise ValueError with what is wrong and the remedy."""
    wants_text = kind is str or getattr(kind, "__origin__", None) is str
    if text and not wants_text:
        try:
            value = read_yaml(value)
        except Unreadable as error:
            raise ValueError(str(error)) from None
        if isinstance(value, str) and getattr(kind, "__origin__", None) in (tuple, frozenset):
            value = [part.strip() for part in value.split(",")]
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        hint = (
            "; put it in quotes"
            if wants_text and value is not None and not isinstance(value, (str, dict, list))
            else ""
        )
        raise ValueError(f"{str(error)[0].lower()}{str(error)[1:]}{_choices(kind)}{hint}") from None


def _choices(kind: Any) -> str:
    """The words a key takes, where there are only some."""
    words = getattr(kind, "__args__", ()) if getattr(kind, "__origin__", None) is Literal else ()
    if kind is Band:
        words = tuple(band.value for band in Band)
    return f"; choose one of {', '.join(words)}" if words else ""


def _known_paths() -> list[str]:
    return [*keys(), "rooms"]


def _unknown(path: str, known: list[str], source: str, what: str = "there is no key") -> str:
    """Say that a name is unknown and which was probably meant."""
    near = difflib.get_close_matches(path, known, n=1, cutoff=0.6)
    if not near:  # `gateway_port`, `port`
        flat = re.sub("[._]", "", path)
        near = [name for name in known if re.sub("[._]", "", name).endswith(flat)][:1]
    name = near[0] if near else ""
    if name and source.startswith("environment"):
        name = "WARMLINE_" + name.upper().replace(".", "__")
    remedy = f"did you mean {name}?" if name else f"known are {', '.join(known)}"
    return f"{what} {path!r}; {remedy}"


def _short(value: Any) -> str:
    """A value as it may stand in a complaint: one line, not long."""
    shown = value if isinstance(value, str) else repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    return shown if shown.isprintable() else repr(shown)
