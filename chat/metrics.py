"""The node's numbers: what Prometheus reads at `/metrics`.

One `Metrics` per node, each with a registry of its own. A label is always one of a handful of our own words (a type
of command, a code, an action): never a room, a person, an alias or a text, and what is no such word counts as
`other`. Handlers and the gateway count what happens; what the layers below keep themselves (they never count a
metric) is copied once a second by `observe` and when `render` is called.

An increment costs about half a microsecond: children of labels are looked up once and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

# From a commit on the same machine to an engine that hardly answers.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

# From a stage that has nothing to look at to one that holds the loop up: its budget is five milliseconds.
FILTER_SECONDS = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25)

# A word of ours. Anything else would let a stranger's bytes into a label.
WORD = re.compile(r"[A-Za-z0-9_.-]{1,40}\Z")
# No label has more words than this; a mistake in a caller then cannot grow the registry.
MOST_WORDS = 64

SLOW = 4108

# Counters that are copied from below: name → help. `observe` takes them by these names.
COPIED = {
    "delivered": "Events handed to connections.",
    "sent_bytes": "Bytes of frames written to connections, without pings and goodbyes.",
    "received_bytes": "Bytes read from sockets, handshakes and pongs included.",
    "batches_resent": "Batches of commands for the engine that were sent again because their answer was lost.",
    "repairs": "Gaps that were repaired from the log.",
    "heals": "Acknowledged entries given back to an engine that had lost them.",
    "forks": "Logs that forked.",
    "presence_scripts": "Script calls of presence.",
    "presence_readings": "Rosters read anew.",
    "nodes_reaped": "Dead nodes whose people this node removed.",
}


class Metrics:
    """Counters, gauges and histograms of one node."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._children: dict[tuple[str, str, str], Any] = {}
        self._seen: dict[str, int] = {}  # what `observe` copied last
        self._commands = self._counter("commands", "Commands, by type.", "type")
        self._refusals = self._counter("refusals", "Commands refused, by code.", "code")
        self._faults = self._counter("faults", "Handlers that failed, by kind of fault.", "fault")
        self._verdicts = self._counter("verdicts", "Judged words, by kind and action.", "kind", "action")
        self._care = self._counter("care", "Care owed to authors, by band.", "band")
        self._eased = self._counter("rooms_eased", "Rooms slowed for a while after several disclosures.")
        self._lights = self._counter("lights", "Lights of the night lantern that were lit.")
        self._light_answers = self._counter("light_answers", "Answers to such lights, one for each person and light.")
        self._unsure = self._counter("unsure", "Texts that asked for a second opinion, by what they got.", "answer")
        self._second = self._gauge("second_waiting", "Texts that wait for a second opinion.")
        self._second_well = self._gauge("second_healthy", "Whether second opinions are given, or none is asked.")
        self._commits = self._counter("commits", "Commits of messages, by outcome.", "outcome")
        self._resets = self._counter("resets", "Rooms that clients had to join anew, by reason.", "why")
        self._closes = self._counter("closes", "Connections closed, by close code.", "code")
        self._turned_away = self._counter("turned_away", "Handshakes refused, by HTTP status.", "status")
        self._slow = self._counter("slow", "Connections cut off because they fell too far behind (4108).")
        self._copied = {name: self._counter(name, says) for name, says in COPIED.items()}
        self._connections = self._gauge("connections", "Open connections.")
        self._people = self._gauge("people", "Persons connected to this node.")
        self._rooms = self._gauge("rooms", "Rooms that somebody on this node is in.")
        self._due = self._gauge("helplines_due", "Helplines whose source was read 180 days ago or longer.")
        self._overdue = self._gauge("helplines_overdue", "Of these, read a year ago: off the card but the last.")
        self._engine = self._gauge("engine_up", "1 while probes come back through the engine.")
        self._books_refused = self._gauge("books_refused", "1 while the books on disk are bad and older ones are used.")
        self._books = Gauge(
            "warmline_books_info", "The version of the books that judge.", ["version"], registry=self.registry
        )
        self._page_seconds = self._histogram("page_seconds", "From somebody held to the call of the team.")
        self._feedback = self._counter("feedback", "What people say of a session, by seat and word.", "seat", "feel")
        self._aside = self._counter("effects_aside", "What sessions owe and our own fault keeps from anybody.", "what")
        self._commit_seconds = self._histogram("commit_seconds", "From submitting a tick's commits to their outcome.")
        self._judge_seconds = self._histogram("judge_seconds", "Judging the words of one tick.")
        self._filter_seconds = Histogram(
            "warmline_filter_seconds", "One stage of the filter over one text.", ["stage"],
            buckets=FILTER_SECONDS, registry=self.registry,
        )  # fmt: skip

    # what happened

    def connected(self, by: int) -> None:
        """A connection opened (1) or ended (-1)."""
        self._connections.inc(by)

    def closed(self, code: int) -> None:
        self._count(self._closes, "closes", str(code))
        if code == SLOW:
            self._slow.inc()

    def turned_away(self, status: int) -> None:
        """A handshake was refused before it became a connection."""
        self._count(self._turned_away, "turned_away", str(int(status)))

    def commanded(self, kind: str) -> None:
        """A command of this type was taken up."""
        self._count(self._commands, "commands", kind.lower())

    def refused(self, code: str) -> None:
        self._count(self._refusals, "refusals", str(code))

    def failed(self, fault: str) -> None:
        """A handler raised; `fault` is the name of the exception's type."""
        self._count(self._faults, "faults", fault)

    def judged(self, kind: str, action: str) -> None:
        self._count(self._verdicts, "verdicts", kind, action)

    def cared(self, band: str) -> None:
        self._count(self._care, "care", band)

    def paged(self, seconds: float) -> None:
        """Somebody of the team was called, so long after what was said."""
        self._page_seconds.observe(seconds)

    def felt(self, seat: str, feel: str, safe: bool | None) -> None:
        """How a session was, as one of the two says it."""
        self._count(self._feedback, "feedback", seat, feel or ("unsafe" if safe is False else "unsaid"))

    def put_aside(self, what: str) -> None:
        """Something owed can't be done by a fault of ours, and holds up what is behind it no more."""
        self._count(self._aside, "aside", what)

    def eased(self) -> None:
        """A room is slower for a while."""
        self._eased.inc()

    def lit(self, lights: int = 1) -> None:
        """So many lights of the night lantern were lit that had not burned."""
        self._lights.inc(lights)

    def light_answered(self, lights: int) -> None:
        """Somebody answered so many lights."""
        self._light_answers.inc(lights)

    def helplines(self, due: int, overdue: int) -> None:
        """How many helplines a human must read again (`warmline helplines check` lists them)."""
        self._due.set(due)
        self._overdue.set(overdue)

    def committed(self, outcome: str) -> None:
        """A message's commit came back: `stored`, `repeated`, a refusal, or `unavailable`."""
        self._count(self._commits, "commits", outcome)

    def committing_took(self, seconds: float) -> None:
        """The commits of one tick came back together."""
        self._commit_seconds.observe(seconds)

    def judging_took(self, seconds: float) -> None:
        """The words of one tick were judged together."""
        self._judge_seconds.observe(seconds)

    def stages_took(self, laps: Iterable[tuple[str, float]]) -> None:
        """Seconds that single stages of the filter took over single texts."""
        for stage, seconds in laps:
            child = self._children.get(("filter", stage, ""))
            if child is None:
                known = sum(name == "filter" for name, _, _ in self._children)
                word = stage if WORD.match(stage) and known < MOST_WORDS else "other"
                child = self._children[("filter", word, "")] = self._filter_seconds.labels(word)
            child.observe(seconds)

    def unsure(self, answer: str) -> None:
        """A text asked for a second opinion: `read`, `known`, or why it was put aside."""
        self._count(self._unsure, "unsure", answer)

    def second_waits(self, waiting: int, *, healthy: bool | None = None) -> None:
        """How many texts wait for a second opinion; and whether any is to be had."""
        self._second.set(waiting)
        if healthy is not None:
            self._second_well.set(healthy)

    def reset(self, why: str) -> None:
        self._count(self._resets, "resets", why)

    # what is

    def observe(self, *, people: int, rooms: int, engine: bool, delivered: int = 0, **counted: int) -> None:
        """Copy what is kept elsewhere. Counts are totals since the start (see COPIED); unknown names raise KeyError."""
        self._people.set(people)
        self._rooms.set(rooms)
        self._engine.set(engine)
        for name, total in (("delivered", delivered), *counted.items()):
            self.copy(name, total)

    def books(self, version: str, *, refused: bool) -> None:
        """The version that judges now (one at a time), and whether newer books were refused."""
        self._books.clear()
        self._books.labels(version=version).set(1)
        self._books_refused.set(refused)

    def copy(self, name: str, total: int) -> None:
        """Bring one counter to the total that another layer has counted; a smaller total counts nothing."""
        counter = self._copied[name]
        before = self._seen.get(name, 0)
        if total > before:
            counter.inc(total - before)
            self._seen[name] = total

    def render(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self.registry)

    def read(self) -> Mapping[str, float]:
        """Every sample by `name{label=value}`: for tests and for `warmline check`."""
        return {
            sample.name + "".join(f"{{{key}={value}}}" for key, value in sample.labels.items()): sample.value
            for family in self.registry.collect()
            for sample in family.samples
        }

    # how

    def _count(self, counter: Counter, name: str, one: str, two: str = "") -> None:
        child = self._children.get((name, one, two))
        if child is None:
            child = self._child(counter, name, one, two)
        child.inc()

    def _child(self, counter: Counter, name: str, one: str, two: str) -> Any:
        words = [word if WORD.match(word) else "other" for word in ((one, two) if two else (one,))]
        if sum(known == name for known, _, _ in self._children) >= MOST_WORDS:
            return counter.labels(*("other" for _ in words))
        child = self._children[(name, one, two)] = counter.labels(*words)
        return child

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"warmline_{name}", says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str) -> Gauge:
        return Gauge(f"warmline_{name}", says, registry=self.registry)

    def _histogram(self, name: str, says: str) -> Histogram:
        return Histogram(f"warmline_{name}", says, buckets=SECONDS, registry=self.registry)
