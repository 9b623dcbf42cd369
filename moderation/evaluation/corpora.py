"""The open sets of data/sets, read the same way each time: cut, cleaned and sampled without chance.

    counsel_chat      questions and answers, cut into messages of one to three sentences   must not be silenced (M1)
    goemotions        comments of eleven supportive or sore feelings                       must not be silenced (M1)
    sad               short lines about what weighs on people                              must not be silenced (M1)
    loneliness        posts, cut likewise                                                  must not be silenced (M1)
    sms_spam          (text, is spam)                                                      M12
    davidson          (text, class): 0 hate, 1 coarse, 2 neither                           M13
    hatemoji          (text, is hateful)                                                   beside M8

A sample is the texts with the smallest hashes, so that it stays the same when lines are added elsewhere. `taught`
says which texts a model may learn from: one fifth of every set is never taught, and figures are given for it apart.
Each set's SOURCE.md says where it is from and under which licence. A set that is not there (they are not in the
wheel) raises SetsMissing.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from moderation.rules import DATA

SETS = DATA / "sets"

FEELINGS = frozenset(
    [
        "admiration", "approval", "caring", "gratitude", "relief", "optimism", "sadness", "grief", "remorse", "fear",
        "nervousness",
    ]
)  # fmt: skip
# Posts on these topics speak of dying: a page there is no false one (M6b).
GRAVE = frozenset({"self-harm", "domestic-violence", "trauma", "addiction", "substance-abuse"})
# One text in this many is never taught to a model.
FOLDS = 5

_SENTENCE = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|\n+")
_SAD = re.compile(r"(?s)^Post:\s*(.*?)\s*(?:Question:.*)?$")
_LONGEST = 1000
_SHORTEST = 3


T = TypeVar("T", str, tuple[str, int])


class SetsMissing(Exception):
    """The open sets are not here."""


def digest(text: str) -> int:
    """A number that stays with the text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def taught(text: str) -> bool:
    """Whether a model may learn from this text of an open set."""
    return digest("fold" + text) % FOLDS != 0


def some(items: Iterable[T], most: int | None) -> list[T]:
    """At most `most` of them: those with the smallest hashes, in the order they had."""
    every = list(items)
    if most is None or len(every) <= most:
        return every
    ranked = sorted(range(len(every)), key=lambda place: digest("some" + _words(every[place])))
    return [every[place] for place in sorted(ranked[:most])]


def _words(item: str | tuple[str, int]) -> str:
    return item if isinstance(item, str) else item[0]


def cut(post: str) -> list[str]:
    """A post as somebody would say it in a chat: messages of one to three sentences."""
    sentences = [piece for piece in (part.strip() for part in _SENTENCE.split(post)) if piece]
    messages, at = [], 0
    while at < len(sentences):
        many = 1 + digest(f"{at}{sentences[at]}") % 3
        messages.append(" ".join(sentences[at : at + many]))
        at += many
    return [message for message in messages if _SHORTEST <= len(message) <= _LONGEST]


def rows(name: str, sets: Path = SETS, encoding: str = "utf-8") -> Iterator[Mapping[str, str]]:
    """The rows of a gzipped CSV under `sets`. Raises SetsMissing."""
    with _open(name, sets, encoding) as table:
        yield from csv.DictReader(table)


def counsel_chat(sets: Path = SETS) -> list[str]:
    """Questions and answers, cut; each once."""
    found: dict[str, None] = {}
    for row in rows("counsel_chat/20200325_counsel_chat.csv.gz", sets):
        for post in (row["questionText"], row["answerText"]):
            found.update(dict.fromkeys(cut(_plain(post or ""))))
    return list(found)


def goemotions(sets: Path = SETS) -> list[str]:
    """Comments all of whose labels are supportive or sore feelings."""
    names = (sets / "goemotions" / "goemo_labels.txt").read_text(encoding="utf-8").split()
    return [text for text, labels in _comments(sets) if {names[label] for label in labels} <= FEELINGS]


