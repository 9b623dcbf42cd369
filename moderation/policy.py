"""Policy packs: what follows from what was found. Data, not code.

A pack is a YAML file. `extends` names the pack it starts from; every map is laid over the parent's:

    name: recovery
    extends: general
    actions:            # label (or its first part) → threshold of the summed score per action
      drugs.amount: {mask: 0.5}
      harassment: {hold: 0.5, block: 0.9}
    masks:              # label → what stands in place of the words
      drugs.amount: "[amount removed]"
    alias:              # the same as actions, for names people choose
    care:               # the model's crisis heads → score per band of care: model.acute: {concern: 0.5, high: 0.8}
    second:             # the model's heads → scores that are uncertain, from the first up to the second: these messages
      model.abuse: [0.2, 0.9]       # are read once more (opinion.py); a head that is not here is never uncertain
    care_caps, care_lifts: {label: band}
    together, repeated: # what several messages of one person are together (conversation.py)
    spares:             # label → labels that are no more than what they are where it was found
      crisis.intrusive: [threat.other]
    suggestions:        # label → texts to offer, tried in order
    says:               # action → what the author is told

`decide` is the whole policy: labels and scores in, action out. Labels without an entry change nothing and are not told;
one with `{allow: …}` is only a remark. Remarks of the family `hint` are for before sending: a person in pain, or
somebody whose words are stopped anyway, is not corrected (F31a).

An operator's pack (own.py) of a name that is packaged is laid over the packaged one, and whatever extends that follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from moderation import conversation
from moderation.conversation import Repeated, Together
from moderation.model import HEADS
from moderation.rules import DATA
from moderation.verdict import Action, Care, CareBand, Finding

# Remarks on how something would land: never more than that.
HINT = "hint."
# A remark that is made only where it is night for the author ("sleep on it").
AT_NIGHT = "hint.at_night"


# Labels of the model's guesses about what is told in the first person, quoted or past: never blocked.
TOLD = ".told"


# The labels of the model's heads, as `second` names them.
_HEADS = tuple(f"model.{head}" for head in HEADS)

Band = tuple[float, float]


class PackError(Exception):
    """A policy pack cannot be used as written."""


@dataclass(frozen=True)
class Pack:
    """One room's policy."""

    name: str
    actions: Mapping[str, Mapping[Action, float]]
    alias: Mapping[str, Mapping[Action, float]]
    masks: Mapping[str, str]
    care: Mapping[str, Mapping[CareBand, float]]
    care_caps: Mapping[str, CareBand]
    care_lifts: Mapping[str, CareBand]
    second: Mapping[str, Band]
    together: Mapping[str, Together]
    repeated: Repeated | None
    spares: Mapping[str, frozenset[str]]
    suggestions: Mapping[str, tuple[str, ...]] = field(repr=False)
    says: Mapping[Action, str] = field(repr=False)
    version: str

    def thresholds(self, label: str, kind: str) -> Mapping[Action, float]:
        """What the pack does about `label`; an entry for "contact" covers "contact.phone"."""
        family = label.split(".", 1)[0]
        tables = (self.alias, self.actions) if kind == "alias" else (self.actions,)
        return next((table[name] for table in tables for name in (label, family) if name in table), {})

    def kept(self, findings: Iterable[Finding], care: Care) -> list[Finding]:
        """The findings that count: neither spared by another, nor a hint to somebody who is owed care."""
        findings = list(findings)
        spared = {label for finding in findings for label in self.spares.get(finding.label, ())}
        return [
            finding
            for finding in findings
            if finding.label not in spared and not (care.band and finding.label.startswith(HINT))
        ]

    def decide(self, findings: Iterable[Finding], kind: str) -> Action:
        """The worst action any label's summed score reaches."""
        sums: dict[str, float] = {}
        for finding in findings:
            sums[finding.label] = min(1.0, sums.get(finding.label, 0.0) + finding.score)
        reached = [
            action
            for label, score in sums.items()
            for action, least in self.thresholds(label, kind).items()
            if score >= least
        ]
        return max(reached, default=Action.ALLOW)

    def action_of(self, finding: Finding, kind: str) -> Action:
        """What this finding does alone."""
        return max(
            (action for action, least in self.thresholds(finding.label, kind).items() if finding.score >= least),
            default=Action.ALLOW,
        )

    def masked(self, text: str, findings: Iterable[Finding], kind: str = "message") -> str:
        """`text` with the span of every finding the pack masks replaced. Overlapping spans become one."""
        spans = sorted(finding.span for finding in findings if Action.MASK in self.thresholds(finding.label, kind))
        by_span = {
            finding.span: self.mask(finding.label)
            for finding in findings
            if Action.MASK in self.thresholds(finding.label, kind)
        }
        parts, done = [], 0
        for start, end in spans:
            if start >= done:
                parts += [text[done:start], by_span[start, end]]
            done = max(done, end)
        return "".join(parts) + text[done:]

    def mask(self, label: str) -> str:
        return self.masks.get(label) or self.masks.get(label.split(".", 1)[0]) or "[removed]"

    @cached_property
    def masking(self) -> frozenset[str]:
        """The labels with a mask threshold."""
        return frozenset(label for label, thresholds in self.actions.items() if Action.MASK in thresholds)


