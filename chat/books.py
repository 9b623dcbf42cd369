"""A node's books, kept as they are on disk: rules, packs, words and helplines change without a restart.

    every `moderation.reload` seconds, off the loop ─▶ have the files changed, and are they at rest?   (or SIGHUP)
        └─ yes ─▶ read and try them, off the loop ─┬─ good ─▶ adopt: pipeline and helplines, between two ticks
                                                   └─ bad  ─▶ the old books stay; said in the log, metrics, /readyz

Each worker does this for itself and looks at the same files, so all judge by the same books within seconds; every
verdict carries the version. A file is read when two looks in a row found it the same, so one that is being written is
left alone; one that changed while it was read is read again. What the log says of a bad book are places (file, line,
rule, field): the reasons, which may quote sentences, are what `warmline check` prints.

A node that starts on a bad folder of the operator's serves with the packaged books alone and says so (`refused`):
people who need help must find it. `warmline serve` refuses to begin on one, because somebody is there to read why.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog

from chat.metrics import Metrics
from chat.settings import Settings
from moderation import books as shelf
from moderation.books import Books
from moderation.helplines import Helplines
from moderation.pipeline import Pipeline
from moderation.policy import PackError
from moderation.rules import DATA, BookError
from moderation.sheets import BooksRefused

log = structlog.get_logger("warmline.books")

# What loading raises for books as they are written; anything else is a fault of ours.
BAD = (BookError, PackError, ValueError, OSError)
# So many places of faults are named in one line of the log.
_NAMED = 20

Look = frozenset[tuple[str, int, int]]  # (path, mtime in ns, size) of every file


def policy_folder(settings: Settings) -> Path:
    """Where the packaged books come from, or those in their place."""
    own = settings.moderation.policy_dir
    return Path(own).expanduser().absolute() if own else DATA


def own_folder(settings: Settings) -> Path | None:
    """Where the operator's additions are; None where there are none."""
    own = settings.moderation.dir
    return Path(own).expanduser().absolute() if own else None


def load(settings: Settings) -> Books:
    """All books these settings name. Raises one of BAD."""
    needed = frozenset(room.pack for room in settings.rooms)
    return shelf.load(policy_folder(settings), own_folder(settings), needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The books a node starts with, what their files looked like before, and whether the operator's were refused."""

    books: Books
    seen: Look
    refused: bool


def first(settings: Settings) -> First:
    """Raises one of BAD for the packaged books only."""
    seen = look(folders_of(settings))
    try:
        return First(books=load(settings), seen=seen, refused=False)
    except BooksRefused as refused:
        told(refused)
        return First(books=shelf.load(policy_folder(settings)), seen=seen, refused=True)


def folders_of(settings: Settings) -> list[Path]:
    """The folders whose files may change while the node runs."""
    own = own_folder(settings)
    return [*([own] if own else []), *([policy_folder(settings)] if settings.moderation.policy_dir else [])]


def told(bad: Exception) -> None:
    """Say in the log where books are bad."""
    faults = bad.faults if isinstance(bad, BooksRefused) else ()
    where = [" ".join(filter(None, (f"{each.file}:{each.line}", each.rule, each.field))) for each in faults[:_NAMED]]
    log.error("books_refused", kind=type(bad).__name__, faults=len(faults), where=where, remedy="see warmline check")


class Keeper:
    """Watches the files of one node's books. Nothing runs where there are no files of an operator's."""

    def __init__(
        self,
        settings: Settings,
        *,
        pipeline: Pipeline,
        helplines: Helplines,
        metrics: Metrics,
        first: First,
    ) -> None:
        self._folders = folders_of(settings)
        # Seconds between two looks; None: only when called.
        self.every = settings.moderation.reload if self._folders else None
        self._read = functools.partial(load, settings)
        self._pipeline = pipeline
        self._helplines = helplines
        self._metrics = metrics
        self.called = asyncio.Event()  # rings for a look before its time
        self._asked = False  # to read, whatever the files look like
        self._judged = first.seen  # what the newest reading read, good or bad
        self._seen = first.seen  # what the look before found
        self.refused = first.refused
        self._show()

    def call(self) -> None:
        """Read now, whatever the files look like (SIGHUP)."""
        self._asked = True
        self.called.set()

    async def look_again(self) -> None:
        """One look; what it finds changed and at rest, or was called for, is read (rounds.py repeats it)."""
        asked, self._asked = self._asked, False
        seen = await asyncio.to_thread(look, self._folders)
        if asked or (seen != self._judged and seen == self._seen):
            await self._take(seen)
        self._seen = seen

    async def _take(self, seen: Look) -> None:
        """Read what was seen, and judge by it if it is good."""
        try:
            books = await asyncio.to_thread(self._read)
        except BAD as bad:
            self._judged, self.refused = seen, True
            told(bad)
        else:
            if await asyncio.to_thread(look, self._folders) != seen:
                return  # changed meanwhile: the next look begins anew
            self._judged, self.refused = seen, False
            self._pipeline.adopt(books)
            self._helplines.become(books.helplines)
            log.info("books_adopted", version=books.version, **books.counts)
        self._show()

    def _show(self) -> None:
        self._metrics.books(self._pipeline.books.version, refused=self.refused)

    def remark(self) -> dict[str, object]:
        """What `/readyz` says of the books: the node serves either way."""
        version: dict[str, object] = {"policy": self._pipeline.books.version}
        return {**version, "books": "refused"} if self.refused else version


def look(folders: Iterable[Path]) -> Look:
    """What every book looks like from outside. A file that vanishes meanwhile is not there."""
    found = set()
    for folder in folders:
        for path in folder.rglob("*.yaml"):
            with contextlib.suppress(OSError):
                state = path.stat()
                found.add((str(path), state.st_mtime_ns, state.st_size))
    return frozenset(found)
