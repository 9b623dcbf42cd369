"""Words people use: what is neither a made-up name nor a typing mistake.

`ORDINARY` holds 26,000 words in small letters (data/vocabulary.txt): those of three letters or more that occur at
least twice in the open sets and the open labelled lines, without a public list of bad words. A word missing here
costs little: it is looked at a little longer, as a possible handle (handles.py) or as a slip beside a word of the
rule book (text.py).
"""

from __future__ import annotations

from pathlib import Path

ORDINARY = frozenset((Path(__file__).parent / "data" / "vocabulary.txt").read_text(encoding="ascii").split())
