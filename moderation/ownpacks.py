"""An operator's own packs and helplines, checked: the two books that say what follows and who helps.

A pack of a packaged name is more for that one; any other `extends` a pack there is. Unknown keys, labels and actions
are refused, because a slip there would change nothing and nobody would notice. So is what would take away what every
room keeps (`FLOOR`: R5, and what preys on people) or the care of a person in danger (`LEAST_CARE`): the model's scores
may bring care earlier than packaged (`care`), never later.

A helpline is more than a phone number: with no source and no day on which somebody read it, it is not shown to anyone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from moderation import policy
from moderation.heeding import CRISIS_HEADS
from moderation.sheets import Row, unknown
from moderation.verdict import Action, CareBand

# Stopped in every room, whoever runs it (R5), with at least the action that is packaged.
FLOOR = (
    "encourage", "pact", "method.request", "method.information", "eating.promotion", "grooming", "sexual", "doxxing",
    "threat", "threat.now",
)  # fmt: skip
# Care for a person in danger is not a matter of taste: no cap of an operator's goes below concern but for these.
FREELY_CAPPED = ("crisis.medication", "crisis.substance", "crisis.intrusive", "crisis.psychosis")
LEAST_CARE = CareBand.CONCERN

PACK = (
    "name", "extends", "version", "actions", "alias", "masks", "second", "care", "care_caps", "care_lifts",
    "spares", "suggestions", "says",
)  # fmt: skip
LINE = ("id", "country", "name", "kind", "contacts", "verified", "source", "checked")
LINE_TOO = (
    "topics", "audience", "web", "notes", "evidence", "crisis_line", "age", "languages", "operator", "region", "tz",
)  # fmt: skip
METHODS = ("phone", "sms", "chat", "whatsapp", "web", "email", "tty")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is packaged, by name: what an operator's files may refer to."""

    rules: frozenset[str]
    labels: frozenset[str]
    packs: frozenset[str]
    packaged: frozenset[str]
    general: policy.Pack
    kinds: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    written: policy.Raw = field(default_factory=dict)

    def with_packs(self, names: Collection[str]) -> Knowledge:
        return replace(self, packs=self.packs | frozenset(names))


def pack_of(row: Row, knows: Knowledge, labels: Collection[str]) -> dict[str, Any]:
    """One pack, ready for policy.py. `labels` are all that any rule has."""
    name = row.text("name")
    row.name = name
    row.only(PACK, ("name", "version"))
    if row.file != f"packs/{name}.yaml":
        row.fault("name", "must be the file's name without .yaml")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        row.fault("name", "must be in small letters, figures and dashes")
    extends = row.text("extends")
    if name in knows.packaged:
        if extends and extends != knows.written[name].get("extends"):
            row.fault("extends", f"a pack named {name} is packaged and this is more for it; leave `extends` out")
    elif not extends:
        row.fault("extends", "is missing; name the pack it starts from, such as general")
    elif extends not in knows.packs or extends == name:
        row.fault("extends", f"the pack {unknown(extends, knows.packs - {name})}")
    pack: dict[str, Any] = {"name": name, "version": row.text("version") or "own"}
    pack |= {"extends": extends} if extends and name not in knows.packaged else {}
    for table in ("actions", "alias"):
        if table in row.entry:
            pack[table] = _actions(row.below(table), labels, knows)
    if "second" in row.entry:
        pack["second"] = _uncertain(row.below("second"))
    if "care" in row.entry:
        pack["care"] = _care(row.below("care"), _started_from(extends or name, knows))
    for table in ("care_caps", "care_lifts"):
        if table in row.entry:
            pack[table] = _bands(row.below(table), labels, cap=table == "care_caps")
    if "masks" in row.entry:
        masks = row.below("masks")
        pack["masks"] = {label: masks.text(label) for label in masks.entry if _known(masks, label, labels)}
    if "spares" in row.entry:
        pack["spares"] = _spares(row.below("spares"), labels)
    return pack | _spoken(row, labels)


def _known(row: Row, label: str, labels: Collection[str]) -> bool:
    """Whether a rule has this label, or one of its family; a fault where none has."""
    if label in labels or any(each.startswith(f"{label}.") for each in labels):
        return True
    row.fault(label, f"the label {unknown(label, labels)}")
    return False


def _actions(row: Row, labels: Collection[str], knows: Knowledge) -> dict[str, Any]:
    known = {action.word for action in Action}
    found = {}
    for label in row.entry:
        levels = row.below(label)
        if not _known(row, label, labels):
            continue
        levels.only(known)
        found[label] = {word: levels.number(word, 1.0) for word in levels.entry if word in known}
        if label in FLOOR and not _as_strict(found[label], label, knows):
            row.fault(label, "is stopped in every room, and this would let more of it through; leave it out")
    return found


def _as_strict(levels: dict[str, float], label: str, knows: Knowledge) -> bool:
    own = {Action[word.upper()]: least for word, least in levels.items()}
    return all(
        any(action >= packaged and least <= packaged_least for action, least in own.items())
        for packaged, packaged_least in knows.general.thresholds(label, "message").items()
    )


