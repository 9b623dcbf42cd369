"""The answer: what becomes of the words, what their author is told, and what they could say instead.

    findings ─▶ those that count ─▶ the pack's action ─▶ shown, masked, or offers ─▶ one explained Verdict

An offer is the rest of the message without the sentences at fault, or words a rule or a pack has ready. Only what
passes when it is judged as a message of its own is offered; the caller says whether it does, which costs a judgement
each. The first that passes is the answer's suggestion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from moderation import heeding, policy
from moderation.books import Books
from moderation.crisis import MINOR
from moderation.policy import Pack
from moderation.rules import SENTENCE
from moderation.says import ENGLISH
from moderation.verdict import Action, Care, Finding, Submission, Verdict

# Fewer words than this say nothing on their own.
_LEAST_WORDS = 4


def verdict(
    submission: Submission,
    findings: Sequence[Finding],
    care: Care,
    *,
    pack: Pack,
    books: Books,
    passes: Callable[[str], bool],
) -> Verdict:
    """What follows from everything found. `passes` says whether a text would be delivered as it is."""
    if not findings:
        return Verdict(Action.ALLOW, text=submission.text, policy=pack.version)
    counting = counted(submission, findings, care, pack=pack, books=books)
    action = heeding.decided(counting, pack, submission.kind)
    ordered = tuple(sorted(counting, key=lambda finding: finding.span))
    told = _told(submission, ordered, action, pack=pack, books=books)
    minor = any(finding.label == MINOR for finding in findings)
    if action is Action.ALLOW:
        return Verdict(action, care, told, text=submission.text, policy=pack.version, minor=minor)
    says = books.says.say(pack.says.get(action, ""), submission.language)
    if action is Action.MASK:
        text = pack.masked(submission.text, ordered)
        return Verdict(action, care, told, text=text, says=says, policy=pack.version, minor=minor)
    offers = _offers(submission, ordered, pack=pack, books=books) if submission.kind != "alias" else ()
    return Verdict(
        action,
        care,
        told,
        suggestion=next((offer for offer in offers if offer and passes(offer)), None),
        says=says,
        policy=pack.version,
        model_alone=action is Action.HOLD and heeding.alone(counting, pack, submission.kind),
        minor=minor,
    )


def counted(
    submission: Submission, findings: Iterable[Finding], care: Care, *, pack: Pack, books: Books
) -> list[Finding]:
    """The findings that count here: not those of freed words, nor what another finding explains."""
    found = books.allowed.kept(submission.text, pack.kept(findings, care))
    return found if submission.night else [one for one in found if one.label != policy.AT_NIGHT]


def sentences(text: str) -> list[str]:
    """The sentences and lines of `text`; put together they are it."""
    return [piece for piece in SENTENCE.split(text) if piece]


def _told(
    submission: Submission, findings: Iterable[Finding], action: Action, *, pack: Pack, books: Books
) -> tuple[Finding, ...]:
    """What the author is told of, in their language; no hints on words that are stopped."""
    language = submission.language
    return tuple(
        finding if language == ENGLISH else replace(finding, says=books.says.say(finding.says, language))
        for finding in findings
        if pack.thresholds(finding.label, submission.kind)
        and not (action >= Action.HOLD and finding.label.startswith(policy.HINT))
    )


def _offers(submission: Submission, findings: Iterable[Finding], *, pack: Pack, books: Books) -> Iterator[str]:
    """The rest of the message without the sentences at fault, then words the rules and the pack offer."""
    actions = [(finding, pack.action_of(finding, "message")) for finding in findings]
    acting = [finding for finding, action in actions if action >= Action.HOLD]
    yield _without(submission.text, acting, [finding for finding, action in actions if action is Action.MASK])
    for finding in acting:
        rule = books.book.by_id.get(finding.rule)
        for offer in (rule.suggest if rule else "", *pack.suggestions.get(finding.label, ())):
            yield books.says.say(offer, submission.language)


def _without(text: str, acting: Sequence[Finding], masked: Sequence[Finding]) -> str:
    """`text` without the sentences that hold something acted on. Empty when too little is left to say anything, or
    something in it would be masked: that is not judged again to find the same.
    """
    at_fault, spoilt = _held_by(text, acting), _held_by(text, masked)
    kept, at = [], 0
    for piece in sentences(text):
        span = range(at, at + len(piece))
        at += len(piece)
        if any(at_fault[span.start : span.stop]):
            continue
        if any(spoilt[span.start : span.stop]):
            return ""
        kept.append(piece.strip())
    rest = " ".join(kept).strip()
    return rest if len(rest.split()) >= _LEAST_WORDS else ""


def _held_by(text: str, findings: Iterable[Finding]) -> bytearray:
    """For each character whether some finding holds it: as much work for many findings as for few."""
    held = bytearray(len(text))
    for finding in findings:
        start, end = finding.span
        held[start:end] = b"\1" * (min(end, len(text)) - start)
    return held
