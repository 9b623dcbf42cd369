"""Weights by arithmetic alone: what separates gets weight, and the same texts give the same weights."""

from __future__ import annotations

import numpy as np

from moderation.teaching import fitting

TEXTS = ["you are bad", "you are awful", "you are mean and bad", "i am here", "i am here for you", "i am glad"] * 4
HARM = np.array([1.0, 1, 1, 0, 0, 0] * 4)


def fitted() -> tuple[fitting.Grid, np.ndarray, float]:
    known, words, idf = fitting.chosen(TEXTS, 2, 2)
    grid = fitting.grid(TEXTS, known, words, idf)
    weights, bias = fitting.fit(grid, HARM, np.ones(len(TEXTS)))
    return grid, weights, bias


def test_what_separates_is_found() -> None:
    grid, weights, bias = fitted()
    assert ((grid.scored(weights) + bias > 0) == (HARM == 1)).all()


def test_the_same_texts_give_the_same_weights() -> None:
    assert np.array_equal(fitted()[1], fitted()[1])


def test_each_block_of_a_text_has_the_same_length() -> None:
    """The long message has no more say than the short one."""
    grid, _, _ = fitted()
    for text in range(len(TEXTS)):
        here = slice(grid.begins[text], grid.begins[text + 1])
        words = grid.at[here] < grid.words
        assert 0.5 < np.sqrt((grid.values[here][words] ** 2).sum()) <= 1.0001
    assert (
        grid.some(np.array([3, 0])).at
        == np.concatenate([grid.at[grid.begins[3] : grid.begins[4]], grid.at[: grid.begins[1]]])
    ).all()


def test_rare_features_are_left_out() -> None:
    many, _, _ = fitting.chosen(TEXTS, 1, 1)
    few, _, _ = fitting.chosen(TEXTS, 5, 5)
    assert len(few) < len(many)


def test_the_bottom_of_a_bowl_is_found() -> None:
    wanted = np.array([3.0, -1.0, 0.5])
    found = fitting.descend(
        lambda at: (float(((at - wanted) ** 2 * [1, 10, 100]).sum()), 2 * (at - wanted) * [1, 10, 100]), np.zeros(3), 60
    )
    assert np.allclose(found, wanted, atol=0.02)
