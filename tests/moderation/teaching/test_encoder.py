"""The packaged encoder: made once by hand, and what it must be able to do wherever it runs."""

from __future__ import annotations

import numpy as np

from moderation.model import FOLDER
from moderation.opinion import ENCODER, PIECES, WEIGHTS
from moderation.teaching import encoder, larger

READER = larger.encoder(FOLDER)


def _near(one: str, other: str) -> float:
    """Cosine of the last layer's means."""
    width = larger.MEANS // len(encoder.LAYERS)
    first, second = (READER.means(text)[-width:] for text in (one, other))
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_what_means_the_same_lies_closer_than_what_shares_words() -> None:
    said = "i can't go on any more"
    assert _near(said, "it is impossible for me to continue") > _near(said, "i can't find any more socks")
    assert _near("she keeps reading his phone", "she checks his messages in secret") > _near(
        "she keeps reading his phone", "she keeps hens in the garden"
    )


def test_it_gives_means_of_every_layer_it_speaks_of() -> None:
    assert len(READER.means("hello")) == len(encoder.LAYERS) * 384 == larger.MEANS


def test_the_files_are_there_and_small_enough_to_ship() -> None:
    assert (FOLDER / ENCODER).stat().st_size < 0.5e6
    assert (FOLDER / WEIGHTS).stat().st_size < 22.1e6
    assert len((FOLDER / PIECES).read_text(encoding="utf-8").splitlines()) == 29_528


def test_no_row_is_kept_for_a_piece_that_is_never_written() -> None:
    pieces = (FOLDER / PIECES).read_text(encoding="utf-8").splitlines()
    assert not [piece for piece in pieces if piece.startswith(encoder.NEVER_WRITTEN)]
    assert len(READER.means("word " * 5000)) == larger.MEANS  # the last place that is kept is the last that is reached
