"""Heeding the model: what its scores mean for one message, given its room's policy and what the words around say.

    scores ─▶ least of any pack? ─▶ gates ─▶ a finding a head: label, score, plain words, care

Three kinds of label. `model.abuse` is what somebody says to others. `model.abuse.told` is the same score where the
message is told in the first person, quotes somebody, or looks back: packs may hold it and never block it (a pack that
tries is refused at load). `model.solicit.beside` is said beside contact details, which are masked whatever else is
found: many who ask for nothing give a number too. The crisis heads only ever add care: their bands and thresholds are
the pack's `care`, and what is past, quoted, a figure of speech or an unwanted thought pages nobody on the model's word.

Every finding's rule begins with "model.": what a person decides differently from what a machine guessed can be told
apart, and `alone` says that nothing but the model stands behind a hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from moderation.gates import Gates, Surroundings
from moderation.kinds import Kinds
from moderation.model import HEADS
from moderation.policy import TOLD, Pack
from moderation.verdict import Action, Care, CareBand, Finding

PREFIX = "model."
BESIDE = ".beside"
# Nothing follows from a lower score, whatever a pack says: most heads of most messages.
LOWEST = 0.1
# Different words a text has to have before a guess may rest on them: harm, care. "Go" is no attack, whatever it scores;
# the few words that do harm by themselves, rules know.
_LEAST_SAID, _LEAST_FELT = 4, 3
# Heads that take a contact detail for a sign of what they look for.
_CONTACTED = ("groom", "solicit")
SAYS: Mapping[str, str] = {
    "abuse": "This may land as an attack on someone here.",
    "hate": "This may read as contempt for a group of people.",
    "encourage": "This may lead someone here to harm themselves.",
    "groom": "This may read as drawing someone away from the others here.",
    "solicit": "This may read as selling, asking for money or a trick.",
}
_CARING: Mapping[str, str] = {
    "acute": "This may be about danger now.",
    "passive": "This may be about not wanting to live.",
    "distress": "This may be a hard moment.",
}
LABELS = frozenset(
    [PREFIX + head for head in HEADS] + [PREFIX + head + kind for head in SAYS for kind in (TOLD, BESIDE)]
)  # everything a pack may act on
NAMES = [PREFIX + head for head in HEADS]
# The heads that bring care, as packs name them.
CRISIS_HEADS = frozenset(PREFIX + head for head in _CARING)
# Who contradicts what is said of people like them repeats the words of contempt, and the model hears only these.
_OWN_ANSWER, _CONTEMPT = ("countered", "first_person"), ("abuse", "hate")
# Who says that people deserve care, or hurt like anybody, names them; the model mostly heard them named in contempt.
_KINDLY = "kindly"
_TOLD_GATES = ("quoted", "first_person", "past", "countered")
_CALM_GATES = ("quoted", "past", "unwanted", "idiom", "supportive")


def least(packs: Iterable[Pack]) -> list[float]:
    """For each head the lowest score any pack does anything about; above 1 where none does."""
    found = []
    for head in HEADS:
        marks = [2.0]
        for pack in packs:
            label = PREFIX + head
            for kind in ("", TOLD, BESIDE):
                marks += pack.thresholds(label + kind, "message").values()
            marks += pack.care.get(label, {}).values()
        found.append(max(LOWEST, min(marks)))
    return found


def findings(
    scores: Sequence[float],
    text: str,
    pack: Pack,
    gates: Gates,
    *,
    contact: bool = False,
    kinds: Kinds | None = None,
) -> list[Finding]:
    """What follows from one message's scores. `text` is the view that was scored, and all of it the span; `contact`
    says whether details of it are masked; `kinds` tell what the care is about, and cap it (None: nothing tells).
    """
    around = Surroundings(text)
    whole = (0, len(text))
    words = len(set(text.split()))

    def opened(names: Iterable[str]) -> bool:
        return any(gates.open(name, around, 0, len(text)) for name in names)

    found: list[Finding] = []
    for head, score in zip(HEADS, scores, strict=True):
        label = PREFIX + head
        if score < LOWEST or words < (_LEAST_SAID if head in SAYS else _LEAST_FELT):
            continue
        if head in _CONTEMPT and (all(opened([name]) for name in _OWN_ANSWER) or opened([_KINDLY])):
            continue
        if head in SAYS:
            kind = BESIDE if contact and head in _CONTACTED else TOLD if opened(_TOLD_GATES) else ""
            if any(score >= mark for mark in pack.thresholds(label + kind, "message").values()):
                found.append(Finding(label, label + kind, whole, SAYS[head], score))
        else:
            band = max((band for band, mark in pack.care.get(label, {}).items() if score >= mark), default=None)
            if band is not None:
                if band > CareBand.CONCERN and opened(_CALM_GATES):
                    band = CareBand.CONCERN
                care = kinds.care(band, text) if kinds is not None else Care(band)
                found.append(Finding(label, label, whole, _CARING[head], score, care))
    return found


def doubted(scores: Sequence[float], text: str, pack: Pack) -> bool:
    """Whether a second opinion is asked: some head's score is one that the pack calls uncertain, and there are words
    enough to guess by.
    """
    unsure = [
        head
        for head, score in zip(HEADS, scores, strict=True)
        if (band := pack.second.get(PREFIX + head)) is not None and band[0] <= score < band[1]
    ]
    if not unsure:
        return False
    words = len(set(text.split()))
    return any(words >= (_LEAST_SAID if head in SAYS else _LEAST_FELT) for head in unsure)


def doubtful(packs: Iterable[Pack]) -> list[float]:
    """For each head the lowest score that is uncertain in any pack; above 1 where none is."""
    packs = list(packs)
    return [min((pack.second[label][0] for pack in packs if label in pack.second), default=2.0) for label in NAMES]


def marks(pack: Pack) -> dict[str, float]:
    """For each head the score from which the pack does anything: holds, or brings concern."""
    found = {}
    for label in NAMES:
        levels = [*pack.thresholds(label, "message").values(), *pack.care.get(label, {}).values()]
        if levels:
            found[label] = max(LOWEST, min(levels))
    return found


def told(text: str, gates: Gates) -> bool:
    """Whether all of a text is told in the first person, quotes somebody, looks back or contradicts."""
    around = Surroundings(text)
    return any(gates.open(name, around, 0, len(text)) for name in _TOLD_GATES)


def softened(text: str, gates: Gates) -> bool:
    """Whether a text is past, quoted, a figure of speech, an unwanted thought, or said to comfort."""
    around = Surroundings(text)
    return any(gates.open(name, around, 0, len(text)) for name in _CALM_GATES)


def held_at_most(finding: Finding, pack: Pack) -> Finding:
    """The finding with a score that blocks nothing: where only a guess stands behind words that are not all new."""
    block = pack.thresholds(finding.label, "message").get(Action.BLOCK)
    return finding if block is None else replace(finding, score=min(finding.score, block - 0.001))


def decided(found: Sequence[Finding], pack: Pack, kind: str) -> Action:
    """What follows from all findings. Where a rule has a person look first, the guess of the model overrules nobody."""
    without = pack.decide(_ruled(found), kind)
    return without if without is Action.HOLD else pack.decide(found, kind)


def alone(found: Sequence[Finding], pack: Pack, kind: str) -> bool:
    """Whether these hold a message only because of the model."""
    return pack.decide(_ruled(found), kind) < Action.HOLD


def _ruled(found: Iterable[Finding]) -> list[Finding]:
    """What was found without the model."""
    return [each for each in found if not each.rule.startswith(PREFIX)]
