"""The second opinion: pieces of words as its encoder was taught them, scores that depend on the text alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import opinion
from moderation.model import FOLDER, HEADS, ModelError
from moderation.opinion import ARRAYS, ENCODER, MOST_PIECES, PIECES, WEIGHTS, Pieces, words
from tests.support.tiny import WORDS, files, tiny

PIECED = Pieces(WORDS)
TEXTS = st.lists(
    st.one_of(st.text(max_size=90), st.sampled_from(["", "you are tired", "unaffordable night!", "long " * 90])),
    min_size=1,
    max_size=5,
)
SMALL = np.full((1, len(HEADS)), 0.4)


def pieces(text: str) -> list[str]:
    return [WORDS[number] for number in PIECED.read(text)[1:-1]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("you are tired.", ["you", "are", "tired", "."]),
        ("unaffordable", ["un", "##afford", "##able"]),
        ("tiredness", ["tired", "##ness"]),
        ("don't", ["d", "##o", "##n", "'", "t"]),
        ("nïght\u200b  LÓNG\n", ["night", "long"]),
        ("you…are—tired", ["you", "[UNK]", "are", "[UNK]", "tired"]),
        ("日本 you", ["[UNK]", "[UNK]", "you"]),
        ("tired😀", ["[UNK]"]),
        ("a" * 101, ["[UNK]"]),
        ("", []),
    ],
)
def test_words_are_split_into_the_longest_pieces_there_are(text: str, found: list[str]) -> None:
    """As BERT's own splitting does it: accents off, signs apart, unknown words whole."""
    assert pieces(text) == found


@given(st.text())
def test_whatever_is_written_is_read_within_the_bound_and_between_the_marks(text: str) -> None:
    found = PIECED.read(text)
    assert 2 <= len(found) <= MOST_PIECES
    assert (WORDS[found[0]], WORDS[found[-1]]) == ("[CLS]", "[SEP]")
    assert all(word and not word.isspace() for word in words(text))


def test_of_a_long_text_the_beginning_is_read() -> None:
    assert pieces("you are " * 500) == ["you", "are"] * 31
    assert pieces("you " * 61 + "unaffordable tired") == ["you"] * 61 + ["un"]


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_a_score_does_not_depend_on_who_shares_the_batch(texts: list[str]) -> None:
    """Bit for bit, alone, together and the other way round."""
    small = np.linspace(0.05, 0.95, len(texts) * len(HEADS)).reshape(len(texts), -1).round(3)
    together = tiny().scores(texts, small)
    alone = [tiny().scores([text], small[place : place + 1])[0] for place, text in enumerate(texts)]
    assert together.shape == (len(texts), len(HEADS))
    assert np.array_equal(together, alone)
    assert np.array_equal(together, tiny().scores(texts[::-1], small[::-1])[::-1])
    assert ((together >= 0) & (together <= 1) & (together.round(3) == together)).all()


def test_a_score_is_the_same_from_any_thread() -> None:
    texts = [f"you are {'long ' * n}tired" for n in range(12)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda text: tiny().scores([text], SMALL), texts * 4))
    assert all(np.array_equal(one, tiny().scores([text], SMALL)) for one, text in zip(found, texts * 4, strict=True))


def test_the_small_model_counts_as_much_as_the_blend_says() -> None:
    text = ["you are tired"]
    low, high = (tiny().scores(text, np.full((1, len(HEADS)), each)) for each in (0.1, 0.9))
    assert (high > low).all()
    large = tiny().logits(text)
    assert np.array_equal(low, opinion.shares(0.5 * np.log(0.1 / 0.9) + large - 0.2))


@pytest.mark.parametrize("name", [ENCODER, WEIGHTS, PIECES, ARRAYS])
def test_an_altered_or_missing_file_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    files(tmp_path)
    with (tmp_path / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ModelError, match=f"{name}: not the file"):
        opinion.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: cannot be read"):
        opinion.load(tmp_path)


def test_what_the_runtime_cannot_run_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / ENCODER).write_bytes(b"no encoder")
    with pytest.raises(ModelError, match="the runtime cannot use it"):
        opinion.session(tmp_path / ENCODER)
    with pytest.raises(ModelError, match=r"without \[CLS\]"):
        Pieces(["[UNK]", "you"])


def test_without_files_or_without_a_runtime_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small model goes on alone."""
    about = json.loads((FOLDER / "model.json").read_text())
    about.pop("opinion", None)
    (tmp_path / "model.json").write_text(json.dumps(about))
    assert opinion.packaged(tmp_path) is None
    files(tmp_path)
    assert opinion.packaged(tmp_path) is not None
    monkeypatch.setattr(opinion, "find_spec", lambda name: None)
    assert opinion.packaged(tmp_path) is None
    shutil.rmtree(tmp_path)
    with pytest.raises(ModelError, match="cannot be read"):
        opinion.packaged(tmp_path)


def test_the_runtime_is_not_loaded_before_it_is_asked_for() -> None:
    """It costs a tenth of a second and a hundred megabytes: nobody who only reads books pays for it."""
    code = (
        "import sys, time; from moderation import pipeline;"
        "pipeline.load(stopwatch=time.monotonic); print('onnxruntime' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