def _uncertain(row: Row) -> dict[str, Any]:
    """Which of the model's scores are read once more."""
    found = {}
    for label, band in row.entry.items():
        if fault := policy.not_uncertain(label, band):
            row.fault(str(label), fault)
        else:
            found[label] = band
    return found


def _started_from(name: str, knows: Knowledge) -> policy.Pack:
    """The packaged pack that one starts from. What starts from an operator's own is at least as careful as `general`,
    for that one was checked too.
    """
    return policy.build(knows.written)[name] if name in knows.packaged else knows.general


def _care(row: Row, base: policy.Pack) -> dict[str, dict[str, float]]:
    """The scores from which the model's crisis heads bring care. A head's map stands for all of the packaged one."""
    bands = {band.word: band for band in CareBand if band is not CareBand.NONE}
    found = {}
    for head in row.entry:
        levels = row.below(head)
        if head not in CRISIS_HEADS:
            row.fault(head, f"the crisis head {unknown(head, CRISIS_HEADS)}")
            continue
        levels.only(bands)
        found[head] = own = {word: levels.number(word, 1.0) for word in levels.entry if word in bands}
        for band, most in base.care.get(head, {}).items():
            if not any(bands[word] >= band and least <= most for word, least in own.items()):
                row.fault(head, f"care for a person in danger comes no later; give {band.word}: {most:g} or less")
    return found


def _bands(row: Row, labels: Collection[str], *, cap: bool) -> dict[str, str]:
    bands = {band.word: band for band in CareBand}
    found = {}
    for label in row.entry:
        word = row.text(label)
        if not _known(row, label, labels):
            continue
        if word not in bands:
            row.fault(label, unknown(word, bands))
        elif cap and bands[word] < LEAST_CARE and label not in FREELY_CAPPED:
            row.fault(label, f"care for a person in danger is not capped below {LEAST_CARE.word}; leave it out")
        else:
            found[label] = word
    return found


def _spares(row: Row, labels: Collection[str]) -> dict[str, list[str]]:
    found = {}
    for label in row.entry:
        spared = row.texts(label)
        if any(each in FLOOR for each in spared):
            row.fault(label, f"what every room keeps out cannot be spared: {', '.join(sorted(set(spared) & {*FLOOR}))}")
        unheard = [each for each in (label, *spared) if not _known(row, each, labels)]
        if not unheard:
            found[label] = list(spared)
    return found


def _spoken(row: Row, labels: Collection[str]) -> dict[str, Any]:
    """The words to authors: `says` for each action, `suggestions` for each label."""
    found: dict[str, Any] = {}
    if "says" in row.entry:
        says = row.below("says")
        says.only({action.word for action in Action})
        found["says"] = {word: says.spoken(word) for word in says.entry}
    if "suggestions" in row.entry:
        offered = row.below("suggestions")
        found["suggestions"] = {}
        for label, texts in offered.entry.items():
            if not isinstance(texts, list):
                offered.fault(label, "must be a list of sentences; put a dash before each")
            elif _known(offered, label, labels):
                found["suggestions"][label] = [offered.spoken(label, each) for each in texts]
    return found


def lines_of(rows: Sequence[Row], knows: Knowledge) -> list[dict[str, Any]]:
    """An operator's helplines, each as helplines.py takes it."""
    found: list[dict[str, Any]] = []
    for row in rows:
        row.name = str(row.entry.get("id") or row.name)
        row.only((*LINE, *LINE_TOO), LINE)
        if row.name in knows.lines or row.name in {line["id"] for line in found}:
            row.fault("id", "there is a line of that id already; choose another")
        if not re.fullmatch(r"[A-Z]{2}", row.text("country")):
            row.fault("country", "must be two capital letters; put NO in quotes")
        if row.text("kind") not in knows.kinds:
            row.fault("kind", unknown(row.text("kind"), knows.kinds))
        if row.entry.get("verified") is not True:
            row.fault("verified", "must be true: dial it, or read it on the operator's own page, then say so")
        if not any(each.strip() for each in row.texts("source")):
            row.fault("source", "must say where the number was read")
        if not _is_date(row.entry.get("checked")):
            row.fault("checked", "must be the day somebody read the source, such as 2026-11-22")
        contacts = row.entry.get("contacts")
        for contact in contacts if isinstance(contacts, list) else ():
            _contact(row, contact)
        topics, audience = row.texts("topics") or ("any",), row.texts("audience") or ("any",)
        source = list(row.texts("source"))
        found.append({**row.entry, "topics": list(topics), "audience": list(audience), "source": source})
    return found


def _contact(row: Row, contact: Any) -> None:
    if not isinstance(contact, dict) or contact.get("method") not in METHODS:
        row.fault("contacts", f"each has a method, one of {', '.join(METHODS)}")
        return
    way = {"phone": "dial", "tty": "dial", "sms": "to", "whatsapp": "to"}.get(contact["method"], "url")
    if not isinstance(contact.get(way), str):
        row.fault("contacts", f"{contact['method']} needs `{way}`, in quotes, exactly as it is dialled or opened")


def _is_date(value: Any) -> bool:
    try:
        date.fromisoformat(str(value)[-10:])
    except ValueError:
        return False
    return True
