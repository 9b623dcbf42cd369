"""The conversation: what several messages of one person are together, when none of them is anything alone.

    a judged message ─▶ weak signs: a question strangers ask, a score just below a threshold, a rule that alone does
                    │   nothing ─▶ with those of a while before, here or towards the same person ─▶ a finding that holds
                    └▶ care: said again within half an hour ─▶ one band more; never above high, never less

One sign is nothing, and the same one again is the same one: a finding needs two that differ, in two messages, and their
weights, which halve with time, have to reach what the pack acts on. Which signs there are, what they weigh and how long
they count is the pack's (`together`, `repeated`). What somebody discloses, quotes, or says of themselves is no sign,
nor is what the team asks. Care is raised for nobody's words but their own, and touches no action (R1).

The window of a person is theirs alone, so a verdict never depends on who shares the batch. It is this process's: what
was said through another node is read again from the author's last words there, which every submission brings along,
when the first sign comes up here. Whom signs were for is not in those; who asks many people over days is the creep
shield's (shield.py), whose memory is the store. A crash forgets no words that were delivered, only that some others,
which were not, had signs in them.

`joined` is the other half: the last short messages of an author as one text, for what is said a few words at a time.

Pure and bounded: a window keeps `_KEPT` messages that had any sign, and the least recently used people go beyond
`MOST_PEOPLE`. Times are seconds of any clock that runs evenly.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from moderation.gates import Matcher
from moderation.prefilter import needs
from moderation.rules import compiled
from moderation.shield import Questions
from moderation.verdict import Care, CareBand, CareKind, Finding, Submission

MOST_PEOPLE = 20_000  # people with any sign in the last hours are far fewer; 20 MB when all windows are full
_KEPT = 32

# Labels of what is found here; packs say what follows.
GROOMING, HARASSMENT, REPEATED = "grooming.together", "harassment.together", "crisis.repeated"
LABELS = frozenset({GROOMING, HARASSMENT, REPEATED})
SAYS: Mapping[str, str] = {
    GROOMING: "Together with what you wrote before, this may read as drawing someone away from the others here.",
    HARASSMENT: "Together with what you wrote before, this may land as an attack on someone here.",
    REPEATED: "You have said more than once how heavy this is.",
}

ASKS = "asks."  # the creep shield's questions as signs: asks.age
_GUESSED = "model."  # signs that are scores: of other words, another sign
# Whose questions are part of the task; a listener has to know how somebody is, and no more than that.
_TEAM = frozenset({"responder", "moderator", "supervisor", "operator"})
_LISTENERS_MAY = frozenset({"asks.age", "asks.place", "asks.alone"})

# A score that reaches this share of what a pack acts on, or cares for, and not all of it, is a sign.
NEAR = 0.6
# From this score of any head a message may be the end of something said over several.
PASSING = 0.15
# What counts as said again. Worry for others, cravings or hurting oneself, told twice, are no greater danger than once.
_OWN_DANGER = frozenset({CareKind.SUICIDE})

# Messages joined at most, how long ago they may have been said (seconds), and the longest: who writes whole sentences
# has said each of them, and joined they would only be heavier.
_PIECES, _PIECES_WITHIN, _LONGEST = 5, 120.0, 48
# Seconds for which somebody who told of danger to themselves is not suspected of attacking others.
_TROUBLED = 1800.0
# Messages said through another node that are judged again when a first sign comes up: under a millisecond.
RECALLED = 8
# Names shorter than this are found in too many words.
_SHORTEST = 3
_YOU = re.compile(r"\b(?:you|u|ur|your|yours|yourself|you're|youre|ya|yall|y'all)\b")
# Up to here a message may be a piece of something said over several, whatever it scores.
PIECE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Signs that make one finding. A sign weighs half after `within` seconds and counts for twice as long: in the same
    room, and for `between` seconds towards the same person anywhere.
    """

    within: float
    between: float
    signs: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Care said again `within` seconds: points a message brings, by what found it, and points that raise it."""

    within: float
    rule: int  # concern by a rule
    model: int  # concern by the model alone
    high: int  # so many make concern high
    near: int  # messages that score just below concern, to make none info


@dataclass(frozen=True, slots=True)
class Brought:
    """What one message brings to its author's window."""

    signs: frozenset[str] = frozenset()
    grave: str = ""  # "rule" or "model": what found concern or more
    near: bool = False
    denied: bool = False  # says that they are safe
    pieced: bool = False  # danger that only shows with the messages before: they say it together, not again

    def __bool__(self) -> bool:
        return bool(self.signs or self.grave or self.near or self.denied)


