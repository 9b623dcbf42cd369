"""Crisis: what care is owed to the person who wrote this.

The rule book says what each hit is worth (passive thoughts → concern; intent, plan, means or a recent attempt → high;
under way → imminent) after its gates took off what is past, denied, quoted, idiom or about somebody else. Here the
hits of one message become one band and kind. What the model found without telling what it is about (kinds.py) is of the
one kind that rules found in the same words, and of suicide where they found none, or several. This stage only ever adds
care: it never touches the action (R1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moderation.verdict import NO_CARE, Care, CareBand, CareKind, Finding

# Of two kinds in the same band, the one that says more about whom to page comes first.
ORDER = (
    CareKind.SUICIDE, CareKind.INFANT, CareKind.CHILD, CareKind.SELF_HARM, CareKind.VIOLENCE, CareKind.ABUSE,
    CareKind.THIRD_PARTY, CareKind.PSYCHOSIS, CareKind.SUBSTANCE, CareKind.MEDICATION,
)  # fmt: skip

# Kinds a rule can name for what the model only finds heavy. Not what is light by nature: who asks about tablets and
# worries the model is not to get the card about doses.
NAMING = frozenset(
    {
        CareKind.INFANT, CareKind.CHILD, CareKind.SELF_HARM, CareKind.VIOLENCE, CareKind.ABUSE, CareKind.THIRD_PARTY,
    }
)  # fmt: skip

DENIED = "crisis.denied"  # "I'm not suicidal": the person's own word
MINOR = "context.minor"  # says they are under 18
INTRUSIVE = "crisis.intrusive"  # unwanted thoughts about a baby, and horror at them: the opposite of a plan


def assess(
    findings: Iterable[Finding], *, band: str, caps: Mapping[str, CareBand], lifts: Mapping[str, CareBand]
) -> Care:
    """One care for all findings of a message. `caps` and `lifts` of the policy pack are by label, before anything
    is weighed.
    """
    findings = list(findings)
    labels = {finding.label for finding in findings}
    young = band == "teen" or MINOR in labels
    owed = [_weighed(finding, caps, lifts) for finding in findings if finding.care.band]
    if not owed:
        return NO_CARE
    owed = _named(owed)
    if INTRUSIVE in labels:
        owed = [
            Care(min(care.band, CareBand.CONCERN), CareKind.INFANT) if _about_a_child(care) else care for care in owed
        ]
    if DENIED in labels:
        owed = [Care(min(care.band, CareBand.CONCERN), care.kind) for care in owed]
    if young:
        owed = [_lifted_for_the_young(care) for care in owed]
    return max(owed, key=lambda care: (care.band, -ORDER.index(care.kind or CareKind.SUICIDE)))


def _weighed(finding: Finding, caps: Mapping[str, CareBand], lifts: Mapping[str, CareBand]) -> Care:
    care = finding.care
    band = min(care.band, caps.get(finding.label, care.band))
    return Care(max(band, lifts.get(finding.label, band)), care.kind)


def _named(owed: list[Care]) -> list[Care]:
    """Each with a kind: what is open takes the one the others name, if they name one."""
    kinds = {care.kind for care in owed if care.kind is not None}
    kind = next(iter(kinds)) if len(kinds) == 1 and kinds <= NAMING else CareKind.SUICIDE
    return [care if care.kind is not None else Care(care.band, kind) for care in owed]


def _about_a_child(care: Care) -> bool:
    return care.kind in (CareKind.INFANT, CareKind.CHILD, CareKind.VIOLENCE) and care.band < CareBand.IMMINENT


def _lifted_for_the_young(care: Care) -> Care:
    """Someone under 18 who tells of abuse is owed a person, whatever the tense."""
    if care.kind in (CareKind.ABUSE, CareKind.CHILD) and care.band:
        return Care(max(care.band, CareBand.HIGH), CareKind.CHILD)
    return care