def everyday(sets: Path = SETS) -> list[str]:
    """Neutral comments: talk of anything, nobody in distress."""
    names = (sets / "goemotions" / "goemo_labels.txt").read_text(encoding="utf-8").split()
    return [text for text, labels in _comments(sets) if [names[label] for label in labels] == ["neutral"]]


def sad(sets: Path = SETS) -> list[str]:
    """Lines about what weighs on people; each once."""
    found = [row["post"] for row in rows("sad_loneliness/sad_train.csv.gz", sets)]
    found += [row["query"] for row in rows("sad_loneliness/sad_test.csv.gz", sets)]
    return list(dict.fromkeys(_SAD.sub(r"\1", line.strip()).rstrip(",").strip() for line in found))


def loneliness_posts(sets: Path = SETS) -> list[str]:
    """Whole posts."""
    return [_SAD.sub(r"\1", row["query"].strip()) for row in rows("sad_loneliness/loneliness.csv.gz", sets, "utf-8")]


def loneliness(sets: Path = SETS) -> list[str]:
    """The posts, cut; each once."""
    return list(dict.fromkeys(message for post in loneliness_posts(sets) for message in cut(post)))


SUPPORTIVE = {"counsel_chat": counsel_chat, "goemotions": goemotions, "sad": sad, "loneliness": loneliness}


def supportive(most: int | None = None, sets: Path = SETS) -> dict[str, list[str]]:
    """The sets of M1 by name, each at most `most`."""
    return {name: some(read(sets), most) for name, read in SUPPORTIVE.items()}


def sms_spam(most: int | None = None, sets: Path = SETS) -> list[tuple[str, int]]:
    """(text, 1 for spam)."""
    table = rows("sms_spam/spam.csv.gz", sets, "latin-1")
    return some(dict.fromkeys((row["v2"], int(row["v1"] == "spam")) for row in table), most)


def davidson(most: int | None = None, sets: Path = SETS) -> list[tuple[str, int]]:
    """(tweet, class): 0 hate, 1 coarse, 2 neither. Class 1 is mostly mere profanity."""
    table = rows("davidson/labeled_data.csv.gz", sets)
    return some(((html.unescape(row["tweet"]), int(row["class"])) for row in table), most)


def hatemoji(most: int | None = None, sets: Path = SETS) -> list[tuple[str, int]]:
    """(text, 1 for hateful), the test part."""
    table = rows("hatemoji/build_test.csv.gz", sets)
    return some(((row["text"], int(row["label_gold"])) for row in table), most)


def conversations(sets: Path = SETS) -> dict[str, list[list[str]]]:
    """everyday: twenty neutral comments each; distressed: one person's question or post each (M6b)."""
    neutral = some(everyday(sets), 4000)
    asked = {
        row["questionID"]: cut(_plain(f"{row['questionTitle']}\n{row['questionText']}"))
        for row in rows("counsel_chat/20200325_counsel_chat.csv.gz", sets)
        if row["topic"] not in GRAVE
    }
    posts = [cut(post) for post in loneliness_posts(sets)]
    return {
        "everyday": [neutral[start : start + 20] for start in range(0, len(neutral) - 19, 20)],
        "distressed": [messages for messages in (*asked.values(), *posts) if messages],
    }


def _comments(sets: Path) -> Iterator[tuple[str, list[int]]]:
    for part in ("train", "dev", "test"):
        with _open(f"goemotions/{part}.tsv.gz", sets) as lines:
            for line in lines:
                text, labels, _ = line.rstrip("\n").split("\t")
                if _SHORTEST <= len(text) <= _LONGEST:
                    yield text, [int(label) for label in labels.split(",")]


def _plain(post: str) -> str:
    return html.unescape(post).replace("\xa0", " ")


def _open(name: str, sets: Path, encoding: str = "utf-8") -> io.TextIOWrapper:
    try:
        return gzip.open(sets / name, "rt", encoding=encoding, newline="")
    except OSError:
        raise SetsMissing(
            f"{sets / name} is not here: the open sets are in the repository, not in the installed package; "
            "run this in a clone, or judge a file of your own with --suite, --open or --binary"
        ) from None