@dataclass(frozen=True, slots=True)
class _Said:
    """One message with something in it. `words` is a hash; nothing here leaves the process."""

    at: float
    key: str
    words: int
    lane: str
    towards: str
    brought: Brought = field(repr=False)


NOTHING = Brought()
Recall = Callable[[], Iterable[tuple[float, int, Brought]]]


def nothing() -> Iterable[tuple[float, int, Brought]]:
    """What is recalled where nothing was said elsewhere."""
    return ()


class Conversation:
    """The windows of this process."""

    def __init__(self) -> None:
        self._windows: OrderedDict[str, deque[_Said]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def kept(self, author: str) -> int:
        """How many messages of a person are remembered."""
        return len(self._windows.get(author, ()))

    def before(
        self, submission: Submission, brought: Brought, now: float, recall: Recall = nothing
    ) -> tuple[list[_Said], _Said]:
        """The window as it was before this message, and the message. Counts it, unless it is `dry` or was counted.

        `recall` gives what the author said in this room through another node: seconds ago, hash of the words, brought.
        """
        window = self._windows.get(submission.author)
        said = _Said(now, submission.key, hash(submission.text), submission.lane, submission.towards, brought)
        if not brought:
            return [], said
        earlier = list(window or ())
        if not any(one.lane == said.lane for one in earlier):
            recalled = [_Said(now - ago, "", words, said.lane, "", known) for ago, words, known in recall() if known]
            earlier = [*recalled, *earlier]
        known = next((place for place, one in enumerate(earlier) if said.key and one.key == said.key), None)
        if known is not None:
            return earlier[:known], replace(said, at=earlier[known].at)
        if not submission.dry:
            self._windows[submission.author] = deque((*earlier, said), maxlen=_KEPT)
            self._windows.move_to_end(submission.author)
            if len(self._windows) > MOST_PEOPLE:
                self._windows.popitem(last=False)
        return earlier, said


def weighed(earlier: Sequence[_Said], said: _Said, rule: Together) -> float:
    """What a message weighs with those before it, 0 to 1; 0 unless it and another bring signs that differ."""
    counted: set[object] = set()
    total, messages = 0.0, 0
    for one in (*earlier, said):
        age = max(0.0, said.at - one.at)
        reach = max(rule.within, rule.between) if one.towards and one.towards == said.towards else rule.within
        here = one.lane == said.lane or (one.towards and one.towards == said.towards)
        fresh = {_named(sign, one.words): sign for sign in one.brought.signs if sign in rule.signs}
        fresh = {name: sign for name, sign in fresh.items() if name not in counted}
        if not here or age > 2 * reach or not fresh:
            if one is said:
                return 0.0
            continue
        counted |= set(fresh)
        messages += 1
        total += max(rule.signs[sign] for sign in fresh.values()) * 0.5 ** (age / reach)
    return min(1.0, total) if messages > 1 else 0.0


def _named(sign: str, words: int) -> object:
    """What makes a sign another one: its name, and for a score the words that were scored."""
    return (sign, words) if sign.startswith(_GUESSED) else sign


def raised(earlier: Sequence[_Said], said: _Said, care: Care, rule: Repeated) -> Care:
    """`care`, or one band more where it was said again: of other words, lately. Never above high, never less."""
    recent = {one.words: one.brought for one in earlier if 0 <= said.at - one.at <= rule.within}
    recent[said.words] = said.brought
    if any(one.denied for one in recent.values()):  # their own word counts
        return care
    if care.band is CareBand.CONCERN and said.brought.grave and not said.brought.pieced:
        points = {"rule": rule.rule, "model": rule.model, "": 0}
        if len(recent) > 1 and sum(points[one.grave] for one in recent.values()) >= rule.high:
            return Care(CareBand.HIGH, care.kind)
    if care.band is CareBand.NONE and said.brought.near:
        if sum(one.near or bool(one.grave) for one in recent.values()) >= rule.near:
            return Care(CareBand.INFO, CareKind.SUICIDE)
    return care


@cache
def asking(questions: Questions) -> Matcher:
    """One pattern for all that strangers ask: whether to look closer, for a fraction of what looking costs."""
    return compiled("|".join(f"(?:{source})" for one in questions.questions for source in one.sources), "probing.yaml")


@cache
def cues(questions: Questions) -> tuple[str, ...]:
    """What the prefilter listens for on our behalf: a text with none of these asks nothing."""
    return tuple(sorted({cue for one in questions.questions for source in one.sources for cue in needs(source)[0]}))


def signs(
    labels: Iterable[str], asked: Iterable[str], near: Iterable[str], wanted: frozenset[str], role: str
) -> frozenset[str]:
    """The weak signs of a message, of those a pack takes for any: labels, questions asked, scores nearly there."""
    if role in _TEAM:
        return frozenset()
    found = set(labels) | {ASKS + each for each in asked} | set(near)
    return frozenset(found - _LISTENERS_MAY if role == "listener" else found) & wanted


def addressed(submission: Submission, text: str) -> bool:
    """Whether words are for somebody. What is said of others is no attack on anyone here."""
    return bool(submission.is_reply or submission.towards or submission.one_on_one or _YOU.search(text))


def named(text: str, names: Iterable[str]) -> str:
    """Whom a text names, of those present; empty where nobody."""
    words = f" {text} "
    return next((f"@{name}" for name in sorted(names) if len(name) >= _SHORTEST and name.lower() in words), "")


def near(labels: Iterable[str], marks: Mapping[str, float]) -> tuple[tuple[str, float, float], ...]:
    """Of each head its label, and from where to below where a score is nearly what something follows from (`marks`)."""
    return tuple((label, NEAR * marks.get(label, 2.0), marks.get(label, 2.0)) for label in labels)


def nearly(scores: Iterable[float], levels: Iterable[tuple[str, float, float]]) -> frozenset[str]:
    """The heads whose score is nearly what something follows from; `levels` as `near` gives them."""
    found = [label for score, (label, least, most) in zip(scores, levels, strict=False) if least <= score < most]
    return frozenset(found)


def brought(
    findings: Sequence[Finding], care: Care, signs: frozenset[str], *, pieced: Collection[str], near: bool
) -> Brought:
    """What a message brings. `pieced` are the rules that found something only in several messages read as one."""
    grave = [each.rule for each in findings if each.care.band >= CareBand.CONCERN]
    if care.band < CareBand.CONCERN or care.kind not in _OWN_DANGER or not grave:
        return Brought(signs, near=near)
    ruled = any(not rule.startswith(_GUESSED) for rule in grave)
    return Brought(signs, "rule" if ruled else "model", pieced=set(grave) <= set(pieced))


def joined(submission: Submission) -> tuple[str, int] | None:
    """The author's last messages and this one as one text, and where this one begins in it; None without any."""
    pieces = [submission.text] if len(submission.text) <= _LONGEST else []
    ages = submission.since[-len(submission.recent) :] if submission.recent else ()
    for text, ago in zip(reversed(submission.recent), reversed(ages), strict=False):
        if not pieces or ago > _PIECES_WITHIN or len(text) > _LONGEST or len(pieces) == _PIECES:
            break
        pieces.insert(0, text)
    if len(pieces) < 2:
        return None
    whole = " ".join(pieces)
    return whole, len(whole) - len(submission.text)


def lately(submission: Submission) -> str:
    """The author's last messages here, however long, and this one: whose trouble it is that is spoken of."""
    return "\n".join((*submission.recent[-_PIECES:], submission.text))


def troubled(earlier: Sequence[_Said], said: _Said) -> bool:
    """Whether the author told lately of danger to themselves. Who lashes out then is met by people, not held."""
    return any(one.brought.grave and said.at - one.at <= _TROUBLED for one in earlier)


def together_of(raw: Mapping[str, Any]) -> dict[str, Together]:
    """`together` of a pack. Raises KeyError, TypeError, ValueError."""
    if unknown := set(raw) - {GROOMING, HARASSMENT}:
        raise KeyError(f"together: {sorted(unknown)[0]}")
    return {
        label: Together(
            within=float(entry["within"]),
            between=float(entry["between"]),
            signs={sign: float(weight) for sign, weight in entry["signs"].items()},
        )
        for label, entry in raw.items()
    }


def repeated_of(raw: Mapping[str, Any]) -> Repeated:
    """`repeated` of a pack. Raises KeyError, TypeError, ValueError."""
    points = {name: int(raw[name]) for name in ("rule", "model", "high", "near")}
    if points["high"] <= max(points["rule"], points["model"]) or points["near"] < 2:
        raise ValueError("repeated: one message alone must not raise anything")
    return Repeated(within=float(raw["within"]), **points)
