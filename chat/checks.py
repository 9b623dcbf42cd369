"""What the settings name must exist: packs, rule books, the data directory, the port, the engine.

config.py has checked the text; this looks at the machine and changes nothing on it. `warmline check` reports
everything found here; `serve` asks for the packs only, because the rest shows itself when it is used.
"""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Callable

from chat import books
from chat.books import own_folder, policy_folder
from chat.datadir import Unusable, prepare
from chat.settings import Problem, Settings
from chat.valkey import find_binary
from chat.workers import claim
from moderation import opinion, pipeline
from moderation.model import ModelError
from moderation.policy import PackError
from moderation.rules import BookError
from moderation.sheets import BooksRefused
from rooms.address import parse

# Seconds an external engine may take to accept a connection.
REACH = 2.0


def packs(settings: Settings) -> set[str]:
    """Names of the moderation packs there are, the operator's among them."""
    own = own_folder(settings)
    return {*pipeline.pack_names(policy_folder(settings)), *(pipeline.pack_names(own) if own else ())}


def books_refused(settings: Settings) -> list[Problem]:
    """A problem for everything that is wrong with the operator's books."""
    own = own_folder(settings)
    if own is None:
        return []
    try:
        books.load(settings)
    except BooksRefused as refused:
        return [Problem("moderation.dir", str(own), str(fault)) for fault in refused.faults]
    except books.BAD:
        return []  # the packaged ones are bad: `_policy` says so
    return []


def missing_packs(settings: Settings) -> list[Problem]:
    """A problem for each room whose pack does not exist."""
    there = packs(settings)
    known = f"known are {', '.join(sorted(there))}" if there else "there are no packs at all"
    return [
        Problem(f"rooms.{room.id}.pack", room.pack, f"there is no such pack; {known}")
        for room in settings.rooms
        if room.pack not in there
    ]


def problems(settings: Settings) -> list[Problem]:
    """Everything that would keep a server with these settings from serving."""
    found = missing_packs(settings) + books_refused(settings)
    looks: list[tuple[str, str, Callable[[Settings], None]]] = [
        ("data.dir", settings.data.dir, _data_dir),
        ("moderation.policy_dir", settings.moderation.policy_dir, _policy),
        ("moderation.second", str(settings.moderation.second).lower(), _second),
        ("gateway.port", str(settings.gateway.port), _port),
        ("redis.url", "", _engine),
    ]
    for path, value, look in looks:
        try:
            look(settings)
        except Unusable as error:
            found.append(Problem(path, value, str(error)))
    return found


def _data_dir(settings: Settings) -> None:
    path = settings.data_dir
    if path.exists():
        return prepare(path)
    nearest = next(part for part in path.parents if part.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return None
    except OSError as error:
        says = f"data.dir {path} cannot be made in {nearest} ({error.strerror}); choose another data.dir"
        raise Unusable(says) from None


def _policy(settings: Settings) -> None:
    """Rule books and packs are read as the node will read them."""
    folder = policy_folder(settings)
    try:
        pipeline.load(stopwatch=time.monotonic, data=folder)
    except (BookError, PackError, OSError) as error:
        raise Unusable(f"{folder} cannot be used: {error}; mend it, or leave policy_dir empty") from None


def _second(settings: Settings) -> None:
    """The files of the second opinion are read as the node will read them; without a runtime it goes on without."""
    load = opinion.packaged() if settings.moderation.second else None
    try:
        if load is not None:
            load()
    except ModelError as error:
        raise Unusable(f"{error}; install the package anew, or set moderation.second to false") from None
    except ImportError:
        return


def _port(settings: Settings) -> None:
    claim(settings.gateway.host, settings.gateway.port, shared=False).close()


def _engine(settings: Settings) -> None:
    """Our own has a binary; another's accepts a connection (whether it lets us in shows when serving)."""
    if settings.embedded:
        find_binary()
        return
    address = parse(settings.redis.url)
    try:
        if address.path:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(REACH)
                line.connect(address.path)
        else:
            socket.create_connection((address.host, address.port), REACH).close()
    except OSError:
        where = address.path or f"{address.host}:{address.port}"
        raise Unusable(f"no engine answers at {where}; start it, or leave redis.url empty for our own") from None
