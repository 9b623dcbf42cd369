"""The open sets: read whole, cut like chat, sampled the same way each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.evaluation import corpora


@pytest.fixture(scope="module")
def supportive() -> dict[str, list[str]]:
    return corpora.supportive()


def test_the_supportive_sets_are_there_and_large(supportive: dict[str, list[str]]) -> None:
    least = {"counsel_chat": 10_000, "goemotions": 10_000, "sad": 6_000, "loneliness": 2_000}
    assert {name: len(texts) >= least[name] for name, texts in supportive.items()} == dict.fromkeys(least, True)


def test_no_frame_of_the_sets_is_left_in_a_text(supportive: dict[str, list[str]]) -> None:
    """The questions the posts were wrapped in, tabs and labels."""
    for texts in supportive.values():
        assert not [text for text in texts if text.startswith("Post:") or "This post shows the stress" in text]
        assert not [text for text in texts if not text.strip() or len(text) > 1000]


def test_a_post_is_cut_into_messages_and_no_word_is_lost() -> None:
    post = "I can't sleep. He cries! Why does he cry? I don't know.\nThe days are long. So are the nights."
    messages = corpora.cut(post)
    assert 2 <= len(messages) <= 6
    assert " ".join(messages).split() == post.split()


def test_a_sample_is_the_same_each_time_and_does_not_move() -> None:
    """A line more elsewhere changes at most one place."""
    texts = [f"text {number}" for number in range(1000)]
    first = corpora.some(texts, 100)
    assert first == corpora.some(texts, 100)
    assert first == sorted(first, key=texts.index)
    assert len(set(first) - set(corpora.some([*texts, "one more"], 100))) <= 1
    assert corpora.some(texts, None) == texts


def test_a_fifth_is_never_taught() -> None:
    texts = [f"text {number}" for number in range(5000)]
    assert 0.17 < sum(not corpora.taught(text) for text in texts) / 5000 < 0.23


def test_the_labelled_sets_have_both_labels() -> None:
    assert {label for _, label in corpora.sms_spam()} == {0, 1}
    assert {label for _, label in corpora.davidson()} == {0, 1, 2}
    assert {label for _, label in corpora.hatemoji()} == {0, 1}
    assert len(corpora.sms_spam(100)) == 100


def test_conversations_are_many_messages_of_one_place() -> None:
    found = corpora.conversations()
    assert {len(messages) for messages in found["everyday"]} == {20}
    assert len(found["distressed"]) > 500


def test_missing_sets_are_said_with_what_to_do(tmp_path: Path) -> None:
    """The wheel does not hold them."""
    with pytest.raises(corpora.SetsMissing, match="run this in a clone"):
        corpora.sms_spam(sets=tmp_path)