Raw = dict[str, dict[str, Any]]


def load(folder: Path = DATA / "packs") -> dict[str, Pack]:
    """Every pack of `folder` by name."""
    return build(read(folder))


def read(folder: Path = DATA / "packs") -> Raw:
    """Every pack of `folder` as it is written. Raises PackError."""
    written: Raw = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            raw = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (OSError, yaml.YAMLError) as broken:
            raise PackError(f"{path.name}: cannot be read: {broken}") from broken
        if raw.get("name") != path.stem:
            raise PackError(f"{path.name}: its name must be {path.stem!r}")
        written[path.stem] = raw
    return written


def build(written: Raw, edition: str = "") -> dict[str, Pack]:
    """Packs of what is written; `edition` is added to their versions. Raises PackError."""
    parents_first = sorted(written, key=lambda name: "extends" in written[name])  # a mistake is told where it stands
    return {name: _pack(_whole(name, written, ()), edition) for name in parents_first}


def laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """One pack over another: maps key by key, everything else whole."""
    return {**under} | {
        key: ({**under.get(key, {}), **value} if isinstance(value, dict) else value) for key, value in over.items()
    }


def _whole(name: str, written: Mapping[str, dict[str, Any]], below: tuple[str, ...]) -> dict[str, Any]:
    """A pack with its parents laid under it."""
    if name not in written or name in below:
        raise PackError(f"{'/'.join((*below, name))}: extends a pack that does not exist, or itself")
    own = written[name]
    if "extends" not in own:
        return own
    return laid_over(_whole(own["extends"], written, (*below, name)), own)


def _pack(raw: Mapping[str, Any], edition: str) -> Pack:
    told = [label for label, levels in raw.get("actions", {}).items() if label.endswith(TOLD) and "block" in levels]
    if told:
        raise PackError(f"{raw.get('name')}: {told[0]} blocks; what is told, quoted or past may be held and no more")
    try:
        return Pack(
            name=raw["name"],
            actions={label: _thresholds(levels) for label, levels in raw["actions"].items()},
            alias={label: _thresholds(levels) for label, levels in raw.get("alias", {}).items()},
            masks=raw.get("masks", {}),
            care={
                label: {CareBand[band.upper()]: float(least) for band, least in bands.items()}
                for label, bands in raw.get("care", {}).items()
            },
            care_caps={label: CareBand[band.upper()] for label, band in raw.get("care_caps", {}).items()},
            care_lifts={label: CareBand[band.upper()] for label, band in raw.get("care_lifts", {}).items()},
            second=_uncertain(raw.get("second", {}), raw["name"]),
            together=conversation.together_of(raw.get("together", {})),
            repeated=conversation.repeated_of(raw["repeated"]) if "repeated" in raw else None,
            spares={label: frozenset(labels) for label, labels in raw.get("spares", {}).items()},
            suggestions={label: tuple(texts) for label, texts in raw.get("suggestions", {}).items()},
            says={Action[action.upper()]: words for action, words in raw.get("says", {}).items()},
            version=f"{raw['name']}/{raw['version']}{edition}",
        )
    except (KeyError, AttributeError, TypeError, ValueError) as broken:
        raise PackError(f"{raw.get('name')}: {broken!r} is missing or not understood") from broken


def _thresholds(levels: Mapping[str, float]) -> dict[Action, float]:
    return {Action[action.upper()]: float(least) for action, least in levels.items()}


def _uncertain(bands: Any, pack: str) -> dict[str, Band]:
    """Which scores ask for a second opinion: head → from, up to. Raises PackError with the place and the remedy."""
    if not isinstance(bands, dict):
        raise PackError(f"{pack}.yaml: second: must name heads, such as model.abuse: [0.2, 0.9]")
    for label, band in bands.items():
        fault = not_uncertain(label, band)
        if fault:
            raise PackError(f"{pack}.yaml: second.{label}: {fault}")
    return {label: (float(band[0]), float(band[1])) for label, band in bands.items()}


def not_uncertain(label: Any, band: Any) -> str:
    """What is wrong with one line of `second`, and the remedy; empty where nothing is."""
    if label not in _HEADS:
        return f"the model has no such head; it has {', '.join(_HEADS)}"
    numbers = isinstance(band, list) and len(band) == 2 and all(type(each) in (int, float) for each in band)
    if not numbers or not 0 <= band[0] < band[1] <= 1:
        return "must be two numbers from 0 to 1, the smaller first, such as [0.2, 0.9]; leave it out for none"
    return ""
