"""What the filter says, in the author's language.

Every sentence is written once, in English, beside the rule, pack or stage that says it. A catalogue
(`data/says/<language>.yaml`) maps that sentence to another language, so that rules which say the same share one
translation and nothing has to be named twice. Whoever changes an English sentence changes its line in each catalogue:
a test counts the sentences without one (`tests/moderation/test_says.py`). Operators give their own rules both
languages in place (`says: {en: …, es: …}`); those are laid over the catalogue by `with_more`.

A language nobody translated, and a sentence that is missing all the same, is said in English: never nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from moderation.rules import DATA, BookError

ENGLISH = "en"


class Says:
    """The catalogues of all languages."""

    def __init__(self, tongues: Mapping[str, Mapping[str, str]]) -> None:
        """`tongues[language][English sentence]` is that sentence in the language."""
        self._tongues = tongues

    @property
    def languages(self) -> tuple[str, ...]:
        return (ENGLISH, *sorted(self._tongues))

    def say(self, sentence: str, language: str) -> str:
        """`sentence` in `language` (a tag such as es-MX counts as es), or as it is."""
        words = self._tongues.get(base(language))
        return words.get(sentence, sentence) if words else sentence

    def has(self, sentence: str, language: str) -> bool:
        """Whether `sentence` is translated."""
        return sentence in self._tongues.get(language, {})

    def catalogue(self, language: str) -> Mapping[str, str]:
        """Every sentence of a language, by its English one."""
        return self._tongues.get(language, {})

    def with_more(self, more: Mapping[str, Mapping[str, str]]) -> Says:
        """These and, laid over them, `more`."""
        names = {*self._tongues, *more}
        return Says({name: {**self._tongues.get(name, {}), **more.get(name, {})} for name in names})


def base(language: str) -> str:
    """The language of a tag: `es` of `es-MX`."""
    return language if len(language) == 2 else language.split("-", 1)[0].lower()


def load(folder: Path = DATA / "says") -> Says:
    """Every catalogue of `folder`; none where there is no folder. Raises BookError."""
    tongues: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            read = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (OSError, yaml.YAMLError) as broken:
            raise BookError(f"{path.name}: cannot be read: {broken}") from broken
        if not isinstance(read, dict) or not all(isinstance(word, str) and word for word in read.values()):
            raise BookError(f"{path.name}: a catalogue is a map of sentences to sentences")
        tongues[path.stem] = read
    return Says(tongues)
