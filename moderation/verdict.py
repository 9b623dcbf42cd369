"""The words of moderation: what is judged, what was found, and what follows.

A *verdict* has two independent halves. `action` is what happens to the words; `care` is what is owed to the person
who wrote them. They travel different roads: care never worsens an action, and is paid whatever the action is (R1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Action(IntEnum):
    """What happens to the words; the worst finding decides."""

    ALLOW = 0
    MASK = 1
    HOLD = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        """The name on the wire."""
        return self.name.lower()


class CareBand(IntEnum):
    """How much care is owed (sessions.md): info, concern, high, imminent."""

    NONE = 0
    INFO = 1
    CONCERN = 2
    HIGH = 3
    IMMINENT = 4

    @property
    def word(self) -> str:
        """The name on the wire."""
        return self.name.lower()


class CareKind(StrEnum):
    """What the care is about."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    INFANT = "infant"
    CHILD = "child"
    ABUSE = "abuse"
    VIOLENCE = "violence"
    THIRD_PARTY = "third_party"
    SUBSTANCE = "substance"
    MEDICATION = "medication"
    PSYCHOSIS = "psychosis"


@dataclass(frozen=True, slots=True)
class Care:
    """What is owed to the author. It has no field a sanction could read."""

    band: CareBand = CareBand.NONE
    kind: CareKind | None = None


NO_CARE = Care()


@dataclass(frozen=True, slots=True)
class Submission:
    """One human-written string on its way to other people.

    `lane` names the place opaquely (moderation does not know rooms); `author` likewise. `key` makes a retry count
    once in windows; `dry` (the `check` command) changes no window. `recent` holds the author's last messages in the
    lane, oldest first, at most 20; `since` how many seconds ago each was said, where that is known, and `recalled` how
    many of them, the oldest, were said through another node. `towards` is whom this is for (opaque; empty: everybody).
    `names` are the aliases present, so that a name is not taken for a handle; `name` is the author's own, which people
    read before every message.
    `language` (a tag: es, es-MX) is the one the author is spoken to in; `night` whether it is night where they are.
    """

    text: str = field(repr=False)
    lane: str
    author: str
    kind: str = "message"  # message | edit | alias | note
    pack: str = "general"
    key: str = ""
    role: str = "peer"
    band: str = "adult"
    one_on_one: bool = False
    language: str = "en"
    night: bool = False
    is_reply: bool = False
    dry: bool = False
    recent: tuple[str, ...] = field(default=(), repr=False)
    since: tuple[float, ...] = ()
    recalled: int = 0
    towards: str = ""
    name: str = field(default="", repr=False)
    names: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a stage saw. `span` counts code points of the text as submitted."""

    rule: str
    label: str
    span: tuple[int, int]
    says: str
    score: float = 1.0
    care: Care = NO_CARE


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one explained answer to a submission.

    `text` is what may be fanned out (masked where `action` is MASK, the text as submitted where ALLOW) and None
    where nothing may. `suggestion`, where there is one, passes the same pipeline.
    """

    action: Action
    care: Care = NO_CARE
    findings: tuple[Finding, ...] = ()
    text: str | None = field(default=None, repr=False)
    suggestion: str | None = field(default=None, repr=False)
    says: str = ""
    policy: str = ""
    faulty: bool = False  # held because a stage failed or was too slow, not because of the words
    model_alone: bool = False  # held because of the model's guess and nothing else
    minor: bool = False  # its author says that they are under 18

    @property
    def blind(self) -> bool:
        """Whether the filter could not look. Where only a second opinion is missing, it has: then it is `faulty`, and
        `model_alone` as well.
        """
        return self.faulty and not self.model_alone
