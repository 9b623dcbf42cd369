"""What the model is taught with: texts, and what each head should see in each.

    our lines (not the held-out third)      every head known, by the category's `heads` in taxonomy.yaml
    open sets (not their untaught fifth)    some heads known: a set about hate says nothing of grooming
    swapped and made                        sentences in which only the group named differs: harmless in all of them
    functions (functions.yaml)              what a sentence does to a group, and harmless twins; not the held-out third

NaN stands for "nobody said": such a head learns nothing from the text. What harms in one way may well harm in another,
so of a harmful line only the heads named are known, and of a crisis line only that it harms nobody. Supportive sets
are known to hold no harm; whether their writers are in crisis was never labelled.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from moderation import functions, lines
from moderation.evaluation import corpora
from moderation.model import HEADS

HARMS = ("abuse", "hate", "encourage", "groom", "solicit")
UNKNOWN = math.nan
# One labelled line is worth as many tweets: it was written for this, the sets were not.
OF_OURS = 3.0
# What bulk messages look like stands in one small set only, and among thousands of kind texts it would not be heard.
OF_SPAM = 14.0
# A made sentence stands with many groups.
OF_MADE = 3.0
# Of the sets' harmless texts one in this many is enough; they outnumber our lines by far.
THINNED = 3

_ADDRESSED = re.compile(r"^[!\"\s]*RT @\w+:?|https?://\S+|@\w+|&#\d+;")
_GROUPS = (
    "gay", "lesbian", "trans", "bisexual", "queer", "muslim", "jewish", "christian", "hindu", "sikh", "black", "white",
    "asian", "african", "mexican", "indian", "chinese", "arab", "romani", "disabled", "deaf", "blind", "autistic",
    "immigrant", "refugee", "pakistani", "nigerian", "polish", "latina", "indigenous", "old", "young", "bipolar",
    "schizophrenic", "nonbinary", "irish traveller", "fat", "homeless",
)  # fmt: skip
_SAID = (
    "I am {}",
    "I'm {} and proud",
    "my best friend is {}",
    "my wife is {} and we are very happy",
    "she's {} and so kind",
    "as a {} person I feel welcome here",
    "{} people deserve respect",
    "I love being {}",
    "my {} neighbour brought me soup",
    "the {} people in my street are lovely",
    "are there other {} parents in here?",
    "I work with {} families",
    "being {} in this town is lonely sometimes",
    "my son told us he is {}, we are glad he did",
    "a {} man helped me when I was crying on the bus",
    "{} women run the best support group",
    "I grew up {}",
    "I'm a {} mum of two",
    "there's a {} nurse on my ward, she is great",
    "most {} people I know are just tired like me",
    "it's not ok to say that {} people are worse",
    "they hate {} people and it makes me sick",
    "someone shouted at me for being {}",
    "nobody should be called names for being {}",
    "he hit me because I'm {}",
    "I hate how {} people are treated",
    "{} lives matter to me",
    "is it harder to get help when you're {}?",
)
_MANY = (
    "Black people", "white people", "Asian people", "Latinos", "Arabs", "Muslims", "Jews", "Christians",
    "Hindus", "Sikhs", "atheists", "gay people", "lesbians", "bisexual people", "trans women", "trans men",
    "queer people", "immigrants", "refugees", "asylum seekers", "foreigners", "Travellers", "Roma families",
    "disabled people", "autistic people", "deaf people", "blind people", "wheelchair users",
    "people with schizophrenia", "people with bipolar", "addicts", "homeless people", "old people", "teenagers",
    "women", "men", "single mothers", "fat people", "sex workers", "Mexicans", "Poles", "Nigerians",
    "Chinese families", "Indigenous people", "poor people", "foster kids",
)  # fmt: skip
_SAID_OF_MANY = (
    "{} are as welcome here as anybody",
    "{} should be treated with respect like everyone",
    "I learned a lot from the {} in my class",
    "{} need help after a birth as well",
    "there are a few {} at my church and they are lovely",
    "half of my team at work are {}",
    "{} have panic attacks like the rest of us",
    "no one may harm {} because of what they are",
    "{} earn the same kindness as all of us",
    "it's time the council listened to {}",
    "I wish there were more {} on the committee",
    "{} raise their children with love, as we all try to",
    "my doctor, my dentist and my best friend are {}",
    "{} are not to blame for any of this",
    "I stand with {} against that hatred",
    "people who attack {} make me furious",
    "{} get sick too and they get lonely too",
    "when {} speak up we should listen",
    "I'm glad {} feel safe in this group",
    "it's wrong to insult {}, whoever does it",
    "my son plays football with some {} and they laugh all day",
    "nothing against {}, I love them",
    "{} often wait longer for care and that must change",
    "{} helped me carry the pram up the stairs",
)


@dataclass(frozen=True, slots=True)
class Example:
    """One text. `wanted` has a value a head: 1 it is there, 0 it is not, NaN nobody said. `group` is who is left out
    together: an author or a set. `category` is a line's.
    """

    text: str = field(repr=False)
    wanted: tuple[float, ...]
    weight: float
    group: str
    category: str = ""


def every() -> list[Example]:
    """All examples, in a fixed order, each text once."""
    found: dict[str, Example] = {}
    for example in (*ours(), *swapped(), *functional(), *sets()):
        found.setdefault(example.text, example)
    return list(found.values())


def ours() -> Iterator[Example]:
    """The lines that are not held out."""
    for case in lines.written():
        if not case.held_out:
            yield Example(case.text, _of_line(case), OF_OURS, case.author, case.category)


def _of_line(case: lines.Case) -> tuple[float, ...]:
    wanted = {head: float(head in case.heads) for head in HEADS}
    if case.heads & set(HARMS):
        wanted |= {head: UNKNOWN for head in HARMS if head not in case.heads}
    if case.category == "hate":
        wanted["abuse"] = 1.0
    if "acute" in case.heads:
        wanted["passive"] = wanted["distress"] = UNKNOWN
    if "passive" in case.heads or case.deliver == {"no"}:
        wanted["distress"] = UNKNOWN
    return tuple(wanted[head] for head in HEADS)


def swapped() -> Iterator[Example]:
    """Sentences that differ in the group alone."""
    nothing = (*(0.0 for _ in HEADS[:-1]), UNKNOWN)
    for number, sentence in enumerate(_SAID):
        for place, group in enumerate(_GROUPS):
            if (number + place) % 3 == 0:
                yield Example(sentence.format(group), nothing, 1.0, "swapped")
    for number, sentence in enumerate(_SAID_OF_MANY):
        for place, group in enumerate(_MANY):
            if (number + place) % 2 == 0:
                yield Example(sentence.format(group), nothing, 1.0, "swapped")


def functional() -> Iterator[Example]:
    """What a sentence does to a group: hateful or harmless, each with every second group."""
    every = list(functions.sentences())
    apart = {sentence.text for sentence in every if sentence.held_out}  # two sentences may be the same when filled
    for sentence in every:
        if sentence.text not in apart and sentence.number % 2 == 0:
            # Of abuse of a person nothing is said: what names a group would teach that naming one is abuse.
            harm = {"hate": 1.0} if sentence.hateful else dict.fromkeys(HARMS, 0.0)
            wanted = tuple(harm.get(head, UNKNOWN) for head in HEADS)
            yield Example(sentence.text, wanted, OF_MADE, "functions")


def sets() -> Iterator[Example]:
    """The open sets, less the fifth that is never taught."""
    for text, kind in corpora.davidson():
        # 1 is mere coarseness, and mostly African-American English: no abuse to learn from, only that it is no hate.
        plain = _ADDRESSED.sub(" ", text).strip()
        known = ({"hate": 1.0}, {"hate": 0.0}, dict.fromkeys(HEADS[:-1], 0.0))[kind]
        if kind != 1 or corpora.digest("thin" + text) % THINNED == 0:
            yield from _kept("davidson", text, plain, known)
    for part in ("train", "valid"):
        for row in corpora.rows(f"convabuse/{part}.csv.gz"):
            rating = _rating(row)
            if rating is not None and not -1.5 < rating < 0.5:
                known = {"abuse": 1.0} if rating < 0 else dict.fromkeys(HARMS, 0.0)
                yield from _kept("convabuse", row["user"], row["user"], known)
    for part in ("train", "val"):
        for row in corpora.rows(f"hatemoji/build_{part}.csv.gz"):
            hateful = row["label_gold"] == "1"
            known = {"hate": 1.0} if hateful else dict.fromkeys(HARMS, 0.0)
            yield from _kept("hatemoji", row["text"], row["text"], known)
    for text, spam in corpora.sms_spam():
        friendly = dict.fromkeys(("abuse", "hate", "groom", "solicit"), 0.0)
        known = {"solicit": 1.0, "acute": 0.0, "passive": 0.0} if spam else friendly
        yield from _kept("sms_spam", text, text, known, OF_SPAM)
    for name, texts in corpora.supportive().items():
        yield from _thinned(name, texts, dict.fromkeys(HARMS, 0.0))
    yield from _thinned("everyday", corpora.everyday(), {"groom": 0.0, "solicit": 0.0, "acute": 0.0, "passive": 0.0})


def _rating(row: Mapping[str, str]) -> float | None:
    """The mean of what its annotators chose, 1 (no abuse) to -3; columns are named "Annotator1_is_abuse.-2"."""
    chosen = [int(name.rsplit(".", 1)[1]) for name, value in row.items() if "_is_abuse." in name and value[:1] == "1"]
    return sum(chosen) / len(chosen) if chosen else None


def _thinned(name: str, texts: Iterable[str], known: dict[str, float]) -> Iterator[Example]:
    for text in texts:
        if corpora.digest("thin" + text) % THINNED == 0:
            yield from _kept(name, text, text, known)


def _kept(name: str, original: str, text: str, known: dict[str, float], weight: float = 1.0) -> Iterator[Example]:
    if text and corpora.taught(original):
        yield Example(text, tuple(known.get(head, UNKNOWN) for head in HEADS), weight, name)


def folds(examples: Sequence[Example]) -> tuple[list[str], list[int]]:
    """The authors, and for each example which of them it is left out with: its own, or one by its hash."""
    authors = sorted({example.group for example in examples if example.category})
    return authors, [
        authors.index(example.group) if example.category else corpora.digest("leave" + example.text) % len(authors)
        for example in examples
    ]
