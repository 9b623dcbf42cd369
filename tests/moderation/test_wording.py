"""Wording: the words count, not what they wear, and pieces of them count together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import books, policy
from moderation.verdict import CareBand, Submission
from moderation.wording import Wording
from moderation.work import Work
from tests.support.judging import HARSH, OPEN, said, stopped

# What a load generator puts in front of its bodies: a tilde, S or T, sixteen letters a-p, a tilde.
MARK = st.tuples(st.sampled_from("ST"), st.text("abcdefghijklmnop", min_size=16, max_size=16)).map(
    lambda two: f"~{two[0]}{two[1]}~ "
)


def looked(text: str, pack: str = "general", **about: object) -> Work:
    """A submission when all that comes before the model has looked at it."""
    held = books.load()
    work = Work(Submission(text, **{"lane": "l", "author": "a"} | about), 0.0, held.packs[pack])  # type: ignore[arg-type]
    Wording(held).look(work)
    return work


def test_a_plain_message_is_read_once_and_a_disguised_one_has_a_skeleton() -> None:
    """Most messages are not looked at twice."""
    plain, worn = looked("thank you all for tonight"), looked("k i l l  y o u r s e l f")
    assert (plain.skeleton, plain.findings) == (None, [])
    assert worn.skeleton is not None
    assert worn.skeleton.text.split() == ["kill", "yourself"]
    assert worn.known == looked("kill yourself").known


def test_a_number_said_over_several_messages_is_masked_in_its_last_piece() -> None:
    work = looked("900142", recent=("07700",))
    assert work.masked
    assert [finding.span for finding in work.findings] == [(0, 6)]
    assert not looked("900142").masked


def test_care_is_for_all_findings_together() -> None:
    held = books.load()
    work = Work(Submission("I want to kill myself", lane="l", author="a"), 0.0, policy.load()["general"])
    wording = Wording(held)
    wording.look(work)
    assert work.care.band is CareBand.NONE
    wording.crisis(work)
    assert work.care.band >= CareBand.HIGH


def spaced(text: str) -> str:
    return "  ".join(re.sub("[A-Za-z]{2,}", lambda word: " ".join(word.group()), each) for each in text.split())


def dotted(text: str) -> str:
    return re.sub("[A-Za-z]{2,}", lambda word: ".".join(word.group()), text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "zero width": lambda text: "\u200b".join(text),
    "soft hyphen": lambda text: "\u00ad".join(text),
    "look-alikes": lambda text: text.translate(str.maketrans("aeiopcyxs", "аеіорсухѕ")),
    "fullwidth": lambda text: "".join(chr(ord(sign) + 0xFEE0) if sign.isalpha() else sign for sign in text),
    "maths": lambda text: "".join(chr(0x1D41A + ord(sign) - 97) if "a" <= sign <= "z" else sign for sign in text),
    "marks": lambda text: unicodedata.normalize(
        "NFC", "".join(sign + "\u0301" if sign in "aeiou" else sign for sign in text)
    ),
    "loose marks": lambda text: "".join(sign + "\u0336" if sign.isalpha() else sign for sign in text),
    "bidi": lambda text: f"\u202e{text}\u202c",
    "spaced": spaced,
    "dotted": dotted,
    "leet": lambda text: text.translate(str.maketrans("oie", "013")),
    "capitals": str.upper,
    "stretched": lambda text: text.replace("u", "uuuu"),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("text", HARSH)
def test_a_disguise_changes_nothing(text: str, disguise: str) -> None:
    """The same action as the plain words; the original is what the finding points into (X31)."""
    worn = DISGUISES[disguise](text)
    plain, answer = said(text), said(worn)
    assert answer.action is plain.action, disguise
    assert all(0 <= start < end <= len(worn) for start, end in (finding.span for finding in answer.findings))


@pytest.mark.parametrize("disguise", [name for name in DISGUISES if name not in ("look-alikes",)])
@pytest.mark.parametrize("text", OPEN)
def test_a_disguise_is_not_an_offence(text: str, disguise: str) -> None:
    """People write sh1t because they fear the filter: nothing open is stopped for how it is spelled."""
    assert not stopped(said(DISGUISES[disguise](text)))


@given(MARK, st.sampled_from((*HARSH, *OPEN)))
def test_a_mark_in_front_changes_nothing(mark: str, text: str) -> None:
    """Sixteen random letters between tildes are neither leet nor spelled out."""
    plain, marked = said(text), said(mark + text)
    assert (marked.action, marked.care) == (plain.action, plain.care)


def test_a_phrase_over_several_messages_is_caught() -> None:
    """X32: letter by letter, word by word; other people's fragments don't count."""
    assert stopped(said("l", recent=("k", "i", "l"))) is False
    assert stopped(said("yourself", recent=("I had tea", "go", "kill")))
    assert stopped(said("s", recent=("k", "y")))
    assert not stopped(said("yourself", recent=("go easy on the little one and", "be kind to")))
